"""A drawn junction with traffic of known lanes: tracks from lines, no simulator needed."""

from __future__ import annotations

import numpy as np

from passerby.signals.history import SignalHistory, from_changes
from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import Tracks

STOP_M = 14.0
LANE_M = 3.2
CYCLE_S = 60.0
CROSSING_M = (9.0, 12.0)
"""Crossings lie this far from the middle, on the south and west arms."""

HEADINGS = {"south": (0.0, 1.0), "north": (0.0, -1.0), "west": (1.0, 0.0), "east": (-1.0, 0.0)}


def green(arm: str, t: float) -> bool:
    """South and north have the first half of a cycle, west and east the second, with 4 s between."""
    phase = t % CYCLE_S
    return phase < 26 if arm in ("south", "north") else 30 <= phase < 56


def signals(minutes: float) -> SignalHistory:
    """K-south and K-west for the two directions, F-south and F-west for those who cross these arms."""
    rows: dict[str, list[tuple[float, str]]] = {"K-south": [], "K-west": [], "F-south": [], "F-west": []}
    for k in range(int(minutes * 60 / CYCLE_S) + 1):
        t = k * CYCLE_S
        rows["K-south"] += [(t, "green"), (t + 26, "amber"), (t + 29, "red")]
        rows["K-west"] += [(t, "red"), (t + 30, "green"), (t + 56, "amber"), (t + 59, "red")]
        rows["F-west"] += [(t, "walk"), (t + 16, "dont_walk")]
        rows["F-south"] += [(t, "dont_walk"), (t + 30, "walk"), (t + 46, "dont_walk")]
    return from_changes(rows)


def drive(rng: np.random.Generator, arm: str, lane: int, begin: float, left_hand: bool) -> np.ndarray:
    """(n, 3) of t, x, y: straight over the junction, waiting with the front a little before the line on red."""
    ux, uy = HEADINGS[arm]
    side = (-1 if left_hand else 1) * (lane + 0.5) * LANE_M + rng.normal(0, 0.15)
    half = DEFAULT_FOOTPRINT_M["car"][0] / 2
    stop = -STOP_M - half - rng.uniform(0.1, 0.9)
    s, v, t = -70.0, 11.0, begin
    rows = []
    while s < 70:
        rows.append((t, s))
        must = s < stop + 0.5 and not green(arm, t)
        want = float(np.sqrt(max(2 * 3.0 * (stop - s), 0.0))) if must else 12.0
        v = min(v + 0.2, want, 12.0)
        s, t = s + v * 0.1, t + 0.1
    at = np.array(rows)
    return np.stack([at[:, 0], at[:, 1] * ux + side * uy, at[:, 1] * uy - side * ux], 1)


def walk(rng: np.random.Generator, arm: str, begin: float) -> np.ndarray:
    """(n, 3): over the crossing of the south or the west arm, waiting at the kerb for walk."""
    t = begin
    phase = t % CYCLE_S
    start = 0.0 if arm == "west" else 30.0
    if not start <= phase < start + 14:
        t += (start - phase) % CYCLE_S + rng.uniform(0.4, 1.5)
    place = -rng.uniform(*CROSSING_M)
    kerb = 2 * LANE_M + 0.3
    way = rng.choice([-1, 1])
    waiting = np.stack([np.arange(begin, t, 0.1), np.full(len(np.arange(begin, t, 0.1)), -kerb)], 1)
    u = np.arange(-kerb, kerb + 8, 0.14)
    going = np.stack([t + 0.1 * np.arange(len(u)), u], 1)
    before = np.arange(-kerb - 8, -kerb, 0.14)
    coming = np.stack([begin - 0.1 * len(before) + 0.1 * np.arange(len(before)), before], 1)
    at = np.concatenate([coming, waiting, going])
    along = at[:, 1] * way
    fixed = np.full(len(at), place)
    return np.stack([at[:, 0], along, fixed], 1) if arm == "south" else np.stack([at[:, 0], fixed, along], 1)


def street(
    seed: int = 1, minutes: float = 6.0, lanes: int = 2, noise: float = 0.15, left_hand: bool = False, drop: float = 0.0
) -> Tracks:
    """Cars on every lane of four arms, straight on; people over the south and west arms."""
    rng = np.random.default_rng(seed)
    ways: list[tuple[str, np.ndarray]] = []
    for arm in HEADINGS:
        for lane in range(lanes):
            ways += [
                ("car", drive(rng, arm, lane, b, left_hand)) for b in np.arange(lane * 7.0, minutes * 60 - 30, 23.0)
            ]
    for arm in ("south", "west"):
        ways += [("pedestrian", walk(rng, arm, b)) for b in np.arange(12.0, minutes * 60 - 70, 19.0)]
    parts = []
    for k, (cls, rows) in enumerate(ways):
        kept = rng.random(len(rows)) >= drop
        kept[[0, -1]] = True
        xy = rows[:, 1:] + _wander(rng, len(rows), noise)
        parts.append(np.column_stack([np.full(len(rows), k), np.full(len(rows), CODE[cls]), rows[:, 0], xy])[kept])
    table = np.concatenate(parts)
    n = len(table)
    size = np.array([DEFAULT_FOOTPRINT_M[cls] for cls, _ in ways])[table[:, 0].astype(int)]
    return Tracks(
        tuple(f"t{k:05}" for k in range(len(ways))),
        table[:, 0].astype(np.int64),
        table[:, 1].astype(np.int64),
        table[:, 2],
        table[:, 3],
        table[:, 4],
        size[:, 0],
        size[:, 1],
        np.full(n, np.nan),
    )


def _wander(rng: np.random.Generator, n: int, noise: float) -> np.ndarray:
    """Correlated over a second, as trackers' errors are."""
    keep = np.exp(-0.1)
    out = np.empty((n, 2))
    out[0] = rng.normal(0, noise, 2)
    fresh = rng.normal(0, noise * np.sqrt(1 - keep**2), (n, 2))
    for k in range(1, n):
        out[k] = keep * out[k - 1] + fresh[k]
    return out
