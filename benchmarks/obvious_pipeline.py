"""The obvious pipeline, to be compared with: decode, detect on every frame, follow with a tracker from `trackers`.

    python benchmarks/obvious_pipeline.py ../shared/data/pets09/vtest.avi --mot boxes.txt --tracker cbiou

The network is the packaged NanoDet-g (int8) at 640 x 480 on two threads. Nothing here comes from Passerby but its file.
"""

from __future__ import annotations

import argparse
import importlib.resources
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime
import supervision as sv
from trackers import ByteTrackTracker, CBIoUTracker, SORTTracker

Array = npt.NDArray[np.float64]
Picture = npt.NDArray[np.uint8]

SIZE = (480, 640)
LEAST_SCORE, SAME = 0.3, 0.6
TRACKERS = {"bytetrack": ByteTrackTracker, "cbiou": CBIoUTracker, "sort": SORTTracker}


@dataclass(frozen=True, eq=False)
class Boxes:
    """box: shape (n, 4), left, top, right, bottom px; score, kind: (n,)."""

    box: Array
    score: Array
    kind: npt.NDArray[np.int64]


class NanoDet:
    """The packaged network on whole pictures, letterboxed to SIZE."""

    def __init__(self, threads: int = 2) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        model = importlib.resources.files("passerby.vision.models").joinpath("nanodet-g.int8.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        cells = [
            (s, *np.meshgrid(np.arange(SIZE[0] // s), np.arange(SIZE[1] // s), indexing="ij")) for s in (8, 16, 32)
        ]
        self._centre = np.concatenate(
            [np.stack([(x.ravel() + 0.5) * s, (y.ravel() + 0.5) * s], -1) for s, y, x in cells]
        )
        self._stride = np.concatenate([np.full(y.size, s) for s, y, _ in cells])

    def __call__(self, picture: Picture) -> Boxes:
        """Road users in a picture, uint8 (h, w, 3) BGR."""
        height, width = picture.shape[:2]
        scale = min(SIZE[0] / height, SIZE[1] / width)
        canvas = np.zeros((1, *SIZE, 3), np.uint8)
        small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR)
        canvas[0, : small.shape[0], : small.shape[1]] = small
        scores, distances = self._session.run(["scores", "distances"], {"pictures": canvas})
        best = scores[0].max(0)
        rows = np.flatnonzero(best > LEAST_SCORE)
        shares = distances[0][:, rows].reshape(4, 11, -1)
        shares = np.exp(shares - shares.max(1, keepdims=True))
        reach = (shares * np.arange(11)[None, :, None]).sum(1) / shares.sum(1) * self._stride[rows]
        centre = self._centre[rows]
        box = np.column_stack([centre - reach[:2].T, centre + reach[2:].T]) / scale
        box[:, 0::2] = box[:, 0::2].clip(0, width)
        box[:, 1::2] = box[:, 1::2].clip(0, height)
        kind = scores[0][:, rows].argmax(0)
        sizes = np.column_stack([box[:, :2], box[:, 2:] - box[:, :2]])
        keep = cv2.dnn.NMSBoxesBatched(sizes.tolist(), best[rows].tolist(), kind.tolist(), LEAST_SCORE, SAME)
        keep = np.asarray(keep, np.int64).reshape(-1)
        return Boxes(box[keep], best[rows][keep].astype(float), kind[keep])


def decoded(clip: Path) -> Iterator[Picture]:
    """Every picture of a clip, BGR."""
    with av.open(str(clip)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def tracked(found: Iterable[Boxes], tracker: str = "bytetrack", *, only: int | None = 0) -> Array:
    """MOTChallenge rows: frame from 1, id, left, top, width, height, score, kind.

    only: the kind to be followed (0 is a person); None for all.
    """
    warnings.filterwarnings("ignore", module="trackers|supervision")
    follow, rows = TRACKERS[tracker](), []
    for frame, boxes in enumerate(found, 1):
        take = slice(None) if only is None else boxes.kind == only
        seen = sv.Detections(
            xyxy=boxes.box[take].astype(np.float32).reshape(-1, 4),
            confidence=boxes.score[take].astype(np.float32),
            class_id=boxes.kind[take],
        )
        known = follow.update(seen)
        if not len(known):
            continue
        sure = known.tracker_id >= 0
        box = known.xyxy[sure]
        rows.append(
            np.column_stack(
                [
                    np.full(len(box), frame),
                    known.tracker_id[sure],
                    box[:, :2],
                    box[:, 2:] - box[:, :2],
                    known.confidence[sure],
                    known.class_id[sure],
                ]
            )
        )
    return np.concatenate(rows).astype(float) if rows else np.empty((0, 8))


def obvious(pictures: Iterable[Picture], tracker: str = "bytetrack", *, only: int | None = 0) -> Array:
    """The whole of it, picture by picture."""
    net = NanoDet()
    return tracked((net(picture) for picture in pictures), tracker, only=only)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path)
    parser.add_argument("--tracker", choices=TRACKERS, default="bytetrack")
    parser.add_argument("--mot", type=Path, help="write the boxes there")
    args = parser.parse_args()
    began = time.perf_counter()
    frames = 0

    def counted() -> Iterator[Picture]:
        nonlocal frames
        for picture in decoded(args.clip):
            frames += 1
            yield picture

    rows = obvious(counted(), args.tracker)
    seconds = time.perf_counter() - began
    print(f"{frames} frames in {seconds:.1f} s ({frames / seconds:.1f} a second), {len(np.unique(rows[:, 1]))} tracks")
    if args.mot is not None:
        np.savetxt(args.mot, rows, fmt=["%d", "%d", "%.2f", "%.2f", "%.2f", "%.2f", "%.3f", "%d"], delimiter=",")


if __name__ == "__main__":
    main()
