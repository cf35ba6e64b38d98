"""Textbook encounters as continuous functions of time, and their measures worked out apart from the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Way = Callable[[Array], tuple[Array, Array]]

SIZES = {"car": (4.5, 1.8), "truck": (10.0, 2.5), "cyclist": (1.8, 0.6), "pedestrian": (0.5, 0.5)}
_EPS_S = 1e-4


@dataclass(frozen=True)
class RoadUser:
    """A road user: class, way (t -> x, y), from when to when it is seen (s), heading (degrees) while it stands."""

    cls: str
    way: Way
    seen: tuple[float, float]
    faces: tuple[float, float] = (1.0, 0.0)

    def state(self, t: Array) -> tuple[Array, Array, Array, Array, Array, Array]:
        """x, y, vx, vy and the unit heading at the times t."""
        x, y = self.way(t)
        x0, y0 = self.way(t - _EPS_S)
        x1, y1 = self.way(t + _EPS_S)
        vx, vy = (x1 - x0) / (2 * _EPS_S), (y1 - y0) / (2 * _EPS_S)
        speed = np.hypot(vx, vy)
        safe = np.where(speed > 1e-3, speed, 1.0)
        return (
            x,
            y,
            vx,
            vy,
            np.where(speed > 1e-3, vx / safe, self.faces[0]),
            np.where(speed > 1e-3, vy / safe, self.faces[1]),
        )


def line(x0: float, y0: float, heading: tuple[float, float], distance: Callable[[Array], Array]) -> Way:
    """A straight way from (x0, y0): how far along `heading` (a unit vector) at t."""

    def way(t: Array) -> tuple[Array, Array]:
        s = distance(t)
        return x0 + s * heading[0], y0 + s * heading[1]

    return way


def even(speed: float, at: float = 0.0) -> Callable[[Array], Array]:
    """Distance at an even speed, 0 at time `at`."""
    return lambda t: speed * (t - at)


def braking(
    speed: float, brakes_at: float, decel: float, to_speed: float = 0.0, rise_s: float = 0.0
) -> Callable[[Array], Array]:
    """Distance, 0 at t = 0 were it not braked, of one who brakes from `brakes_at` down to `to_speed`.

    The deceleration rises evenly within `rise_s`, and falls as evenly at the end.
    """
    t = np.arange(0.0, (speed - to_speed) / decel + 2 * rise_s + 0.1, 1e-3)
    lasts = (speed - to_speed) / decel + rise_s
    shape = np.clip(np.minimum(t, lasts - t) / max(rise_s, 1e-3), 0.0, 1.0)
    lost = np.cumsum(shape) * 1e-3
    v = speed - (speed - to_speed) * lost / lost[-1]
    s = np.cumsum(v) * 1e-3 - v[0] * 1e-3

    def distance(at: Array) -> Array:
        b = np.clip(at - brakes_at, 0.0, t[-1])
        return speed * np.minimum(at, brakes_at) + np.interp(b, t, s) + to_speed * np.maximum(at - brakes_at - t[-1], 0)

    return distance


def drifting(
    x0: float, y0: float, heading: tuple[float, float], distance: Callable[[Array], Array], during: tuple[float, float]
) -> Way:
    """Along `heading` (east or west) from (x0, y0), and to y = 0, evenly at last, within the times `during`."""

    def way(t: Array) -> tuple[Array, Array]:
        part = np.clip((t - during[0]) / (during[1] - during[0]), 0.0, 1.0)
        return x0 + distance(t) * heading[0], y0 * (1 + np.cos(np.pi * part)) / 2

    return way


def left_turn(radius: float, speed: float, at: float) -> Way:
    """Northwards along x = 0, at the origin at `at`, a quarter circle to the left, then westwards along y = radius."""

    def way(t: Array) -> tuple[Array, Array]:
        s = speed * (t - at)
        phi = np.clip(s / radius, 0.0, np.pi / 2)
        over = np.maximum(s - radius * np.pi / 2, 0.0)
        return -radius * (1 - np.cos(phi)) - over, np.where(s < 0, s, radius * np.sin(phi))

    return way


def share_ground(a: tuple[Array, ...], b: tuple[Array, ...], size_a: str, size_b: str) -> npt.NDArray[np.bool_]:
    """Whether rectangles (x, y, hx, hy) overlap; arrays broadcast."""
    (ax, ay, ahx, ahy), (bx, by, bhx, bhy) = a, b
    (la, wa), (lb, wb) = SIZES[size_a], SIZES[size_b]
    out: npt.NDArray[np.bool_] = np.asarray(True)
    for nx, ny in ((ahx, ahy), (-ahy, ahx), (bhx, bhy), (-bhy, bhx)):
        ra = la / 2 * np.abs(nx * ahx + ny * ahy) + wa / 2 * np.abs(ny * ahx - nx * ahy)
        rb = lb / 2 * np.abs(nx * bhx + ny * bhy) + wb / 2 * np.abs(ny * bhx - nx * bhy)
        out = out & (np.abs(nx * (bx - ax) + ny * (by - ay)) <= ra + rb)
    return np.asarray(out)


def ttc(a: RoadUser, b: RoadUser, horizon_s: float, grain_s: float = 0.01) -> tuple[Array, Array]:
    """Times and TTC at them (inf: none within the horizon), both going straight on at the velocity of that instant."""
    t = np.arange(max(a.seen[0], b.seen[0]), min(a.seen[1], b.seen[1]) + grain_s / 2, grain_s)
    tau = np.arange(0.0, horizon_s, grain_s / 4)
    places = []
    for user in (a, b):
        x, y, vx, vy, hx, hy = (v[:, None] for v in user.state(t))
        places.append((x + vx * tau, y + vy * tau, hx, hy))
    touch = share_ground(places[0], places[1], a.cls, b.cls)
    return t, np.where(touch.any(axis=1), tau[touch.argmax(axis=1)], np.inf)


def pet(a: RoadUser, b: RoadUser, grain_s: float = 0.01) -> tuple[float, float]:
    """Least time from a's footprint leaving to b's sharing its ground, and when b arrives; inf where it never does."""
    ta, tb = (np.arange(u.seen[0], u.seen[1] + grain_s / 2, grain_s) for u in (a, b))
    sa, sb = a.state(ta), b.state(tb)
    touch = share_ground(
        tuple(sa[c][:, None] for c in (0, 1, 4, 5)), tuple(sb[c][None] for c in (0, 1, 4, 5)), a.cls, b.cls
    )
    gap = np.where(touch, tb[None] - ta[:, None], np.inf)
    gap[gap < 0] = np.inf
    i, j = np.unravel_index(gap.argmin(), gap.shape)
    return float(gap[i, j]), float(tb[j])
