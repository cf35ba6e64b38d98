"""A recording played into a junction: scenes, events in the store, and the next time as if it were later."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import numpy as np

from passerby.serve.feed import Replay
from passerby.serve.onlooker import Onlooker
from passerby.serve.scene import EVERYWHERE, Numbers, operator_users, public_users
from passerby.serve.sight import Sight
from passerby.signals.history import from_changes
from passerby.tracks.record import Tracks
from tests.serve.house import NOW, house
from tests.serve.processes import LONG_S, until

T0 = NOW.timestamp()


def car(seconds: float = 10.0) -> Tracks:
    """A car that drives south over the stop line at 10 m/s, five seconds into the recording."""
    t = T0 + np.arange(0, seconds, 0.1)
    n, nan = len(t), np.full(len(t), np.nan)
    x, y = np.full(n, -1.5), 64.0 - 10 * (t - T0)
    return Tracks(("private",), np.zeros(n, np.int64), np.full(n, 3, np.int64), t, x, y, nan, nan, nan)


def test_a_recording_is_played_again_and_again(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        red = from_changes({"K1": [(T0 - 60, "red")]})
        replay = Replay(h.junction, car(), red, h.store, speed=20.0)
        stop = Event()
        thread = Thread(target=replay, args=(stop,), daemon=True)
        thread.start()
        until(lambda: len(h.store.read("violations")) >= 2)
        stop.set()
        thread.join(LONG_S)
        assert not thread.is_alive()
        found = h.store.read("violations")
        assert found["kind"].to_pylist()[:2] == ["red_light"] * 2
        first, second = (t.timestamp() for t in found["t"].to_pylist()[:2])
        assert abs(second - first - replay.period_s) < 0.2
        assert len(set(found["track"].to_pylist()[:2])) == 2
        assert h.junction.cameras["recording"]["state"] in ("ok", "late")
        scenes = h.junction.recall.window(T0, T0 + 9)
        assert len(scenes) >= 40
        assert scenes[30].lights == {"K1": "red"}


def test_sight_knows_where_which_way_and_how_fast() -> None:
    rng = np.random.default_rng(4)
    rows, sight = car(), Sight()
    rows.x[:] += rng.normal(0, 0.1, len(rows))
    rows.y[:] += rng.normal(0, 0.1, len(rows))
    for k in range(20, 90, 2):
        sight.take(rows.take(np.arange(k, k + 2)))
        scene = sight.scene(float(rows.t[k + 1]), {})
        if k < 30:
            continue
        assert abs(scene.y[0] - (64 - (k + 1))) < 0.4
        assert abs(scene.heading_deg[0] - 180) < 12
        assert abs(scene.speed_mps[0] - 10) < 1.5
    assert len(sight.scene(float(rows.t[91]) + 2, {})) == 0


def test_a_speed_is_told_once_it_is_known_and_never_as_nought() -> None:
    rng = np.random.default_rng(5)
    rows, sight = car(), Sight()
    rows.x[:] += rng.normal(0, 0.1, len(rows))
    rows.y[:] += rng.normal(0, 0.1, len(rows))
    speeds = []
    for k in range(20, 40):
        sight.take(rows.take(np.arange(k, k + 1)))
        speeds.append(float(sight.scene(float(rows.t[k]), {}).speed_mps[0]))
    # ten rows a second: the fifth is the first that ends 0.4 s
    assert np.isnan(speeds[:4]).all()
    assert np.all(np.abs(np.array(speeds[4:]) - 10) < 2.5)
    # whoever draws it lets who has no speed stand
    scene = Sight()
    scene.take(rows.take(np.arange(20, 21)))
    fresh = scene.scene(float(rows.t[20]), {})
    assert public_users(fresh, EVERYWHERE)[0][4] == 0.0
    assert operator_users(fresh, Numbers())[0][5] == 0.0


def test_an_onlooker_shows_five_scenes_a_second_and_an_empty_street(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        onlooker, rows, lights = Onlooker(h.junction), car(), {"K1": "green"}
        for k in range(len(rows)):
            onlooker.take(rows.take(np.arange(k, k + 1)), None, lights, k / 10)
        for k in range(20):
            onlooker.take(rows.take(np.arange(0)), T0 + 10 + k / 10, lights, 10 + k / 10)
        scenes = h.junction.recall.window(T0, T0 + 20)
        assert 55 <= len(scenes) <= 61
        assert [len(s) for s in scenes[10:40]] == [1] * 30
        assert len(scenes[-1]) == 0
        assert h.junction.last_scene is not None
        assert b'"lights":{"s0":"green"}' in h.junction.last_scene
