"""A junction, its road users and made-up results to draw: the simulated example, and a small crossing."""

from __future__ import annotations

import csv
import gzip
import os
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from passerby.signals.history import SignalHistory, from_changes
from passerby.site.model import Crosswalk, Lane, Movement, Signal, Site, StopLine
from passerby.tables import CONFLICTS, COUNTS, VIOLATIONS
from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M
from passerby.tracks.motion import STEP_S, Motion

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
EXAMPLE = DATA.parent / "examples" / "sumo_cross4"
T0 = 1_780_000_000.0


def read_site(path: Path) -> Site:
    d = tomllib.loads(path.read_text())

    def points(p):
        return tuple((float(x), float(y)) for x, y in p)

    return Site(
        name=d["site"]["name"],
        timezone=d["site"]["timezone"],
        origin=tuple(d["site"]["origin"]),
        drives_on=d["site"]["drives_on"],
        speed_limit_kmh=d["site"].get("speed_limit_kmh"),
        signals=tuple(Signal(s["id"], s["kind"]) for s in d.get("signal", [])),
        stop_lines=tuple(
            StopLine(
                s["id"],
                points(s["points"]),
                s["heading"],
                tuple(Movement(m.get("signal"), m.get("exit_heading")) for m in s.get("movement", [])),
            )
            for s in d.get("stop_line", [])
        ),
        crosswalks=tuple(Crosswalk(c["id"], points(c["polygon"]), c.get("signal")) for c in d.get("crosswalk", [])),
        lanes=tuple(Lane(q["id"], points(q["centreline"]), q["width"], q["kind"]) for q in d.get("lane", [])),
    )


def motion_of(ids, cls, track, t, x, y) -> Motion:
    """Plain differences; good enough to draw."""
    order = np.lexsort((t, track))
    track, t, x, y = track[order], t[order], x[order], y[order]
    starts = np.searchsorted(track, np.arange(len(ids) + 1))
    k = np.rint(t / STEP_S).astype(np.int64)
    joined = np.append(False, (np.diff(track) == 0) & (np.diff(k) <= 10))[: len(k)]
    vx, vy = np.zeros(len(k)), np.zeros(len(k))
    for a, b in pairwise(starts):
        if b - a > 12:
            kernel = np.ones(9) / 9
            for source, out in ((x, vx), (y, vy)):
                smooth = np.convolve(np.pad(source[a:b], 4, mode="edge"), kernel, mode="valid")
                out[a:b] = np.gradient(smooth, t[a:b])
    speed = np.hypot(vx, vy)
    hx, hy = np.full(len(k), np.nan), np.full(len(k), np.nan)
    moving = speed > 0.6
    hx[moving], hy[moving] = vx[moving] / speed[moving], vy[moving] / speed[moving]
    index = np.where(np.isfinite(hx), np.arange(len(k)), 0)
    index = np.maximum(np.maximum.accumulate(index), starts[track])
    hx, hy = hx[index], hy[index]
    names = list(DEFAULT_FOOTPRINT_M)
    foot = np.array([DEFAULT_FOOTPRINT_M[names[c]] for c in cls]).reshape(-1, 2)
    none = np.zeros(len(k))
    return Motion(
        ids=tuple(ids), cls=np.asarray(cls, np.int64), length=foot[:, 0], width=foot[:, 1],
        closed=np.ones(len(ids), bool), starts=starts, k=k, x=x, y=y, vx=vx, vy=vy, ax=none, ay=none, hx=hx, hy=hy,
        sigma_m=none + 0.1, sigma_mps=none + 0.3, joined=joined, standing=speed < 0.3,
        reversing=np.zeros(len(k), bool),
    )  # fmt: skip


def example_motion() -> Motion:
    with gzip.open(EXAMPLE / "tracks.csv.gz", "rt") as f:
        rows = list(csv.reader(f))[1:]
    ids = sorted({r[0] for r in rows})
    number = {name: i for i, name in enumerate(ids)}
    cls = np.zeros(len(ids), np.int64)
    for r in rows:
        cls[number[r[0]]] = CODE[r[1]]
    track = np.array([number[r[0]] for r in rows])
    t, x, y = (np.array([float(r[i]) for r in rows]) for i in (2, 3, 4))
    return motion_of(ids, cls, track, t, x, y)


def example_signals() -> SignalHistory:
    changes: dict[str, list[tuple[float, str]]] = {}
    with open(EXAMPLE / "signals.csv") as f:
        for row in csv.DictReader(f):
            changes.setdefault(row["signal"], []).append((float(row["t"]), row["state"]))
    return from_changes(changes, clock_sigma_s=0.1)


def when(t: float) -> datetime:
    return datetime.fromtimestamp(t, UTC)


def example_violations(site: Site, motion: Motion, signals: SignalHistory) -> pa.Table:
    number = {name: i for i, name in enumerate(motion.ids)}
    stop = {s.id: s for s in site.stop_lines}
    walk = {c.id: c for c in site.crosswalks}
    rows = []
    with open(EXAMPLE / "truth.csv") as f:
        for n, row in enumerate(csv.DictReader(f)):
            i = number.get(row["track"])
            if i is None:
                continue
            a, b = motion.starts[i], motion.starts[i + 1]
            at = a + int(np.argmin(np.abs(motion.t[a:b] - float(row["t"]))))
            signal = None
            if row["place"] in stop:
                signal = stop[row["place"]].movements[0].signal
            elif row["place"] in walk:
                signal = walk[row["place"]].signal
            state, into = signals.at(signal, motion.t[at])
            from passerby.signals.history import STATES

            rows.append(
                {
                    "event": f"v{n:03}", "kind": row["kind"], "class": row["class"], "track": row["track"],
                    "t": when(motion.t[at]), "x": motion.x[at], "y": motion.y[at], "place": row["place"],
                    "signal": signal, "state": STATES[int(state)] if signal else None,
                    "into_state_s": float(into) if np.isfinite(into) else None, "speed_mps": float(motion.speed[at]),
                    "duration_s": None, "confidence": [0.99, 0.97, 0.83][n % 3], "linked": [],
                }
            )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=VIOLATIONS)


def example_conflicts(motion: Motion, n: int = 14) -> pa.Table:
    """The pairs whose centres came nearest at different speeds: not a safety measure, only something to draw."""
    names = list(DEFAULT_FOOTPRINT_M)
    rows, seen = [], set()
    core = np.flatnonzero((np.abs(motion.x) < 14) & (np.abs(motion.y) < 14) & (motion.speed > 1.2))
    for k in np.unique(motion.k[core])[::5]:
        at = core[motion.k[core] == k]
        d = np.hypot(motion.x[at][:, None] - motion.x[at], motion.y[at][:, None] - motion.y[at])
        for p, q in np.argwhere((d < 3.2) & (d > 0)):
            a, b = at[p], at[q]
            if (
                p >= q
                or motion.vx[a] * motion.vx[b] + motion.vy[a] * motion.vy[b] > 0.6 * motion.speed[a] * motion.speed[b]
            ):
                continue
            pair = (motion.track[a], motion.track[b])
            if pair in seen:
                continue
            seen.add(pair)
            gap = float(d[p, q])
            dv = float(np.hypot(motion.vx[a] - motion.vx[b], motion.vy[a] - motion.vy[b]))
            rows.append(
                {
                    "event": f"c{len(rows):03}", "kind": "crossing", "class_a": names[motion.cls[pair[0]]],
                    "track_a": motion.ids[pair[0]], "class_b": names[motion.cls[pair[1]]],
                    "track_b": motion.ids[pair[1]], "t": when(motion.t[a]),
                    "x": float(motion.x[a] + motion.x[b]) / 2, "y": float(motion.y[a] + motion.y[b]) / 2,
                    "ttc_s": round(gap / dv, 2), "pet_s": round(gap / 2.5, 2) if len(rows) % 3 else None,
                    "drac_mps2": round(dv**2 / 2 / gap, 1),
                    "max_speed_mps": float(max(motion.speed[a], motion.speed[b])),
                    "delta_v_mps": dv / 2, "severity": ["slight", "moderate", "serious"][min(2, int(3.2 - gap))],
                    "confidence": 0.9, "linked": [], "angle_deg": 90.0,
                }
            )  # fmt: skip
            if len(rows) == n:
                return pa.Table.from_pylist(rows, schema=CONFLICTS)
    return pa.Table.from_pylist(rows, schema=CONFLICTS)


def example_counts(site: Site, motion: Motion, bin_s: float = 300.0) -> pa.Table:
    names = list(DEFAULT_FOOTPRINT_M)
    found: dict[tuple[int, str, str, str], int] = {}
    for i in range(len(motion.ids)):
        a, b = motion.starts[i], motion.starts[i + 1]
        x, y = motion.x[a:b], motion.y[a:b]
        name = names[motion.cls[i]]
        if name == "pedestrian":
            for c in site.crosswalks:
                xy = np.array(c.polygon)
                inside = (x > xy[:, 0].min()) & (x < xy[:, 0].max()) & (y > xy[:, 1].min()) & (y < xy[:, 1].max())
                if inside.any():
                    key = (int((motion.t[a:b][inside][0] - T0) // bin_s), c.id, "crossing", name)
                    found[key] = found.get(key, 0) + 1
            continue
        turn = np.degrees(np.arctan2(motion.hx[b - 1], motion.hy[b - 1]) - np.arctan2(motion.hx[a], motion.hy[a]))
        turn = (turn + 180) % 360 - 180
        way = "through" if abs(turn) < 35 else "right" if turn > 0 else "left"
        for s in site.stop_lines:
            px, py = np.array(s.points).mean(axis=0)
            near = np.flatnonzero(np.hypot(x - px, y - py) < 1.8)
            if len(near):
                key = (int((motion.t[a:b][near[0]] - T0) // bin_s), s.id, way, name)
                found[key] = found.get(key, 0) + 1
                break
    rows = [
        {"t0": when(T0 + b * bin_s), "t1": when(T0 + (b + 1) * bin_s), "place": p, "movement": m, "class": c, "n": n}
        for (b, p, m, c), n in sorted(found.items())
    ]
    return pa.Table.from_pylist(rows, schema=COUNTS)


def crossing(lane_id: str = "in", name: str = "Test street", walk_id: str = "walk", signal: str = "K1") -> Site:
    """One approach from the south with a stop line, a lane out to the north and a crosswalk over both."""
    return Site(
        name=name,
        speed_limit_kmh=50.0,
        signals=(Signal(signal),),
        stop_lines=(StopLine(lane_id, ((0.0, -8.0), (3.2, -8.0)), 0.0, (Movement(signal, 0.0),)),),
        crosswalks=(Crosswalk(walk_id, ((-3.2, -6.0), (3.2, -6.0), (3.2, -3.0), (-3.2, -3.0)), signal),),
        lanes=(
            Lane(lane_id, ((1.6, -60.0), (1.6, -8.0)), 3.2),
            Lane("out", ((1.6, -3.0), (1.6, 50.0)), 3.2),
        ),
    )


def passing(ids: tuple[str, str] = ("a car", "a walker")) -> Motion:
    """A car going north over the line at T0 and somebody walking east over the crosswalk at the same time."""
    s = np.arange(-8, 8.01, 0.1)
    car = np.column_stack([np.full(len(s), 1.6), -8.0 - 2.25 + 10 * s])
    walker = np.column_stack([1.6 + 1.2 * s, np.full(len(s), -4.5)])
    track = np.repeat([0, 1], len(s))
    x, y = np.concatenate([car, walker]).T
    return motion_of(ids, np.array([CODE["car"], CODE["pedestrian"]]), track, np.tile(T0 + s, 2), x, y)


def violation(**changes: object) -> pa.Table:
    row = {
        "event": "e1", "kind": "red_light", "class": "car", "track": "a car", "t": when(T0), "x": 1.6, "y": -8.0,
        "place": "in", "signal": "K1", "state": "red", "into_state_s": 3.2, "speed_mps": 10.0, "duration_s": None,
        "confidence": 0.97, "linked": ["e2"],
    }  # fmt: skip
    return pa.Table.from_pylist([row | changes], schema=VIOLATIONS)


def conflict(**changes: object) -> pa.Table:
    row = {
        "event": "e2", "kind": "crossing", "class_a": "car", "track_a": "a car", "class_b": "pedestrian",
        "track_b": "a walker", "t": when(T0 + 0.3), "x": 1.6, "y": -4.5, "ttc_s": 0.4, "pet_s": None, "drac_mps2": 8.1,
        "max_speed_mps": 10.0, "delta_v_mps": 9.0, "severity": "serious", "confidence": 0.9, "linked": ["e1"],
        "angle_deg": 90.0,
    }  # fmt: skip
    return pa.Table.from_pylist([row | changes], schema=CONFLICTS)


def count_row(t0: float, place: str, movement: str, cls: str, n: int, width_s: float = 900.0) -> dict[str, object]:
    return {"t0": when(t0), "t1": when(t0 + width_s), "place": place, "movement": movement, "class": cls, "n": n}


def counts(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=COUNTS)
