"""Which detection belongs to which track: likelihoods in the picture, one to one, surest first."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment

from passerby.tracks.record import BoolArray, FloatArray, IntArray

GATE: Final = 22.0
"""Largest cost of a pair: squared distance in standard deviations over four numbers, each at most CAP."""

CAP: Final = 9.0


def likelihood_cost(expected: FloatArray, variance: FloatArray, found: FloatArray, free: BoolArray) -> FloatArray:
    """Costs, shape (n, m), of boxes found, measurements (m, 4), for expected ones (n, 4) with variances (n, 4), px2.

    free: shape (m, 4), numbers of a measurement that say nothing (a side at the picture's edge). Squared Mahalanobis
    distance, number by number, each capped (one cut side does not rule a pair out), plus the log-determinant.
    """
    d = (expected[:, None, :] - found[None, :, :]) ** 2 / variance[:, None, :]
    d = np.where(free[None, :, :], np.minimum(d, 1.0), d)
    capped = np.minimum(d, CAP)
    cost = capped.sum(2)
    return np.asarray(np.where((d[:, :, 0] < 2.0 * CAP) & (d[:, :, 1:3].min(2) < CAP), cost, np.inf))


def assign(cost: FloatArray, gate: float | FloatArray = GATE) -> tuple[IntArray, IntArray]:
    """Rows and columns paired so that the sum of costs is least; pairs at or above gate stay unpaired."""
    if not cost.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    limited = np.minimum(cost, gate)
    row, column = linear_sum_assignment(limited)
    good = cost[row, column] < np.broadcast_to(gate, cost.shape)[row, column]
    return row[good].astype(np.int64), column[good].astype(np.int64)


def area(boxes: FloatArray) -> FloatArray:
    """Areas, shape (n,), of boxes, shape (n, 4)."""
    return np.asarray(np.maximum(boxes[:, 2] - boxes[:, 0], 0.0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0.0))


def shared(a: FloatArray, b: FloatArray) -> FloatArray:
    """Areas that boxes a, shape (n, 4), have in common with boxes b, shape (m, 4); shape (n, m)."""
    w = np.minimum(a[:, None, 2], b[None, :, 2]) - np.maximum(a[:, None, 0], b[None, :, 0])
    h = np.minimum(a[:, None, 3], b[None, :, 3]) - np.maximum(a[:, None, 1], b[None, :, 1])
    return np.asarray(np.maximum(w, 0.0) * np.maximum(h, 0.0))


def overlap(a: FloatArray, b: FloatArray) -> FloatArray:
    """Intersection over union, shape (n, m)."""
    common = shared(a, b)
    return np.asarray(common / np.maximum(area(a)[:, None] + area(b)[None, :] - common, 1e-9))


def covered(a: FloatArray, b: FloatArray) -> FloatArray:
    """How much of each box of a, shape (n, 4), lies within each of b, shape (m, 4); 0 to 1, shape (n, m)."""
    return np.asarray(shared(a, b) / np.maximum(area(a)[:, None], 1e-9))
