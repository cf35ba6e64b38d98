"""`LiveRun`: rows from cameras in the same process, each with the promise that a frame's rows are all there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passerby.errors import TracksError
from passerby.live.run import LiveRun, State
from passerby.signals.history import SignalHistory, compact
from passerby.store import open_store

from .street import T0, Tables, User, by_record, run_steps, scene, signals, site
from .test_signals_live import car, crossing_at

PEOPLE = [
    *(crossing_at(10.0 + 24 * k) for k in range(3)),
    car(11.0, 19.0, "north"),
    User("w", "pedestrian", "walk", 21.0, 1.4, 0.5, 0.0, 10.0, 0.02, 0.1, 0.0, 0.0, 3),
]


def frames(rows: list[dict[str, Any]], step_s: float, shift_s: float = 0.0) -> list[tuple[float, list[dict[str, Any]]]]:
    """The rows by the frame of a camera in which they were seen, empty ones too."""
    ends = np.arange(T0 + shift_s, max(r["t"] for r in rows) + 5.0, step_s)
    return [(float(t), [r for r in rows if t - step_s < r["t"] <= t]) for t in ends]


def contents(folder: Path) -> Tables:
    store = open_store(folder, read_only=True)
    found = {name: store.read(name).to_pylist() for name in ("violations", "conflicts", "counts")}
    return {n: sorted(rows, key=lambda r: str(sorted(r.items(), key=str))) for n, rows in found.items()}


def recorded(people: list[User]) -> Tables:
    found = run_steps(scene(people), np.inf)
    return {n: sorted(rows, key=lambda r: str(sorted(r.items(), key=str))) for n, rows in found.items()}


@pytest.mark.parametrize("step_s", [0.1, 0.4])
def test_frames_give_what_the_recording_gives(tmp_path: Path, step_s: float) -> None:
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store, sources=["a"], lateness_s=0.5)
        for t, rows in frames(scene(PEOPLE), step_s):
            live.take(by_record(rows), t, "a")
        state = live.end()
    assert contents(tmp_path) == recorded(PEOPLE)
    assert state.late_rows == 0
    assert state.violations >= 3


def test_two_cameras_at_different_paces_are_one_street(tmp_path: Path) -> None:
    every = scene(PEOPLE)
    left, right = [r for r in every if r["x"] < -12], [r | {"track": f"{r['track']}'"} for r in every if r["x"] >= -12]
    coming = [(t, "a", f) for t, f in frames(left, 0.1)] + [(t, "b", f) for t, f in frames(right, 0.4)]
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store, sources=["a", "b"])
        for t, source, rows in sorted(coming, key=lambda c: c[:2]):
            live.take(by_record(rows), t, source)
        assert live.end().late_rows == 0
    found = run_steps(sorted([*left, *right], key=lambda r: r["t"]), np.inf)
    assert {r["event"] for r in contents(tmp_path)["violations"]} == {r["event"] for r in found["violations"]}


def test_a_camera_that_falls_silent_is_waited_for_no_longer_than_allowed(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store, sources=["a", "dead"], lateness_s=1.5)
        for t, rows in frames(scene(PEOPLE[:1]), 0.1):
            state = live.take(by_record(rows), t, "a")
            if np.isfinite(state.watermark):
                assert t - 1.5 - 2.1 <= state.watermark <= t - 1.5 + 1e-6
        live.end()


def test_a_promise_of_another_day_is_none(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store)
        for t, rows in frames(scene(PEOPLE[:1]), 0.1):
            live.take(by_record(rows), t + 1e6 * (round(t * 10) % 7 == 0))
        assert live.end().late_rows == 0
    assert contents(tmp_path) == recorded(PEOPLE[:1])


def test_lamps_that_a_camera_reads_are_signals(tmp_path: Path) -> None:
    seen = T0
    every = signals()

    def lamps() -> SignalHistory:
        changes = {s: (t[t <= seen], code[t <= seen]) for s, (t, code) in every.changes.items()}
        return SignalHistory({s: compact(*c) for s, c in changes.items()}, known_until=seen)

    with open_store(tmp_path) as store:
        live = LiveRun(site(), lamps, store)
        for t, rows in frames(scene(PEOPLE), 0.1):
            seen = t
            live.take(by_record(rows), t)
        live.end()
    assert contents(tmp_path) == recorded(PEOPLE)


def test_no_row_at_all_is_told(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        live = LiveRun(site(), signals(), store)
        assert isinstance(live.take(by_record([]), T0), State)
        with pytest.raises(TracksError, match="no rows came"):
            live.end()
