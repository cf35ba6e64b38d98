"""A subscription as an HTTP response of server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from fastapi import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from passerby.serve.limits import Places

RETRY_MS: Final = 2000
PING_S: Final = 15.0
# an event and no comment: pages are told of events alone, and take long silence for a dead connection
PING: Final = b"event: ping\ndata: {}\n\n"


class Reader(Protocol):
    """What a stream reads from: a `Subscriber`, or several as one."""

    task: asyncio.Task[None] | None
    sending_since: float | None

    async def take(self) -> bytes | None:
        """What has come; None is the end."""

    def close(self) -> None:
        """End the reading."""


class EventStream(Response):
    """Sends `hello` and then whatever the subscriber gets, until either side ends it.

    A reader that takes nothing holds up only itself: the server's socket buffer fills, `send` waits, and meanwhile the
    subscriber keeps one scene and a bounded number of events. subscribe is called when the response begins, release
    when it has ended, however it does; meanwhile it has one of the places of whoever reads.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        hello: bytes,
        subscribe: Callable[[], Reader],
        release: Callable[[Any], None],
        places: Places,
        reader: str,
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._hello, self._subscribe, self._release = hello, subscribe, release
        self._places, self._reader = places, reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the stream."""
        subscriber = self._subscribe()
        self._places.take(self._reader)
        subscriber.task = asyncio.current_task()
        listener = asyncio.create_task(_until_gone(receive, subscriber))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            head = b"retry: %d\n\n" % RETRY_MS + self._hello
            await send({"type": "http.response.body", "body": head, "more_body": True})
            while (data := await subscriber.take()) is not None:
                subscriber.sending_since = time.monotonic()
                await send({"type": "http.response.body", "body": data, "more_body": True})
                subscriber.sending_since = None
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            pass  # gone, as the server tells some senders
        finally:
            listener.cancel()
            self._release(subscriber)
            self._places.give_back(self._reader)


def require_place(places: Places, reader: str) -> None:
    """503 where a reader has as many streams open as anybody may."""
    if not places.free(reader):
        raise HTTPException(503, f"{places.most} streams are open from here already", {"Retry-After": "30"})


async def _until_gone(receive: Receive, subscriber: Reader) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    subscriber.close()
