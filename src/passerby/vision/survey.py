"""What a calibration implies, in sentences a surveyor can check: its error, the camera it means, what contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import PasserbyError
from passerby.site.calibration import better_distortion, pair_errors
from passerby.site.model import Calibration, Camera
from passerby.vision.pose import CameraPose
from passerby.vision.source import is_stream, open_source

POOR_M: Final = 0.5
SKEWED: Final = 1.2
HEIGHT_M: Final = (1.5, 120.0)
ANGLE_DEG: Final = (4.0, 150.0)
ROLL_DEG: Final = 20.0


@dataclass(frozen=True)
class Survey:
    """Centimetres (None where the pairs cannot tell), pose (None without the picture's size) and sentences of doubt.

    worst_pair, wrong_pair: counted from 1.
    """

    mean_cm: float | None
    max_cm: float | None
    worst_pair: int | None
    wrong_pair: int | None
    height_m: float | None
    tilt_deg: float | None
    heading_deg: float | None
    focal_px: float | None
    angle_deg: float | None
    summary: str
    doubts: tuple[str, ...]


def survey(calibration: Calibration, size: tuple[int, int] | None = None) -> Survey:
    """What the pairs, and with the picture's size (width, height) the camera that they imply, look like."""
    size = calibration.size or size
    n = len(calibration.image)
    pairs = pair_errors(calibration)
    told = n > 4 or (n > 0 and calibration.matrix is not None)
    cm = pairs.error_m * 100
    worst = None if not told else int(pairs.error_px.argmax()) if pairs.wrong is None else pairs.wrong
    said, doubts = [], []
    if worst is None:
        said.append("the matrix has no pairs to test it by" if not n else "4 pairs fix everything and prove nothing")
        if n:
            doubts.append("4 pairs leave no error to see; a fifth and sixth would show whether they are right")
    else:
        said.append(
            f"{n} pairs agree within {cm.mean():.0f} cm on average, "
            f"worst pair {worst + 1} ({cm[worst]:.0f} cm, {pairs.error_px[worst]:.1f} pixels)"
        )
    if pairs.wrong is not None:
        i = pairs.wrong
        doubts.append(
            f"pair {i + 1} contradicts the others, which agree without it and put it {pairs.left_out_m[i]:.1f} m away; "
            "mend or leave out that pair"
        )
    elif worst is not None and pairs.error_m.max() > POOR_M:
        more = "" if n >= 6 else "; with 6 or more pairs the wrong one can be told"
        doubts.append(f"the pairs contradict each other by up to {cm.max():.0f} cm{more}")
    pose = None if size is None else CameraPose(calibration, *size)
    angle = None
    if pose is None or size is None:
        said.append("write size = [width, height] of the picture to see the camera's height and tilt")
    else:
        angle = float(np.degrees(2 * np.arctan(size[0] / 2 / pose.focal_px)))
        sure = "" if pose.focal_sigma < 0.15 else f" (+-{100 * pose.focal_sigma:.0f} %: this view hardly tells)"
        said.append(
            f"the camera hangs {pose.height_m:.1f} m up, {pose.tilt_deg:.0f} degrees below the horizontal, and sees "
            f"{angle:.0f} degrees across{sure}"
        )
        doubts += _nonsense(pose, angle)
        lens = better_distortion(calibration, size)
        if lens is not None and pairs.wrong is None:
            doubts.append(
                f"the lens bends lines: size = [{size[0]}, {size[1]}] and distortion = {lens[0]:g} would bring the "
                f"mean error from {cm.mean():.0f} to {100 * lens[1]:.0f} cm"
            )
    return Survey(
        float(cm.mean()) if told else None,
        float(cm.max()) if told else None,
        None if worst is None else worst + 1,
        None if pairs.wrong is None else pairs.wrong + 1,
        None if pose is None else pose.height_m,
        None if pose is None else pose.tilt_deg,
        None if pose is None else pose.heading_deg,
        None if pose is None else pose.focal_px,
        angle,
        "; ".join(said),
        tuple(doubts),
    )


def _nonsense(pose: CameraPose, angle_deg: float) -> list[str]:
    said = []
    if pose.mirrored:
        said.append("the ground is mirrored; x must grow to the east and y to the north, not down as in pictures")
    if not HEIGHT_M[0] <= pose.height_m <= HEIGHT_M[1]:
        said.append(f"a camera {pose.height_m:.1f} m above the ground is unlikely; are the ground points in metres?")
    if pose.focal_sigma < 0.15 and not ANGLE_DEG[0] <= angle_deg <= ANGLE_DEG[1]:
        said.append(f"a lens that sees {angle_deg:.0f} degrees is unlikely; check the pairs and the picture's size")
    if abs(pose.roll_deg) > ROLL_DEG and pose.tilt_deg < 70:
        said.append(f"a camera that leans {abs(pose.roll_deg):.0f} degrees sideways is unlikely; check the pairs")
    if pose.skew > SKEWED:
        said.append(
            f"no camera sees squares so ({100 * (pose.skew - 1):.0f} % longer than wide); the pairs contradict each "
            "other or the picture is stretched"
        )
    return said


def picture_size(camera: Camera, site_file: Path) -> tuple[int, int] | None:
    """Width and height of a camera's pictures: as its calibration says, else as its recording has them, else None."""
    if camera.calibration is not None and camera.calibration.size is not None:
        return camera.calibration.size
    if camera.source is None or is_stream(camera.source):
        return None
    path = next((p for p in (Path(camera.source), site_file.parent / camera.source) if p.exists()), None)
    if path is None:
        return None
    try:
        source = open_source(str(path))
    except PasserbyError:
        return None
    size = source.width, source.height
    source.close()
    return (size[0], size[1]) if size[0] and size[1] else None
