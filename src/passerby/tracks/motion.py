"""`Motion`: where every road user was, how fast and which way, on one common clock.

The clock ticks `RATE_HZ` times a second; sample `k` is the instant `k / RATE_HZ` seconds since the Unix epoch. One
clock for all tracks makes "at the same time" a comparison of integers, whatever rate each source delivered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray

RATE_HZ: Final = 10
STEP_S: Final = 1 / RATE_HZ
STANDING_WINDOW_S: Final = 1.5


@dataclass(frozen=True, eq=False)
class Motion:
    """Smoothed tracks sampled on the common clock, sorted by (track, k).

    Per track, shape (m,): ids; cls (code into CLASSES); length, width in metres; closed (no row can come any more).
    starts: offsets into the samples, shape (m + 1,).
    Per sample, shape (n,): k; x, y (m, footprint centre); vx, vy (m/s); ax, ay (m/s2); hx, hy (unit vector of the
    body's heading, NaN until it has been seen to move; kept while it stands); sigma_m, sigma_mps (standard
    error of position and of speed as far as the rows themselves show it); joined (False where the track was
    lost for too long since its previous sample, or has none); standing (has not left its place for
    `STANDING_WINDOW_S`); reversing (drives backwards).
    Where a road user stands for long, history may be thinned to one sample a second.
    """

    ids: tuple[str, ...]
    cls: IntArray
    length: FloatArray
    width: FloatArray
    closed: BoolArray
    starts: IntArray
    k: IntArray
    x: FloatArray
    y: FloatArray
    vx: FloatArray
    vy: FloatArray
    ax: FloatArray
    ay: FloatArray
    hx: FloatArray
    hy: FloatArray
    sigma_m: FloatArray
    sigma_mps: FloatArray
    joined: BoolArray
    standing: BoolArray
    reversing: BoolArray

    def __len__(self) -> int:
        return len(self.k)

    @cached_property
    def track(self) -> IntArray:
        """Index of each sample's track, shape (n,)."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.starts))

    @cached_property
    def t(self) -> FloatArray:
        """Seconds since the Unix epoch, shape (n,)."""
        return self.k / RATE_HZ

    @cached_property
    def speed(self) -> FloatArray:
        """Speed over ground in m/s, shape (n,)."""
        return np.sqrt(self.vx**2 + self.vy**2)

    @cached_property
    def front(self) -> tuple[FloatArray, FloatArray]:
        """x and y of the front end (bumper, wheel, toes); the centre while the heading is unknown."""
        half = self.length[self.track] / 2
        hx, hy = np.nan_to_num(self.hx), np.nan_to_num(self.hy)
        return self.x + half * hx, self.y + half * hy


def concatenate(parts: Sequence[Motion]) -> Motion:
    """One motion of several whose tracks are different ones."""
    columns = {f.name: [getattr(p, f.name) for p in parts] for f in fields(Motion) if f.name not in ("ids", "starts")}
    sizes = np.concatenate([[0], *(np.diff(p.starts) for p in parts)])
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    return Motion(ids=tuple(i for p in parts for i in p.ids), starts=np.cumsum(sizes), **joined)
