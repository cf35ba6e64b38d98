"""`History`: classes that flicker, ids that come again, rows given twice, and how much of a stream is held."""

from __future__ import annotations

import os
import resource
from typing import Any

import numpy as np
import pytest

from passerby.live.engine import Engine
from passerby.signals.history import SignalHistory
from passerby.tracks.classes import CLASSES
from passerby.tracks.history import CLOSE_S, History, smooth
from passerby.tracks.motion import RATE_HZ
from passerby.tracks.open_tracks import SETTLE_S

from .street import T0, by_record, signals, site


def rows(name: str, begin: float, seconds: float, cls: str = "car", speed: float = 5.0, y: float = 0.0) -> list[Any]:
    return [
        {"track": name, "class": cls, "t": T0 + begin + k / 10, "x": -20 + speed * k / 10, "y": y}
        | {"length": 4.5, "width": 1.8}
        for k in range(round(seconds * 10) + 1)
    ]


def test_a_class_is_settled_by_the_majority_of_the_first_seconds() -> None:
    flickers = rows("a", 0.0, 8.0, "truck")
    for i in (0, 1, 2, 8, 14, 19, 22, *range(31, 81)):
        flickers[i]["class"] = "pedestrian"
    for step in (0.1, 1.0, 100.0):
        history = History()
        seen = set()
        for t in np.arange(T0, T0 + 20 + step, step):
            history.push(by_record([r for r in flickers if t - step < r["t"] <= t] or flickers[:0]))
            history.advance(float(t))
            seen |= {CLASSES[c] for c in history.motion().cls}
        history.advance(np.inf, finish=True)
        seen |= {CLASSES[c] for c in history.motion().cls}
        assert seen == {"truck"}, step


def test_nothing_is_shown_of_a_track_that_is_not_settled() -> None:
    history = History()
    history.push(by_record(rows("a", 0.0, SETTLE_S - 0.2)))
    history.advance(T0 + SETTLE_S - 0.1)
    assert history.motion().ids == ()


@pytest.mark.parametrize("pause", [0.5, 2.5, 4.0, 9.0, CLOSE_S + 1.0, 60.0])
def test_an_id_that_comes_again_is_one_track_or_two(pause: float) -> None:
    both = rows("a", 0.0, 6.0) + rows("a", 6.0 + pause, 6.0)
    motion = smooth(by_record(both))
    assert motion.ids == (("a",) if pause <= CLOSE_S else ("a", "a"))
    gap = np.diff(motion.k).max() / RATE_HZ
    assert (gap > 3.0) == (pause > 3.0)
    assert np.count_nonzero(~motion.joined) == (1 if pause <= 3.0 else 2)


def test_a_row_given_twice_counts_once() -> None:
    once = rows("a", 0.0, 6.0)
    history = History()
    for part in (once[:40], once[30:50], once[45:]):
        history.push(by_record(part))
    history.advance(np.inf, finish=True)
    again, plain = history.motion(), smooth(by_record(once))
    assert np.array_equal(again.x, plain.x)


def test_an_empty_step_between_rows_harms_nothing() -> None:
    history = History()
    history.push(by_record(rows("a", 0.0, 5.0)))
    for t in (T0 - 9, T0 - 1, T0 + 2, T0 + 2, T0 + 1):
        history.advance(t)
    history.push(by_record(rows("b", 8.0, 1.0)))
    history.advance(T0 + 7)
    history.advance(np.inf, finish=True)
    assert history.motion().ids == ("a", "b")


def stream(engine: Engine, begin_s: int, seconds: int, parked: int = 10) -> int:
    """Feed some seconds of an endless stream: parked cars that never leave, and passing ones; samples held at most."""
    rng = np.random.default_rng(begin_s)
    most = 0
    for s in range(begin_s, begin_s + seconds):
        now: list[Any] = []
        for k in range(10):
            t = T0 + s + k / 10
            for i in range(parked):
                dx, dy = rng.normal(0, 0.05, 2)
                now.append({"track": f"p{i}", "class": "car", "t": t, "x": 30 + 6 * i + dx, "y": 6 + dy})
            for j in range(3):
                number, at = divmod(s + 5 * j, 15)
                x = -70 + 9.0 * (at + k / 10)
                now.append({"track": f"c{number}.{j}", "class": "car", "t": t, "x": x, "y": -1.75})
        engine.push(by_record([r | {"length": 4.5, "width": 1.8} for r in now]))
        engine.advance(T0 + s)
        most = max(most, engine.history.held)
    return most


def _megabytes() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_what_is_held_of_a_stream_is_bounded() -> None:
    engine = Engine(site(), signals())
    first = stream(engine, 0, 120, parked=4)
    later = max(stream(engine, 60 * k, 60, parked=4) for k in range(2, 8))
    # a parked car adds one sample in ten seconds, and later one a minute
    assert later < first + 4 * 36 + 100


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")
def test_two_hours_of_parked_cars_take_no_more_memory() -> None:
    engine = Engine(site(), SignalHistory({}))
    stream(engine, 0, 1800)
    warm, peak = _megabytes(), 0.0
    for k in range(1800, 7200, 600):
        stream(engine, k, 600)
        peak = max(peak, _megabytes())
    assert peak < warm + 40, (warm, peak, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
