"""How a fixed camera sees the ground: a pinhole camera, calibrated, or learnt from the size of those who pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from passerby.site.calibration import distorted, undistorted
from passerby.site.model import Calibration
from passerby.tracks.record import FloatArray
from passerby.vision.pose import CameraPose

USUAL_FOCAL: Final = 1.2
"""Focal length of a street camera in picture widths, where nothing says better: 45 degrees across."""

FARTHEST_M: Final = 300.0


@dataclass(frozen=True, eq=False)
class View:
    """camera: shape (3, 4), metres (x, y, height, 1) -> homogeneous pixels, third coordinate the depth in metres.

    calibrated: whether the metres are the site's; else they are a guess good enough to track with. lens: how the lens
    bends what the camera matrix takes for straight.
    """

    width: int
    height: int
    camera: FloatArray
    calibrated: bool
    lens: Calibration | None = None

    @cached_property
    def focal_px(self) -> float:
        """Focal length in pixels, from the orthonormal rotation in the camera matrix."""
        m = self.camera[:, :3]
        return float(np.sqrt(max(((m[:2] - (m[:2] @ m[2])[:, None] * m[2]) ** 2).sum() / 2.0, 1e-9)))

    def project(self, points: FloatArray) -> FloatArray:
        """Pixels, shape (n, 2), of points, shape (n, 3) or (n, 2) on the ground, metres; those behind are nan."""
        c = self.camera
        q = points @ c[:, : points.shape[1]].T + c[:, 3]
        depth = np.where(q[:, 2] > 0.1, q[:, 2], np.nan)
        return np.asarray(q[:, :2] / depth[:, None], np.float64)

    def ground(self, pixels: FloatArray, height_m: float | FloatArray = 0.0) -> FloatArray:
        """Points x, y, shape (n, 2), metres, that lie at a height behind pixels, shape (n, 2).

        Beyond FARTHEST_M, and above the horizon, the point on the same bearing at that distance.
        """
        m = self._inverse
        rays = np.column_stack([pixels, np.ones(len(pixels))]) @ m.T
        centre = self.centre
        down = -rays[:, 2]
        drop = np.broadcast_to(centre[2] - np.asarray(height_m, np.float64), down.shape)
        flat = np.maximum(np.hypot(rays[:, 0], rays[:, 1]), 1e-9)
        reach = drop / np.maximum(down, 1e-9)
        reach = np.where((down > 1e-9) & (reach > 0.0), np.minimum(reach, FARTHEST_M / flat), FARTHEST_M / flat)
        return np.asarray(centre[:2] + rays[:, :2] * reach[:, None], np.float64)

    @cached_property
    def _inverse(self) -> FloatArray:
        return np.asarray(np.linalg.inv(self.camera[:, :3]), np.float64)

    @cached_property
    def centre(self) -> FloatArray:
        """Where the camera hangs, shape (3,), metres."""
        return np.asarray(-self._inverse @ self.camera[:, 3], np.float64)

    def boxes(self, ground: FloatArray, height_m: FloatArray, width_m: FloatArray) -> FloatArray:
        """Boxes, shape (n, 4), px, of upright things of a height and width that stand at points, shape (n, 2)."""
        foot = self.project(ground)
        head = self.project(np.column_stack([ground, height_m]))
        depth = ground @ self.camera[2, :2] + self.camera[2, 3]
        half = 0.5 * self.focal_px * width_m / np.maximum(depth, 0.1)
        middle = 0.5 * (foot[:, 0] + head[:, 0])
        return np.column_stack([middle - half, head[:, 1], middle + half, foot[:, 1]])

    @cached_property
    def _bend(self) -> FloatArray | None:
        """Pixels of the calibration's picture per pixel of this one; None where the lens keeps lines straight."""
        if self.lens is None or not self.lens.distortion or self.lens.size is None:
            return None
        return np.array(self.lens.size, np.float64) / (self.width, self.height)

    def straight(self, boxes: FloatArray) -> FloatArray:
        """Boxes, shape (n, 4), px, as a lens would show them that keeps straight lines straight."""
        scale, lens = self._bend, self.lens
        if scale is None or lens is None or not len(boxes):
            return boxes
        return _sides(boxes, lambda p: undistorted(lens, p * scale) / scale)

    def bent(self, boxes: FloatArray) -> FloatArray:
        """Boxes, shape (n, 4), px, as this camera's lens shows them: the inverse of straight."""
        scale, lens = self._bend, self.lens
        if scale is None or lens is None or not len(boxes):
            return boxes
        out = _sides(boxes, lambda p: distorted(lens, p * scale) / scale)
        return np.where(np.isfinite(out), out, boxes)


def _sides(boxes: FloatArray, moved: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Boxes whose sides go where the middles of the sides go."""
    x, y = 0.5 * (boxes[:, 0] + boxes[:, 2]), 0.5 * (boxes[:, 1] + boxes[:, 3])
    left, top = moved(np.column_stack([boxes[:, 0], y])), moved(np.column_stack([x, boxes[:, 1]]))
    right, bottom = moved(np.column_stack([boxes[:, 2], y])), moved(np.column_stack([x, boxes[:, 3]]))
    return np.column_stack([left[:, 0], top[:, 1], right[:, 0], bottom[:, 1]])


def calibrated_view(pose: CameraPose) -> View:
    """The view of a camera whose pixels lie on the ground as the site file says."""
    size = pose.calibration.size or (pose.width, pose.height)
    camera = np.diag([pose.width / size[0], pose.height / size[1], 1.0]) @ pose.matrix
    return View(pose.width, pose.height, camera / np.linalg.norm(camera[2, :3]), True, pose.calibration)


def pinhole_view(width: int, height: int, horizon_px: float, camera_m: float) -> View:
    """A level camera, camera_m above the ground, that sees the horizon at row horizon_px (above the picture: < 0).

    x to the right, y away from the camera, with the usual focal length: its metres are a guess.
    """
    focal = USUAL_FOCAL * width
    tilt = np.arctan2(height / 2.0 - horizon_px, focal)
    s, c = np.sin(tilt), np.cos(tilt)
    k = np.array([[focal, 0.0, width / 2.0], [0.0, focal, height / 2.0], [0.0, 0.0, 1.0]])
    rotation = np.array([[1.0, 0.0, 0.0], [0.0, -s, -c], [0.0, c, -s]])
    offset = -rotation @ np.array([0.0, 0.0, camera_m])
    return View(width, height, np.asarray(k @ np.column_stack([rotation, offset]), np.float64), False)
