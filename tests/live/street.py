"""A small signalised junction and random road users on it, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from passerby.live.analyse import Gathered
from passerby.live.engine import Engine
from passerby.signals.history import SignalHistory, from_changes
from passerby.site.model import Site
from passerby.site.toml import parse_site
from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import Tracks

T0 = 1_780_000_000.0

SITE_TOML = """
version = 1
[site]
name = "Test junction"
timezone = "Europe/Berlin"
origin = [52.0, 10.0]
speed_limit_kmh = 50.0

[[signal]]
id = "K1"
kind = "vehicle"
[[signal]]
id = "K2"
kind = "vehicle"
[[signal]]
id = "K3"
kind = "vehicle"
[[signal]]
id = "F1"
kind = "pedestrian"

[[stop_line]]
id = "south"
points = [[0.0, -10.0], [3.5, -10.0]]
heading = 0.0
[[stop_line.movement]]
signal = "K1"
exit_heading = 0.0
[[stop_line.movement]]
signal = "K3"
exit_heading = 90.0

[[stop_line]]
id = "west"
points = [[-10.0, -3.5], [-10.0, 0.0]]
heading = 90.0
signal = "K2"

[[crosswalk]]
id = "crossing"
polygon = [[-5.0, -8.5], [5.0, -8.5], [5.0, -5.5], [-5.0, -5.5]]
signal = "F1"

[[lane]]
id = "northbound"
centreline = [[1.75, -80.0], [1.75, 80.0]]
width = 3.5
[[lane]]
id = "eastbound"
centreline = [[-80.0, -1.75], [80.0, -1.75]]
width = 3.5
[[lane]]
id = "southbound"
centreline = [[-1.75, 80.0], [-1.75, -80.0]]
width = 3.5

[[zone]]
id = "middle"
kind = "region"
polygon = [[-15.0, -15.0], [15.0, -15.0], [15.0, 15.0], [-15.0, 15.0]]
[[zone]]
id = "kerb"
kind = "no_stopping"
polygon = [[0.0, 15.0], [3.5, 15.0], [3.5, 60.0], [0.0, 60.0]]
max_stop_s = 5.0
[[zone]]
id = "box"
kind = "box"
polygon = [[-3.5, -3.5], [3.5, -3.5], [3.5, 3.5], [-3.5, 3.5]]
"""

WAYS = {
    "north": [(1.75, -70.0), (1.75, 70.0)],
    "east": [(-70.0, -1.75), (70.0, -1.75)],
    "right": [(1.75, -70.0), (1.75, -5.0), (5.0, -1.75), (70.0, -1.75)],
    "wrong": [(-1.75, -60.0), (-1.75, 60.0)],
    "walk": [(-9.0, -7.0), (9.0, -7.0)],
    "jaywalk": [(-9.0, 30.0), (9.0, 31.0)],
}


def site() -> Site:
    return parse_site(SITE_TOML)


def signals(cycle_s: float = 24.0, cycles: int = 12) -> SignalHistory:
    """K1 green, then K2, people on foot meanwhile; K3, for turning right out of the south, has its own times."""
    rows: dict[str, list[tuple[float, str]]] = {"K1": [], "K2": [], "K3": [], "F1": []}
    for c in range(-1, cycles):
        t = T0 + c * cycle_s
        rows["K1"] += [(t, "green"), (t + 8, "amber"), (t + 11, "red"), (t + 23, "red_amber")]
        rows["K2"] += [(t, "red"), (t + 12, "green"), (t + 18, "amber"), (t + 21, "red")]
        rows["K3"] += [(t, "green"), (t + 2, "amber"), (t + 5, "red"), (t + 21, "green")]
        rows["F1"] += [(t, "dont_walk"), (t + 13, "walk"), (t + 17, "clear"), (t + 20, "dont_walk")]
    return from_changes(rows)


@dataclass(frozen=True)
class User:
    """A road user: way, when it sets out, its pace, a stop (share of the way, seconds), rate, noise, losses."""

    name: str
    cls: str
    way: str
    begin_s: float
    speed_mps: float
    stop_at: float
    stop_s: float
    rate_hz: float
    noise_m: float
    lost: float
    flicker: float
    absent_s: float
    seed: int


def users(most: int = 6) -> st.SearchStrategy[list[User]]:
    """Random road users; each way suits its class."""

    def one(i: int) -> st.SearchStrategy[User]:
        def of(way: str) -> st.SearchStrategy[User]:
            foot = way in ("walk", "jaywalk")
            return st.builds(
                User,
                name=st.just(f"u{i}"),
                cls=st.just("pedestrian") if foot else st.sampled_from(["car", "car", "cyclist", "truck", "bus"]),
                way=st.just(way),
                begin_s=st.floats(0, 40).map(lambda v: round(v, 2)),
                speed_mps=st.floats(1.0, 2.0) if foot else st.floats(4.0, 20.0),
                stop_at=st.sampled_from([0.2, 0.3, 0.4, 0.41, 0.42, 0.43, 0.5, 0.8]),
                stop_s=st.sampled_from([0.0, 0.0, 2.0, 7.0, 20.0, 45.0]),
                rate_hz=st.sampled_from([2.0, 5.0, 10.0, 12.5, 25.0]),
                noise_m=st.sampled_from([0.0, 0.05, 0.2]),
                lost=st.sampled_from([0.0, 0.1, 0.4]),
                flicker=st.sampled_from([0.0, 0.0, 0.3]),
                # a run that goes on under the same id after ten seconds is told once or twice as the rules see fit
                absent_s=st.sampled_from([0.0, 0.0, 2.0, 5.0, *([] if way == "wrong" else [14.0])]),
                seed=st.integers(0, 2**31),
            )

        return st.sampled_from(list(WAYS)).flatmap(of)

    return st.integers(1, most).flatmap(lambda n: st.tuples(*(one(i) for i in range(n))).map(list))


def drive(u: User) -> list[dict[str, Any]]:
    """The rows of one road user, in order of time."""
    rng = np.random.default_rng(u.seed)
    way = np.array(WAYS[u.way])
    s = np.append(0.0, np.cumsum(np.hypot(*np.diff(way, axis=0).T)))
    stop = u.stop_at * s[-1]
    t_stop, took = stop / u.speed_mps, s[-1] / u.speed_mps + u.stop_s
    t = np.arange(0.0, took, 1 / u.rate_hz)
    gone = np.where(t < t_stop, t, np.maximum(t - u.stop_s, t_stop)) * u.speed_mps
    x, y = np.interp(gone, s, way[:, 0]), np.interp(gone, s, way[:, 1])
    keep = rng.random(len(t)) >= u.lost
    keep &= (t < took / 2) | (t > took / 2 + u.absent_s)
    length, width = DEFAULT_FOOTPRINT_M[u.cls]
    rows = []
    for i in np.flatnonzero(keep):
        cls = u.cls if rng.random() >= u.flicker else str(rng.choice(["pedestrian", "cyclist", "car"]))
        dx, dy = rng.normal(0, 1, 2) * u.noise_m
        rows.append(
            {
                "track": u.name,
                "class": cls,
                "t": round(T0 + u.begin_s + float(t[i]), 3),
                "x": round(float(x[i] + dx), 3),
                "y": round(float(y[i] + dy), 3),
                "length": round(length + float(rng.normal(0, 0.1)), 2),
                "width": round(width, 2),
            }
        )
    return rows


def scene(people: Iterable[User]) -> list[dict[str, Any]]:
    """All rows of several road users, in order of time."""
    return sorted((r for u in people for r in drive(u)), key=lambda r: (r["t"], r["track"]))


def record(rows: list[dict[str, Any]]) -> Tracks:
    """Rows as the columnar record, in the order given."""
    names = sorted({r["track"] for r in rows})
    code = {n: i for i, n in enumerate(names)}
    return Tracks(
        tuple(names),
        np.array([code[r["track"]] for r in rows], np.int64),
        np.array([CODE[r["class"]] for r in rows], np.int64),
        *(np.array([r[c] for r in rows], np.float64) for c in ("t", "x", "y")),
        *(np.array([r[c] for r in rows], np.float64) for c in ("length", "width")),
        np.full(len(rows), np.nan),
    )


def by_record(rows: list[dict[str, Any]]) -> Tracks:
    """Rows sorted by (track, t), as the engine is given them."""
    return record(sorted(rows, key=lambda r: (r["track"], r["t"])))


Tables = dict[str, list[dict[str, Any]]]


def run_steps(
    rows: list[dict[str, Any]],
    step_s: float,
    *,
    lateness_s: float = 0.0,
    order: list[dict[str, Any]] | None = None,
    history: SignalHistory | None = None,
    where: Site | None = None,
    early: bool = False,
) -> Tables:
    """What the engine finds if the watermark moves on by step_s after the rows up to it; inf: all at once.

    order: the same rows in the order in which they come; each is pushed alone once its predecessor has been, and
    the watermark stays `lateness_s` behind the newest. early: events are told before they are final, too.
    """
    engine, gathered = Engine(where or site(), history or signals()), Gathered()
    if np.isinf(step_s):
        engine.push(by_record(rows))
    else:
        coming = order or rows
        at, newest, since = -np.inf, -np.inf, 0
        for i, row in enumerate(coming):
            newest = max(newest, row["t"])
            if newest - lateness_s >= at + step_s or not np.isfinite(at):
                if i > since:
                    engine.push(by_record(coming[since:i]))
                    since = i
                    if early:
                        gathered.add(engine.glance())
                at = newest - lateness_s - 1e-3
                gathered.add(engine.advance(at))
                engine.early.gone()
        engine.push(by_record(coming[since:]))
    gathered.add(engine.finish())
    assert engine.history.late_rows == 0
    assert len(engine.early) == 0
    return {name: table.to_pylist() for name, table in gathered.tables().items()}
