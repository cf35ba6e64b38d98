"""The speed limit that drivers seem to keep."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from passerby.survey.paths import Paths

USUAL_KMH: Final = (20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130)
_LEAST: Final = 15
_FREE: Final = 0.9


def limit_kmh(motor: Paths) -> tuple[float, float] | None:
    """The usual limit nearest to the 85th percentile of free speeds, and that percentile (km/h); None for too few.

    Limits are commonly set at or below the 85th percentile (FHWA, Methods and Practices for Setting Speed Limits,
    2012). A track's free speed is the 90th percentile along its way, of those who did not have to stop.
    """
    order = np.argsort(motor.track, kind="stable")
    speed = motor.speed[order]
    starts = np.unique(motor.track[order], return_index=True)[1]
    free = []
    for a, b in pairwise([*starts.tolist(), len(speed)]):
        if b - a >= 25 and speed[a:b].min() > 3.0:
            free.append(float(np.quantile(speed[a:b], _FREE)))
    if len(free) < _LEAST:
        return None
    v85 = float(np.quantile(free, 0.85)) * 3.6
    return float(min(USUAL_KMH, key=lambda k: abs(k - v85))), v85
