"""Directed carriageways: places that motor traffic passes one way, each with a line along it to measure from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from scipy.spatial import cKDTree

from passerby.survey.heart import COURSES, course_bin
from passerby.survey.paths import Paths
from passerby.tracks.record import BoolArray, FloatArray

CELL_M: Final = 1.5
STEP_M: Final = 1.0
MARGIN_M: Final = 2.0
"""Nothing this close to the heart belongs to an arm: lanes split and join there."""

_TURNING_RAD: Final = np.radians(16.0)
_LEAST_TRACKS: Final = 3
_LEAST_LENGTH_M: Final = 10.0
_BEYOND_M: Final = 40.0
_BIN_M: Final = 4.0


@dataclass(frozen=True, eq=False)
class Reference:
    """A smooth line to measure from, points of shape (k, 2) a metre apart, with unit tangents (k, 2)."""

    points: FloatArray
    tangents: FloatArray

    @property
    def length_m(self) -> float:
        """Metres from the first point to the last."""
        return (len(self.points) - 1) * STEP_M

    def measure(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Metres along and metres to the right of the line, shape (n,) each, of points on the ground."""
        at = np.stack([x, y], 1)
        _, i = cKDTree(self.points).query(at)
        i = np.atleast_1d(i)
        off = at - self.points[i]
        u = self.tangents[i]
        return i * STEP_M + (off * u).sum(1), off[:, 0] * u[:, 1] - off[:, 1] * u[:, 0]

    def place(self, s: FloatArray, d: FloatArray) -> FloatArray:
        """Ground points, shape (n, 2), s along and d to the right of the line, which goes on straight at its ends."""
        i = np.clip(np.rint(s / STEP_M).astype(np.int64), 0, len(self.points) - 1)
        u = self.tangents[i]
        right = np.stack([u[:, 1], -u[:, 0]], 1)
        return self.points[i] + (s - i * STEP_M)[:, None] * u + d[:, None] * right

    def heading_deg(self, s: float) -> float:
        """Degrees clockwise from north at s along the line."""
        u = self.tangents[int(np.clip(round(s / STEP_M), 0, len(self.points) - 1))]
        return float(np.degrees(np.arctan2(u[0], u[1])) % 360)


@dataclass(frozen=True, eq=False)
class Carriageway:
    """One way along one arm: its reference, the points of those who drove it, and where they are along and across."""

    reference: Reference
    paths: Paths
    s: FloatArray
    d: FloatArray


def carriageways(paths: Paths, hearts: list[shapely.Polygon], two_way: bool = False) -> list[Carriageway]:
    """The directed carriageways outside the hearts, most used first.

    Points where tracks turn are left out, so that a slip road does not tie one arm to the next. two_way: opposite
    courses are one flow, as on a pavement.
    """
    straight = np.abs(paths.bend) < _TURNING_RAD
    if hearts:
        straight &= ~shapely.contains_xy(shapely.union_all(hearts).buffer(MARGIN_M), paths.x, paths.y)
    outside = paths.take(straight)
    if not len(outside):
        return []
    if two_way:
        back = outside.uy + 1e-3 * outside.ux < 0
        sign = np.where(back, -1.0, 1.0)
        outside = Paths(**(vars(outside) | {"ux": outside.ux * sign, "uy": outside.uy * sign}))
    labels = _flows(outside)
    found = []
    for label in np.unique(labels[labels > 0]):
        some = outside.take(labels == label)
        if some.n_tracks < _LEAST_TRACKS:
            continue
        reference = _reference(some)
        if reference is not None:
            found.append(Carriageway(reference, some, *reference.measure(some.x, some.y)))
    return sorted(found, key=lambda c: -c.paths.n_tracks)


def _flows(paths: Paths) -> npt.NDArray[np.int64]:
    """Label, from 1, of the connected flow in place and course that each point belongs to; 0 for stray ones."""
    i = ((paths.x - paths.x.min()) / CELL_M).astype(np.int64) + 1
    j = ((paths.y - paths.y.min()) / CELL_M).astype(np.int64) + 1
    c = course_bin(paths)
    shape = (int(i.max()) + 2, int(j.max()) + 2, COURSES)
    seen = np.unique(np.stack([paths.track, i, j, c]), axis=1)
    n = np.zeros(shape)
    np.add.at(n, (seen[1], seen[2], seen[3]), 1)
    near = ndimage.uniform_filter(n, size=(3, 3, 1), mode="constant") * 9
    used = near + np.roll(near, 1, axis=2) + np.roll(near, -1, axis=2) >= _LEAST_TRACKS
    used &= near > 0
    # courses go round: label two turns of them and join what meets at north
    labels, count = ndimage.label(used, structure=np.ones((3, 3, 3)))
    parent = np.arange(count + 1)

    def root(k: int) -> int:
        while parent[k] != k:
            k = int(parent[k])
        return k

    first, last = labels[:, :, 0], ndimage.grey_dilation(labels[:, :, -1], size=(3, 3))
    for a, b in np.unique(np.stack([first, last])[:, (first > 0) & (last > 0)], axis=1).T:
        parent[root(int(a))] = root(int(b))
    roots = np.array([root(k) for k in range(count + 1)])
    flows: npt.NDArray[np.int64] = roots[labels[i, j, c]]
    return flows


def _reference(paths: Paths) -> Reference | None:
    """A line along the longest piece, then shifted to where the middle of the traffic is, also beyond its ends."""
    starts = np.flatnonzero(np.append(True, paths.piece[1:] != paths.piece[:-1]))
    ends = np.append(starts[1:], len(paths))
    chords = np.hypot(paths.x[ends - 1] - paths.x[starts], paths.y[ends - 1] - paths.y[starts])
    k = int(np.argmax(chords))
    if chords[k] < _LEAST_LENGTH_M / 2:
        return None
    reference = _smooth(np.stack([paths.x[starts[k] : ends[k]], paths.y[starts[k] : ends[k]]], 1), _BEYOND_M)
    for _ in range(3):
        reference = _along_the_courses(reference, paths)
    s, _ = reference.measure(paths.x, paths.y)
    a, b = np.quantile(s, [0.0, 1.0])
    reference = _cut(reference, a, b)
    return reference if reference.length_m >= _LEAST_LENGTH_M else None


def _along_the_courses(reference: Reference, paths: Paths) -> Reference:
    """The reference turned to run as the traffic beside it does.

    Courses, not places, are averaged: where one lane of several ends or fills up, the middle of the traffic jumps.
    """
    s, _ = reference.measure(paths.x, paths.y)
    k = np.clip(np.rint(s / STEP_M).astype(np.int64), 0, len(reference.points) - 1)
    u = reference.tangents[k]
    angle = np.arctan2(paths.ux * u[:, 1] - paths.uy * u[:, 0], paths.ux * u[:, 0] + paths.uy * u[:, 1])
    bins = np.floor(s / _BIN_M).astype(np.int64)
    order = np.argsort(bins, kind="stable")
    _, begin = np.unique(bins[order], return_index=True)
    groups = [g for g in np.split(order, begin[1:]) if len(g) >= 3]
    if len(groups) < 2:
        return reference
    centre = np.array([s[g].mean() for g in groups])
    lean = np.array([np.median(angle[g]) for g in groups])
    grid = np.arange(centre[0], centre[-1] + STEP_M, STEP_M)
    slope = np.tan(np.clip(np.interp(grid, centre, lean), -0.7, 0.7))
    shift = np.cumsum(slope) * STEP_M
    middle = np.interp(np.median(s), grid, shift)
    return _smooth(reference.place(grid, shift - middle), _BEYOND_M / 2)


def _smooth(points: FloatArray, beyond_m: float) -> Reference:
    """Points a metre apart along a smoothed polyline, gone on straight at both ends."""
    step = np.hypot(*np.diff(points, axis=0).T)
    keep = np.append(True, step > 1e-6)
    points = points[keep]
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    grid = np.arange(0.0, along[-1], STEP_M)
    line = np.stack([np.interp(grid, along, points[:, k]) for k in (0, 1)], 1)
    width = min(15.0, len(line) / 4)
    line = _blur(line, width)
    reach = min(len(line) - 1, 15)
    head, tail = line[0] - line[reach], line[-1] - line[-1 - reach]
    n = int(beyond_m / STEP_M)
    if n:
        steps = np.arange(1, n + 1)[:, None] * STEP_M
        before = line[0] + head / np.hypot(*head) * steps[::-1]
        after = line[-1] + tail / np.hypot(*tail) * steps
        line = np.concatenate([before, line, after])
    return _with_tangents(line)


def _blur(line: FloatArray, sigma: float) -> FloatArray:
    """Gaussian smoothing that leaves straight lines and their ends where they are."""
    if sigma < 1 or len(line) < 5:
        return line
    pad = int(3 * sigma)
    head, tail = 2 * line[0] - line[1 : pad + 1][::-1], 2 * line[-1] - line[-pad - 1 : -1][::-1]
    longer = np.concatenate([head, line, tail])
    smooth = ndimage.gaussian_filter1d(longer, sigma, axis=0, mode="nearest")
    blurred: FloatArray = smooth[len(head) : len(head) + len(line)]
    return blurred


def _with_tangents(line: FloatArray) -> Reference:
    along = np.append(0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    grid = np.arange(0.0, along[-1] + 1e-9, STEP_M)
    even = np.stack([np.interp(grid, along, line[:, k]) for k in (0, 1)], 1)
    tangent = np.gradient(even, axis=0)
    return Reference(even, tangent / np.hypot(*tangent.T)[:, None])


def _cut(reference: Reference, a: float, b: float) -> Reference:
    """The part of a reference from a to b metres."""
    i, j = int(max(0, np.floor(a))), int(min(len(reference.points), np.ceil(b) + 1))
    rows: slice = slice(i, max(j, i + 2))
    return Reference(reference.points[rows], reference.tangents[rows])


def inside(reference: Reference, s: FloatArray) -> BoolArray:
    """Which distances lie on the line itself, not beyond its ends."""
    return (s >= 0) & (s <= reference.length_m)
