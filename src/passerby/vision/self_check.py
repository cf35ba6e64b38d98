"""`SelfCheck`: is the calibration right? People and cars have known sizes; their medians say by which factor it is off.

A wrong scale shows in everybody alike; children, umbrellas, cut boxes and false alarms do not move a median.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M, PEDESTRIAN
from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision.footprint import DEFAULT_HEIGHT_M
from passerby.vision.pose import CameraPose

PERSON_BOX_M: Final = 1.75
"""Median height of people's boxes: 1.65 m, men, women and children (NCD-RisC 2016), and the margin boxes have."""

CAR: Final = CODE["car"]
WRONG: Final = 0.15
LEAST_TRACKS: Final = 12
KEPT: Final = 400
SMALLEST_PX: Final = 24
EVERY_S: Final = 2.0


@dataclass(frozen=True)
class Scale:
    """factor: measured over true size (1 is right, NaN not known yet); n: road users it rests on; off: by > 15 %."""

    factor: float
    n: int
    off: bool
    sentence: str


class SelfCheck:
    """Collects what is seen whole and standing apart; `scale()` compares it with what people and cars measure."""

    def __init__(self, pose: CameraPose) -> None:
        self._pose = pose
        self._ratios: dict[int, deque[float]] = {}
        self._one: dict[tuple[int, int], list[float]] = {}
        self._due: dict[int, float] = {}

    def add(self, t: float, track: IntArray, boxes: FloatArray, cls: IntArray) -> None:
        """Confirmed, seen tracks at t: ids (n,), boxes (n, 4) px, classes (n,). Cut or touching, they do not count."""
        b = np.asarray(boxes, np.float64).reshape(-1, 4)
        wide, high = self._pose.width, self._pose.height
        use = (b[:, 0] > 2) & (b[:, 1] > 2) & (b[:, 2] < wide - 2) & (b[:, 3] < high - 2)
        use &= (b[:, 3] - b[:, 1] >= SMALLEST_PX) & np.isin(cls, (PEDESTRIAN, CAR)) & _apart(b)
        rows = [i for i in np.flatnonzero(use) if t >= self._due.get(int(track[i]), -np.inf)]
        if not rows:
            return
        ratio = np.full(len(rows), np.nan)
        walk = np.array([cls[i] == PEDESTRIAN for i in rows])
        if walk.any():
            ratio[walk] = self._pose.size_m(b[rows][walk])[0] / PERSON_BOX_M
        if (~walk).any():
            ratio[~walk] = _car_scale(self._pose, b[rows][~walk])
        for i, value in zip(rows, ratio, strict=True):
            if np.isfinite(value):
                self._note(int(track[i]), int(cls[i]), float(value), t)

    def _note(self, track: int, cls: int, ratio: float, t: float) -> None:
        # each road user counts once, by the median of a few looks; who waits a minute is not a hundred people
        self._due[track] = t + EVERY_S
        looks = self._one.setdefault((track, cls), [])
        if len(looks) < 5:
            looks.append(ratio)
        if len(looks) == 3:
            self._ratios.setdefault(cls, deque(maxlen=KEPT)).append(float(np.median(looks)))
        if len(self._one) > 4 * KEPT:
            for old in list(self._one)[: 2 * KEPT]:
                self._due.pop(old[0], None)
                del self._one[old]

    def scale(self) -> Scale:
        """By which factor ground distances are off, by people where enough were seen, else by cars."""
        for cls, what in ((PEDESTRIAN, "people"), (CAR, "cars")):
            seen = self._ratios.get(cls, ())
            if len(seen) >= LEAST_TRACKS:
                factor = float(np.median(seen))
                off = not 1 / (1 + WRONG) <= factor <= 1 + WRONG
                typical = f"{what} measure {factor:.2f} times what they are ({len(seen)} seen)"
                sentence = (
                    f"calibration: {typical}; distances and speeds are off by about that factor, check the pairs"
                    if off
                    else f"calibration: {typical}, which is right within {100 * WRONG:.0f} %"
                )
                return Scale(factor, len(seen), off, sentence)
        n = max((len(seen) for seen in self._ratios.values()), default=0)
        return Scale(float("nan"), n, False, f"calibration: not tested yet, {n} of {LEAST_TRACKS} road users seen")


def _apart(boxes: FloatArray) -> BoolArray:
    """Whether each box, (n, 4), overlaps no other: what stands behind something has no feet to measure from."""
    left = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    right = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    both = np.asarray((right > left).all(2), np.int64)
    return np.asarray(both.sum(1) <= 1, np.bool_)


def _car_scale(pose: CameraPose, boxes: FloatArray) -> FloatArray:
    """How much larger than a usual car, of the heading that fits its box best, each box is, shape (n,)."""
    near = pose.to_ground(np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]]))
    away = pose.sight(near)
    view = np.arctan2(away[:, 0], away[:, 1])
    length, width = DEFAULT_FOOTPRINT_M["car"]
    size = boxes[:, 2:] - boxes[:, :2]
    best, scale = np.full(len(boxes), np.inf), np.full(len(boxes), np.nan)
    for turn in np.radians(np.arange(0, 91, 15)):
        depth = (abs(np.cos(turn)) * length + abs(np.sin(turn)) * width) / 2
        grown = np.ones(len(boxes))
        for _ in range(3):  # a car of another size has its middle elsewhere
            at = near + away * (depth * grown)[:, None]
            tall = DEFAULT_HEIGHT_M["car"] * grown
            box = pose.footprint_box(at, view + turn, length * grown, width * grown, tall)
            with np.errstate(invalid="ignore", divide="ignore"):
                ratio = np.log(size / (box[:, 2:] - box[:, :2]))
            grown = np.nan_to_num(grown * np.exp(ratio.mean(1)), nan=1.0)
        misfit = np.abs(ratio[:, 0] - ratio[:, 1])
        better = misfit < best
        best, scale = np.where(better, misfit, best), np.where(better, grown, scale)
    return np.where(best < 0.25, scale, np.nan)
