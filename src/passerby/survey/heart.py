"""The heart of a junction: where flows of motor traffic cross or part."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage

from passerby.survey.paths import Paths
from passerby.tracks.record import IntArray

CELL_M: Final = 2.0
COURSES: Final = 24
"""Courses are told apart in steps of 15 degrees."""

_CROSSING_DEG: Final = (40.0, 140.0)
_LEAST_SHARE: Final = 0.006
_DRIVING_MPS: Final = 2.5
# a queue that creeps under noise has every course
_LEAST_RATIO: Final = 0.05
_LEAST_AREA_M2: Final = 24.0
_LEAST_OF_LARGEST: Final = 0.06

Grid = npt.NDArray[np.int64]


def course_bin(paths: Paths) -> IntArray:
    """Number of the 15-degree sector, clockwise from north, of each point's course."""
    angle = np.arctan2(paths.ux, paths.uy) % (2 * np.pi)
    return (np.floor(angle / (2 * np.pi) * COURSES + 0.5) % COURSES).astype(np.int64)


def hearts(motor: Paths) -> list[shapely.Polygon]:
    """Convex outlines (m) of every place where flows of motor traffic cross at 40-140 degrees, the largest first.

    A flow is a course of at least 2 tracks and 0.6 % of all in a 2 m cell, so that one who drove wrongly makes none.
    """
    motor = motor.take(motor.speed >= _DRIVING_MPS)
    if not len(motor):
        return []
    x0, y0 = motor.x.min() - 2 * CELL_M, motor.y.min() - 2 * CELL_M
    i = ((motor.x - x0) / CELL_M).astype(np.int64)
    j = ((motor.y - y0) / CELL_M).astype(np.int64)
    shape = (int(i.max()) + 3, int(j.max()) + 3)
    c = course_bin(motor)
    seen = np.unique(np.stack([motor.track, i, j, c]), axis=1)
    n = np.zeros((*shape, COURSES), np.int64)
    np.add.at(n, (seen[1], seen[2], seen[3]), 1)
    # a flow spreads over neighbouring cells and sectors
    n = ndimage.uniform_filter(n.astype(np.float64), size=(3, 3, 1), mode="constant") * 9
    n = n + np.roll(n, 1, axis=2)
    # each track is in about 4 of the cells and sectors that are added up
    flow = n >= 4 * max(2.0, _LEAST_SHARE * motor.n_tracks)
    crossed = np.zeros(shape, bool)
    low, high = (round(d / 360 * COURSES) for d in _CROSSING_DEG)
    for shift in range(low, high + 1):
        other = np.roll(n, shift, axis=2)
        both = flow & np.roll(flow, shift, axis=2)
        crossed |= (both & (np.minimum(n, other) >= _LEAST_RATIO * np.maximum(n, other))).any(axis=2)
    labels, found = ndimage.label(ndimage.binary_closing(crossed, iterations=2), structure=np.ones((3, 3)))
    outlines = []
    for k in range(1, found + 1):
        a, b = np.nonzero((labels == k) & crossed)
        corners = np.stack([x0 + (a + 0.5) * CELL_M, y0 + (b + 0.5) * CELL_M], 1)
        hull = shapely.convex_hull(shapely.multipoints(corners))
        if hull.area >= _LEAST_AREA_M2 and isinstance(hull, shapely.Polygon):
            outlines.append(hull)
    largest = max((hull.area for hull in outlines), default=0.0)
    return sorted((h for h in outlines if h.area >= _LEAST_OF_LARGEST * largest), key=lambda hull: -hull.area)
