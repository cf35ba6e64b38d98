"""Entries: who stepped onto which crosswalk when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.rules.crossings import crossing_sigma_s, crossings
from passerby.rules.ground import CrosswalkFrame
from passerby.rules.scene import Scene
from passerby.tracks.motion import Motion
from passerby.tracks.record import FloatArray

COMMIT_M = 1.5
"""Farther onto the crosswalk than anybody stands who waits at the kerb edge."""

_BESIDE_M = 1.5
_AROUND_M = 12.0
_SAME_WALK_S = 90.0
_SET_OFF_M = 0.5
_SET_OFF_SIGMA_S = 0.4


@dataclass(frozen=True)
class Entry:
    """A road user entering a crosswalk along its walking direction: track index, t (s), x, y (m), error of t (s)."""

    track: int
    cls: str
    place: str
    signal: str | None
    t: float
    x: float
    y: float
    speed_mps: float
    sigma_t_s: float
    after: int
    direction: int


def entries(scene: Scene) -> list[Entry]:
    """Every entry of those whom each crosswalk's `classes` name, in the order (track, t)."""
    found: list[Entry] = []
    for frame in scene.ground.crosswalks:
        found.extend(_crosswalk_entries(scene, frame))
    found.sort(key=lambda e: (e.track, e.t, e.place))
    return _without_second_halves(found, scene)


def _crosswalk_entries(scene: Scene, frame: CrosswalkFrame) -> list[Entry]:
    m = scene.motion
    x0, y0, x1, y1 = frame.area.bounds
    walks = scene.is_class(frame.crosswalk.classes)[m.track]
    r = _AROUND_M
    near = np.flatnonzero(walks & (m.x > x0 - r) & (m.x < x1 + r) & (m.y > y0 - r) & (m.y < y1 + r))
    low, high, beside = frame.place(m.x[near], m.y[near])
    strip = beside <= _BESIDE_M
    rows, low, high, beside = near[strip], low[strip], high[strip], beside[strip]
    found = []
    for direction, depth in ((1, low), (-1, high)):
        # deeper than the far end is out again, so the depth from this end alone decides
        c = crossings(m, rows, depth, COMMIT_M)
        t, sigma = c.t(m), crossing_sigma_s(m, c)
        depth_at = np.full(len(m), np.nan)
        depth_at[rows] = depth
        along = (m.vx * frame.axis[0] + m.vy * frame.axis[1]) * direction
        for i in range(len(c)):
            after, commit = int(c.after[i]), int(c.commit[i])
            if along[commit] <= 0 or abs(along[commit]) < 0.3 * m.speed[commit]:
                continue
            set_off = _set_off(m, depth_at, after, commit)
            if set_off is not None:
                after, t[i], sigma[i] = set_off, m.t[set_off], _SET_OFF_SIGMA_S
            found.append(
                Entry(
                    int(m.track[after]),
                    scene.class_name(int(m.track[after])),
                    frame.crosswalk.id,
                    frame.crosswalk.signal,
                    float(t[i]),
                    float(m.x[after]),
                    float(m.y[after]),
                    float(m.speed[after]),
                    float(sigma[i]),
                    after,
                    direction,
                )
            )
    return found


def _set_off(m: Motion, depth: FloatArray, after: int, commit: int) -> int | None:
    """The sample at which someone who waited at the edge of the crosswalk set off, None if nobody waited there."""
    waiting = after + np.flatnonzero(m.standing[after : commit + 1])
    if len(waiting) == 0:
        return None
    edge = float(np.nanmedian(depth[waiting])) + _SET_OFF_M
    return after + int(np.flatnonzero(depth[after : commit + 1] <= max(edge, depth[after]))[-1])


def _without_second_halves(found: list[Entry], scene: Scene) -> list[Entry]:
    """Leave out the entry into the next part of the same crosswalk by someone who did not stop on the island."""
    m = scene.motion
    kept: list[Entry] = []
    for e in found:
        before = next(
            (
                q
                for q in reversed(kept)
                if q.track == e.track and q.place == e.place and e.t - q.t < _SAME_WALK_S and q.direction == e.direction
            ),
            None,
        )
        if before is not None and not m.standing[before.after : e.after].any():
            continue
        kept.append(e)
    return kept
