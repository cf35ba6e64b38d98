"""A source's clock: wild times are left out, a clock set anew is followed, and nothing is lost in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.live.jumps import ENOUGH, Jumps
from passerby.live.run import State, run
from passerby.signals.history import SignalHistory
from passerby.store import open_store

from .street import T0, record, scene, site
from .test_signals_live import block, car, crossing_at


def rows_at(times: list[float]) -> list[dict[str, Any]]:
    return [{"track": "a", "class": "car", "t": t, "x": 0.0, "y": 0.0, "length": 4.0, "width": 2.0} for t in times]


def admitted(blocks: list[list[float]]) -> tuple[list[tuple[list[float], bool]], int]:
    jumps = Jumps(2.0)
    parts = []
    for times in blocks:
        parts += [(part.t.tolist(), anew) for part, anew in jumps.admit(record(rows_at(times))) if len(part)]
    jumps.end()
    return parts, jumps.left_out


def test_single_wild_times_are_left_out() -> None:
    parts, left_out = admitted([[0.0, 1.0], [1e9, 2.0], [-1e6, 3.0], [4e9], [4.0]])
    assert [t for p, _ in parts for t in p] == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert not any(anew for _, anew in parts)
    assert left_out == 3


def test_a_long_pause_is_followed() -> None:
    night = [7200.0 + k for k in range(ENOUGH)]
    assert admitted([[0.0, 1.0], night]) == ([([0.0, 1.0], False), (night, True)], 0)
    assert admitted([[0.0, 1.0, *night]]) == ([([0.0, 1.0], False), (night, True)], 0)


def test_a_clock_set_back_is_followed_once_it_is_sure() -> None:
    back = [[-3600.0 + k] for k in range(ENOUGH)]
    parts, left_out = admitted([[0.0, 1.0], *back])
    assert parts[1] == ([t for p in back for t in p], True)
    assert left_out == 0


def test_one_of_two_cameras_with_a_wrong_clock_is_left_out() -> None:
    parts, left_out = admitted([[float(k), k - 500.0] for k in range(200)])
    assert not any(anew for _, anew in parts)
    assert left_out == 199  # the first of all could not be told apart yet


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.floats(-1e7, 1e7), max_size=30), max_size=30))
def test_no_row_is_lost_uncounted(blocks: list[list[float]]) -> None:
    parts, left_out = admitted(blocks)
    assert sum(len(p) for p, _ in parts) + left_out == sum(map(len, blocks))


def _run(folder: Path, blocks: list[bytes], **options: Any) -> tuple[State, list[dict[str, Any]], list[str]]:
    said: list[str] = []
    with open_store(folder) as store:
        state = run(site(), iter(blocks), SignalHistory({}), store, on_warning=said.append, **options)
        return state, store.read("counts").to_pylist(), said


def test_a_row_of_the_next_century_stops_nothing(tmp_path: Path) -> None:
    rows = scene([car(0.0), car(30.0)])
    wild = dict(rows[50], t=T0 + 3e9)
    state, counts, said = _run(tmp_path, [block([*rows[:60], wild], header=True), block(rows[60:])])
    assert (state.rows, state.late_rows) == (len(rows) + 1, 1)
    assert sum(c["n"] for c in counts if c["place"] == "west") == 2
    assert any("time is not that of the others" in s for s in said)


def test_a_night_without_traffic_costs_no_steps(tmp_path: Path) -> None:
    rows = [r for night in range(4) for r in (dict(r, t=r["t"] + night * 28_800) for r in scene([crossing_at(6.0)]))]
    looks: list[float] = []
    state, counts, _ = _run(tmp_path, [block(rows, header=True)], on_state=lambda s: looks.append(s.watermark))
    assert sum(c["n"] for c in counts if c["place"] == "west") == 4
    assert len(looks) < 150
    assert state.late_rows == 0


def test_late_rows_are_counted_and_told_once(tmp_path: Path) -> None:
    rows = scene([car(0.0), car(12.0)])
    late = [r for r in rows if r["track"] == "c0"][40:60]
    first = [r for r in rows if r not in late]
    state, _, said = _run(tmp_path, [block(first, header=True), block(late[:10]), block(late[10:])])
    assert (state.rows, state.late_rows) == (len(rows), 20)
    assert sum("late" in s for s in said) == 1


def test_a_silent_source_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("passerby.live.run.SILENT_S", -1.0)
    rows = scene([car(0.0)])
    _, _, said = _run(tmp_path, [block(rows[:50], header=True), b"", b"", block(rows[50:]), b""])
    assert sum("is the source still running" in s for s in said) == 2
    assert np.isfinite(rows[0]["t"])
