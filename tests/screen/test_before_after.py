"""Ratios of rates keep their promised coverage, agree with published values, and say when nothing can be said."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from math import inf, isnan

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaln
from scipy.stats import nchypergeom_fisher

from passerby.errors import InputError
from passerby.screen.before_after import BeforeAfter, Period, compare, period
from passerby.screen.change import change
from passerby.screen.findings import findings
from passerby.screen.language import speaking
from passerby.screen.ratio import events_needed, least_change, rate_ratio, ratio_of_ratios
from passerby.screen.report import report_html
from passerby.tables import CONFLICTS, VIOLATIONS

from .street import conflict, count_row, counts, crossing, violation

few = st.integers(0, 60)
exposed = st.integers(1, 10_000)
T = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
BEFORE, AFTER = Period(T, T + WEEK), Period(T + 2 * WEEK, T + 3 * WEEK)


def test_the_ratio_agrees_with_a_published_example() -> None:
    # 2 events at 17 877, 9 at 16 660: the example of R's rateratio.test, chosen because p is just above 0.05
    found = rate_ratio(9, 16_660, 2, 17_877)
    assert found.p == pytest.approx(0.0501, abs=1e-4)
    assert found.high == pytest.approx(1.0005, abs=1e-4)
    assert not found.clear


@settings(deadline=None)
@given(before=few, after=few, e0=exposed, e1=exposed)
def test_swapping_the_periods_turns_the_ratio_over(before: int, after: int, e0: int, e1: int) -> None:
    one, other = rate_ratio(before, e0, after, e1), rate_ratio(after, e1, before, e0)
    assert one.p == pytest.approx(other.p)
    if before and after:
        assert one.ratio * other.ratio == pytest.approx(1)
        assert one.low * other.high == pytest.approx(1)
    if before + after:
        assert 0 <= one.low < one.high
        assert one.clear == (one.p < 0.05)
    else:
        assert isnan(one.ratio)
        assert (one.low, one.high) == (0, inf)


@pytest.mark.parametrize(("mean", "ratio"), [(3.0, 1.0), (12.0, 0.5), (40.0, 1.6)])
def test_intervals_hold_the_true_ratio_at_least_as_often_as_promised(mean: float, ratio: float) -> None:
    chance = np.random.default_rng(4)
    hits = 0
    for _ in range(400):
        b, a = chance.poisson(mean), chance.poisson(mean * ratio * 2)
        found = rate_ratio(int(b), 1000, int(a), 2000)
        hits += found.low <= ratio <= found.high
    assert hits / 400 >= 0.94


@settings(deadline=None)
@given(b=st.integers(1, 40), a=st.integers(1, 40), cb=st.integers(1, 40), ca=st.integers(1, 40))
def test_a_comparison_group_that_changed_alike_leaves_nothing(b: int, a: int, cb: int, ca: int) -> None:
    found = ratio_of_ratios((b, 1000, a, 1000), (cb, 500, ca, 500))
    assert found.ratio == pytest.approx((a / b) / (ca / cb))
    assert found.low <= found.ratio * 1.0001
    assert found.high >= found.ratio * 0.9999
    # the limits are where the tails of the exact law have 2.5 %
    law = nchypergeom_fisher(a + b + ca + cb, a + b, a + ca, found.low)
    assert law.sf(a - 1) == pytest.approx(0.025, abs=0.002)
    same = ratio_of_ratios((b, 1000, a, 1000), (b * 5, 5000, a * 5, 5000))
    assert same.low <= 1 <= same.high


def test_what_was_said_to_be_needed_is_enough() -> None:
    chance = np.random.default_rng(1)
    for ratio in (0.5, 0.75):
        before = events_needed(ratio)
        pairs = zip(chance.poisson(before, 300).tolist(), chance.poisson(before * ratio, 300).tolist(), strict=True)
        seen = np.mean([rate_ratio(b, 1.0, a, 1.0).high < 1 for b, a in pairs])
        assert 0.7 < seen < 0.9
        assert least_change(before, 1.0) == pytest.approx(ratio)
    assert least_change(2, 1.0) is None, "of two events not even the end of both could be seen"


def test_periods_are_read_strictly() -> None:
    assert period("2026-03-01/2026-03-08", "before") == Period(T - timedelta(days=1), T + timedelta(days=6))
    assert period("2026-03-01T10:05:00+01:00/2026-03-01T11:00Z", "before").whole.since.minute == 15
    for wrong in (
        "2026-03-01",
        "x/y",
        "2026-03-02/2026-03-01",
        "2026-03-01T10:01Z/2026-03-01T10:20Z",
        "0001-01-01/9999",
    ):
        with pytest.raises(InputError, match="before"):
            period(wrong, "before")
    with pytest.raises(InputError, match="overlap"):
        compare(crossing(), {}, BEFORE, Period(T, T + WEEK))


def results(red_before: int, red_after: int, passings: int = 1000, near: int = 0) -> dict[str, pa.Table]:
    when = [T + timedelta(hours=i) for i in range(red_before)]
    when += [T + 2 * WEEK + timedelta(hours=i) for i in range(red_after)]
    rows = [violation(event=f"v{i}", t=t) for i, t in enumerate(when)] or [VIOLATIONS.empty_table()]
    misses = [conflict(event=f"c{i}", t=T + timedelta(hours=i)) for i in range(near)] or [CONFLICTS.empty_table()]
    counted = counts(*(count_row(p.since.timestamp(), "in", "through", "car", passings) for p in (BEFORE, AFTER)))
    return {"violations": pa.concat_tables(rows), "conflicts": pa.concat_tables(misses), "counts": counted}


def test_a_clear_fall_is_told_and_a_small_one_is_not_made_one() -> None:
    rows = {r.kind: r for r in compare(crossing(), results(80, 30, near=3), BEFORE, AFTER).rows}
    assert rows["violations"].verdict.startswith("Fell: \u221262\u00a0%")
    assert rows["violations"].before.rate == pytest.approx(80)
    assert rows["near_misses"].verdict.startswith("No change can be told from chance")
    vague = {r.kind: r for r in compare(crossing(), results(12, 8), BEFORE, AFTER).rows}["violations"]
    assert vague.ratio is not None
    assert not vague.ratio.clear
    assert vague.needed == pytest.approx(45.7, abs=0.1)


def test_what_fell_everywhere_is_no_effect_of_what_was_done_here() -> None:
    alone = compare(crossing(), results(80, 30), BEFORE, AFTER).rows[0]
    beside = compare(crossing(), results(80, 30), BEFORE, AFTER, (crossing(), results(160, 60, 2000))).rows[0]
    assert alone.ratio is not None
    assert alone.ratio.clear
    assert beside.ratio is not None
    assert beside.ratio.ratio == pytest.approx(1)
    assert beside.verdict.startswith("No difference")


def test_without_passings_there_is_no_rate() -> None:
    rows = compare(crossing(), results(5, 5, 0), BEFORE, AFTER).rows
    assert all(r.ratio is None and r.before.rate is None for r in rows)
    assert "no rate" in rows[0].verdict


def test_the_report_shows_it_and_the_public_one_no_small_number() -> None:
    small, large = (compare(crossing(), results(n, 3), BEFORE, AFTER) for n in (80, 81))
    page = report_html(crossing(), results(80, 3), change=small)
    assert "Before and after" in page
    assert "Regression to the mean" in page
    public = findings(crossing(), results(81, 3), None, None, {}, None, True, 10)
    assert "Fewer than 10" in change(public, large)
    shown = change(findings(crossing(), results(80, 30), None, None, {}, None, True, 10), both := compared(80, 30))
    assert "80 of 1" in shown
    assert "Entries on red" not in shown
    assert both.rows[0].before.n == 80


def test_how_long_was_observed_stands_beside_each_period_and_numbers_are_written_as_the_language_has_them() -> None:
    tables = results(20, 18)
    rows = [count_row(p.since.timestamp() + 300 * i, "in", "through", "car", 50, 300.0) for p in (BEFORE, AFTER)
            for i in range(2)]  # fmt: skip
    found = compare(crossing(), tables | {"counts": counts(*rows)}, BEFORE, AFTER)
    assert found.observed_s == (600.0, 600.0)
    for public, seen in ((False, "(10\u00a0min of it observed)"), (True, "(15\u00a0min of it observed)")):
        page = change(findings(crossing(), tables | {"counts": counts(*rows)}, None, None, {}, None, public, 10), found)
        assert page.count(seen) == 2
        assert ("rounded up to quarters of an hour" in page) == public
    with speaking("de"):
        page = change(findings(crossing(), tables, None, None, {}, None, False, 10), found)
    assert "0,90" in page
    assert not re.search(r">[^<]*\d\.\d\d(?!\d)", page)


def test_of_so_short_a_time_no_fall_is_named_that_could_have_been_seen() -> None:
    short = compared(40, 36).rows[0]
    assert short.dispersion is None
    assert "Which fall could have been seen cannot be said" in short.verdict
    assert "%" not in short.verdict
    known = dataclasses.replace(short, dispersion=1.0).verdict
    assert re.search(r"a fall by \d+\u00a0% could have been seen", known)


def compared(before: int, after: int, **more: object) -> BeforeAfter:
    return compare(crossing(), results(before, after), BEFORE, AFTER, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("outside", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_both_periods_taken_from_the_public_total_leave_nobody_or_many(outside: int, shown: bool) -> None:
    whole = results(40, 30)
    between = [violation(event=f"m{i}", t=T + WEEK + timedelta(hours=i)) for i in range(outside)]
    whole["violations"] = pa.concat_tables([whole["violations"], *between])
    public = findings(crossing(), whole, None, None, {}, None, True, 10)
    assert ("40 of 1" in change(public, compared(40, 30))) == shown


@pytest.mark.parametrize(("outside", "shown"), [(0, True), (1, False), (9, False), (10, True)])
def test_nor_do_the_passings(outside: int, shown: bool) -> None:
    whole = results(40, 30)
    extra = counts(count_row((T + WEEK).timestamp(), "walk", "eastbound", "pedestrian", outside))
    whole["counts"] = pa.concat_tables([whole["counts"], extra])
    public = findings(crossing(), whole, None, None, {}, None, True, 10)
    assert ("40 of 1" in change(public, compared(40, 30))) == shown


def test_a_comparison_sites_small_number_is_not_given_away_by_its_rate() -> None:
    public = findings(crossing(), results(40, 30), None, None, {}, None, True, 10)
    assert "40 of 1" in change(public, compared(40, 30, comparison=(crossing(), results(12, 11))))
    assert "Fewer than 10" in change(public, compared(40, 30, comparison=(crossing(), results(12, 9))))


@pytest.mark.parametrize(
    ("counts_", "verdict"),
    [
        ((0, 0), "Too few events"),
        ((0, 3), "No change can be told from chance"),
        ((0, 6), "Rose: at least"),
        ((6, 0), "Fell: \u2212100"),
        ((1, 0), "No change can be told from chance; not even the end of all of them"),
        ((9, 2), "No change can be told from chance"),
    ],
)
def test_verdicts_at_the_edges(counts_: tuple[int, int], verdict: str) -> None:
    row = compared(*counts_).rows[0]
    assert row.verdict.startswith(verdict)
    assert row.ratio is not None
    assert row.ratio.clear == (row.ratio.p < 0.05)


@settings(deadline=None, max_examples=60)
@given(a=few, b=few, ca=few, cb=few, e=st.tuples(exposed, exposed, exposed, exposed))
def test_the_ratio_of_ratios_is_where_the_tails_of_the_law_summed_up_say(
    a: int, b: int, ca: int, cb: int, e: tuple[int, int, int, int]
) -> None:
    found = ratio_of_ratios((b, e[0], a, e[1]), (cb, e[2], ca, e[3]))
    if 0 in (a + b, ca + cb, a + ca, b + cb):
        assert isnan(found.ratio)
        return
    scale = (e[0] / e[1]) / (e[2] / e[3])
    assert found.p == pytest.approx(min(1.0, 2 * min(tails(a, b, ca, cb, 1 / scale))), abs=1e-9)
    if found.low > 0:
        assert tails(a, b, ca, cb, found.low / scale)[0] == pytest.approx(0.025, abs=1e-6)
    if found.high < inf:
        assert tails(a, b, ca, cb, found.high / scale)[1] == pytest.approx(0.025, abs=1e-6)


def tails(a: int, b: int, ca: int, cb: int, odds: float) -> tuple[float, float]:
    """Fisher's noncentral hypergeometric law by hand: the chance of a or more, and of a or fewer."""
    first, second, both = a + b, ca + cb, a + ca
    x = np.arange(max(0, both - second), min(first, both) + 1)
    log_weight = x * np.log(odds)
    for top, chosen in ((first, x), (second, both - x)):
        log_weight = log_weight - gammaln(chosen + 1) - gammaln(top - chosen + 1)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    return float(weight[x >= a].sum()), float(weight[x <= a].sum())
