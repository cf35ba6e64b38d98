"""A made-up busy junction: as many road users at once as wanted, for as long as wanted, one cycle after the other.

    python benchmarks/traffic.py --at-once 100 --hours 24 --out FOLDER     # site.toml, signals.csv, tracks.parquet

Four arms with two through lanes, protected left and right turns, cycle lanes and crosswalks, four stages of fixed
time. Vehicles and cyclists follow Newell's simplified car-following model (2002) with bounded acceleration, so they
queue at red and never drive through each other; pedestrians wait at the kerb. A few run red, start late or speed.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from passerby.signals.history import STATE_CODE, STATES, SignalHistory
from passerby.site.model import Site
from passerby.site.toml import read_site
from passerby.tracks.classes import CLASSES, CODE
from passerby.tracks.rows import RowBatch

T0 = 1_780_000_000
HZ = 10
LANE_M = 3.0
LINE_M = 22.0  # from the centre to the stop lines
KERB_M = 14.5
STAGES = ((0.0, 30.0), (35.0, 18.0), (58.0, 30.0), (93.0, 18.0))  # begin and length of green, s
CYCLE_S = 116.0
ARMS = {"north": 180.0, "east": 270.0, "south": 0.0, "west": 90.0}  # heading of who comes from there
# lanes of an approach: offset right of the axis (lanes), turn (degrees), stage on north and south arms, speed (m/s),
# most in a cycle
LANES = {
    "left": (0.5, -90.0, 1, 9.0, 4),
    "through-1": (1.5, 0.0, 0, 12.5, 9),
    "through-2": (2.5, 0.0, 0, 12.5, 9),
    "right": (3.5, 90.0, 3, 9.0, 4),
    "cycle": (4.3, 0.0, 0, 4.8, 9),
}
SMOOTH = 50  # a box of 5 s on positions bounds accelerations to speed / 5 s
REACTION_STEPS = 15
NOISE_M = 0.05


@dataclass(frozen=True)
class Flow:
    """One lane: when in the cycle its amber begins (s), and the way of a front along it, 0 at the line."""

    arm: str
    lane: str
    stop_s: float
    green_s: float
    speed_mps: float
    most: int
    s: np.ndarray
    x: np.ndarray
    y: np.ndarray


def _unit(heading_deg: float) -> np.ndarray:
    return np.array([np.sin(np.radians(heading_deg)), np.cos(np.radians(heading_deg))])


def _right(heading_deg: float) -> np.ndarray:
    return _unit(heading_deg + 90.0)


def _stage(arm: str, lane: str) -> int:
    return (LANES[lane][2] + (0 if arm in ("north", "south") else 2)) % 4


def _flow(arm: str, lane: str) -> Flow:
    heading = ARMS[arm]
    offset, turn, _, speed, most = LANES[lane]
    reach = 60.0 if lane == "cycle" else 120.0
    begin = offset * LANE_M * _right(heading) - (LINE_M + reach) * _unit(heading)
    at_line = begin + reach * _unit(heading)
    leaves = offset * LANE_M * _right(heading + turn) + LINE_M * _unit(heading + turn)
    # a quadratic Bezier curve through the junction, straight for who goes through
    corner = at_line + _unit(heading) * float((leaves - at_line) @ _unit(heading))
    u = np.linspace(0, 1, 60)[:, None]
    curve = (1 - u) ** 2 * at_line + 2 * u * (1 - u) * corner + u**2 * leaves
    points = np.concatenate([[begin], curve, [leaves + (reach - 20.0) * _unit(heading + turn)]])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))]) - reach
    begin_s, green_s = STAGES[_stage(arm, lane)]
    return Flow(arm, lane, begin_s + green_s, green_s, speed, most, along, points[:, 0], points[:, 1])


FLOWS = [_flow(arm, lane) for arm in ARMS for lane in LANES]
WALKS = [(arm, way) for arm in ARMS for way in (1.0, -1.0)]
WALK_STAGE = {"north": 2, "south": 2, "east": 0, "west": 0}
WALK_S, CLEAR_S = 6.0, 24.0


class Traffic:
    """The junction with `at_once` road users on average; `batches` gives their rows, `site` and `signals` the rest."""

    def __init__(self, at_once: float, hours: float, seed: int = 1) -> None:
        self.at_once, self.cycles, self.seed = at_once, max(round(hours * 3600 / CYCLE_S), 1), seed
        self._load = 0.02 * at_once / 3
        for _ in range(6):
            self._rng = np.random.default_rng(seed + 1)
            self._new = 0
            rows = sum(len(self._cycle(i)[0]) for i in range(max(12, round(400 / at_once))))
            self._load *= at_once * max(12, round(400 / at_once)) * CYCLE_S * HZ / rows
        if self._load > 1.6:
            raise SystemExit(f"traffic: {at_once:g} road users at once are more than this junction holds (about 120)")

    @property
    def site(self) -> Site:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "site.toml"
            path.write_text(site_toml())
            return read_site(path)

    @property
    def signals(self) -> SignalHistory:
        begins = T0 + CYCLE_S * np.arange(-1, self.cycles + 3)
        changes = {}
        for arm, lane in itertools.product(ARMS, LANES):
            g, length = STAGES[_stage(arm, lane)]
            changes[f"{arm}-{lane}"] = _changes(begins, [(g, "green"), (g + length, "amber"), (g + length + 3, "red")])
        for arm in ARMS:
            g = STAGES[WALK_STAGE[arm]][0]
            states = [(g, "walk"), (g + WALK_S, "clear"), (g + WALK_S + CLEAR_S, "dont_walk")]
            changes[f"{arm}-walk"] = _changes(begins, states)
        return SignalHistory(changes)

    def batches(self, seconds: float = 60.0) -> Iterator[RowBatch]:
        """The rows in order of time, about `seconds` of them at a time; every call gives the same ones."""
        self._rng, self._new = np.random.default_rng(self.seed), 0
        names: list[str] = []
        edge, held = T0 - 30.0, None
        for i in range(self.cycles + 1):
            last = i == self.cycles
            # what the next cycle brings begins 25 s before it
            until = np.inf if last else T0 + (i + 1) * CYCLE_S - 25.0
            new = () if last else self._cycle(i)
            parts = [p for p in (held, new) if p]
            columns = [np.concatenate(c) for c in zip(*parts, strict=True)]
            order = np.argsort(columns[1], kind="stable")
            columns = [c[order] for c in columns]
            names.extend(f"t{n}" for n in range(len(names), self._new))
            t, held = columns[1], tuple(columns)
            if not len(t):
                continue
            while edge < min(until, t[-1] + 1e-3):
                a, b = np.searchsorted(t, [edge - 1e-6, min(edge + seconds, until) - 1e-6])
                if edge + seconds > until and not last:
                    break
                edge += seconds
                if b > a:
                    yield _batch(names, [c[a:b] for c in columns])
            rest = int(np.searchsorted(t, edge - 1e-6))
            held = tuple(c[rest:] for c in columns)

    def _cycle(self, i: int) -> tuple[np.ndarray, ...]:
        """Rows of one cycle's arrivals: track, t, class, x, y, length, width."""
        parts = [self._riders(i), self._walkers(i)]
        track, t, cls, x, y, length, width = (np.concatenate(c) for c in zip(*parts, strict=True))
        x, y = (v + self._rng.normal(0, NOISE_M, len(v)) for v in (x, y))
        return track, t, cls, x, y, length, width

    def _numbers(self, valid: np.ndarray) -> np.ndarray:
        number = np.where(valid, np.cumsum(valid).reshape(valid.shape) - 1 + self._new, -1)
        self._new += int(valid.sum())
        return number

    def _riders(self, i: int) -> tuple[np.ndarray, ...]:
        rng, f = self._rng, len(FLOWS)
        cycle = np.array([flow.lane == "cycle" for flow in FLOWS])
        most = np.array([flow.most for flow in FLOWS])
        speed = np.array([flow.speed_mps for flow in FLOWS])
        n = np.minimum(rng.poisson(self._load * most), most)
        tail = np.where(cycle, 14.0, 8.0)
        arrives = rng.uniform(0, 1, (f, most.max())) * (CYCLE_S - tail)[:, None]
        valid = np.arange(most.max()) < n[:, None]
        arrives = np.sort(np.where(valid, arrives, np.inf), axis=1)
        runs = rng.uniform(size=f) < 0.003
        arrives[:, 0] = np.where(runs & valid[:, 0], rng.uniform(1.3, 3.0, f), arrives[:, 0])
        pace = speed[:, None] * rng.uniform(0.87, 1.1, valid.shape)
        pace = np.where(rng.uniform(size=valid.shape) < 0.01, 1.4 * pace, pace)
        kind = rng.choice(["car", "car", "car", "car", "car", "car", "car", "van", "truck", "motorcycle"], valid.shape)
        kind[cycle] = "cyclist"
        size = {"car": (4.5, 1.8), "van": (5.5, 2.0), "truck": (9.5, 2.5), "motorcycle": (2.2, 0.8)}
        size["cyclist"] = (1.8, 0.6)
        length, width = (np.vectorize(lambda k, j=j: size[k][j])(kind) for j in (0, 1))

        tau = np.arange(-30 * HZ, round((CYCLE_S + 40) * HZ)) / HZ
        green = np.array([CYCLE_S - flow.green_s + 1.0 for flow in FLOWS])[:, None]
        light = np.where(tau < green, 0.0, speed[:, None] * (tau - green))
        track = self._numbers(valid)
        leader = np.full((f, len(tau)), np.inf)
        out = []
        for k in range(int(n.max(initial=0))):
            free = pace[:, k, None] * (tau - np.where(valid[:, k], arrives[:, k], 1e6)[:, None])
            follow = np.full_like(leader, np.inf)
            follow[:, REACTION_STEPS:] = leader[:, :-REACTION_STEPS]
            raw = np.minimum(free, follow)
            raw = np.where((runs & (k == 0))[:, None], raw, np.minimum(raw, light))
            leader = np.where(valid[:, k, None], raw - length[:, k, None] - 2.5, leader)
            total = np.cumsum(raw, axis=1)
            front = (total[:, SMOOTH:] - total[:, :-SMOOTH]) / SMOOTH
            for j in np.flatnonzero(valid[:, k]):
                flow = FLOWS[j]
                s = front[j] - length[j, k] / 2
                a, b = np.searchsorted(s, [flow.s[0], flow.s[-1]])
                here = s[a:b]
                ones = np.ones(b - a)
                out.append(
                    (
                        np.full(b - a, track[j, k]),
                        T0 + i * CYCLE_S + flow.stop_s + tau[SMOOTH + a : SMOOTH + b],
                        np.full(b - a, CODE[kind[j, k]]),
                        np.interp(here, flow.s, flow.x),
                        np.interp(here, flow.s, flow.y),
                        ones * length[j, k],
                        ones * width[j, k],
                    )
                )
        return _joined(out)

    def _walkers(self, i: int) -> tuple[np.ndarray, ...]:
        rng = self._rng
        out = []
        for arm, way in WALKS:
            n = min(rng.poisson(10 * self._load), 14)
            out_of, across = -_unit(ARMS[arm]), way * _right(ARMS[arm])
            walk = STAGES[WALK_STAGE[arm]][0] + CYCLE_S
            pace = rng.uniform(1.15, 1.6, n)
            # to the kerb after the last walk, from there with the next; a few with the end of it, or at once
            kerb = walk - CYCLE_S + WALK_S + rng.uniform(0, CYCLE_S - WALK_S, n)
            leave = np.maximum(kerb, walk + rng.uniform(0.3, 2.5, n))
            odd = rng.uniform(size=n)
            leave = np.where(odd < 0.01, walk + WALK_S + rng.uniform(0.5, 2.0, n), np.where(odd > 0.997, kerb, leave))
            before, beside = rng.uniform(0.6, 2.5, n), LINE_M - 5.5 + rng.uniform(-1.6, 1.6, n)
            end = leave + (2 * KERB_M + 12 + before) / pace
            numbers = self._numbers(np.ones(n, bool))
            for p in range(n):
                t = np.arange(np.ceil((kerb[p] - 10 / pace[p]) * HZ), np.floor(end[p] * HZ)) / HZ
                walked = pace[p] * (np.minimum(t - kerb[p], 0) + np.maximum(t - leave[p], 0)) - KERB_M - before[p]
                ones = np.ones(len(t))
                out.append(
                    (
                        np.full(len(t), numbers[p]),
                        T0 + i * CYCLE_S + t,
                        np.full(len(t), CODE["pedestrian"]),
                        beside[p] * out_of[0] + walked * across[0],
                        beside[p] * out_of[1] + walked * across[1],
                        ones * 0.5,
                        ones * 0.5,
                    )
                )
        return _joined(out)


def _joined(parts: list[tuple[np.ndarray, ...]]) -> tuple[np.ndarray, ...]:
    if not parts:
        i, f = np.empty(0, np.int64), np.empty(0)
        return i, f, i, f, f, f, f
    return tuple(np.concatenate(c) for c in zip(*parts, strict=True))


def _batch(names: list[str], c: list[np.ndarray]) -> RowBatch:
    return RowBatch(names, c[0], c[2], c[1], c[3], c[4], c[5], c[6], np.full(len(c[0]), np.nan))


def _changes(begins: np.ndarray, states: list[tuple[float, str]]) -> tuple[np.ndarray, np.ndarray]:
    t = np.add.outer(begins, [s for s, _ in states]).ravel()
    return t, np.tile(np.array([STATE_CODE[name] for _, name in states], np.int8), len(begins))


def _points(points: list[np.ndarray]) -> str:
    return "[" + ", ".join(f"[{p[0]:.3f}, {p[1]:.3f}]" for p in points) + "]"


def site_toml() -> str:
    """The junction as a site.toml."""
    text = 'version = 1\n[site]\nname = "Made-up junction"\ntimezone = "UTC"\norigin = [52.0, 10.0]\n'
    text += 'drives_on = "right"\nspeed_limit_kmh = 50.0\n'
    for arm, heading in ARMS.items():
        ahead, right = _unit(heading), _right(heading)
        for lane, (offset, turn, *_) in LANES.items():
            half = 0.9 if lane == "cycle" else LANE_M / 2
            middle = offset * LANE_M * right
            ends = [middle - LINE_M * ahead + side * half * right for side in (-1, 1)]
            kind = "bicycle" if lane == "cycle" else "vehicle"
            text += f'\n[[signal]]\nid = "{arm}-{lane}"\nkind = "{kind}"\n'
            text += f'[[stop_line]]\nid = "{arm}-{lane}-line"\npoints = {_points(ends)}\nheading = {heading}\n'
            text += f'[[stop_line.movement]]\nsignal = "{arm}-{lane}"\nexit_heading = {(heading + turn) % 360}\n'
            for name, a, b in (("in", -LINE_M - 125, -LINE_M), ("out", LINE_M, LINE_M + 105)):
                line = _points([middle + a * ahead, middle + b * ahead])
                text += f'[[lane]]\nid = "{arm}-{lane}-{name}"\ncentreline = {line}\nwidth = {2 * half}\n'
                text += f'kind = "{"cycle" if lane == "cycle" else "traffic"}"\n'
        corners = [-d * ahead + e * right for d, e in ((14.2, -1), (14.2, 1), (18.8, 1), (18.8, -1))]
        corners = [c + np.sign(float(c @ right)) * (KERB_M - 1) * right for c in corners]
        text += f'\n[[signal]]\nid = "{arm}-walk"\nkind = "pedestrian"\n'
        text += f'[[crosswalk]]\nid = "{arm}"\nsignal = "{arm}-walk"\npolygon = {_points(corners)}\n'
    return text


def write(traffic: Traffic, folder: Path, most_rows: int | None = None) -> int:
    """site.toml, signals.csv and tracks.parquet in a folder; returns how many rows."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(site_toml())
    changes = [
        (t, name, STATES[c])
        for name, (at, codes) in traffic.signals.changes.items()
        for t, c in zip(at, codes, strict=True)
    ]
    changes.sort()
    t, signal, state = zip(*changes, strict=True)
    pacsv.write_csv(pa.table({"t": t, "signal": signal, "state": state}), folder / "signals.csv")
    kind = pa.dictionary(pa.int32(), pa.string())
    fields = {"track": kind, "class": kind, "t": pa.timestamp("us", "UTC")}
    schema = pa.schema(fields | dict.fromkeys(("x", "y", "length", "width"), pa.float64()))
    rows = 0
    with pq.ParquetWriter(folder / "tracks.parquet", schema, compression="zstd") as writer:
        for b in traffic.batches(300.0):
            used, index = np.unique(b.track, return_inverse=True)
            track = pa.DictionaryArray.from_arrays(index.astype(np.int32), [b.names[n] for n in used])
            cls = pa.DictionaryArray.from_arrays(b.cls.astype(np.int32), list(CLASSES))
            t = pa.array(np.rint(b.t * 1e6).astype(np.int64)).cast(pa.timestamp("us", "UTC"))
            numbers = [np.round(v, 3) for v in (b.x, b.y)] + [b.length, b.width]
            writer.write_table(pa.table([track, cls, t, *map(pa.array, numbers)], schema=schema))
            rows += len(b)
            if most_rows is not None and rows >= most_rows:
                break
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a made-up recording of a busy junction.")
    parser.add_argument("--at-once", type=float, default=100.0)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    print(write(Traffic(options.at_once, options.hours), options.out), "rows")


if __name__ == "__main__":
    main()
