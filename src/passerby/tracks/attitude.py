"""Which way a road user faces, whether it stands, and whether it drives backwards.

All of it is causal (this sample and earlier ones), so that history never changes behind a live run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.motion import STANDING_WINDOW_S, STEP_S
from passerby.tracks.record import BoolArray, FloatArray, IntArray

STANDING_M: Final = 0.6
"""Less than this in STANDING_WINDOW_S counts as standing (0.4 m/s)."""

_FAST_MPS: Final = 2.5
_CHORD_STEPS: Final = 8
_CHORD_M: Final = 0.7
_STEADY_STEPS: Final = 20
_AWAY_STEPS: Final = 30
_AWAY_M: Final = 1.0
# Faster than this hardly anybody reverses (12 km/h), so the motion shows where the front is.
_REVERSE_MAX_MPS: Final = 3.2
_FLIP_COS: Final = -0.5


@dataclass(frozen=True, eq=False)
class Attitude:
    """Per sample, shape (n,): unit heading of the body (NaN before it moved), standing, reversing."""

    hx: FloatArray
    hy: FloatArray
    standing: BoolArray
    reversing: BoolArray


def attitude(
    starts: IntArray,
    k: IntArray,
    x: FloatArray,
    y: FloatArray,
    vx: FloatArray,
    vy: FloatArray,
    sigma_m: FloatArray,
    given: FloatArray,
    can_reverse: BoolArray,
    before: Attitude | None = None,
    known: IntArray | None = None,
) -> Attitude:
    """Heading, standing and reversing of samples sorted by (track, k).

    starts: offsets, shape (m + 1,). given: heading in radians clockwise from north from the source, else NaN.
    can_reverse: per track, shape (m,). before, known: what was found earlier for the first `known[m]` samples of
    each track; those are kept and carried on from.
    """
    n = len(k)
    track = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    first = starts[:-1][track]
    row = np.arange(n)
    dx, dy, steps = _chord(x, y, k, row, first, _CHORD_STEPS)
    sigma_m = _steady(sigma_m, row, first)
    speed = np.sqrt(vx**2 + vy**2)
    chord = np.sqrt(dx**2 + dy**2)
    fast = speed >= np.maximum(_FAST_MPS, 8 * sigma_m)
    moved = (chord >= np.maximum(_CHORD_M, 6 * sigma_m)) & (steps <= 2 * _CHORD_STEPS)
    # noise may look like a stride, but does not carry anybody away; and who creeps gets away in the end
    ox, oy, seen = _chord(x, y, k, row, first, _AWAY_STEPS)
    away = (np.sqrt(ox**2 + oy**2) >= np.maximum(_AWAY_M, 6 * sigma_m)) & (seen <= 2 * _AWAY_STEPS)
    moving = away | ((fast | moved) & (seen < _AWAY_STEPS))
    ux = np.where(fast, vx, np.where(moved, dx, ox))
    uy = np.where(fast, vy, np.where(moved, dy, oy))
    norm = np.maximum(np.sqrt(ux**2 + uy**2), 1e-9)
    ux, uy = ux / norm, uy / norm

    window = round(STANDING_WINDOW_S / STEP_S)
    sx, sy, age = _chord(x, y, k, row, first, window)
    standing = (np.sqrt(sx**2 + sy**2) < np.maximum(STANDING_M, 4 * sigma_m)) & (age >= window - 1) & ~fast

    # the direction of motion the track was last seen to have, kept through standstill
    old = np.zeros(n, bool)
    if before is not None and known is not None:
        old = row - first < known[track]
        sign = np.where(before.reversing, -1.0, 1.0)
        ux = np.where(old, before.hx * sign, ux)
        uy = np.where(old, before.hy * sign, uy)
        moving = np.where(old, np.isfinite(before.hx), moving)
        standing = np.where(old, before.standing, standing)
    source = _last_true(moving, first, row)
    has = source >= 0
    pick = np.maximum(source, 0)
    mx, my = np.where(has, ux[pick], np.nan), np.where(has, uy[pick], np.nan)

    flip = np.zeros(n, np.int64)
    prev = row - 1
    pair = (row > first) & has
    cos = mx * mx[np.maximum(prev, 0)] + my * my[np.maximum(prev, 0)]
    flip[pair & (cos < _FLIP_COS) & can_reverse[track]] = 1
    flips = np.cumsum(flip)
    sure = moving & (speed >= _REVERSE_MAX_MPS)
    if before is not None:
        sure = np.where(old, ~before.reversing & has, sure)
        carried = old & before.reversing
    else:
        carried = np.zeros(n, bool)
    anchor = _last_true(sure | carried | (row == first), first, row)
    reversing = ((flips - flips[anchor] + carried[anchor]) % 2).astype(bool) & has
    sign = np.where(reversing, -1.0, 1.0)
    hx, hy = mx * sign, my * sign

    unseen = np.isnan(hx) & np.isfinite(given)
    hx = np.where(unseen, np.sin(given), hx)
    hy = np.where(unseen, np.cos(given), hy)
    if before is not None:
        hx, hy = np.where(old, before.hx, hx), np.where(old, before.hy, hy)
        reversing = np.where(old, before.reversing, reversing)
    return Attitude(hx, hy, standing, reversing)


def _chord(
    x: FloatArray, y: FloatArray, k: IntArray, row: IntArray, first: IntArray, steps: int
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Displacement since `steps` samples ago (or the track's first), and how many ticks that really is."""
    back = np.maximum(row - steps, first)
    return x - x[back], y - y[back], k - k[back]


def _steady(sigma: FloatArray, row: IntArray, first: IntArray) -> FloatArray:
    """Root mean square of an error over the samples of the last two seconds, for a single one is itself uncertain."""
    begin = np.maximum(row - _STEADY_STEPS + 1, first)
    total = np.append(0.0, np.cumsum(sigma**2))
    return np.asarray(np.sqrt((total[row + 1] - total[begin]) / (row + 1 - begin)))


def _last_true(mask: BoolArray, first: IntArray, row: IntArray) -> IntArray:
    """Index of the last True at or before each sample within its track, -1 where there is none."""
    last = np.maximum.accumulate(np.where(mask, row, -1)) if len(row) else row
    return np.where(last >= first, last, -1)
