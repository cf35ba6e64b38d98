"""Near misses by how close they came: nothing is lost, limits part what is within from what is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.screen.closeness import LIMIT_S, MEASURES, by_classes, by_kind, histogram, limit_of, of_group
from passerby.site.model import Site
from passerby.tables import CONFLICTS

SECONDS = st.one_of(st.none(), st.floats(0, 30).map(lambda v: round(v, 3)))
ROWS = st.lists(
    st.tuples(
        SECONDS,
        SECONDS,
        st.sampled_from(("slight", "moderate", "serious")),
        st.sampled_from(("rear_end", "crossing")),
        st.sampled_from(("car", "cyclist", "pedestrian")),
        st.sampled_from(("car", "bus")),
    ),
    max_size=40,
)


def table(rows: list[Any]) -> pa.Table:
    names = ("ttc_s", "pet_s", "severity", "kind", "class_a", "class_b")
    return pa.Table.from_pylist([dict(zip(names, r, strict=True)) for r in rows], schema=CONFLICTS)


@settings(deadline=None)
@given(ROWS)
def test_every_near_miss_that_has_the_measure_is_in_one_bin(rows: list[Any]) -> None:
    for i, measure in enumerate(MEASURES):
        h = histogram(table(rows), measure, LIMIT_S[measure])
        have = [r for r in rows if r[i] is not None]
        assert h.n.shape == (len(h.edges_s) - 1, 3)
        assert h.n.sum() == len(have)
        assert h.n.sum(axis=0).tolist() == [sum(r[2] == s for r in have) for s in ("slight", "moderate", "serious")]
        within = h.edges_s[1:] <= h.limit_s + 1e-9
        assert h.n[within].sum() == sum(r[i] <= h.limit_s for r in have)
        assert within.any()
        assert not within[-1]


@settings(deadline=None)
@given(ROWS)
def test_groups_hold_everybody_once(rows: list[Any]) -> None:
    found = table(rows)
    for groups in (by_classes(found), by_kind(found)):
        assert sum(g.total for g in groups) == len(rows)
        assert [g.serious for g in groups] == sorted((g.serious for g in groups), reverse=True)
    for g in by_classes(found):
        mine = of_group(found, g.key[::-1], None)
        assert len(mine) == g.total
        have = [v for v in mine["ttc_s"].to_pylist() if v is not None]
        assert g.ttc_s == (pytest.approx(float(np.median(have)), abs=1e-3) if have else None)
    for g in by_kind(found):
        assert len(of_group(found, None, g.key[0])) == g.total


def test_an_edge_belongs_to_the_bin_below() -> None:
    h = histogram(
        table([(1.5, 0.0, "moderate", "crossing", "car", "car"), (0.25, 5.0, "serious", "x", "car", "car")]), "ttc", 1.5
    )
    assert h.edges_s.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert h.n.sum(axis=1).tolist() == [1, 0, 0, 0, 0, 1, 0]


def test_limits_are_those_of_the_sites_rules() -> None:
    assert (limit_of(Site("A"), "ttc"), limit_of(Site("A"), "pet")) == (1.5, 5.0)
    assert limit_of(Site("A", rules={"conflicts": {"pet_max_s": 3}}), "pet") == 3.0
