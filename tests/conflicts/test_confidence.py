"""How sure an event is: near its limits, grazing, between two tracks that may be one, in noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from passerby.conflicts.analyse import conflicts
from passerby.conflicts.encounters import encounters
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.severity import severity
from passerby.conflicts.ttc import time_to_collision
from passerby.tracks.motion import STEP_S

from .scenes import CAR, PERSON, T0, User, motion_of, straight


def rows(*users: User, sigma_m: float = 0.0, **settings: Any) -> list[dict[str, Any]]:
    return conflicts(motion_of(users, sigma_m=sigma_m), ConflictSettings(**settings)).to_pylist()  # type: ignore[no-any-return]


def closing_in(until_ttc_s: float, aside_m: float = 0.0) -> tuple[User, User]:
    """A follower 8 m/s faster than its leader, seen until TTC is that."""
    return (
        straight("lead", "car", CAR, (8 * until_ttc_s + 4.5, aside_m), (6, 0), (-5.0, 0.0)),
        straight("tail", "car", CAR, (0, 0), (14, 0), (-5.0, 0.0)),
    )


def test_confidence_falls_towards_the_limit() -> None:
    sure = [rows(*closing_in(s))[0]["confidence"] for s in (1.0, 1.3, 1.4, 1.45, 1.5)]
    assert sure[0] > 0.99
    assert all(np.diff(sure) <= 0)
    # Two footprints 0.3 m uncertain each, closing at 8 m/s: 0.053 s.
    assert sure[3] == pytest.approx(0.827, abs=0.02)
    assert sure[4] == pytest.approx(0.5, abs=0.02)


def test_confidence_falls_towards_the_edge() -> None:
    sure = [rows(*closing_in(1.0, aside))[0]["confidence"] for aside in (0.0, 0.9, 1.2, 1.5)]
    assert all(np.diff(sure) <= 0)
    # 0.3 m of overlap, 0.42 m uncertain.
    assert sure[-1] == pytest.approx(0.76, abs=0.02)


def test_the_site_says_how_well_it_is_measured() -> None:
    exact, rough = (rows(*closing_in(1.45), position_sigma_m=s)[0] for s in (0.0, 1.0))
    assert exact["confidence"] == 1.0
    assert rough["confidence"] < 0.65
    assert {k: v for k, v in exact.items() if k != "confidence"} == {
        k: v for k, v in rough.items() if k != "confidence"
    }


def test_less_likely_than_not_is_one_grade_lower() -> None:
    one = np.ones(2)
    assert severity(0.9 * one, np.nan * one, 5 * one, np.array([0.6, 0.4])).tolist() == ["serious", "moderate"]


def test_a_box_split_off_is_hardly_an_event() -> None:
    # A lorry's rear is detected by itself, from within it, and the lorry brakes.
    t = np.arange(0, 60) * STEP_S
    brakes = np.maximum(t - 1.5, 0)
    lorry = 9 * t - np.minimum(2.5 * brakes**2, 2.5 * 1.2**2 + 6 * np.maximum(brakes - 1.2, 0))
    born = t >= 1.0
    rear = 9 * t[born] - 3.0
    found = rows(
        ("lorry", "truck", 10.0, 2.5, T0 + t, lorry, 0 * t),
        ("rear", "car", *CAR, T0 + t[born], rear - np.minimum(4.4, 2 * (t[born] - 1.0) * 2.2), 0 * rear),
    )
    assert all(r["confidence"] < 0.3 for r in found)


def test_an_id_handed_on_is_hardly_an_event() -> None:
    # The car's track ends; another begins a little ahead of it, slower, while the first still lives.
    found = rows(
        straight("old", "car", CAR, (0, 0), (10, 0), (0.0, 4.0)),
        straight("new", "car", CAR, (14.7, 0.6), (7.5, 0), (3.3, 8.0)),
    )
    assert all(r["confidence"] < 0.3 for r in found)


def test_a_speed_that_leaps_is_hardly_an_event() -> None:
    t = np.arange(0, 80) * STEP_S
    v = 8 + 9 * np.exp(-(((t - 4) / 0.45) ** 2))
    found = rows(
        ("jumps", "car", *CAR, T0 + t, np.cumsum(v) * STEP_S, 0 * t), straight("lead", "car", CAR, (23.0, 0), (6.5, 0))
    )
    assert found
    assert all(r["confidence"] < 0.3 for r in found)


def test_two_real_ones_that_come_close_are_believed() -> None:
    (row,) = rows(*closing_in(0.3))
    assert row["confidence"] > 0.95


def test_drac_is_empty_where_no_braking_avoids_it() -> None:
    (row,) = rows(
        straight("a", "car", CAR, (-20, 0), (10, 0), (0, 3)), straight("b", "car", CAR, (0, -20.7), (0, 10), (0, 3))
    )
    assert row["ttc_s"] == 0.0
    assert row["drac_mps2"] is None


@pytest.mark.parametrize(("rows_n", "sigma_m", "events"), [(1, 0.0, 1), (1, 0.45, 0), (4, 0.45, 0), (9, 0.45, 1)])
def test_in_noise_a_time_to_collision_must_last(rows_n: int, sigma_m: float, events: int) -> None:
    m = motion_of(closing_in(0.1))
    every = time_to_collision(m, int(m.k.min()), int(m.k.max()) + 1, ConflictSettings())
    short = replace(every, sigma_m=np.full(len(every), sigma_m)).take(np.argsort(-every.k)[:rows_n])
    assert len(encounters(short, int(m.k.max()) + 1, ConflictSettings(), closed=True)[0]) == events


@pytest.mark.parametrize("seen_before", [False, True])
def test_a_standing_leader_lies_along_the_road(seen_before: bool) -> None:
    t = np.arange(0 if not seen_before else -50, 6) * STEP_S
    stands = ("lead", "car", *CAR, T0 + t, 30.0 + np.minimum(8 * (t + 2), 0), 0 * t)
    (row,) = rows(stands, straight("tail", "car", CAR, (0, 0), (20, 0), (-4.0, 0.5)))
    assert row["ttc_s"] == pytest.approx((30 - 10 - 4.5) / 20, abs=0.001)
    assert row["kind"] == "rear_end"
    assert (row["angle_deg"] is None) == (not seen_before)


def test_somebody_on_foot_beside_a_parked_car_does_not_turn_it() -> None:
    parked = straight("parked", "car", CAR, (0, 0), (0, 0))
    assert rows(parked, straight("w", "pedestrian", PERSON, (1.3, -6), (0, 1.4))) == []
