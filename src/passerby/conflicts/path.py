"""The way ahead of every sample: along the path really driven, then straight on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.motion import Motion
from passerby.tracks.record import FloatArray, IntArray

# Path lengths are whole numbers of this many to the metre: sums of integers do not depend on where a window began.
_GRAIN: Final = float(2**20)
KEY_OFFSET: Final = 1 << 40
"""A track's number times this, plus k, is a sample's key: one sorted array to look samples up in."""
_SIGMAS: Final = 3.0


@dataclass(frozen=True, eq=False)
class Path:
    """What the way ahead of each sample needs, shape (n,).

    key: of each sample, in the order of (track, k); grains: arc length along all tracks one after the other; end: the
    last sample of the way ahead; turned: heading swept so far (rad, without sign); sense: -1 for one who reverses,
    else 1; speed: m/s, 0 for one who stands.
    """

    motion: Motion
    key: IntArray
    grains: IntArray
    end: IntArray
    turned: FloatArray
    sense: FloatArray
    speed: FloatArray


def path_ahead(motion: Motion, look_ahead: int) -> Path:
    """The paths of a Motion, followed for `look_ahead` clock steps at most and never across a lost stretch."""
    n = len(motion)
    index = np.arange(n)
    first = np.zeros(n, bool)
    first[motion.starts[:-1][motion.starts[:-1] < n]] = True
    cut = first | ~motion.joined
    dx, dy = np.diff(motion.x, prepend=0.0), np.diff(motion.y, prepend=0.0)
    # Trembling on the spot is no way.
    trembles = motion.speed < _SIGMAS * motion.sigma_mps
    step = np.where(cut | trembles, 0.0, np.hypot(dx, dy))
    grains = np.cumsum(np.rint(step * _GRAIN).astype(np.int64))
    begins = np.flatnonzero(cut)
    piece_end = np.append(begins[1:], n) - 1
    key = motion.track * KEY_OFFSET + motion.k
    end = np.minimum(index + look_ahead, piece_end[np.cumsum(cut) - 1]) if n else index
    if n:
        far = np.flatnonzero(motion.k[end] > motion.k + look_ahead)
        if far.size:
            end[far] = np.searchsorted(key, key[far] + look_ahead, side="right") - 1
    cross = np.abs(motion.hx * np.roll(motion.hy, 1) - motion.hy * np.roll(motion.hx, 1))
    dot = motion.hx * np.roll(motion.hx, 1) + motion.hy * np.roll(motion.hy, 1)
    turn = np.where(cut, 0.0, np.nan_to_num(np.arctan2(cross, dot), nan=0.0))
    speed = np.where(motion.standing, 0.0, motion.speed)
    return Path(motion, key, grains, end, np.cumsum(turn), np.where(motion.reversing, -1.0, 1.0), speed)


def ahead(
    path: Path, i: IntArray, distance_m: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, IntArray]:
    """Position x, y, heading hx, hy and the sample reached, `distance_m` further along the way of samples `i`.

    All of one shape. Headings are NaN where unknown.
    """
    m = path.motion
    e = path.end[i]
    target = path.grains[i] + np.rint(distance_m * _GRAIN).astype(np.int64)
    limit = path.grains[e]
    within = np.minimum(target, limit)
    j = np.searchsorted(path.grains, within, side="right") - 1
    j = np.clip(j, i, np.maximum(e - 1, i))
    nxt = np.minimum(j + 1, e)
    length = path.grains[nxt] - path.grains[j]
    part = np.where(length > 0, (within - path.grains[j]) / np.where(length > 0, length, 1), 0.0)
    part = np.clip(part, 0.0, 1.0)
    over = np.maximum(target - limit, 0) / _GRAIN
    hx, hy = m.hx[j] + part * (m.hx[nxt] - m.hx[j]), m.hy[j] + part * (m.hy[nxt] - m.hy[j])
    size = np.hypot(hx, hy)
    bad = ~(size > 1e-6)
    safe = np.where(bad, 1.0, size)
    hx, hy = np.where(bad, m.hx[j], hx / safe), np.where(bad, m.hy[j], hy / safe)
    hx, hy = np.where(over > 0, m.hx[e], hx), np.where(over > 0, m.hy[e], hy)
    # Whoever's heading is lost on the way (it comes to a stop in noise) keeps the one it has now.
    lost = np.isnan(hx)
    hx, hy = np.where(lost, m.hx[i], hx), np.where(lost, m.hy[i], hy)
    speed = m.speed[i]
    safe = np.where(speed > 0, speed, 1.0)
    unknown = np.isnan(m.hx[e])
    gx = np.where(unknown, m.vx[i] / safe, m.hx[e] * path.sense[i])
    gy = np.where(unknown, m.vy[i] / safe, m.hy[e] * path.sense[i])
    x = m.x[j] + part * (m.x[nxt] - m.x[j]) + over * gx
    y = m.y[j] + part * (m.y[nxt] - m.y[j]) + over * gy
    return x, y, hx, hy, np.where(over > 0, e, nxt)
