"""Laws: what changes nothing about the street changes nothing about its conflicts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.conflicts import pet, ttc
from passerby.conflicts.analyse import conflicts
from passerby.conflicts.encounters import encounters
from passerby.conflicts.measures import NONE, join
from passerby.conflicts.settings import ConflictSettings
from passerby.tracks.motion import STEP_S, Motion

from .scenes import T0, User, crop, motion_of

SIZES = {"car": (4.5, 1.8), "cyclist": (1.8, 0.6), "pedestrian": (0.5, 0.5), "truck": (10.0, 2.5)}
PLAIN = ConflictSettings()
few = settings(max_examples=15, deadline=None, derandomize=True)


def street(seed: int, users: int = 14, seconds: float = 14.0) -> list[User]:
    """Road users on curved and straight ways around a junction, braking and standing now and then."""
    rng = np.random.default_rng(seed)
    out: list[User] = []
    for n in range(users):
        cls = str(rng.choice(list(SIZES)))
        begin, length = rng.integers(0, 30), rng.integers(60, round(seconds / STEP_S))
        t = (begin + np.arange(length)) * STEP_S
        speed = rng.uniform(1.0, 2.0) if cls == "pedestrian" else rng.uniform(3.0, 13.0)
        v = np.full(length, speed)
        if rng.random() < 0.3:
            stop = rng.integers(20, length)
            v[stop:] = np.maximum(speed - 3 * np.arange(length - stop) * STEP_S, 0.0)
        turn = rng.uniform(-0.5, 0.5) if rng.random() < 0.4 else 0.0
        h = rng.integers(4) * np.pi / 2 + rng.uniform(-0.2, 0.2) + turn * np.cumsum(v) * STEP_S / 10
        x, y = np.cumsum(v * np.cos(h)) * STEP_S, np.cumsum(v * np.sin(h)) * STEP_S
        mid = length // 2
        cx, cy = rng.uniform(-8, 8, 2)
        out.append((f"u{n:02}", cls, *SIZES[cls], T0 + t, x - x[mid] + cx, y - y[mid] + cy))
    return out


def comparable(table: pa.Table, shift_s: float = 0.0) -> list[tuple[Any, ...]]:
    keep = ("kind", "track_a", "track_b", "severity")
    near = ("ttc_s", "pet_s", "drac_mps2", "max_speed_mps", "delta_v_mps", "angle_deg", "confidence")
    out = []
    for r in table.to_pylist():
        numbers = [None if r[c] is None else round(r[c], 1) for c in near]
        out.append((round(r["t"].timestamp() - T0 - shift_s, 2), *(r[c] for c in keep), *numbers))
    return sorted(out, key=str)


def same(a: list[tuple[Any, ...]], b: list[tuple[Any, ...]]) -> None:
    assert len(a) == len(b)
    for left, right in zip(a, b, strict=True):
        assert left[1:5] == right[1:5]
        for p, q in zip((left[0], *left[5:]), (right[0], *right[5:]), strict=True):
            assert (p is None) == (q is None)
            assert p is None or abs(p - q) <= 0.1001, (left, right)


@few
@given(seed=st.integers(0, 10_000), turn=st.floats(0, 6.28))
def test_rotating_the_street_changes_nothing(seed: int, turn: float) -> None:
    users = street(seed)
    c, s = np.cos(turn), np.sin(turn)
    turned = [(*u[:5], c * u[5] - s * u[6], s * u[5] + c * u[6]) for u in users]
    same(comparable(conflicts(motion_of(users))), comparable(conflicts(motion_of(turned))))


@few
@given(seed=st.integers(0, 10_000))
def test_mirroring_the_street_changes_nothing(seed: int) -> None:
    users = street(seed)
    mirrored = [(*u[:5], -u[5], u[6]) for u in users]
    same(comparable(conflicts(motion_of(users))), comparable(conflicts(motion_of(mirrored))))


@few
@given(seed=st.integers(0, 10_000), steps=st.integers(1, 10_000))
def test_shifting_time_shifts_the_conflicts(seed: int, steps: int) -> None:
    users = street(seed)
    shift = steps * STEP_S
    later = [(*u[:4], u[4] + shift, *u[5:]) for u in users]
    same(comparable(conflicts(motion_of(users))), comparable(conflicts(motion_of(later)), shift))


@few
@given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
def test_the_order_of_tracks_changes_nothing(seed: int, order: Any) -> None:
    users = street(seed)
    shuffled = list(users)
    order.shuffle(shuffled)
    assert conflicts(motion_of(users)).equals(conflicts(motion_of(shuffled)))


@few
@given(seed=st.integers(0, 10_000))
def test_naming_the_pair_the_other_way_round_changes_nothing(seed: int) -> None:
    users = street(seed)
    renamed = [(f"v{99 - int(u[0][1:]):02}", *u[1:]) for u in users]
    back = comparable(conflicts(motion_of(renamed)))
    back = [(r[0], r[1], *(f"u{99 - int(i[1:]):02}" for i in r[2:4]), *r[4:]) for r in back]
    same(comparable(conflicts(motion_of(users))), sorted(back, key=str))


def in_windows(motion: Motion, cuts: Sequence[int]) -> pa.Table:
    """As the live engine does it: a window at a time, each with only the history and the look-ahead it is promised."""
    ahead = round(max(ttc.LOOKAHEAD_S, pet.LOOKAHEAD_S) / STEP_S)
    back = round(max(ttc.LOOKBACK_S, pet.LOOKBACK_S) / STEP_S)
    still_open, tables = NONE, []
    for k0, k1 in pairwise(cuts):
        part = crop(motion, k0 - back, k1 + ahead)
        new = [ttc.time_to_collision(part, k0, k1, PLAIN), pet.post_encroachment(part, k0, k1, PLAIN)]
        rows, still_open = encounters(join([still_open, *new]), k1, PLAIN)
        tables.append(rows)
    tables.append(encounters(still_open, cuts[-1], PLAIN, closed=True)[0])
    whole = pa.concat_tables(tables)
    return whole.sort_by([("t", "ascending"), ("track_a", "ascending"), ("track_b", "ascending")])


@few
@given(seed=st.integers(0, 10_000), sizes=st.lists(st.integers(1, 60), min_size=3, max_size=12))
def test_chopping_time_into_windows_changes_nothing(seed: int, sizes: list[int]) -> None:
    motion = motion_of(street(seed, seconds=25.0), sigma_m=0.05, sigma_mps=0.05)
    k, end = int(motion.k.min()), int(motion.k.max()) + 1
    cuts = [k]
    while cuts[-1] < end:
        cuts.append(cuts[-1] + sizes[len(cuts) % len(sizes)])
    assert in_windows(motion, cuts).to_pylist() == conflicts(motion).to_pylist()


def test_the_streets_have_conflicts_of_every_kind() -> None:
    kinds = {
        (r["kind"], r["ttc_s"] is not None) for n in range(40) for r in conflicts(motion_of(street(n))).to_pylist()
    }
    assert {k for k, _ in kinds} == {"rear_end", "lane_change", "crossing"}
    assert {t for _, t in kinds} == {True, False}
