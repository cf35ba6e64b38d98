"""What int8 costs and gains, what runs it fastest, and how much margin a packed region needs; for docs/detectors.md.

    python benchmarks/detector.py               # accuracy and time
    python benchmarks/detector.py --ranges      # also: int8 from other activation ranges (a minute more)
    python benchmarks/detector.py --times       # only: time
    python benchmarks/detector.py --parts       # only: parts of pictures against whole ones

Truth is the annotation of PETS09 S2.L1 by eye in tests/vision/truth (people only). "Agreement" is with float32 on all
clips: the average precision of int8 with float32's detections from 0.35 up as truth. float32 is made from the npm
package, as the build does. OpenVINO is measured where it is installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import onnx  # noqa: E402
from machine import described  # noqa: E402

from model import fetch, measure_ranges  # noqa: E402
from model.build import RANGES  # noqa: E402
from model.quantise import quantised, read_ranges  # noqa: E402
from model.tfjs import read_graph  # noqa: E402
from model.to_onnx import nanodet_to_onnx  # noqa: E402
from passerby.vision.detections import Detections, joined  # noqa: E402
from passerby.vision.detector import Detector, load_detector  # noqa: E402
from passerby.vision.frame import Frame  # noqa: E402
from passerby.vision.looking import Part, placed, whole_pixels  # noqa: E402
from tests.vision.scoring import pets_truth  # noqa: E402

DATA = Path(os.environ.get("PASSERBY_DATA", ROOT.parent / "shared" / "data"))
PETS = "pets09/vtest.avi"
SIZES = ((576, 768), (480, 640), (416, 544), (320, 416))


def clips() -> list[Path]:
    return [DATA / PETS, *sorted((DATA / "otvision").glob("*.mp4")), *sorted((DATA / "street_video").glob("*.mp4"))]


def frames(clip: Path, every: int, start: int = 0) -> list[tuple[int, np.ndarray]]:
    with av.open(str(clip)) as container:
        return [
            (i, f.to_ndarray(format="bgr24")) for i, f in enumerate(container.decode(video=0)) if i % every == start
        ]


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area = [(x[:, 2:] - x[:, :2]).prod(axis=1) for x in (a, b)]
    return shared / np.maximum(area[0][:, None] + area[1][None] - shared, 1e-9)


def hits(found: Detections, truth: np.ndarray, least: float) -> list[tuple[float, bool]]:
    """Score, and whether it is the first on somebody, of each detection, best first."""
    pairs, free = overlaps(found.boxes, truth), np.ones(len(truth), bool)
    rows = []
    for i in np.argsort(-found.score):
        on = int(np.where(free, pairs[i], -1.0).argmax()) if len(truth) else -1
        good = on >= 0 and free[on] and pairs[i, on] >= least
        if good:
            free[on] = False
        rows.append((float(found.score[i]), bool(good)))
    return rows


def curve(rows: list[tuple[float, bool]], wanted: int) -> tuple[float, float, float]:
    """Average precision, best F1 and the score it is reached at."""
    rows = sorted(rows, reverse=True)
    good = np.cumsum([g for _, g in rows])
    precision, recall = good / np.arange(1, len(good) + 1), good / wanted
    ap = float(np.sum(np.diff(np.r_[0.0, recall]) * np.maximum.accumulate(precision[::-1])[::-1]))
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return ap, float(f1.max()), rows[int(f1.argmax())][0]


def on_truth(detector: Detector, size: tuple[int, int]) -> str:
    truth, rows, wanted = pets_truth(), [], 0
    for i, picture in frames(DATA / PETS, 20, 10):
        there = truth[truth[:, 0] == i + 1][:, 2:6]
        boxes = np.concatenate([there[:, :2], there[:, :2] + there[:, 2:]], axis=1)
        (found,) = detector.detect([picture], 0.05, size=size)
        rows += hits(found.take(found.kind == 0), boxes, 0.5)
        wanted += len(boxes)
    ap, f1, at = curve(rows, wanted)
    return f"AP {ap:.3f}, best F1 {f1:.3f} at {at:.2f}"


def agreement(detector: Detector, exact: Detector) -> str:
    rows, wanted, lost = [], 0, 0
    for clip in clips():
        for _, picture in frames(clip, 60, 30):
            (is_there,), (found,) = exact.detect([picture], 0.05), detector.detect([picture], 0.05)
            sure = is_there.take(is_there.score >= 0.35)
            rows += hits(found, sure.boxes, 0.5)
            wanted += len(sure)
            again = overlaps(sure.boxes, found.take(found.score >= 0.25).boxes)
            lost += int((again.max(axis=1, initial=0.0) < 0.5).sum())
    # what float32 itself sees below 0.35 is no mistake of int8's
    strong = [row for row in rows if row[1] or row[0] >= 0.4]
    return f"agreement {curve(strong, wanted)[0]:.3f}, {lost} of {wanted} lost"


def milliseconds(detector: Detector, pictures: Sequence[np.ndarray], size: tuple[int, int]) -> tuple[float, float]:
    """Best of 15, per picture: on the clock, and of the processor (which a busy machine changes less)."""
    clock, processor = [], []
    for _ in range(15):
        began, used = time.perf_counter(), time.process_time()
        detector.detect(pictures, 0.1, size=size)
        clock.append((time.perf_counter() - began) / len(pictures) * 1e3)
        processor.append((time.process_time() - used) / len(pictures) * 1e3)
    return min(clock), min(processor)


def times(models: dict[str, Path]) -> None:
    pictures = [picture for _, picture in frames(DATA / PETS, 200, 10)][:2]
    modes = ((1, pictures[:1], "1 thread"), (2, pictures[:1], "2 threads"), (2, pictures, "2 at once"))
    print("\nms a picture, clock (processor)" + "".join(f"{f'{h}x{w}':>15}" for h, w in SIZES))
    for provider in ["cpu", "openvino"] if importlib.util.find_spec("openvino") else ["cpu"]:
        for name, path in models.items():
            for threads, shown, how in modes:
                detector = load_detector(path, provider=provider, threads=threads)
                found = (milliseconds(detector, shown, size) for size in SIZES)
                row = "".join(f"{f'{clock:.1f} ({processor:.1f})':>15}" for clock, processor in found)
                print(f"{provider:10}{name:9}{how:12}{row}", flush=True)


def regions(boxes: np.ndarray, share: float, least_px: float, rng: np.random.Generator) -> np.ndarray:
    """Where somebody moves, known to 8 % of the size, and a margin around; those that meet are one."""
    size = boxes[:, 2:] - boxes[:, :2]
    around = np.maximum(size.max(axis=1) * share, least_px)[:, None]
    moved = boxes + rng.normal(0, 0.08, boxes.shape) * np.tile(size, 2)
    wide = np.concatenate([moved[:, :2] - around, moved[:, 2:] + around], axis=1)
    while True:
        pairs = np.argwhere(np.triu(overlaps(wide, wide) > 0, 1))
        if len(pairs) == 0:
            return np.clip(wide, 0, [768, 576, 768, 576])
        i, j = pairs[0]
        wide[i] = np.r_[np.minimum(wide[i, :2], wide[j, :2]), np.maximum(wide[i, 2:], wide[j, 2:])]
        wide = np.delete(wide, j, axis=0)


def parts() -> None:
    detector = load_detector(threads=1)
    pictures = [p for _, p in frames(DATA / PETS, 10, 7)]
    whole = [f.take(f.kind == 0) for f in (detector.detect([p], 0.1)[0] for p in pictures)]
    sure = [f.take(f.score >= 0.35) for f in whole]
    wanted = sum(map(len, sure))

    def told(name: str, pairs: list[tuple[Detections, Detections]], area: float) -> None:
        best = [overlaps(s.boxes, g.boxes).max(axis=1, initial=0.0) for s, g in pairs]
        score = [g.score[overlaps(s.boxes, g.boxes).argmax(axis=1)] - s.score if len(g) else -s.score for s, g in pairs]
        both, change = np.concatenate(best), np.concatenate(score)
        there = both >= 0.5
        print(
            f"{name:26} found {there.mean():6.1%}  IoU {both[there].mean():.3f}  score {change[there].mean():+.3f} "
            f"(sd {change[there].std():.3f})  area {area:5.1%}",
            flush=True,
        )

    print(f"\nparts of pictures against whole ones, {len(pictures)} frames, {wanted} people")
    shifted = [detector.detect([np.roll(p, (5, 5), (0, 1))], 0.1)[0] for p in pictures]
    back = [Detections(f.boxes - 5, f.score, f.kind).take(f.kind == 0) for f in shifted]
    told("whole, moved by 5 px", list(zip(sure, back, strict=True)), 1.0)
    for share, least in ((0, 0), (0.1, 0), (0.1, 12), (0.1, 24), (0.2, 12), (0.2, 24), (0.2, 32), (0.5, 24)):
        rng = np.random.default_rng(1)
        pairs, area = [], 0.0
        for picture, people in zip(pictures, sure, strict=True):
            frame = Frame(0, 0.0, bgr=picture)
            chosen = [Part(0, *w) for w in whole_pixels(regions(people.boxes, share, least, rng))]
            area += sum((p.right - p.left) * (p.bottom - p.top) for p in chosen) / (768 * 576 * len(pictures))
            seen = detector.detect([picture[p.top : p.bottom, p.left : p.right] for p in chosen], 0.1)
            found = joined([placed(s, p, frame) for s, p in zip(seen, chosen, strict=True)])
            pairs.append((people, found.take(found.kind == 0)))
        told(f"margin {share:.0%}, {least} px", pairs, area)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranges", action="store_true")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--parts", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(described())
    if options.parts:
        parts()
        return
    with tempfile.TemporaryDirectory() as folder:
        files = fetch.nanodet_files()
        floats = nanodet_to_onnx(read_graph(files[fetch.TOPOLOGY], files[fetch.WEIGHTS]))
        ranges = read_ranges(RANGES.read_text())
        made = {
            "float32": floats,
            "int8": quantised(floats, ranges),
            "8 bits": quantised(floats, ranges, weight_bits=8),
        }
        if options.ranges:
            for name, left_out in (("extremes", 0.0), ("1e-4", 1e-4), ("1e-3", 1e-3)):
                other = measure_ranges.measured(floats, [str(c) for c in clips()], left_out)
                made[name] = quantised(floats, other)
        paths = {name: Path(folder) / f"{i}.onnx" for i, name in enumerate(made)}
        for name, model in made.items():
            onnx.save(model, paths[name])
        if not options.times:
            exact = load_detector(paths["float32"], threads=1)
            for name, path in paths.items():
                detector = load_detector(path, threads=1)
                on = "; ".join(
                    f"{h}x{w} {on_truth(detector, (h, w))}" for h, w in SIZES[: 2 if name in ("float32", "int8") else 1]
                )
                print(f"{name:9} {on}; {agreement(detector, exact)}", flush=True)
        times({name: paths[name] for name in ("float32", "int8")})


if __name__ == "__main__":
    main()
