"""Looks: the parts of pictures that cameras wish to be looked at, and what is there, in their own pixels.

Each part goes through the network by itself, at its own scale. Packed together on one input they were neither cheaper
nor found as well (docs/detectors.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.camera import Glance
from passerby.vision.detections import Detections, joined
from passerby.vision.detector import Detector
from passerby.vision.frame import Frame
from passerby.vision.letterbox import free_size_for

MIN_SCORE: Final = 0.1

WHOLE_PX: Final = 480 * 640
"""A whole picture is shrunk to so many pixels: as accurate as at its own size where measured, and a third cheaper."""

CUT_PX: Final = 2.0
"""A box that ends so close to a part's edge, where the picture goes on, shows only a piece of somebody."""


@dataclass(frozen=True)
class Part:
    """left, top, right, bottom: whole pixels of the frame of the glance with this number."""

    glance: int
    left: int
    top: int
    right: int
    bottom: int


def look(detector: Detector, glances: Sequence[Glance]) -> list[Detections]:
    """What the detector finds where each glance wished it to look; boxes in pixels of the glance's frame."""
    found: list[list[Detections]] = [[] for _ in glances]
    parts: list[Part] = []
    for i, glance in enumerate(glances):
        frame = glance.frame
        if glance.wish.whole:
            size = free_size_for(frame.height, frame.width, WHOLE_PX) if detector.any_size else None
            found[i] += detector.detect([frame.bgr()], MIN_SCORE, size=size)
        else:
            parts += [Part(i, *window) for window in whole_pixels(glance.wish.regions)]
    pictures = [glances[p.glance].frame.bgr()[p.top : p.bottom, p.left : p.right] for p in parts]
    for part, seen in zip(parts, detector.detect(pictures, MIN_SCORE), strict=True):
        found[part.glance].append(placed(seen, part, glances[part.glance].frame))
    return [joined(f) for f in found]


def whole_pixels(regions: FloatArray) -> list[tuple[int, int, int, int]]:
    """Regions, shape (k, 4), as windows of whole pixels that hold them."""
    low, high = np.floor(regions[:, :2]).astype(int), np.ceil(regions[:, 2:]).astype(int)
    return [(int(a), int(b), int(c), int(d)) for (a, b), (c, d) in zip(low, high, strict=True)]


def placed(seen: Detections, part: Part, frame: Frame) -> Detections:
    """Boxes of a part as boxes of its frame, without those that the part's edge cuts."""
    boxes = seen.boxes + np.array([part.left, part.top, part.left, part.top], np.float64)
    cut = (
        ((boxes[:, 0] < part.left + CUT_PX) & (part.left > 0))
        | ((boxes[:, 1] < part.top + CUT_PX) & (part.top > 0))
        | ((boxes[:, 2] > part.right - CUT_PX) & (part.right < frame.width))
        | ((boxes[:, 3] > part.bottom - CUT_PX) & (part.bottom < frame.height))
    )
    return Detections(boxes, seen.score, seen.kind).take(~cut)
