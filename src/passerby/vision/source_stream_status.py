"""How a stream is doing: told by the thread that decodes it, asked by any other; and what its reader is warned of."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

from passerby.vision.newest import Newest
from passerby.vision.source_state import Rate, SourceState, Status

REPEAT_S = 60.0
"""The same warning comes so often at most."""


class StreamStatus:
    """state() at any moment; the other methods are what happens to the stream.

    damaged: pictures and packets that could not be decoded. last_picture: monotonic s, whether it got a time or not.
    """

    def __init__(self, name: str, stalled_s: float) -> None:
        self._name, self._stalled_s = name, stalled_s
        self._lock = threading.Lock()
        self._status: Status = "opening"
        self._message = "connecting"
        self._warnings: deque[str] = deque(maxlen=100)
        self._warned = ""
        self._told: dict[str, float] = {}
        self._damaged = self._reconnects = self._settling = 0
        self._rate = Rate()
        self._last_t: float | None = None
        self.last_picture = time.monotonic()

    def state(self, clock: str, frames: int, newest: Newest[Any]) -> SourceState:
        """As the source tells it. clock: where times come from. frames: handed on. newest: where pictures wait."""
        now = time.monotonic()
        with self._lock:
            status, message = self._status, self._message
            silent = now - self.last_picture
            if status == "running" and silent > self._stalled_s:
                status, message = "stalled", f"no picture for {silent:.0f} s"
            elif status == "running":
                message = message or clock
            if status == "ended" and not newest.empty:
                status = "running"
            return SourceState(
                status,
                frames=frames,
                dropped=newest.dropped + self._settling,
                reconnects=self._reconnects,
                damaged=self._damaged,
                fps=self._rate.value() if status == "running" else None,
                last_t=self._last_t,
                message=message,
            )

    def connected(self) -> None:
        """A new connection: pictures a second are counted anew."""
        with self._lock:
            self._rate = Rate()

    def damage(self) -> None:
        """Something could not be decoded."""
        with self._lock:
            self._damaged += 1

    def picture(self, t: float | None) -> None:
        """A picture came, of the instant t (epoch s); None while a new connection has not settled."""
        now = time.monotonic()
        with self._lock:
            self.last_picture = now
            if self._status != "running":
                self._status, self._message = "running", ""
                if self._warned:
                    self.tell("pictures come again")
                    self._warned = ""
            if t is None:
                self._settling += 1
            else:
                self._last_t = t
                self._rate.add(t)

    def note(self, message: str) -> None:
        """What is to be said of it while it runs; nothing where that is empty."""
        with self._lock:
            self._message = message
        if message:
            self.tell(message)

    def lost(self, reason: str, wait_s: float) -> None:
        """Say what is wrong, and warn of it once until it changes or pictures come again."""
        with self._lock:
            self._status, self._message = "reconnecting", f"{reason}; asking again in {wait_s:.1f} s"
        if reason != self._warned:
            self._warned = reason
            self.tell(f"{reason}; it is asked again until it answers")

    def again(self, reason: str) -> None:
        """It is asked anew."""
        with self._lock:
            self._reconnects += 1
            self._message = f"{reason}; connecting anew"

    def end(self, message: str) -> None:
        """No picture will come again."""
        with self._lock:
            self._status, self._message = "ended", message

    def tell(self, sentence: str) -> None:
        """Leave a warning for the reader."""
        now = time.monotonic()
        if now - self._told.get(sentence, -1e9) > REPEAT_S:
            self._told[sentence] = now
            self._warnings.append(f"{self._name}: {sentence}")

    def warnings(self) -> Iterator[str]:
        """Those that were left, once each."""
        while self._warnings:
            yield self._warnings.popleft()
