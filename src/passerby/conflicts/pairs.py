"""Which boxes overlap: sweep and prune by sorting, without looking at every pair."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from passerby.tracks.record import FloatArray, IntArray

_MOST: Final = 1_000_000  # pairs in memory at once


def expand(first: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """For each row r, the integers first[r] .. first[r] + count[r] - 1: the row of each, and each."""
    row = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) - np.repeat(before - first, count)


def blocks(count: IntArray, most: int = _MOST) -> Iterator[slice]:
    """Slices of rows whose counts sum to about `most` at once."""
    total = np.cumsum(count)
    row = 0
    while row < len(count):
        done = total[row - 1] if row else 0
        stop = max(int(np.searchsorted(total, done + most, side="right")), row + 1)
        yield slice(row, stop)
        row = stop


def overlapping_boxes(
    layer: IntArray, x0: FloatArray, x1: FloatArray, y0: FloatArray, y1: FloatArray
) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs (i, j) of boxes of one layer that overlap, each pair once, in portions; all arrays have shape (n,).

    The boxes are sorted by (layer, x0); those that may overlap a box in x are then the run that starts behind it and
    ends where x0 passes its x1. `layer` holds small integers (an instant), x0 <= x1, y0 <= y1 metres.
    """
    if len(layer) < 2:
        return
    low = x0.min()
    span = max(float(x1.max() - low), 1.0) * 1.001
    base = layer * span - low
    key = base + x0
    order = np.argsort(key, kind="stable")
    key = key[order]
    stop = np.searchsorted(key, (base + x1)[order], side="right")
    first = np.arange(1, len(order) + 1)
    count = np.maximum(stop - first, 0)
    y0s, y1s = y0[order], y1[order]
    for part in blocks(count):
        row, other = expand(first[part], count[part])
        row = row + part.start
        keep = (y0s[row] <= y1s[other]) & (y0s[other] <= y1s[row])
        yield order[row[keep]], order[other[keep]]
