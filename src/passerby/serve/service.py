"""`Service`: all that the routes work on, made once when the server starts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from threading import Event
from typing import Annotated

from fastapi import Depends, HTTPException, Request

from passerby.serve.apart import Apart
from passerby.serve.junction import Junction
from passerby.serve.keep import Keep
from passerby.serve.limits import Limits
from passerby.serve.tiles import Tiles

Feed = Callable[[Event], None]
"""Something that feeds a junction, in a thread of its own, until the event is set."""


@dataclass(eq=False)
class Service:
    """junctions: by id. keep: users, sessions, tokens, marks and the audit log. https: the outside reaches it so.

    tiles: a map under operators' plans, None where none is configured. apart: where drawings are checked and learnt.
    """

    junctions: Mapping[str, Junction]
    keep: Keep
    feeds: tuple[Feed, ...] = ()
    https: bool = False
    limits: Limits = field(default_factory=Limits)
    version: str = "0"
    tiles: Tiles | None = None
    apart: Apart = field(default_factory=Apart)


async def service(request: Request) -> Service:
    """The app's service."""
    found: Service = request.app.state.service
    return found


async def junction(id: str, service: Annotated[Service, Depends(service)]) -> Junction:
    """The junction an address names; 404 where there is none."""
    found = service.junctions.get(id)
    if found is None:
        raise HTTPException(404, f'there is no junction "{id[:60]}"')
    return found


async def heavy(service: Annotated[Service, Depends(service)]) -> AsyncIterator[None]:
    """For what takes seconds to work out: so much of it at once as leaves room for everything else, the rest waits.

    503 where it has waited for `limits.patience_s`.
    """
    places, until = service.limits.heavy, time.monotonic() + service.limits.patience_s
    while not places.free(""):
        if time.monotonic() >= until:
            raise HTTPException(503, "the server is at work for others; try again in a moment", {"Retry-After": "2"})
        await asyncio.sleep(0.05)
    places.take("")
    try:
        yield
    finally:
        places.give_back("")


TheService = Annotated[Service, Depends(service)]
TheJunction = Annotated[Junction, Depends(junction)]
