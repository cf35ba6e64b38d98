"""Road users whose id changed on the way: the end of one track and the beginning of the next are one passing.

Trackers lose people behind a pole and vehicles under a mast, often just at the line, where everybody stops. A track
that begins where one of its class has just ended, as fast and the same way, goes on with it. Only what happens around
the change is looked at, so nobody is followed any farther than before.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from passerby.rules.scene import Scene
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import FloatArray, IntArray

_LOST_S = 1.5
_NEAR_M = 1.5
_VELOCITY_MPS = 3.0
_LOOK_ON_S = 6.0
"""How much of the second track counts. The first is known to have ended 10 s after its last row, so this is there."""


def rejoined(scene: Scene) -> Scene:
    """A scene of the split tracks alone, each pair as one track under the second's id, up to `_LOOK_ON_S` on."""
    m = scene.motion
    pairs = _pairs(m)
    rows = [_rows(m, a, b) for a, b in pairs]
    sizes = np.cumsum([0, *(len(r) for r in rows)])
    row = np.concatenate(rows) if rows else np.empty(0, np.int64)
    second = np.array([b for _, b in pairs], np.int64)
    per_track = ("cls", "length", "width")
    columns = {
        f.name: getattr(m, f.name)[second if f.name in per_track else row]
        for f in fields(Motion)
        if f.name not in ("ids", "starts", "closed")
    }
    motion = Motion(
        ids=tuple(m.ids[b] for _, b in pairs),
        starts=sizes.astype(np.int64),
        closed=np.ones(len(pairs), bool),
        **columns,
    )
    return Scene(motion, scene.ground, scene.signals, scene.settings, scene.now, scene.settled)


def parts(scene: Scene) -> list[tuple[int, int]]:
    """The two tracks of the given scene behind each track of `rejoined(scene)`."""
    return _pairs(scene.motion)


def _rows(m: Motion, a: int, b: int) -> IntArray:
    end = m.t[m.starts[a + 1] - 1] + _LOOK_ON_S
    first, last = int(m.starts[b]), int(m.starts[b + 1])
    return np.concatenate(
        [np.arange(m.starts[a], m.starts[a + 1]), np.arange(first, first + np.searchsorted(m.t[first:last], end))]
    ).astype(np.int64)


def _pairs(m: Motion) -> list[tuple[int, int]]:
    """Track indices (ended, begun) that are each other's nearest in class, time, place and velocity."""
    n = len(m.ids)
    if n < 2:
        return []
    first, last = m.starts[:-1], m.starts[1:] - 1
    t0, t1 = m.t[first], m.t[last]
    order = np.argsort(t0, kind="stable")
    begin = np.searchsorted(t0[order], t1 + STEP_S / 2)
    end = np.searchsorted(t0[order], t1 + _LOST_S)
    best: dict[int, tuple[float, int]] = {}
    for a in np.flatnonzero(m.closed & (end > begin)):
        for b in order[begin[a] : end[a]]:
            away = _apart(m, int(last[a]), int(first[b])) if m.cls[a] == m.cls[b] and a != b else np.inf
            for track in (int(a), -int(b) - 1):
                if away < best.get(track, (np.inf, 0))[0]:
                    best[track] = (away, int(b) if track >= 0 else int(a))
    return [(a, b) for a, (_, b) in sorted(best.items()) if a >= 0 and best[-b - 1][1] == a]


def _apart(m: Motion, i: int, j: int) -> float:
    """Metres between where sample i's road user should be at the time of sample j and where that one is; inf if no."""
    dt = float(m.t[j] - m.t[i])
    if float(np.hypot(m.vx[j] - m.vx[i], m.vy[j] - m.vy[i])) > _VELOCITY_MPS + 4 * float(m.sigma_mps[i]):
        return np.inf
    mean: FloatArray = np.array([m.vx[i] + m.vx[j], m.vy[i] + m.vy[j]]) / 2
    away = float(np.hypot(m.x[j] - m.x[i] - mean[0] * dt, m.y[j] - m.y[i] - mean[1] * dt))
    return away if away <= _NEAR_M + 3 * float(m.sigma_m[i]) else np.inf
