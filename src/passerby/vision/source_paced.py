"""A recording played at its own pace, as if it were live: who is late gets the newest picture."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from passerby.vision.frame import Frame
from passerby.vision.newest import Newest
from passerby.vision.source_state import Source, SourceState, Warn

LATE_S = 1.0
"""Whoever falls behind by more (a machine that was asleep) is not made to hurry after."""


class PacedSource(Source):
    """Plays another source in a thread of its own; times stay those of the recording."""

    live = True

    def __init__(
        self, inner: Source, *, on_warning: Warn | None = None, on_frame: Callable[[], None] | None = None
    ) -> None:
        """on_frame: called, from the thread, when something has come. inner is closed with this."""
        self._inner, self._warn = inner, on_warning or (lambda _: None)
        self.name, self.clock = inner.name, inner.clock
        self.width, self.height, self.fps, self.frames_total = inner.width, inner.height, inner.fps, inner.frames_total
        self._newest: Newest[Frame] = Newest(on_frame)
        self._closing = threading.Event()
        self._warnings: deque[str] = deque(maxlen=100)
        self._frames = 0
        self._failure = ""
        self._zero: float | None = None
        self._done = False
        self._thread = threading.Thread(target=self._play, name="passerby-paced", daemon=True)
        self._thread.start()

    def hear(self, sentence: str) -> None:
        """Take a warning of the inner source; it is handed on from the reader's thread."""
        self._warnings.append(sentence)

    @property
    def state(self) -> SourceState:
        """That of the recording; it has ended once the last picture was taken."""
        inner = self._inner.state
        status = inner.status if self._done and self._newest.empty else "running"
        if self._failure:
            status = "failed"
        return replace(
            inner,
            status=status,
            frames=self._frames,
            dropped=self._newest.dropped,
            message=self._failure or inner.message,
        )

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The newest picture that is due, or None."""
        frame = self._newest.take(timeout_s)
        while self._warnings:
            self._warn(self._warnings.popleft())
        if frame is not None:
            self._frames += 1
            self.width, self.height = frame.width, frame.height
        return frame

    def age_s(self, t: float) -> float | None:
        """Since when the recording's picture of the instant t has been due: its own times are not of now."""
        return None if self._zero is None else time.monotonic() - (self._zero + t)

    def close(self) -> None:
        """End the thread and close the recording."""
        self._closing.set()
        self._newest.finish()
        self._thread.join()
        self._inner.close()
        self._newest.clear()

    def _play(self) -> None:
        try:
            while not self._closing.is_set():
                frame = self._inner.read()
                if frame is None:
                    break
                now = time.monotonic()
                if self._zero is None or now - (self._zero + frame.t) > LATE_S:
                    self._zero = now - frame.t
                if self._closing.wait(max(0.0, self._zero + frame.t - now)):
                    break
                self._newest.put(frame)
        except Exception as error:  # a thread has nobody above it to tell
            self._failure = f"playing stopped, an unexpected {type(error).__name__}"
        finally:
            self._done = True
            self._newest.finish()
