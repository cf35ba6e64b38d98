"""Counts from a picture without a site: everybody once, by the side where they came in and the side where they left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray

INSIDE: Final = "inside"
"""Where somebody was first or last seen away from every border: a door, an obstacle, the cut of a clip."""

SIDES: Final = ("left", "top", "right", "bottom")

NEAR: Final = 0.03
"""A box within this share of the picture's width and height of a border is at it."""

MOVED: Final = 1.0
"""Who has not moved by their own box's smaller side was parked or standing all the time and is not counted."""


@dataclass(frozen=True)
class Passing:
    """One road user through the picture: when first and last seen (epoch s), from and to which side."""

    t0: float
    t1: float
    entered: str
    left: str

    @property
    def movement(self) -> str:
        """The two sides in words."""
        return f"{self.entered} to {self.left}"


def passing(t: FloatArray, boxes: FloatArray, width: int, height: int) -> Passing | None:
    """How one track, t (n,) rising, boxes (n, 4) px, passed a picture of width x height; None for who stayed put."""
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    size = float(np.median(np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])))
    reach = np.hypot(*np.ptp(feet, axis=0))
    if reach < MOVED * size:
        return None
    return Passing(float(t[0]), float(t[-1]), side(boxes[0], width, height), side(boxes[-1], width, height))


def side(box: FloatArray, width: int, height: int) -> str:
    """The border a box, shape (4,), is at, the nearest where it is at two; "inside" where it is at none."""
    gaps = np.array([box[0] / width, box[1] / height, 1.0 - box[2] / width, 1.0 - box[3] / height])
    nearest = int(np.argmin(gaps))
    return SIDES[nearest] if gaps[nearest] <= NEAR else INSIDE
