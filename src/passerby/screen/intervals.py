"""Confidence intervals for small counts and for proportions."""

from __future__ import annotations

from math import sqrt

from scipy.special import gammaincinv, ndtri


def garwood(n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact interval for the mean of a Poisson count n (Garwood 1936, Biometrika 28:437-442)."""
    tail = (1 - level) / 2
    low = float(gammaincinv(n, tail)) if n > 0 else 0.0
    return low, float(gammaincinv(n + 1, 1 - tail))


def wilson(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Score interval for a proportion (Wilson 1927, JASA 22:209-212); (0, 1) where n is 0."""
    if n <= 0:
        return 0.0, 1.0
    z = float(ndtri((1 + level) / 2))
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return (0.0 if successes == 0 else low), (1.0 if successes == n else high)
