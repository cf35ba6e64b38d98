"""Dense random scenes: the vectorised measures equal the slow ones."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.conflicts.pet import post_encroachment
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.ttc import time_to_collision
from passerby.tracks.motion import STEP_S, Motion

from . import reference
from .scenes import T0, User, motion_of

SIZES = {"car": (4.5, 1.8), "cyclist": (1.8, 0.6), "pedestrian": (0.5, 0.5), "bus": (12.0, 2.5)}
PLAIN = ConflictSettings(closing_mps=0.0, graze_m=0.0, queue_mps=0.0, pedestrian_pairs=True)


def scene(seed: int, users: int, size_m: float, curved: bool, seconds: float) -> list[User]:
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds / STEP_S)) * STEP_S
    out: list[User] = []
    for n in range(users):
        cls = str(rng.choice(list(SIZES)))
        speed = rng.uniform(1.0, 2.0) if cls == "pedestrian" else rng.uniform(3.0, 12.0)
        heading = rng.uniform(0, 2 * np.pi)
        turn = rng.uniform(-0.4, 0.4) if curved else 0.0
        v = np.maximum(speed + (rng.uniform(-2, 2) * t if curved else 0 * t), 0.5)
        h = heading + turn * t
        middle = len(t) // 2
        x, y = np.cumsum(v * np.cos(h)) * STEP_S, np.cumsum(v * np.sin(h)) * STEP_S
        cx, cy = rng.uniform(-size_m / 2, size_m / 2, 2)
        out.append((f"u{n:02}", cls, *SIZES[cls], T0 + t, x - x[middle] + cx, y - y[middle] + cy))
    return out


def compare_ttc(seed: int, curved: bool) -> int:
    m = motion_of(scene(seed, 14, 45.0, curved, 2.5))
    got = time_to_collision(m, int(m.k.min()), int(m.k.max()) + 1, PLAIN)
    fast = {(*sorted((a, b)), int(k)): t for a, b, k, t in zip(got.a, got.b, got.k, got.ttc_s, strict=True) if t > 0}
    slow = reference.ttc(m, PLAIN.ttc_max_s)
    for pair, value in slow.items():
        # The reference turns footprints at the samples, the product within each step: corners differ by centimetres.
        tolerance = 0.0101 if not curved else 0.05
        if pair in fast:
            assert abs(fast[pair] - value) <= tolerance, (pair, fast[pair], value)
    fast = {p: t for p, t in fast.items() if p[2] % 5 == 0}
    missing = set(slow) - set(fast)
    extra = {p for p in set(fast) - set(slow) if fast[p] < PLAIN.ttc_max_s - 0.011}
    missing = {p for p in missing if slow[p] < PLAIN.ttc_max_s - 0.011}
    # In a bend a corner may brush by: at most one in fifty.
    most = 0.02 * len(slow) + 1 if curved else 0
    assert len(missing) <= most, missing
    assert len(extra) <= most, extra
    return len(slow)


def test_ttc_of_straight_users_equals_the_reference() -> None:
    assert compare_ttc(1, False) + compare_ttc(2, False) > 20


def test_ttc_of_turning_braking_users_equals_the_reference() -> None:
    assert compare_ttc(3, True) + compare_ttc(4, True) > 20


def ragged(users: list[User], seed: int) -> list[User]:
    """The same users, each seen only for a stretch: many appear or vanish in the middle of the others."""
    rng = np.random.default_rng(seed)
    out = []
    for name, cls, length, width, t, x, y in users:
        first = int(rng.integers(0, len(t) - 12)) if rng.random() < 0.7 else 0
        last = int(rng.integers(first + 12, len(t) + 1)) if rng.random() < 0.5 else len(t)
        out.append((name, cls, length, width, t[first:last], x[first:last], y[first:last]))
    return out


def chord(m: Motion, track: int, t: float) -> np.ndarray:
    """From 1.5 s before to 1.5 s after, as far as the track reaches."""
    s = slice(m.starts[track], m.starts[track + 1])
    at = m.k[s] * STEP_S
    return np.array([np.interp(t + 1.5, at, c[s]) - np.interp(t - 1.5, at, c[s]) for c in (m.x, m.y)])


def angle(u: np.ndarray, v: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(u @ v / max(np.hypot(*u) * np.hypot(*v), 1e-9), -1, 1))))


def compare_pet(seed: int, curved: bool, cut: bool) -> tuple[int, int]:
    """All ordered pairs: found where the reference finds one, with its value, and nowhere else. (compared, pairs)"""
    users = scene(seed, 12, 24.0, curved, 9.0)
    m = motion_of(ragged(users, seed) if cut else users)
    found = post_encroachment(m, int(m.k.min()), int(m.k.max()) + 1, PLAIN)
    got: dict[tuple[str, str], float] = {}
    for a, b, value in zip(found.a, found.b, found.pet_s, strict=True):
        got[a, b] = min(got.get((a, b), np.inf), value)
    compared = 0
    shapes = reference.Shapes(m)
    for a in range(len(m.ids)):
        for b in range(len(m.ids)):
            if a == b:
                continue
            value, once, t_a, t_b = shapes.pet(a, b, PLAIN.pet_max_s + 0.1)
            pair = (m.ids[a], m.ids[b])
            mine = got.get(pair, np.inf)
            if np.isinf(value):
                assert np.isinf(mine), (seed, pair, mine)
                continue
            # In a bend footprints turn between the samples, and the product's only at them.
            slack = 0.1 if curved else 0.0
            assert mine >= value - 0.041 - slack, (seed, pair, mine, value)
            begin, end = m.k[m.starts[b]] * STEP_S, m.k[m.starts[b + 1] - 1] * STEP_S
            if once or value > PLAIN.pet_max_s - 0.05 or value < 0.04:
                continue
            # Two who share a way follow or merge; who is first seen as it arrives came from nobody knows where.
            if min(angle(chord(m, a, t_a), chord(m, b, t_b)), angle(chord(m, a, t_a), chord(m, b, t_b - 0.5))) < 45:
                continue
            then = max(t_b - 2.0, begin)
            last_second = np.hypot(*(chord(m, b, t_b - 0.5) / 3.0))
            if t_b - begin < 0.7 or (t_b - begin) * last_second < 0.7 or t_b > end - 0.2:
                continue
            if shapes.off_the_wake(a, t_a, b, then) < 0.05 + slack:
                continue
            assert mine <= value + 1e-6 + slack, (seed, pair, mine, value)
            compared += 1
    return compared, len(m.ids) * (len(m.ids) - 1)


@pytest.mark.parametrize(("curved", "cut"), [(False, False), (True, False), (False, True), (True, True)])
def test_every_encroachment_is_found_and_no_other(curved: bool, cut: bool) -> None:
    compared = [compare_pet(seed, curved, cut)[0] for seed in range(20, 24)]
    assert sum(compared) > (40 if not cut else 15), compared
