"""Dense random scenes: the vectorised measures equal the slow ones."""

from __future__ import annotations

import numpy as np

from passerby.conflicts.pet import post_encroachment
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.ttc import time_to_collision
from passerby.tracks.motion import STEP_S

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


def test_pet_equals_the_reference() -> None:
    m = motion_of(scene(5, 12, 22.0, False, 10.0))
    found = post_encroachment(m, int(m.k.min()), int(m.k.max()) + 1, PLAIN)
    got = {}
    for a, b, value in zip(found.a, found.b, found.pet_s, strict=True):
        got[a, b] = min(got.get((a, b), np.inf), value)
    compared = 0
    for a in range(len(m.ids)):
        for b in range(len(m.ids)):
            if a == b:
                continue
            value, once = reference.pet(m, a, b, PLAIN.pet_max_s)
            ends = [m.starts[a], m.starts[b]]
            angle = np.degrees(np.arccos(np.clip(m.hx[ends[0]] * m.hx[ends[1]] + m.hy[ends[0]] * m.hy[ends[1]], -1, 1)))
            # Who appears on the other's path has not come to it; opposing in one lane is no crossing.
            if once or not 30 < angle < 150:
                continue
            mine = got.get((m.ids[a], m.ids[b]), np.inf)
            if np.isfinite(mine):
                assert value - 0.0401 <= mine <= value + 1e-6, (m.ids[a], m.ids[b], mine, value)
                compared += 1
            elif value < PLAIN.pet_max_s - 0.05:
                second_came = np.hypot(m.x[ends[1]] - m.x[ends[0]], m.y[ends[1]] - m.y[ends[0]])
                assert second_came < 25, (m.ids[a], m.ids[b], value)
    assert compared > 12
