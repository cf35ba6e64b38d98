"""`passerby live` in one process, `passerby serve` in another, one store: whatever is killed, the screens come back."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from passerby.live.announcement import announced
from passerby.live.pulse import LATE_S
from passerby.live.wire import prove_to_junction
from tests.serve.processes import LONG_S, PASSERBY, SITE, Live, Screen, Served, announcement, closing, until

EXAMPLES = Path(__file__).parents[3] / "shared" / "examples" / "sumo_cross4"
OPERATORS = "/api/v1/junctions/somewhere/stream"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "store").mkdir()
    (tmp_path / "site.toml").write_text(SITE)
    return tmp_path


def somebody(scene: Any) -> bool:
    return bool(scene["users"])


def ok(health: Any) -> bool:
    return [(c["camera"], c["state"]) for c in health["cameras"]] == [("tracks", "ok")]


def clean(folder: Path) -> None:
    subprocess.run(
        [PASSERBY, "privacy", "verify", str(folder / "store")], check=True, timeout=LONG_S, capture_output=True
    )


def test_it_may_be_served_before_it_has_run(folder: Path) -> None:
    (folder / "store").rmdir()
    served = Served(folder)
    with closing(served):
        assert [(c["camera"], c["state"]) for c in served.cameras()] == [("live", "idle")]
        assert not (folder / "store").exists()
        screen = Screen(served.port)
        live = Live(folder)
        with closing(live, screen):
            assert screen.event("live", lambda on: on == {"on": True})
            assert screen.event("scene", somebody)["users"][0][0] == "car"
            # what was found before it looked at the store is there, what is found now is told
            assert screen.event("replay")


def test_from_rows_to_the_screens_of_another_process(folder: Path) -> None:
    served = Served(folder)
    with closing(served):
        assert [(c["camera"], c["state"]) for c in served.cameras()] == [("live", "idle")]
        screen, wall = Screen(served.port), Screen(served.port, OPERATORS, served.cookie)
        assert screen.event("live") == {"on": False}
        live = Live(folder)
        with closing(live, screen, wall):
            live.announced()
            assert (folder / "store" / "live.json").stat().st_mode & 0o777 == 0o600
            assert screen.event("live") == {"on": True}
            scene = screen.event("scene", somebody)
            assert scene["users"][0][0] == "car"
            assert scene["lights"] == {"s0": "red"}
            replay = screen.event("replay")
            assert replay["kind"] == "red_light"
            health = wall.event("health", ok)["cameras"][0]
            assert 5 < health["rate_fps"] < 15
            assert 0 <= health["delay_s"] < LATE_S
            assert wall.event("scene", somebody)["lights"] == {"K1": "red"}
            clean(folder)
            # an empty street is shown empty, with its lights, and is still live
            live.street.resting.set()
            assert screen.event("scene", lambda s: not s["users"])["lights"] == {"s0": "red"}
            with (folder / "signals.csv").open("a") as log:
                log.write(f"{time.time():.1f},K1,green\n")
            screen.event("scene", lambda s: s["lights"] == {"s0": "green"} and not s["users"])
            assert live.end() == 0
            assert announcement(folder) is None
            screen.event("live", lambda v: not v["on"])
            idle = until(lambda: [c for c in served.cameras() if c["state"] == "idle"])
            assert idle[0]["since"]
    clean(folder)


def test_a_live_process_that_is_killed_and_begun_again(folder: Path) -> None:
    served = Served(folder)
    first = Live(folder, name="first")
    with closing(served, first):
        screen = Screen(served.port)
        screen.event("scene", somebody)
        until(lambda: ok({"cameras": served.cameras()}))
        first.kill()
        screen.event("live", lambda v: not v["on"])
        # one that was under way may come before it
        screen.event("scene", lambda s: s == {"users": [], "lights": {}})
        lost = until(lambda: [c for c in served.cameras() if c["state"] == "lost"])
        assert lost[0]["camera"] == "tracks"
        assert "without a word" in lost[0]["message"]
        assert lost[0]["since"]
        assert announcement(folder) is not None
        clean(folder)
        second = Live(folder, name="second")
        with closing(second):
            screen.event("live", lambda v: v["on"])
            screen.event("scene", somebody)
            until(lambda: ok({"cameras": served.cameras()}))
            assert second.end() == 0
        assert announcement(folder) is None
        clean(folder)


@pytest.mark.slow
def test_a_server_that_is_killed_and_begun_again(folder: Path) -> None:
    live = Live(folder)
    with closing(live):
        live.announced()
        first = Served(folder)
        Screen(first.port).event("scene", somebody)
        first.kill()
        second = Served(folder)
        with closing(second):
            Screen(second.port).event("scene", somebody)
            Screen(second.port).event("replay")
        assert live.process.poll() is None
        assert live.end() == 0


@pytest.mark.slow
def test_a_server_that_stands_still_does_not_hold_up_the_run(folder: Path) -> None:
    """A stopped process reads nothing: the run comes to its end all the same, with all its events."""
    served = Served(folder)
    rows = ["track,class,t,x,y"]
    t0 = time.time() - 150
    for k in range(1500):
        n, since = divmod(k / 10, 8.0)
        rows += [f"car{n:.0f},car,{t0 + k / 10:.1f},-1.5,{60 - 10 * since:.1f}"] if since < 6.5 else []
        rows += [f"w{w},pedestrian,{t0 + k / 10:.1f},{20 + w % 40},{20 + w / 40:.2f}" for w in range(60)]
    (folder / "signals.csv").write_text(f"t,signal,state\n{t0 - 60:.0f},K1,red\n")
    words = ["live", "--site", "site.toml", "--store", "store", "--signals", "signals.csv"]
    live = subprocess.Popen([PASSERBY, *words], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert live.stdin is not None
    screen = Screen(served.port)
    try:
        live.stdin.write("\n".join(rows[:200]).encode() + b"\n")
        live.stdin.flush()
        screen.event("live", lambda v: v["on"])
        os.kill(served.process.pid, signal.SIGSTOP)
        live.stdin.write("\n".join(rows[200:]).encode() + b"\n")
        live.communicate(timeout=600)
        assert live.returncode == 0
    finally:
        os.kill(served.process.pid, signal.SIGCONT)
        live.kill()
    with closing(served):
        events = (
            served.get("/api/v1/junctions/somewhere/events?kind=red_light&limit=500")["events"] if served.cookie else []
        )
        assert len(events) >= 17
        until(lambda: [c for c in served.cameras() if c["state"] == "idle"])


def test_who_only_knows_the_port_is_told_nothing(folder: Path) -> None:
    import socket

    live = Live(folder)
    with closing(live):
        port = live.announced()["port"]
        with socket.create_connection(("127.0.0.1", port), LONG_S) as sock, pytest.raises(ConnectionError):
            prove_to_junction(sock, bytes(32), 10)
        found = announced(folder / "store")
        assert found is not None
        with socket.create_connection(("127.0.0.1", port), LONG_S) as sock:
            prove_to_junction(sock, found.key, 10)
            assert b"site_sha256" in sock.recv(4096)


@pytest.mark.slow
def test_two_junctions_of_two_processes_on_one_wall(tmp_path: Path) -> None:
    places = []
    for name in ("one", "two"):
        (tmp_path / name / "store").mkdir(parents=True)
        places.append(tmp_path / name)
    (tmp_path / "passerby.toml").write_text(
        "".join(f'[[junction]]\nid = "{n}"\nsite = "{n}/site.toml"\nstore = "{n}/store"\n' for n in ("one", "two"))
    )
    lives = [Live(place, name=place.name) for place in places]
    served = Served(tmp_path, "--config", "passerby.toml")
    with closing(served, *lives):
        for name in ("one", "two"):
            Screen(served.port, f"/api/v1/public/junctions/{name}/stream").event("scene", somebody)
        until(lambda: [j["state"] for j in served.get("/api/v1/junctions")] == ["ok", "ok"])
        lives[1].kill()
        until(lambda: [j["state"] for j in served.get("/api/v1/junctions")] == ["ok", "lost"])


@pytest.mark.slow
@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the example junction is not here")
def test_the_example_junction_as_if_it_were_now(tmp_path: Path) -> None:
    """Half a minute of the simulated junction, paced, with its signals: scenes with lights, replays, health."""
    (tmp_path / "store").mkdir()
    (tmp_path / "site.toml").write_bytes((EXAMPLES / "site.toml").read_bytes())
    with gzip.open(EXAMPLES / "tracks.csv.gz", "rt") as file:
        head = file.readline()
        lines = [line.rstrip("\n").split(",") for line in file]
    at = head.strip().split(",").index("t")
    t0 = min(float(line[at]) for line in lines) + 120
    shift = time.time() + 8 - t0
    lines = sorted((line for line in lines if t0 <= float(line[at]) < t0 + 30), key=lambda line: float(line[at]))
    log = (EXAMPLES / "signals.csv").read_text().splitlines()
    moved = [f"{float(t) + shift:.2f},{rest}" for t, _, rest in (line.partition(",") for line in log[1:])]
    (tmp_path / "signals.csv").write_text("\n".join([log[0], *moved]) + "\n")
    served = Served(tmp_path)
    words = ["live", "--site", "site.toml", "--store", "store", "--signals", "signals.csv", "-q"]
    live = subprocess.Popen([PASSERBY, *words], cwd=tmp_path, stdin=subprocess.PIPE)
    assert live.stdin is not None
    with closing(served):
        junction = served.get("/api/v1/public/junctions")[0]["id"]
        screen = Screen(served.port, f"/api/v1/public/junctions/{junction}/stream")
        try:
            live.stdin.write(head.encode())
            for line in lines:
                t = float(line[at]) + shift
                time.sleep(max(0.0, t - time.time()))
                live.stdin.write(",".join([*line[:at], f"{t:.2f}", *line[at + 1 :]]).encode() + b"\n")
                live.stdin.flush()
            scene = screen.event("scene", lambda s: len(s["users"]) > 10)
            assert len(scene["lights"]) > 4
            assert screen.event("replay")["frames"]
            live.stdin.close()
            assert live.wait(LONG_S) == 0
        finally:
            live.kill()
