"""A rate at a crosswalk is of those who could have done it: who crosses, vehicles over it, or both for near misses."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pyarrow as pa
import pytest

from passerby.screen.exposure import exposed_at, passing_over
from passerby.screen.intervals import garwood
from passerby.screen.ranked import Ranked, ranking
from passerby.screen.report import report_html
from passerby.site.model import Crosswalk, Movement, Site, StopLine
from passerby.tables import CONFLICTS, VIOLATIONS

from .street import T0, conflict, count_row, counts, crossing, violation

QUARTER = T0 // 900 * 900
NINE_CROSS = counts(
    count_row(QUARTER, "walk", "eastbound", "pedestrian", 9),
    count_row(QUARTER, "in", "through", "car", 800),
    count_row(QUARTER, "in", "right", "cyclist", 91),
)


def turned(degrees: int, points: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """Points turned clockwise."""
    c, s = round(np.cos(np.radians(degrees))), round(np.sin(np.radians(degrees)))
    return tuple((x * c + y * s, -x * s + y * c) for x, y in points)


def four_arms(drives_on: str = "right", wide: bool = True) -> Site:
    """Arms S, W, N, E (a quarter turn clockwise each): a stop line 12 m before the middle and a crosswalk beyond it."""
    hand = 1.0 if drives_on == "right" else -1.0
    line = ((0.0, -12.0), (3.5 * hand, -12.0))
    left = -3.5 * hand if wide else 0.0
    walk = ((left, -11.0), (3.5 * hand, -11.0), (3.5 * hand, -8.0), (left, -8.0))
    arms = [(arm, 90 * i) for i, arm in enumerate("SWNE")]
    return Site(
        name="Four arms",
        drives_on=drives_on,
        stop_lines=tuple(StopLine(f"in {a}", turned(d, line), float(d)) for a, d in arms),
        crosswalks=tuple(Crosswalk(f"walk {a}", turned(d, walk)) for a, d in arms),
    )


@pytest.mark.parametrize("drives_on", ["right", "left"])
def test_who_passes_over_a_crosswalk_comes_in_by_its_arm_or_leaves_by_it(drives_on: str) -> None:
    site = four_arms(drives_on)
    assert [s.heading_deg for s in site.stop_lines] == [0, 90, 180, 270]
    south = next(c for c in site.crosswalks if c.id == "walk S")
    # from the west (heading east) right leads south; from the east left does; from the north through does
    expected = {("in S", ""), ("in W", "right"), ("in E", "left"), ("in N", "through")}
    assert passing_over(site, south) == expected


def test_a_crosswalk_over_the_entry_alone_is_not_left_over() -> None:
    site = four_arms(wide=False)
    assert passing_over(site, site.crosswalks[0]) == {("in S", "")}


def test_drawn_exits_go_before_the_names_of_turns() -> None:
    site = four_arms()
    bent = dataclasses.replace(site.stop_lines[2], movements=(Movement(None, 180.0), Movement(None, 225.0)))
    lines = (*site.stop_lines[:2], bent, site.stop_lines[3])
    site = dataclasses.replace(site, stop_lines=lines)
    assert ("in N", "through") in passing_over(site, site.crosswalks[0])
    west = next(c for c in site.crosswalks if c.id == "walk W")
    assert ("in N", "right") not in passing_over(site, west), "its right turn leaves south-west, 45 degrees off"


def test_each_party_has_its_own_passings() -> None:
    site = four_arms()
    rows = [("walk S", "eastbound", "pedestrian", 9), ("in S", "through", "car", 100), ("in S", "left", "cyclist", 7)]
    rows += [("in N", "through", "bus", 5), ("in N", "left", "car", 1000), ("in E", "left", "cyclist", 2)]
    found = exposed_at(site, counts(*(count_row(QUARTER, *r) for r in rows)))
    assert found["walk S"] == 9
    assert found["walk S:vehicles"] == 105
    assert found["walk S:near_misses"] == 9 + 100 + 7 + 5 + 2
    assert found["in S"] == 107


def ranked(site: Site, violations: list[pa.Table], conflicts: list[pa.Table], counted: pa.Table) -> dict[str, Ranked]:
    v = pa.concat_tables(violations) if violations else VIOLATIONS.empty_table()
    c = pa.concat_tables(conflicts) if conflicts else CONFLICTS.empty_table()
    return {r.key: r for r in ranking(site, {"violations": v, "conflicts": c, "counts": counted}, "place")}


def test_what_vehicles_do_at_a_crosswalk_is_not_divided_by_the_few_who_cross() -> None:
    stops = [violation(event=f"s{i}", kind="stopped_on_crosswalk", place="walk") for i in range(60)]
    early = [violation(event="p", kind="red_light", place="walk", **{"class": "pedestrian"})]
    near = [conflict(event=f"n{i}") for i in range(10)]
    found = ranked(crossing(), stops + early, near, NINE_CROSS)
    assert set(found) == {"walk", "walk:vehicles", "walk:near_misses"}
    for key, n, among in (("walk", 1, 9), ("walk:vehicles", 60, 800), ("walk:near_misses", 10, 900)):
        assert (found[key].events, found[key].passings) == (n, among)
        assert found[key].rate == pytest.approx(1000 * n / among)
        assert found[key].low == pytest.approx(1000 * garwood(n)[0] / among)
    results = {"violations": pa.concat_tables(stops + early), "conflicts": pa.concat_tables(near), "counts": NINE_CROSS}
    text = re.sub(r"<[^>]+>", "|", report_html(crossing(), results))
    assert "Crosswalk walk, vehicles" in text.replace("\u00a0", " ")
    assert "Crosswalk walk, near misses" in text
    assert "7,888" not in text
    assert "7888" not in text


def test_a_crosswalk_that_no_stop_line_leads_over_has_no_rate_of_what_vehicles_do() -> None:
    site = dataclasses.replace(crossing(), crosswalks=(Crosswalk("walk", ((-3, 20), (3, 20), (3, 23), (-3, 23))),))
    stop = violation(kind="failure_to_yield", place="walk")
    found = ranked(site, [stop], [conflict(y=21.0)], NINE_CROSS)
    assert [(r.passings, r.rate) for r in found.values()] == [(0, None), (0, None)]


def test_people_who_cross_a_lane_are_not_among_those_who_drive_over_its_stop_line() -> None:
    across = violation(kind="outside_crosswalk", place="in", **{"class": "pedestrian"})
    found = ranked(crossing(), [across, violation(event="r")], [], NINE_CROSS)
    assert found["in:on_foot"].rate is None
    assert found["in"].passings == 891


def test_more_events_than_passings_are_no_rate_and_are_explained() -> None:
    few = counts(count_row(QUARTER, "walk", "eastbound", "pedestrian", 2))
    red = [violation(event=f"p{i}", place="walk", **{"class": "pedestrian"}) for i in range(3)]
    found = ranked(crossing(), red, [], few)
    assert (found["walk"].events, found["walk"].passings, found["walk"].rate) == (3, 2, None)
    page = report_html(crossing(), {"violations": pa.concat_tables(red), "counts": few})
    assert "A rate above 1,000 per 1,000 means" in page
    assert "1500 for every 1,000" in page
    assert "(more than passings were counted: one may be in several, and some passed uncounted)" in page
