from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.screen.findings import findings
from passerby.screen.turning import MOVEMENTS, approaches, movement_name, peak_hour, turning

from .street import count_row, counts, crossing

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
def test_a_report_is_the_same_whether_passings_were_counted_in_five_minutes_or_in_quarters(rows):
    fives = [count_row(HOUR + 300 * k, *what, n, width_s=300.0) for k, what, n in rows]
    reports = []
    for table in (counts(*fives), counts(*in_quarters(fives))):
        found = findings(crossing(), {"counts": table}, None, None, {}, None, False, 10)
        t = turning(found.site, found.counts, found.period)
        reports.append((t.t0.tolist(), t.t1.tolist(), t.n.tolist(), peak_hour(t), found.observed_s, found.users))
    assert reports[0] == reports[1]
