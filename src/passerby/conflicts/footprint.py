"""Oriented rectangles on the ground: do they overlap, how deep, and when do two moving ones touch.

Separating axis test: two convex shapes are apart exactly when their shadows on some edge normal are apart
(Gottschalk, Lin and Manocha, OBBTree, SIGGRAPH 1996); for constant velocities each of the four axes gives an
interval of time, and they touch where all four intervals meet (Eberly, Dynamic Collision Detection, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Footprints:
    """Rectangles, arrays of one shape: centre x, y; unit heading hx, hy (NaN: unknown); half length and half width."""

    x: FloatArray
    y: FloatArray
    hx: FloatArray
    hy: FloatArray
    half_l: FloatArray
    half_w: FloatArray


@dataclass(frozen=True, eq=False)
class Touch:
    """When two moving footprints first and last touch (s; inf, -inf: never); closing speed and unit normal then."""

    first: FloatArray
    last: FloatArray
    closing_mps: FloatArray
    nx: FloatArray
    ny: FloatArray


def placed(m: Motion, i: IntArray, x: FloatArray, y: FloatArray, hx: FloatArray, hy: FloatArray) -> Footprints:
    """The footprints of the users of samples `i`, put at x, y with the headings hx, hy."""
    track = m.track[i]
    return Footprints(x, y, hx, hy, m.length[track] / 2, m.width[track] / 2)


def footprints(m: Motion, i: IntArray) -> Footprints:
    """The footprints at samples `i`."""
    return placed(m, i, m.x[i], m.y[i], m.hx[i], m.hy[i])


def oriented(a: Footprints, b: Footprints) -> tuple[Footprints, Footprints]:
    """The two with every heading known: one whose heading is not known faces the way the other does.

    Vehicles on a road stand along it, so a vehicle is laid along the way of the one that comes near it. The way of
    somebody on foot says nothing of the road: beside them it is a square as wide as it is. Two of unknown heading are
    squares, turned along the line between them: no choice depends on where north is.
    """
    na, nb = np.isnan(a.hx), np.isnan(b.hx)
    if not (na.any() or nb.any()):
        return a, b
    dx, dy = b.x - a.x, b.y - a.y
    r = np.hypot(dx, dy)
    safe = np.where(r > 0, r, 1.0)
    lx, ly = np.where(r > 0, dx / safe, 1.0), np.where(r > 0, dy / safe, 0.0)
    ux, uy = np.where(na, lx, a.hx), np.where(na, ly, a.hy)
    vx, vy = np.where(nb, ux, b.hx), np.where(nb, uy, b.hy)
    ux, uy = np.where(na, vx, ux), np.where(na, vy, uy)
    square_a, square_b = na & (nb | ~elongated(b)), nb & (na | ~elongated(a))
    a2 = Footprints(a.x, a.y, ux, uy, np.where(square_a, a.half_w, a.half_l), a.half_w)
    return a2, Footprints(b.x, b.y, vx, vy, np.where(square_b, b.half_w, b.half_l), b.half_w)


def elongated(f: Footprints) -> BoolArray:
    """Whether a footprint is that of a vehicle, which keeps to a road: well longer than wide."""
    return np.asarray(f.half_l > 1.2 * f.half_w)


def support(f: Footprints, nx: FloatArray, ny: FloatArray) -> FloatArray:
    """Half the length of each rectangle's shadow on the unit direction (nx, ny)."""
    along, across = nx * f.hx + ny * f.hy, ny * f.hx - nx * f.hy
    return np.asarray(f.half_l * np.abs(along) + f.half_w * np.abs(across))


def shadows(a: Footprints, b: Footprints) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The four edge normals nx, ny and the sum of both half shadows on each, shape (4, ...); headings known."""
    nx = np.stack([a.hx, -a.hy, b.hx, -b.hy])
    ny = np.stack([a.hy, a.hx, b.hy, b.hx])
    c = np.abs(a.hx * b.hx + a.hy * b.hy)
    s = np.abs(a.hx * b.hy - a.hy * b.hx)
    reach = np.stack(
        [
            a.half_l + b.half_l * c + b.half_w * s,
            a.half_w + b.half_l * s + b.half_w * c,
            b.half_l + a.half_l * c + a.half_w * s,
            b.half_w + a.half_l * s + a.half_w * c,
        ]
    )
    return nx, ny, reach


def penetration(a: Footprints, b: Footprints) -> FloatArray:
    """Depth of the overlap in metres (least shift that parts them); negative: a lower bound of their distance."""
    a, b = oriented(a, b)
    nx, ny, reach = shadows(a, b)
    return np.asarray((reach - np.abs(nx * (b.x - a.x) + ny * (b.y - a.y))).min(axis=0))


def moving_touch(
    a: Footprints, b: Footprints, wx: FloatArray, wy: FloatArray, margin: FloatArray | float = 0.0
) -> Touch:
    """Touch of `a` at rest and `b` moving with (wx, wy) m/s from now on; headings known and kept.

    `margin` (m) widens every shadow. Times before now are negative.
    """
    nx, ny, reach = shadows(a, b)
    reach = reach + margin
    gap = nx * (b.x - a.x) + ny * (b.y - a.y)
    rate = nx * wx + ny * wy
    still = np.abs(rate) < 1e-9
    inside = np.abs(gap) <= reach
    safe = np.where(still, 1.0, rate)
    middle, half = -gap / safe, reach / np.abs(safe)
    start = np.where(still, np.where(inside, -np.inf, np.inf), middle - half)
    end = np.where(still, np.where(inside, np.inf, -np.inf), middle + half)
    axis = start.argmax(axis=0)[None]
    first, last = start.max(axis=0), end.min(axis=0)
    apart = first > last
    rate, nx, ny = (np.take_along_axis(v, axis, 0)[0] for v in (rate, nx, ny))
    return Touch(np.where(apart, np.inf, first), np.where(apart, -np.inf, last), np.abs(rate), nx, ny)


def sidestep(a: Footprints, b: Footprints, wx: FloatArray, wy: FloatArray) -> tuple[FloatArray, FloatArray]:
    """How far to step aside, across the relative motion (wx, wy), to miss (m), and the most that could be (m)."""
    w = np.hypot(wx, wy)
    safe = np.where(w > 0, w, 1.0)
    px, py = np.where(w > 0, -wy / safe, 0.0), np.where(w > 0, wx / safe, 1.0)
    reach = support(a, px, py) + support(b, px, py)
    return reach - np.abs(px * (b.x - a.x) + py * (b.y - a.y)), reach


def meeting_point(a: Footprints, b: Footprints) -> tuple[FloatArray, FloatArray]:
    """The point between two touching footprints, each one's share of the line of centres as its reach along it."""
    dx, dy = b.x - a.x, b.y - a.y
    r = np.hypot(dx, dy)
    safe = np.where(r > 0, r, 1.0)
    ra, rb = support(a, dx / safe, dy / safe), support(b, dx / safe, dy / safe)
    share = np.where(r > 0, ra / np.where(ra + rb > 0, ra + rb, 1.0), 0.0)
    return a.x + dx * share, a.y + dy * share


def overlapping(a: Footprints, b: Footprints) -> BoolArray:
    """Whether two footprints share ground."""
    return np.asarray(penetration(a, b) > 0)
