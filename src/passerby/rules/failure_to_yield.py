"""`failure_to_yield`: a vehicle drives through a crosswalk close before or behind a pedestrian who has priority there.

Priority: always on a crosswalk without a signal; on walk (green) elsewhere, and on the clearance signal for who is
already on the crosswalk. "Close" is time: the pedestrian reaches the strip the vehicle drove through within
`before_s` after it, or left it less than `behind_s` before it, so a driver who waits and goes on is not reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.rules.crossings import interval_runs
from passerby.rules.ground import CrosswalkFrame
from passerby.rules.scene import Scene
from passerby.rules.settings import FailureToYield
from passerby.rules.violation import Violation, probability_above
from passerby.signals.history import STATE_CODE, STATES
from passerby.tracks.classes import VEHICLES

_WALK = frozenset({STATE_CODE["walk"], STATE_CODE["green"]})
_CLEAR = STATE_CODE["clear"]
_BRIDGE_S = 1.0
_TIME_SIGMA_S = 0.2


@dataclass(frozen=True)
class _Pass:
    """A vehicle on a crosswalk: samples first..last, and the strip it drove through along the walking axis."""

    track: int
    first: int
    last: int
    low: float
    high: float


def failure_to_yield(scene: Scene) -> list[Violation]:
    """Every vehicle that took a pedestrian's priority on a crosswalk so far; t is when it drove onto the crosswalk."""
    found = []
    for frame in scene.ground.crosswalks:
        walkers = _walkers(scene, frame)
        if not walkers:
            continue
        for p in _passes(scene, frame):
            verdict = _verdict(scene, frame, p, walkers)
            if verdict is not None:
                found.append(verdict)
    return found


def _passes(scene: Scene, frame: CrosswalkFrame) -> list[_Pass]:
    """Vehicles driving over a crosswalk (front, centre or rear on it), those that left it again."""
    m = scene.motion
    half = m.length[m.track] / 2
    drives = scene.is_class(VEHICLES | {"cyclist"})[m.track]
    hx, hy = np.nan_to_num(m.hx), np.nan_to_num(m.hy)
    on = np.zeros(len(m), bool)
    for share in (-1.0, -0.5, 0.0, 0.5, 1.0):
        on |= scene.ground.inside(frame.area, m.x + share * half * hx, m.y + share * half * hy)
    a = m.x * frame.axis[0] + m.y * frame.axis[1]
    along = np.abs(m.vx * frame.axis[0] + m.vy * frame.axis[1])
    passes = []
    for first, last in zip(*interval_runs(on & drives, m.track, m.t, _BRIDGE_S), strict=True):
        track = int(m.track[first])
        gone = last < m.starts[track + 1] - 1 or m.closed[track]
        rows = slice(first, last + 1)
        # a cyclist riding along the crosswalk is a user of it, not a vehicle driving through
        if not gone or np.median(along[rows]) > 0.8 * max(float(np.median(m.speed[rows])), 0.1):
            continue
        w = float(m.width[track]) / 2
        passes.append(_Pass(track, int(first), int(last), float(a[rows].min()) - w, float(a[rows].max()) + w))
    return passes


def _walkers(scene: Scene, frame: CrosswalkFrame) -> list[tuple[int, int, int]]:
    """Pedestrians on a crosswalk: track index, first and last sample."""
    m = scene.motion
    on_foot = np.flatnonzero(scene.is_class({"pedestrian"})[m.track])
    on = np.zeros(len(m), bool)
    on[on_foot] = scene.ground.inside(frame.wider, m.x[on_foot], m.y[on_foot])
    runs = zip(*interval_runs(on, m.track, m.t, _BRIDGE_S), strict=True)
    return [(int(m.track[a]), int(a), int(b)) for a, b in runs]


def _verdict(scene: Scene, frame: CrosswalkFrame, p: _Pass, walkers: list[tuple[int, int, int]]) -> Violation | None:
    m, s = scene.motion, scene.rule(FailureToYield)
    t0, t1 = float(m.t[p.first]), float(m.t[p.last])
    speed = float(m.speed[p.first : p.last + 1].mean())
    if speed < s.min_speed_mps or t1 + s.before_s > scene.settled:
        return None
    closest = -np.inf
    signal = frame.crosswalk.signal
    state, into = scene.signals.at(signal, t0)
    for track, first, last in walkers:
        if float(m.t[first]) > t1 or float(m.t[last]) < t0 - s.behind_s:
            continue
        if track == p.track or not _has_priority(scene, signal, int(state), float(m.t[first])):
            continue
        walk = slice(first, last + 1)
        at = m.x[walk] * frame.axis[0] + m.y[walk] * frame.axis[1]
        half = float(m.width[track]) / 2
        there = np.flatnonzero((at > p.low - half) & (at < p.high + half))
        if len(there) == 0:
            continue
        enters, leaves = float(m.t[first + there[0]]), float(m.t[first + there[-1]])
        before, behind = enters - t1, t0 - leaves
        slack = s.before_s - before if before >= 0 else s.behind_s - behind if behind >= 0 else s.before_s
        closest = max(closest, slack)
    if closest <= 0:
        return None
    named = signal is not None and int(state) != 0
    return Violation(
        "failure_to_yield",
        m.ids[p.track],
        scene.class_name(p.track),
        t0,
        float(m.x[p.first]),
        float(m.y[p.first]),
        frame.crosswalk.id,
        signal,
        STATES[int(state)] if named else None,
        float(into) if named else float("nan"),
        speed,
        confidence=probability_above(closest, 0.0, _TIME_SIGMA_S),
    )


def _has_priority(scene: Scene, signal: str | None, state: int, stepped_on: float) -> bool:
    if signal is None:
        return True
    if state in _WALK:
        return True
    began, _ = scene.signals.at(signal, stepped_on)
    return state == _CLEAR and int(began) in _WALK
