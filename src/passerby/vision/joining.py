"""Pieces of one path joined: who vanished within the picture and who appeared within it later, by motion alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision.association import assign

LONGEST_S: Final = 10.0
LONGEST_RIDE_S: Final = 3.0
"""Who goes faster than people walk is seldom hidden for long: whoever comes the same way later is somebody else."""

WALK_MPS: Final = 2.2
"""A person hidden for long went no faster than this from where it vanished to where it appeared."""

UNSURE_M: Final = 0.6
"""How far the ends of pieces are off, being the moments when somebody was hardly seen (standard deviation)."""

WANDER_MPS: Final = 0.45
"""How much the mean velocity in a gap differs from that at its ends, per axis (standard deviation)."""

TWICE_S: Final = 0.5
"""The end of one piece and the beginning of the next may be the same person, seen twice for a moment."""

LIMIT: Final = 12.0


@dataclass(frozen=True, eq=False)
class Ends:
    """Pieces by their ends. first, last: states, shape (n, 6); began, ended: (n,), s; group: (n,), as classes.GROUP.

    came, went: (n,), whether the piece began or ended where the picture ends.
    """

    first: FloatArray
    last: FloatArray
    began: FloatArray
    ended: FloatArray
    group: IntArray
    came: BoolArray
    went: BoolArray


def followers(ends: Ends) -> IntArray:
    """For each piece the one that goes on with it, shape (n,), -1 where there is none."""
    n = len(ends.began)
    out = np.full(n, -1)
    if n < 2:
        return out
    gap = ends.began[None, :] - ends.ended[:, None]
    open_ends = (~ends.went[:, None]) & (~ends.came[None, :])
    same = ends.group[:, None] == ends.group[None, :]
    possible = open_ends & same & (gap > -TWICE_S) & (gap < LONGEST_S)
    away = ends.first[None, :, :2] - ends.last[:, None, :2]
    usual = 0.5 * (ends.last[:, None, 2:4] + ends.first[None, :, 2:4])
    fast = np.hypot(usual[..., 0], usual[..., 1])
    reach = np.maximum(WALK_MPS, 1.5 * fast) * np.maximum(gap, 0.0) + 2.0 * UNSURE_M
    possible &= (gap < LONGEST_RIDE_S) | (fast < WALK_MPS)
    possible &= np.hypot(away[..., 0], away[..., 1]) < reach
    wander = np.maximum(WANDER_MPS, 0.25 * fast)
    # going on as before, or standing while hidden
    variance = UNSURE_M**2 + (wander * np.clip(gap, 0.0, None)) ** 2
    on = ((away - usual * gap[..., None]) ** 2).sum(2) / variance
    stood = (away**2).sum(2) / variance + 1.0
    tall = ((ends.first[None, :, 4] - ends.last[:, None, 4]) / 0.3) ** 2
    cost = np.minimum(on, stood) + np.minimum(tall, 4.0) + np.log(variance / UNSURE_M**2)
    cost = np.where(possible, cost, np.inf)
    row, column = assign(cost, LIMIT)
    out[row] = column
    return out
