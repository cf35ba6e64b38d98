"""What people who cross tell: where a crossing is parted by an island, and which signal they obey."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from passerby.survey.arms import Arm
from passerby.survey.crosswalks import Crossing
from passerby.survey.governs import Evidence
from passerby.survey.standing import Rests
from passerby.tracks.motion import Motion
from passerby.tracks.record import FloatArray

_ISLAND_M: Final = 1.5
_LEAST_HALF_M: Final = 2.5
_REACH_M: Final = 25.0
_SQUARE: Final = 0.6
_AT_KERB_M: Final = 3.0
_MOUTH_M: Final = 12.0
_MANY: Final = 8
_SOME: Final = 5
_WAIT_SHARE: Final = 0.1
_ONE_LANE_M: Final = (2.8, 3.8)
_BESIDE_M: Final = 1.5


def at_mouths(few: list[Crossing], busy: list[Crossing], arms: list[Arm]) -> list[Crossing]:
    """Of the crossings that few used, those where one is to be expected: over the mouth of an arm that has none yet."""
    kept = list(busy)
    for crossing in few:
        at_one = any(_meets_mouth(crossing, arm) for arm in arms)
        if at_one and all(crossing.polygon.distance(other.polygon) > _BESIDE_M for other in kept if other.walkers):
            kept.append(crossing)
    return kept[len(busy) :]


def _meets_mouth(crossing: Crossing, arm: Arm) -> bool:
    """Whether the lanes of an arm, gone on straight, cross it squarely within a few metres of the junction."""
    length = arm.road.reference.length_m
    at = np.arange(length - _MOUTH_M, length + _MOUTH_M) if arm.inbound else np.arange(-_MOUTH_M, _MOUTH_M)
    for lane in arm.lanes:
        line = arm.road.reference.place(at, lane.across(at))
        over = np.flatnonzero(shapely.contains_xy(crossing.polygon, line[:, 0], line[:, 1]))
        if len(over) >= 2:
            step = line[over[-1]] - line[over[0]]
            if abs(step @ crossing.axis) / np.hypot(*step) < _SQUARE:
                return True
    return False


def split_at_islands(
    crossing: Crossing, arms: list[Arm], waiting: Rests
) -> tuple[list[Crossing], list[shapely.Polygon]]:
    """The parts of a crossing between islands, and the islands: ground between its lanes that no vehicle needs.

    Where many cross, or some where one lane just fits, and hardly any waits there it is no island, but a lane that
    nobody drove.
    """
    if not crossing.walkers:
        return [crossing], []
    u, v = crossing.axis, np.array([crossing.axis[1], -crossing.axis[0]])
    near, far = sorted((float((crossing.corners @ u).min()), float((crossing.corners @ u).max())))
    low, high = float((crossing.corners @ v).min()), float((crossing.corners @ v).max())
    bands = []
    for arm in arms:
        for lane in arm.lanes:
            at = np.arange(-_REACH_M, arm.road.reference.length_m + _REACH_M, 1.0)
            line = arm.road.reference.place(at, lane.across(at))
            over = np.flatnonzero((line @ v > low) & (line @ v < high) & (line @ u > near - 2) & (line @ u < far + 2))
            if len(over) == 0:
                continue
            k = over[len(over) // 2]
            step = line[min(k + 1, len(line) - 1)] - line[max(k - 1, 0)]
            if abs(step @ u) / np.hypot(*step) < _SQUARE:
                place = float(line[over].mean(0) @ u)
                bands.append((place - lane.width_m / 2, place + lane.width_m / 2))
    gaps = _gaps(bands, near, far)
    gaps = [
        (a, b)
        for a, b in gaps
        if len(crossing.walkers) < (_SOME if _ONE_LANE_M[0] < b - a < _ONE_LANE_M[1] else _MANY)
        or shapely.contains_xy(shapely.Polygon(_corners(a, b, low, high, u, v)), waiting.x, waiting.y).sum()
        > max(1.0, _WAIT_SHARE * len(crossing.walkers))
    ]
    if not gaps:
        return [crossing], []
    edges = [near, *(e for gap in gaps for e in gap), far]
    parts = []
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if b - a < _LEAST_HALF_M:
            continue
        corners = _corners(a, b, low, high, u, v)
        used = tuple(w for w in crossing.ways if _covers(w[2] @ u, a, b))
        if used:
            parts.append(Crossing(corners, u, used, crossing.spread_m))
    return parts, [shapely.Polygon(_corners(a, b, low, high, u, v)) for a, b in gaps]


def _corners(a: float, b: float, low: float, high: float, u: FloatArray, v: FloatArray) -> FloatArray:
    return np.array([a * u + low * v, b * u + low * v, b * u + high * v, a * u + high * v])


def _gaps(bands: list[tuple[float, float]], near: float, far: float) -> list[tuple[float, float]]:
    gaps = []
    reach = None
    for a, b in sorted(bands):
        if reach is not None and a - reach > _ISLAND_M and reach - near > _LEAST_HALF_M and far - a > _LEAST_HALF_M:
            gaps.append((reach, a))
        reach = b if reach is None else max(reach, b)
    return gaps


def _covers(along: FloatArray, a: float, b: float) -> bool:
    """Whether a way goes over at least half of a part."""
    return float(min(along.max(), b) - max(along.min(), a)) > 0.5 * (b - a)


def obeyed(motion: Motion, crossing: Crossing, waiting: Rests) -> Evidence:
    """When people stepped onto a crossing, and when those who had waited at it set off.

    Where fewer than 3 were seen to enter, those who were first seen on it count too.
    """
    shapely.prepare(polygon := crossing.polygon)
    near_by = polygon.buffer(_AT_KERB_M)
    entered: list[float] = []
    met: list[float] = []
    set_off: list[float] = []
    stood: list[float] = []
    for track in {way[0] for way in crossing.ways}:
        rows = slice(int(motion.starts[track]), int(motion.starts[track + 1]))
        on = shapely.contains_xy(polygon, motion.x[rows], motion.y[rows])
        if on.sum() < 5:
            continue
        first = int(np.argmax(on))
        t = float(motion.t[rows][first])
        (entered if first > 0 else met).append(t)
        mine = (waiting.track == track) & waiting.left & (waiting.t1 < t + 3.0) & (waiting.t1 > t - 8.0)
        mine &= shapely.contains_xy(near_by, waiting.x, waiting.y)
        if mine.any():
            last = np.flatnonzero(mine)[int(np.argmax(waiting.t1[mine]))]
            set_off.append(float(waiting.t1[last]))
            stood.append(float(waiting.t0[last] + waiting.t1[last]) / 2)
    went = entered if len(entered) >= 3 else entered + met
    return Evidence(np.array(went, np.float64), np.array(set_off, np.float64), np.array(stood, np.float64))
