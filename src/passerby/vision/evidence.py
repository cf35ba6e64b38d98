"""Detections made ready for tracking: doubles out, riders and their bicycles in one, what moves believed more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision import classes
from passerby.vision.association import area, covered, overlap, shared
from passerby.vision.detections import Detections
from passerby.vision.regions import MovingRegions

DOUBLE: Final = 0.6
"""Two boxes of one group that overlap so much (IoU) are one road user."""

SHADOWED: Final = 0.4
"""A faint box that overlaps a sure one so much (IoU) is a part of it, or both together."""

WITHIN: Final = 0.8
"""A vehicle's box that lies so far within another is the same vehicle: long buses are found in parts."""

FITS: Final = 0.55
SUPPORT: Final = 0.2
"""How much more a box is believed (score) that a moving region fits (IoU of FITS or more)."""

MORE: Final = 0.5
"""Per IoU above FITS, where the box is a vehicle's: vehicles are rigid, and their regions as large as they are."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Detections, one per road user; ridden: shape (n,), whether a person together with a two-wheeler."""

    found: Detections
    ridden: BoolArray


def evidence(
    found: Detections, moving: MovingRegions, tracked: FloatArray, parked: FloatArray, high: float
) -> Evidence:
    """Evidence from raw detections and moving regions.

    tracked: boxes, shape (n, 4), where road users should be; parked: shape (k, 4), of two-wheelers that stand; high:
    score from which a box is sure.
    """
    if not len(found):
        return Evidence(found, np.zeros(0, bool))
    if len(moving):
        # where several are together, a box around all of them fits too
        crowded = np.zeros(len(moving), bool)
        for others in (tracked, found.boxes[found.score >= high]):
            if len(others):
                crowded |= (covered(others, moving.boxes) > 0.5).sum(0) > 1
        fit = overlap(found.boxes, moving.boxes) * ~crowded[None, :]
        best = fit.max(1)
        more = np.where(classes.GROUP[found.kind] == classes.HEAVY, MORE, 0.0)
        support = np.where(best >= FITS, SUPPORT + more * (best - FITS), 0.0)
        found = replace(found, score=np.minimum(found.score + support, 1.0))
    return _with_riders(single(found, high), parked)


def single(found: Detections, high: float) -> Detections:
    """Without doubles: the surest of boxes that show one road user; high: score from which a box is sure."""
    if len(found) < 2:
        return found
    found = found.take(np.argsort(-found.score, kind="stable"))
    group, wheels = classes.GROUP[found.kind], classes.has_wheels(found.kind)
    same = (group[:, None] == group[None, :]) & (wheels[:, None] == wheels[None, :])
    common, size = shared(found.boxes, found.boxes), area(found.boxes)
    both = common / np.maximum(size[:, None] + size[None, :] - common, 1e-9)
    inner = common / np.maximum(size[:, None], 1e-9)
    weak = found.score < high
    near = both > DOUBLE
    near |= (weak[:, None] & ~weak[None, :]) & (both > SHADOWED)
    near |= (group == classes.HEAVY)[:, None] & (inner > WITHIN)
    near &= same
    keep = np.ones(len(found), bool)
    for i in np.flatnonzero(np.tril(near, -1).any(1)):
        keep[i] = not (near[i, :i] & keep[:i]).any()
    return found.take(keep)


def _with_riders(found: Detections, parked: FloatArray) -> Evidence:
    """A person above a two-wheeler that does not stand parked becomes one box, of the person's kind."""
    n = len(found)
    ridden = np.zeros(n, bool)
    wheels = classes.has_wheels(found.kind)
    if len(parked) and wheels.any():
        wheels &= overlap(found.boxes, parked).max(1) < 0.5
    people = found.kind == classes.PERSON
    if not wheels.any() or not people.any():
        return Evidence(found, ridden)
    boxes, score, keep = found.boxes.copy(), found.score.copy(), np.ones(n, bool)
    for w in np.flatnonzero(wheels):
        candidates = np.flatnonzero(people & ~ridden)
        if not len(candidates):
            break
        fit = rider_fit(boxes[candidates], boxes[w : w + 1])[:, 0]
        if fit.max() <= 0.0:
            continue
        p = candidates[int(fit.argmax())]
        boxes[p] = [*np.minimum(boxes[p, :2], boxes[w, :2]), *np.maximum(boxes[p, 2:], boxes[w, 2:])]
        score[p] = max(score[p], score[w])
        ridden[p] = True
        keep[w] = False
    return Evidence(Detections(boxes[keep], score[keep], found.kind[keep]), ridden[keep])


def rider_fit(person: FloatArray, wheels: FloatArray) -> FloatArray:
    """How well people, shape (n, 4), may ride two-wheelers, (m, 4): share of width in common, 0 where they cannot."""
    left = np.maximum(person[:, None, 0], wheels[None, :, 0])
    right = np.minimum(person[:, None, 2], wheels[None, :, 2])
    narrow = np.minimum((person[:, 2] - person[:, 0])[:, None], (wheels[:, 2] - wheels[:, 0])[None, :])
    share = (right - left) / np.maximum(narrow, 1e-9)
    tall = (wheels[:, 3] - wheels[:, 1])[None, :]
    # the rider's head is above the wheels, the feet between the top and a little below the bottom of the wheels
    above = person[:, None, 1] < wheels[None, :, 1] + 0.3 * tall
    feet = (person[:, None, 3] > wheels[None, :, 1]) & (person[:, None, 3] < wheels[None, :, 3] + 0.3 * tall)
    size = (person[:, 3] - person[:, 1])[:, None] / np.maximum(tall, 1e-9)
    return np.asarray(np.where(above & feet & (share > 0.4) & (size > 0.6) & (size < 3.0), share, 0.0))
