"""`Hub`: what a junction says, from whatever thread, to the public and to operators."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from passerby.serve.channel import Channel
from passerby.serve.rows import encode
from passerby.serve.scene import Scene
from passerby.serve.stream import PING


class Hub:
    """Two channels: `public`, whose scenes are bytes, and `operators`, whose scenes are encoded for each reader."""

    def __init__(self) -> None:
        self.public: Channel[bytes] = Channel()
        self.operators: Channel[Scene] = Channel()
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Say on this event loop from now on; None: to nobody."""
        self._loop = loop

    def public_scene(self, data: bytes) -> None:
        """Tell the public of a scene; data: the whole server-sent event."""
        self._on_loop(self.public.scene, data)

    def operator_scene(self, scene: Scene) -> None:
        """Tell operators of a scene."""
        self._on_loop(self.operators.scene, scene)

    def public_event(self, name: str, value: Any, remembered: bool = True) -> None:
        """Tell the public of an event; of what is withdrawn nothing is told any more."""
        if name == "withdraw":
            self._on_loop(self.public.forget, b'"token":' + encode(value["token"]))
        self._on_loop(self.public.event, name, encode(value), remembered)

    def operator_event(self, name: str, value: Any, remembered: bool = True) -> None:
        """Tell operators of an event."""
        self._on_loop(self.operators.event, name, encode(value), remembered)

    def ping(self) -> None:
        """Keep idle connections open, and let go of those who are stuck or signed out. On the event loop."""
        for channel in (self.public, self.operators):
            channel.raw(PING)
            channel.release()

    def close(self) -> None:
        """End all streams. On the event loop."""
        self.public.close()
        self.operators.close()

    def _on_loop(self, call: Callable[..., None], *args: Any) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(call, *args)
        except RuntimeError:
            # the loop has been closed between the two lines
            self._loop = None
