"""A thousand screens on one server: how long after an event is in the store does each of them have it?

    python benchmarks/thousand_screens.py [--screens 1000] [--seconds 60] [--users 60]

The server is the real one in a process of its own, on a socket, with one junction: five scenes a second of so many
road users, and every two seconds an event written into its store. The screens are one other process: plain connections
that read server-sent events. Both share this machine, so its cores serve and read. A latency runs from the return of
the store's `upsert` to the arrival of the whole `replay` at a screen; wanted is that each is within 2 s.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import numpy as np
from machine import described

EVERY_S = 2.0
LIMIT_S = 2.0
SITE = """version = 1
[site]
name = "A thousand screens"
[[stop_line]]
id = "north"
points = [[-40.0, 30.0], [40.0, 30.0]]
heading = 180.0
[[stop_line]]
id = "south"
points = [[-40.0, -30.0], [40.0, -30.0]]
heading = 0.0
"""


def serve(folder: Path, port: int, users: int) -> None:
    """The server's process: prints a line per event written, with its place and the instant it was on disk."""
    import pyarrow as pa

    from passerby.serve.app import create_app
    from passerby.serve.junction import Junction
    from passerby.serve.keep import Keep
    from passerby.serve.scene import Scene
    from passerby.serve.server import listen, server
    from passerby.serve.service import Service
    from passerby.site.toml import parse_site
    from passerby.store.tables import open_store
    from passerby.tables import VIOLATIONS

    store = open_store(folder / "store")
    junction = Junction("here", parse_site(SITE), open_store(folder / "store", read_only=True))
    ids = tuple(f"t{i}" for i in range(users))
    rng = np.random.default_rng(1)
    x0, y0, drift = rng.uniform(-40, 40, users), rng.uniform(-30, 30, users), rng.uniform(-1, 1, users)

    def feed(stop: Event) -> None:
        due, n = time.monotonic(), 0
        while not stop.wait(max(0.0, due - time.monotonic())):
            t = time.time()
            sway = 5 * np.sin(t / 5 + drift * 3)
            scene = Scene(
                t, ids, np.full(users, 3), x0 + sway, y0 + 0.0, np.full(users, 90.0), np.abs(drift) * 10,
                np.full(users, 4.5), np.full(users, 1.8), {},
            )  # fmt: skip
            junction.remember(scene)
            junction.publish_scene(scene)
            n, due = n + 1, due + 0.2
            if n % round(5 * EVERY_S) == 0 and n > 30:
                place = (n // 10 % 150) * 0.5 - 37.0
                row = {
                    "event": f"{n:016x}", "kind": "red_light", "class": "car", "track": ids[n % users],
                    "t": datetime.fromtimestamp(t - 2.5, UTC), "x": place, "y": 0.0, "place": "north",
                    "confidence": 0.9, "linked": [],
                }  # fmt: skip
                store.upsert("violations", pa.Table.from_pylist([row], schema=VIOLATIONS))
                print(json.dumps([place, time.monotonic()]), flush=True)

    service = Service({"here": junction}, Keep(folder / "serve"), (feed,))
    server(create_app(service), ready=lambda: print("ready", flush=True)).run([listen("127.0.0.1", port)])
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}), flush=True)


async def screens(port: int, n: int, seconds: float) -> None:
    """The screens' process: prints, as JSON, when each replay arrived where, and how many scenes did."""
    arrivals: list[tuple[float, float]] = []
    scenes, broken, open_now, peak = 0, 0, 0, 0

    async def screen(i: int) -> None:
        nonlocal scenes, broken, open_now, peak
        await asyncio.sleep(i * 3.0 / n)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        writer.write(b"GET /api/v1/public/junctions/here/stream HTTP/1.1\r\nhost: x\r\n\r\n")
        open_now += 1
        peak = max(peak, open_now)
        try:
            while True:
                line = await reader.readline()
                if not line:
                    break
                if line == b"event: scene\n":
                    scenes += 1
                elif line == b"event: replay\n":
                    await reader.readline()
                    data = await reader.readline()
                    at = time.monotonic()
                    head = data[6 : data.index(b"]", data.index(b'"place"')) + 1] + b"}"
                    arrivals.append((json.loads(head)["place"][0], at))
            broken += 1
        except (OSError, asyncio.IncompleteReadError):
            broken += 1
        finally:
            open_now -= 1
            writer.close()

    tasks = [asyncio.create_task(screen(i)) for i in range(n)]
    await asyncio.sleep(seconds)
    lost = broken
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"arrivals": arrivals, "scenes": scenes, "lost": lost, "peak": peak, "cpu_s": cpu}), flush=True)


def main() -> int:
    """Run both processes and print the times."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--screens", type=int, default=1000)
    wanted.add_argument("--seconds", type=float, default=60.0)
    wanted.add_argument("--users", type=int, default=60)
    wanted.add_argument("--port", type=int, default=8971)
    wanted.add_argument("--as", dest="role", choices=["server", "screens"])
    wanted.add_argument("--folder", type=Path)
    given = wanted.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, given.screens * 2 + 200)), hard))
    if given.role == "server":
        serve(given.folder, given.port, given.users)
        return 0
    if given.role == "screens":
        asyncio.run(screens(given.port, given.screens, given.seconds))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        own = [sys.executable, __file__, "--port", str(given.port)]
        own += ["--screens", str(given.screens), "--seconds", str(given.seconds), "--users", str(given.users)]
        server = subprocess.Popen([*own, "--as", "server", "--folder", folder], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        began = time.monotonic()
        found = json.loads(subprocess.run([*own, "--as", "screens"], capture_output=True, text=True, check=True).stdout)
        server.terminate()
        lines = [json.loads(line) for line in server.communicate(timeout=30)[0].splitlines()]
    return report(given, found, lines, began)


def report(given: argparse.Namespace, found: dict, lines: list, began: float) -> int:
    """Latencies of every event at every screen that was connected when it was written."""
    written = [(p, at) for p, at in lines[:-1] if began + 8 < at < began + given.seconds - LIMIT_S - 1]
    late, missed = [], 0
    for place, at in written:
        mine = [a - at for p, a in found["arrivals"] if p == place and 0 <= a - at < 60]
        late += mine
        missed += max(0, given.screens - len(mine))
    s = np.array(late) if late else np.array([np.inf])
    p50, p95 = np.percentile(s, [50, 95])
    rate, server = found["scenes"] / given.screens / (given.seconds - 3), lines[-1]
    print(described())
    print(f"{given.screens} screens, {given.users} road users, {given.seconds:g} s, {len(written)} events")
    print(f"at a screen after: p50 {p50:.2f} s, p95 {p95:.2f} s, max {s.max():.2f} s")
    print(f"missed {missed}, connections lost {found['lost']}, scenes {rate:.2f} a second at each")
    print(f"server: {server['cpu_s'] / given.seconds:.2f} cores, {server['peak_mib']:.0f} MiB at most")
    print(f"screens: {found['cpu_s'] / given.seconds:.2f} cores")
    return 0 if s.max() <= LIMIT_S and not missed and not found["lost"] else 1


if __name__ == "__main__":
    sys.exit(main())
