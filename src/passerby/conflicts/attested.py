"""Headings that noise has made: whoever stands in noisy data has none."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from passerby.tracks.motion import STEP_S, Motion

BACK_S: Final = 2.0
_NOISY_M: Final = 0.2  # below this, noise does not look like movement
_MOVED_M: Final = 1.0
_SIGMAS: Final = 4.5
_GRAIN: Final = float(2**20)  # whole numbers, so that sums do not depend on where a window began


def attested(motion: Motion) -> Motion:
    """The motion without the headings of those who have hardly moved in the last `BACK_S` of noisy data.

    Positions that wander by 0.3 m look like somebody who turns about; a heading found from that would put a parked
    car's length across the cycle lane. Without one, its footprint is laid along the other's way (`oriented`).
    """
    m = motion
    if not len(m) or not (m.sigma_m > _NOISY_M).any():
        return m
    row = np.arange(len(m))
    back = np.maximum(row - round(BACK_S / STEP_S), m.starts[m.track])
    grains = np.cumsum(np.rint(np.nan_to_num(m.sigma_m) * _GRAIN).astype(np.int64))
    sigma = (grains - grains[back]) / np.maximum(row - back, 1) / _GRAIN
    moved2 = (m.x - m.x[back]) ** 2 + (m.y - m.y[back]) ** 2
    noise = (sigma > _NOISY_M) & (moved2 < np.maximum(_MOVED_M, _SIGMAS * sigma) ** 2)
    return replace(m, hx=np.where(noise, np.nan, m.hx), hy=np.where(noise, np.nan, m.hy))
