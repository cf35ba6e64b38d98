"""Who crossed which crosswalk when, by arithmetic that shares nothing with Passerby's.

A crosswalk is its smallest surrounding rectangle. Somebody crossed it who passed at least `SHARE` of its length
within `BESIDE_M` of it, and entered it when last within `STEP_M` of where he or she came onto it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

SHARE, BESIDE_M, STEP_M = 0.6, 1.0, 1.0


@dataclass(frozen=True)
class Walk:
    """A crossing: who, where, when entered and left (s since the recording began), the light at the entry."""

    track: str
    crosswalk: str
    entered_s: float
    left_s: float
    state: str
    until_s: float
    """How long the light went on showing that."""


def walks(tracks, site, lights) -> list[Walk]:
    """Every crossing of every crosswalk."""
    found = []
    for track, rows in tracks.items():
        for crosswalk in site.crosswalks:
            middle, along, length, width = _rectangle(crosswalk.polygon)
            s = (rows[:, 1:] - middle) @ along
            b = (rows[:, 1:] - middle) @ np.array([-along[1], along[0]])
            on = np.flatnonzero((abs(b) <= width / 2 + BESIDE_M) & (abs(s) <= length / 2))
            if len(on) < 2 or abs(s[on[-1]] - s[on[0]]) < SHARE * length:
                continue
            s = s * np.sign(s[on[-1]] - s[on[0]])
            entered = on[np.flatnonzero(s[on] <= s[on[0]] + STEP_M)[-1]]
            t = float(rows[entered, 0])
            state, until = light(lights[crosswalk.signal], t)
            found.append(Walk(track, crosswalk.id, t, float(rows[on[-1], 0]), state, until))
    return found


def light(changes: list[tuple[float, str]], t: float) -> tuple[str, float]:
    """What a light shows and for how long yet; unknown before its first change."""
    state = "unknown"
    for when, shown in changes:
        if when > t:
            return state, when - t
        state = shown
    return state, float("inf")


def _rectangle(polygon) -> tuple[np.ndarray, np.ndarray, float, float]:
    corners = np.array(shapely.Polygon(polygon).minimum_rotated_rectangle.exterior.coords)
    sides = np.diff(corners[:3], axis=0)
    lengths = np.hypot(*sides.T)
    long = int(np.argmax(lengths))
    return corners[:4].mean(0), sides[long] / lengths[long], float(lengths[long]), float(lengths[1 - long])
