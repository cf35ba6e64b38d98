"""The report says what the tables say, needs nothing else, leaks nothing, and is never an empty table."""

from __future__ import annotations

import re
from datetime import datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from passerby.errors import StoreError
from passerby.screen.report import report_html, write_report
from passerby.signals.history import from_changes
from passerby.tables import CONFLICTS, COUNTS, VIOLATIONS
from tests.effort import cpu_s

from .street import (
    EXAMPLE,
    T0,
    conflict,
    count_row,
    counts,
    crossing,
    example_conflicts,
    example_counts,
    example_motion,
    example_signals,
    example_violations,
    passing,
    read_site,
    violation,
)

VOID = {"meta", "br", "link"}
SIGNALS = from_changes({"K1": [(T0 - 60, "green"), (T0 - 3.2, "red"), (T0 + 30, "green")]})


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(text: str) -> Page:
    made = Page(text)
    assert made.open == []
    return made


def words(text: str) -> str:
    text = re.sub(r"<(style|script|title)[^>]*>.*?</\1>", " ", text, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").replace("\u2060", "")


def full(**more: object) -> str:
    table = counts(count_row(T0, "in", "through", "car", 1), count_row(T0, "walk", "eastbound", "pedestrian", 1))
    results = {"violations": violation(), "conflicts": conflict(), "counts": table}
    return report_html(crossing(), results, passing(), SIGNALS, {"rows": 322}, **more)


def test_the_first_lines_say_who_how_many_and_what_went_wrong():
    text = words(full())
    assert "1 pedestrian and 1 car passed a stop line or a crosswalk, each passing counted" in text
    assert "2 road users were seen (1 pedestrian and 1 car)" in text
    assert "1 red light violation (1 car)" in text
    assert "A car and a pedestrian were 0.4 s from colliding" in text


def test_everything_is_in_the_file_and_well_formed():
    made = page(full())
    for tag, attributes in made.tags:
        assert tag not in {"link", "img", "iframe", "object", "image"}
        assert not attributes.get("src")
        href = attributes.get("href")
        assert href is None or href.startswith("#")
    ids = [a["id"] for _, a in made.tags if a.get("id")]
    targets = {a["href"][1:] for _, a in made.tags if a.get("href")}
    assert targets <= set(ids)
    assert len(set(ids)) == len([i for i in ids if i not in ("hatch", "box")]) + len({"hatch", "box"} & set(ids))
    assert "url(http" not in full()


def test_the_same_input_gives_the_same_bytes():
    assert full() == full()


def test_each_event_carries_its_evidence():
    text = full()
    assert 'id="v1"' in text
    assert 'id="n1"' in text
    assert "K1: red for 3.2" in words(text)
    assert "front to stop line, m" in text
    assert "gap between A and B, m" in text
    assert "Same incident:" in text


DRAWN = '"><script>alert(1)</script><svg onload=alert(2)>&amp;'
EVIL = DRAWN + "\u202e\x00"


@pytest.mark.parametrize("public", [False, True])
def test_ids_from_files_are_only_ever_text(public):
    site = crossing(lane_id=DRAWN, name=DRAWN, walk_id=DRAWN + "w", signal=DRAWN)
    signals = from_changes({DRAWN: [(T0 - 60, "red")]})
    results = {
        "violations": violation(
            event=EVIL, track=EVIL, place=DRAWN, signal=DRAWN, state=EVIL, kind=EVIL, linked=[EVIL]
        ),
        "conflicts": conflict(event=EVIL, track_a=EVIL, track_b="w", kind=EVIL, severity=EVIL),
        "counts": counts(*(count_row(T0, p, EVIL, "car", 30) for p in (DRAWN, DRAWN + "w"))),
    }
    text = report_html(
        site, results, passing((EVIL, "w")), signals, {EVIL: EVIL}, EVIL, public=public, keep_days={EVIL: 3.0}
    )
    made = page(text)
    assert sum(tag == "script" for tag, _ in made.tags) == 1
    assert not any(name.startswith("on") for _, attributes in made.tags for name in attributes)
    assert "alert(1)</script>" not in text
    assert "\u202e" not in text
    assert "\x00" not in text


def test_scripts_other_than_our_own_are_forbidden_by_the_page_itself():
    text = full()
    assert "default-src 'none'" in text
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", text)


@pytest.mark.parametrize("public", [False, True])
def test_nothing_found_is_said_in_words(public):
    empty = {
        "violations": VIOLATIONS.empty_table(),
        "conflicts": CONFLICTS.empty_table(),
        "counts": COUNTS.empty_table(),
    }
    text = report_html(crossing(), empty, passing(), SIGNALS, {}, public=public)
    page(text)
    assert "No violation was found" in words(text)
    assert re.search("No near miss was found", words(text))
    assert "<tbody></tbody>" not in text
    assert "nan" not in words(text).lower().split()


def test_with_no_tracks_no_signals_and_no_tables_there_is_still_a_report():
    for public in (False, True):
        text = report_html(crossing(), {}, public=public)
        page(text)
        assert "<tbody></tbody>" not in text


def test_what_none_rules_out_is_said_with_its_exposure():
    text = words(report_html(crossing(), {}, passing(), SIGNALS))
    assert "No near miss was found in 16 s among 2 road users" in text
    assert "with 95 % confidence" in text


def test_events_of_tracks_that_are_gone_are_still_listed():
    results = {"violations": violation(track="forgotten"), "conflicts": conflict(track_a=None, track_b=None)}
    text = report_html(crossing(), results, passing(), SIGNALS)
    page(text)
    assert "forgotten" in text


def test_links_lead_somewhere_however_many_events_there_are():
    near = conflict().to_pylist()[0]
    rows = [near | {"event": f"c{i}", "linked": [f"c{i + 50}", "e1"]} for i in range(100)]
    results = {"violations": violation(linked=["c99"]), "conflicts": pa.Table.from_pylist(rows, schema=CONFLICTS)}
    made = page(report_html(crossing(), results, passing(), SIGNALS, top=50))
    ids = {a["id"] for _, a in made.tags if a.get("id")}
    assert {a["href"][1:] for _, a in made.tags if a.get("href")} <= ids


def test_null_cells_are_dashes():
    names = ("place", "signal", "state", "into_state_s", "speed_mps", "confidence", "linked")
    results = {
        "violations": violation(**dict.fromkeys(names)),
        "conflicts": conflict(event=None, ttc_s=float("nan"), drac_mps2=None, severity=None, linked=None),
    }
    text = report_html(crossing(), results, passing(), None)
    page(text)
    assert "None" not in words(text)
    assert "nan" not in words(text).lower().split()


def test_the_public_version_shows_no_event_no_track_and_no_exact_time():
    base = violation().to_pylist()[0]
    rows = [
        base | {"event": f"event{i}", "track": f"track{i}", "class": "car" if i % 4 else "cyclist"} for i in range(40)
    ]
    table = counts(count_row(T0, "in", "through", "car", 41), count_row(T0, "in", "left", "car", 3))
    results = {
        "violations": pa.Table.from_pylist(rows, schema=VIOLATIONS),
        "conflicts": conflict(),
        "counts": table,
    }
    text = report_html(crossing(), results, passing(("t-one", "t-two")), SIGNALS, {"secret": 1}, public=True)
    page(text)
    for gone in ("event1", "track1", "t-one", "t-two", "secret", 'class="tracks"', 'class="violation"', "<article"):
        assert gone not in text
    assert not re.search(r"\d\d:\d\d:\d\d", words(text))
    assert re.search(r"\b\d\d:00\b", words(text))
    assert not re.search(r"\b\d\d:(0[1-9]|[1-5]\d)\b", words(text))
    assert "fewer than 10" in words(text)
    assert "to the hour; 15 min of it observed, rounded up to quarters of an hour" in words(text)


def test_the_public_plan_speaks_of_shading_only_where_there_is_some():
    rows = {"counts": counts(count_row(T0, "in", "through", "car", 41))}
    assert "Shading" not in report_html(crossing(), rows, public=True)
    assert "Shading" not in report_html(crossing(), rows, passing(), public=True)
    assert "Shading: road users per square of 5 m" in report_html(crossing(), rows, passing(), public=True, k=1)


@pytest.mark.parametrize(
    ("hours", "said"),
    [((13, 14), "28 May 2026, 13:00 to 15:00"), ((13, 38), "28 May 2026, 13:00 to 29 May 2026, 15:00")],
)
def test_the_public_period_names_one_date_where_both_ends_are_of_one_day(hours, said):
    day = datetime(2026, 5, 28, tzinfo=ZoneInfo(crossing().timezone)).timestamp()
    rows = counts(*(count_row(day + 3600 * h, "in", "through", "car", 40) for h in hours))
    assert said in words(report_html(crossing(), {"counts": rows}, public=True))


def test_the_plan_says_how_many_events_lie_farther_out_than_it_reaches():
    far = [violation(event=e, y=-300.0) for e in "ab"]
    rows = {"violations": pa.concat_tables([violation(), *far]), "conflicts": conflict(x=500.0)}
    assert "Farther out than the plan reaches: 2 violations and 1 near miss." in words(report_html(crossing(), rows))
    assert "Farther out" not in report_html(crossing(), {"violations": violation(), "conflicts": conflict()})


def test_the_public_hours_of_many_days_are_put_together_and_sum_to_the_total():
    table = counts(*(count_row(T0 // 3600 * 3600 + 3600 * i, "in", "through", "car", 40) for i in range(72)))
    text = report_html(crossing(), {"counts": table}, public=True)
    shown = text[text.index("by class and hour of the day") :]
    shown = words(shown[: shown.index("</table>")])
    assert shown.count(":00 120") == 24
    assert "All 2 880" in shown


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="the report cannot be written"):
        write_report(tmp_path / "file" / "report.html", crossing(), {})


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the simulated example is not here")
def test_the_simulated_junction_in_one_small_file_at_once(tmp_path):
    site, motion, signals = read_site(EXAMPLE / "site.toml"), example_motion(), example_signals()
    results = {
        "violations": example_violations(site, motion, signals),
        "conflicts": example_conflicts(motion),
        "counts": example_counts(site, motion),
    }
    write_report(tmp_path / "warm.html", site, results, motion, signals)
    path, took_s = cpu_s(lambda: write_report(tmp_path / "report.html", site, results, motion, signals))
    text = path.read_text(encoding="utf-8")
    page(text)
    assert len(text) < 2_000_000
    assert took_s < 1.5
    assert f"{len(motion.ids)}" in words(text)
    assert text.count("<article") == 6 + results["violations"].num_rows
