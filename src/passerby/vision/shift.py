"""How far one picture of a fixed camera is shifted against another."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt


def shift_between(before: npt.NDArray[Any], after: npt.NDArray[Any]) -> tuple[float, float]:
    """dx, dy in pixels by which the content of `after` lies right of and below that of `before`; 0, 0 where unsure.

    Both (h, w), uint8 or float32. Phase correlation (Kuglin and Hines 1975) of the gradients at half size, so that
    light does not count; the peak must hold a twentieth of the energy.
    """
    half = (before.shape[1] // 2, before.shape[0] // 2)
    a, b = (_gradients(cv2.resize(p, half, interpolation=cv2.INTER_AREA)) for p in (before, after))
    (dx, dy), response = cv2.phaseCorrelate(a, b, _window(half))
    if response < 0.05 or max(abs(dx) / half[0], abs(dy) / half[1]) > 0.2:
        return 0.0, 0.0
    return dx * before.shape[1] / half[0], dy * before.shape[0] / half[1]


def _gradients(picture: Any) -> npt.NDArray[np.float32]:
    gx = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    gy = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    strong = cv2.magnitude(gx, gy)
    return np.asarray(cv2.min(strong, np.full_like(strong, 200)), np.float32)


@lru_cache(maxsize=8)
def _window(size: tuple[int, int]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.createHanningWindow(size, cv2.CV_32F), np.float32)
