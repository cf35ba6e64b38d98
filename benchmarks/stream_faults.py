"""Cameras that freeze, drop, change size, jump in time and send garbage, for as long as asked: no crash, no leak.

    python benchmarks/stream_faults.py                  # 5 minutes, the faults close together
    python benchmarks/stream_faults.py --minutes 60     # an hour

Nine cameras on the loopback address (three each of RTSP, MPEG-TS and Motion JPEG over HTTP) play one fault after the
other, in another order each, and serve whole pictures in between. One reader reads them all. Printed are resident
memory, threads and open files over time, what was read, and every state that was seen. Ends with 1 if memory still
grows in the second half of the run, a time does not increase, a camera does not come back, or a source is still
waiting when all of them are closed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine import described

sys.path.insert(0, str(Path(__file__).parents[1]))

from passerby.vision.source import Source, StreamLimits, open_source
from tests.vision.streams import Act, Camera

WHOLE = Act(size=(640, 480), fps=10, frames=40)
FAULTS = (
    WHOLE,
    replace(WHOLE, then="freeze"),
    replace(WHOLE, then="garbage"),
    replace(WHOLE, damage=3),
    replace(WHOLE, then_size=(800, 600)),
    replace(WHOLE, then_pts0_s=90_000.0),
    replace(WHOLE, then_pts0_s=1.0),
    replace(WHOLE, burst=30),
    replace(WHOLE, clock_off_s=-7200.0),
    replace(WHOLE, mute=True),
    replace(WHOLE, status=404),
    replace(WHOLE, status=401),
)
LIMITS = StreamLimits(open_s=3, read_s=3, stalled_s=1, first_wait_s=0.1, longest_wait_s=2, settled_s=3)


def resident_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def acts(seed: int, length: int) -> list[Act]:
    chosen = random.Random(seed)
    order: list[Act] = []
    while len(order) < length:
        order += chosen.sample(FAULTS, len(FAULTS))
    return order


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    seconds = parser.parse_args().minutes * 60
    print(described())
    threads = threading.active_count()
    kinds = ("rtsp", "ts", "mjpeg") * 3
    cameras = [Camera(kind, acts(k, int(seconds * 4) + 100)) for k, kind in enumerate(kinds)]
    wake = threading.Event()
    sources = [open_source(c.url, limits=LIMITS, on_warning=lambda _: None, on_frame=wake.set) for c in cameras]
    last = dict.fromkeys(range(len(sources)), -np.inf)
    frames, seen, backwards, quiet = Counter[str](), Counter[str](), 0, [0.0] * len(sources)
    began = time.monotonic()
    came = [began] * len(sources)
    samples: list[tuple[float, float]] = []
    print(f"{'minute':>7} {'MiB':>7} {'threads':>8} {'files':>6} {'pictures':>9} {'asked anew':>11} {'damaged':>8}")
    next_line = 0.0
    while (now := time.monotonic()) - began < seconds:
        wake.wait(0.1)
        wake.clear()
        for k, source in enumerate(sources):
            frame = source.read(0)
            state = source.state
            seen[state.status] += 1
            if frame is None:
                continue
            frame.bgr()
            backwards += frame.t <= last[k]
            last[k] = frame.t
            quiet[k], came[k] = max(quiet[k], now - came[k]), now
            frames[kinds[k]] += 1
        if now - began >= next_line:
            next_line += max(10.0, seconds / 20)
            samples.append((now - began, resident_mib()))
            _line(now - began, samples[-1][1], sources, frames)
    quiet = [max(q, time.monotonic() - c) for q, c in zip(quiet, came, strict=True)]
    reconnects = sum(s.state.reconnects for s in sources)
    closing = time.monotonic()
    for source in sources:
        source.close()
    closing = time.monotonic() - closing
    for camera in cameras:
        camera.close()
    for _ in range(100):
        if threading.active_count() <= threads:
            break
        time.sleep(0.1)
    half = np.array([s for s in samples if s[0] > seconds / 2])
    slope = float(np.polyfit(half[:, 0] / 3600, half[:, 1], 1)[0]) if len(half) > 2 else 0.0
    grown = float(half[-3:, 1].mean() - half[:3, 1].mean()) if len(half) > 5 else 0.0
    print(f"pictures read: {dict(frames)}; connections asked anew: {reconnects}; states seen: {dict(seen)}")
    print(f"longest time without a picture: {max(quiet):.1f} s; times that did not increase: {backwards}")
    print(f"memory in the second half: {grown:+.1f} MiB ({slope:+.0f} MiB an hour)")
    print(f"closing all took {closing:.1f} s; threads left: {threading.active_count() - threads}")
    bad = backwards or max(quiet) > 60 or threading.active_count() > threads or (grown > 10 and slope > 30)
    return 1 if bad else 0


def _line(elapsed: float, mib: float, sources: list[Source], frames: Counter[str]) -> None:
    states = [s.state for s in sources]
    print(
        f"{elapsed / 60:>7.1f} {mib:>7.1f} {threading.active_count():>8} {len(os.listdir('/proc/self/fd')):>6} "
        f"{frames.total():>9} {sum(s.reconnects for s in states):>11} {sum(s.damaged for s in states):>8}",
        flush=True,
    )


if __name__ == "__main__":
    raise SystemExit(main())
