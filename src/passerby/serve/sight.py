"""`Sight`: rows of tracks as they come, scenes out: positions and velocities of everyone in view right now."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import atan2, cos, degrees, hypot, isfinite, radians, sin
from typing import Final

import numpy as np

from passerby.serve.scene import Scene
from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import Tracks

FIT_S: Final = 0.8
"""A line through the rows of this long gives place and velocity (least squares)."""

LEAST_S: Final = FIT_S / 2
"""Rows of less than this say where somebody is, not yet how fast: places are known to decimetres."""

GONE_S: Final = 0.7
_MOVING_MPS: Final = 0.6
_CLOCK_S: Final = 1e-6
_FASTEST_MPS: Final = 70.0


@dataclass(slots=True)
class _Seen:
    cls: int
    length: float
    width: float
    heading: float = float("nan")
    given: bool = False
    rows: deque[tuple[float, float, float]] = field(default_factory=deque)


class Sight:
    """take(rows) as they come, in order of time or nearly so; scene(t) gives everyone seen within `GONE_S`."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def take(self, rows: Tracks) -> None:
        """Take rows of tracks."""
        columns = (rows.track, rows.cls, rows.t, rows.x, rows.y, rows.length, rows.width, rows.heading)
        for track, cls, t, x, y, length, width, heading in zip(*(c.tolist() for c in columns), strict=True):
            name = rows.ids[track]
            seen = self._seen.get(name)
            if seen is None:
                long, wide = DEFAULT_FOOTPRINT_M[CLASSES[cls]]
                seen = _Seen(cls, length if isfinite(length) else long, width if isfinite(width) else wide)
                self._seen[name] = seen
            seen.cls = cls
            if isfinite(heading):
                seen.heading, seen.given = heading, True
            seen.rows.append((t, x, y))
            while seen.rows[0][0] < t - FIT_S:
                seen.rows.popleft()

    def scene(self, t: float, lights: Mapping[str, str]) -> Scene:
        """Everyone at the instant t (epoch s); who has not been seen for a while is forgotten."""
        self._seen = {name: s for name, s in self._seen.items() if s.rows[-1][0] > t - GONE_S}
        made = np.array([_fit(s, t) for s in self._seen.values()], np.float64).reshape(-1, 4)
        everyone = list(self._seen.values())
        return Scene(
            t,
            tuple(self._seen),
            np.array([s.cls for s in everyone], np.int64),
            made[:, 0],
            made[:, 1],
            np.degrees(made[:, 2]) % 360,
            made[:, 3],
            np.array([s.length for s in everyone], np.float64),
            np.array([s.width for s in everyone], np.float64),
            lights,
        )


def _fit(s: _Seen, t: float) -> tuple[float, float, float, float]:
    """x, y at t (no farther than the newest row reaches), heading in radians, speed (NaN while not known)."""
    n = len(s.rows)
    newest = s.rows[-1][0]
    mt = sum(r[0] - newest for r in s.rows) / n
    mx, my = sum(r[1] for r in s.rows) / n, sum(r[2] for r in s.rows) / n
    spread = sum((r[0] - newest - mt) ** 2 for r in s.rows)
    if n < 3 or newest - s.rows[0][0] < LEAST_S - _CLOCK_S:
        return s.rows[-1][1], s.rows[-1][2], s.heading, float("nan")
    vx = sum((r[0] - newest - mt) * (r[1] - mx) for r in s.rows) / spread
    vy = sum((r[0] - newest - mt) * (r[2] - my) for r in s.rows) / spread
    speed = min(hypot(vx, vy), _FASTEST_MPS)
    if speed > _MOVING_MPS and not s.given:
        fresh = atan2(vx, vy)
        if isfinite(s.heading):
            # half way towards the newest direction, around the circle
            fresh = atan2(sin(s.heading) + sin(fresh), cos(s.heading) + cos(fresh))
        s.heading = radians(degrees(fresh) % 360)
    at = min(t - newest, 0.0) - mt
    return mx + vx * at, my + vy * at, s.heading, speed
