"""What the report calls the rules' limits are the rules' own, which it may not import."""

from __future__ import annotations

from passerby.conflicts.settings import ConflictSettings
from passerby.rules.settings import Speeding
from passerby.screen.closeness import LIMIT_S
from passerby.screen.violations import TOLERANCE


def test_the_limits_that_the_report_names_are_the_rules() -> None:
    settings = ConflictSettings()
    assert {"ttc": settings.ttc_max_s, "pet": settings.pet_max_s} == LIMIT_S
    assert Speeding().tolerance == TOLERANCE
