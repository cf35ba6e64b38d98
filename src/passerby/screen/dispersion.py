"""Whether events come in clusters: how much more their numbers vary from day to day than independent events' would."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
DAY_S: Final = 86400.0
QUARTER_S: Final = 900.0
FEWEST: Final = 10
"""With fewer days or quarters than that, a ratio of variances says next to nothing."""


def dispersion(periods: Sequence[tuple[FloatArray, FloatArray, FloatArray]], utc_offset_s: float = 0.0) -> float | None:
    """Pearson's X² over its degrees of freedom, at least 1: the variance of counts over that of independent events.

    periods: times of events, begins of counting intervals (epoch s) and the passings in each. Every period has a rate
    of its own; what is compared is how numbers scatter about it, from day to day where there are `FEWEST` days in all,
    else from quarter to quarter of an hour; None where there are fewer of those, too (McCullagh and Nelder 1989,
    Generalized Linear Models, section 6.2.4).
    """
    for width in (DAY_S, QUARTER_S):
        off = utc_offset_s if width == DAY_S else 0.0
        parts = [_scatter(*period, width, off) for period in periods]
        n = sum(k for _, k in parts)
        if n >= FEWEST:
            free = n - sum(k > 0 for _, k in parts)
            return max(1.0, sum(x2 for x2, _ in parts) / free)
    return None


def _scatter(t: FloatArray, t0: FloatArray, passings: FloatArray, width_s: float, off_s: float) -> tuple[float, int]:
    """X² of the events in bins about their share of all, and how many bins there were; (0, 0) without events."""
    at, exposed = np.floor((t0 + off_s) / width_s), np.asarray(passings, np.float64)
    bins, where = np.unique(at, return_inverse=True)
    among = np.bincount(where, exposed, len(bins))
    bins, among = bins[among > 0], among[among > 0]
    mine = np.floor((t + off_s) / width_s)
    n = np.array([np.sum(mine == b) for b in bins], np.float64)
    if not n.sum():
        return 0.0, 0
    expected = among * n.sum() / among.sum()
    return float(np.sum((n - expected) ** 2 / expected)), len(bins)
