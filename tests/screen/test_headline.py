"""The closest call is the closest, says which measure it is, and what nought seconds mean."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest

from passerby.screen.findings import findings
from passerby.screen.headline import headline
from passerby.screen.report import report_html

from .street import T0, conflict, count_row, counts, crossing


def said(*rows: pa.Table) -> str:
    tables = {"conflicts": pa.concat_tables(rows), "counts": counts(count_row(T0 // 900 * 900, "in", "left", "car", 9))}
    page = str(headline(findings(crossing(), tables, None, None, {}, None, False, 10)))
    return re.sub(r"<[^>]+>", "|", page).replace("\u00a0", " ")


SERIOUS = conflict(event="a", ttc_s=0.9, pet_s=1.2, severity="serious")


@pytest.mark.parametrize(
    ("other", "seconds", "measure"),
    [
        ({"ttc_s": None, "pet_s": 0.4, "severity": "slight"}, "0.4 s", "post-encroachment time, slight"),
        ({"ttc_s": 0.6, "pet_s": 0.8, "severity": "moderate"}, "0.6 s", "time to collision, moderate"),
        ({"ttc_s": 1.4, "pet_s": None, "severity": "slight"}, "0.9 s", "time to collision, serious"),
    ],
)
def test_the_closest_call_is_the_smallest_time_whatever_its_severity(
    other: dict[str, object], seconds: str, measure: str
) -> None:
    tiles = said(SERIOUS, conflict(event="b", **other))
    assert f"{seconds}||the closest call||{measure}" in tiles


def test_nought_seconds_are_explained() -> None:
    touched = [conflict(event=e, ttc_s=0.0, pet_s=0.0, severity="slight") for e in "bc"]
    tiles = said(SERIOUS, *touched)
    assert "0.0 s||the closest call||time to collision 0: footprints touched or overlapped, within position" in tiles
    assert "2 such, the worst slight" in tiles
    tables = {"conflicts": pa.concat_tables([SERIOUS, *touched])}
    assert "not a collision that is proven" in report_html(crossing(), tables)
    assert "not a collision that is proven" not in report_html(crossing(), {"conflicts": SERIOUS})
