"""Background plates on screens: certified pictures of the street with nobody in it, verified whenever they are read."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import SiteError
from passerby.privacy.plates import read_certificates
from passerby.site.calibration import FloatArray, homography
from passerby.site.model import Calibration, Camera

MOST_BYTES: Final = 16 * 2**20
SHRUNK_WIDTH_PX: Final = 960
"""Wider pictures than this are made smaller before they become a plate (`passerby.vision.plate`)."""

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, eq=False)
class Plate:
    """A certified plate: the very bytes (PNG) that were checked, their SHA-256, width and height in pixels."""

    png: bytes
    sha256: str
    size: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Placing:
    """How a plate lies on the ground: its pixels, straightened by distortion, and then matrix (3, 3) to metres."""

    matrix: FloatArray
    distortion: float


def certified(folder: Path | None, camera: str) -> Plate | None:
    """The plate of a camera, if its certificate names this very file with this very content; else None.

    Nothing is remembered: each call reads the certificate and the picture anew and compares them.
    """
    if folder is None or not _is_name(camera):
        return None
    file = f"{camera}.png"
    certificate = folder / ("plate.json" if camera == "plate" else f"{camera}.plate.json")
    try:
        if (folder / file).stat().st_size > MOST_BYTES:
            return None
        png = (folder / file).read_bytes()
    except OSError:
        return None
    digest = hashlib.sha256(png).hexdigest()
    plates, _ = read_certificates({certificate.name: certificate})
    found = plates.get(digest)
    size = png_size(png)
    if found is None or found.file != file or size is None:
        return None
    return Plate(png, digest, size)


def png_size(png: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG's header gives; None where it is none."""
    if len(png) < 33 or png[:8] != _SIGNATURE or png[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", png[16:24])
    return (width, height) if width and height else None


def placing(camera: Camera, size: tuple[int, int]) -> Placing | None:
    """How a plate of this size lies on the ground; None without a calibration that says so.

    A calibration holds for pictures of its own size; without one it can only be that of a plate that was not shrunk.
    """
    calibration = camera.calibration
    if calibration is None:
        return None
    scale = _scale(calibration, size)
    if scale is None:
        return None
    try:
        matrix = homography(calibration) @ np.diag([*scale, 1.0])
    except SiteError:
        return None
    if not calibration.image and matrix[2] @ [size[0] / 2, size[1], 1.0] < 0:
        matrix = -matrix
    return Placing(matrix / np.abs(matrix).max(), calibration.distortion)


def _scale(calibration: Calibration, size: tuple[int, int]) -> tuple[float, float] | None:
    if calibration.size is not None:
        across, down = calibration.size[0] / size[0], calibration.size[1] / size[1]
        # other proportions are another picture
        return (across, down) if abs(across / down - 1) < 0.02 else None
    outside = any(x > size[0] or y > size[1] for x, y in calibration.image)
    return None if outside or size[0] >= SHRUNK_WIDTH_PX else (1.0, 1.0)


def _is_name(camera: str) -> bool:
    return camera == Path(camera).name and not camera.startswith(".") and "\\" not in camera and "\0" not in camera
