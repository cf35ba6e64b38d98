"""Drawn streets for the camera's tests: a textured ground, people and cars painted on it, sensor noise and light."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from passerby.vision.frame import Picture

CLIPS = {
    "vtest": ("pets09/vtest.avi", 7.0),
    "cars-cyclist": ("otvision/Testvideo_Cars-Cyclist_FR20_2020-01-01_00-00-00.mp4", 20.0),
    "cars-truck": ("otvision/Testvideo_Cars-Truck_FR20_2020-01-01_00-00-00.mp4", 20.0),
    "car-park": ("street_video/car-detection.mp4", 12.5),
    "people-by": ("street_video/one-by-one-person-detection.mp4", 10.0),
    "person-bicycle-car": ("street_video/person-bicycle-car-detection_459f.mp4", 12.0),
}


def clip_path(name: str) -> Path:
    """A shared recording's file; skips the test where it is absent."""
    root = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = root / CLIPS[name][0]
    if not path.exists():
        pytest.skip(f"{CLIPS[name][0]} is not there: set PASSERBY_DATA")
    return path


def clip(name: str, count: int, step: int = 1) -> Iterator[tuple[float, Picture]]:
    """Time (s) and luma of every `step`-th frame, up to `count` of them."""
    with av.open(str(clip_path(name))) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i >= count * step:
                return
            if i % step == 0:
                yield i / CLIPS[name][1], np.ascontiguousarray(frame.to_ndarray(format="gray8"))


def clip_bgr(name: str, count: int, step: int = 1) -> Iterator[tuple[float, Picture]]:
    """Time (s) and colours of every `step`-th frame."""
    with av.open(str(clip_path(name))) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i >= count * step:
                return
            if i % step == 0:
                yield i / CLIPS[name][1], np.ascontiguousarray(frame.to_ndarray(format="bgr24"))


def street(seed: int = 0, height: int = 288, width: int = 384) -> Picture:
    """A ground with patches, edges and grain, brightness about 60 to 190."""
    rng = np.random.default_rng(seed)
    ground = cv2.resize(
        rng.uniform(80, 170, (6, 8)).astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST
    )
    ground = cv2.GaussianBlur(ground, (0, 0), 1.5)
    grain = cv2.GaussianBlur(rng.normal(0, 14, (height, width)).astype(np.float32), (0, 0), 1.0)
    for _ in range(10):
        a, b = rng.integers(0, (width, height)), rng.integers(0, (width, height))
        cv2.line(ground, tuple(int(v) for v in a), tuple(int(v) for v in b), float(rng.choice([60, 190])), 3)
    return np.clip(ground + grain, 0, 255).astype(np.uint8)


def person(canvas: Picture, x: float, y: float, height: float = 60, shade: int = 30) -> tuple[int, int, int, int]:
    """Paint somebody standing with the feet at x, y; returns the box."""
    w = height * 0.36
    x0, y0, x1, y1 = (round(v) for v in (x - w / 2, y - height, x + w / 2, y))
    cv2.rectangle(canvas, (x0, y0 + int(0.18 * height)), (x1, y1), shade, -1)
    cv2.rectangle(canvas, (x0 + 3, y0 + int(0.3 * height)), (x1 - 3, y0 + int(0.5 * height)), shade + 25, -1)
    cv2.circle(canvas, (int(x), y0 + int(0.1 * height)), int(0.1 * height), shade + 40, -1)
    return x0, y0, x1, y1


def noisy(picture: Picture, rng: np.random.Generator, sigma: float = 3.0) -> Picture:
    """With sensor noise."""
    return np.clip(picture + rng.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def covered(boxes: np.ndarray, box: tuple[int, int, int, int]) -> float:
    """Greatest share of a box that one of the boxes covers."""
    best = 0.0
    for b in boxes:
        w = min(b[2], box[2]) - max(b[0], box[0])
        h = min(b[3], box[3]) - max(b[1], box[1])
        best = max(best, max(w, 0) * max(h, 0) / ((box[2] - box[0]) * (box[3] - box[1])))
    return best
