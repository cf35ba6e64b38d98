"""`Motions`: the motion that a junction's memory of scenes holds, and its lights, for the site editor."""

from __future__ import annotations

import time
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from passerby.serve.apart import Apart
from passerby.serve.recall import RATE_HZ, Recall
from passerby.serve.scene import Scene
from passerby.signals.history import STATE_CODE, SignalHistory, compact
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion
from passerby.tracks.record import Tracks

FRESH_S: Final = 30.0
"""Motion is made anew after so long (wall time): who draws asks at every stroke."""

MOST_ROWS: Final = 300_000
"""Of a crowd the last minutes say enough; more would keep who draws waiting."""


@dataclass(frozen=True, eq=False)
class Remembered:
    """motion: of everyone in memory. signals: of the same time, None where no light was known."""

    motion: Motion
    signals: SignalHistory | None


class Motions:
    """now(apart) gives what a recall remembers, at most `FRESH_S` old; None where it remembers nobody."""

    def __init__(self, recall: Recall) -> None:
        self._recall = recall
        self._lock = Lock()
        self._made_at = float("-inf")
        self._last: Remembered | None = None

    def now(self, apart: Apart) -> Remembered | None:
        """The motion and the lights in memory; made for one thread at a time."""
        with self._lock:
            if self._last is None or time.monotonic() > self._made_at + FRESH_S:
                scenes = _newest(self._recall.window(float("-inf"), float("inf")))
                known = any(len(s) for s in scenes)
                self._last = Remembered(apart.run(smooth, tracks_of(scenes)), lights_of(scenes)) if known else None
                self._made_at = time.monotonic()
            return self._last

    def forget(self) -> None:
        """Drop what is no longer fresh, so that it outlives the scenes by no more than that."""
        if self._lock.acquire(blocking=False):
            try:
                if time.monotonic() > self._made_at + FRESH_S:
                    self._last = None
            finally:
                self._lock.release()


def tracks_of(scenes: list[Scene]) -> Tracks:
    """Rows of tracks from scenes in order of time; headings are left to be learnt from the motion."""
    names: dict[str, int] = {}
    track = np.array([names.setdefault(name, len(names)) for s in scenes for name in s.tracks], np.int64)
    t = np.repeat([s.t for s in scenes], [len(s) for s in scenes])
    order = np.lexsort((t, track))
    cls = np.concatenate([s.cls for s in scenes])[order]
    x, y, length, width = (
        np.concatenate([getattr(s, name) for s in scenes])[order] for name in ("x", "y", "length", "width")
    )
    return Tracks(tuple(names), track[order], cls, t[order], x, y, length, width, np.full(len(t), np.nan))


def lights_of(scenes: list[Scene]) -> SignalHistory | None:
    """The lights that scenes in order of time show, each change as late as one scene; None where none was known."""
    seen: dict[str, tuple[list[float], list[int]]] = {}
    for scene in scenes:
        for signal, state in scene.lights.items():
            times, codes = seen.setdefault(signal, ([], []))
            times.append(scene.t)
            codes.append(STATE_CODE.get(state, 0))
    known = {s: (np.array(t, np.float64), np.array(c, np.int8)) for s, (t, c) in seen.items() if any(c)}
    if not known:
        return None
    # uniform over one step
    sigma_s = 1 / RATE_HZ / 12**0.5
    return SignalHistory({s: compact(t, c) for s, (t, c) in known.items()}, scenes[-1].t, sigma_s)


def _newest(scenes: list[Scene]) -> list[Scene]:
    rows = np.cumsum([len(s) for s in reversed(scenes)])
    return scenes[len(scenes) - int(np.searchsorted(rows, MOST_ROWS, "right")) :]
