"""Where road users came to rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.motion import RATE_HZ, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

LEAST_S: Final = 2.0


@dataclass(frozen=True, eq=False)
class Rests:
    """Standstills, shape (n,) each: track; from t0 to t1 (s since the epoch); x, y of the front (m); ux, uy heading.

    left: it was seen to drive or walk on afterwards.
    """

    track: IntArray
    t0: FloatArray
    t1: FloatArray
    x: FloatArray
    y: FloatArray
    ux: FloatArray
    uy: FloatArray
    left: BoolArray

    def __len__(self) -> int:
        return len(self.track)

    def take(self, rows: BoolArray | IntArray) -> Rests:
        """The chosen standstills (mask or index)."""
        return Rests(**{name: column[rows] for name, column in vars(self).items()})


def rests(motion: Motion, chosen: BoolArray) -> Rests:
    """Standstills of at least `LEAST_S` of the chosen tracks, mask of shape (m,); the front is the median over each.

    Where the heading is unknown, (ux, uy) is (0, 0) and the front is the centre.
    """
    still = motion.standing & chosen[motion.track]
    first = still & np.append(True, ~still[:-1] | (motion.track[1:] != motion.track[:-1]))
    begin = np.flatnonzero(first)
    last = still & np.append(~still[1:] | (motion.track[1:] != motion.track[:-1]), True)
    end = np.flatnonzero(last) + 1
    long = motion.k[end - 1] - motion.k[begin] >= LEAST_S * RATE_HZ
    begin, end = begin[long], end[long]
    fx, fy = motion.front
    spans = list(zip(begin.tolist(), end.tolist(), strict=True))

    def median(column: FloatArray) -> FloatArray:
        return np.array([np.median(column[a:b]) for a, b in spans])

    track = motion.track[begin]
    ux, uy = np.nan_to_num(motion.hx[end - 1]), np.nan_to_num(motion.hy[end - 1])
    left = end < motion.starts[track + 1]
    return Rests(track, motion.t[begin], motion.t[end - 1], median(fx), median(fy), ux, uy, left)
