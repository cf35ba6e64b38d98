"""`Channel`: one thing said to many, encoded once; who reads slowly misses scenes, never events.

Every subscriber has one place for the newest scene and a short queue of events. A reader whose queue is full is cut
off: it connects again, names the last event it had (`Last-Event-ID`), and gets those since from the channel's memory.
So what a thousand readers cost is bounded whatever they do.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

QUEUE: Final = 64
REMEMBERED: Final = 200
RECENT_S: Final = 120.0
STUCK_S: Final = 30.0


class Subscriber(Generic[T]):
    """One reader of a channel: take() waits for bytes; None is the end."""

    __slots__ = ("_encode", "_events", "_ready", "_scene", "closed", "sending_since", "task", "valid")

    def __init__(self, encode: Callable[[T], bytes]) -> None:
        self._encode = encode
        self._scene: T | None = None
        self._events: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self.closed = False
        self.sending_since: float | None = None
        self.task: asyncio.Task[None] | None = None
        self.valid: Callable[[], bool] | None = None

    def offer_scene(self, scene: T) -> None:
        """Put the newest scene in the place of one that has not been read."""
        self._scene = scene
        self._ready.set()

    def offer(self, data: bytes) -> None:
        """Queue an event; a reader that is too far behind is cut off."""
        if len(self._events) >= QUEUE:
            self.close()
            return
        self._events.append(data)
        self._ready.set()

    def close(self) -> None:
        """End the reading: take() gives what is left, then None."""
        self.closed = True
        self._ready.set()

    async def take(self) -> bytes | None:
        """All that has come since the last call, events first."""
        while True:
            if self._events or self._scene is not None:
                parts = list(self._events)
                self._events.clear()
                if self._scene is not None:
                    parts.append(self._encode(self._scene))
                    self._scene = None
                self._ready.clear()
                return parts[0] if len(parts) == 1 else b"".join(parts)
            if self.closed:
                return None
            self._ready.clear()
            await self._ready.wait()


class Channel(Generic[T]):
    """Subscribers and the events of the last minutes. Only from the server's event loop, `Hub` sees to that."""

    def __init__(self) -> None:
        self.subscribers: set[Subscriber[T]] = set()
        self._past: deque[tuple[str, float, bytes]] = deque(maxlen=REMEMBERED)

    def subscribe(self, encode: Callable[[T], bytes], last_event_id: str | None = None) -> Subscriber[T]:
        """A new reader; what it missed since an event it names comes first."""
        subscriber: Subscriber[T] = Subscriber(encode)
        for data in self._missed(last_event_id):
            subscriber.offer(data)
        self.subscribers.add(subscriber)
        return subscriber

    def scene(self, scene: T) -> None:
        """Tell all of the newest scene."""
        for subscriber in self.subscribers:
            subscriber.offer_scene(scene)

    def event(self, name: str, data: bytes, remembered: bool = True) -> None:
        """Tell all of an event; one that is not remembered is not sent again to who comes back."""
        if remembered:
            # drawn at random: numbers would tell how many events there have been
            event_id = secrets.token_hex(4)
            message = sse(name, data, event_id)
            self._past.append((event_id, time.monotonic(), message))
        else:
            message = sse(name, data)
        self.raw(message)

    def forget(self, text: bytes) -> None:
        """Say events with this in them to nobody who comes back; their ids go on to say how far one had come."""
        self._past = deque(
            ((event_id, at, b"" if text in data else data) for event_id, at, data in self._past), maxlen=REMEMBERED
        )

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        for subscriber in list(self.subscribers):
            subscriber.offer(data)

    def release(self) -> None:
        """Let go of readers that have not taken a byte for `STUCK_S`, and of those who may not read any more."""
        now = time.monotonic()
        for subscriber in list(self.subscribers):
            since = subscriber.sending_since
            if since is not None and now - since > STUCK_S and subscriber.task is not None:
                subscriber.task.cancel()
            elif subscriber.valid is not None and not subscriber.valid():
                subscriber.close()

    def close(self) -> None:
        """End every reading."""
        for subscriber in list(self.subscribers):
            subscriber.close()

    def _missed(self, last_event_id: str | None) -> list[bytes]:
        after = next((i + 1 for i, (event_id, _, _) in enumerate(self._past) if event_id == last_event_id), None)
        if after is None:
            return []
        oldest = time.monotonic() - RECENT_S
        # no more than a queue takes: else who comes back is cut off again
        return [data for _, at, data in list(self._past)[after:] if data and at > oldest][-(QUEUE // 2) :]


def sse(name: str, data: bytes, event_id: str | None = None) -> bytes:
    """One server-sent event; data: JSON on one line. (HTML Living Standard, 9.2)"""
    head = b"event: " + name.encode() + b"\n"
    if event_id is not None:
        head += b"id: " + event_id.encode() + b"\n"
    return head + b"data: " + data + b"\n\n"
