"""What the public screen notices while the costliest drawings are saved, twelve at once.

    python benchmarks/drawings_beside_scenes.py [--saves 12] [--screens 200] [--seconds 60] [--port 8100]

`passerby live`, `passerby serve` and a screen as in `live_to_screen.py`, of 100 road users, beside so many more
screens. A third of the way in, so many connections save a drawing at once that is as costly to check as the bounds
allow: 200 lanes of 45 points and 200 stop lines that face each other's way. Printed: from a frame's row to its scene
before the saves, and until the last of them is answered.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from hashlib import sha256
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.live_to_screen import SITE, Screen, run
from benchmarks.machine import PASSERBY, described
from passerby.serve.keep import Keep

USERS = 100


def costly() -> str:
    """A drawing as costly as the bounds allow, around that of the bench."""
    drawn = [SITE]
    for i in range(199):
        way = ",".join(f"[{n},{i / 2 + n % 2 * 3}]" for n in range(45))
        drawn.append(f'[[lane]]\nid="l{i}"\nwidth=3\ncentreline=[{way}]')
    for i in range(198):
        drawn.append(f'[[stop_line]]\nid="s{i}"\nheading=180\npoints=[[{i % 50},{i * 0.3}],[{i % 50 + 30},{i * 0.3}]]')
    return "\n".join(drawn)


def others(port: int, screens: int) -> None:
    """Screens that are read and looked at by nobody, until they end."""
    every = selectors.DefaultSelector()
    for _ in range(screens):
        one = socket.create_connection(("127.0.0.1", port), 20)
        one.sendall(b"GET /api/v1/public/junctions/bench/stream HTTP/1.1\r\nhost: x\r\n\r\n")
        every.register(one, selectors.EVENT_READ, one)
    while every.get_map():
        for key, _ in every.select():
            if not key.data.recv(1 << 16):
                every.unregister(key.data)
        time.sleep(0.1)


def save(port: int, secret: str, body: bytes, answers: list[tuple[int, float]]) -> None:
    """Save a drawing; its status and how long it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=180)
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    connection.request("PUT", "/api/v1/junctions/bench/site", body, headers)
    answer = connection.getresponse()
    answer.read()
    answers.append((answer.status, time.monotonic() - began))


def main() -> int:
    """Measure and print."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--saves", type=int, default=12)
    wanted.add_argument("--screens", type=int, default=200)
    wanted.add_argument("--seconds", type=float, default=60.0)
    wanted.add_argument("--port", type=int, default=8100)
    given = wanted.parse_args()
    print(described())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "store").mkdir()
        (folder / "site.toml").write_text(SITE)
        (folder / "signals.csv").write_text("t,signal,state\n1000,K1,green\n")
        _, secret = Keep(folder / "data").tokens.make("bench", "operator", 1, "bench")
        body = json.dumps({"toml": costly(), "base_sha256": sha256(SITE.encode()).hexdigest()}).encode()
        words = ["serve", "site.toml", "--store", "store", "--data", "data", "--port", str(given.port)]
        server = subprocess.Popen([*PASSERBY, *words], cwd=folder, stdout=subprocess.PIPE)
        assert server.stdout is not None
        while b"Ctrl-C" not in (line := server.stdout.readline()):
            if not line:
                sys.exit("passerby serve did not start")
        threading.Thread(target=others, args=(given.port, given.screens), daemon=True).start()
        screen, answers, between = Screen(given.port), list[tuple[int, float]](), list[float]()

        def savers() -> None:
            time.sleep(given.seconds / 3)
            between.append(time.monotonic())
            every = [
                threading.Thread(target=save, args=(given.port, secret, body, answers)) for _ in range(given.saves)
            ]
            for one in every:
                one.start()
            for one in every:
                one.join()
            between.append(time.monotonic())

        saving = threading.Thread(target=savers)
        saving.start()
        sent, _ = run(folder, USERS, given.seconds, screen)
        saving.join()
        server.terminate()
        _, _, used = os.wait4(server.pid, 0)
    shown = [(sent[k], screen.arrived[k] - sent[k]) for k in screen.arrived if k in sent and k > 50]
    at, late = np.array(shown).T
    begun, ended = between
    for said, some in (("before the saves", at < begun), ("during the saves", (at >= begun) & (at < ended))):
        ms = late[some] * 1e3
        if len(ms):
            print(
                f"row to scene {said}: median {np.median(ms):.0f} ms, 95 % {np.quantile(ms, 0.95):.0f} ms, "
                f"most {ms.max():.0f} ms ({len(ms)} frames)"
            )
    statuses, slowest = Counter(s for s, _ in answers), max(s for _, s in answers)
    print(f"{given.saves} saves: {dict(statuses)}, the slowest answered after {slowest:.1f} s")
    print(f"`serve`: {used.ru_utime + used.ru_stime:.1f} s of processor time")
    return 0


if __name__ == "__main__":
    sys.exit(main())
