"""Who was where: blocks of a second of each track as boxes on the ground, and which of them a later one crosses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.conflicts.footprint import Footprints, overlapping
from passerby.conflicts.pairs import blocks, expand
from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

BLOCK: Final = 10  # clock steps; blocks begin at whole multiples, wherever a window begins
_CELL_M: Final = 12.0
_STILL_M: Final = 0.1  # a third of what pet.py asks of one who arrives


@dataclass(frozen=True, eq=False)
class Visits:
    """One row per track and block, shape (v,): samples first..last; box (footprint of the whole block); block number.

    leaves, arrives: False where the user only stood there and cannot be the last to leave or new to arrive.
    """

    first: IntArray
    last: IntArray
    track: IntArray
    block: IntArray
    box: Footprints
    leaves: BoolArray
    arrives: BoolArray


def visits(motion: Motion, k0: int, k1: int) -> Visits:
    """The visits of all tracks within k0 <= k < k1."""
    m = motion
    inside = np.flatnonzero((m.k >= k0) & (m.k < k1))
    block, track = m.k[inside] // BLOCK, m.track[inside]
    new = np.ones(len(inside), bool)
    new[1:] = (block[1:] != block[:-1]) | (track[1:] != track[:-1]) | ~m.joined[inside][1:]
    start = np.flatnonzero(new)
    stop = np.append(start[1:], len(inside))
    if not len(start):
        none = np.empty(0, np.int64)
        f = np.empty(0)
        return Visits(none, none, none, none, Footprints(f, f, f, f, f, f), none.astype(bool), none.astype(bool))
    first, last = inside[start], inside[stop - 1]
    mid = (first + last) // 2
    hx, hy = m.hx[mid], m.hy[mid]
    known = ~np.isnan(hx)
    ux, uy = np.where(known, hx, 1.0), np.where(known, hy, 0.0)
    of = np.repeat(np.arange(len(start)), stop - start)
    along = m.x[inside] * ux[of] + m.y[inside] * uy[of]
    across = m.y[inside] * ux[of] - m.x[inside] * uy[of]
    lo_u, hi_u = np.minimum.reduceat(along, start), np.maximum.reduceat(along, start)
    lo_v, hi_v = np.minimum.reduceat(across, start), np.maximum.reduceat(across, start)
    half_l, half_w = m.length[m.track[first]] / 2, m.width[m.track[first]] / 2
    radius = np.hypot(half_l, half_w)
    turned = m.hx[inside] * ux[of] + m.hy[inside] * uy[of]
    cos = np.clip(np.minimum.reduceat(np.where(np.isnan(turned), -1.0, turned), start), -1.0, 1.0)
    sin = np.where(cos > 0, np.sqrt(1 - cos**2), 1.0)
    reach_l = np.where(cos < 0.5, radius, np.minimum(half_l + half_w * sin, radius))
    reach_w = np.where(cos < 0.5, radius, np.minimum(half_w + half_l * sin, radius))
    # Up to one clock step beyond the last sample belongs to the block, too: the exact instants lie between samples.
    step = np.hypot(m.vx[mid], m.vy[mid]) * 0.1
    cu, cv = (lo_u + hi_u) / 2, (lo_v + hi_v) / 2
    box = Footprints(
        cu * ux - cv * uy,
        cu * uy + cv * ux,
        ux,
        uy,
        (hi_u - lo_u) / 2 + reach_l + step,
        (hi_v - lo_v) / 2 + reach_w + 0.05,
    )
    still = np.hypot(hi_u - lo_u, hi_v - lo_v) < _STILL_M
    follows = np.zeros(len(start), bool)
    follows[1:] = (m.track[first][1:] == m.track[first][:-1]) & (m.k[first][1:] == m.k[last][:-1] + 1)
    follows &= m.joined[first]
    near = np.zeros(len(start), bool)
    near[1:] = np.hypot(m.x[last][1:] - m.x[last][:-1], m.y[last][1:] - m.y[last][:-1]) < _STILL_M
    stays = follows & still & near
    stays[1:] &= still[:-1]
    leaves = np.ones(len(start), bool)
    leaves[:-1] = ~stays[1:]
    return Visits(first, last, m.track[first], m.k[first] // BLOCK, box, leaves, ~stays)


def crossing_visits(v: Visits, later: BoolArray, within: int) -> Iterator[tuple[IntArray, IntArray]]:
    """Pairs (p, q): visit q (where `later`), and p of another user up to `within` blocks before whose ground it shares.

    Spatial hash: every visit is filed under the cells that its box lies in, sorted by (cell, block), so that those
    before it in a cell are one run. Each pair comes once, in portions.
    """
    b = v.box
    if not len(b.x):
        return
    ex = b.half_l * np.abs(b.hx) + b.half_w * np.abs(b.hy)
    ey = b.half_l * np.abs(b.hy) + b.half_w * np.abs(b.hx)
    x0, x1 = _cell(b.x - ex), _cell(b.x + ex)
    y0, y1 = _cell(b.y - ey), _cell(b.y + ey)
    wide = x1 - x0 + 1
    owner, number = expand(np.zeros(len(wide), np.int64), wide * (y1 - y0 + 1))
    col, line = x0[owner] + number % wide[owner], y0[owner] + number // wide[owner]
    low = v.block.min()
    span = int(v.block.max() - low) + within + 2
    width = int(col.max() - col.min()) + 1
    cell = (line - line.min()) * width + (col - col.min())
    key = cell * span + (v.block[owner] - low) + within
    order = np.argsort(key, kind="stable")
    owner, key, col, line = owner[order], key[order], col[order], line[order]
    gone = v.leaves[owner]
    a_owner, a_key, a_col, a_line = owner[gone], key[gone], col[gone], line[gone]
    comes = v.arrives[owner] & later[owner]
    b_owner, b_key = owner[comes], key[comes]
    lo = np.searchsorted(a_key, b_key - within, side="left")
    count = np.searchsorted(a_key, b_key, side="right") - lo
    for part in blocks(count):
        row, hit = expand(lo[part], count[part])
        q, p = b_owner[part][row], a_owner[hit]
        # A pair that meets in several cells is taken in the first that both lie in.
        keep = (v.track[p] != v.track[q]) & (a_col[hit] == np.maximum(x0[p], x0[q]))
        keep &= a_line[hit] == np.maximum(y0[p], y0[q])
        p, q = p[keep], q[keep]
        keep = _share(b, p, q)
        if keep.any():
            yield p[keep], q[keep]


def _cell(x: FloatArray) -> IntArray:
    return np.floor(x / _CELL_M).astype(np.int64)


def _share(box: Footprints, p: IntArray, q: IntArray) -> BoolArray:
    a, b = _take(box, p), _take(box, q)
    near = (a.x - b.x) ** 2 + (a.y - b.y) ** 2 <= (np.hypot(a.half_l, a.half_w) + np.hypot(b.half_l, b.half_w)) ** 2
    out = np.zeros(len(p), bool)
    some = np.flatnonzero(near)
    out[some] = overlapping(_take(a, some), _take(b, some))
    return out


def _take(f: Footprints, rows: IntArray) -> Footprints:
    return Footprints(f.x[rows], f.y[rows], f.hx[rows], f.hy[rows], f.half_l[rows], f.half_w[rows])
