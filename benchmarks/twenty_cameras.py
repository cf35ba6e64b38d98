"""Twenty cameras of 768x576 at 10 frames a second through one process: does it keep up, and what gives way?

    python benchmarks/twenty_cameras.py [--cameras 20] [--seconds 75]

Plays PETS09 (found through PASSERBY_DATA) as so many live cameras, a little out of step. Prints the share of frames
that were seen, how old a frame was when its tracks were there, looks per camera and second, the accuracy of the first
cameras' tracks as they came, and the processor time beside that of decoding alone.
"""

from __future__ import annotations

import argparse
import resource
import sys
import threading
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import described
from passerby.site.model import Camera as Drawn
from passerby.vision.camera import Camera
from passerby.vision.detector import load_detector
from passerby.vision.source import open_source
from passerby.vision.watch import watch
from tests.vision.scoring import DATA, pets_truth, score
from tests.vision.tsai import pets

CLIP = DATA / "pets09" / "vtest.avi"
SCORED = 3


def decoding_s(seconds: float) -> float:
    """Processor seconds to decode what one camera brings in that time."""
    source = open_source(str(CLIP), start=0.0)
    before = time.process_time()
    for _ in range(int(seconds * 10)):
        source.read()
    source.close()
    return time.process_time() - before


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cameras", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=75.0)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    print(described())
    alone = decoding_s(args.seconds)
    detector = load_detector(threads=1)
    wake = threading.Event()
    calibration = pets().calibration()
    cameras = []
    for i in range(args.cameras):
        source = open_source(str(CLIP), realtime=True, start=time.time(), on_frame=wake.set)
        cameras.append(Camera(Drawn(f"c{i}", calibration=calibration), source))
        time.sleep(0.1 / args.cameras)
    before, began = time.process_time(), time.monotonic()
    late = defaultdict(list)
    seen = defaultdict(list)
    for sight in watch(cameras, detector, wake):
        if sight is None:
            continue
        late[sight.camera].append(time.time() - sight.t)
        sure = sight.sightings.take(sight.sightings.confirmed)
        box = sure.box
        rows = np.column_stack([np.full(len(sure), sight.index + 1), sure.track, box[:, :2], box[:, 2:] - box[:, :2]])
        seen[sight.camera].append(rows)
        if time.monotonic() - began > args.seconds:
            break
    wall, cpu = time.monotonic() - began, time.process_time() - before
    dropped = sum(c.source.state.dropped for c in cameras)
    for c in cameras:
        c.source.close()
    frames = sum(len(v) for v in late.values())
    # a camera's clock starts when its first frame is decoded: ages count from its promptest frame
    age = np.concatenate([np.array(v) - min(v) for v in late.values()])
    looks = sum(c.looks for c in cameras) / wall / args.cameras
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    share = dropped / (frames + dropped)
    median, p95, most = (1e3 * float(v) for v in (np.median(age), np.quantile(age, 0.95), age.max()))
    print(f"{args.cameras} cameras, {wall:.0f} s: {frames} frames seen, {dropped} dropped ({share:.1%})")
    print(f"age of a frame when its tracks are there: median {median:.0f} ms, 95 % {p95:.0f} ms, most {most:.0f} ms")
    print(f"looks per camera and second: {looks:.2f}; memory {memory:.0f} MB")
    print(f"processor: {cpu / wall:.2f} cores, {cpu / frames * 1e3:.1f} ms a frame")
    print(f"decoding alone: {alone * args.cameras / wall:.2f} cores, {alone / args.seconds * 1e2:.2f} ms a frame")
    truth = pets_truth()
    last = int(args.seconds * 10) - 10
    for name in list(seen)[:SCORED]:
        rows = np.concatenate(seen[name])
        print(name, score(truth[truth[:, 0] <= last], rows[rows[:, 0] <= last]))


if __name__ == "__main__":
    main()
