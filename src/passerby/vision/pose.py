"""`CameraPose`: where a camera stands and looks, from how its pixels lie on the ground; what stands there has a size.

The ground plane is mapped by the site's homography alone. The homography of a plane also fixes the focal length and
with it the direction that is up, where pixels are square and the optical axis meets the centre of the picture (Zhang
2000, section 2.3; Hartley and Zisserman, Multiple View Geometry, 8.8). Where it hardly does (a view from straight
above, pairs close together), what the pairs say is weighed against what lenses usually are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.site.calibration import distorted, homography, undistorted
from passerby.site.model import Calibration

FloatArray = npt.NDArray[np.float64]

USUAL_FOCAL: Final = 1.3
"""Focal length of a usual surveillance lens in half diagonals of the picture: 75 degrees corner to corner."""

FOCAL_SIGMA: Final = 0.4
"""Standard deviation of its logarithm: two in three lenses see 56 to 98 degrees."""

PICKED_PX: Final = 1.0
"""How finely people pick a point in a picture (standard deviation)."""

PERSON_M: Final = 1.7
"""Mean stature with shoes; NCD Risk Factor Collaboration 2016, doi:10.7554/eLife.13410."""

SHOULDERS_M: Final = 0.5
STANCE_M: Final = 0.3
"""Depth of a standing or walking person along the line of sight: a foot, and half a step."""

HORIZON: Final = 1e-9


@dataclass(frozen=True, eq=False)
class CameraPose:
    """A calibrated camera with pictures of width x height pixels.

    matrix: shape (3, 4), east, north, up, 1 -> undistorted pixel (homogeneous, third coordinate positive in front).
    position_m: shape (3,), east, north, height of the camera. focal_px: focal length; focal_sigma: standard error of
    its logarithm. tilt_deg: how far the optical axis dips below the horizontal; roll_deg: how far what is upright leans
    clockwise in the picture; heading_deg: where it looks. skew: how much longer than wide a square on the ground would
    have to be for a real camera to see it so, 1 where all is well. mirrored: east and north are swapped or one negated.
    SiteError where the calibration fits no plane.
    """

    calibration: Calibration
    width: int
    height: int
    matrix: FloatArray = field(init=False)
    position_m: FloatArray = field(init=False)
    focal_px: float = field(init=False)
    focal_sigma: float = field(init=False)
    tilt_deg: float = field(init=False)
    roll_deg: float = field(init=False)
    heading_deg: float = field(init=False)
    skew: float = field(init=False)
    mirrored: bool = field(init=False)
    _image_to_ground: FloatArray = field(init=False, repr=False)
    _scale: FloatArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        wide, high = self.calibration.size or (self.width, self.height)
        scale = np.array([wide / self.width, high / self.height])
        h = homography(self.calibration)
        centre = np.array([wide / 2, high / 2])
        if not self.calibration.image:
            # A bare matrix does not say on which side of the horizon the ground is: where the picture's foot is.
            foot = h[2] @ [wide / 2, high, 1.0]
            h = h * (-1.0 if foot < 0 else 1.0)
        g = np.linalg.inv(h)
        g /= np.linalg.norm(g)
        half = float(np.hypot(*centre))
        focal, sigma = _focal(self.calibration, h, centre, half)
        k = np.array([[focal, 0.0, centre[0]], [0.0, focal, centre[1]], [0.0, 0.0, 1.0]])
        a = np.linalg.inv(k) @ g
        stretch = np.linalg.svd(a[:, :2], compute_uv=False)
        size = np.sqrt(stretch[0] * stretch[1])
        up = np.cross(a[:, 0], a[:, 1])
        # Seen from above, up, towards the camera and the ground lie so that the camera's height comes out positive.
        mirrored = bool(np.linalg.det(a) > 0)
        up *= (-1.0 if mirrored else 1.0) * size / np.linalg.norm(up)
        world = np.column_stack([a[:, 0], a[:, 1], up])
        position = -np.linalg.solve(world, a[:, 2])
        axis = np.linalg.solve(world, [0.0, 0.0, 1.0])
        axis /= np.linalg.norm(axis)
        level = up / size  # up as the camera sees it: (0, -cos tilt, sin tilt) where the picture does not lean
        for name, value in (
            ("matrix", k @ np.column_stack([world, a[:, 2]])),
            ("position_m", position),
            ("focal_px", focal / float(np.mean(scale))),
            ("focal_sigma", sigma),
            ("tilt_deg", float(np.degrees(np.arcsin(np.clip(-axis[2], -1, 1))))),
            ("roll_deg", float(np.degrees(np.arctan2(level[0], -level[1])))),
            ("heading_deg", float(np.degrees(np.arctan2(axis[0], axis[1])) % 360)),
            ("skew", float(stretch[0] / stretch[1])),
            ("mirrored", mirrored),
            ("_image_to_ground", h),
            ("_scale", scale),
        ):
            object.__setattr__(self, name, value)

    @property
    def height_m(self) -> float:
        """Height of the camera above the ground."""
        return float(self.position_m[2])

    def to_ground(self, pixels: npt.ArrayLike, z_m: npt.ArrayLike = 0.0) -> FloatArray:
        """East and north, shape (n, 2), of pixels, shape (n, 2), that show something z_m (scalar or (n,)) above ground.

        NaN on and above the horizon (of that height).
        """
        p = self._undistorted(pixels)
        q = np.column_stack([p, np.ones(len(p))]) @ self._image_to_ground.T
        with np.errstate(divide="ignore", invalid="ignore"):
            ground = np.where(q[:, 2:] > HORIZON * np.abs(self._image_to_ground[2]).max(), q[:, :2] / q[:, 2:], np.nan)
            z = np.broadcast_to(np.asarray(z_m, np.float64), len(p))[:, None]
            # The line of sight from the camera to the ground, cut at the height z.
            return np.asarray(ground + (self.position_m[:2] - ground) * (z / self.height_m), np.float64)

    def to_image(self, ground: npt.ArrayLike, z_m: npt.ArrayLike = 0.0) -> FloatArray:
        """Pixels, shape (..., 2), of east and north, shape (..., 2), z_m above ground; NaN behind the camera."""
        xy = np.asarray(ground, np.float64)
        z = np.broadcast_to(np.asarray(z_m, np.float64), xy.shape[:-1])
        q = xy @ self.matrix[:, :2].T + z[..., None] * self.matrix[:, 2] + self.matrix[:, 3]
        with np.errstate(divide="ignore", invalid="ignore"):
            flat = np.where(q[..., 2:] > 0, q[..., :2] / q[..., 2:], np.nan)
        if self.calibration.distortion:
            flat = distorted(self.calibration, flat.reshape(-1, 2)).reshape(flat.shape)
        return np.asarray(flat / self._scale, np.float64)

    def sight(self, ground: npt.ArrayLike) -> FloatArray:
        """Unit vectors east and north, shape (n, 2), of the lines of sight over the ground, away from the camera."""
        away = np.asarray(ground, np.float64).reshape(-1, 2) - self.position_m[:2]
        length = np.hypot(away[:, 0], away[:, 1])[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(length < 1e-3, [0.0, 1.0], away / length)  # straight below, any way is away

    def person_box(
        self,
        x: npt.ArrayLike,
        y: npt.ArrayLike,
        height_m: npt.ArrayLike = PERSON_M,
        width_m: npt.ArrayLike = SHOULDERS_M,
    ) -> FloatArray:
        """Boxes, shape (n, 4), left, top, right, bottom px, of people who stand at x, y (scalar or (n,)).

        Feet STANCE_M apart along the line of sight, shoulders width_m wide at 0.82 of the height (Winter,
        Biomechanics, figure 4.1), the head above. NaN behind the camera.
        """
        ground = np.stack(np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (x, y))), -1).reshape(-1, 2)
        n = len(ground)
        z, wide = (np.broadcast_to(np.asarray(v, np.float64), n)[:, None] for v in (height_m, width_m))
        away = self.sight(ground)
        across = np.column_stack([away[:, 1], -away[:, 0]]) * wide / 2
        foot, zero = away * STANCE_M / 2, np.zeros((n, 1))
        ends = self.to_image(
            np.stack([ground - foot, ground + foot, ground - across, ground + across, ground], 1),
            np.concatenate([zero, zero, 0.82 * z, 0.82 * z, z], 1),
        )
        return np.concatenate([ends.min(1), ends.max(1)], 1)

    def footprint_box(
        self,
        ground: npt.ArrayLike,
        heading: npt.ArrayLike,
        length_m: npt.ArrayLike,
        width_m: npt.ArrayLike,
        height_m: npt.ArrayLike,
    ) -> FloatArray:
        """Boxes, shape (n, 4), px, of upright cuboids around ground, shape (n, 2); heading in radians from north."""
        a = np.asarray(heading, np.float64)
        points = np.asarray(ground, np.float64).reshape(-1, 2)
        n = len(points)
        deep, wide, z = (np.broadcast_to(np.asarray(v, np.float64), n)[:, None] for v in (length_m, width_m, height_m))
        forward = np.broadcast_to(np.stack([np.sin(a), np.cos(a)], -1), points.shape)
        along, across = forward * deep / 2, np.column_stack([forward[:, 1], -forward[:, 0]]) * wide / 2
        feet = np.stack([points + s * along + c * across for s, c in ((1, 1), (1, -1), (-1, 1), (-1, -1))], 1)
        corners = self.to_image(
            np.concatenate([feet, feet], 1), np.concatenate([np.zeros((n, 4)), np.repeat(z, 4, 1)], 1)
        )
        return np.concatenate([corners.min(1), corners.max(1)], 1)

    def size_m(self, boxes: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Height and width in metres, each (n,), of upright people whose boxes, shape (n, 4), end at their feet.

        NaN where the feet lie above the horizon.
        """
        b = np.asarray(boxes, np.float64).reshape(-1, 4)
        near = self.to_ground(np.column_stack([(b[:, 0] + b[:, 2]) / 2, b[:, 3]]))
        foot = near + self.sight(near) * (STANCE_M / 2)
        top = self._undistorted(np.column_stack([(b[:, 0] + b[:, 2]) / 2, b[:, 1]]))[:, 1]
        a = foot @ self.matrix[:, :2].T + self.matrix[:, 3]
        up = self.matrix[:, 2]
        with np.errstate(divide="ignore", invalid="ignore"):
            height = (top * a[:, 2] - a[:, 1]) / (up[1] - top * up[2])
            away = self.sight(near)
            across = np.column_stack([away[:, 1], -away[:, 0]])
            half = np.where(np.isfinite(height), height, 0.0) / 2
            ends = self.to_image(foot + across / 2, half) - self.to_image(foot - across / 2, half)
            width = (b[:, 2] - b[:, 0]) / np.abs(ends[:, 0])
        return np.where(height > 0, height, np.nan), width

    def jacobian(self, pixels: npt.ArrayLike) -> FloatArray:
        """Metres per pixel, shape (n, 2, 2): rows east, north; columns right, down. NaN above the horizon."""
        p = np.asarray(pixels, np.float64).reshape(-1, 2)
        right, down = np.array([0.5, 0.0]), np.array([0.0, 0.5])
        dx = self.to_ground(p + right) - self.to_ground(p - right)
        dy = self.to_ground(p + down) - self.to_ground(p - down)
        return np.stack([dx, dy], -1)

    def ground_covariance(self, pixels: npt.ArrayLike, covariance_px: npt.ArrayLike) -> FloatArray:
        """Covariance of ground positions in m^2, shape (n, 2, 2), from that of the pixels, (2, 2) or (n, 2, 2) px^2."""
        j = self.jacobian(pixels)
        return np.asarray(j @ np.asarray(covariance_px, np.float64) @ np.swapaxes(j, 1, 2), np.float64)

    def _undistorted(self, pixels: npt.ArrayLike) -> FloatArray:
        p = np.asarray(pixels, np.float64).reshape(-1, 2) * self._scale
        return undistorted(self.calibration, p) if self.calibration.distortion else p


def _focal(calibration: Calibration, h: FloatArray, centre: FloatArray, half: float) -> tuple[float, float]:
    """Focal length in pixels and the standard error of its logarithm."""
    if calibration.image:
        image = undistorted(calibration, np.asarray(calibration.image, np.float64))
        ground = np.asarray(calibration.ground, np.float64)
    else:
        # As many points as fix the matrix, as far apart as the picture allows on the ground's side of the horizon.
        rows, columns = np.linspace(0, 2 * centre[1], 9), np.array([0.1, 1.9]) * centre[0]
        low = [r for r in rows if all(h[2] @ [c, r, 1.0] > 0.02 * (h[2] @ [c, rows[-1], 1.0]) for c in columns)]
        image = np.array([(c, r) for r in (low[0] if low else 0.0, rows[-1]) for c in columns])
        q = np.column_stack([image, np.ones(4)]) @ h.T
        ground = q[:, :2] / q[:, 2:]
    u = _inverse_square(h, centre, half)
    spread = 0.0
    for i in range(len(image)):
        for axis in (0, 1):
            moved = image.copy()
            moved[i, axis] += PICKED_PX
            try:
                other = homography(Calibration(tuple(map(tuple, moved.tolist())), tuple(map(tuple, ground.tolist()))))
                spread += (_inverse_square(other, centre, half) - u) ** 2
            except (ValueError, ArithmeticError, np.linalg.LinAlgError):
                spread = np.inf
    usual = np.log(USUAL_FOCAL)
    if not (np.isfinite(u) and np.isfinite(spread)) or u <= np.sqrt(spread):
        return USUAL_FOCAL * half, FOCAL_SIGMA
    sigma = max(0.5 * np.sqrt(spread) / u, 1e-4)
    weight = FOCAL_SIGMA**2 / (FOCAL_SIGMA**2 + sigma**2)
    log = usual + weight * (-0.5 * np.log(u) - usual)
    return float(np.exp(log)) * half, float(sigma * np.sqrt(weight))


def _inverse_square(h: FloatArray, centre: FloatArray, half: float) -> float:
    """1 / f^2 in half diagonals, least squares, from image -> ground; NaN where it has no say."""
    t = np.array([[1.0, 0.0, -centre[0]], [0.0, 1.0, -centre[1]], [0.0, 0.0, half]]) / half
    g = t @ np.linalg.inv(h)
    a, b = g[:, 0], g[:, 1]
    # East and north are at right angles and equally long: two equations, turned into each other by turning the axes.
    p = np.array([2 * (a[0] * b[0] + a[1] * b[1]), a[0] ** 2 + a[1] ** 2 - b[0] ** 2 - b[1] ** 2])
    q = -np.array([2 * a[2] * b[2], a[2] ** 2 - b[2] ** 2])
    return float(p @ q / (p @ p)) if p @ p > 0 else float("nan")
