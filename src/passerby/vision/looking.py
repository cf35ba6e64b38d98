"""A round of looks: the regions of several cameras through one detector, what it found back in each camera's pixels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.camera import Glance
from passerby.vision.detections import Detections, joined
from passerby.vision.detector import Detector

MIN_SCORE = 0.1

CUT_PX = 2.0
"""A box that ends so close to a region's edge, where the picture goes on, shows only a part of somebody."""


def look(detector: Detector, glances: Sequence[Glance]) -> list[Detections]:
    """What the detector finds where each glance wished it to look; boxes in pixels of the glance's frame."""
    windows = [(i, window) for i, g in enumerate(glances) for window in whole_pixels(g.wish.regions)]
    crops = [glances[i].frame.bgr()[y0:y1, x0:x1] for i, (x0, y0, x1, y1) in windows]
    parts: list[list[Detections]] = [[] for _ in glances]
    for (i, window), found in zip(windows, detector.detect(crops, MIN_SCORE), strict=True):
        frame = glances[i].frame
        parts[i].append(_placed(found, window, frame.width, frame.height))
    return [joined(p) for p in parts]


def whole_pixels(regions: FloatArray) -> list[tuple[int, int, int, int]]:
    """Regions, shape (k, 4), as windows of whole pixels that hold them."""
    low, high = np.floor(regions[:, :2]).astype(int), np.ceil(regions[:, 2:]).astype(int)
    return [(int(a), int(b), int(c), int(d)) for (a, b), (c, d) in zip(low, high, strict=True)]


def _placed(found: Detections, window: tuple[int, int, int, int], width: int, height: int) -> Detections:
    """Boxes of a window as boxes of its frame, without those that the window's edge cuts."""
    x0, y0, x1, y1 = window
    b = found.boxes
    cut = (
        ((b[:, 0] < CUT_PX) & (x0 > 0))
        | ((b[:, 1] < CUT_PX) & (y0 > 0))
        | ((b[:, 2] > x1 - x0 - CUT_PX) & (x1 < width))
        | ((b[:, 3] > y1 - y0 - CUT_PX) & (y1 < height))
    )
    placed = Detections(b + np.array([x0, y0, x0, y0], np.float64), found.score, found.kind)
    return placed.take(~cut)
