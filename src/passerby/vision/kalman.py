"""Road users as upright things on the ground, estimated from boxes: an extended Kalman filter, all tracks at once.

State, shape (n, 6): x, y (m), velocity x, y (m/s), height, width (m). Measurement, shape (n, 4): middle of the box,
its bottom, its top, its width (px). Ground-plane motion with pixel noise carried through the camera: UCMCTrack
(Yi et al., AAAI 2024); white-noise acceleration: Bar-Shalom et al., Estimation with Applications to Tracking, 6.2.2.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.view import View

OUTLIER: Final = 4.0
"""Squared innovation, in variances, above which a side of a box counts less: cut by who stands in front."""


def predict(x: FloatArray, p: FloatArray, dt: float, acceleration: FloatArray, growth: FloatArray) -> None:
    """Moves states x, shape (n, 6), and covariances p, shape (n, 6, 6), on by dt seconds, in place.

    acceleration: standard deviation, m/s2; growth: of height and width, m per root second, both shape (n,).
    """
    x[:, :2] += dt * x[:, 2:4]
    p[:, :2, :] += dt * p[:, 2:4, :]
    p[:, :, :2] += dt * p[:, :, 2:4]
    q = acceleration**2
    for i in (0, 1):
        p[:, i, i] += q * dt**3 / 3.0
        p[:, i, i + 2] += q * dt**2 / 2.0
        p[:, i + 2, i] += q * dt**2 / 2.0
        p[:, i + 2, i + 2] += q * dt
    p[:, 4, 4] += growth**2 * dt
    p[:, 5, 5] += growth**2 * dt


def expected(view: View, x: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What boxes states x, shape (n, 6), should give: measurements (n, 4) and their Jacobians (n, 4, 6)."""
    c = view.camera
    foot = x[:, :2] @ c[:, :2].T + c[:, 3]
    head = foot + x[:, 4:5] * c[:, 2]
    foot_d = np.maximum(foot[:, 2], 0.5)[:, None]
    head_d = np.maximum(head[:, 2], 0.5)[:, None]
    foot_px, head_px = foot[:, :2] / foot_d, head[:, :2] / head_d
    z = np.empty((len(x), 4))
    z[:, 0] = 0.5 * (foot_px[:, 0] + head_px[:, 0])
    z[:, 1] = foot_px[:, 1]
    z[:, 2] = head_px[:, 1]
    scale = view.focal_px / foot_d[:, 0]
    z[:, 3] = scale * x[:, 5]
    foot_j = (c[:2, :2] - foot_px[:, :, None] * c[2, :2]) / foot_d[:, :, None]
    head_j = (c[:2, :3] - head_px[:, :, None] * c[2, :3]) / head_d[:, :, None]
    j = np.zeros((len(x), 4, 6))
    j[:, 0, :2] = 0.5 * (foot_j[:, 0] + head_j[:, 0, :2])
    j[:, 0, 4] = 0.5 * head_j[:, 0, 2]
    j[:, 1, :2] = foot_j[:, 1]
    j[:, 2, :2] = head_j[:, 1, :2]
    j[:, 2, 4] = head_j[:, 1, 2]
    j[:, 3, :2] = -(z[:, 3] / foot_d[:, 0])[:, None] * c[2, :2]
    j[:, 3, 5] = scale
    return z, j


def innovation_variance(p: FloatArray, j: FloatArray, noise: FloatArray) -> FloatArray:
    """Variance of each measured number, shape (n, 4), px2; noise: measurement variances, shape (n, 4)."""
    return np.asarray(((j @ p) * j).sum(2) + noise, np.float64)


def update(x: FloatArray, p: FloatArray, residual: FloatArray, j: FloatArray, noise: FloatArray) -> None:
    """Corrects x and p in place by residuals, shape (n, 4), px, with measurement variances noise, shape (n, 4).

    A number far off counts as much less certain than it claims, and the others with it: a cut or shared box does not
    drag the track.
    """
    pj = p @ j.transpose(0, 2, 1)
    s = j @ pj
    diagonal = np.arange(4)
    total = s[:, diagonal, diagonal] + noise
    excess = residual**2 / total / OUTLIER
    noise = noise * np.maximum(1.0, excess.max(1))[:, None]
    s[:, diagonal, diagonal] += np.where(excess > 1.0, noise * excess**2 + total * (excess - 1.0), noise)
    gain = np.linalg.solve(s, pj.transpose(0, 2, 1)).transpose(0, 2, 1)
    x += (gain @ residual[:, :, None])[:, :, 0]
    p -= gain @ pj.transpose(0, 2, 1)
    p[:] = 0.5 * (p + p.transpose(0, 2, 1))


def measured(boxes: FloatArray) -> FloatArray:
    """Middle, bottom, top and width, shape (n, 4), px, of boxes, shape (n, 4)."""
    return np.column_stack([0.5 * (boxes[:, 0] + boxes[:, 2]), boxes[:, 3], boxes[:, 1], boxes[:, 2] - boxes[:, 0]])


def box_of(z: FloatArray) -> FloatArray:
    """Boxes, shape (n, 4), px, of measurements, shape (n, 4)."""
    half = 0.5 * z[:, 3]
    return np.column_stack([z[:, 0] - half, z[:, 2], z[:, 0] + half, z[:, 1]])
