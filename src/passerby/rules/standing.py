"""Where vehicles stand: each standstill with its begin, its end, and the footprint that stands there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from passerby.rules.scene import Scene
from passerby.tracks.classes import VEHICLES
from passerby.tracks.motion import STANDING_WINDOW_S, Motion
from passerby.tracks.record import BoolArray, IntArray

_BRIDGE_S = 2.0


@dataclass(frozen=True)
class Standstill:
    """A vehicle at rest: track index, first and last sample, begin and end (s), whether it may still go on."""

    track: int
    first: int
    last: int
    t0: float
    t1: float
    open: bool

    @property
    def duration_s(self) -> float:
        """How long it has stood."""
        return self.t1 - self.t0

    def after(self, motion: Motion, seconds: float) -> int | None:
        """The sample at which it had stood for some seconds, None if it did not."""
        t = motion.t[self.first : self.last + 1]
        late = np.flatnonzero(t - self.t0 >= seconds)
        return self.first + int(late[0]) if len(late) else None


def standstills(scene: Scene) -> list[Standstill]:
    """Every standstill of a vehicle so far; moving for less than two seconds does not end one."""
    m = scene.motion
    stands = m.standing & scene.is_class(VEHICLES)[m.track]
    found = []
    for a, b in zip(*_runs(m, stands), strict=True):
        track = int(m.track[a])
        end = int(m.starts[track + 1]) - 1
        # a standstill is recognised a window after it began
        begin = max(float(m.t[a]) - STANDING_WINDOW_S, float(m.t[m.starts[track]]))
        still = not m.closed[track] and float(m.t[end] - m.t[b]) <= _BRIDGE_S
        found.append(Standstill(track, int(a), int(b), begin, float(m.t[b]), still))
    return found


def _runs(m: Motion, stands: BoolArray) -> tuple[IntArray, IntArray]:
    """First and last sample of every standstill; where long rest is thinned out, the next sample belongs to it."""
    hit = np.flatnonzero(stands)
    if len(hit) == 0:
        return hit, hit
    thinned = (np.diff(hit) == 1) & m.joined[hit[1:]]
    late = (np.diff(m.t[hit]) > _BRIDGE_S) & ~thinned
    split = late | (np.diff(m.track[hit]) != 0)
    return hit[np.append(True, split)], hit[np.append(split, True)]


def footprint(motion: Motion, row: int) -> shapely.Polygon:
    """The ground a road user covers at a sample: a rectangle along its heading, a square while that is unknown."""
    track = int(motion.track[row])
    length, width = float(motion.length[track]), float(motion.width[track])
    hx, hy = float(motion.hx[row]), float(motion.hy[row])
    if not np.isfinite(hx):
        hx, hy, length = 1.0, 0.0, width
    lx, ly, wx, wy = hx * length / 2, hy * length / 2, -hy * width / 2, hx * width / 2
    x, y = float(motion.x[row]), float(motion.y[row])
    return shapely.Polygon(
        [
            (x + lx + wx, y + ly + wy),
            (x - lx + wx, y - ly + wy),
            (x - lx - wx, y - ly - wy),
            (x + lx - wx, y + ly - wy),
        ]
    )
