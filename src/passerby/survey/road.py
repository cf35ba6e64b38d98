"""The ground that motor traffic uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree

from passerby.survey.arms import Leg
from passerby.survey.paths import Paths
from passerby.tracks.record import BoolArray, FloatArray, IntArray

CELL_M: Final = 0.5
HALF_VEHICLE_M: Final = 1.5
"""Paths are those of vehicles' middles; the carriageway is as wide as a lane around them."""
_CORNER_POINTS: Final = 9
_CORNER_RAD: Final = np.radians(20.0)


@dataclass(frozen=True, eq=False)
class Road:
    """The ground that motor traffic uses: a grid of `CELL_M` from (x0, y0), and the traffic itself.

    leg: the number of the junction's leg that each cell of the grid belongs to, 0 where none does.
    """

    x0: float
    y0: float
    used: BoolArray
    leg: IntArray
    tree: cKDTree
    courses: FloatArray

    def holds(self, x: FloatArray, y: FloatArray) -> BoolArray:
        """Which points lie on it."""
        return self._at(self.used, x, y) > 0

    def leg_at(self, x: FloatArray, y: FloatArray) -> IntArray:
        """The leg that each point lies on, 0 for none."""
        return self._at(self.leg, x, y)

    def _at(self, grid: BoolArray | IntArray, x: FloatArray, y: FloatArray) -> IntArray:
        i = np.floor((x - self.x0) / CELL_M).astype(np.int64)
        j = np.floor((y - self.y0) / CELL_M).astype(np.int64)
        ok = (i >= 0) & (j >= 0) & (i < grid.shape[0]) & (j < grid.shape[1])
        found = np.zeros(len(x), np.int64)
        found[ok] = grid[i[ok], j[ok]]
        return found

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
    return Road(x0, y0, fine, np.zeros(shape, np.int64), tree, np.arctan2(motor.ux[driving], motor.uy[driving]))


def mouths(road: Road, legs: list[Leg]) -> Road:
    """The road less the corners that only turning traffic sweeps: lanes, what lies straight on from them and between.

    Where legs overlap, ground is the nearer one's: people who walk on from one crossing to the next use two.
    """
    i, j = np.indices(road.used.shape)
    x, y = road.x0 + (i.ravel() + 0.5) * CELL_M, road.y0 + (j.ravel() + 0.5) * CELL_M
    nearest = np.full(len(x), np.inf)
    leg = np.zeros(len(x), np.int64)
    for number, one in enumerate(legs, 1):
        bands = [
            shapely.LineString(p).buffer(w / 2, cap_style="flat") for p, w in zip(one.lines, one.widths, strict=True)
        ]
        ground = shapely.union_all(bands)
        shapely.prepare(ground)
        shapely.prepare(one.mouth)
        on = shapely.contains_xy(ground, x, y) & road.used.ravel() | shapely.contains_xy(one.mouth, x, y)
        rows = np.flatnonzero(on)
        away = shapely.distance(one.sill, shapely.points(x[rows], y[rows]))
        rows, away = rows[away < nearest[rows]], away[away < nearest[rows]]
        nearest[rows], leg[rows] = away, number
    grid = leg.reshape(road.used.shape)
    return replace(road, used=grid > 0, leg=grid)


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


def on_to_another_leg(road: Road, paths: Paths) -> BoolArray:
    """Points where somebody who turns comes from before one leg of the junction to before the next."""
    leg = road.leg_at(paths.x, paths.y)
    leg = leg[np.maximum.accumulate(np.where(leg > 0, np.arange(len(leg)), 0))]
    turns = ndimage.maximum_filter1d(np.abs(paths.bend), _CORNER_POINTS) > _CORNER_RAD
    onward: BoolArray = np.append(False, leg[1:] != leg[:-1]) & turns
    return onward
