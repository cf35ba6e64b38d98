"""However a recording is cut, stepped through or shuffled, it gives the same events under the same ids."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .street import Tables, User, run_steps, scene, users

FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def difference(a: Tables, b: Tables) -> list[Any]:
    """Rows that are in one of two results only, each with the name of its table."""
    key = {"violations": "event", "conflicts": "event"}
    out: list[Any] = []
    for name in a:
        rows_a = {str(r.get(key.get(name, ""), r)): r for r in a[name]}
        rows_b = {str(r.get(key.get(name, ""), r)): r for r in b[name]}
        for k in sorted(rows_a.keys() | rows_b.keys()):
            if rows_a.get(k) != rows_b.get(k):
                out.append((name, rows_a.get(k), rows_b.get(k)))
    return out


@FEW
@given(users())
def test_a_minute_at_a_time_is_all_at_once(people: list[User]) -> None:
    rows = scene(people)
    assert difference(run_steps(rows, np.inf), run_steps(rows, 60.0)) == []


@FEW
@given(users(), st.sampled_from([0.2, 0.7, 1.0, 3.3]), st.booleans())
def test_small_steps_are_all_at_once(people: list[User], step_s: float, early: bool) -> None:
    rows = scene(people)
    assert difference(run_steps(rows, np.inf), run_steps(rows, step_s, early=early)) == []


@FEW
@given(users(), st.integers(0, 2**31), st.sampled_from([0.5, 2.0, 10.0]), st.booleans())
def test_rows_may_come_in_any_order_within_the_lateness(
    people: list[User], seed: int, lateness_s: float, early: bool
) -> None:
    rows = scene(people)
    rng = random.Random(seed)
    order = sorted(rows, key=lambda r: r["t"] + rng.uniform(0, lateness_s * 0.99))
    found = run_steps(rows, 0.7, lateness_s=lateness_s, order=order, early=early)
    assert difference(run_steps(rows, np.inf), found) == []
