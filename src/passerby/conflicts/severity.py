"""How serious a near miss is: how close in time, and how hard the collision would have been."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.tracks.record import FloatArray

GRADES: Final = ("slight", "moderate", "serious")
# TTC: the risk-of-collision classes of Sayed and Zein (1999): below 1.0 s high, to 1.5 s moderate, beyond low.
TTC_GRADES_S: Final = (1.0, 1.5)
# PET: "very dangerous" below 1.5 s, "dangerous" to 3 s, mild to 5 s (Zangenehpour et al. 2016).
PET_GRADES_S: Final = (1.5, 3.0)
# Delta-V below which injuries are rare for anyone (10 km/h) and, as the velocity at which a person on foot is struck,
# beyond which they turn grave (30 km/h; Rosen and Sander 2009; Shelby 2011 and Laureshyn et al. 2017 on Delta-V).
MILD_MPS: Final = 10 / 3.6
GRAVE_MPS: Final = 30 / 3.6
_LIKELY: Final = 0.5


def severity(
    ttc_s: FloatArray, pet_s: FloatArray, delta_v_mps: FloatArray, confidence: FloatArray | float = 1.0
) -> npt.NDArray[np.object_]:
    """One of GRADES per event: the nearer of TTC and PET grades it (NaN: not measured), Delta-V shifts it by one.

    A moderate one with a Delta-V beyond 30 km/h is serious; below 10 km/h every grade is one lower, and so is one that
    is less likely than not.
    """
    near = np.maximum(
        (ttc_s <= TTC_GRADES_S[0]).astype(int) + (ttc_s <= TTC_GRADES_S[1]),
        (pet_s <= PET_GRADES_S[0]).astype(int) + (pet_s <= PET_GRADES_S[1]),
    )
    grade = (
        near
        + ((near == 1) & (delta_v_mps >= GRAVE_MPS))
        - (delta_v_mps < MILD_MPS)
        - (np.asarray(confidence) < _LIKELY)
    )
    grades: npt.NDArray[np.object_] = np.asarray(GRADES, dtype=object)[np.clip(grade, 0, 2)]
    return grades
