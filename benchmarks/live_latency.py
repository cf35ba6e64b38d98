"""From the frame that decides an event to the event in the store: replayed at real pace while all cores are busy.

    python benchmarks/live_latency.py SITE.toml TRACKS SIGNALS               # the busiest two minutes, all cores loaded
    python benchmarks/live_latency.py SITE.toml TRACKS SIGNALS --seconds 60 --busy 0

The rows come in frames, as a camera's would, each with its promise. The frame that decides an event is the first after
which the rules, given the motion as smoothed from the whole recording but cut off there, find it. Latency is the wall
time from when that frame is due until the commit of the event's first version has returned; 0 if told sooner.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from machine import described

from passerby.conflicts.encounters import encounters
from passerby.conflicts.measures import join
from passerby.conflicts.pet import post_encroachment
from passerby.conflicts.settings import conflict_settings
from passerby.conflicts.ttc import time_to_collision
from passerby.live.analyse import Gathered
from passerby.live.engine import Engine
from passerby.live.events import conflict_rows, violation_row
from passerby.live.run import LiveRun
from passerby.rules import violations
from passerby.rules.ground import Ground
from passerby.rules.scene import Scene
from passerby.rules.settings import rule_settings
from passerby.signals.history import SignalHistory
from passerby.signals.read import read_signals
from passerby.site.model import Site
from passerby.site.toml import read_site
from passerby.store.tables import open_store
from passerby.tracks.motion import RATE_HZ, Motion, concatenate
from passerby.tracks.read import read_all
from passerby.tracks.record import Tracks

NEAR_S = 20.0
SAME_S = 5.0
SEEN_TICKS = 14
Key = tuple[str, ...]


def key_of(row: dict[str, Any]) -> Key:
    """What an event is, whatever its id."""
    if "track_a" in row:
        return ("conflict", *sorted((row["track_a"], row["track_b"])))
    return (row["kind"], row["track"])


def cut(motion: Motion, k: int) -> Motion:
    """The motion up to a tick, nobody having left."""
    keep = motion.k <= k
    starts = np.append(0, np.cumsum(np.bincount(motion.track[keep], minlength=len(motion.ids))))
    here = np.diff(starts) > 0
    names = [f.name for f in fields(Motion) if f.name not in ("ids", "starts")]
    per_track = ("cls", "length", "width", "closed")
    columns = {n: getattr(motion, n)[here] if n in per_track else getattr(motion, n)[keep] for n in names}
    ids = tuple(i for i, h in zip(motion.ids, here, strict=True) if h)
    return replace(
        Motion(ids, starts=np.append(starts[:-1][here], starts[-1]), **columns), closed=np.zeros(here.sum(), bool)
    )


def deciding(motion: Motion, site: Site, signals: SignalHistory, rows: list[dict[str, Any]]) -> dict[str, float]:
    """When each final event (by its id) was decided, epoch s."""
    ground, settings = Ground(site), rule_settings(site.rules)
    limits = conflict_settings(site.rules.get("conflicts"))
    wanted: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        wanted[key_of(row)].append(row)
    first: dict[str, float] = {}
    for k in range(int(motion.k.min()), int(motion.k.max()) + 1):
        near = cut(motion, k)
        found = [violation_row(v) for v in violations(Scene(near, ground, signals, settings, np.inf, np.inf))]
        measured = join([f(near, k - SEEN_TICKS, k + 1, limits) for f in (time_to_collision, post_encroachment)])
        found += conflict_rows(encounters(measured, k + 1, limits, closed=True)[0])
        for row in found:
            for same in wanted.get(key_of(row), ()):
                if abs(same["t"] - row["t"] / 1e6) < SAME_S or row.get("kind") == "speeding":
                    first.setdefault(same["event"], k / RATE_HZ)
    return first


def recorded(site: Site, signals: SignalHistory, tracks: Tracks) -> tuple[Motion, list[dict[str, Any]]]:
    """The motion and the events of the whole recording."""
    engine, gathered, parts = Engine(site, signals), Gathered(), []
    engine.on_ended = parts.append
    engine.push(tracks)
    gathered.add(engine.finish())
    tables = gathered.tables()
    return concatenate(parts), [*events(tables["violations"]), *events(tables["conflicts"])]


def events(table: pa.Table) -> list[dict[str, Any]]:
    """Rows with t in epoch seconds."""
    return [r | {"t": r["t"].timestamp()} for r in table.to_pylist()]


def known(signals: SignalHistory, t: float) -> SignalHistory:
    """What had been heard of the lights at an instant."""
    changes = {s: (times[times <= t], codes[times <= t]) for s, (times, codes) in signals.changes.items()}
    return SignalHistory(changes, t, signals.clock_sigma_s)


def busiest(tracks: Tracks, seconds: float, begin_s: float | None = None) -> Tracks:
    """The rows of the seconds with the most of them, or of those from some second on."""
    if begin_s is not None:
        since = tracks.t - tracks.t.min() - begin_s
        return tracks.take((since >= 0) & (since < seconds))
    per_s = np.bincount((tracks.t - tracks.t.min()).astype(int))
    total = np.convolve(per_s, np.ones(int(seconds)), "valid") if len(per_s) > seconds else np.ones(1)
    begin = tracks.t.min() + int(total.argmax())
    return tracks.take((tracks.t >= begin) & (tracks.t < begin + seconds))


def burn(_: int) -> None:
    """Keep a core busy."""
    while True:
        sum(i * i for i in range(10_000))


def replayed(
    site: Site, signals: Callable[[], SignalHistory], clock: list[float], tracks: Tracks, rate_hz: float, folder: Path
) -> tuple[dict[int, float], list[tuple[float, dict[str, Any]]], list[float], list[dict[str, Any]], int]:
    """Wall time of each frame, of each committed row, processor time of each frame; final events, withdrawn ones."""
    frame = np.floor(tracks.t * rate_hz + 1e-6).astype(np.int64)
    pushed: dict[int, float] = {}
    committed: list[tuple[float, dict[str, Any]]] = []
    spent: list[float] = []
    withdrawn = 0
    with open_store(folder) as store:
        upsert, withdraw = store.upsert, store.withdraw

        def noted(table: str, rows: pa.Table) -> Any:
            done = upsert(table, rows)
            if table != "counts":
                committed.extend((time.monotonic(), r) for r in events(rows))
            return done

        def taken_back(table: str, ids: Any) -> int:
            nonlocal withdrawn
            n = withdraw(table, ids)
            withdrawn += n
            return n

        store.upsert, store.withdraw = noted, taken_back  # type: ignore[method-assign]
        live = LiveRun(site, signals, store, lateness_s=0.5, step_s=2.0)
        begun, first = time.monotonic(), int(frame.min())
        for f in range(first, int(frame.max()) + 1):
            due = begun + (f - first) / rate_hz
            time.sleep(max(due - time.monotonic(), 0.0))
            rows, clock[0] = tracks.take(frame == f), (f + 1) / rate_hz - 1e-3
            pushed[f] = due
            used = time.process_time()
            live.take(rows, clock[0])
            spent.append(time.process_time() - used)
        late = time.monotonic() - (begun + (f + 1 - first) / rate_hz)
        if late > 1.0:
            print(f"the replay fell {late:.1f} s behind: too slow a machine")
        told_by = time.monotonic()
        live.end()
        final = [*events(store.read("violations")), *events(store.read("conflicts"))]
    return pushed, [c for c in committed if c[0] <= told_by], spent, final, withdrawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("tracks", type=Path)
    parser.add_argument("signals", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--begin", type=float, help="second of the recording to begin at, instead of the busiest")
    parser.add_argument("--rate", type=float, default=10.0, help="frames a second")
    parser.add_argument("--busy", type=int, default=os.cpu_count(), help="busy loops beside it")
    parser.add_argument("--list", action="store_true", help="every event")
    a = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        site = read_site(a.site)
    tracks = busiest(read_all([a.tracks], site=site), a.seconds, a.begin)
    signals = known(read_signals(a.signals, site), float(tracks.t.max()))
    motion, rows = recorded(site, signals, tracks)
    clock = [-np.inf]

    def lamps() -> SignalHistory:
        """What is known of the lights by now."""
        return known(signals, clock[0])

    burners = [multiprocessing.Process(target=burn, args=(i,), daemon=True) for i in range(a.busy)]
    for b in burners:
        b.start()
    with tempfile.TemporaryDirectory() as folder:
        pushed, committed, spent, final, withdrawn = replayed(site, lamps, clock, tracks, a.rate, Path(folder))
    for b in burners:
        b.kill()
    odd = [(r["event"], key_of(r)) for r in [*final, *rows] if ([*final, *rows].count(r) != 2)]
    if odd:
        print("live and recorded differ:", odd)
    decided = deciding(motion, site, signals, rows)
    found: dict[str, list[float]] = defaultdict(list)
    missed = 0
    for row in rows:
        at = decided.get(row["event"])
        frame = None if at is None else min((f for f in pushed if f >= at * a.rate - 1e-6), default=None)
        told = [w for w, r in committed if key_of(r) == key_of(row) and abs(r["t"] - row["t"]) < NEAR_S]
        if frame is None or not told:
            missed += 1
            if a.list:
                print("     -", key_of(row), f"{row['t']:.1f}", at)
            continue
        kind = row["kind"] if "track" in row else f"conflict {'ttc' if row['ttc_s'] is not None else 'pet'}"
        found[kind].append(min(told) - pushed[frame])
        if a.list:
            print(f"{found[kind][-1]:6.2f}", key_of(row), f"{row['t']:.1f} decided {at:.1f}")
    print(described())
    users = len(tracks) / a.seconds / a.rate
    print(f"{a.seconds:g} s, {users:.0f} road users at once, {a.rate:g} frames a second, {a.busy} busy loops")
    print(f"processor time per frame: mean {np.mean(spent) * 1e3:.1f} ms, 95 % {np.quantile(spent, 0.95) * 1e3:.1f} ms")
    both = {True: "all conflicts", False: "all violations"}
    for kind, values in list(found.items()):
        found[both[kind.startswith("conflict")]] += values
    for kind, values in sorted(found.items(), key=lambda f: (f[0].startswith("all"), f[0])):
        v = np.maximum(values, 0.0)
        print(f"{kind:>22}: {len(v):>3} events, 50 % {np.median(v):.2f} s, 95 % {np.quantile(v, 0.95):.2f} s, "
              f"most {v.max():.2f} s")  # fmt: skip
    print(
        f"{missed} decided only by the end of the recording; {withdrawn} told early and withdrawn or given another id"
    )


if __name__ == "__main__":
    main()
