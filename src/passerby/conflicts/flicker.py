"""A time to collision that noise made comes and goes within its correlation time; a real one lasts."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.conflicts.measures import Measures
from passerby.tracks.motion import STEP_S
from passerby.tracks.record import BoolArray, IntArray

_PAUSE: Final = 3  # clock steps without a measure that do not end a run of them
_LASTS_S: Final = 0.8  # somewhat longer than a tracker's noise stays alike (0.5 s)
_CLEAN_M: Final = 0.15  # noise of a pair that moves nobody onto a collision course
_LARGE_M: Final = 0.45
# TTC falls by a second per second while speeds are even, twice that when the first brakes hard meanwhile. One that
# has come down to `ttc` must have been below the limit for at least this share of the difference.
_FALL: Final = 2.0


def lasting(m: Measures, start: IntArray, limit_s: float, until_k: int) -> tuple[BoolArray, BoolArray, BoolArray]:
    """Which measures count, of which that is settled whatever comes, and which have been fast; no TTC: all three.

    `m`: sorted by pair and k; start: first row of each encounter; until_k: every instant before it has been measured.
    TTCs with short pauses are a run. What is `fast` of it counts: everything from its first row that is no queue
    closing up. And it counts if it is as long as its noise and its depth below the limit ask: one row is enough in
    clean data, 0.8 s in noise of half a metre.
    """
    good, sure, fast = (np.ones(len(m), bool) for _ in range(3))
    row = np.flatnonzero(~np.isnan(m.ttc_s))
    if not len(row):
        return good, sure, fast
    group = np.searchsorted(start, row, side="right")
    new = np.append(True, (group[1:] != group[:-1]) | (m.k[row][1:] - m.k[row][:-1] > _PAUSE))
    run = np.cumsum(new)
    quick = np.maximum.accumulate(np.where(m.fast[row], run, 0)) == run
    fast[row] = good[row] = quick
    row, run = row[quick], run[quick]
    if not len(row):
        return good, sure, fast
    head = np.flatnonzero(np.append(True, run[1:] != run[:-1]))
    size = np.diff(np.append(head, len(row)))
    sigma = np.maximum.reduceat(m.sigma_m[row], head)
    fallen = (limit_s - np.minimum.reduceat(m.ttc_s[row], head)) / _FALL
    asked = _LASTS_S * np.clip((sigma - _CLEAN_M) / (_LARGE_M - _CLEAN_M), 0.0, 1.0)
    settled = np.logical_or.reduceat(m.settled[row], head) | (size >= round(_LASTS_S / STEP_S))
    good[row] = np.repeat(settled | (size >= np.minimum(np.maximum(fallen, 0.0), asked) / STEP_S), size)
    sure[row] = np.repeat(settled | (m.k[row][head + size - 1] + _PAUSE < until_k), size)
    return good, sure, fast
