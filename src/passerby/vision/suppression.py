"""One box per road user: what overlaps is one, and its kind is the one that all its boxes together say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray, IntArray
from passerby.vision.detections import KINDS, Detections, joined, no_detections

GROUPS: Final = (("person",), ("bicycle", "motorcycle"), ("car", "bus", "truck", "train"))
"""Kinds that are mistaken for one another. Of two groups, two boxes in one place are two: a rider and a bicycle."""

SAME_IOU: Final = (0.6, 0.5, 0.5)
"""Boxes of a group that overlap this much show the same road user."""

INSIDE: Final = 0.85
PART_AREA: Final = 0.4
"""A vehicle's box that lies inside another to this share and has this share of its area shows a part of it: the front
of a long bus, or, the other way round, two cars taken for one. A car before a bus is smaller than that."""

MOST: Final = 1000


@dataclass(frozen=True, eq=False)
class Candidates:
    """What a network says before doubles are merged. boxes: (n, 4) px; scores: (n, 7), one column per kind."""

    boxes: FloatArray
    scores: FloatArray


def without_doubles(candidates: Candidates, min_score: float) -> Detections:
    """One detection per road user, those below min_score left out, best first within each group of kinds.

    Greedy non-maximum suppression per group of kinds that are mistaken for one another; the kind is the one with the
    largest sum of scores over all boxes of the place, the box and the score are those of the best.
    """
    parts = []
    for group, same_iou in zip(GROUPS, SAME_IOU, strict=True):
        kinds = np.array([KINDS.index(name) for name in group])
        scores = candidates.scores[:, kinds]
        best = scores.max(axis=1) if len(scores) else np.empty(0)
        rows = np.flatnonzero((best >= min_score) & (best > 0.0))
        rows = rows[np.argsort(-best[rows], kind="stable")][:MOST]
        if len(rows):
            parts.append(_merged(candidates.boxes[rows], scores[rows], kinds, same_iou, parts_too=len(group) > 2))
    return joined(parts) if parts else no_detections()


def _merged(boxes: FloatArray, scores: FloatArray, kinds: IntArray, same_iou: float, *, parts_too: bool) -> Detections:
    """boxes and scores best first."""
    same = _same(boxes, same_iou, parts_too=parts_too)
    left = np.ones(len(boxes), bool)
    kept, kind = [], []
    for i in range(len(boxes)):
        if left[i]:
            members = same[i] & left
            left &= ~members
            kept.append(i)
            kind.append(kinds[scores[members].sum(axis=0).argmax()])
    return Detections(boxes[kept], scores[kept].max(axis=1), np.array(kind, np.int64))


def _same(boxes: FloatArray, same_iou: float, *, parts_too: bool) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(axis=2)
    area = np.clip(boxes[:, 2:] - boxes[:, :2], 1e-6, None).prod(axis=1)
    same = shared >= same_iou * (area[:, None] + area[None, :] - shared)
    if parts_too:
        smaller, larger = np.minimum(area[:, None], area[None, :]), np.maximum(area[:, None], area[None, :])
        same |= (shared >= INSIDE * smaller) & (smaller >= PART_AREA * larger)
    np.fill_diagonal(same, True)
    return np.asarray(same)
