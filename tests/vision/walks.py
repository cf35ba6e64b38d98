"""Drawn walks: road users on known paths before a known camera, as a detector would box them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from passerby.vision.detections import Detections, no_detections
from passerby.vision.regions import MovingRegions
from passerby.vision.sightings import Sightings, joined_sightings
from passerby.vision.tracker import Tracker
from passerby.vision.view import View, pinhole_view

WIDTH, HEIGHT = 768, 576
WHOLE = np.array([[0.0, 0.0, WIDTH, HEIGHT]])
Place = Callable[[float], tuple[float, float] | None]


@dataclass(frozen=True)
class Walker:
    """Someone at place(t), metres, None while not detected; size height and width, m; kind and score as detected."""

    place: Place
    size: tuple[float, float] = (1.75, 0.6)
    kind: int = 0
    score: float = 0.8


def street_view(calibrated: bool = True) -> View:
    """A camera 7 m up that sees the ground from about 8 m on; x to the right, y away from it."""
    drawn = pinhole_view(WIDTH, HEIGHT, -60.0, 7.0)
    return View(WIDTH, HEIGHT, drawn.camera, calibrated)


def line(x: float, y: float, vx: float, vy: float, hidden: Callable[[float], bool] = lambda t: False) -> Place:
    return lambda t: None if hidden(t) else (x + vx * t, y + vy * t)


def found(view: View, walkers: Sequence[Walker], t: float, rng: np.random.Generator, noise: float = 0.03) -> Detections:
    rows = []
    for w in walkers:
        place = w.place(t)
        if place is None:
            continue
        box = view.boxes(np.array([place]), np.array([w.size[0]]), np.array([w.size[1]]))[0]
        box = box + noise * (box[3] - box[1]) * rng.standard_normal(4) * [0.6, 0.6, 0.6, 1.0]
        box = np.clip(box, 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        if box[2] - box[0] > 8 and box[3] - box[1] > 16:
            rows.append((*box, w.score, w.kind))
    if not rows:
        return no_detections()
    table = np.array(rows)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))


def tracked(
    walkers: Sequence[Walker],
    seconds: float,
    *,
    fps: float = 10.0,
    every: int = 1,
    seed: int = 0,
    calibrated: bool = True,
) -> tuple[Sightings, Sightings]:
    """What the tracker reports live, confirmed only, and what it says at the end."""
    view, rng = street_view(), np.random.default_rng(seed)
    tracker = Tracker(street_view(calibrated), record=True)
    live = []
    for k in range(round(seconds * fps)):
        t = 1000.0 + k / fps
        look = k % every == 0
        seen = found(view, walkers, t - 1000.0, rng) if look else no_detections()
        out = tracker.update(t, seen, WHOLE if look else np.empty((0, 4)), MovingRegions.none())
        live.append(out.take(out.confirmed))
    return joined_sightings(live), tracker.finish()
