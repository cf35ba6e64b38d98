"""How a camera's pixels lie on the ground: a plane-to-plane homography, after the lens has been straightened out.

Direct linear transform with normalised coordinates: Hartley and Zisserman, Multiple View Geometry, algorithm 4.2.
Lens: the division model of Fitzgibbon 2001 (doi:10.1109/CVPR.2001.990465), which needs no focal length.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.errors import SiteError
from passerby.site.model import Calibration

FloatArray = npt.NDArray[np.float64]

DEGENERATE: Final = 1e-6


def homography(calibration: Calibration) -> FloatArray:
    """The matrix (undistorted) image -> ground, shape (3, 3); points in front of the camera get a positive third value.

    From the matrix where one is given, else fitted to the pairs. SiteError where the points leave it open
    (three of four on one line) or contradict each other (listed in different orders).
    """
    if calibration.matrix is not None:
        h = np.asarray(calibration.matrix, np.float64)
        if abs(np.linalg.det(h)) < 1e-12 * np.linalg.norm(h) ** 3:
            raise SiteError("calibration: matrix must be invertible, got a singular one")
    else:
        h = _fit(undistorted(calibration, calibration.image), np.asarray(calibration.ground, np.float64))
    if calibration.image:
        w = _homogeneous(undistorted(calibration, calibration.image)) @ h[2]
        if w.min() < 0 < w.max():
            raise SiteError(
                "calibration: no camera can see the ground so; check that image and ground list the same points "
                "in the same order"
            )
        h = h * (-1.0 if w.max() <= 0 else 1.0)
    return h


def to_ground(calibration: Calibration, pixels: npt.ArrayLike) -> FloatArray:
    """Ground positions, shape (n, 2), metres east and north, of pixels, shape (n, 2), right and down.

    SiteError where a pixel lies on or above the horizon.
    """
    h = homography(calibration)
    points = np.asarray(pixels, np.float64).reshape(-1, 2)
    out = _homogeneous(undistorted(calibration, points)) @ h.T
    w = out[:, 2]
    # A bare matrix does not say which side of the horizon is the ground: then all points must share one.
    side = w if calibration.image or not len(w) else w * np.sign(w[np.argmax(np.abs(w))])
    scale = np.linalg.norm(h[2] * [1.0, 1.0, 0.0]) + abs(h[2, 2])
    lost = np.flatnonzero(side <= 1e-9 * scale)
    if len(lost):
        x, y = points[lost[0]]
        raise SiteError(
            f"calibration: pixel ({x:g}, {y:g}) lies on or above the horizon and has no place on the ground"
        )
    return np.asarray(out[:, :2] / w[:, None], np.float64)


def to_image(calibration: Calibration, ground: npt.ArrayLike) -> FloatArray:
    """Pixels, shape (n, 2), of ground positions, shape (n, 2)."""
    out = _homogeneous(np.asarray(ground, np.float64).reshape(-1, 2)) @ np.linalg.inv(homography(calibration)).T
    return distorted(calibration, out[:, :2] / out[:, 2:])


def undistorted(calibration: Calibration, pixels: npt.ArrayLike) -> FloatArray:
    """Where pixels, shape (n, 2), would lie behind a lens that keeps straight lines straight."""
    p = np.asarray(pixels, np.float64).reshape(-1, 2)
    if not calibration.distortion or calibration.size is None:
        return p
    centre = np.array(calibration.size) / 2
    r2 = ((p - centre) ** 2).sum(1, keepdims=True) / (centre @ centre)
    return np.asarray(centre + (p - centre) / (1 + calibration.distortion * r2), np.float64)


def distorted(calibration: Calibration, pixels: npt.ArrayLike) -> FloatArray:
    """Where the lens puts pixels, shape (n, 2), of straight lines; NaN for what no picture of this lens can show."""
    p = np.asarray(pixels, np.float64).reshape(-1, 2)
    if not calibration.distortion or calibration.size is None:
        return p
    centre = np.array(calibration.size) / 2
    r2 = ((p - centre) ** 2).sum(1, keepdims=True) / (centre @ centre)
    with np.errstate(invalid="ignore"):
        return np.asarray(centre + (p - centre) * 2 / (1 + np.sqrt(1 - 4 * calibration.distortion * r2)), np.float64)


def errors_m(calibration: Calibration) -> FloatArray:
    """How far each pair's pixel lands from its surveyed place, metres, shape (n,); zeros where 4 pairs fix all."""
    if not calibration.image:
        return np.zeros(0)
    off = to_ground(calibration, calibration.image) - np.asarray(calibration.ground, np.float64)
    return np.asarray(np.hypot(off[:, 0], off[:, 1]), np.float64)


@dataclass(frozen=True, eq=False)
class PairErrors:
    """How well the pairs of a calibration agree, arrays of shape (n,).

    error_m: from each pixel's place to the surveyed one; error_px: the same in the picture; left_out_m: where the other
    pairs put it (NaN with 4 pairs, which cannot contradict each other). wrong: index of the one pair without which all
    others agree at least three times better, None where there is no such pair or fewer than 6 to tell by.
    """

    error_m: FloatArray
    error_px: FloatArray
    left_out_m: FloatArray
    wrong: int | None


def pair_errors(calibration: Calibration) -> PairErrors:
    """The errors of a calibration's pairs, each also judged by the others; empty where only a matrix is given."""
    n = len(calibration.image)
    if not n or calibration.matrix is not None:
        return PairErrors(errors_m(calibration), _errors_px(calibration), np.full(n, np.nan), None)
    left_out, rest = np.full(n, np.nan), np.full(n, np.inf)
    for i in range(n):
        if n < 5:
            break
        keep = [j for j in range(n) if j != i]
        try:
            others = replace(
                calibration,
                image=tuple(calibration.image[j] for j in keep),
                ground=tuple(calibration.ground[j] for j in keep),
            )
            rest[i] = np.sqrt((_errors_px(others) ** 2).mean())
            place = to_ground(others, [calibration.image[i]])[0] - calibration.ground[i]
            left_out[i] = float(np.hypot(*place))
        except SiteError:
            continue
    error_px = _errors_px(calibration)
    wrong = None
    if n >= 6:
        first, second = np.argsort(rest)[:2]
        # one pixel is as well as anyone picks: below it nothing is wrong
        if rest[first] * 3 < np.sqrt((error_px**2).mean()) and rest[first] * 2 < rest[second] and rest[second] > 1.0:
            wrong = int(first)
    return PairErrors(errors_m(calibration), error_px, left_out, wrong)


def better_distortion(calibration: Calibration, size: tuple[int, int]) -> tuple[float, float] | None:
    """The lens distortion that would halve the pairs' errors, and the mean error in metres with it; None if none does.

    Judged by pairs left out in turn, so that a parameter that only fits their noise does not count; needs 7 pairs.
    """
    if len(calibration.image) < 7 or calibration.matrix is not None or calibration.distortion:
        return None

    def error(k: float) -> float:
        try:
            left_out = pair_errors(replace(calibration, size=size, distortion=k)).left_out_m
        except SiteError:
            return np.inf
        return float(np.sqrt(np.nanmean(left_out**2))) if np.isfinite(left_out).any() else np.inf

    tried = np.linspace(-0.4, 0.1, 26)
    coarse = float(min(tried, key=error))
    best = round(float(min(np.linspace(coarse - 0.02, coarse + 0.02, 9), key=error)), 3)
    if not best or error(best) > 0.5 * error(0.0):
        return None
    return best, float(errors_m(replace(calibration, size=size, distortion=best)).mean())


def _errors_px(calibration: Calibration) -> FloatArray:
    if not calibration.image:
        return np.zeros(0)
    off = to_image(calibration, calibration.ground) - np.asarray(calibration.image, np.float64)
    return np.asarray(np.hypot(off[:, 0], off[:, 1]), np.float64)


def _fit(image: FloatArray, ground: FloatArray) -> FloatArray:
    for name, points in (("image", image), ("ground", ground)):
        if np.linalg.matrix_rank(points - points.mean(0), tol=1e-6 * max(np.ptp(points, axis=0).max(), 1e-9)) < 2:
            raise SiteError(f"calibration: {name} points must not all lie on one line")
    ti, tg = _normaliser(image), _normaliser(ground)
    p = _homogeneous(image) @ ti.T
    q = _homogeneous(ground) @ tg.T
    zero = np.zeros_like(p)
    rows = np.concatenate(
        [
            np.hstack([p, zero, -q[:, :1] * p]),
            np.hstack([zero, p, -q[:, 1:2] * p]),
        ]
    )
    _, s, vt = np.linalg.svd(rows)
    h = vt[-1].reshape(3, 3)
    if s[7] < DEGENERATE * s[0] or abs(np.linalg.det(h)) < DEGENERATE * np.linalg.norm(h) ** 3:
        raise SiteError("calibration: at least 4 points must have no three on one line; add or move a point")
    return np.asarray(np.linalg.inv(tg) @ h @ ti, np.float64)


def _normaliser(points: FloatArray) -> FloatArray:
    centre = points.mean(0)
    spread = np.sqrt(((points - centre) ** 2).sum(1)).mean()
    s = np.sqrt(2.0) / spread
    return np.array([[s, 0.0, -s * centre[0]], [0.0, s, -s * centre[1]], [0.0, 0.0, 1.0]])


def _homogeneous(points: FloatArray) -> FloatArray:
    return np.hstack([points, np.ones((len(points), 1))])
