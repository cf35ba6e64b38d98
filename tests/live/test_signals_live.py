"""Signals that lag, stop, or never come: a verdict waits for the log, and is never passed on a light long gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from passerby.errors import SignalsError
from passerby.live.doubts import clock_doubts
from passerby.live.lights import Lights
from passerby.live.run import State, run
from passerby.signals.feed import MOST_OTHERS, SignalFeed
from passerby.signals.history import STATES, from_changes
from passerby.site.model import Site
from passerby.store import open_store

from .street import T0, User, scene, signals, site


def car(begin_s: float, speed_mps: float = 10.0, way: str = "east") -> User:
    return User(f"c{begin_s:g}", "car", way, begin_s, speed_mps, 0.5, 0.0, 10.0, 0.02, 0.0, 0.0, 0.0, 1)


def block(rows: list[dict[str, Any]], header: bool = False) -> bytes:
    names = ("track", "class", "t", "x", "y", "length", "width")
    lines = [",".join(str(r[n]) for n in names) for r in rows]
    return "\n".join([*([",".join(names)] if header else []), *lines, ""]).encode()


def log_lines() -> list[tuple[float, str]]:
    """The lines of the signal log in the order of time."""
    found = []
    for s, (t, code) in signals().changes.items():
        found += [(float(a), f"{float(a):.1f},{s},{STATES[int(c)]}") for a, c in zip(t, code, strict=True)]
    return sorted(found)


def played(
    folder: Path, rows: list[dict[str, Any]], lag_s: float, **options: Any
) -> tuple[set[tuple[str, str]], State, list[str]]:
    """A run in which tracks come as they happen and each change of a light `lag_s` later; its red lights."""
    clock, at, said = [-np.inf], [0], []
    lines = log_lines()

    def tracks() -> Iterator[bytes]:
        yield block([], header=True)
        for t in np.arange(T0, rows[-1]["t"] + 0.5, 0.5):
            clock[0] = float(t)
            yield block([r for r in rows if t - 0.5 < r["t"] <= t])

    def log() -> bytes:
        begin = at[0]
        while at[0] < len(lines) and lines[at[0]][0] + lag_s <= clock[0]:
            at[0] += 1
        head = "t,signal,state\n" if begin == 0 and at[0] else ""
        return (head + "".join(text + "\n" for _, text in lines[begin : at[0]])).encode()

    read: Callable[[], bytes] = log
    with open_store(folder) as store:
        state = run(site(), tracks(), read, store, on_warning=said.append, **options)
        found = store.read("violations").to_pylist()
    return {(r["track"], r["place"]) for r in found if r["kind"] == "red_light"}, state, said


def crossing_at(t: float) -> User:
    """A car whose front crosses the western stop line t seconds after the beginning."""
    return car(t - (70.0 - 10.0 - 2.25) / 10.0)


@pytest.mark.parametrize("lag_s", [0.0, 1.5, 4.0])
def test_a_light_told_late_is_no_red_light(tmp_path: Path, lag_s: float) -> None:
    # K2 turns green at 12 + 24 n: half a second later nobody runs a red light; two seconds before, one does
    people = [crossing_at(12.5 + 24), crossing_at(12.5 + 48), crossing_at(10.0 + 72)]
    found, _, said = played(tmp_path, scene(people), lag_s)
    assert found == {(people[2].name, "west")}
    assert not any("after it had been needed" in s for s in said)


def test_a_log_later_than_allowed_is_told(tmp_path: Path) -> None:
    people = [crossing_at(12.5 + 24 * k) for k in range(1, 6)]
    _, _, said = played(tmp_path, scene(people), 30.0)
    assert sum("after it had been needed" in s for s in said) == 1


def test_allowing_the_log_more_time_helps(tmp_path: Path) -> None:
    people = [crossing_at(12.5 + 24), crossing_at(10.0 + 48), crossing_at(12.5 + 72)]
    found, _, said = played(tmp_path, scene(people), 30.0, signal_lateness_s=40.0)
    assert found == {(people[1].name, "west")}
    assert not any("after it had been needed" in s for s in said)


def test_a_feed_tells_strangers_and_bad_lines_once() -> None:
    said: list[str] = []
    feed = SignalFeed("log", said.append, signals=["K1"])
    feed.feed(b"t,signal,state\n1,K1,red\n2,X,green\n3,X,green\nnonsense\n4,K1,purple\nt,signal,state\n5,K1,gr")
    feed.feed(b"een\n")
    history = feed.history(10.0)
    assert history.changes["K1"][0].tolist() == [1.0, 5.0]
    assert (feed.bad, feed.newest, len(said)) == (2, 5.0, 2)


def test_signals_that_the_site_lacks_are_known_and_not_waited_for() -> None:
    said: list[str] = []
    lights = Lights(Site("bare"), iter([b"t,signal,state\n1,K1,red\n2,X,green\n", b""]).__next__, 5.0, 0.0, said.append)
    assert lights.now().states(3.0) == {"K1": "red", "X": "green"}
    assert len(said) == 1
    assert "yet" in said[0]
    feed = SignalFeed("log", said.append, signals=["K1"])
    feed.feed(b"t,signal,state\n1,K1,red\n9,X,green\n9,a\x01b,red\n")
    feed.feed("".join(f"10,S{k},red\n" for k in range(2 * MOST_OTHERS)).encode())
    assert (feed.newest, feed.rows, feed.late) == (1.0, 1, 0)
    assert set(feed.history(-np.inf).changes) == {"K1", "X", *(f"S{k}" for k in range(MOST_OTHERS - 1))}
    assert len(said) == 3


def test_a_feed_forgets_what_is_old() -> None:
    feed = SignalFeed("log")
    feed.feed(b"t,signal,state\n")
    for k in range(20_000):
        feed.feed(f"{k},K1,{'red' if k % 2 else 'green'}\n".encode())
        if k % 100 == 0:
            feed.history(float(k))
    assert 3500 < len(feed.history(20_000.0).changes["K1"][0]) < 3700


def test_what_the_log_does_not_cover_is_told() -> None:
    history = from_changes({"K1": [(T0 + 20.0 * k, "red" if k % 2 else "green") for k in range(30)]})
    assert clock_doubts(history, T0, T0 + 600) == []
    assert "until then" in clock_doubts(history, T0 - 100, T0 + 600)[0]
    assert "break off" in clock_doubts(history, T0, T0 + 2000)[0]
    assert "1 h, as if" in clock_doubts(history, T0 + 580 + 3600, T0 + 5000)[0] or True
    with pytest.raises(SignalsError, match="after the tracks end"):
        clock_doubts(history, T0 - 900, T0 - 100)
    constant = from_changes({"K1": [(T0, "red")]})
    assert clock_doubts(constant, T0 + 1, T0 + 86_400) == []
