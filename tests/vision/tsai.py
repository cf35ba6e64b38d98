"""Tsai's camera model (doi:10.1109/JRA.1987.1087109) as the PETS files give it: the truth for ground positions."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from passerby.site.model import Calibration

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
PETS = DATA / "pets09"


@dataclass(frozen=True, eq=False)
class Tsai:
    """World in metres (the file's millimetres / 1000), pixels of a picture width x height."""

    width: int
    height: int
    focal: float
    kappa1: float
    centre: np.ndarray
    pitch: np.ndarray
    rotation: np.ndarray
    shift: np.ndarray

    @property
    def position_m(self) -> np.ndarray:
        return -self.rotation.T @ self.shift / 1000.0

    def to_image(self, xyz_m) -> np.ndarray:
        p = np.asarray(xyz_m, float) * 1000.0 @ self.rotation.T + self.shift
        u = self.focal * p[..., :2] / p[..., 2:]
        d = u.copy()
        for _ in range(50):  # undistorted = distorted * (1 + kappa1 r^2)
            d = u / (1 + self.kappa1 * (d**2).sum(-1, keepdims=True))
        return d / self.pitch + self.centre

    def to_ground(self, pixels, z_m: float = 0.0) -> np.ndarray:
        d = (np.asarray(pixels, float) - self.centre) * self.pitch
        u = d * (1 + self.kappa1 * (d**2).sum(-1, keepdims=True))
        ray = np.concatenate([u, np.full((*u.shape[:-1], 1), self.focal)], -1) @ self.rotation
        start = -self.rotation.T @ self.shift
        s = (z_m * 1000.0 - start[2]) / ray[..., 2:]
        return np.where(s > 0, (start + s * ray)[..., :2] / 1000.0, np.nan)

    def calibration(self) -> Calibration:
        """Point pairs as somebody would survey them: a 4 x 3 grid over the picture's lower three quarters."""
        columns, rows = np.linspace(0.1, 0.9, 4) * self.width, np.linspace(0.3, 0.95, 3) * self.height
        image = np.array([(x, y) for y in rows for x in columns])
        ground = np.round(self.to_ground(image), 3)
        return Calibration(tuple(map(tuple, image.tolist())), tuple(map(tuple, ground.tolist())))


def read_tsai(path: Path) -> Tsai:
    root = ET.parse(path).getroot()
    g, i, e = ({k: float(v) for k, v in root.find(n).attrib.items()} for n in ("Geometry", "Intrinsic", "Extrinsic"))
    (sx, cx), (sy, cy), (sz, cz) = ((np.sin(e[a]), np.cos(e[a])) for a in ("rx", "ry", "rz"))
    rotation = (
        np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
        @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        @ np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    )
    return Tsai(
        int(g["width"]),
        int(g["height"]),
        i["focal"],
        i["kappa1"],
        np.array([i["cx"], i["cy"]]),
        np.array([g["dpx"] / i["sx"], g["dpy"]]),
        rotation,
        np.array([e["tx"], e["ty"], e["tz"]]),
    )


def pets() -> Tsai:
    """The camera of PETS09 view 1, or the test is skipped."""
    path = PETS / "View_001.xml"
    if not path.exists():
        pytest.skip(f"{path} is absent (set PASSERBY_DATA)")
    return read_tsai(path)
