"""Where an approach stops: what the fronts of those who stood first say, and where such lines lie before a crossing.

One likelihood holds both. Fronts stand a little before the line, hardly any nearer than half a metre, and some
somewhere else: behind what is not seen, or in the midst of the junction. Lines lie a metre or so
before a crossing; how far, the other arms of the junction tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage
from scipy.special import ndtr

from passerby.survey.carriageways import Carriageway
from passerby.survey.lanes import Ridge
from passerby.survey.standing import Rests
from passerby.tracks.record import BoolArray, FloatArray, IntArray

_UPSTREAM_M: Final = 30.0
_BEYOND_M: Final = 4.0
_ASIDE_M: Final = 1.6
_QUEUE_M: Final = 30.0
_CLOSE_BEHIND_M: Final = 8.5
_BESIDE_M: Final = 1.0
_ON_CROSSING_M: Final = 1.0
_LEAST_HEADS: Final = 2

_STEP_M: Final = 0.05
_GRID_M: Final = (-12.0, 8.0)
# gaps from front to line: hardly any below half a metre, ever fewer from there on
_NEAREST_M: Final = (0.5, 0.3)
_GAP_M: Final = 2.0
_ELSEWHERE: Final = 0.25
_ELSEWHERE_M: Final = 35.0
_SLOPES: Final = np.linspace(-0.6, 0.6, 25)
_SLOPE_SPREAD: Final = 0.12
_ABREAST_M: Final = 0.4
_APART: Final = 0.1
_APART_M: Final = 16.0
_UNLIKE: Final = 0.1
_UNLIKE_M: Final = 20.0


@dataclass(frozen=True)
class Before:
    """How far before something (a crossing, the end of the lanes) the stop lines of a junction lie, m, and +- m."""

    mean_m: float
    spread_m: float

    def learnt(self, seen_m: list[float]) -> Before:
        """Drawn to what the arms of a junction show, each counted like the guess itself."""
        mean = (self.mean_m + sum(seen_m)) / (1 + len(seen_m))
        off = [(x - mean) ** 2 for x in seen_m]
        return Before(mean, float(np.sqrt((2 * self.spread_m**2 + sum(off)) / (2 + len(off)))))


CROSSING: Final = Before(1.0, 0.5)
"""RMS 2 of the German marking rules: 1 m; MUTCD 3B.19: 4 ft."""

END: Final = Before(1.0, 2.5)
"""Flows of the lanes part, or bend, near the line."""


@dataclass(frozen=True, eq=False)
class Stop:
    """Where the lanes of an approach stop, in the order of its ridges.

    s: m along the reference, shape (k,). heads: heads of queues seen per lane, shape (k,). spread_m: how their
    fronts spread along the lane.
    """

    s: FloatArray
    heads: FloatArray
    spread_m: float


@dataclass(frozen=True, eq=False)
class Heads:
    """Fronts (m along the reference) of those who stood first on an approach, and the lane of each."""

    s: FloatArray
    lane: IntArray


def heads_of(
    road: Carriageway, lanes: list[Ridge], standing: Rests, riders: Rests, end_s: float, crossing_s: float | None
) -> Heads:
    """The heads of queues before `end_s`, where the approach ends, and not on the crossing that begins at `crossing_s`.

    riders: standstills of cyclists, behind whom nobody is first.
    """
    if not len(standing):
        return Heads(np.empty(0), np.empty(0, np.int64))
    s, d = road.reference.measure(standing.x, standing.y)
    heading = road.reference.tangents[np.clip(np.rint(s).astype(int), 0, len(road.reference.points) - 1)]
    aligned = standing.ux * heading[:, 0] + standing.uy * heading[:, 1] > 0.8
    off = np.stack([np.abs(d - lane.across(s)) for lane in lanes])
    owner = np.where(off.min(0) < _ASIDE_M, off.argmin(0), -1)
    last_s = end_s + _BEYOND_M if crossing_s is None else min(end_s + _BEYOND_M, crossing_s + _ON_CROSSING_M)
    waits = aligned & (owner >= 0) & (s > end_s - _UPSTREAM_M)
    first = waits & (s < last_s)
    rs, rd = road.reference.measure(riders.x, riders.y) if len(riders) else (np.empty(0), np.empty(0))
    for i in np.flatnonzero(first):
        rows = waits & (owner == owner[i]) & _meanwhile(standing, standing, int(i))
        ahead = s - s[i]
        close = np.where(s < last_s, _QUEUE_M, _CLOSE_BEHIND_M)
        bikes = (np.abs(rd - d[i]) < _BESIDE_M) & (rs - s[i] > 0.5) & (rs - s[i] < _CLOSE_BEHIND_M)
        first[i] = (
            not (rows & (ahead > 1.0) & (ahead < close)).any()
            and not (bikes & _meanwhile(riders, standing, int(i))).any()
        )
    return Heads(s[first], owner[first])


def _meanwhile(others: Rests, standing: Rests, i: int) -> BoolArray:
    """Which of the others stood when one of those standing did, at the end of its stand."""
    found: BoolArray = (others.t0 < standing.t1[i] - 1.0) & (others.t1 > standing.t0[i] + 1.0)
    return found


def stop_of(road: Carriageway, lanes: list[Ridge], heads: Heads, mark_s: FloatArray, before: Before) -> Stop | None:
    """The likeliest stop line; None where fewer than 2 stood first.

    mark_s: where each lane meets its crossing, or ends, m along, shape (k,). before: how far before that lines lie.
    """
    if len(heads.s) < _LEAST_HEADS:
        return None
    middle = float(np.median(mark_s)) - before.mean_m
    grid = middle + np.arange(*_GRID_M, _STEP_M)
    own = np.zeros((len(lanes), len(grid)))
    for k in range(len(lanes)):
        for front in heads.s[heads.lane == k]:
            own[k] += _log_gap(grid - front)
        own[k] += _log_either(grid - (mark_s[k] - before.mean_m), before.spread_m, _UNLIKE, _UNLIKE_M) / len(lanes)
    across = np.array([float(lane.across(np.array([middle]))[0]) for lane in lanes])
    across = across - across.mean()
    slopes = _SLOPES if len(lanes) > 1 else np.zeros(1)
    best = (-np.inf, 0.0, 0)
    # each lane may lie apart from the common line, at a price
    eased = [_eased(row) for row in own]
    for slope in slopes:
        total = sum(np.interp(grid + slope * a, grid, row) for a, row in zip(across, eased, strict=True))
        total = total - 0.5 * (slope / _SLOPE_SPREAD) ** 2
        top = int(np.argmax(total))
        best = max(best, (float(total[top]), float(slope), top))
    line = grid[best[2]] + best[1] * across
    apart = [_log_either(grid - at, _ABREAST_M, _APART, _APART_M) for at in line]
    place = np.array([grid[int(np.argmax(row + by))] for row, by in zip(own, apart, strict=True)])
    counts = np.bincount(heads.lane, minlength=len(lanes)).astype(np.float64)
    at_line = np.abs(heads.s + 1.5 - place[heads.lane]) < 3.0
    spread = float(np.std((heads.s - place[heads.lane])[at_line])) if at_line.any() else float(np.std(heads.s))
    return Stop(place, counts, spread)


def _log_gap(gap: FloatArray) -> FloatArray:
    """Log density of the gap from a front to its line."""
    out: FloatArray = np.interp(gap, _GAPS, _LOG_GAP)
    return out


def _log_either(off: FloatArray, spread_m: float, unlike: float, unlike_m: float) -> FloatArray:
    """Log density of a normal distribution about 0, or else anywhere within `unlike_m`."""
    normal = np.exp(-0.5 * (off / spread_m) ** 2) / (spread_m * np.sqrt(2 * np.pi))
    out: FloatArray = np.log((1 - unlike) * normal + unlike / unlike_m)
    return out


def _eased(row: FloatArray) -> FloatArray:
    """Log likelihood of the approach's line by one lane, whose own line may lie a little or, rarely, far off it."""
    top = float(row.max())
    likely = np.exp(row - top)
    near = ndimage.gaussian_filter1d(likely, _ABREAST_M / _STEP_M, mode="constant")
    out: FloatArray = top + np.log((1 - _APART) * near + _APART * likely.sum() * _STEP_M / _APART_M)
    return out


def _gap_table() -> tuple[FloatArray, FloatArray]:
    gaps = np.arange(-_ELSEWHERE_M, _ELSEWHERE_M, _STEP_M)
    density = ndtr((gaps - _NEAREST_M[0]) / _NEAREST_M[1]) * np.exp(-np.maximum(gaps, 0.0) / _GAP_M)
    density = density / (density.sum() * _STEP_M)
    return gaps, np.log((1 - _ELSEWHERE) * density + _ELSEWHERE / _ELSEWHERE_M)


_GAPS, _LOG_GAP = _gap_table()
