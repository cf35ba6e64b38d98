"""`Gathered`: the streams of several junctions as one, for a wall that shows them all over one connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, Final

from passerby.serve.channel import Subscriber
from passerby.serve.rows import encode

EVERY_S: Final = 1.0
"""Of each junction something is sent so often at most: small pictures need no more."""


class Gathered:
    """take() waits for what any of the subscribers gets, each message with the id of its `junction` in it.

    To `EventStream` it is one reader; ends when all of them have ended.
    """

    def __init__(self, parts: Mapping[str, Subscriber[Any]], every_s: float = EVERY_S) -> None:
        self.parts = parts
        self._every_s = every_s
        self._waiting: dict[asyncio.Task[bytes | None], str] = {}

    @property
    def task(self) -> asyncio.Task[None] | None:
        """Who sends."""
        return next((p.task for p in self.parts.values()), None)

    @task.setter
    def task(self, task: asyncio.Task[None] | None) -> None:
        for part in self.parts.values():
            part.task = task

    @property
    def sending_since(self) -> float | None:
        """Since when (monotonic s) a send has been waiting."""
        return next((p.sending_since for p in self.parts.values()), None)

    @sending_since.setter
    def sending_since(self, since: float | None) -> None:
        for part in self.parts.values():
            part.sending_since = since

    def close(self) -> None:
        """End the reading."""
        for part in self.parts.values():
            part.close()

    async def take(self) -> bytes | None:
        """What has come of one or more junctions; None at the end."""
        if not self._waiting:
            self._waiting = {asyncio.create_task(p.take()): id for id, p in self.parts.items()}
        try:
            while self._waiting:
                done, _ = await asyncio.wait(self._waiting, return_when=asyncio.FIRST_COMPLETED)
                found = [(self._waiting.pop(task), task.result()) for task in done]
                came = [(id, data) for id, data in found if data is not None]
                for id, _ in came:
                    self._waiting[asyncio.create_task(self._later(id, time.monotonic() + self._every_s))] = id
                if came:
                    return b"".join(named(data, id) for id, data in came)
        except asyncio.CancelledError:
            for task in self._waiting:
                task.cancel()
            raise
        return None

    async def _later(self, id: str, at: float) -> bytes | None:
        part = self.parts[id]
        while (left := at - time.monotonic()) > 0 and not part.closed:
            await asyncio.sleep(min(left, 0.25))
        return await part.take()


def named(messages: bytes, junction: str) -> bytes:
    """Server-sent events whose data are JSON objects, each with the junction's id as its first member."""
    # JSON on one line holds no newline: each of these begins a message's data
    return messages.replace(b"\ndata: {", b'\ndata: {"junction":' + encode(junction) + b",")
