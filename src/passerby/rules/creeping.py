"""Creeping over the stop line: who comes to rest just beyond it has overrun it, not run the light."""

from __future__ import annotations

import numpy as np

from passerby.rules.lights import STOP, stopped_for
from passerby.rules.passages import Passage
from passerby.rules.scene import Scene
from passerby.rules.settings import RedLight
from passerby.site.model import Movement
from passerby.tracks.motion import STANDING_WINDOW_S

_CREEP_M = 1.5
_SHORT_OF_M = 0.3


def rested_until_released(scene: Scene, p: Passage, movement: Movement, within_m: float) -> bool | None:
    """Whether it stopped within some metres beyond the line and went on only once released; None while undecided."""
    if p.stood:
        return False
    m = scene.motion
    frame = scene.ground.lines[p.line]
    end = int(m.starts[p.track + 1])
    fx, fy = m.front
    _, s = frame.place(fx[p.after : end], fy[p.after : end])
    clear = np.flatnonzero(s > within_m)
    stop = p.after + (int(clear[0]) if len(clear) else len(s))
    # who stood before the line is still taken to stand for a moment after setting off
    resting = np.flatnonzero(m.standing[p.after : stop] & (m.t[p.after : stop] - p.t >= STANDING_WINDOW_S))
    if len(resting) == 0:
        # it may still stop; where its track ended it did not
        return False if len(clear) or m.closed[p.track] else None
    moved_on = p.after + int(resting[-1]) + 1
    if moved_on >= end and not m.closed[p.track]:
        return None
    return stopped_for(scene, movement.signal, float(m.t[min(moved_on, end - 1)]), STOP) is None


def creep_m(scene: Scene, line: int) -> float:
    """How far beyond a stop line resting is overrunning it and not running the light.

    As far as the crosswalk ahead, which the line protects; `creep_m` at the most, and a little in any case.
    """
    return max(_CREEP_M, min(scene.rule(RedLight).creep_m, scene.ground.free_beyond_m[line] + _SHORT_OF_M))


def stopped_before(scene: Scene, p: Passage) -> bool:
    """Whether it stood within the last metres before the line."""
    m = scene.motion
    begin = max(int(m.starts[p.track]), p.after - 60)
    near = np.hypot(m.x[begin : p.after] - p.x, m.y[begin : p.after] - p.y) < 8.0 + m.length[p.track]
    return bool((m.standing[begin : p.after] & near).any())
