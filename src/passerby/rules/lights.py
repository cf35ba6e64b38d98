"""What a light showed around an instant: for how long already, until when, and when it last showed something else."""

from __future__ import annotations

import numpy as np

from passerby.rules.scene import Scene
from passerby.signals.history import STATE_CODE

STOP = frozenset({STATE_CODE["red"], STATE_CODE["red_amber"]})
DONT_WALK = frozenset({STATE_CODE["red"], STATE_CODE["dont_walk"]})
CLEAR = frozenset({STATE_CODE["clear"]})
RELEASED = frozenset({STATE_CODE["walk"], STATE_CODE["green"]})


def stopped_for(scene: Scene, signal: str | None, t: float, states: frozenset[int]) -> float | None:
    """For how long, unbroken, a signal has shown one of some states at an instant; None where it shows another."""
    if signal is None or signal not in scene.signals.changes:
        return None
    times, codes = scene.signals.changes[signal]
    i = int(np.searchsorted(times, t, side="right")) - 1
    if i < 0 or int(codes[i]) not in states:
        return None
    while i > 0 and int(codes[i - 1]) in states:
        i -= 1
    return t - float(times[i])


def until_released(scene: Scene, signal: str | None, t: float, states: frozenset[int]) -> float:
    """Seconds until a signal first shows none of some states, inf where that is not known."""
    if signal is None or signal not in scene.signals.changes:
        return float("inf")
    times, codes = scene.signals.changes[signal]
    i = int(np.searchsorted(times, t, side="right"))
    while i < len(times) and int(codes[i]) in states:
        i += 1
    return float(times[i]) - t if i < len(times) else float("inf")


def last_shown(scene: Scene, signal: str | None, t0: float, t1: float, states: frozenset[int]) -> float | None:
    """The last instant of t0..t1 at which a signal showed one of some states, None where it never did."""
    if signal is None or signal not in scene.signals.changes:
        return None
    times, codes = scene.signals.changes[signal]
    end = t1
    for i in range(int(np.searchsorted(times, t1, side="right")) - 1, -1, -1):
        if int(codes[i]) in states:
            return end
        end = float(times[i])
        if end <= t0:
            break
    return None
