"""`Violation`: one verdict with the figures that carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr


@dataclass(frozen=True)
class Violation:
    """One violation, as in format version 1; t in epoch seconds, x and y in metres, NaN/None where not applicable.

    open: it still goes on, so its duration and top speed are not final. index: the track's place in the scene's motion
    (an id that returns after a long absence is another track).
    """

    kind: str
    track: str
    cls: str
    t: float
    x: float
    y: float
    place: str
    signal: str | None = None
    state: str | None = None
    into_state_s: float = float("nan")
    speed_mps: float = float("nan")
    duration_s: float = float("nan")
    confidence: float = 1.0
    open: bool = False
    index: int = -1


def probability_above(value: float, limit: float, sigma: float) -> float:
    """Probability that a quantity measured with a normal error truly exceeds a limit."""
    return float(ndtr((value - limit) / max(sigma, 1e-9)))


def rounded_confidence(p: float) -> float:
    """A confidence with the two decimals it deserves."""
    return round(float(np.clip(p, 0.0, 1.0)), 2)
