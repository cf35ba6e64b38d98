"""What a sensor makes of a noise-free path: correlated error, uneven sampling, missing samples. Pure numpy."""

from __future__ import annotations

import numpy as np


def sample_times(
    rng: np.random.Generator, first_s: float, last_s: float, rate_hz: float, jitter: float = 0.0
) -> np.ndarray:
    """Times (s) on the site's common grid of `rate_hz` within [first_s, last_s], each moved by up to
    `jitter` (0-0.45) of the sampling interval; always increasing."""
    step = 1 / rate_hz
    grid = np.arange(np.ceil(first_s / step - 1e-6), np.floor(last_s / step + 1e-6) + 1) * step
    moved = grid + rng.uniform(-jitter, jitter, len(grid)) * step
    return np.clip(moved, first_s, last_s) if jitter else grid


def correlated(rng: np.random.Generator, t: np.ndarray, sigma_m: float, correlation_s: float = 1.0) -> np.ndarray:
    """(n, 2) Ornstein-Uhlenbeck error in m at increasing times `t` (s): standard deviation `sigma_m` per axis,
    correlation exp(-dt / correlation_s), exact for uneven steps."""
    if sigma_m == 0 or not len(t):
        return np.zeros((len(t), 2))
    kept = np.exp(-np.diff(t) / correlation_s)
    fresh = sigma_m * np.sqrt(1 - kept**2)[:, None] * rng.standard_normal((len(t) - 1, 2))
    out = np.empty((len(t), 2))
    out[0] = sigma_m * rng.standard_normal(2)
    x, y = out[0]
    for k, (a, (u, v)) in enumerate(zip(kept.tolist(), fresh.tolist(), strict=True), start=1):
        x, y = a * x + u, a * y + v
        out[k] = x, y
    return out


def kept(rng: np.random.Generator, n: int, drop: float) -> np.ndarray:
    """(n,) bool, False for the share `drop` (0-0.9) of samples that the sensor missed; ends are kept."""
    keep = rng.random(n) >= drop
    if n:
        keep[[0, -1]] = True
    return keep
