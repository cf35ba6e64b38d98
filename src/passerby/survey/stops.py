"""Where an approach stops: the fronts of those who stood first, or where it must stop for what it crosses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.survey.carriageways import Carriageway
from passerby.survey.lanes import Ridge
from passerby.survey.standing import Rests
from passerby.tracks.record import BoolArray, FloatArray

AHEAD_OF_FRONTS_M: Final = 0.2
"""Drivers stop a little before the line."""

_FRONT_QUANTILE: Final = 0.92
_MOST_QUANTILE: Final = 0.75
_HABIT_M: Final = 0.6
_UPSTREAM_M: Final = 30.0
_BEYOND_M: Final = 4.0
_ASIDE_M: Final = 1.6
_QUEUE_M: Final = 30.0
_MODE_M: Final = 1.2
_ON_CROSSING_M: Final = 1.0
_WITH_HEADS_M: Final = (-3.0, 3.0)
_STEEPEST: Final = 0.6
_ABREAST_M: Final = 1.5
_SURE_HEADS: Final = 10
_OWN: Final = 5.0
"""A lane's own heads of queues weigh as much as the approach's line from this many on."""


@dataclass(frozen=True, eq=False)
class Stop:
    """Where the lanes of an approach stop, in the order of its ridges.

    s: m along the reference, shape (k,). heads: heads of queues seen per lane, shape (k,). spread_m: how their
    fronts spread along the lane; NaN where nobody stood.
    """

    s: FloatArray
    heads: FloatArray
    spread_m: float


def stop_of(
    road: Carriageway, lanes: list[Ridge], standing: Rests, end_s: float, crossing_s: float | None
) -> Stop | None:
    """The stop line from the heads of queues before `end_s`, where the approach ends; None where none stood.

    Fronts gather just before the line; some stop early, some overrun it, some wait inside the junction. The place
    where most heads of queues stand is taken, not on a crossing (which begins at `crossing_s`), and in it a high
    percentile of the fronts.
    """
    s, d = road.reference.measure(standing.x, standing.y) if len(standing) else (np.empty(0), np.empty(0))
    heading = road.reference.tangents[np.clip(np.rint(s).astype(int), 0, len(road.reference.points) - 1)]
    aligned = standing.ux * heading[:, 0] + standing.uy * heading[:, 1] > 0.8
    last_s = end_s + _BEYOND_M if crossing_s is None else min(end_s + _BEYOND_M, crossing_s + _ON_CROSSING_M)
    within = (s > end_s - _UPSTREAM_M) & (s < last_s)
    owner = np.full(len(s), -1)
    for k, lane in enumerate(lanes):
        off = np.abs(d - lane.across(s))
        near = (off < _ASIDE_M) & (owner < 0)
        owner[near] = k
    usable = aligned & within & (owner >= 0)
    first = _first_in_queue(s, owner, standing, usable)
    if first.sum() < 2:
        return None
    every = s[first]
    mode = _mode(every)
    near = first & (s > mode + _WITH_HEADS_M[0]) & (s < mode + _WITH_HEADS_M[1])
    slope, base = _line(d[near], s[near])
    middles = np.array([float(lane.across(np.array([mode]))[0]) for lane in lanes])
    line = base + slope * middles
    heads = np.zeros(len(lanes))
    place = line.copy()
    for k in range(len(lanes)):
        own = first & (owner == k)
        # a lane of its own may stop farther back or farther on than its neighbours
        if own.sum() >= 4:
            own_mode = _mode(s[own])
            if abs(own_mode - line[k]) < 8:
                own &= (s > own_mode + _WITH_HEADS_M[0]) & (s < own_mode + _WITH_HEADS_M[1])
                mine = _foremost(s[own])
                n = float(own.sum())
                together = (n * mine + _OWN * line[k]) / (n + _OWN)
                apart = mine if n >= _SURE_HEADS else line[k]
                place[k] = together if abs(mine - line[k]) < _ABREAST_M else apart
        heads[k] = float(own.sum())
    spread = float(np.std(s[near] - slope * d[near]))
    return Stop(place + AHEAD_OF_FRONTS_M, heads, spread)


def _first_in_queue(s: FloatArray, owner: np.ndarray, standing: Rests, usable: BoolArray) -> BoolArray:
    """Those with nobody standing before them in their lane at the end of their stand."""
    first = usable.copy()
    rows = np.flatnonzero(usable)
    for i in rows:
        ahead = (owner[rows] == owner[i]) & (s[rows] > s[i] + 1.0) & (s[rows] < s[i] + _QUEUE_M)
        together = (standing.t0[rows] < standing.t1[i] - 1.0) & (standing.t1[rows] > standing.t0[i] + 1.0)
        if np.any(ahead & together):
            first[i] = False
    return first


def _mode(s: FloatArray) -> float:
    grid = np.arange(s.min() - 1, s.max() + 1, 0.1)
    density = np.exp(-0.5 * ((grid[:, None] - s) / _MODE_M) ** 2).sum(1)
    return float(grid[int(np.argmax(density))])


def _foremost(s: FloatArray) -> float:
    """A high percentile, but no farther ahead of most than drivers' habits spread: those overran the line."""
    high, most = np.quantile(s, [_FRONT_QUANTILE, _MOST_QUANTILE])
    return float(min(high, most + _HABIT_M))


def _line(d: FloatArray, s: FloatArray) -> tuple[float, float]:
    """Slope and base of the line that most of the fronts stand behind, square to the road unless they say otherwise."""
    slopes = np.linspace(-_STEEPEST, _STEEPEST, 49) if len(d) >= 8 and np.ptp(d) > 2 else np.zeros(1)
    best = (np.inf, 0.0, 0.0)
    for slope in slopes:
        rest = s - slope * d
        base = _foremost(rest)
        over = rest - base
        loss = float(np.where(over > 0, _FRONT_QUANTILE * over, (_FRONT_QUANTILE - 1) * over).sum())
        loss += 0.3 * len(d) ** 0.5 * abs(float(slope))
        best = min(best, (loss, float(slope), base))
    return best[1], best[2]
