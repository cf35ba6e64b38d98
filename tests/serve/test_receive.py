"""From a running junction to the screens: whoever starts first, whatever ends; nobody is left standing."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.live.announcement import Announcement, announce
from passerby.live.broadcast import Broadcast, drawing_of
from passerby.serve import receive, standing
from passerby.serve.onlooker import AGAIN_S, BEHIND_S, OVER_S, STILL_S, TRAIL_S, Onlooker
from passerby.serve.receive import Receiver
from passerby.serve.standing import NOBODY, OLDER, Standing
from passerby.tracks.record import Tracks, empty_tracks
from tests.serve.house import NOW, SITE, House, base, house
from tests.serve.processes import LONG_S, until

T0 = NOW.timestamp()
LIGHTS = {"K1": "red"}


def at(t: float, *users: tuple[str, float, float]) -> Tracks:
    n = len(users)
    nan, x, y = np.full(n, np.nan), np.array([u[1] for u in users]), np.array([u[2] for u in users])
    names = tuple(u[0] for u in users)
    return Tracks(names, np.arange(n), np.full(n, 3), np.full(n, t), x.astype(float), y.astype(float), nan, nan, nan)


def drive(t0: float, seconds: float, hz: float = 10.0, name: str = "car") -> Tracks:
    t = t0 + np.arange(0, seconds, 1 / hz)
    n, nan = len(t), np.full(len(t), np.nan)
    return Tracks((name,), np.zeros(n, int), np.full(n, 3), t, np.full(n, -1.5), 60 - 10 * (t - t0), nan, nan, nan)


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def ahead(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nothing is late because this machine is busy; [seconds] by which the receiver's clock is set forward."""
    forward = [0.0]
    monkeypatch.setattr(standing, "LATE_S", 1000.0)
    monkeypatch.setattr(standing, "LOST_S", 2000.0)
    monkeypatch.setattr(receive, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + forward[0]))
    return forward


class Seen:
    """What a junction publishes."""

    def __init__(self, h: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scenes: list[Any] = []
        self.public: list[tuple[str, Any]] = []
        monkeypatch.setattr(h.junction, "publish_scene", self.scenes.append)
        monkeypatch.setattr(
            h.junction.hub, "public_event", lambda name, value, remembered=True: self.public.append((name, value))
        )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.01, 3.0), min_size=1, max_size=12), st.sampled_from([4.0, 10.0, 25.0]))
def test_memory_holds_five_scenes_a_second_however_rows_are_cut(cuts: list[float], hz: float) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, house(Path(folder)) as h:
        onlooker, rows = Onlooker(h.junction), drive(T0, 9.0, hz)
        a = T0
        while a < T0 + 9:
            b = a + cuts[int(a * 10) % len(cuts)]
            part = rows.take((rows.t >= a) & (rows.t < b))
            onlooker.take(part, None, LIGHTS, b - T0)
            a = b
        scenes = h.junction.recall.window(T0, T0 + 9)
        times = np.array([s.t for s in scenes])
        assert (np.diff(times) > 0.2 - 1e-6).all()
        # no gap is longer than two steps, or a camera's slower pace
        assert max(cuts) < TRAIL_S
        assert np.diff(times).max() < max(0.4, 1.5 / hz) + 0.2
        assert all(len(s) == 1 for s in scenes if s.t > T0 + 0.1)


def test_nobody_is_left_standing_when_nothing_comes(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, onlooker = Seen(h, monkeypatch), Onlooker(h.junction)
    onlooker.tick(1.0)
    assert seen.scenes == []
    onlooker.take(drive(T0, 2.0), None, LIGHTS, 100.0)
    assert len(seen.scenes[-1]) == 1
    onlooker.tick(100.0 + STILL_S - 0.1)
    assert len(seen.scenes) == 1
    onlooker.tick(100.0 + STILL_S)
    onlooker.tick(100.0 + STILL_S + 0.2)
    assert [len(s) for s in seen.scenes] == [1, 0]
    assert seen.scenes[-1].lights == LIGHTS
    # the street is shown empty as long as the run is there, with its lights
    onlooker.quiet({"K1": "green"}, 103.0)
    onlooker.quiet({"K1": "red"}, 104.0)
    assert [(s.t - T0, s.lights["K1"], len(s)) for s in seen.scenes[2:]] == [
        (pytest.approx(1.9 + 3.0), "green", 0),
        (pytest.approx(1.9 + 4.0), "red", 0),
    ]
    # but not while somebody moves
    onlooker.take(drive(T0 + 4.5, 0.5), None, LIGHTS, 104.9)
    n = len(seen.scenes)
    onlooker.quiet({"K1": "green"}, 105.0)
    assert len(seen.scenes) == n


def test_memory_grows_old_also_when_nothing_feeds_it(h: House) -> None:
    onlooker = Onlooker(h.junction)
    onlooker.take(drive(T0, 5.0), None, LIGHTS, 0.0)
    assert h.junction.recall.window(T0, T0 + 5)
    for clock in np.arange(0.0, 1900.0, 0.5):
        onlooker.tick(float(clock))
    assert not [s for s in h.junction.recall.window(-np.inf, np.inf) if len(s)]
    # the time of what is shown has gone on
    assert h.junction.shown.timestamp() == pytest.approx(T0 + 1900, abs=15)
    rows = drive(T0 + 1905, 5.0)
    for k in range(50):
        onlooker.take(rows.take(np.arange(k, k + 1)), None, LIGHTS, 1900.1 + k / 10)
    assert len(h.junction.recall.window(T0 + 1905, T0 + 1910)) > 20


def test_a_pause_costs_no_memory_of_what_was_before(h: House) -> None:
    onlooker = Onlooker(h.junction)
    onlooker.take(drive(T0, 5.0), None, LIGHTS, 5.0)
    for clock in np.arange(5.0, 30.0, 0.25):
        onlooker.tick(float(clock))
    assert OVER_S < 25
    # what comes again comes a little later after its time than before
    onlooker.take(drive(T0 + 23.0, 2.0), None, LIGHTS, 30.5)
    onlooker.take(drive(T0 + 25.0, 5.0, name="next"), None, LIGHTS, 32.5)
    assert len(h.junction.recall.window(T0, T0 + 5)) > 5
    assert h.junction.recall.newest_t == pytest.approx(T0 + 29.9, abs=0.2)


def test_time_that_goes_back_is_followed_and_late_rows_are_not(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, onlooker = Seen(h, monkeypatch), Onlooker(h.junction)
    onlooker.take(at(T0, ("a", 0, 0)), None, LIGHTS, 0.0)
    late = at(T0 - BEHIND_S - 1, ("late", 5, 5))
    onlooker.take(late, None, LIGHTS, 0.1)
    onlooker.take(at(T0 + 1, ("a", 0, 1)), None, LIGHTS, 1.0)
    assert [s.tracks for s in seen.scenes] == [("a",), ("a",)]
    for k in range(60):
        onlooker.take(at(T0 - 600 + k / 10, ("b", 0, k)), None, LIGHTS, 2.0 + k / 10)
    assert seen.scenes[-1].tracks == ("b",)
    assert seen.scenes[-1].t < T0 - 590
    shown = [s for s in seen.scenes if s.t < T0 - 1]
    assert 10 <= len(shown) <= (6 - AGAIN_S) * 5 + 1
    # where the run itself says so it is at once
    onlooker.anew()
    onlooker.take(at(T0 - 9000, ("c", 0, 0)), None, LIGHTS, 9.0)
    assert seen.scenes[-1].tracks == ("c",)


def test_another_run_sees_other_people(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, onlooker = Seen(h, monkeypatch), Onlooker(h.junction)
    onlooker.take(at(T0, ("old", 0, 0)), None, LIGHTS, 0.0)
    onlooker.begin()
    onlooker.take(at(T0 + 0.3, ("new", 0, 0)), None, LIGHTS, 0.3)
    assert seen.scenes[-1].tracks == ("new",)
    onlooker.nobody(0.4)
    assert (seen.scenes[-1].tracks, dict(seen.scenes[-1].lights)) == ((), {})


def test_an_empty_street_that_a_camera_watches(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, onlooker = Seen(h, monkeypatch), Onlooker(h.junction)
    onlooker.take(empty_tracks(), T0, LIGHTS, 0.0)
    onlooker.take(empty_tracks(), T0 + 0.1, LIGHTS, 0.1)
    onlooker.take(empty_tracks(), T0 + 0.2, LIGHTS, 0.2)
    # and one that was away for a while, or whose clock is wild
    onlooker.take(empty_tracks(), T0 + 60.0, LIGHTS, 60.0)
    onlooker.take(empty_tracks(), T0 + 9e6, LIGHTS, 60.1)
    assert [(s.t, len(s)) for s in seen.scenes] == [(T0, 0), (T0 + 0.2, 0), (T0 + 60.0, 0)]


@contextmanager
def receiving(h: House) -> Iterator[Receiver]:
    receiver, stop = Receiver(h.junction), threading.Event()
    thread = threading.Thread(target=receiver, args=(stop,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        stop.set()
        thread.join(LONG_S)
        assert not thread.is_alive()


def camera(h: House, name: str, state: str) -> Callable[[], Any]:
    def there() -> Any:
        found = h.junction.cameras.get(name)
        return found if found is not None and found["state"] == state else None

    return there


def test_a_server_that_starts_first_waits_and_says_so(h: House, tmp_path: Path) -> None:
    h.junction.live = False
    with receiving(h):
        idle = until(camera(h, "live", "idle"))
        assert (idle["message"], idle["since"]) == (NOBODY, None)
        client = h.signed_in()
        assert client.get("/api/v1/junctions").json()[0]["state"] == "idle"
        assert client.get("/api/v1/junctions/somewhere/health").json()["cameras"][0]["message"] == NOBODY
        drawing = drawing_of(tmp_path / "site.toml")
        with Broadcast(h.store.folder, drawing) as broadcast:
            until(lambda: h.junction.live)
            broadcast.report(
                [{"camera": "north", "state": "ok", "rate_fps": 9.5}, {"camera": "south", "state": "late"}]
            )
            until(camera(h, "south", "late"))
            assert set(h.junction.cameras) == {"north", "south"}
            assert client.get("/api/v1/junctions").json()[0]["state"] == "late"
            broadcast.rows(at(T0, ("a", 1, 2)), None, False, lambda t: LIGHTS)
            until(lambda: h.junction.last_scene is not None and b'"car",1.0,2.0' in h.junction.last_scene)
            assert b'"s0":"red"' in (h.junction.last_scene or b"")
        until(camera(h, "live", "idle"))
        assert h.junction.cameras["live"]["since"] is not None
        assert not h.junction.live
        assert h.junction.last_scene is not None
        assert b'{"users":[],"lights":{}}' in h.junction.last_scene


def test_a_run_that_fails_says_why(h: House) -> None:
    with receiving(h):
        broadcast = Broadcast(h.store.folder, "").__enter__()
        until(lambda: broadcast.report_due)
        broadcast.__exit__(ValueError, ValueError("disk is full"), None)
        lost = until(camera(h, "live", "lost"))
        assert lost["message"] == "the run has ended: disk is full"
        time.sleep(2.5 * receive.LOOK_S)
        assert h.junction.cameras["live"] == lost


def test_what_a_killed_run_leaves_behind_is_lost_and_does_no_harm(h: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    announce(h.store.folder, Announcement(port, bytes(32)))
    with receiving(h):
        lost = until(camera(h, "live", "lost"))
        assert "without a word" in lost["message"]
        with Broadcast(h.store.folder, ""):
            until(lambda: h.junction.live)
        until(camera(h, "live", "idle"))


def test_somebody_else_on_the_port_is_not_believed(h: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        announce(h.store.folder, Announcement(other.getsockname()[1], bytes(32)))
        stop = threading.Event()

        def pretend() -> None:
            other.settimeout(0.2)
            while not stop.is_set():
                try:
                    sock, _ = other.accept()
                except TimeoutError:
                    continue
                with sock:
                    sock.sendall(b"passerby live 1\n" + bytes(64))

        thread = threading.Thread(target=pretend)
        thread.start()
        try:
            with receiving(h):
                lost = until(camera(h, "live", "lost"))
                assert "does not know the key" in lost["message"]
                assert not h.junction.live
        finally:
            stop.set()
            thread.join()


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may read everything")
def test_another_users_run_is_said(h: House) -> None:
    announce(h.store.folder, Announcement(1, bytes(32)))
    (h.store.folder / "live.json").chmod(0)
    with receiving(h):
        assert "another user" in until(camera(h, "live", "lost"))["message"]


def test_a_run_that_hangs_is_late_then_lost(h: House, ahead: list[float]) -> None:
    with receiving(h), Broadcast(h.store.folder, "") as broadcast:
        until(lambda: broadcast.report_due)
        broadcast.report([{"camera": "north", "state": "ok", "rate_fps": 9.5}])
        until(camera(h, "north", "ok"))
        broadcast.rows(at(T0, ("a", 1, 2)), None, False, lambda t: LIGHTS)
        until(lambda: h.junction.last_scene is not None and b'"car"' in h.junction.last_scene)
        ahead[0] += 1500
        late = until(camera(h, "north", "late"))
        assert "nothing has come" in late["message"]
        assert h.junction.live
        ahead[0] += 1000
        until(camera(h, "north", "lost"))
        until(lambda: not h.junction.live)
        until(lambda: h.junction.last_scene is not None and b'"users":[]' in h.junction.last_scene)
        broadcast.report([{"camera": "north", "state": "ok"}])
        until(camera(h, "north", "ok"))
        assert h.junction.live
        # as where its only camera gives no pictures
        broadcast.report([{"camera": "north", "state": "lost"}])
        until(lambda: not h.junction.live)


def saved(client: TestClient, toml: str) -> list[Any]:
    """The doubts about a drawing that is saved."""
    answer = client.put("/api/v1/junctions/somewhere/site", json={"toml": toml} | base(client))
    assert answer.status_code == 200, answer.text
    return answer.json()["doubts"]  # type: ignore[no-any-return]


def test_an_older_drawing_is_said_on_the_wall_and_where_it_is_saved(h: House, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    client = h.signed_in()
    with receiving(h), Broadcast(h.store.folder, drawing_of(path)) as broadcast:
        until(lambda: broadcast.report_due)
        cameras = [
            {"camera": "north", "state": "ok", "message": None},
            {"camera": "south", "state": "lost", "message": "no"},
        ]
        broadcast.report(cameras)
        until(camera(h, "north", "ok"))
        assert saved(client, SITE) == []
        changed = SITE.replace("Somewhere", "Elsewhere")
        doubts = saved(client, changed)
        assert [d["message"] for d in doubts] == [OLDER]
        broadcast.report(cameras)
        assert until(camera(h, "north", "unsure"))["message"] == OLDER
        assert h.junction.cameras["south"]["message"] == f"no; {OLDER}"
        assert saved(client, SITE) == []
        broadcast.report(cameras)
        until(camera(h, "north", "ok"))
    until(camera(h, "live", "idle"))
    assert saved(client, changed) == []


def test_the_same_is_told_once(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(h.junction.hub, "operator_event", lambda name, value, remembered=True: told.append(value))
    place = Standing(h.junction)
    for _ in range(3):
        place.idle()
        place.absent()
    for _ in range(3):
        place.lost("run_vanished", "gone")
    place.absent()
    assert [v["cameras"][0]["state"] for v in told] == ["idle", "lost", "idle"]
