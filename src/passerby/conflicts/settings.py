"""The thresholds of conflict analysis, as `[rules.conflicts]` of site.toml may set them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from passerby.errors import SiteError

# (least, most) value of each number; the most of ttc and pet keep the look-ahead and look-back of a window enough.
_RANGES: Final = {
    "ttc_max_s": (0.1, 2.5),
    "pet_max_s": (0.1, 6.0),
    "quiet_s": (1.0, 6.0),
    "rear_end_deg": (0.0, 90.0),
    "crossing_deg": (0.0, 180.0),
    "closing_mps": (0.0, 10.0),
    "contact_mps": (0.0, 20.0),
    "graze_m": (0.0, 2.0),
    "merge_clear_m": (0.0, 3.0),
    "merge_pet_max_s": (0.0, 6.0),
    "queue_mps": (0.0, 20.0),
    "position_sigma_m": (0.0, 3.0),
}


@dataclass(frozen=True)
class ConflictSettings:
    """What counts as a conflict.

    ttc_max_s, pet_max_s: an encounter with TTC or PET at or below is an event (SSAM's defaults 1.5 s and 5 s).
    quiet_s: seconds without any measure after which the same two begin a new encounter.
    rear_end_deg, crossing_deg: SSAM's limits of the conflict angle.
    closing_mps: least closing speed at the touch (twice the speeds' standard error is added).
    contact_mps: the same where the footprints touch already (TTC 0): wrong sizes and noise make slow ones touch.
    graze_m: least depth by which the footprints would overlap (the positions' standard error is added).
    merge_clear_m: how far apart the two paths were before, to call a path of nearly the same heading a merge.
    merge_pet_max_s: PET of a merge at or below is an event: longer is the headway with which people drive.
    queue_mps: followers slower than this are a queue closing up, not a conflict.
    position_sigma_m: standard error of a road user's place and ends that its own rows cannot show (calibration, slow
        drift, boxes too short or too long); it changes confidence and grades, no measured value.
    pedestrian_pairs: whether two pedestrians can have a conflict.
    """

    enabled: bool = True
    ttc_max_s: float = 1.5
    pet_max_s: float = 5.0
    quiet_s: float = 5.0
    rear_end_deg: float = 30.0
    crossing_deg: float = 85.0
    closing_mps: float = 0.5
    contact_mps: float = 2.0
    graze_m: float = 0.2
    merge_clear_m: float = 0.75
    merge_pet_max_s: float = 1.0
    queue_mps: float = 4.5
    position_sigma_m: float = 0.3
    pedestrian_pairs: bool = False

    def __post_init__(self) -> None:
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise SiteError(f"site.toml: rules.conflicts {name} must be a number, got {value!r}")
            if not least <= value <= most:
                raise SiteError(f"site.toml: rules.conflicts {name} must be {least:g} to {most:g}, got {value:g}")
        for name in ("enabled", "pedestrian_pairs"):
            if not isinstance(getattr(self, name), bool):
                raise SiteError(f"site.toml: rules.conflicts {name} must be true or false, got {getattr(self, name)!r}")
        if self.rear_end_deg > self.crossing_deg:
            raise SiteError(
                f"site.toml: rules.conflicts rear_end_deg must not exceed crossing_deg ({self.crossing_deg:g}), "
                f"got {self.rear_end_deg:g}"
            )


def conflict_settings(values: Mapping[str, Any] | None) -> ConflictSettings:
    """The settings in a mapping such as `site.rules.get("conflicts")`; raises SiteError for what does not fit."""
    known = [f.name for f in fields(ConflictSettings)]
    values = values or {}
    for name in values:
        if name not in known:
            raise SiteError(f'site.toml: rules.conflicts has no "{name}", it knows {", ".join(known)}')
    return ConflictSettings(**values)
