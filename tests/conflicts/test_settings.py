"""Settings: what does not fit is refused in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.conflicts.settings import ConflictSettings, conflict_settings
from passerby.errors import SiteError


def test_defaults_are_those_of_ssam() -> None:
    s = conflict_settings(None)
    assert s == ConflictSettings()
    assert (s.ttc_max_s, s.pet_max_s, s.rear_end_deg, s.crossing_deg) == (1.5, 5.0, 30.0, 85.0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"ttc_max_s": 0}, "ttc_max_s must be 0.1 to 2.5, got 0"),
        ({"ttc_max_s": "soon"}, "ttc_max_s must be a number, got 'soon'"),
        ({"pet_max_s": float("nan")}, "pet_max_s must be a number, got nan"),
        ({"pet": 3}, 'has no "pet"'),
        ({"pedestrian_pairs": 1}, "pedestrian_pairs must be true or false"),
        ({"rear_end_deg": 60, "crossing_deg": 50}, "must not exceed crossing_deg"),
        ({"graze_m": True}, "graze_m must be a number"),
    ],
)
def test_what_does_not_fit(values: dict[str, Any], words: str) -> None:
    with pytest.raises(SiteError) as error:
        conflict_settings(values)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
