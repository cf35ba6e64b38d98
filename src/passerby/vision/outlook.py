"""`Outlook`: where each track's box should be now, and how far off one that is found may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision import kalman
from passerby.vision.settings import Settings
from passerby.vision.state import Tracks
from passerby.vision.view import View

EDGE_PX: Final = 3.0
UNKNOWN: Final = 1e4
"""Variance, px2, of a number that the picture's edge cuts."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """expected: measurements, shape (n, 4), see kalman; jacobian: (n, 4, 6); noise, variance: (n, 4), px2, of what is
    measured and of its difference from what is expected; boxes: (n, 4), px.
    """

    expected: FloatArray
    jacobian: FloatArray
    noise: FloatArray
    variance: FloatArray
    boxes: FloatArray


def outlook(view: View, tracks: Tracks, settings: Settings) -> Outlook:
    """What the tracks, moved on to now, let expect."""
    expected, jacobian = kalman.expected(view, tracks.x)
    noise = noise_px2(expected, settings)
    variance = kalman.innovation_variance(tracks.p, jacobian, noise)
    return Outlook(expected, jacobian, noise, variance, kalman.box_of(expected))


def noise_px2(expected: FloatArray, settings: Settings) -> FloatArray:
    """Measurement variances, shape (n, 4), px2, of boxes as large as expected, measurements (n, 4)."""
    n = settings.noise
    height = np.maximum(expected[:, 1] - expected[:, 2], 4.0)
    side = np.sqrt(height * np.maximum(expected[:, 3], 4.0))
    sd = np.column_stack([n[0] * side, n[1] * height, n[2] * height, n[3] * side]) + 1.0
    return np.asarray(sd**2, np.float64)


def cut(view: View, boxes: FloatArray) -> BoolArray:
    """Which numbers of the measurements of boxes, shape (n, 4), the picture's edge cuts, shape (n, 4)."""
    side = (boxes[:, 0] < EDGE_PX) | (boxes[:, 2] > view.width - EDGE_PX)
    bottom = boxes[:, 3] > view.height - EDGE_PX
    return np.column_stack([side, bottom, boxes[:, 1] < EDGE_PX, side])
