"""One kind of violation has one name: on the terminal, in the report, on the wall and the public screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from passerby.cli.analyse import report_quality
from passerby.screen.language import speaking
from passerby.screen.words import KINDS, kind_word

WORDS = Path(__file__).parents[2] / "web/src/shared/words"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_and_the_report_have_the_same_names(language: str) -> None:
    kinds = (WORDS / f"street.{language}.ts").read_text(encoding="utf-8").split("happened:")[0]
    shown = {k: (one, many) for k, one, many in re.findall(r'(\w+): \{ one: "([^"]+)", other: "([^"]+)" \}', kinds)}
    with speaking(language):
        assert {k: (kind_word(k), kind_word(k, 2)) for k in KINDS} == {k: shown[k] for k in KINDS}


def test_the_report_says_whether_the_clocks_offset_was_applied() -> None:
    run = {
        "rows": 1, "dropped_rows": {}, "late_rows": 0, "rows_per_second_and_road_user": 10.0, "position_noise_m": 0.1,
        "clock_offset_s": 0.53, "clock_offset_sigma_s": 0.41, "clock_offset_from": 113, "clock_offset_applied_s": 0.0,
    }  # fmt: skip
    said = report_quality(run)
    assert said["tracks' clock ahead of the signals', applied (s)"] == "none"
    assert said["tracks' clock ahead of the signals', estimated and not applied (s)"].startswith("+0.5 ± 0.4")
    assert (
        report_quality(run | {"clock_offset_applied_s": -1.25})["tracks' clock ahead of the signals', applied (s)"]
        == "-1.2"
    )
