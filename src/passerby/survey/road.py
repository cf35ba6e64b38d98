"""The ground that motor traffic uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree

from passerby.survey.paths import Paths
from passerby.tracks.record import BoolArray, FloatArray, IntArray

CELL_M: Final = 0.5
HALF_VEHICLE_M: Final = 1.5
"""Paths are those of vehicles' middles; the carriageway is as wide as a lane around them."""


@dataclass(frozen=True, eq=False)
class Road:
    """The ground that motor traffic uses: a grid of `CELL_M` from (x0, y0), and the traffic itself."""

    x0: float
    y0: float
    used: BoolArray
    tree: cKDTree
    courses: FloatArray

    def holds(self, x: FloatArray, y: FloatArray) -> BoolArray:
        """Which points lie on it."""
        i = np.floor((x - self.x0) / CELL_M).astype(np.int64)
        j = np.floor((y - self.y0) / CELL_M).astype(np.int64)
        ok = (i >= 0) & (j >= 0) & (i < self.used.shape[0]) & (j < self.used.shape[1])
        held = np.zeros(len(x), bool)
        held[ok] = self.used[i[ok], j[ok]]
        return held

    @property
    def outline(self) -> shapely.Geometry:
        """The used ground as polygons."""
        edge = np.diff(np.pad(self.used, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        i, begin = np.nonzero(edge == 1)
        _, end = np.nonzero(edge == -1)
        x, y0, y1 = self.x0 + i * CELL_M, self.y0 + begin * CELL_M, self.y0 + end * CELL_M
        return shapely.union_all(shapely.box(x, y0, x + CELL_M, y1))


def road_of(motor: Paths) -> Road | None:
    """The ground within half a lane of at least 2 motor vehicles' paths."""
    if not len(motor):
        return None
    pad = 4.0
    x0, y0 = float(motor.x.min()) - pad, float(motor.y.min()) - pad
    shape = (int((motor.x.max() + pad - x0) / CELL_M) + 1, int((motor.y.max() + pad - y0) / CELL_M) + 1)
    x, y, track = _denser(motor)
    i, j = ((x - x0) / (2 * CELL_M)).astype(np.int64), ((y - y0) / (2 * CELL_M)).astype(np.int64)
    seen = np.unique(np.stack([track, i, j]), axis=1)
    n = np.zeros((shape[0] // 2 + 1, shape[1] // 2 + 1))
    np.add.at(n, (seen[1], seen[2]), 1)
    near = ndimage.uniform_filter(n, 3, mode="constant") * 9
    coarse = (n >= 1) & (near >= 4)
    fine = np.repeat(np.repeat(coarse, 2, 0), 2, 1)[: shape[0], : shape[1]]
    fine = ndimage.distance_transform_edt(~fine) * CELL_M <= HALF_VEHICLE_M - CELL_M
    fine = ndimage.binary_closing(fine, iterations=2)
    driving = motor.speed > 1.5
    tree = cKDTree(np.stack([motor.x[driving], motor.y[driving]], 1))
    return Road(x0, y0, fine, tree, np.arctan2(motor.ux[driving], motor.uy[driving]))


def mouths(road: Road, lanes: list[FloatArray], widths: list[float]) -> Road:
    """The road less the corners that only turning traffic sweeps: lanes and what lies straight on from them.

    lanes: points (k, 2) of each, gone on into the junction as far as crossings may lie. widths: of each, in m.
    """
    bands = [shapely.LineString(p).buffer(w / 2, cap_style="flat") for p, w in zip(lanes, widths, strict=True)]
    ground = shapely.union_all(bands)
    shapely.prepare(ground)
    i, j = np.nonzero(road.used)
    on = shapely.contains_xy(ground, road.x0 + (i + 0.5) * CELL_M, road.y0 + (j + 0.5) * CELL_M)
    used = np.zeros_like(road.used)
    used[i[on], j[on]] = True
    return replace(road, used=used)


def _denser(paths: Paths) -> tuple[FloatArray, FloatArray, IntArray]:
    """The points and those half way between them."""
    same = paths.piece[1:] == paths.piece[:-1]
    same &= np.diff(paths.s) < 4.0
    mx, my = (paths.x[1:] + paths.x[:-1]) / 2, (paths.y[1:] + paths.y[:-1]) / 2
    return (
        np.append(paths.x, mx[same]),
        np.append(paths.y, my[same]),
        np.append(paths.track, paths.track[1:][same]),
    )
