"""The tracks of one camera as columns: what is known of each road user now."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision.detections import KINDS

FIELDS = np.dtype(
    [
        ("track", np.int64),
        ("belief", np.float64),  # log odds that this is a road user
        ("hits", np.int64),
        ("looks", np.int64),  # detections, sure or faint
        ("born_t", np.float64),
        ("hit_t", np.float64),
        ("seen_t", np.float64),  # last time surely detected
        ("lost_s", np.float64),  # time without a detection where one was to be expected
        ("best", np.float64),  # highest score so far
        ("score", np.float64),
        ("confirmed", np.bool_),
        ("seen", np.bool_),
        ("carried", np.bool_),  # not detected now, but something moves where it should be
        ("moved", np.bool_),
        ("suspect", np.bool_),  # a thing, until it moves
        ("start", np.float64, (2,)),  # ground, m
        ("start_px", np.float64, (3,)),  # middle of its first box, and the side of a square as large
        ("trail", np.float64, (2,)),  # where it was on average over the last second or so
        ("trail_t", np.float64),
        ("speed", np.float64),  # slow mean, m/s
        ("votes", np.float64, (len(KINDS),)),
        ("group", np.int64),
        ("rides", np.float64),  # evidence of a bicycle or motorcycle that moves along
        ("code", np.int64),
    ]
)


@dataclass(eq=False)
class Tracks:
    """x: shape (n, 6), p: (n, 6, 6), see kalman; row: (n,), of FIELDS."""

    x: FloatArray = field(default_factory=lambda: np.empty((0, 6)))
    p: FloatArray = field(default_factory=lambda: np.empty((0, 6, 6)))
    row: np.ndarray[tuple[int], np.dtype[np.void]] = field(default_factory=lambda: np.zeros(0, FIELDS))

    def __len__(self) -> int:
        return len(self.x)

    def keep(self, which: BoolArray | IntArray) -> None:
        """Drops the others."""
        self.x, self.p, self.row = self.x[which], self.p[which], self.row[which]

    def add(self, other: Tracks) -> None:
        """Appends others."""
        self.x = np.concatenate([self.x, other.x])
        self.p = np.concatenate([self.p, other.p])
        self.row = np.concatenate([self.row, other.row])
