"""From a network's numbers to candidates, one pure function per kind of output."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from passerby.tracks.record import FloatArray
from passerby.vision.detections import KINDS
from passerby.vision.suppression import Candidates

Array = npt.NDArray[Any]


@lru_cache(maxsize=64)
def cells(height: int, width: int, strides: tuple[int, ...], centre: float) -> tuple[FloatArray, FloatArray]:
    """Points (n, 2) in px and stride (n,) of each cell, row by row, stride by stride; centre: 0.5 or 0 strides."""
    points, sizes = [], []
    for stride in strides:
        y, x = np.mgrid[0 : -(-height // stride), 0 : -(-width // stride)]
        points.append((np.stack([x.ravel(), y.ravel()], axis=1) + centre) * stride)
        sizes.append(np.full(x.size, float(stride)))
    return np.concatenate(points), np.concatenate(sizes)


def from_distributions(
    scores: Array, logits: Array, points: FloatArray, strides: FloatArray, least: float
) -> Candidates:
    """NanoDet. scores: (7, n); logits: (4 * bins, n), distributions of left, top, right, bottom distances in strides.

    Generalized Focal Loss, Li et al. 2020 (arXiv 2006.04388): a distance is the mean of its distribution.
    """
    rows = np.flatnonzero(scores.max(axis=0) >= least)
    chosen = logits[:, rows].astype(np.float64)
    shaped = chosen.reshape(4, len(logits) // 4, len(rows))
    weights = np.exp(shaped - shaped.max(axis=1, keepdims=True))
    mean = np.einsum("sbn,b->sn", weights, np.arange(shaped.shape[1])) / weights.sum(axis=1)
    distance = mean.T * strides[rows, None]
    boxes = np.concatenate([points[rows] - distance[:, :2], points[rows] + distance[:, 2:]], axis=1)
    return Candidates(boxes, scores[:, rows].T.astype(np.float64))


def from_yolox(rows: Array, columns: Sequence[int | None], height: int, width: int, least: float) -> Candidates:
    """YOLOX. rows: (n, 5 + classes): centre x, y, width, height, objectness, class scores (both after the sigmoid).

    As exported, the centre is an offset from the cell's corner and the size a logarithm, both in strides; exported with
    --decode_in_inference both are pixels, which shows in centres that follow the cells.
    """
    corners, strides = cells(height, width, (8, 16, 32), 0.0)
    scores = _by_kind(rows[:, 5:], columns) * rows[:, 4:5]
    decoded = np.abs(rows[:, :2] - corners).mean() < np.abs(rows[:, :2]).mean()
    keep = np.flatnonzero(scores.max(axis=1) >= least)
    part, stride = rows[keep, :4].astype(np.float64), strides[keep, None]
    if decoded:
        centre, size = part[:, :2], part[:, 2:]
    else:
        centre, size = part[:, :2] * stride + corners[keep], np.exp(np.minimum(part[:, 2:], 20.0)) * stride
    return Candidates(np.concatenate([centre - size / 2, centre + size / 2], axis=1), scores[keep])


def from_queries(
    boxes: Array, logits: Array, columns: Sequence[int | None], height: int, width: int, least: float
) -> Candidates:
    """DETR families. boxes: (n, 4) centre x, y, width, height as shares of the input; logits: (n, classes)."""
    scores = _by_kind(1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float64), -60, 60))), columns)
    keep = np.flatnonzero(scores.max(axis=1) >= least)
    part = boxes[keep].astype(np.float64) * [width, height, width, height]
    return Candidates(
        np.concatenate([part[:, :2] - part[:, 2:] / 2, part[:, :2] + part[:, 2:] / 2], axis=1), scores[keep]
    )


def from_labels(boxes: Array, score: Array, label: Array, columns: Sequence[int | None], least: float) -> Candidates:
    """Ready detections. boxes: (n, 4) xyxy px; score: (n,); label: (n,) class index."""
    scores = np.zeros((len(boxes), len(KINDS)))
    for kind, column in enumerate(columns):
        if column is not None:
            scores[:, kind] = np.where(label == column, score, 0.0)
    keep = scores.max(axis=1) >= least
    return Candidates(boxes[keep].astype(np.float64), scores[keep])


def _by_kind(scores: Array, columns: Sequence[int | None]) -> FloatArray:
    result = np.zeros((len(scores), len(KINDS)))
    for kind, column in enumerate(columns):
        if column is not None:
            result[:, kind] = scores[:, column]
    return result
