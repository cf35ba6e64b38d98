"""Ways over the carriageway: where somebody on foot or on a bicycle goes across the traffic, not along it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from passerby.survey.paths import Paths
from passerby.survey.road import Road, on_to_another_leg
from passerby.tracks.record import BoolArray, FloatArray

ALONG_RAD: Final = np.radians(35.0)
"""Courses that differ by less go the same way."""

_LEAST_M: Final = 3.0
_SQUARE: Final = np.cos(np.radians(48.0))
_WITH_TRAFFIC: Final = 0.08
_ISLAND_M: Final = 8.0
_STRAIGHT_M: Final = 0.7
_TURN_RAD: Final = np.radians(40.0)
_STRAIGHT_ON: Final = np.cos(np.radians(35.0))


@dataclass(frozen=True, eq=False)
class Run:
    """One way over the road: points (k, 2), its track, whether both kerbs were seen."""

    points: FloatArray
    track: int
    rides: bool
    whole: bool

    @property
    def axis(self) -> FloatArray:
        """The unit vector from its first point to its last."""
        chord = self.points[-1] - self.points[0]
        return np.asarray(chord / np.hypot(*chord))

    @property
    def middle(self) -> FloatArray:
        """Half way between its first point and its last."""
        return np.asarray((self.points[0] + self.points[-1]) / 2)


def runs_over(road: Road, paths: Paths, rides: bool) -> list[Run]:
    """The ways over the road of those on foot, or of those who ride, less what goes along the traffic."""
    if not len(paths):
        return []
    held = road.holds(paths.x, paths.y)
    if rides:
        held = held & ~_with_the_traffic(road, paths)
    held = _bridged(held, paths)
    new = np.append(True, (paths.piece[1:] != paths.piece[:-1]) | (held[1:] != held[:-1]))
    new |= held & on_to_another_leg(road, paths)
    begin = np.flatnonzero(new)
    end = np.append(begin[1:], len(paths))
    found = []
    for a, b in zip(begin.tolist(), end.tolist(), strict=True):
        if not held[a] or b - a < 3:
            continue
        before = a > 0 and paths.piece[a - 1] == paths.piece[a]
        after = b < len(paths) and paths.piece[b] == paths.piece[a]
        points = np.stack([paths.x[a:b], paths.y[a:b]], 1)
        for i, j in _square_parts(road, points):
            part = points[i : j + 1]
            length = float(np.hypot(*(part[-1] - part[0])))
            if length < _LEAST_M or paths.s[a + j] - paths.s[a + i] > 1.5 * length:
                continue
            whole = (before or i > 0) and (after or j < len(points) - 1)
            found.append(Run(part, int(paths.track[a]), rides, bool(whole)))
    return found


def _square_parts(road: Road, points: FloatArray) -> list[tuple[int, int]]:
    """First and last index of the parts of a way that lead across the traffic: less what goes along it at corners."""
    corners = _corners(points, 0, len(points) - 1)
    parts: list[tuple[int, int]] = []
    for i, j in pairwise(corners):
        if not _is_square(road, points[i : j + 1]):
            continue
        if parts and parts[-1][1] == i and _goes_on(points, parts[-1][0], i, j):
            parts[-1] = (parts[-1][0], j)
        else:
            parts.append((i, j))
    return parts


def _goes_on(points: FloatArray, a: int, b: int, c: int) -> bool:
    first, second = points[b] - points[a], points[c] - points[b]
    return bool(first @ second > np.cos(_TURN_RAD) * np.hypot(*first) * np.hypot(*second))


def _corners(points: FloatArray, a: int, b: int) -> list[int]:
    """Indices between which a way from a to b is straight (Douglas and Peucker, 1973)."""
    chord = points[b] - points[a]
    off = points[a : b + 1] - points[a]
    apart = np.abs(off[:, 0] * chord[1] - off[:, 1] * chord[0]) / max(float(np.hypot(*chord)), 1e-9)
    k = a + int(np.argmax(apart))
    if apart[k - a] <= _STRAIGHT_M or not a < k < b:
        return [a, b]
    return _corners(points, a, k)[:-1] + _corners(points, k, b)


def _bridged(held: BoolArray, paths: Paths) -> BoolArray:
    """The points on the road and those on an island between two parts of it: it is one crossing so far."""
    on = np.flatnonzero(held)
    out = held.copy()
    gaps = np.flatnonzero(np.diff(on) > 1)
    for a, b in zip(on[gaps], on[gaps + 1], strict=True):
        on_and_on = paths.ux[a:b] * paths.ux[a] + paths.uy[a:b] * paths.uy[a] > _STRAIGHT_ON
        if paths.piece[a] == paths.piece[b] and paths.s[b] - paths.s[a] < _ISLAND_M and on_and_on.all():
            out[a:b] = True
    return out


def _with_the_traffic(road: Road, paths: Paths) -> BoolArray:
    """Points where enough motor vehicles drive the same way: whoever rides so rides on the road, not across it."""
    near = road.tree.query_ball_point(np.stack([paths.x, paths.y], 1), 2.0)
    course = np.arctan2(paths.ux, paths.uy)
    same = np.zeros(len(paths), bool)
    for k, some in enumerate(near):
        if some:
            along = np.cos(road.courses[some] - course[k]) > np.cos(ALONG_RAD)
            same[k] = np.count_nonzero(along) > _WITH_TRAFFIC * len(some)
    return same


def _is_square(road: Road, points: FloatArray) -> bool:
    """Whether a way leads across the traffic beside it rather than along it."""
    near = road.tree.query_ball_point(points, 2.0)
    some = np.unique(np.concatenate([np.asarray(n, np.int64) for n in near]))
    if not len(some):
        return False
    chord = points[-1] - points[0]
    along = np.arctan2(chord[0], chord[1])
    return bool(np.median(np.abs(np.cos(road.courses[some] - along))) < _SQUARE)
