"""A camera's calibration tried while it is clicked: how well its pairs agree."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from passerby.errors import SiteError
from passerby.serve.access import require
from passerby.serve.problems import documented
from passerby.serve.service import TheJunction
from passerby.site.calibration import FloatArray, better_distortion, homography, pair_errors
from passerby.site.model import Calibration

MOST_PAIRS: Final = 40
_MOST_WITH_LENS: Final = 16
"""With more pairs it takes too long to try lenses between two clicks."""
_NO_VIEW: Final = "calibration: the pairs fit no view of the ground; check that both list the same points in one order"

router = APIRouter(
    prefix="/api/v1/junctions/{id}/calibration",
    tags=["site"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)

Coordinate = Annotated[float, Field(ge=-100_000, le=100_000, allow_inf_nan=False)]
Points = Annotated[list[tuple[Coordinate, Coordinate]], Field(max_length=MOST_PAIRS)]
Side = Annotated[int, Field(ge=16, le=65536)]


class Pairs(BaseModel):
    """The same points in the picture (px, right and down) and on the ground (m, east and north)."""

    model_config = ConfigDict(extra="forbid")
    image: Points
    ground: Points
    size: tuple[Side, Side] | None = Field(None, description="Width and height of the picture, px.")
    distortion: Annotated[float, Field(ge=-0.9, le=0.24)] = Field(0.0, description="Of the lens; needs size.")


class Agreement(BaseModel):
    """How far each pair is off, cm."""

    errors_cm: list[float]
    leave_one_out_cm: list[float | None] | None = Field(
        description="Where the other pairs put it; null where they put it nowhere, and for fewer than 5 pairs."
    )
    matrix: list[list[float]] = Field(description="3x3 from the picture's straightened pixels to metres.")
    pose: dict[str, float] | None = Field(description="Not told here: always null.")
    message: str | None


@router.post("")
def try_calibration(junction: TheJunction, wanted: Pairs) -> Agreement:
    """How well the pairs of a calibration agree; nothing is saved. 422 where they are no view of the ground."""
    calibration = Calibration(
        image=tuple(wanted.image), ground=tuple(wanted.ground), size=wanted.size, distortion=wanted.distortion
    )
    try:
        matrix = homography(calibration)
        errors = pair_errors(calibration)
        message = _message(calibration, errors.wrong)
    except np.linalg.LinAlgError as e:
        raise SiteError(_NO_VIEW) from e
    if not np.isfinite(errors.error_m).all():
        raise SiteError(_NO_VIEW)
    return Agreement(
        errors_cm=(100 * errors.error_m).round(1).tolist(),
        leave_one_out_cm=_cm(errors.left_out_m) if np.isfinite(errors.left_out_m).any() else None,
        matrix=(matrix / np.abs(matrix).max()).tolist(),
        pose=None,
        message=message,
    )


def _cm(metres: FloatArray) -> list[float | None]:
    return [round(100 * v, 1) if np.isfinite(v) else None for v in metres.tolist()]


def _message(calibration: Calibration, wrong: int | None) -> str | None:
    n = len(calibration.image)
    if n == 4:
        return "4 pairs fit any view of the ground exactly; add more to learn how good they are"
    if wrong is not None:
        return f"without pair {wrong + 1} all others agree much better; check that it is the same point in both"
    if calibration.size is None or n > _MOST_WITH_LENS:
        return None
    lens = better_distortion(calibration, calibration.size)
    if lens is None:
        return None
    return f"the lens bends straight lines: with distortion = {lens[0]:g} the mean error is {100 * lens[1]:.0f} cm"
