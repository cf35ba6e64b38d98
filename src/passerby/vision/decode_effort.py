"""How much of a stream is decoded: all of it, or less where this machine cannot keep up, so that no delay builds up."""

from __future__ import annotations

from typing import Literal

Skip = Literal["DEFAULT", "NONREF", "NONKEY"]

LEVELS: tuple[Skip, ...] = ("DEFAULT", "NONREF", "NONKEY")
SENTENCES = (
    "",
    "this machine cannot decode every picture: those that no other needs are left out",
    "this machine cannot decode the stream: only key pictures are; ask the camera for fewer or smaller pictures",
)


class DecodeEffort:
    """Decodes less once no packet had to be waited for during whole windows of time, more once there is time again."""

    def __init__(self, window_s: float = 2.0, busy_windows: int = 2, idle_windows: int = 5) -> None:
        self._window, self._busy_needed, self._idle_needed = window_s, busy_windows, idle_windows
        self._waited = self._worked = 0.0
        self._busy = self._idle = 0
        self._level = 0

    def add(self, waited_s: float, worked_s: float) -> bool:
        """Time spent waiting for one packet and working on it; True if the level changed."""
        self._waited += waited_s
        self._worked += worked_s
        whole = self._waited + self._worked
        if whole < self._window:
            return False
        idle = self._waited / whole
        self._waited = self._worked = 0.0
        self._busy = self._busy + 1 if idle < 0.05 else 0
        self._idle = self._idle + 1 if idle > 0.6 else 0
        if self._busy >= self._busy_needed and self._level < len(LEVELS) - 1:
            return self._go(self._level + 1, was_too_much=self._level == 0)
        if self._idle >= self._idle_needed and self._level > 0:
            return self._go(self._level - 1, was_too_much=False)
        return False

    def _go(self, level: int, *, was_too_much: bool) -> bool:
        """Each time the full effort proves too much, it is tried again half as soon, at most every 10 minutes or so."""
        if was_too_much:
            self._idle_needed = min(2 * self._idle_needed, 300)
        self._level, self._busy, self._idle = level, 0, 0
        return True

    @property
    def skip(self) -> Skip:
        """What FFmpeg leaves out (`skip_frame`)."""
        return LEVELS[self._level]

    @property
    def sentence(self) -> str:
        """What to tell, empty when everything is decoded."""
        return SENTENCES[self._level]
