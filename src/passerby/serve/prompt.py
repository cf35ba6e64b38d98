"""`PromptProtocol`: HTTP/1.1 for who sends a request within a while; slow or endless requests end the connection."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S: Final = 10.0
"""From the connection to the end of a request's head, and from the end of an idle connection's keep-alive."""

BODY_S: Final = 60.0
MOST_HEAD: Final = 64 * 1024
"""Bytes of a head that has not come to its end; one that has is bounded by what comes with its last bytes."""


class PromptProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to heads that are too long, and to heads and bodies that take too long.

    A stream that is being answered has been asked for and may go on for ever.
    """

    _timer: asyncio.TimerHandle | None = None
    _in_head = True
    _unread = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._allow(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._allow(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the head has become too long."""
        if self._in_head:
            if self._unread > MOST_HEAD:
                self.transport.abort()
                return
            self._unread += len(data)
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The body is next."""
        self._in_head, self._unread = False, 0
        self._allow(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._in_head = True
        self._allow(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Another request may follow."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._allow(self.timeout_keep_alive + HEAD_S)

    def _allow(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._late)

    def _late(self) -> None:
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete or cycle.more_body:
            self.transport.abort()
