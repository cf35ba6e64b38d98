"""Where the detector should look: the whole picture seldom, what moves and who is tracked often, nothing else.

Looking costs more than everything else a camera does together. A region that neither moves nor holds a road user
shows now what it showed at the last look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray

MARGIN: Final = 0.2
"""How far beyond a moving region a look reaches, as a share of its longer side: feet and heads move little."""

LEAST_MARGIN_PX: Final = 24.0

WHOLE_SHARE: Final = 0.6
"""Regions that cover more of the picture than this cost as much as the whole picture, which also shows the rest."""


@dataclass(frozen=True)
class Pace:
    """How often to look, in seconds: at regions while something is in view, and at the whole picture."""

    region_s: float = 0.2
    whole_s: float = 2.0
    settling_s: float = 3.0
    """So long after the start the whole picture is looked at as often as a region: the background is not known yet."""


@dataclass(frozen=True, eq=False)
class Wish:
    """What a camera wants looked at. regions: shape (k, 4), left, top, right, bottom px; one row for the whole picture.

    overdue: how long ago the look was due, in intervals; 0 or less: not due yet.
    """

    regions: FloatArray
    whole: bool
    overdue: float

    @property
    def due(self) -> bool:
        """Whether there is something to look at now."""
        return len(self.regions) > 0 and self.overdue >= 0.0


class Attention:
    """One camera's looks so far: wish(t, moving, tracked) says what is due, looked(t, wish) that it was done."""

    def __init__(self, width: int, height: int, pace: Pace) -> None:
        self._size, self._pace = (width, height), pace
        self._began: float | None = None
        self._whole_t = self._region_t = -np.inf

    def wish(self, t: float, moving: FloatArray, tracked: FloatArray) -> Wish:
        """What to look at, at t (epoch s), given the boxes, shape (n, 4), of what moves and of who is tracked."""
        began = self._began = t if self._began is None else self._began
        pace = self._pace
        width, height = self._size
        whole_s = pace.region_s if t - began < pace.settling_s else pace.whole_s
        # frames come at uneven times: what is due within a hair of now is due now
        whole_late = (t - self._whole_t + 1e-3) / whole_s - 1.0
        if whole_late >= 0.0:
            return Wish(np.array([[0.0, 0.0, width, height]]), True, whole_late)
        regions = merged(widened(np.concatenate([moving, tracked]), width, height))
        late = (t - self._region_t + 1e-3) / pace.region_s - 1.0
        area = ((regions[:, 2] - regions[:, 0]) * (regions[:, 3] - regions[:, 1])).sum()
        if area > WHOLE_SHARE * width * height:
            return Wish(np.array([[0.0, 0.0, width, height]]), True, late)
        return Wish(regions, False, late)

    def looked(self, t: float, wish: Wish) -> None:
        """The detector has looked, at t, at what was wished."""
        self._region_t = t
        if wish.whole:
            self._whole_t = t


def widened(boxes: FloatArray, width: int, height: int) -> FloatArray:
    """Boxes, shape (n, 4), with a margin around each, within the picture; those outside of it are left out."""
    longer = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    margin = np.maximum(MARGIN * longer, LEAST_MARGIN_PX)[:, None]
    out = boxes + margin * np.array([-1.0, -1.0, 1.0, 1.0])
    out = np.clip(out, 0.0, [width, height, width, height])
    return np.asarray(out[(out[:, 2] - out[:, 0] > 1.0) & (out[:, 3] - out[:, 1] > 1.0)])


def merged(boxes: FloatArray) -> FloatArray:
    """Boxes with those that overlap replaced by their hull, until none overlap: nobody is cut in two."""
    boxes = np.asarray(boxes, np.float64)
    while len(boxes) > 1:
        meet = (
            (boxes[:, None, 0] < boxes[None, :, 2])
            & (boxes[None, :, 0] < boxes[:, None, 2])
            & (boxes[:, None, 1] < boxes[None, :, 3])
            & (boxes[None, :, 1] < boxes[:, None, 3])
        )
        # each box joins the first box it meets; groups grow together over the rounds
        group = np.argmax(meet, axis=1)
        heads, index = np.unique(group, return_inverse=True)
        if len(heads) == len(boxes):
            break
        hull = np.empty((len(heads), 4))
        for column, reduce in ((0, np.minimum), (1, np.minimum), (2, np.maximum), (3, np.maximum)):
            hull[:, column] = np.inf if reduce is np.minimum else -np.inf
            reduce.at(hull[:, column], index, boxes[:, column])
        boxes = hull
    return boxes
