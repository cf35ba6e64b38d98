"""Where road users came to rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.motion import RATE_HZ, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

LEAST_S: Final = 2.0

_BESIDE_S: Final = 2.0
_MEAN_S: Final = 0.5
_GOES_ON_M: Final = 0.8
"""As far in `_BESIDE_S` as who is about to stand goes no more (0.4 m/s)."""

_SAME_WAY: Final = 0.5


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


def still(motion: Motion) -> BoolArray:
    """Which samples stand, shape (n,), with hindsight: less those that go on steadily, which `Motion` cannot exclude.

    Where positions scatter, a walk looks like scatter for the second or two that `Motion.standing` may look back. The
    means around two seconds earlier, now and two seconds later tell them apart: scatter does not go on one way.
    """
    rows = np.flatnonzero(motion.standing)
    if not len(rows):
        return motion.standing
    key = motion.track * (4 * int(_BESIDE_S * RATE_HZ) + int(np.ptp(motion.k)) + 1) + motion.k - motion.k.min()
    total = np.cumsum(np.stack([np.append(0.0, motion.x), np.append(0.0, motion.y)]), axis=1)

    def mean(after_s: float) -> FloatArray:
        centre = key[rows] + round(after_s * RATE_HZ)
        a = np.searchsorted(key, centre - round(_MEAN_S * RATE_HZ))
        b = np.searchsorted(key, centre + round(_MEAN_S * RATE_HZ), side="right")
        return np.where(b > a, (total[:, b] - total[:, a]) / np.maximum(b - a, 1), np.nan)

    now = mean(0.0)
    back, ahead = now - mean(-_BESIDE_S), mean(_BESIDE_S) - now
    far, near = np.hypot(*ahead), np.hypot(*back)
    out = motion.standing.copy()
    out[rows[(np.minimum(far, near) > _GOES_ON_M) & ((ahead * back).sum(0) > _SAME_WAY * far * near)]] = False
    return out


def rests(motion: Motion, chosen: BoolArray) -> Rests:
    """Standstills of at least `LEAST_S` of the chosen tracks, mask of shape (m,); the front is the median over each.

    Where the heading is unknown, (ux, uy) is (0, 0) and the front is the centre.
    """
    stands = still(motion) & chosen[motion.track]
    first = stands & np.append(True, ~stands[:-1] | (motion.track[1:] != motion.track[:-1]))
    begin = np.flatnonzero(first)
    last = stands & np.append(~stands[1:] | (motion.track[1:] != motion.track[:-1]), True)
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
