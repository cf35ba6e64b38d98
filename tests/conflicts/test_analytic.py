"""Textbook conflicts give textbook values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from passerby.conflicts.analyse import conflicts
from passerby.conflicts.drac import crossing_drac, following_drac
from passerby.conflicts.measures import Measures
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.severity import severity
from passerby.conflicts.ttc import candidate_pairs, time_to_collision
from passerby.tables import CONFLICTS
from passerby.tracks.motion import STEP_S

from .scenes import BIKE, CAR, PERSON, T0, User, motion_of, straight


def rows(*users: User, **settings: Any) -> list[dict[str, Any]]:
    table = conflicts(motion_of(users), ConflictSettings(**settings))
    assert table.schema.equals(CONFLICTS)
    return table.to_pylist()  # type: ignore[no-any-return]


def stopped(name: str, x: float, seconds: float) -> User:
    """A car that came from the west and has stood at (x, 0) since two seconds before T0."""
    t = np.arange(-50, round(seconds / STEP_S) + 1) * STEP_S
    return (name, "car", *CAR, T0 + t, x + np.minimum(5 * (t + 2), 0), 0 * t)


def first_ttc(*users: User) -> Measures:
    m = motion_of(users)
    found = time_to_collision(m, int(m.k.min()), int(m.k.max()) + 1, ConflictSettings(ttc_max_s=2.5))
    return found.take(np.argsort(found.k)[:1])


def at(row: dict[str, Any]) -> float:
    return float(row["t"].timestamp() - T0)


def test_crossing_at_right_angles_has_its_pet() -> None:
    # a clears b's right side (x = 0.9) with its tail at x = 3.15: 3.315 s; b's nose is at a's side at 3.685 s.
    (row,) = rows(straight("a", "car", CAR, (-30, 0), (10, 0)), straight("b", "car", CAR, (0, -40), (0, 10)))
    assert (row["kind"], row["track_a"], row["track_b"]) == ("crossing", "a", "b")
    assert row["pet_s"] == pytest.approx(0.370, abs=0.002)
    assert row["ttc_s"] is None
    assert at(row) == pytest.approx(3.685, abs=0.002)
    assert row["angle_deg"] == 90.0
    assert row["delta_v_mps"] == pytest.approx(np.hypot(10, 10) / 2, abs=0.01)
    assert abs(row["x"]) < 3
    assert abs(row["y"]) < 3


def test_crossing_on_collision_course_has_its_ttc() -> None:
    users = (straight("a", "car", CAR, (-22, 0), (10, 0), (0, 1)), straight("b", "car", CAR, (0, -23), (0, 10), (0, 1)))
    found = first_ttc(*users)
    # At t = 0 b's nose is 23 - 2.25 - 0.9 m short of a's side.
    assert found.ttc_s[0] == pytest.approx(1.985, abs=0.001)
    (row,) = rows(*users)
    assert row["ttc_s"] == pytest.approx(0.985, abs=0.001)
    assert at(row) == pytest.approx(1.0)
    assert (row["track_a"], row["severity"]) == ("a", "serious")


@pytest.mark.parametrize(("follower", "leader", "gap"), [(10.0, 5.0, 10.0), (15.0, 0.0, 30.0), (20.0, 18.0, 4.0)])
def test_following(follower: float, leader: float, gap: float) -> None:
    users = (
        straight("lead", "car", CAR, (0, 0), (leader, 0), (0, 0.5)) if leader else stopped("lead", 0, 0.5),
        straight("tail", "car", CAR, (-gap - 4.5, 0), (follower, 0), (0, 0.5)),
    )
    found = first_ttc(*users)
    closing = follower - leader
    assert found.ttc_s[0] == pytest.approx(gap / closing, abs=0.001)
    assert found.drac_mps2[0] == pytest.approx(closing**2 / (2 * gap), rel=0.001)
    assert (found.a[0], found.b[0]) == ("lead", "tail")
    assert found.delta_v_mps[0] == pytest.approx(closing / 2, abs=1e-4)


def test_following_at_a_constant_gap_is_no_conflict() -> None:
    for gap_s in (0.5, 1.0, 2.0, 4.0):
        users = (
            straight("lead", "car", CAR, (0, 0), (12, 0)),
            straight("tail", "car", CAR, (-4.5 - 12 * gap_s, 0), (12, 0)),
        )
        assert rows(*users) == []


def test_opposing_in_one_lane() -> None:
    found = first_ttc(
        straight("a", "car", CAR, (-20, 0), (10, 0), (0, 0.5)), straight("b", "car", CAR, (20, 0), (-10, 0), (0, 0.5))
    )
    assert found.ttc_s[0] == pytest.approx((40 - 4.5) / 20, abs=0.001)
    assert found.angle_deg[0] == pytest.approx(180)
    assert (found.x[0], found.y[0]) == pytest.approx((0, 0), abs=1e-6)


def test_opposing_in_their_own_lanes() -> None:
    assert rows(straight("a", "car", CAR, (-60, 0), (13, 0)), straight("b", "car", CAR, (60, 2.2), (-13, 0))) == []


def test_oblique_at_45_degrees() -> None:
    # Both reach the origin at t = 3 s; the touch is where b's front corner meets a's side.
    s = 8 / np.sqrt(2)
    users = (
        straight("a", "car", CAR, (-30, 0), (10, 0), (0, 1.8)),
        straight("b", "car", CAR, (-3 * s, -3 * s), (s, s), (0, 1.8)),
    )
    (row,) = rows(*users)
    assert row["kind"] == "lane_change"
    assert row["angle_deg"] == pytest.approx(45.0)
    # Relative velocity (s - 10, s), at t: d = (10 - s)(3 - t), -s (3 - t); shadow on b's normal or a's normal closes.
    a, b = (2.25, 0.9), (2.25, 0.9)
    reach_y = a[1] + (b[0] + b[1]) / np.sqrt(2)
    touch = 3 - reach_y / s
    reach_n = b[1] + (a[0] + a[1]) / np.sqrt(2)
    rate_n = abs((-(s - 10) + s) / np.sqrt(2))
    touch = max(touch, 3 - reach_n / rate_n)
    assert row["ttc_s"] == pytest.approx(touch - 1.8, abs=0.001)


def test_pedestrian_and_car() -> None:
    (row,) = rows(
        straight("car", "car", CAR, (-30, 0), (10, 0)), straight("w", "pedestrian", PERSON, (0, -8), (0, 1.5))
    )
    # The car's tail leaves x = 0.25 at 3.25 s, the person's toes reach its side (y = -0.9) at 4.567 s.
    assert row["pet_s"] == pytest.approx(6.85 / 1.5 - 3.25, abs=0.002)
    assert (row["class_a"], row["class_b"], row["kind"]) == ("car", "pedestrian", "crossing")
    assert row["delta_v_mps"] == pytest.approx(np.hypot(10, 1.5) * 1500 / 1575, abs=0.01)
    (row,) = rows(
        straight("car", "car", CAR, (-30, 0), (10, 0)), straight("w", "pedestrian", PERSON, (0, -2), (0, 1.5))
    )
    assert row["track_a"] == "w"


def turning(name: str, radius: float, speed: float, seconds: float, start_s: float = 0.0) -> User:
    """Northwards along x = 0 to the origin, a right turn, then eastwards along y = radius."""
    t = np.arange(round(seconds / STEP_S) + 1) * STEP_S
    s = speed * (t - start_s)
    phi = np.clip(s / radius, 0, np.pi / 2)
    over = np.maximum(s - radius * np.pi / 2, 0)
    x = radius * (1 - np.cos(phi)) + over
    y = np.where(s < 0, s, radius * np.sin(phi))
    return (name, "car", *CAR, T0 + t, x, y)


def test_turning_car_and_pedestrian() -> None:
    # The car leaves the turn eastwards along y = 8; the person crosses that arm at x = 14 behind it.
    car = turning("car", 8.0, 5.0, 9.0, start_s=2.0)
    clear = 2.0 + (8 * np.pi / 2 + (14 + 0.25 + 2.25 - 8)) / 5
    walk = straight("w", "pedestrian", PERSON, (14, 8 - 0.9 - 0.25 - 1.4 * (clear + 1.0)), (0, 1.4), (0, 9))
    (row,) = rows(car, walk)
    assert row["pet_s"] == pytest.approx(1.0, abs=0.02)
    assert (row["track_a"], row["track_b"]) == ("car", "w")


def test_turning_in_front_of_a_waiting_car_is_no_conflict() -> None:
    waiting = straight("wait", "car", CAR, (-3.0, 14.0), (0, -0.2), (0, 8))
    assert rows(turning("turn", 8.0, 8.0, 8.0, start_s=3.0), waiting) == []


def test_followers_in_a_turn_are_no_conflict() -> None:
    assert rows(turning("first", 9.0, 6.0, 10.0, start_s=2.0), turning("next", 9.0, 6.0, 10.0, start_s=4.0)) == []


def test_standing_obstacle() -> None:
    users = (
        straight("car", "car", CAR, (-20, 0), (10, 0), (0, 0.9)),
        straight("w", "pedestrian", PERSON, (0, 0.5), (0, 0)),
    )
    (row,) = rows(*users)
    assert row["ttc_s"] == pytest.approx((20 - 9 - 2.5) / 10, abs=0.001)
    assert row["drac_mps2"] == pytest.approx(10**2 / (2 * 8.5), abs=0.01)
    assert row["track_a"] == "w"


def test_passing_a_parked_car_closely_is_no_conflict() -> None:
    parked = straight("parked", "car", CAR, (0, 2.0), (0, 0))
    assert rows(parked, straight("bike", "cyclist", BIKE, (-30, 0.5), (5, 0))) == []


def test_braking_to_a_stop_has_the_closest_ttc_on_the_way() -> None:
    # Evenly braked from 12 m/s at b = 4 m/s2 to 1 m behind a standing car: TTC = v / 2b + 1 / v, least at v = sqrt(2b).
    t = np.arange(0, 60) * STEP_S
    v = np.maximum(12 - 4 * t, 0)
    x = np.where(t < 3, 12 * t - 2 * t**2, 18.0)
    m = motion_of((stopped("lead", 18 + 1 + 4.5, 6), ("tail", "car", *CAR, T0 + t, x, 0 * t)))
    every = time_to_collision(m, int(m.k.min()), int(m.k.max()) + 1, ConflictSettings(queue_mps=0.0))
    speed = v[every.k - round(T0 / STEP_S)]
    assert len(every) > 5
    assert every.ttc_s == pytest.approx(speed / 8 + 1 / speed, abs=0.02)


def test_merging() -> None:
    # b comes in at 20 degrees from the right, 0.6 s behind a's tail.
    h = np.radians(20)
    t = np.arange(0, 100) * STEP_S
    s = 12 * (t - 5.0) - 12 * 0.6 - 4.5
    x, y = np.where(s < 0, s * np.cos(h), s), np.where(s < 0, s * np.sin(h), 0.0)
    (row,) = rows(straight("a", "car", CAR, (-60, 0), (12, 0)), ("b", "car", *CAR, T0 + t, x, y))
    assert (row["track_a"], row["track_b"]) == ("a", "b")
    assert 0.3 < row["pet_s"] < 0.8
    assert row["kind"] == "rear_end"


@pytest.mark.parametrize(
    ("angle", "kind"), [(10, "rear_end"), (29, "rear_end"), (31, "lane_change"), (84, "lane_change"), (86, "crossing")]
)
def test_conflict_types_are_those_of_ssam(angle: float, kind: str) -> None:
    h = np.radians(angle)
    users = (
        straight("a", "car", CAR, (-20, 0), (10, 0), (0, 1.2)),
        straight("b", "car", CAR, (-30 * np.cos(h), -30 * np.sin(h)), (15 * np.cos(h), 15 * np.sin(h)), (0, 1.2)),
    )
    (row,) = rows(*users)
    assert row["kind"] == kind
    assert row["angle_deg"] == pytest.approx(angle)


def test_a_crash_has_ttc_zero_and_what_began_together_has_none() -> None:
    (row,) = rows(
        straight("a", "car", CAR, (-20, 0), (10, 0), (0, 3)), straight("b", "car", CAR, (0, -20.7), (0, 10), (0, 3))
    )
    assert (row["ttc_s"], row["pet_s"]) == (0.0, 0.0)
    assert rows(straight("a", "car", CAR, (0, 0), (10, 0)), straight("double", "van", CAR, (0.4, 0.2), (10, 0))) == []


def test_two_encounters_of_one_pair() -> None:
    t = np.arange(0, 400) * STEP_S
    loop = np.abs((t / 10) % 2 - 1) * 100 - 50  # there and back
    back_and_forth = ("a", "car", *CAR, T0 + t, loop, np.where((t // 10) % 2 == 0, 0.0, 0.0))
    walk = ("w", "cyclist", *BIKE, T0 + t, 0 * t, np.abs(((t - 2.5) / 10) % 2 - 1) * 40 - 20)
    found = rows(back_and_forth, walk)
    assert len(found) >= 2
    times = [at(r) for r in found]
    assert min(np.diff(times)) > 5.0


def test_two_pedestrians_only_when_asked() -> None:
    users = (
        straight("v", "pedestrian", PERSON, (-5, 0), (1.4, 0)),
        straight("w", "pedestrian", PERSON, (0, -7), (0, 1.4)),
    )
    assert rows(*users) == []
    assert len(rows(*users, pedestrian_pairs=True)) == 1


def test_far_pairs_cost_nothing() -> None:
    users = [straight(f"c{n}", "car", CAR, (0, 4.0 * n), (10 if n % 2 else -10, 0)) for n in range(40)]
    m = motion_of(users)
    assert candidate_pairs(m, int(m.k.min()), int(m.k.max()) + 1, ConflictSettings()) == 0


def test_nobody_and_somebody_alone() -> None:
    assert rows() == []
    assert rows(straight("a", "car", CAR, (0, 0), (10, 0))) == []


def test_drac() -> None:
    one = np.ones(1)
    assert following_drac(5 * one, 2 * one)[0] == pytest.approx(1.25)  # 5^2 / (2 x 10 m)
    # 10 m/s, 20 m away, clear after 2.5 s: a = 2 (10 - 8) / 2.5; and one that must stop within 10 m.
    assert crossing_drac(10 * one, 2 * one, 2.5 * one)[0] == pytest.approx(1.6)
    assert crossing_drac(10 * one, 1 * one, 5 * one)[0] == pytest.approx(5.0)
    assert crossing_drac(10 * one, 3 * one, 2 * one)[0] == 0.0


def test_severity() -> None:
    nan = np.nan
    ttc = np.array([0.9, 1.4, nan, nan, nan, nan, 0.9, 1.4])
    pet = np.array([nan, nan, 1.2, 2.9, 4.0, 2.9, nan, nan])
    dv = np.array([5.0, 5.0, 5.0, 5.0, 9.0, 9.0, 1.0, 1.0])
    want = ["serious", "moderate", "serious", "moderate", "slight", "serious", "moderate", "slight"]
    assert severity(ttc, pet, dv).tolist() == want
