"""The first figures: serious near misses first, the closest call beyond the measurement's error, one denominator."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pyarrow as pa
import pytest

from passerby.screen.findings import findings
from passerby.screen.headline import headline
from passerby.screen.report import report_html

from .street import T0, conflict, count_row, counts, crossing, motion_of, passing, violation, when

NINE = counts(count_row(T0 // 900 * 900, "in", "left", "car", 9))


def said(*rows: pa.Table) -> str:
    tables = {"conflicts": pa.concat_tables(rows), "counts": NINE}
    page = str(headline(findings(crossing(), tables, None, None, {}, None, False, 10)))
    return re.sub(r"<[^>]+>", "|", page).replace("\u00a0", " ")


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("\u2060", "")


SERIOUS = conflict(event="a", ttc_s=0.9, pet_s=1.2, severity="serious", confidence=0.99)


@pytest.mark.parametrize(
    ("other", "seconds", "measure"),
    [
        ({"ttc_s": None, "pet_s": 0.4, "severity": "slight"}, "0.4 s", "post-encroachment time alone, slight"),
        ({"ttc_s": 0.6, "pet_s": 0.8, "severity": "moderate"}, "0.6 s", "time to collision, moderate"),
        ({"ttc_s": 1.4, "pet_s": 0.5, "severity": "moderate"}, "0.5 s", "post-encroachment time, moderate"),
        ({"ttc_s": 1.4, "pet_s": None, "severity": "slight"}, "0.9 s", "time to collision, serious"),
    ],
)
def test_the_closest_call_is_the_smallest_time_whatever_its_severity(
    other: dict[str, object], seconds: str, measure: str
) -> None:
    tiles = said(SERIOUS, conflict(event="b", confidence=0.99, **other))
    assert f"{seconds}||the closest call||{measure}" in tiles


def test_what_the_errors_of_the_measurement_could_have_made_is_not_the_closest_call() -> None:
    touched = [conflict(event=e, ttc_s=0.0, pet_s=0.0, severity="slight", confidence=1.0) for e in "bc"]
    unsure = conflict(event="d", ttc_s=0.1, severity="slight", confidence=0.2)
    tiles = said(SERIOUS, *touched, unsure)
    assert "0.9 s||the closest call||time to collision, serious" in tiles
    assert "3 closer within the measurement&#x27;s error" in tiles
    assert "–||the closest call||none beyond the measurement&#x27;s error" in said(*touched, unsure)
    tables = {"conflicts": pa.concat_tables([SERIOUS, *touched])}
    assert "not a collision that is proven" in report_html(crossing(), tables)
    assert "not a collision that is proven" not in report_html(crossing(), {"conflicts": SERIOUS})


def test_serious_ones_come_first_and_those_by_a_long_time_after_alone_are_told() -> None:
    late = [conflict(event=e, ttc_s=None, pet_s=4.0, severity="slight", confidence=1.0) for e in "bcd"]
    both = conflict(event="e", ttc_s=1.4, pet_s=4.0, severity="slight", confidence=1.0)
    tiles = said(SERIOUS, *late, both)
    assert "1||serious near miss||of 5 near misses: " in tiles
    assert "; 3 by a post-encroachment time above 3 s alone" in tiles


def test_of_one_severity_those_on_collision_course_come_first() -> None:
    near = conflict(event="p", ttc_s=None, pet_s=0.9, severity="serious", confidence=1.0)
    tables = {"conflicts": pa.concat_tables([near, SERIOUS]), "counts": NINE}
    found = findings(crossing(), tables, None, None, {}, None, False, 10)
    assert [r["event"] for r in found.conflict_rows] == ["a", "p"]


def test_with_tracks_and_without_a_report_gives_the_same_figures() -> None:
    tables = {"violations": violation(kind="speeding"), "conflicts": SERIOUS, "counts": NINE}
    pages = [report_html(crossing(), tables, motion) for motion in (passing(), None)]
    first, second = (words(p[p.index('class="tiles"') : p.index('class="summary"')]) for p in pages)
    assert first.replace("in 16 s", "") == second.replace("in 15 min", "")
    for page in pages:
        assert "111 for every 1,000 passings of vehicles" in words(page)
    assert "2 road users were seen" in words(pages[0])
    assert "road users were seen" not in words(pages[1])


def test_drawings_are_spoken_of_only_where_there_are_any() -> None:
    tables = {"conflicts": SERIOUS, "counts": NINE}
    assert "with its drawing" in report_html(crossing(), tables, passing())
    assert "with its drawing" not in report_html(crossing(), tables)


def test_verdicts_that_the_errors_could_turn_are_counted_and_marked() -> None:
    rows = [
        violation(event=str(i), t=violation()["t"][0].as_py(), confidence=c) for i, c in enumerate((0.7, 0.94, 0.95))
    ]
    page = words(report_html(crossing(), {"violations": pa.concat_tables(rows), "counts": NINE}))
    assert "(confidence below 0.95, marked ≈): 2 of 3 red light violations." in page
    assert page.count("≈ 0.70") == page.count("≈ 0.94") == 1
    assert "≈ 0.95" not in page
    sure = words(report_html(crossing(), {"violations": rows[2], "counts": NINE}))
    assert "No verdict is within the errors of clocks and positions" in sure


def test_who_waited_for_the_gap_is_said_to_have_stood() -> None:
    drove = passing()
    x = np.where((drove.track == 1) & (drove.t < T0 - 2.0), 1.6 - 1.2 * 2.0, drove.x)
    stood = motion_of(drove.ids, drove.cls, drove.track, drove.t, x, drove.y)
    near = conflict(ttc_s=None, pet_s=0.9, t=when(T0))
    assert re.search(
        r"The second stood until 2\.\d s before", words(report_html(crossing(), {"conflicts": near}, stood))
    )
    assert "stood until" not in words(report_html(crossing(), {"conflicts": near}, drove))


def test_where_passings_are_not_counted_those_seen_are_told() -> None:
    page = words(report_html(dataclasses.replace(crossing(), stop_lines=(), crosswalks=()), {}, passing()))
    assert "2 road users in 16 s" in page
    assert "1 pedestrian and 1 car used the junction; nobody was counted at a stop line or a crosswalk." in page
    assert "0 passings" not in page


def test_the_summary_counts_events_and_names_only_what_there_is() -> None:
    twice = [violation(event=e, track="one") for e in "bc"]
    page = words(report_html(crossing(), {"violations": pa.concat_tables(twice), "counts": NINE}))
    assert "2 red light violations (2 cars)" in page
    assert re.search(r"Where most went wrong: [^:]+: 2 violations,", page)
    near = words(report_html(crossing(), {"conflicts": SERIOUS, "counts": NINE}))
    assert re.search(r"Where most went wrong: [^:]+: 1 near miss[,.]", near)
    both = words(report_html(crossing(), {"violations": twice[0], "conflicts": conflict(y=-9.0, class_b="car")}))
    assert "violations and near misses" not in both
