"""Events told before they are final: soon, once, corrected or withdrawn, gone from the store where they were none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passerby.errors import StoreError
from passerby.live.early import HOLD_S, Early
from passerby.live.engine import Engine
from passerby.live.run import LiveRun
from passerby.signals.history import SignalHistory, from_changes
from passerby.store import open_store
from passerby.store.audit import verify

from .street import T0, User, by_record, run_steps, scene, signals, site
from .test_live_run import contents, frames
from .test_signals_live import car, crossing_at

STOPS = User("s", "car", "north", 0.0, 12.0, 0.75, 30.0, 10.0, 0.02, 0.0, 0.0, 0.0, 1)
SPEEDS = User("v", "car", "north", 0.0, 19.0, 0.5, 0.0, 10.0, 0.02, 0.0, 0.0, 0.0, 2)
WALKS = User("w", "pedestrian", "walk", 21.0, 1.4, 0.5, 0.0, 10.0, 0.02, 0.0, 0.0, 0.0, 3)
CROSSES = crossing_at(10.0)


def told(people: list[User], history: SignalHistory | None = None) -> list[tuple[float, dict[str, Any]]]:
    """When each row was given out by an engine that glances at every frame (s after T0), the last step left out."""
    engine, found = Engine(site(), history or signals()), []
    for t, rows in frames(scene(people), 0.1):
        engine.push(by_record(rows))
        at = round((t - T0) * 10)
        for f in (engine.glance(), *([engine.advance(t - 1e-3)] if at % 10 == 0 else [])):
            for table in (f.violations, f.conflicts):
                found += [(at / 10, r) for r in table.to_pylist()]
    return found


@pytest.mark.parametrize(
    ("user", "kind", "decided_s"),
    # the line is reached at 10 s and left 2 m behind 0.2 s later; a crosswalk's edge after 4 m, 1.5 m on; 5 s allowed,
    # of a stay that begins after 105 m
    [
        (CROSSES, "red_light", 10.0 + 0.2),
        (WALKS, "red_light", 21.0 + 5.5 / 1.4),
        (SPEEDS, "speeding", 1.0),
        (STOPS, "illegal_stop", 105.0 / 12.0 + 5.0),
    ],
)
def test_an_event_is_told_within_half_a_second(user: User, kind: str, decided_s: float) -> None:
    first = min(t for t, r in told([user]) if r["kind"] == kind)
    assert decided_s - 0.3 <= first <= decided_s + 0.5


def test_a_near_miss_is_told_before_it_is_over() -> None:
    # both at (1.75, -1.75) at the same time
    pair = [car(0.0, 10.0), User("n", "car", "north", 0.0, 10.0, 0.5, 0.0, 10.0, 0.02, 0.0, 0.0, 0.0, 4)]
    rows = [(t, r) for t, r in told(pair) if "ttc_s" in r]
    assert min(t for t, _ in rows) < 7.2
    (final,) = run_steps(scene(pair), np.inf)["conflicts"]
    assert rows[0][1]["confidence"] < final["confidence"]


def test_what_the_light_takes_back_is_withdrawn(tmp_path: Path) -> None:
    """The log tells late that the light had been green."""
    heard = from_changes({"K2": [(T0, "red")]})
    whole = from_changes({"K2": [(T0, "red"), (T0 + 9.0, "green"), (T0 + 30, "red")]})
    now, seen = T0, set()

    def log() -> SignalHistory:
        known = whole if now >= T0 + 12.0 else heard
        return SignalHistory(known.changes, -np.inf if known is heard else now)

    with open_store(tmp_path) as store:
        live = LiveRun(site(), log, store)
        for t, rows in frames(scene([CROSSES]), 0.1):
            now = t
            live.take(by_record(rows), t)
            held = [r["event"] for r in store.read("violations").to_pylist()]
            if not (10.0 < t - T0 < 10.8 or 12.0 < t - T0 < 12.0 + HOLD_S + 2.5):
                assert bool(held) == (10.0 < t - T0 < 13.0)
            seen |= set(held)
        state = live.end()
    assert seen
    assert contents(tmp_path)["violations"] == []
    assert state.violations == 0
    verify(tmp_path / "audit.jsonl")


def test_early_events_of_a_killed_run_are_confirmed_or_withdrawn_by_the_next(tmp_path: Path) -> None:
    every = [(t, by_record(rows)) for t, rows in frames(scene([CROSSES, SPEEDS]), 0.1)]
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store)
        for t, rows in every:
            if t < T0 + 11.0:
                live.take(rows, t)
    before = {r["event"] for r in contents(tmp_path)["violations"]}
    assert before
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store)
        for t, rows in every:
            live.take(rows, t)
        live.end()
    whole = run_steps(scene([CROSSES, SPEEDS]), np.inf)["violations"]
    assert sorted(r["event"] for r in contents(tmp_path)["violations"]) == sorted(r["event"] for r in whole)


def test_early_events_of_a_killed_run_stay_where_nothing_comes_again(tmp_path: Path) -> None:
    every = [(t, by_record(rows)) for t, rows in frames(scene([CROSSES]), 0.1)]
    for part in (every[:108], every[108:]):
        with open_store(tmp_path) as store:
            live = LiveRun(site(), signals(), store)
            for t, rows in part:
                live.take(rows, t)
            if part is not every[:108]:
                live.end()
    assert [r["kind"] for r in contents(tmp_path)["violations"]] == ["red_light"]


def test_a_broken_list_of_early_events_is_told() -> None:
    with pytest.raises(StoreError, match=r"early\.json"):
        Early(b'{"told": [1]}', "early.json")


def test_no_track_is_named_in_the_list_of_early_events(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store)
        for t, rows in frames(scene([CROSSES]), 0.1)[:108]:
            live.take(by_record(rows), t)
    text = (tmp_path / "early.json").read_text()
    assert '"event"' in text
    assert CROSSES.name not in text
