"""Passerby's tracker beside those of the PyPI package `trackers`, all on the same detections of the packaged detector.

    python benchmarks/compare_trackers.py                   # PETS09 S2.L1, detecting on every, 2nd, 3rd, 4th frame
    python benchmarks/compare_trackers.py --plain           # without moving regions

Only the trackers are timed, on one core; the clip is looked for in PASSERBY_DATA (or ../shared/data).
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import supervision as sv
import trackers

from passerby.site.model import Calibration
from passerby.tracks.classes import PEDESTRIAN
from passerby.vision.background import Background
from passerby.vision.detections import Detections, no_detections
from passerby.vision.detector import load_detector
from passerby.vision.pose import CameraPose
from passerby.vision.regions import MovingRegions
from passerby.vision.sightings import Sightings, joined_sightings
from passerby.vision.sizes import unknown_view
from passerby.vision.source import open_source
from passerby.vision.tracker import Tracker
from passerby.vision.view import calibrated_view
from tests.vision.scoring import DATA, Rows, pets_truth, score
from tests.vision.tsai import PETS, read_tsai

CLIP = DATA / "pets09" / "vtest.avi"
OTHERS = ("ByteTrackTracker", "CBIoUTracker", "OCSORTTracker", "SORTTracker")
LEAST_SCORE = 0.3  # what the others are given; below, clutter drowns them
EVERY = (1, 2, 3, 4)
Seen = list[tuple[float, Detections, MovingRegions]]


def seen() -> tuple[Seen, int, int]:
    """Every frame's time, detections and moving regions; width and height."""
    source, detector = open_source(str(CLIP)), load_detector()
    background, out = Background(source.height, source.width), []
    for frame in source:
        if frame is not None:
            background.update(frame.luma(), frame.t)
            out.append((frame.t, detector.detect([frame.bgr()], 0.1)[0], background.regions()))
    return out, source.width, source.height


def pairs() -> Calibration:
    """Points on the ground that spread over the picture, as somebody would survey them."""
    pixels = np.array([[60, 250], [700, 480], [250, 560], [740, 120], [120, 160], [400, 300], [600, 200], [40, 480]])
    ground = read_tsai(PETS / "View_001.xml").to_ground(pixels.astype(float))
    return Calibration(tuple(map(tuple, pixels.tolist())), tuple(map(tuple, ground.tolist())))


def rows(found: Sightings, first: float, fps: float) -> Rows:
    """As MOTChallenge columns: everybody certain who walks or has gone anywhere."""
    some = found.take(found.confirmed & (found.moved | (found.code == PEDESTRIAN)))
    frame = np.rint((some.t - first) * fps) + 1
    size = some.box[:, 2:] - some.box[:, :2]
    return np.column_stack([frame, some.track, some.box[:, :2], size, some.score])


def ours(frames: Seen, make: Callable[[], Tracker], every: int, plain: bool) -> tuple[Rows, Rows, float]:
    """Rows as reported live, rows as revised at the end, milliseconds per update."""
    tracker, live, spent = make(), [], 0.0
    whole = np.array([[0.0, 0.0, tracker.view.width, tracker.view.height]])
    for k, (t, found, moving) in enumerate(frames):
        look = k % every == 0
        began = time.process_time()
        live.append(
            tracker.update(
                t,
                found if look else no_detections(),
                whole if look else whole[:0],
                MovingRegions.none() if plain else moving,
            )
        )
        spent += time.process_time() - began
    first, fps = frames[0][0], (len(frames) - 1) / (frames[-1][0] - frames[0][0])
    return rows(joined_sightings(live), first, fps), rows(tracker.finish(), first, fps), 1e3 * spent / len(frames)


def other(frames: Seen, name: str, every: int) -> tuple[Rows, float]:
    """Rows and milliseconds per update of a tracker of `trackers`, updated when detections come."""
    tracker, out, spent = getattr(trackers, name)(), [], 0.0
    for k, (_, found, _) in enumerate(frames):
        if k % every:
            continue
        people = found.take((found.kind == 0) & (found.score >= LEAST_SCORE))
        given = sv.Detections(
            people.boxes.astype(np.float32), confidence=people.score.astype(np.float32), class_id=people.kind
        )
        began = time.process_time()
        said = tracker.update(given)
        spent += time.process_time() - began
        for box, track in zip(said.xyxy, said.tracker_id, strict=True):
            if track >= 0:
                out.append((k + 1, track, *box[:2], *(box[2:] - box[:2]), 1.0))
    return np.array(out, float), 1e3 * spent * every / len(frames)


def line(name: str, every: int, found: Rows, cost_ms: float) -> str:
    s = score(pets_truth(), found)
    return (
        f"| {name} | {every} | {s.mota:.3f} | {s.idf1:.3f} | {s.switches} | {s.hota:.3f} "
        f"| {s.false} | {s.missed} | {cost_ms:.2f} |"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--plain", action="store_true", help="without moving regions")
    plain = options.parse_args().plain
    warnings.filterwarnings("ignore")
    frames, width, height = seen()
    pose = CameraPose(pairs(), width, height)
    print("| tracker | detects every | MOTA | IDF1 | switches | HOTA | false | missed | ms per update |")
    print("|---|---|---|---|---|---|---|---|---|")
    for every in EVERY:
        for name in OTHERS if every == 1 else ():
            print(line(name, every, *other(frames, name, every)), flush=True)
        for ground, view in (("calibrated", calibrated_view(pose)), ("uncalibrated", unknown_view(width, height))):
            live, final, cost_ms = ours(frames, lambda view=view: Tracker(view, record=True), every, plain)
            print(line(f"Passerby, {ground}, live", every, live, cost_ms), flush=True)
            print(line(f"Passerby, {ground}, finished", every, final, cost_ms), flush=True)


if __name__ == "__main__":
    main()
