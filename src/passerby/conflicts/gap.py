"""The exact least time between one footprint's leaving and another's arrival, between the ticks of the clock."""

from __future__ import annotations

import numpy as np

from passerby.conflicts.footprint import Footprints, oriented, shadows
from passerby.tracks.record import FloatArray


def least_gap(
    a: Footprints,
    b: Footprints,
    va: tuple[FloatArray, FloatArray],
    vb: tuple[FloatArray, FloatArray],
    step_s: float,
) -> tuple[FloatArray, FloatArray]:
    """Least beta - alpha, and its alpha (s), 0 <= alpha, beta <= step_s, so that a(alpha) and b(beta) overlap.

    `a` moves with velocity va from its place at alpha = 0, `b` with vb from its place at beta = 0; inf where they never
    overlap. With both velocities constant this is a linear programme in two unknowns: each of the four axes of the
    separating axis test bounds a linear function of alpha and gamma = beta - alpha from both sides. Eliminating alpha
    (Fourier and Motzkin) leaves bounds of gamma alone; the greatest lower one is the answer.
    """
    a, b = oriented(a, b)
    nx, ny, reach = shadows(a, b)
    c0 = nx * (b.x - a.x) + ny * (b.y - a.y)
    cg = nx * vb[0] + ny * vb[1]
    ca = nx * (vb[0] - va[0]) + ny * (vb[1] - va[1])
    flat = np.abs(ca) < 1e-7
    safe = np.where(flat, 1.0, ca)
    high, low, slope = (reach - c0) / safe, (-reach - c0) / safe, -cg / safe
    wide = np.inf
    zero, one = np.zeros_like(c0[:1]), np.ones_like(c0[:1])
    # alpha >= p + q gamma and alpha <= r + s gamma
    p = np.concatenate([np.where(flat, -wide, np.minimum(low, high)), zero, zero])
    q = np.concatenate([np.where(flat, 0.0, slope), zero, -one])
    r = np.concatenate([np.where(flat, wide, np.maximum(low, high)), zero + step_s, zero + step_s])
    s = np.concatenate([np.where(flat, 0.0, slope), zero, -one])
    room = r[None] - p[:, None]
    rate = q[:, None] - s[None]
    level = np.abs(rate) < 1e-9
    bound = room / np.where(level, 1.0, rate)
    least = np.where(level | (rate > 0), -wide, bound).max(axis=(0, 1))
    most = np.where(level | (rate < 0), wide, bound).min(axis=(0, 1))
    never = (level & (room < -1e-9)).any(axis=(0, 1))
    # Axes that both move along alike bound gamma directly.
    still = flat & (np.abs(cg) < 1e-7)
    never |= (still & (np.abs(c0) > reach)).any(axis=0)
    safe = np.where(np.abs(cg) < 1e-7, 1.0, cg)
    lo, hi = (-reach - c0) / safe, (reach - c0) / safe
    only = flat & ~still
    least = np.maximum(least, np.where(only, np.minimum(lo, hi), -wide).max(axis=0))
    most = np.minimum(most, np.where(only, np.maximum(lo, hi), wide).min(axis=0))
    gamma = np.where(never | (least > most + 1e-9), wide, least)
    finite = np.where(np.isfinite(gamma), gamma, 0.0)
    alpha = np.clip((p + q * finite).max(axis=0), 0.0, step_s)
    return gamma, alpha
