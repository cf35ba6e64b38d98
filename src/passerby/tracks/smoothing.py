"""Local polynomial smoothing: position, velocity and acceleration, with their errors, from uneven noisy rows.

At every instant of the common clock a quadratic in time is fitted to the rows around it, weighted by an
Epanechnikov kernel (Fan & Gijbels 1996, Local Polynomial Modelling and Its Applications, ch. 3). The window
holds at least two rows before and two after where the track has them, so a 1 Hz track works like a 25 Hz one.
Near the ends of a track, where a quadratic swings, the fit is a straight line. Support is finite: once the rows
up to `WINDOW_S` after an instant are in, nothing that comes later can change it, which is what makes a live run
and a recorded one agree to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.tracks.motion import RATE_HZ
from passerby.tracks.record import BoolArray, FloatArray, IntArray

WINDOW_S: Final = 0.6
GAP_S: Final = 3.0
"""Longer without a row: nothing is said about the time between."""

_BLOCK: Final = 8192
# Instants whose windows reach farther than most others' are gone on with by themselves, unless they are few.
_WORTH: Final = 0.6
_FEW: Final = 64
_UNKNOWN_SIGMA_M: Final = 0.07
# A track's noise is correlated over half a second to a second (lens, detector and filter all have memory), so what a
# window of 1.2 s sees of it is less than there is: the residuals of a position by this factor, of a speed by that.
# Measured on Ornstein-Uhlenbeck noise of 0.15-0.5 m: 1.9 at a correlation time of 0.5 s, 2.75 at 1 s.
_POSITION_INFLATION: Final = 2.3
_SPEED_INFLATION: Final = 1.6


@dataclass(frozen=True, eq=False)
class Samples:
    """Fitted instants, shape (n,) each: row block `track`, clock `k`, position, velocity, acceleration, errors."""

    track: IntArray
    k: IntArray
    x: FloatArray
    y: FloatArray
    vx: FloatArray
    vy: FloatArray
    ax: FloatArray
    ay: FloatArray
    sigma_m: FloatArray
    sigma_mps: FloatArray


def clock_ticks(t: FloatArray, starts: IntArray, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    """Track index and tick k of every instant to be fitted: `first`..`last` per track, less the lost times.

    t: rows' times, sorted per track; starts: offsets of the tracks' rows, shape (m + 1,).
    """
    n = np.maximum(last - first + 1, 0)
    track = np.repeat(np.arange(len(n)), n)
    k = np.arange(n.sum()) - np.repeat(np.cumsum(n) - n, n) + np.repeat(first, n)
    inside = np.ones(len(k), bool)
    gaps = np.flatnonzero(np.diff(t) > GAP_S)
    gaps = gaps[~np.isin(gaps + 1, starts)]
    if len(gaps) == 0:
        return track, k
    owner = np.searchsorted(starts, gaps, side="right") - 1
    offset = np.cumsum(n) - n
    for gap, m in zip(gaps, owner, strict=True):
        # ticks strictly between the two rows
        a = max(int(np.floor(t[gap] * RATE_HZ)) + 1, int(first[m]))
        b = min(int(np.ceil(t[gap + 1] * RATE_HZ)) - 1, int(last[m]))
        if b >= a:
            base = offset[m] - first[m]
            inside[base + a : base + b + 1] = False
    return track[inside], k[inside]


def fit(t: FloatArray, x: FloatArray, y: FloatArray, starts: IntArray, track: IntArray, k: IntArray) -> Samples:
    """Fit position, velocity and acceleration at the ticks k of the given tracks.

    t, x, y: rows sorted by (track, t); starts: offsets of the tracks' rows, shape (m + 1,); track, k: shape (n,).
    """
    n = len(k)
    origin = np.floor(t[0]) if len(t) else 0.0
    g = k / RATE_HZ - origin
    rel = t - origin
    after = _rows_after(rel, starts, track, g)
    out = np.empty((8, n))
    for a in range(0, n, _BLOCK):
        s = slice(a, a + _BLOCK)
        out[:, s] = _fit_block(rel, x, y, starts[track[s]], starts[track[s] + 1], after[s], g[s])
    return Samples(track, k, *out)


def _rows_after(rel: FloatArray, starts: IntArray, track: IntArray, g: FloatArray) -> IntArray:
    """Index of the first row later than g within the track (its end where there is none)."""
    us = np.rint(rel * 1e6).astype(np.int64)
    low = int(us.min()) if len(us) else 0
    row_track = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    # one sorted key (track, microseconds), 2**43 us = 101 days
    rows = (row_track << 43) + (us - low)
    want = (track << 43) + np.clip(np.rint(g * 1e6).astype(np.int64) - low, 0, (1 << 43) - 1)
    return np.searchsorted(rows, want, side="right").astype(np.int64)


def _fit_block(
    t: FloatArray, x: FloatArray, y: FloatArray, lo: IntArray, hi: IntArray, after: IntArray, g: FloatArray
) -> npt.NDArray[np.float64]:
    ends = len(t) - 1

    def reach(i: IntArray, valid: BoolArray) -> FloatArray:
        d = np.abs(t[np.clip(i, 0, ends)] - g)
        return np.where(valid & (d <= GAP_S), d, 0.0)

    before = np.maximum(reach(after - 1, after - 1 >= lo), reach(after - 2, after - 2 >= lo))
    beyond = np.maximum(reach(after, after < hi), reach(after + 1, after + 1 < hi))
    back = np.maximum(before, WINDOW_S)
    ahead = np.maximum(beyond, WINDOW_S)
    h = np.maximum(back, ahead) * 1.05

    near = np.clip(after - 1, lo, hi - 1)
    x0, y0 = x[near], y[near]
    sums = np.zeros((12, len(g)))
    count = np.zeros((2, len(g)))
    for side, step in ((0, -1), (1, 1)):
        limit = back if side == 0 else ahead
        ticks = _Ticks(lo, hi, g, h, limit, x0, y0, sums, count[side])
        _add_rows(t, x, y, ticks, after - 1 if side == 0 else after, step)
    s, mx, my, rss = sums[:5], sums[5:8], sums[8:11], sums[11]

    cx, cy, order = _solve(s, mx, my, count)
    rss -= (cx * mx).sum(0) + (cy * my).sum(0)
    total = count.sum(0)
    spare = np.maximum(total - order - 1, 0)
    noise2 = np.maximum(rss, 0) / np.maximum(s[0], 1e-12) / 2 * total / np.maximum(spare, 1)
    # two rows or a bare line through them say nothing about noise: take 0.16 m
    sigma = np.where(spare > 0, np.sqrt(noise2), _UNKNOWN_SIGMA_M)
    spread = np.sqrt(np.maximum(s[2] / np.maximum(s[0], 1e-12), 1e-6)) * h
    return np.stack(
        [
            x0 + cx[0],
            y0 + cy[0],
            cx[1] / h,
            cy[1] / h,
            2 * cx[2] / (h * h),
            2 * cy[2] / (h * h),
            sigma * _POSITION_INFLATION,
            sigma * _SPEED_INFLATION / (spread * np.sqrt(np.clip(total / 4, 1.0, 3.0))),
        ]
    )


@dataclass(frozen=True, eq=False)
class _Ticks:
    """Instants whose rows are added up, shape (b,) each; sums, shape (12, b): moments of w, w x and w y, and w r2."""

    lo: IntArray
    hi: IntArray
    g: FloatArray
    h: FloatArray
    limit: FloatArray
    x0: FloatArray
    y0: FloatArray
    sums: FloatArray
    rows: FloatArray

    def take(self, some: IntArray) -> _Ticks:
        return _Ticks(**{name: v[..., some] for name, v in vars(self).items()})


def _add_rows(t: FloatArray, x: FloatArray, y: FloatArray, ticks: _Ticks, i: IntArray, step: int) -> None:
    """Add to the sums the rows i, i + step, i + 2 step, ... of each instant, as far as its window reaches."""
    lo, hi, g, h, limit = ticks.lo, ticks.hi, ticks.g, ticks.h, ticks.limit
    x0, y0, sums, count = ticks.x0, ticks.y0, ticks.sums, ticks.rows
    ends = len(t) - 1
    while True:
        j = np.clip(i, 0, ends)
        dt = t[j] - g
        ok = (i >= lo) & (i < hi) & (np.abs(dt) <= limit)
        left = np.count_nonzero(ok)
        if left == 0:
            return
        if left < len(i) * _WORTH and len(i) > _FEW:
            # the rest go on by themselves
            some = np.flatnonzero(ok)
            fewer = ticks.take(some)
            _add_rows(t, x, y, fewer, i[some], step)
            sums[:, some], count[some] = fewer.sums, fewer.rows
            return
        u = dt / h
        # a row beyond the window weighs nothing, so it changes no sum
        w = np.where(ok, 1.0 - u * u, 0.0)
        px, py = x[j] - x0, y[j] - y0
        count += ok
        wu = w * u
        wuu = wu * u
        wuuu = wuu * u
        sums[0] += w
        sums[1] += wu
        sums[2] += wuu
        sums[3] += wuuu
        sums[4] += wuuu * u
        sums[5] += w * px
        sums[6] += wu * px
        sums[7] += wuu * px
        sums[8] += w * py
        sums[9] += wu * py
        sums[10] += wuu * py
        sums[11] += w * (px * px + py * py)
        i = i + step


def _solve(
    s: npt.NDArray[np.float64],
    mx: npt.NDArray[np.float64],
    my: npt.NDArray[np.float64],
    count: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coefficients (3, n) for x and y and the order of the fit: 2 inside a track, 1 near its ends, 0 alone."""
    s0, s1, s2, s3, s4 = s
    # cofactors of the symmetric normal matrix
    a = s2 * s4 - s3 * s3
    b = s2 * s3 - s1 * s4
    c = s1 * s3 - s2 * s2
    d = s0 * s4 - s2 * s2
    e = s1 * s2 - s0 * s3
    f = s0 * s2 - s1 * s1
    det = s0 * a + s1 * b + s2 * c
    quadratic = (count.min(0) >= 2) & (count.sum(0) >= 5) & (det > 1e-9 * s0**3)
    linear = ~quadratic & (count.sum(0) >= 2) & (f > 1e-9 * s0**2)
    order = np.where(quadratic, 2.0, np.where(linear, 1.0, 0.0))

    def coefficients(m: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        safe = np.where(quadratic, det, 1.0)
        quad = np.stack(
            [a * m[0] + b * m[1] + c * m[2], b * m[0] + d * m[1] + e * m[2], c * m[0] + e * m[1] + f * m[2]]
        )
        safe_f = np.where(linear, f, 1.0)
        zero = np.zeros_like(s0)
        line = np.stack([(s2 * m[0] - s1 * m[1]) / safe_f, (s0 * m[1] - s1 * m[0]) / safe_f, zero])
        mean = np.stack([m[0] / np.maximum(s0, 1e-12), zero, zero])
        return np.where(quadratic, quad / safe, np.where(linear, line, mean))

    return coefficients(mx), coefficients(my), order
