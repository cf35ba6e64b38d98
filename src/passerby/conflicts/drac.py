"""DRAC: how hard the second one has to brake so that nothing happens."""

from __future__ import annotations

import numpy as np

from passerby.conflicts.footprint import Footprints, support
from passerby.tracks.record import FloatArray


def following_drac(closing_mps: FloatArray, ttc_s: FloatArray) -> FloatArray:
    """(v_f - v_l)^2 / (2 gap) in m/s2 (Almqvist, Hyden and Risser 1991; Archer 2005), as the gap is closing x TTC."""
    return np.asarray(closing_mps / (2 * np.maximum(ttc_s, 1e-3)))


def times_in_way(
    a: Footprints, b: Footprints, vax: FloatArray, vay: FloatArray, vbx: FloatArray, vby: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """When `a`, keeping its velocity, enters and leaves the strip that `b` sweeps, in s from now (may be negative).

    Infinite where `a` runs along the strip or stands.
    """
    speed = np.hypot(vbx, vby)
    safe = np.where(speed > 0, speed, 1.0)
    nx, ny = np.where(speed > 0, -vby / safe, -b.hy), np.where(speed > 0, vbx / safe, b.hx)
    reach = support(a, nx, ny) + support(b, nx, ny)
    off = nx * (a.x - b.x) + ny * (a.y - b.y)
    rate = nx * vax + ny * vay
    along = np.abs(rate) < 1e-6
    middle, half = -off / np.where(along, 1.0, rate), reach / np.where(along, 1.0, np.abs(rate))
    inside = np.abs(off) <= reach
    enter = np.where(along, np.where(inside, -np.inf, np.inf), middle - half)
    leave = np.where(along, np.inf, middle + half)
    return enter, leave


def crossing_drac(speed_mps: FloatArray, enter_s: FloatArray, clear_s: FloatArray) -> FloatArray:
    """Even braking (m/s2) so that one who would enter in `enter_s` gets there only when the first is clear.

    In t = clear_s it may cover d = v enter_s: a = 2 (v - d / t) / t; where it would have to stop before that, v^2 / 2d
    (Archer 2005; the same two cases as in SUMO's SSM device). Zero where it comes after the first anyway.
    """
    d = np.maximum(speed_mps * np.maximum(enter_s, 0.0), 1e-3)
    with np.errstate(invalid="ignore", over="ignore"):
        t = np.where(np.isfinite(clear_s), np.maximum(clear_s, 1e-3), np.inf)
        slow = np.where(np.isfinite(t), 2 * (speed_mps - d / t) / t, np.inf)
        stops = speed_mps * t >= 2 * d
        need = np.where(stops, speed_mps**2 / (2 * d), slow)
    return np.where(enter_s >= clear_s, 0.0, np.maximum(need, 0.0))
