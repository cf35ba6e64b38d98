"""Paths that SUMO does not drive: wrong-way runs, crossings away from the crosswalk, and people on the kerb."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .network import Network
from .run import STEP_S, Rows

FROM_CROSSWALK_M = 14.0


@dataclass(frozen=True)
class Added:
    """One synthetic road user: `path` (n, 3) of t, x, y every 0.1 s; `kind` is its violation, or empty."""

    name: str
    road_user: str
    size: tuple[float, float]
    path: np.ndarray
    kind: str
    place: str
    event_t: float


def _walk_along(points: np.ndarray, speed: np.ndarray, t0: float) -> np.ndarray:
    """Positions every step along a polyline, at a speed (m/s) that changes evenly from first to last element."""
    length = np.r_[0, np.cumsum(np.hypot(*np.diff(points, axis=0).T))]
    profile = np.interp(np.linspace(0, 1, 20001), np.linspace(0, 1, len(speed)), speed)
    s, out = 0.0, []
    while s < length[-1]:
        out.append(s)
        s += profile[int(20000 * s / length[-1])] * STEP_S
    s_at = np.array(out)
    t = t0 + STEP_S * np.arange(len(s_at))
    return np.column_stack([t, np.interp(s_at, length, points[:, 0]), np.interp(s_at, length, points[:, 1])])


def _clearance(path: np.ndarray, rows: Rows, skip_pedestrians: np.ndarray) -> float:
    """Least distance (m) to any vehicle at the same moment."""
    wanted = np.round(path[:, 0] / STEP_S).astype(int)
    step = np.round(rows.t / STEP_S).astype(int)
    near = (step >= wanted[0]) & (step <= wanted[-1]) & ~skip_pedestrians
    if not near.any():
        return np.inf
    at = path[step[near] - wanted[0]]
    return float(np.hypot(at[:, 1] - rows.x[near], at[:, 2] - rows.y[near]).min())


def _frame(net: Network, arm: str) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors out along the arm and to the right of it."""
    b = np.radians(net.bearings_deg[arm])
    return np.array([np.sin(b), np.cos(b)]), np.array([np.cos(b), -np.sin(b)])


def _wrong_way(rng: np.random.Generator, net: Network, number: int, duration_s: float) -> Added:
    lanes = [lane for lane in net.lanes if lane.kind == "traffic"]
    lane = lanes[rng.integers(len(lanes))]
    who = str(rng.choice(["car", "cyclist", "motorcycle"], p=[0.65, 0.25, 0.10]))
    size = {"car": (4.6, 1.8), "cyclist": (1.6, 0.65), "motorcycle": (2.2, 0.8)}[who]
    back = lane.shape[::-1]
    along = (back[-1] - back[0]) / np.hypot(*(back[-1] - back[0]))
    total = float(np.hypot(*(back[-1] - back[0])))
    # Stays between the stop line and the edge of the scene, the whole footprint clear of the junction.
    stay = 6.0 + size[0]
    first, last = (stay, total - 5.0) if lane.inbound else (5.0, total - stay)
    span = rng.uniform(35, last - first)
    first += rng.uniform(0, last - first - span)
    normal = np.array([along[1], -along[0]]) * rng.uniform(-0.4, 0.4)
    points = back[0] + along * np.array([[first], [first + span]]) + normal
    top = min(net.limit_mps, 13.0) if who != "cyclist" else 6.5
    speeds = rng.uniform(0.4 if who != "cyclist" else 0.55, 1.0, 3) * top
    path = _walk_along(points, speeds, round(rng.uniform(2, duration_s - 2 - span / speeds.min()), 1))
    return Added(f"wrong{number}", who, size, path, "wrong_way", lane.id, float(path[0, 0]))


def _sides(net: Network, arm: str) -> tuple[np.ndarray, float]:
    """The two sidewalks' offsets to the right of the arm's axis (m), and how far out crossings may begin."""
    out, right = _frame(net, arm)
    walks = [lane for lane in net.lanes if lane.arm == arm and lane.kind == "sidewalk"]
    offsets = np.array([float(np.mean(lane.shape @ right)) for lane in walks])
    mouth = max(float((lane.shape @ out).min()) for lane in net.lanes if lane.arm == arm)
    return offsets, mouth


def _jaywalk(rng: np.random.Generator, net: Network, number: int, duration_s: float) -> Added:
    arm = str(rng.choice(list(net.bearings_deg)))
    out, right = _frame(net, arm)
    offsets, mouth = _sides(net, arm)
    start, goal = rng.permutation(offsets)
    across = abs(goal - start)
    s1 = rng.uniform(mouth + FROM_CROSSWALK_M + across * 0.6, 115)
    s2 = s1 + across * np.tan(np.radians(rng.uniform(-30, 30)))
    s0, s3 = s1 + rng.uniform(6, 18) * rng.choice([-1, 1]), s2 + rng.uniform(6, 18) * rng.choice([-1, 1])
    s0, s3 = np.clip([s0, s3], mouth + 3, 135)
    jitter = rng.uniform(-0.4, 0.4, 2)
    corner = [
        (s0, start + jitter[0]),
        (s1, start + jitter[0]),
        (s2, goal + jitter[1]),
        (s3, goal + jitter[1]),
    ]
    points = np.array([s * out + d * right for s, d in corner])
    pace = rng.uniform(0.9, 2.6) if rng.random() < 0.5 else rng.uniform(1.1, 1.6)
    t0 = round(rng.uniform(1, max(2.0, duration_s - 60 / min(pace, 1.3) - 12)), 1)
    approach = _walk_along(points[:2], np.array([min(pace, 1.4)]), t0)
    wait = int(rng.integers(1, 60)) if rng.random() < 0.4 else 1
    stand = np.column_stack([approach[-1, 0] + STEP_S * np.arange(1, wait + 1), np.tile(points[1], (wait, 1))])
    cross = _walk_along(points[1:3], np.array([pace, pace * rng.uniform(0.9, 1.2)]), stand[-1, 0] + STEP_S)
    after = _walk_along(points[2:], np.array([min(pace, 1.4)]), cross[-1, 0] + STEP_S)
    path = np.vstack([approach, stand, cross, after])
    kerb = np.abs(path[:, 1:] @ right - start) > 1.0
    return Added(
        f"jay{number}",
        "pedestrian",
        (0.5, 0.5),
        path,
        "outside_crosswalk",
        arm,
        float(path[np.argmax(kerb), 0]),
    )


def _kerb_walker(rng: np.random.Generator, net: Network, number: int, duration_s: float) -> Added:
    """Somebody lawful who walks along the very edge of the sidewalk, or stands there a while."""
    arm = str(rng.choice(list(net.bearings_deg)))
    out, right = _frame(net, arm)
    offsets, mouth = _sides(net, arm)
    side = float(rng.choice(offsets))
    edge = side - np.sign(side) * rng.uniform(0.3, 0.65)
    s = np.sort(rng.uniform(mouth + 4, 125, 2))[:: int(rng.choice([-1, 1]))]
    s = np.array([s[0], s[0] + np.sign(s[1] - s[0]) * max(abs(s[1] - s[0]), 12)])
    points = np.array([v * out + edge * right for v in s])
    t0 = round(rng.uniform(1, max(2.0, duration_s - 130)), 1)
    path = _walk_along(points, rng.uniform(1.0, 1.7, 3), t0)
    if rng.random() < 0.5:
        k, wait = int(rng.integers(1, len(path))), int(rng.integers(30, 150))
        stand = np.column_stack([path[k - 1, 0] + STEP_S * np.arange(1, wait + 1), np.tile(path[k - 1, 1:], (wait, 1))])
        later = path[k:] + np.array([wait * STEP_S, 0, 0])
        path = np.vstack([path[:k], stand, later])
    return Added(f"kerb{number}", "pedestrian", (0.5, 0.5), path, "", arm, t0)


def add(
    seed: int, net: Network, rows: Rows, is_pedestrian: np.ndarray, duration_s: float, density: float = 1.0
) -> list[Added]:
    """Draw the synthetic road users, each at the least crowded of several times and places tried."""
    rng = np.random.default_rng([seed, 4])
    skip = is_pedestrian[rows.track]
    minutes = duration_s / 60 * density
    found: list[Added] = []
    for draw, per_minute, wanted in ((_wrong_way, 2.0, 7.0), (_jaywalk, 2.4, 3.0), (_kerb_walker, 1.2, 0.0)):
        for number in range(max(2, round(per_minute * minutes))):
            best, best_gap = None, -1.0
            for _ in range(25):
                trial = draw(rng, net, number, duration_s)
                if trial.path[-1, 0] > duration_s - STEP_S:
                    continue
                gap = _clearance(trial.path, rows, skip)
                if gap > best_gap:
                    best, best_gap = trial, gap
                if gap > wanted:
                    break
            if best is not None:
                found.append(best)
    return found
