"""The ways that road users took: smoothed tracks thinned to one point a metre, cut where they were lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from passerby.survey.standing import still
from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

SPACING_M: Final = 1.0
COURSE_REACH_M: Final = 4.0
"""A course is a chord this far back and ahead: long against the noise of positions, short against a turn."""

_APART_M: Final = 1000.0
_STRAIGHT: Final = 0.8
_SMOOTHINGS: Final = 6


@dataclass(frozen=True, eq=False)
class Paths:
    """Points of ways, shape (n,) each, sorted by (piece, distance).

    track: index into the motion's tracks. piece: numbers the unbroken pieces of tracks. s: metres along the piece.
    t: s since the epoch. x, y: m. ux, uy: unit vector of the course. bend: radians by which the course turns
    within `COURSE_REACH_M` back and ahead, positive to the right. speed: m/s.
    """

    track: IntArray
    piece: IntArray
    s: FloatArray
    t: FloatArray
    x: FloatArray
    y: FloatArray
    ux: FloatArray
    uy: FloatArray
    bend: FloatArray
    speed: FloatArray

    def __len__(self) -> int:
        return len(self.x)

    def take(self, rows: BoolArray | IntArray) -> Paths:
        """The chosen points (mask or index)."""
        return Paths(**{name: column[rows] for name, column in vars(self).items()})

    @property
    def n_tracks(self) -> int:
        """How many different road users these are."""
        return len(np.unique(self.track))


def ways(motion: Motion, chosen: BoolArray, least_m: float) -> Paths:
    """The paths of the chosen tracks, mask of shape (m,); pieces that lead less than `least_m` away are left out."""
    index, piece = [], []
    number = 0
    x, y = motion.x, motion.y
    moves = ~still(motion)
    for track in np.flatnonzero(chosen):
        a, b = int(motion.starts[track]), int(motion.starts[track + 1])
        breaks = [a, *(np.flatnonzero(_lost(motion, a, b)) + a + 1).tolist(), b]
        for begin, end in pairwise(breaks):
            if end - begin < 2 or np.hypot(np.ptp(x[begin:end]), np.ptp(y[begin:end])) < least_m:
                continue
            moving = np.flatnonzero(moves[begin:end]) + begin
            if len(moving) < 3:
                continue
            kept = moving[_thinned(x[moving], y[moving])]
            if len(kept) < 3:
                continue
            index.append(kept)
            piece.append(np.full(len(kept), number))
            number += 1
    if not index:
        e, i = np.empty(0), np.empty(0, np.int64)
        return Paths(i, i, e, e, e, e, e, e, e, e)
    return _with_courses(motion, np.concatenate(index), np.concatenate(piece))


def _lost(motion: Motion, a: int, b: int) -> BoolArray:
    """Where the next sample does not go on from this one: lost for long, not merely thinned while standing."""
    dt = np.diff(motion.k[a:b])
    step = np.hypot(np.diff(motion.x[a:b]), np.diff(motion.y[a:b]))
    gone: BoolArray = (dt > 1) & (step > SPACING_M)
    return gone


def _thinned(x: FloatArray, y: FloatArray) -> IntArray:
    """Indices of points at least `SPACING_M` from the one kept before: standing and its jitter become one point."""
    kept = [0]
    px, py = float(x[0]), float(y[0])
    least = SPACING_M**2
    for i, (u, v) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if (u - px) ** 2 + (v - py) ** 2 >= least:
            kept.append(i)
            px, py = u, v
    return np.array(kept, np.int64)


def _smooth(values: FloatArray, new: BoolArray) -> FloatArray:
    """Each value averaged with those beside it in its piece, twice by halves: a Gaussian of about 2 points."""
    out = values
    first, last = new, np.append(new[1:], True)
    for _ in range(_SMOOTHINGS):
        # the ends of a piece stay where they are
        mean = 0.5 * out + 0.25 * (np.roll(out, 1) + np.roll(out, -1))
        out = np.where(first | last, out, mean)
    return out


def _with_courses(motion: Motion, index: IntArray, piece: IntArray) -> Paths:
    new = np.append(True, piece[1:] != piece[:-1])
    x, y = _smooth(motion.x[index], new), _smooth(motion.y[index], new)
    step = np.where(new, 0.0, np.hypot(np.diff(x, prepend=x[0]), np.diff(y, prepend=y[0])))
    along = np.cumsum(step) + piece * _APART_M
    first = np.maximum.accumulate(np.where(new, np.arange(len(x)), 0))
    back = np.searchsorted(along, along - COURSE_REACH_M)
    ahead = np.searchsorted(along, along + COURSE_REACH_M, side="right") - 1
    dx, dy = x[ahead] - x[back], y[ahead] - y[back]
    length = np.hypot(dx, dy)
    # who creeps under noise winds about; who drives on gets as far as the way is long
    good = length > np.maximum(SPACING_M, _STRAIGHT * (along[ahead] - along[back]))
    safe = np.where(good, length, 1.0)
    ux, uy = dx / safe, dy / safe
    turned = np.arctan2(uy[back] * ux[ahead] - ux[back] * uy[ahead], ux[back] * ux[ahead] + uy[back] * uy[ahead])
    paths = Paths(
        motion.track[index], piece, along - along[first], motion.t[index], x, y, ux, uy, turned, motion.speed[index]
    )
    return paths.take(good)
