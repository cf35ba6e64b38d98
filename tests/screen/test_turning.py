from __future__ import annotations

import dataclasses
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.screen.findings import findings
from passerby.screen.report import report_html
from passerby.screen.turning import MOVEMENTS, approaches, movement_name, peak_hour, turning
from passerby.tracks.motion import Motion

from .street import conflict, count_row, counts, crossing, passing

HOUR = 1_780_002_000.0 - 1_780_002_000.0 % 3600


def test_volumes_land_in_their_quarter_approach_and_movement():
    table = counts(
        count_row(HOUR, "in", "through", "car", 30),
        count_row(HOUR, "in", "through", "cyclist", 2),
        count_row(HOUR + 900, "in", "left", "car", 5),
        count_row(HOUR, "walk", "eastbound", "pedestrian", 99),
    )
    t = turning(crossing(), table)
    assert t.approaches == ("South",)
    assert t.n.shape == (2, 1, len(MOVEMENTS))
    assert t.n[0, 0].tolist() == [0, 32, 0, 0, 0]
    assert t.n[1, 0].tolist() == [5, 0, 0, 0, 0]
    assert t.n.sum() == 37


def test_the_peak_hour_factor_is_the_manuals_example():
    # HCM, chapter 4: 1000, 1200, 1100 and 1000 vehicles in four quarters give 4300 / (4 x 1200) = 0.896.
    volumes = [400, 1000, 1200, 1100, 1000, 300]
    table = counts(*(count_row(HOUR + 900 * i, "in", "through", "car", n) for i, n in enumerate(volumes)))
    first, volume, phf = peak_hour(turning(crossing(), table))
    assert (first, volume) == (1, 4300)
    assert phf == pytest.approx(0.8958, abs=1e-4)


def test_under_an_hour_there_is_no_peak_hour():
    assert peak_hour(turning(crossing(), counts(count_row(HOUR, "in", "through", "car", 9)))) is None


@pytest.mark.parametrize(
    ("movement", "name"),
    [
        ("Left", "left"),
        ("straight", "through"),
        ("90", "right"),
        ("180", "u_turn"),
        ("?", "unknown"),
        (None, "unknown"),
    ],
)
def test_movements_are_read_as_words_or_exit_headings(movement, name):
    assert movement_name(movement, 0.0) == name


def test_every_stop_line_belongs_to_one_approach():
    site = crossing()
    assert approaches(site) == {"in": ("South", 180.0)}
    assert np.isfinite(turning(site, counts()).n).all()


def in_quarters(fives: list[dict[str, object]]) -> list[dict[str, object]]:
    n: dict[tuple[float, object, object, object], int] = {}
    for row in fives:
        key = (row["t0"].timestamp() // 900 * 900, row["place"], row["movement"], row["class"])
        n[key] = n.get(key, 0) + row["n"]
    return [count_row(t, place, movement, cls, total) for (t, place, movement, cls), total in n.items()]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from([("in", "left", "car"), ("in", "through", "bus"), ("walk", "eastbound", "pedestrian")]),
            st.integers(1, 30),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_a_report_counts_the_same_in_five_minutes_and_in_quarters(rows):
    fives = [count_row(HOUR + 300 * k, *what, n, width_s=300.0) for k, what, n in rows]
    reports = []
    for table in (counts(*fives), counts(*in_quarters(fives))):
        found = findings(crossing(), {"counts": table}, None, None, {}, None, False, 10)
        t = turning(found.site, found.counts, found.spans)
        starts = {float(a // 900): t.n[i].tolist() for i, a in enumerate(t.t0) if t.n[i].any()}
        reports.append((found, t, starts if len(t.n) > 1 else t.n.sum(axis=0).tolist()))
    (fine, a, moved), (coarse, b, same) = reports
    assert fine.passed == coarse.passed
    assert a.n.sum(axis=0).tolist() == b.n.sum(axis=0).tolist()
    if len(a.n) > 1:
        assert moved == same
    # the time observed, worked out minute by minute: breaks of less than an hour are filled
    minutes = sorted({5 * k + m for k, *_ in rows for m in range(5)})
    breaks = [q - p - 1 for p, q in pairwise(minutes)]
    assert fine.observed_s == 60 * (len(minutes) + sum(b for b in breaks if b < 60))
    assert fine.observed_s <= coarse.observed_s
    # for a peak hour, breaks of less than a quarter
    assert a.seen_s.sum() == pytest.approx(60 * (len(minutes) + sum(b for b in breaks if b < 15)))
    assert a.seen_s.sum() <= b.seen_s.sum()
    if peak_hour(a) is not None:
        assert peak_hour(b)[1] >= peak_hour(a)[1]


WEEK_S = 7 * 86400.0


def recordings(*begins: float, minutes: int = 10) -> list[dict[str, object]]:
    """Five-minute counts of recordings that begin so many seconds after HOUR."""
    return [
        count_row(HOUR + begin + 60 * m, place, "through", cls, 12, width_s=300.0)
        for begin in begins
        for m in range(0, minutes, 5)
        for place, cls in (("in", "car"), ("walk", "pedestrian"))
    ]


def report_of(rows: list[dict[str, object]], **more: object) -> str:
    page = report_html(crossing(), {"counts": counts(*rows), "conflicts": conflict(), **more})
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ").replace("\u2060", "")


@pytest.mark.parametrize("begin", [0.0, 600.0], ids=["within a quarter", "across two quarters"])
def test_two_recordings_a_week_apart_are_twenty_minutes_without_a_peak_hour(begin):
    rows = recordings(begin, begin + WEEK_S)
    found = findings(crossing(), {"counts": counts(*rows)}, None, None, {}, None, False, 10)
    assert found.observed_s == 1200.0
    t = turning(found.site, found.counts, found.spans)
    assert t.n.sum() == 48
    assert peak_hour(t) is None
    assert peak_hour(turning(found.site, found.counts)) is None
    text = report_of(rows)
    assert "20 min were observed" in text
    assert "60 min" not in text
    assert "Peak hour from" not in text
    assert "no four quarters of an hour in a row were observed" in text
    assert "3.0 ( 0.1–16.7 )" in text or "3.0 (0.1–16.7)" in text, (
        "one near miss in a third of an hour is three an hour"
    )


def test_a_peak_hour_needs_four_whole_quarters_in_a_row():
    touched = counts(*recordings(600.0, minutes=45))
    assert len(turning(crossing(), touched).n) == 4, "45 minutes that touch four quarters"
    assert peak_hour(turning(crossing(), touched)) is None
    whole = [r for r in recordings(0.0, minutes=60) if r["t0"].minute not in (20, 25)]
    first, volume, _ = peak_hour(turning(crossing(), counts(*whole)))
    assert (first, volume) == (0, 120), "ten minutes in which nobody came are part of an hour observed"
    broken = [r for r in recordings(0.0, minutes=60) if r["t0"].minute not in (20, 25, 30)]
    assert peak_hour(turning(crossing(), counts(*broken))) is None


def test_hours_of_the_day_are_averaged_over_the_time_observed():
    rows = recordings(*(day * 86400.0 for day in range(60)), minutes=30)
    text = report_of(rows)
    assert "Hours observed" in text
    # 12 cars in each of six five minutes: 144 an hour, in 60 half hours
    assert re.search(r"\d\d:00–\d\d:00 30\.00 0\.0 144\.0", text), text[text.index("Hours observed") :][:400]


def test_tracks_of_two_recordings_a_week_apart_are_not_one_long_one():
    one = passing()
    late = dataclasses.replace(one, k=one.k + round(WEEK_S / 0.1))
    both = joined(one, late)
    found = findings(crossing(), {}, both, None, {}, None, False, 10)
    assert found.observed_s == pytest.approx(32.0, abs=0.1)
    assert found.period[1] - found.period[0] == pytest.approx(WEEK_S + 16.0, abs=0.1)
    page = report_html(crossing(), {"conflicts": conflict()}, both)
    assert "Longest time with nobody in view" in page


def joined(a: Motion, b: Motion) -> Motion:
    """The tracks of both, those of b under other names."""
    fields = {f.name: np.concatenate([getattr(a, f.name), getattr(b, f.name)]) for f in dataclasses.fields(Motion)
              if f.name not in ("ids", "starts")}  # fmt: skip
    names = (*a.ids, *(f"{i} later" for i in b.ids))
    return Motion(ids=names, starts=np.concatenate([a.starts, a.starts[-1] + b.starts[1:]]), **fields)
