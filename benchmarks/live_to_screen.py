"""From a row's arrival at `passerby live` to its scene at a public screen of `passerby serve`, and what that costs.

    python benchmarks/live_to_screen.py [--users 100] [--seconds 60] [--port 8100]

Three processes: this one writes rows of so many road users ten times a second into `passerby live` and reads the public
stream as a screen does; `passerby serve` is the second, both as installed. A tram moves 0.1 m from one frame to the
next, so that a scene tells which frame it shows; its latency runs from the return of the frame's write into the pipe to
the scene's last byte here. Then the same run again without a server, to compare the processor time of `live`; and what
telling costs the thread that runs the rules, alone, measured in this process.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import PASSERBY, described
from passerby.live.announcement import announced
from passerby.live.broadcast import Broadcast
from passerby.live.wire import prove_to_junction
from passerby.tracks.record import Tracks

RATE_HZ = 10
STEP_M = 0.1
SITE = """version = 1
[site]
name = "bench"
[[signal]]
id = "K1"
[[stop_line]]
id = "north"
points = [[-300.0, 30.0], [300.0, 30.0]]
heading = 180.0
signal = "K1"
[[stop_line]]
id = "south"
points = [[-300.0, -30.0], [300.0, -30.0]]
heading = 0.0
signal = "K1"
"""


def frame(k: int, users: int) -> tuple[list[str], list[str], np.ndarray, np.ndarray]:
    """Names, classes, x and y of everyone: a tram that tells the frame's number, cars in lanes, people on footways.

    Ten rows of traffic, each at one pace; who comes to the end of a row begins it anew as somebody else.
    """
    i = np.arange(users - 1)
    row = i % 10
    pace = np.where(row < 6, 9.0, 1.4)
    way = 40.0 * (i // 10) + 3.0 * row + pace * k / RATE_HZ
    length = 40.0 * np.ceil(users / 10)
    x = np.append(-280 + STEP_M * k, way % length - length / 2)
    y = np.append(0.0, np.where(row < 6, 6.0 + 4 * row, -6.0 - 3 * row))
    names = ["t", *(f"u{n}_{m:.0f}" for n, m in zip(i.tolist(), (way // length).tolist(), strict=True))]
    return names, ["tram", *("car" if r < 6 else "pedestrian" for r in row.tolist())], x, y


class Screen(threading.Thread):
    """Reads the public stream: when which frame's scene arrived."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.arrived: dict[int, float] = {}
        self.scenes = 0
        self._socket = socket.create_connection(("127.0.0.1", port), 20)
        self._socket.sendall(b"GET /api/v1/public/junctions/bench/stream HTTP/1.1\r\nhost: x\r\n\r\n")
        self.start()

    def run(self) -> None:
        scene = False
        for line in self._socket.makefile("rb"):
            if line.startswith(b"event: "):
                scene = line == b"event: scene\n"
            elif scene and line.startswith(b"data: "):
                now = time.monotonic()
                self.scenes += 1
                for user in json.loads(line[6:])["users"]:
                    if user[0] == "tram":
                        self.arrived.setdefault(round((user[1] + 280) / STEP_M), now)


def run(folder: Path, users: int, seconds: float, screen: Screen | None) -> tuple[dict[int, float], float]:
    """Feed `live` for so long; when each frame was in its pipe, and the processor time it took, start included."""
    words = ["live", "--site", "site.toml", "--store", "store", "--signals", "signals.csv", "--quiet"]
    live = subprocess.Popen([*PASSERBY, *words], cwd=folder, stdin=subprocess.PIPE)
    assert live.stdin is not None
    live.stdin.write(b"track,class,t,x,y\n")
    live.stdin.flush()
    while announced(folder / "store") is None:
        time.sleep(0.05)
    time.sleep(1.0 if screen is not None else 0.0)
    began, wall, sent = time.monotonic(), time.time(), {}
    for k in range(round(seconds * RATE_HZ)):
        names, classes, x, y = frame(k, users)
        rows = zip(names, classes, x.tolist(), y.tolist(), strict=True)
        t = wall + k / RATE_HZ
        data = "".join(f"{name},{cls},{t:.3f},{a:.3f},{b:.3f}\n" for name, cls, a, b in rows).encode()
        time.sleep(max(0.0, began + k / RATE_HZ - time.monotonic()))
        live.stdin.write(data)
        live.stdin.flush()
        sent[k] = time.monotonic()
    live.stdin.close()
    _, status, used = os.wait4(live.pid, 0)
    live.returncode = os.waitstatus_to_exitcode(status)
    if live.returncode:
        sys.exit(f"passerby live ended with {live.returncode}")
    return sent, used.ru_utime + used.ru_stime


def cost_us(users: int, readers: int, frames: int = 2000) -> float:
    """Processor time of the telling thread per frame, microseconds, with so many who listen."""

    def listen(folder: Path) -> None:
        found = announced(folder)
        assert found is not None
        with socket.create_connection(("127.0.0.1", found.port)) as sock:
            prove_to_junction(sock, found.key, 5.0)
            sock.settimeout(None)
            while sock.recv(1 << 20):
                pass

    nan = np.full(users, np.nan)
    ids = tuple(f"{n:010x}" for n in range(users))
    lights = {f"K{n}": "red" for n in range(8)}
    with tempfile.TemporaryDirectory() as folder, Broadcast(Path(folder), "") as broadcast:
        for _ in range(readers):
            threading.Thread(target=listen, args=(Path(folder),), daemon=True).start()
        time.sleep(0.5 * bool(readers))
        spent = 0.0
        for k in range(frames):
            _, _, x, y = frame(k, users)
            tracks = Tracks(ids, np.arange(users), np.full(users, 3), np.full(users, k / RATE_HZ), x, y, nan, nan, nan)
            made = time.thread_time()
            broadcast.rows(tracks, None, False, lambda _: lights)
            spent += time.thread_time() - made
    return spent / frames * 1e6


def main() -> int:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--users", type=int, default=100)
    wanted.add_argument("--seconds", type=float, default=60.0)
    wanted.add_argument("--port", type=int, default=8100)
    given = wanted.parse_args()
    print(described())
    costs = [cost_us(given.users, n) for n in (0, 1, 3)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "store").mkdir()
        (folder / "site.toml").write_text(SITE)
        (folder / "signals.csv").write_text("t,signal,state\n1000,K1,green\n")
        words = ["serve", "site.toml", "--store", "store", "--port", str(given.port)]
        server = subprocess.Popen([*PASSERBY, *words], cwd=folder, stdout=subprocess.PIPE)
        assert server.stdout is not None
        while b"Ctrl-C" not in (line := server.stdout.readline()):
            if not line:
                sys.exit("passerby serve did not start")
        screen = Screen(given.port)
        sent, with_reader = run(folder, given.users, given.seconds, screen)
        time.sleep(1.0)
        server.terminate()
        _, _, used = os.wait4(server.pid, 0)
        _, alone = run(folder, given.users, given.seconds, None)
    ms = np.array([screen.arrived[k] - sent[k] for k in screen.arrived if k in sent and k > 5 * RATE_HZ]) * 1e3
    print(f"{given.users} road users, {RATE_HZ} frames a second, {given.seconds:g} s; {screen.scenes} scenes shown")
    print(
        f"from the row at `live` to its scene at the screen: median {np.median(ms):.0f} ms, 95 % "
        f"{np.quantile(ms, 0.95):.0f} ms, most {ms.max():.0f} ms ({len(ms)} frames)"
    )
    print(f"`live`: {with_reader:.1f} s of processor time with the server, {alone:.1f} s without (start included)")
    print(f"`serve`: {used.ru_utime + used.ru_stime:.1f} s of processor time (start included)")
    told = ", ".join(f"{c:.0f} us with {n}" for c, n in zip(costs, (0, 1, 3), strict=True))
    print(f"telling of a frame costs the run {told} who listen")
    return 0


if __name__ == "__main__":
    sys.exit(main())
