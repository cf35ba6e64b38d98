"""`Source`: where pictures come from, and `SourceState`: how it is doing."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Self

from passerby.vision.frame import Frame

Status = Literal["opening", "running", "stalled", "reconnecting", "ended", "failed"]
Warn = Callable[[str], None]


@dataclass(frozen=True)
class SourceState:
    """How a source is doing at one moment.

    frames: handed on. dropped: decoded but replaced by a newer one before they were asked for. damaged: came in but
    could not be decoded. fps: pictures a second of the last seconds, None if unknown. last_t: epoch s of the newest
    picture. progress: 0..1 of a file. message: one sentence, without user name or password.
    """

    status: Status
    frames: int = 0
    dropped: int = 0
    reconnects: int = 0
    damaged: int = 0
    fps: float | None = None
    last_t: float | None = None
    progress: float | None = None
    message: str = ""

    @property
    def over(self) -> bool:
        """No picture will ever come again."""
        return self.status in ("ended", "failed")


class Source(ABC):
    """Pictures of one camera, in order of time, which strictly increases.

    name: to be shown, without user name or password. width, height in pixels (upright), of the newest picture handed
    on; None before a stream's first. fps: nominal pictures a second, None if unknown. frames_total: None if unknown.
    live: pictures come whether asked for or not. clock: one sentence, where the times come from.
    """

    name: str = ""
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    frames_total: int | None = None
    live: bool = False
    clock: str = ""

    @property
    @abstractmethod
    def state(self) -> SourceState:
        """How it is doing now; may be asked from any thread."""

    @abstractmethod
    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The next picture, or None if there is none within timeout_s (a file that is not played never waits)."""

    def age_s(self, t: float) -> float | None:
        """How long ago a picture of the instant t (epoch s) was due, None if unknown."""
        return time.time() - t

    @property
    def clock_offset_s(self) -> float | None:
        """How far the camera's own clock is ahead of this machine's, transmission included; None if unknown."""
        return None

    @abstractmethod
    def close(self) -> None:
        """Let go of file, connection and thread; may be called twice."""

    def __iter__(self) -> Iterator[Frame | None]:
        """Pictures until the source is over; None where there is nothing now."""
        while True:
            frame = self.read()
            if frame is None and self.state.over:
                return
            yield frame

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Rate:
    """Pictures a second over the last few seconds."""

    def __init__(self, span_s: float = 5.0) -> None:
        self._span = span_s
        self._times: deque[float] = deque(maxlen=1000)

    def add(self, t: float) -> None:
        """A picture at t, seconds on any clock that does not run backwards."""
        if self._times and t < self._times[-1]:
            self._times.clear()
        self._times.append(t)
        while self._times[0] < t - self._span:
            self._times.popleft()

    def value(self) -> float | None:
        """None before two pictures have come."""
        times = list(self._times)
        if len(times) < 2 or times[-1] <= times[0]:
            return None
        return (len(times) - 1) / (times[-1] - times[0])
