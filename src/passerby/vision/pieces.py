"""Connected pieces of a reduced mask, found by their outlines (a quarter of the cost of labelling every pixel)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from passerby.vision.frame import Picture


@dataclass(frozen=True, eq=False)
class Piece:
    """left, top, right, bottom, mask pixels; own: uint8 0 and 255, shape (bottom - top, right - left); area, pixels."""

    left: int
    top: int
    right: int
    bottom: int
    own: Picture
    area: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Index of the piece's box in an array of the mask's shape."""
        return np.s_[self.top : self.bottom, self.left : self.right]


def pieces(mask: Picture, min_area: int = 1) -> Iterator[Piece]:
    """The 8-connected pieces of a mask (uint8, (h, w)) from so many pixels on; one in another's hole is part of it."""
    for outline in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]:
        x, y, w, h = cv2.boundingRect(outline)
        if w * h < min_area:
            continue
        own = np.zeros((h, w), np.uint8)
        cv2.drawContours(own, [outline], -1, 255, cv2.FILLED, offset=(-x, -y))
        cv2.bitwise_and(own, mask[y : y + h, x : x + w], dst=own)
        area = cv2.countNonZero(own)
        if area >= min_area:
            yield Piece(x, y, x + w, y + h, own, area)
