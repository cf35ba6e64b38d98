"""Pictures into a detector's input and boxes back out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.frame import Picture

STEP_PX = 32
"""Detectors that take any size want rows and columns in multiples of their largest stride."""


@dataclass(frozen=True)
class Fit:
    """How a picture of height x width px lies in the input: times scale_y, scale_x, from the top left corner."""

    height: int
    width: int
    scale_y: float
    scale_x: float

    def to_picture(self, boxes: FloatArray) -> FloatArray:
        """Boxes, shape (n, 4), of the input in px of the picture, cut at its borders."""
        scale = np.array([self.scale_x, self.scale_y] * 2)
        return np.asarray(np.clip(boxes / scale, 0.0, [self.width, self.height, self.width, self.height]), np.float64)


def fitted(picture: Picture, size: tuple[int, int], *, pad: int, stretch: bool = False) -> tuple[Picture, Fit]:
    """The picture on an input of size (h, w), padded at the right and below; never enlarged unless stretch.

    stretch: to the whole input, whatever becomes of the proportions (how the DETR families were trained).
    """
    height, width = picture.shape[:2]
    if (height, width) == size:
        return picture, Fit(height, width, 1.0, 1.0)
    scale_y, scale_x = size[0] / height, size[1] / width
    if not stretch:
        scale_y = scale_x = min(scale_y, scale_x, 1.0)
    rows, columns = min(round(height * scale_y), size[0]), min(round(width * scale_x), size[1])
    fit = Fit(height, width, rows / height, columns / width)
    if (rows, columns) != (height, width):
        how = cv2.INTER_AREA if rows * columns < height * width else cv2.INTER_LINEAR
        picture = np.asarray(cv2.resize(picture, (columns, rows), interpolation=how), np.uint8)
    if (rows, columns) == size:
        return picture, fit
    whole = np.full((*size, 3), pad, np.uint8)
    whole[:rows, :columns] = picture
    return whole, fit


def size_for(height: int, width: int, sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The smallest of the sizes (h, w) that holds the picture as it is, else the one that shrinks it least."""
    return min(
        sizes,
        key=lambda size: (-min(size[0] / height, size[1] / width, 1.0), size[0] * size[1]),
    )


def free_size_for(height: int, width: int, most_px: int) -> tuple[int, int]:
    """For a detector of any size: rows and columns up to the next multiple of 32, shrunk together to most_px pixels."""
    scale = min(1.0, (most_px / (height * width)) ** 0.5)
    rows, columns = (max(STEP_PX, -(-round(side * scale) // STEP_PX) * STEP_PX) for side in (height, width))
    return rows, columns
