"""A recording played into a junction: scenes, events in the store, and the next time as if it were later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np

from passerby.serve.feed import Replay
from passerby.serve.onlooker import Onlooker
from passerby.serve.scene import EVERYWHERE, Numbers, operator_users, public_users
from passerby.serve.sight import Sight
from passerby.signals.history import from_changes
from passerby.tracks.record import Tracks
from tests.serve.house import NOW, house, minutes, scene, table, violation
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


def test_only_a_recording_that_is_replayed_has_a_clock_of_its_own(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        today = NOW + timedelta(days=200)
        h.junction.clock = lambda: today
        replay = Replay(h.junction, car(), from_changes({"K1": [(T0 - 60, "red")]}), h.store, speed=20.0)
        stop = Event()
        thread = Thread(target=replay, args=(stop,), daemon=True)
        thread.start()
        until(lambda: h.junction.recording is not None and h.junction.recording.times == 2)
        until(lambda: abs((h.junction.now - NOW).total_seconds()) < 3600)
        assert h.junction.rate == 20.0
        stop.set()
        thread.join(LONG_S)
        assert h.junction.recording is None
        assert h.junction.now == today
        assert h.junction.rate == 1.0


def test_what_was_fed_is_old_as_soon_as_it_is_not_of_today(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        today = NOW + timedelta(days=1, hours=1)
        h.junction.clock = lambda: today
        h.store.upsert("violations", table([violation(i, t=NOW - minutes(60 + i)) for i in range(20)]))
        h.junction.remember(scene(T0, []))
        h.junction.poll()
        assert h.junction.figures["today"] == {"red_light": 0}
        assert h.junction.figures["observed"] == "nothing"
        assert h.junction.figures["until_min"] == 14 * 60


def test_the_clock_goes_on_where_a_feed_has_ended(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        # a minute past midnight in Berlin, and a quarter of an hour later
        midnight = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
        h.junction.remember(scene((midnight + minutes(1)).timestamp(), []))
        h.junction.clock = lambda: midnight + minutes(17)
        h.junction._figures_due = 0.0
        h.junction.poll()
        assert h.junction.figures["until_min"] == 15


def test_figures_go_on_through_the_hour_that_comes_twice(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        # 25 October 2026, 02:40 for the second time in Berlin
        h.junction.clock = lambda: datetime(2026, 10, 25, 1, 40, tzinfo=UTC)
        assert h.junction._upto() == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


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
