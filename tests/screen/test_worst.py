"""The ranking weighs evidence, heat keeps its sum, and near misses find their place."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import InputError
from passerby.screen.heat import heat
from passerby.screen.ranked import ranking
from passerby.screen.report import report_html
from passerby.screen.where import ELSEWHERE, INSIDE, place_of
from passerby.tables import CONFLICTS, VIOLATIONS

from .street import T0, conflict, count_row, counts, crossing, motion_of, passing, violation


def many(n: int, **changes: object) -> list[pa.Table]:
    return [violation(event=f"{changes.get('place')}{i}", **changes) for i in range(n)]


def results(violations: list[pa.Table], conflicts: list[pa.Table], counted: pa.Table) -> dict[str, pa.Table]:
    tables = {"violations": (violations, VIOLATIONS), "conflicts": (conflicts, CONFLICTS)}
    made = {name: pa.concat_tables(rows) if rows else schema.empty_table() for name, (rows, schema) in tables.items()}
    return made | {"counts": counted}


def test_one_of_three_does_not_outrank_thirty_of_a_thousand() -> None:
    counted = counts(count_row(T0, "in", "through", "car", 1000), count_row(T0, "walk", "eastbound", "pedestrian", 3))
    found = ranking(crossing(), results(many(30, place="in") + many(1, place="walk"), [], counted), "place")
    assert [r.key for r in found] == ["in", "walk"]
    assert found[1].rate is not None
    assert found[0].rate is not None
    assert found[1].rate > found[0].rate


def test_places_without_passings_come_last_without_a_rate() -> None:
    found = ranking(crossing(), results(many(9, place="lane") + many(1, place="in"), [], counts(
        count_row(T0, "in", "through", "car", 10))), "place")  # fmt: skip
    assert [(r.key, r.rate is None) for r in found] == [("in", False), ("lane", True)]


def test_hours_are_the_sites_own() -> None:
    rows = results(many(2, place="in"), [conflict()], counts(count_row(T0 // 3600 * 3600, "in", "through", "car", 50)))
    hour = ranking(crossing(), rows, "hour")
    week = ranking(crossing(), rows, "weekday_hour")
    assert len(hour) == len(week) == 1
    assert (hour[0].violations, hour[0].conflicts, hour[0].severe, hour[0].passings) == (2, 1, 1, 50)
    day, _, h = week[0].key.partition("-")
    assert (int(day), h) == (3, hour[0].key), "28 May 2026 is a Thursday"


def test_near_misses_belong_to_whom_they_concern() -> None:
    x, y = np.array([1.6, 1.6, 1.6, -3.0, 90.0, np.nan]), np.array([-4.5, -4.5, -9.0, -5.0, 90.0, 0.0])
    pairs = [("car", "pedestrian"), ("car", "car"), ("cyclist", "car"), ("van", "car"), ("car", "car"), ("car", "car")]
    assert place_of(crossing(), x, y, pairs) == ["walk", "in", "walk", "in", ELSEWHERE, ELSEWHERE]
    far = crossing()
    assert place_of(far, [], [], []) == []
    assert INSIDE not in place_of(far, [1.6], [40.0], [("car", "car")])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50), st.sampled_from(["slight", "serious"])), max_size=20),
    st.sampled_from([0.5, 1.0, 3.0]),
    st.sampled_from([0.0, 1e-120, 0.02, 1.0, 2.5]),
)
def test_heat_keeps_its_sum_and_its_place(
    events: list[tuple[float, float, str]], cell_m: float, kernel_m: float
) -> None:
    rows = [conflict(x=x, y=y, severity=s) for x, y, s in events]
    found = heat(pa.concat_tables(rows) if rows else CONFLICTS.empty_table(), cell_m, kernel_m)
    assert found.weight.sum() == pytest.approx(sum({"slight": 1, "serious": 4}[s] for _, _, s in events))
    assert found.events.sum() == len(events)
    for x, y, _ in events:
        near = (np.abs(found.x - x) <= cell_m / 2 + 1e-9) & (np.abs(found.y - y) <= cell_m / 2 + 1e-9)
        assert found.events[near].sum() >= 1


def test_heat_that_would_take_too_long_is_refused() -> None:
    rows = pa.concat_tables([conflict(x=float(i)) for i in range(40)] * 10)
    with pytest.raises(InputError, match="kernel_m"):
        heat(rows, 0.25, 20.0)


def test_the_report_names_the_worst_and_the_cameras() -> None:
    rows = results([violation()], [conflict()], counts(count_row(T0, "in", "through", "car", 20)))
    camera = {"camera": "<north>", "state": "late", "rate_fps": 9.5, "message": None}
    page = report_html(crossing(), rows, passing(), cameras=[camera])
    assert "The worst places" in page
    assert "Car from the south, straight on and pedestrian walking east" in page
    assert "&lt;north&gt;" in page
    assert "<north>" not in page
    assert "The worst places" not in report_html(crossing(), rows, passing(), public=True, cameras=[camera])


@pytest.mark.parametrize(("first_m", "said"), [(-40.0, " from the south, straight on"), (-9.0, ", movement not known")])
def test_a_movement_told_from_part_of_a_track_is_not_known(first_m: float, said: str) -> None:
    whole = passing()
    kept = (whole.track == 1) | (whole.y >= first_m)
    track = whole.track[kept]
    part = motion_of(whole.ids, whole.cls, track, whole.t[kept], whole.x[kept], whole.y[kept])
    rows = results([], [conflict()], counts(count_row(T0, "in", "through", "car", 20)))
    assert f"Car{said} and pedestrian walking east" in report_html(crossing(), rows, part)
