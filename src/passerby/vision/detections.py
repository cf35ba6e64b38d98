"""`Detections`: what a detector found in one picture, columnar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray

KINDS: Final = ("person", "bicycle", "car", "motorcycle", "bus", "truck", "train")
"""What a detector tells apart; road user classes come later, from size, speed and what belongs together."""


@dataclass(frozen=True, eq=False)
class Detections:
    """boxes: shape (n, 4), left, top, right, bottom in pixels; score: (n,), 0 to 1; kind: (n,), index into KINDS."""

    boxes: FloatArray
    score: FloatArray
    kind: IntArray

    def __len__(self) -> int:
        return len(self.score)

    def take(self, rows: IntArray | BoolArray) -> Detections:
        """The chosen ones (index or mask)."""
        return Detections(self.boxes[rows], self.score[rows], self.kind[rows])


def no_detections() -> Detections:
    """Nothing found."""
    return Detections(np.empty((0, 4)), np.empty(0), np.empty(0, np.int64))


def joined(parts: Sequence[Detections]) -> Detections:
    """Several as one, in their order."""
    if not parts:
        return no_detections()
    return Detections(
        np.concatenate([p.boxes for p in parts]),
        np.concatenate([p.score for p in parts]),
        np.concatenate([p.kind for p in parts]),
    )
