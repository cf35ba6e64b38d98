"""The measures of encounters that go on for long, cut down to those that decide the event."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from passerby.conflicts.measures import Measures
from passerby.tracks.record import BoolArray, FloatArray, IntArray

MANY: Final = 64
"""Rows of one encounter that are kept as they are."""


def compact(
    m: Measures,
    start: IntArray,
    verdict: tuple[BoolArray, BoolArray, BoolArray],
    chances: tuple[FloatArray, FloatArray],
) -> Measures:
    """Open encounters without what is known not to count, the long ones cut down to extremes: the same event.

    `m`: sorted by pair and k; start: first row of each encounter; verdict: as `flicker.lasting` gives it; chances: of
    each row's TTC and of its PET.
    """
    if not len(m):
        return m
    good, sure, fast = verdict
    size = np.diff(np.append(start, len(m)))
    long = np.repeat(size > MANY, size)
    keep = ~long | ~sure
    decided = good & sure
    if long.any():
        for value in (
            m.k.astype(float),
            np.where(np.isnan(m.ttc_s), np.nan, m.k),
            -np.round(m.ttc_s, 6),
            -np.round(m.pet_s, 6),
            m.drac_mps2,
            m.speed_mps,
            np.where(np.isnan(m.pet_s), np.nan, m.depth_m),
            m.sigma_m,
            -m.reach_m,
            -m.trust,
            *chances,
        ):
            keep[_first_greatest(np.where(decided, value, np.nan), start)] = True
    keep &= good | ~sure
    rows = np.flatnonzero(keep)
    # Up to the row before the next kept one of the same encounter nothing paused.
    stop = np.repeat(start + size, size)[rows]
    before_next = np.minimum(np.append(rows[1:], len(m)), stop) - 1
    out = m.take(rows)
    until_k = np.maximum(np.maximum(out.until_k, m.k[before_next]), m.until_k[before_next])
    settled = out.settled | (decided & long)[rows]
    return replace(out, until_k=until_k, settled=settled, fast=fast[rows])


def _first_greatest(value: FloatArray, start: IntArray) -> IntArray:
    """Per group, the first row with the greatest value (NaN counts as least)."""
    v = np.where(np.isnan(value), -np.inf, value)
    most = np.maximum.reduceat(v, start)
    size = np.diff(np.append(start, len(v)))
    row = np.where(v == np.repeat(most, size), np.arange(len(v)), len(v))
    return np.minimum.reduceat(row, start)
