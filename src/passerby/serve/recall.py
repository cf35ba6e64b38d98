"""`Recall`: the last minutes of scenes, in memory alone, for replays of what just happened."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from threading import Lock
from typing import Final

from passerby.serve.scene import Scene

RATE_HZ: Final = 5
KEEP_S: Final = 1800.0
_MOST_ROWS: Final = 2_000_000


class Recall:
    """add(scene) in order of time; window(t0, t1) gives those within. Older than `KEEP_S` or too many: forgotten."""

    def __init__(self, keep_s: float = KEEP_S) -> None:
        self._scenes: deque[Scene] = deque()
        self._rows = 0
        self._keep_s = keep_s
        self._lock = Lock()

    def add(self, scene: Scene) -> None:
        """Remember a scene; one that is no newer than the last begins the memory anew."""
        with self._lock:
            if self._scenes and scene.t <= self._scenes[-1].t:
                self._scenes.clear()
                self._rows = 0
            self._scenes.append(scene)
            self._rows += len(scene)
            while self._scenes[0].t < scene.t - self._keep_s or self._rows > _MOST_ROWS:
                self._rows -= len(self._scenes.popleft())

    @property
    def newest_t(self) -> float:
        """Instant of the last scene (epoch s), -inf before the first."""
        with self._lock:
            return self._scenes[-1].t if self._scenes else float("-inf")

    def window(self, t0: float, t1: float) -> list[Scene]:
        """The scenes with t0 <= t <= t1."""
        with self._lock:
            return [s for s in self._scenes if t0 - 1e-6 <= s.t <= t1 + 1e-6]


def samples(scenes: list[Scene], t0: float) -> Mapping[str, list[tuple[float, int, int]]]:
    """By track: (seconds since t0, index of the scene, index within it), in order of time."""
    found: dict[str, list[tuple[float, int, int]]] = {}
    for i, scene in enumerate(scenes):
        for j, track in enumerate(scene.tracks):
            found.setdefault(track, []).append((scene.t - t0, i, j))
    return found
