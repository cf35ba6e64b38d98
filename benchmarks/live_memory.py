"""Memory and time per step of a live run, over hours of a busy junction: both must stay where they are.

    python benchmarks/live_memory.py                      # 50 road users at once for 2 hours, a step a second
    python benchmarks/live_memory.py --at-once 100 --hours 12

The rows go in as CSV bytes, as `passerby live` gets them, and the events into a store in a temporary folder.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from machine import described, resident_mb
from traffic import T0, Traffic

from passerby.live.run import State, run
from passerby.store.tables import open_store
from passerby.tracks.classes import CLASSES

REPORTS = 8


def blocks(made: Traffic, step_s: float) -> Iterator[bytes]:
    """The rows as CSV, a step at a time."""
    head = "track,class,t,x,y,length,width\n"
    for b in made.batches(step_s):
        columns = zip(b.track, b.cls, b.t, b.x, b.y, b.length, b.width, strict=True)
        lines = (f"t{n},{CLASSES[c]},{t:.3f},{x:.3f},{y:.3f},{w},{d}" for n, c, t, x, y, w, d in columns)
        yield (head + "\n".join(lines) + "\n").encode()
        head = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at-once", type=float, default=50.0)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--step", type=float, default=1.0, help="seconds")
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    made = Traffic(a.at_once, a.hours)
    every = a.hours * 3600 / REPORTS
    points: list[dict[str, float]] = []
    fed = 0.0
    last = [0.0, 0.0, 0]  # processor time, time spent on making rows, steps
    steps = 0

    def timed() -> Iterator[bytes]:
        nonlocal fed
        source = blocks(made, a.step)
        while True:
            began = time.process_time()
            block = next(source, None)
            fed += time.process_time() - began
            if block is None:
                return
            yield block

    def watch(state: State) -> None:
        nonlocal steps
        steps += 1
        if state.watermark >= T0 + every * (len(points) + 1):
            gc.collect()
            now = time.process_time()
            spent = (now - last[0]) - (fed - last[1])
            points.append(
                {
                    "hours": round((state.watermark - T0) / 3600, 2),
                    "rows": state.rows,
                    "resident_mb": round(resident_mb(), 1),
                    "ms_per_step": round(spent / max(steps - last[2], 1) * 1e3, 1),
                    "tracks": state.tracks,
                }
            )
            last[:] = [time.process_time(), fed, steps]

    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder)) as store:
        last[0] = time.process_time()
        state = run(made.site, timed(), made.signals, store, step_s=a.step, on_state=watch)
    # a junction fills in its first minutes
    later = points[1:]
    slope = float(np.polyfit([p["hours"] for p in later], [p["resident_mb"] for p in later], 1)[0])
    found = {"machine": described(), "at_once": a.at_once, "points": points, "mb_per_hour": round(slope, 2)}
    found |= {"violations": state.violations, "conflicts": state.conflicts, "late_rows": state.late_rows}
    if a.json:
        print(json.dumps(found))
        return
    print(described())
    for p in points:
        print(f"{p['hours']:>5} h: {p['rows']:>10,} rows, {p['resident_mb']:>6} MB, {p['ms_per_step']:>5} ms per step, "
              f"{p['tracks']} tracks held")  # fmt: skip
    print(f"{slope:+.2f} MB an hour; {state.violations} violations, {state.conflicts} conflicts")


if __name__ == "__main__":
    main()
