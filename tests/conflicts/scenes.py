"""Motion from analytic tracks, by exact samples and differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from passerby.tracks.classes import CODE
from passerby.tracks.motion import STEP_S, Motion

T0 = 1_780_000_000.0
User = tuple[str, str, float, float, Any, Any, Any]


def motion_of(users: Sequence[User], sigma_m: float = 0.0, sigma_mps: float = 0.0, gap_s: float = 1.0) -> Motion:
    """(id, class, length, width, t, x, y) each, t on whole clock steps: velocities by differences, headings along them.

    A heading is kept while its user stands and NaN before it first moves.
    """
    parts = []
    for _, _, _, _, t, x, y in users:
        t, x, y = (np.asarray(v, float) for v in (t, x, y))
        k = np.rint(t / STEP_S).astype(np.int64)
        cut = np.ones(len(k), bool)
        cut[1:] = np.diff(k) * STEP_S > gap_s
        vx, vy, ax, ay = (np.zeros(len(k)) for _ in range(4))
        for piece in np.split(np.arange(len(k)), np.flatnonzero(cut)[1:]):
            if len(piece) > 1:
                tp = k[piece] * STEP_S
                vx[piece], vy[piece] = np.gradient(x[piece], tp), np.gradient(y[piece], tp)
                ax[piece], ay[piece] = np.gradient(vx[piece], tp), np.gradient(vy[piece], tp)
        speed = np.hypot(vx, vy)
        moves = speed > 0.05
        seen = np.maximum.accumulate(np.where(moves, np.arange(len(k)), -1))
        safe = np.where(speed > 0, speed, 1.0)
        hx = np.where(seen >= 0, (vx / safe)[np.maximum(seen, 0)], np.nan)
        hy = np.where(seen >= 0, (vy / safe)[np.maximum(seen, 0)], np.nan)
        parts.append((k, x, y, vx, vy, ax, ay, hx, hy, ~cut, ~moves))
    cols = [np.concatenate([p[c] for p in parts]) if parts else np.empty(0) for c in range(11)]
    n = len(cols[0])
    return Motion(
        ids=tuple(u[0] for u in users),
        cls=np.array([CODE[u[1]] for u in users], np.int64),
        length=np.array([u[2] for u in users], float),
        width=np.array([u[3] for u in users], float),
        closed=np.ones(len(users), bool),
        starts=np.append(0, np.cumsum([len(p[0]) for p in parts])).astype(np.int64),
        k=cols[0].astype(np.int64),
        x=cols[1],
        y=cols[2],
        vx=cols[3],
        vy=cols[4],
        ax=cols[5],
        ay=cols[6],
        hx=cols[7],
        hy=cols[8],
        sigma_m=np.full(n, sigma_m),
        sigma_mps=np.full(n, sigma_mps),
        joined=cols[9].astype(bool),
        standing=cols[10].astype(bool),
        reversing=np.zeros(n, bool),
    )


def straight(
    name: str,
    cls: str,
    size: tuple[float, float],
    start: tuple[float, float],
    v: tuple[float, float],
    seconds: tuple[float, float] = (0.0, 10.0),
) -> User:
    """Constant velocity from `start` (its place at t = T0)."""
    t = np.arange(round(seconds[0] / STEP_S), round(seconds[1] / STEP_S) + 1) * STEP_S
    return (name, cls, *size, T0 + t, start[0] + v[0] * t, start[1] + v[1] * t)


CAR = (4.5, 1.8)
PERSON = (0.5, 0.5)
BIKE = (1.8, 0.6)


def crop(motion: Motion, k0: int, k1: int) -> Motion:
    """Only the samples of k0 <= k < k1, tracks numbered afresh (backwards, to show that nothing hangs on it)."""
    order = [
        m for m in reversed(range(len(motion.ids))) if ((motion.k >= k0) & (motion.k < k1) & (motion.track == m)).any()
    ]
    rows = [np.flatnonzero((motion.track == m) & (motion.k >= k0) & (motion.k < k1)) for m in order]
    pick = np.concatenate(rows) if rows else np.empty(0, np.int64)
    return Motion(
        ids=tuple(motion.ids[m] for m in order),
        cls=motion.cls[order],
        length=motion.length[order],
        width=motion.width[order],
        closed=motion.closed[order],
        starts=np.append(0, np.cumsum([len(r) for r in rows])).astype(np.int64),
        k=motion.k[pick],
        x=motion.x[pick],
        y=motion.y[pick],
        vx=motion.vx[pick],
        vy=motion.vy[pick],
        ax=motion.ax[pick],
        ay=motion.ay[pick],
        hx=motion.hx[pick],
        hy=motion.hy[pick],
        sigma_m=motion.sigma_m[pick],
        sigma_mps=motion.sigma_mps[pick],
        joined=motion.joined[pick],
        standing=motion.standing[pick],
        reversing=motion.reversing[pick],
    )
