"""The real server with a made-up street on the demo's plan, for checks in a browser and for work on the pages.

    .venv/bin/python web/e2e/street.py [--port 8123] [--pages DIR] [--users 40] [--every 12] [--language de]

Prints its address; everybody signs in as `administrator` or `operator` with the password in `PASSWORD`. Commands come
as lines on standard input: `event KIND` (something happens now: prints when its row was committed, epoch s), `withdraw`
(the last event is taken back), `stop` and `go` (no scenes, scenes again).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from math import atan2, cos, degrees, hypot, sin
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from passerby.serve import pages
from passerby.serve.app import create_app
from passerby.serve.junction import Junction
from passerby.serve.keep import Keep
from passerby.serve.passwords import hashed
from passerby.serve.scene import Scene
from passerby.serve.server import listen, server
from passerby.serve.service import Service
from passerby.serve.users import ROLES, User
from passerby.site.model import Site
from passerby.site.toml import read_site
from passerby.store.tables import Store, open_store
from passerby.tables import CONFLICTS, COUNTS, VIOLATIONS
from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M

PASSWORD = "a street made up for checks"
STEP_S = 0.2
KINDS = ("red_light", "late_start", "outside_crosswalk", "speeding", "failure_to_yield", "stop_line_overrun")
ON_FOOT = ("late_start", "outside_crosswalk")
SHARES = {"car": (11.0, 55), "van": (10.0, 10), "truck": (9.0, 8), "bus": (9.0, 5), "motorcycle": (12.0, 5)}
SHARES |= {"tram": (8.0, 1), "cyclist": (5.0, 16)}
MEASURES = {
    "en": ("The pedestrians' green lasts four seconds longer since May.", "The cycle lane gets a kerb this autumn."),
    "de": ("Seit Mai ist die Grünphase zu Fuß vier Sekunden länger.", "Der Radweg bekommt im Herbst eine Bordkante."),
    "zh": ("自五月起，行人绿灯延长了四秒。", "今年秋天，自行车道将加装路缘石。"),
    "ja": ("5月から歩行者の青信号を4秒長くしました。", "今秋、自転車レーンに縁石を設けます。"),
}
Route = list[tuple[float, float]]


def routes(site: Site) -> tuple[list[Route], list[Route]]:
    """Ways to drive (each lane in, joined to each lane out that lies ahead) and to walk (along each crosswalk)."""
    lanes = [[*lane.centreline] for lane in site.lanes if lane.kind == "traffic"]
    ins = [c for c in lanes if hypot(*c[-1]) < hypot(*c[0])]
    outs = [c for c in lanes if hypot(*c[-1]) > hypot(*c[0])]
    drives = []
    for a in ins:
        for b in outs:
            (px, py), (qx, qy) = a[-1], b[0]
            ux, uy = px - a[-2][0], py - a[-2][1]
            n, reach = hypot(ux, uy), hypot(qx - px, qy - py) / 2
            if (ux * (qx - px) + uy * (qy - py)) / n < 8:
                continue
            mx, my = px + ux / n * reach, py + uy / n * reach
            s = np.linspace(0, 1, 13)
            bend = [
                (
                    (1 - k) ** 2 * px + 2 * k * (1 - k) * mx + k * k * qx,
                    (1 - k) ** 2 * py + 2 * k * (1 - k) * my + k * k * qy,
                )
                for k in s
            ]
            drives.append([*a, *bend, *b[1:]])
    walks = []
    for c in site.crosswalks:
        g = c.polygon
        ax, ay = (g[0][0] + g[3][0]) / 2, (g[0][1] + g[3][1]) / 2
        bx, by = (g[1][0] + g[2][0]) / 2, (g[1][1] + g[2][1]) / 2
        on, off = (1.5 * ax - 0.5 * bx, 1.5 * ay - 0.5 * by), (1.5 * bx - 0.5 * ax, 1.5 * by - 0.5 * ay)
        walks.append([on, (ax, ay), (bx, by), off])
    return drives, walks


class Mover:
    """A road user on a route, at an even speed; gone at its end."""

    def __init__(self, number: int, ways: tuple[list[Route], list[Route]], rng: random.Random, anywhere: bool) -> None:
        walking = rng.random() < 0.35 and bool(ways[1])
        points = rng.choice(ways[1] if walking else ways[0])
        self.points = np.array(points[::-1] if walking and rng.random() < 0.5 else points)
        self.reach = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(self.points, axis=0).T))])
        self.name = f"t{number}"
        names = list(SHARES)
        self.cls = "pedestrian" if walking else rng.choices(names, [SHARES[n][1] for n in names])[0]
        self.speed = (1.35 if walking else SHARES[self.cls][0]) * rng.uniform(0.8, 1.2)
        self.side = rng.uniform(-1.2, 1.2) if walking else rng.uniform(-0.2, 0.2)
        self.s = rng.uniform(0, self.reach[-1]) if anywhere else 0.0

    def move(self, dt: float) -> bool:
        """Go on; False at the end."""
        self.s += self.speed * dt
        return bool(self.s < self.reach[-1])

    def place(self) -> tuple[float, float, float]:
        """x, y, heading."""
        i = int(np.searchsorted(self.reach, self.s, "right")) - 1
        (ax, ay), (bx, by) = self.points[i], self.points[i + 1]
        h = atan2(bx - ax, by - ay)
        along = self.s - self.reach[i]
        x = ax + sin(h) * along + cos(h) * self.side
        return x, ay + cos(h) * along - sin(h) * self.side, degrees(h) % 360


class Street:
    """A feed: everybody on their way, lights that change, and things that happen when asked for."""

    def __init__(self, junction: Junction, store: Store, users: int, seed: int = 1) -> None:
        self.junction, self.store, self.n = junction, store, users
        self.rng = random.Random(seed)
        self.ways = routes(junction.site)
        self.made = 0
        self.movers = [self._mover(True) for _ in range(users)]
        self.halted = False
        self.last: tuple[str, str] | None = None
        self.acted: set[str] = set()
        self.lock = Lock()

    def _mover(self, anywhere: bool = False) -> Mover:
        self.made += 1
        return Mover(self.made, self.ways, self.rng, anywhere)

    def scene(self, t: float) -> Scene:
        """Everybody a step on."""
        self.movers = [m if m.move(STEP_S) else self._mover() for m in self.movers]
        places = np.array([m.place() for m in self.movers]).reshape(-1, 3)
        size = np.array([DEFAULT_FOOTPRINT_M[m.cls] for m in self.movers], np.float64).reshape(-1, 2)
        return Scene(
            t, tuple(m.name for m in self.movers), np.array([CLASSES.index(m.cls) for m in self.movers], np.int64),
            places[:, 0], places[:, 1], places[:, 2], np.array([m.speed for m in self.movers]), size[:, 0], size[:, 1],
            {s.id: self.light(s.id, s.kind, t) for s in self.junction.site.signals},
        )  # fmt: skip

    def light(self, signal: str, kind: str, t: float) -> str:
        """40 s of a fixed plan, half of the signals against the other half."""
        phase = (t / 40 + 0.5 * (sum(map(ord, signal)) % 2)) % 1
        if kind == "pedestrian":
            return "walk" if 0.55 < phase < 0.8 else "clear" if 0.8 <= phase < 0.9 else "dont_walk"
        return "green" if phase < 0.42 else "amber" if phase < 0.48 else "red_amber" if phase > 0.95 else "red"

    def before(self, seconds: float) -> None:
        """What was seen up to now, as if the server had run for long."""
        now = time.time()
        for k in range(int(seconds / STEP_S)):
            self.junction.remember(self.scene(now - seconds + k * STEP_S))

    def __call__(self, stop: Event) -> None:
        """Five scenes a second until told to stop."""
        due = time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            due += STEP_S
            if self.halted:
                continue
            with self.lock:
                scene = self.scene(time.time())
            self.junction.remember(scene)
            self.junction.publish_scene(scene)
            if round(due / STEP_S) % 10 == 0:
                state = {"state": "ok", "rate_fps": 5.0, "delay_s": 0.2, "calibration": "ok"}
                self.junction.health("north", state)

    def happen(self, kind: str) -> float:
        """Write an event that was just decided; when it was committed, epoch s."""
        wanted = "pedestrian" if kind in ON_FOOT else "car"
        with self.lock:
            known = {t for s in self.junction.recall.window(time.time() - 3.5, time.time()) for t in s.tracks}
            # the same road user twice within seconds is one happening
            ready = [(hypot(*m.place()[:2]), m) for m in self.movers if m.name in known - self.acted]
            ranked = [m for _, m in sorted(ready, key=lambda p: (p[0] > 30, p[1].cls != wanted, p[0]))]
            (x, y, _), one, other = ranked[0].place(), ranked[0], ranked[1]
            self.acted |= {one.name, other.name}
        row: dict[str, Any] = {"event": f"{self.rng.getrandbits(64):016x}", "x": x, "y": y, "linked": []}
        row["t"] = datetime.fromtimestamp(time.time() - 0.3, UTC)
        if kind == "near_miss":
            row |= {"kind": "crossing", "class_a": one.cls, "track_a": one.name, "class_b": other.cls, "pet_s": 0.9}
            row |= {"track_b": other.name, "ttc_s": 0.8, "severity": "serious", "confidence": 0.9}
        else:
            row |= {"kind": kind, "class": one.cls, "track": one.name, "confidence": 0.81, "speed_mps": one.speed}
        table, schema = ("conflicts", CONFLICTS) if kind == "near_miss" else ("violations", VIOLATIONS)
        self.store.upsert(table, pa.Table.from_pylist([row], schema=schema))
        self.last = (table, row["event"])
        return time.time()

    def withdraw(self) -> float:
        """Take the last event back."""
        if self.last is not None:
            self.store.withdraw(self.last[0], {self.last[1]})
        return time.time()


def fill(store: Store, site: Site, rng: random.Random) -> None:
    """Four weeks of events, more of them today and a week ago; counts, in detail for six hours, of one place before."""
    here = datetime.now(ZoneInfo(site.timezone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    spans = [(midnight + timedelta(days=d), here + timedelta(days=d), n) for d, n in ((0, 90), (-7, 110))]
    spans.append((midnight - timedelta(days=27), here - timedelta(minutes=5), 160))
    times = [a + (b - a) * rng.random() for a, b, n in spans for _ in range(n)]
    places = [(s.id, s.points[0], s.movements[0].signal if s.movements else None) for s in site.stop_lines]
    violations, conflicts = [], []
    for n, t in enumerate(times):
        place, (px, py), signal = rng.choice(places)
        row: dict[str, Any] = {"event": f"{n:016x}", "t": t, "x": px + rng.uniform(-2, 2), "y": py + rng.uniform(-2, 2)}
        row |= {"confidence": rng.uniform(0.7, 1), "linked": []}
        if rng.random() < 0.35:
            a, b = rng.choice(("car", "van", "truck")), rng.choice(("car", "cyclist", "pedestrian"))
            row |= {"kind": rng.choice(("rear_end", "crossing")), "class_a": a, "track_a": f"o{n}", "class_b": b}
            row |= {"track_b": f"p{n}", "ttc_s": rng.choice((None, rng.uniform(0.2, 1.5)))}
            row |= {"pet_s": rng.uniform(0.2, 5), "max_speed_mps": rng.uniform(3, 15)}
            conflicts.append(row | {"severity": rng.choice(("slight", "moderate", "serious"))})
        else:
            kind = rng.choice(KINDS)
            row |= {"kind": kind, "class": "pedestrian" if kind in ON_FOOT else "car", "track": f"o{n}"}
            row |= {"place": place, "signal": signal, "state": "red", "into_state_s": rng.uniform(0, 9)}
            violations.append(row | {"speed_mps": rng.uniform(4, 16)})
    store.upsert("violations", pa.Table.from_pylist(violations, schema=VIOLATIONS))
    store.upsert("conflicts", pa.Table.from_pylist(conflicts, schema=CONFLICTS))
    t0 = datetime.fromtimestamp(time.time() // 300 * 300, UTC)
    counts = [
        {"t0": t0 - timedelta(minutes=5 * i), "t1": t0 - timedelta(minutes=5 * (i - 1)), "place": place, "movement": m,
         "class": c, "n": rng.randint(0, 12 if c == "car" else 2)}
        for i in range(1, 73) for place, _, _ in places[:4]
        for m in ("left", "through") for c in ("car", "cyclist", "truck")
    ]  # fmt: skip
    early, step = t0 - timedelta(hours=6), timedelta(minutes=30)
    for k in range(1, 2 * 24 * 28):
        row = {"t0": early - k * step, "t1": early - (k - 1) * step, "place": places[0][0], "movement": "through"}
        counts.append(row | {"class": "car", "n": rng.randint(20, 60)})
    store.upsert("counts", pa.Table.from_pylist(counts, schema=COUNTS))


def obey(street: Street) -> None:
    """Do what standard input says, a line a time."""
    for line in sys.stdin:
        what, _, kind = line.strip().partition(" ")
        if what in ("stop", "go"):
            street.halted = what == "stop"
            at = time.time()
        else:
            at = street.withdraw() if what == "withdraw" else street.happen(kind or "red_light")
        print(json.dumps({"at": at}), flush=True)


def main() -> None:
    """Serve until stopped."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--port", type=int, default=0)
    wanted.add_argument("--pages", type=Path, help="folder with built pages; else the package's")
    wanted.add_argument("--users", type=int, default=40)
    wanted.add_argument("--every", type=float, default=0.0, help="something happens every so many seconds")
    wanted.add_argument("--language", default="en", choices=tuple(MEASURES))
    wanted.add_argument("--version", default="", help="another version of the pages than the one they have")
    given = wanted.parse_args()
    if given.pages is not None:
        pages.FOLDER = given.pages.resolve()  # type: ignore[misc]
    drawing = Path(__file__).parents[2] / "src/passerby/demo/site.toml"
    with tempfile.TemporaryDirectory() as name, open_store(Path(name) / "store") as store:
        folder = Path(name)
        own = folder / "site.toml"
        own.write_bytes(drawing.read_bytes())
        site = read_site(own)
        fill(store, site, random.Random(2))
        read = open_store(folder / "store", read_only=True)
        junction = Junction("a", site, read, given.language, MEASURES[given.language], site_path=own)
        street = Street(junction, store, given.users)
        street.before(600.0)
        keep = Keep(folder / "serve")
        keep.users._write({role: User(role, role, hashed(PASSWORD), False, 1.0) for role in ROLES})
        service = Service({"a": junction, "b": Junction("b", site)}, keep, (street,))
        # on a machine that is busy with other things nobody is sent away for that
        service.limits.patience_s = 600.0
        app = create_app(service)
        service.version = pages.version(pages.FOLDER) + given.version
        sock = listen("127.0.0.1", given.port)
        address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        Thread(target=obey, args=(street,), daemon=True).start()
        if given.every > 0:
            Thread(target=_again, args=(street, given.every), daemon=True).start()
        ready = lambda: print(json.dumps({"address": address, "password": PASSWORD}), flush=True)  # noqa: E731
        server(app, ready=ready).run([sock])


def _again(street: Street, every_s: float) -> None:
    kinds = ("near_miss", *KINDS)
    for n in range(10**9):
        time.sleep(every_s)
        street.happen(kinds[n % len(kinds)])


if __name__ == "__main__":
    main()
