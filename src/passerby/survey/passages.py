"""Who drove over where an approach stops, when, in which lane, and by which way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.survey.carriageways import Carriageway
from passerby.survey.governs import Evidence
from passerby.survey.lanes import Ridge
from passerby.survey.standing import Rests
from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

_ASIDE_M: Final = 2.2
_HEAD_M: Final = (-6.0, 1.5)
_JUST_S: Final = 30.0


@dataclass(frozen=True, eq=False)
class Passages:
    """Fronts over a stop line, shape (n,) each: track, t (s since the epoch), lane (index), exit (-1: not seen).

    set_off, stood: when it drove on from the head of the queue, and the middle of its stand there; else NaN.
    """

    track: IntArray
    t: FloatArray
    lane: IntArray
    exit: IntArray
    set_off: FloatArray
    stood: FloatArray

    def evidence(self, rows: BoolArray) -> Evidence:
        """Of the chosen passages."""
        waited = rows & np.isfinite(self.set_off)
        return Evidence(self.t[rows], self.set_off[waited], self.stood[waited])


def passages(
    motion: Motion, road: Carriageway, lanes: list[Ridge], stop_s: FloatArray, standing: Rests, exits: list[Carriageway]
) -> Passages:
    """The passages over the lanes' stop positions (m along the reference, shape (k,))."""
    wanted = np.zeros(len(motion.ids), bool)
    wanted[np.unique(road.paths.track)] = True
    rows = np.flatnonzero(wanted[motion.track])
    fx, fy = motion.front
    s, d = road.reference.measure(fx[rows], fy[rows])
    off = np.stack([np.abs(d - lane.across(s)) for lane in lanes])
    lane = off.argmin(0)
    beyond = s - stop_s[lane]
    track, t = motion.track[rows], motion.t[rows]
    over = np.flatnonzero(
        (track[1:] == track[:-1])
        & (beyond[:-1] < 0)
        & (beyond[1:] >= 0)
        & (off.min(0)[1:] < _ASIDE_M)
        & (np.diff(t) < 3.0)
        & (np.diff(s) < 15.0)
    )
    # the last time counts: noise may carry a waiting front back and forth
    last = np.append(track[over][1:] != track[over][:-1], True) if len(over) else np.empty(0, bool)
    over = over[last]
    share = -beyond[over] / np.maximum(beyond[over + 1] - beyond[over], 1e-9)
    when = t[over] + share * (t[over + 1] - t[over])
    who, which = track[over], lane[over + 1]
    return Passages(who, when, which, _exits(who, when, exits), *_waited(who, when, which, road, stop_s, standing))


def _exits(track: IntArray, t: FloatArray, roads: list[Carriageway]) -> IntArray:
    """Index of the first way out that each track is seen on after t."""
    first = np.full((max(len(roads), 1), len(track)), np.inf)
    for k, road in enumerate(roads):
        order = np.lexsort((road.paths.t, road.paths.track))
        who, when = road.paths.track[order], road.paths.t[order]
        for i, (one, after) in enumerate(zip(track, t, strict=True)):
            a, b = np.searchsorted(who, [one, one + 1])
            later = when[a:b][when[a:b] > after]
            if len(later) >= 3:
                first[k, i] = later[0]
    return np.where(np.isfinite(first.min(0)), first.argmin(0), -1)


def _waited(
    track: IntArray, t: FloatArray, lane: IntArray, road: Carriageway, stop_s: FloatArray, standing: Rests
) -> tuple[FloatArray, FloatArray]:
    """When those who stood within a few metres of the line drove on, and the middle of their stand."""
    out, middle = np.full(len(track), np.nan), np.full(len(track), np.nan)
    if not len(standing):
        return out, middle
    s, _ = road.reference.measure(standing.x, standing.y)
    for i, (one, when, k) in enumerate(zip(track, t, lane, strict=True)):
        mine = (standing.track == one) & (standing.t1 <= when + 2.0) & (standing.t1 > when - _JUST_S) & standing.left
        mine &= (s > stop_s[k] + _HEAD_M[0]) & (s < stop_s[k] + _HEAD_M[1])
        if mine.any():
            last = np.flatnonzero(mine)[int(np.argmax(standing.t1[mine]))]
            out[i] = standing.t1[last]
            middle[i] = (standing.t0[last] + standing.t1[last]) / 2
    return out, middle
