"""From the boxes that trackers draw in a camera's pixels to positions on the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from passerby.errors import TracksError
from passerby.site.calibration import homography
from passerby.site.model import Site
from passerby.tracks.record import FloatArray

Matrix = npt.NDArray[np.float64]


def project(matrix: Matrix, u: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Ground x, y in metres of pixels u (right), v (down), shape (n,); NaN at and beyond the horizon."""
    w = matrix[2, 0] * u + matrix[2, 1] * v + matrix[2, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (matrix[0, 0] * u + matrix[0, 1] * v + matrix[0, 2]) / w
        y = (matrix[1, 0] * u + matrix[1, 1] * v + matrix[1, 2]) / w
    seen = w > 0
    return np.where(seen, x, np.nan), np.where(seen, y, np.nan)


def camera_matrix(site: Site | None, matrix: Sequence[Sequence[float]] | None, camera: str | None, file: str) -> Matrix:
    """The matrix image -> ground for a file in pixels: the one given, else that of the site's only or named camera.

    Scaled so that the third coordinate is positive in front of the camera. TracksError where there is none.
    """
    if matrix is not None:
        return _from_matrix(matrix, "matrix")
    cameras = [c for c in (site.cameras if site else ()) if camera in (None, c.id)]
    if camera is not None and not cameras:
        raise TracksError(f'{file}: the site has no camera "{camera}"')
    calibrated = [c for c in cameras if c.calibration is not None]
    if len(calibrated) > 1:
        listed = ", ".join(f'"{c.id}"' for c in calibrated)
        raise TracksError(f"{file}: is in pixels and the site has several calibrated cameras; say which one: {listed}")
    if not calibrated or calibrated[0].calibration is None:
        raise TracksError(
            f"{file}: holds positions in pixels, which need a camera's calibration: add [camera.calibration] to the "
            "site file or give a 3x3 matrix image -> ground"
        )
    calibration = calibrated[0].calibration
    if calibration.matrix is not None:
        return _from_matrix(calibration.matrix, f'camera "{calibrated[0].id}": calibration')
    return homography(calibration)


def _from_matrix(matrix: Sequence[Sequence[float]], who: str) -> Matrix:
    try:
        h = np.asarray(matrix, np.float64)
    except (TypeError, ValueError):
        h = np.empty(0)
    if h.shape != (3, 3) or not np.isfinite(h).all():
        raise TracksError(f"{who}: wanted 3 rows of 3 numbers that map image to ground, got something else")
    # Rank of the rows by their own size: pixels and metres differ by orders of magnitude.
    if np.linalg.matrix_rank(h / np.maximum(np.abs(h).max(axis=1, keepdims=True), 1e-300)) < 3:
        raise TracksError(f"{who}: the matrix image -> ground must be invertible, got a singular one")
    # A camera above the ground sees it unmirrored: image v down, ground y up make the map orientation-reversing,
    # and its Jacobian is det / w**3.
    return h if np.linalg.det(h) < 0 else -h
