"""`Street`: places where something that never moved was taken for a road user: cones, rocks, signs, shadows."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision.association import covered, overlap

SAME: Final = 0.4
KEPT: Final = 100
SETTLED_S: Final = 4.0
"""So long after the first look, whoever stands there may have stood there all along; later, all come from somewhere."""

MOVING_SHARE: Final = 0.15


class Street:
    """What belongs to the street of one camera, learnt from tracks that ended without ever having moved."""

    def __init__(self) -> None:
        self._things: FloatArray = np.empty((0, 4))
        self._began: float | None = None
        self._motion_known = False

    def learn(self, boxes: FloatArray) -> None:
        """Takes in the last boxes, shape (n, 4), of tracks that never moved."""
        new = boxes
        if len(self._things):
            new = boxes[overlap(boxes, self._things).max(1) < 2.0 * SAME]
        self._things = np.concatenate([self._things, new])[-KEPT:]

    def doubts(self, boxes: FloatArray, moving: FloatArray, t: float) -> BoolArray:
        """Whether what is found in boxes, shape (n, 4), must move to be believed: a known thing, or nothing moves.

        moving: shape (k, 4), boxes of moving regions at t; without a background model there never are any.
        """
        self._began = t if self._began is None else self._began
        self._motion_known |= len(moving) > 0
        doubt = np.zeros(len(boxes), bool)
        if len(self._things):
            doubt |= overlap(boxes, self._things).max(1) > SAME
        if self._motion_known and t - self._began > SETTLED_S:
            support = covered(boxes, moving).max(1) if len(moving) else np.zeros(len(boxes))
            doubt |= support < MOVING_SHARE
        return doubt
