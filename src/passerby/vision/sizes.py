"""The view of an uncalibrated camera, learnt from how large people and vehicles appear where.

The size of people gives horizon and camera height: Hoiem, Efros and Hebert, Putting objects in perspective, IJCV 2008.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision import kalman
from passerby.vision.detections import KINDS, Detections
from passerby.vision.state import Tracks
from passerby.vision.view import View, pinhole_view

USUAL_HEIGHT_M: Final = np.array([1.7, 1.5, 1.5, 1.6, 3.0, 3.0, 3.4])
"""Height of each of KINDS, with its rider; metres."""

TRUST: Final = np.array([1.0, 0.2, 0.4, 0.3, 0.1, 0.1, 0.1])

CERTAIN_SCORE: Final = 0.5
KEPT: Final = 600
RELEARN: Final = 0.05
SOON_S: Final = 0.2

assert len(USUAL_HEIGHT_M) == len(TRUST) == len(KINDS)


def unknown_view(width: int, height: int) -> View:
    """Where nothing is known yet: a camera 6 m up whose horizon lies a little above the picture."""
    return pinhole_view(width, height, -0.1 * height, 6.0)


class Sizes:
    """Collects what appears how large where; view() is the camera that explains it best."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._rows: FloatArray = np.empty((0, 3))
        self._seen = 0
        self._due = 3

    def add(self, found: Detections) -> bool:
        """Takes detections in; whether it is time to look at view() again."""
        width, height = self._size
        b = found.boxes
        inside = (b[:, 0] > 2) & (b[:, 1] > 2) & (b[:, 2] < width - 2) & (b[:, 3] < height - 2)
        use = inside & (found.score >= CERTAIN_SCORE) & (b[:, 3] - b[:, 1] > 8)
        if not use.any():
            return False
        kind = found.kind[use]
        rows = np.column_stack([b[use, 3], (b[use, 3] - b[use, 1]) / USUAL_HEIGHT_M[kind], TRUST[kind]])
        self._seen += len(rows)
        self._rows = np.concatenate([self._rows, rows])
        if self._seen < self._due:
            return False
        self._due = self._seen * 2 if self._seen < KEPT else self._seen + KEPT
        if len(self._rows) > KEPT:
            self._rows = self._rows[:: len(self._rows) // KEPT + 1]
        return True

    def view(self) -> View:
        """The camera that gives those seen their usual height."""
        width, height = self._size
        if not len(self._rows):
            return unknown_view(width, height)
        row, scale, trust = self._rows.T
        weight = trust.copy()
        slope, base = 0.0, 0.0
        for _ in range(5):
            mean = max(float(np.average(scale, weights=weight)), 1e-3)
            # a priori the horizon lies 0.1 +- 0.3 picture heights above the picture
            sure = 20.0 / max(20.0, weight.sum())
            a = np.column_stack([row, np.ones_like(row)]) * np.sqrt(weight * sure)[:, None] / (0.15 * mean)
            b = scale * np.sqrt(weight * sure) / (0.15 * mean)
            prior = np.array([[-0.1 * height, 1.0]]) / (0.3 * mean)
            slope, base = np.linalg.lstsq(np.vstack([a, prior]), np.append(b, 0.0), rcond=None)[0]
            slope = float(np.clip(slope, 1.0 / 40.0, 1.0 / 1.8))
            base = float(np.average(scale - slope * row, weights=weight))
            off = np.abs(scale - slope * row - base) / (0.2 * np.maximum(slope * row + base, 0.3 * mean))
            weight = trust / np.maximum(1.0, off) ** 2
        horizon = float(np.clip(-base / slope, -2.0 * height, 0.7 * height))
        view = pinhole_view(width, height, horizon, 1.0 / slope)
        return _scaled(view, row, scale, weight, horizon)


def differ(old: View, new: View) -> bool:
    """Whether two learnt views differ enough to matter."""
    ratio = new.centre[2] / old.centre[2]
    return bool(abs(ratio - 1.0) >= RELEARN or np.abs(new.camera - old.camera).max() >= 0.02 * np.abs(old.camera).max())


def rehang(tracks: Tracks, old: View, new: View) -> None:
    """Carries tracks over to a view learnt anew, in place: each stays where it is in the picture."""
    x = tracks.x
    if not len(x):
        return
    now = old.project(x[:, :2])
    later = old.project(x[:, :2] + SOON_S * x[:, 2:4])
    good = np.isfinite(now).all(1) & np.isfinite(later).all(1)
    z, _ = kalman.expected(old, x)
    x[good, :2] = new.ground(now[good])
    x[good, 2:4] = (new.ground(later[good]) - x[good, :2]) / SOON_S
    for name in ("start", "trail"):
        place = old.project(tracks.row[name])
        tracks.row[name] = np.where(np.isfinite(place), new.ground(np.nan_to_num(place)), x[:, :2])
    again, _ = kalman.expected(new, x)
    x[:, 4] *= np.clip((z[:, 1] - z[:, 2]) / np.maximum(again[:, 1] - again[:, 2], 1.0), 0.2, 5.0)
    x[:, 5] *= np.clip(z[:, 3] / np.maximum(again[:, 3], 1.0), 0.2, 5.0)
    tracks.keep(np.flatnonzero(good))


def _scaled(view: View, row: FloatArray, scale: FloatArray, weight: FloatArray, horizon: float) -> View:
    use = row > horizon + 0.05 * view.height
    if not use.any():
        return view
    feet = view.ground(np.column_stack([np.full(use.sum(), view.width / 2.0), row[use]]))
    box = view.boxes(feet, np.ones(len(feet)), np.ones(len(feet)))
    ratio = (box[:, 3] - box[:, 1]) / scale[use]
    order = np.argsort(ratio)
    share = np.cumsum(weight[use][order])
    middle = float(ratio[order][np.searchsorted(share, 0.5 * share[-1])])
    return pinhole_view(view.width, view.height, horizon, float(np.clip(view.centre[2] * middle, 1.5, 60.0)))
