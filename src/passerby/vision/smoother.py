"""Paths of a recording made smooth with what came later: the Rauch-Tung-Striebel smoother, and the way through gaps.

Rauch, Tung and Striebel, Maximum likelihood estimates of linear dynamic systems, AIAA Journal 1965.
"""

from __future__ import annotations

import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.kalman import predict


def smoothed(t: FloatArray, x: FloatArray, p: FloatArray, acceleration: float, growth: float) -> FloatArray:
    """Smoothed states, shape (n, 6), of one track from its filtered states x, (n, 6), covariances p, (n, 6, 6), at t.

    acceleration, growth: as for kalman.predict.
    """
    out = x.copy()
    n = len(t)
    if n < 2:
        return out
    dt = np.diff(t)
    ahead = np.repeat(np.eye(6)[None], n - 1, axis=0)
    ahead[:, 0, 2] = ahead[:, 1, 3] = dt
    predicted = (ahead @ x[:-1, :, None])[:, :, 0]
    spread = np.empty((n - 1, 6, 6))
    for i in range(n - 1):
        step, state = p[i : i + 1].copy(), x[i : i + 1].copy()
        predict(state, step, float(dt[i]), np.array([acceleration]), np.array([growth]))
        spread[i] = step[0]
    gain = np.linalg.solve(spread, ahead @ p[:-1]).transpose(0, 2, 1)
    for i in range(n - 2, -1, -1):
        out[i] = x[i] + gain[i] @ (out[i + 1] - predicted[i])
    return out


def way(t: FloatArray, t0: float, x0: FloatArray, t1: float, x1: FloatArray) -> FloatArray:
    """States, shape (n, 6), at t between x0 at t0 and x1 at t1: a cubic that meets both places and velocities."""
    span = max(t1 - t0, 1e-6)
    u = ((t - t0) / span)[:, None]
    # over long gaps people stop and turn: their velocities at the ends say little about the middle
    fade = min(1.0, 2.0 / span)
    v0, v1 = x0[2:4] * span * fade, x1[2:4] * span * fade
    a, b = x0[:2], x1[:2]
    place = (2 * u**3 - 3 * u**2 + 1) * a + (u**3 - 2 * u**2 + u) * v0 + (-2 * u**3 + 3 * u**2) * b + (u**3 - u**2) * v1
    out = x0 + u * (x1 - x0)
    out[:, :2] = place
    out[:, 2:4] = (b - a) / span
    return np.asarray(out)
