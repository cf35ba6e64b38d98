"""From the picture to the event in the store: one camera at real pace, rules and store in the same process, cores busy.

    python benchmarks/watch_latency.py [--seconds 75] [--busy 2]

Plays PETS09 (found through PASSERBY_DATA) as a live camera before a site with a crosswalk on the path whose signal
never says walk, so that everybody who steps onto it gives an event. Latency is counted from the event's own instant
(when the road user's centre crossed the edge) to the return of the commit of its first version; the frame that decides
it comes later than that instant, so this is an upper bound of the latency from the deciding frame.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import described
from passerby.cli.watch_live import GLANCE_S, LATENESS_S, _hand_on
from passerby.live.run import LiveRun
from passerby.signals.history import from_changes
from passerby.signals.lamps import LampLog
from passerby.site.model import Camera as Drawn
from passerby.site.model import Crosswalk, Signal, Site
from passerby.store.tables import open_store
from passerby.vision.camera import Camera
from passerby.vision.detector import load_detector
from passerby.vision.source import open_source
from passerby.vision.watch import watch
from tests.vision.scoring import DATA
from tests.vision.tsai import pets

CLIP = DATA / "pets09" / "vtest.avi"
CROSSWALK_PX = [(430.0, 200.0), (560.0, 230.0), (640.0, 420.0), (420.0, 330.0)]


def spin() -> None:
    while True:
        sum(range(10_000))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=75.0)
    parser.add_argument("--busy", type=int, default=multiprocessing.cpu_count())
    args = parser.parse_args()
    cv2.setNumThreads(1)
    print(described())
    calibration = pets().calibration()
    polygon = tuple(map(tuple, np.round(pets().to_ground(CROSSWALK_PX), 2).tolist()))
    site = Site(
        "latency",
        cameras=(Drawn("c", calibration=calibration),),
        signals=(Signal("F", "pedestrian"),),
        crosswalks=(Crosswalk("crosswalk", polygon, "F"),),
    )
    busy = [multiprocessing.Process(target=spin, daemon=True) for _ in range(args.busy)]
    for process in busy:
        process.start()
    first: dict[tuple[str, str], float] = {}
    at: dict[tuple[str, str], float] = {}
    kinds: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        upsert = store.upsert

        def timed(name: str, rows: pa.Table) -> Any:
            result = upsert(name, rows)
            now = time.time()
            for row in rows.to_pylist() if name in ("violations", "conflicts") else ():
                who = row["track"] if name == "violations" else "+".join(sorted((row["track_a"], row["track_b"])))
                key = (row["kind"], who)
                first.setdefault(key, now)
                at.setdefault(key, row["t"].timestamp())
                kinds[key] = row["kind"] if name == "violations" else "near miss"
            return result

        store.upsert = timed  # type: ignore[method-assign]
        signals = from_changes({"F": [(0.0, "dont_walk")]})
        live = LiveRun(site, signals, store, sources=["c"], lateness_s=LATENESS_S, glance_s=GLANCE_S)
        wake = threading.Event()
        source = open_source(str(CLIP), realtime=True, start=time.time(), on_frame=wake.set)
        camera = Camera(site.cameras[0], source)
        hand_on = _hand_on([camera], live, LampLog())
        began, frame_age = time.monotonic(), []
        for sight in watch([camera], load_detector(threads=1), wake):
            if sight is not None:
                hand_on(sight)
                frame_age.append(time.time() - sight.t)
            if time.monotonic() - began > args.seconds:
                break
        dropped = source.state.dropped
        source.close()
        found = dict(first)
        live.end()
    late = defaultdict(list)
    for key, when in found.items():
        late[kinds[key]].append(when - at[key])
    age = np.array(frame_age)
    print(f"{len(age)} frames, {dropped} dropped; rows with the rules {np.median(age) * 1e3:.0f} ms after the picture")
    for kind, values in sorted(late.items()):
        v = np.array(values)
        median, p95 = np.median(v), np.quantile(v, 0.95)
        print(f"{kind}: {len(v)} events, median {median:.2f} s, 95 % {p95:.2f} s, most {v.max():.2f} s")


if __name__ == "__main__":
    main()
