"""How far the clock of the tracks runs ahead of the clock of the signals, from when queues start to move.

The first vehicle of a queue sets off a little after its light turns green. Over many greens the delay piles up at
the drivers' reaction time plus the offset of the clocks; no other offset makes the set-offs line up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.rules.entries import last_near
from passerby.rules.passages import Passage, governing, movement_of, passages
from passerby.rules.scene import Scene
from passerby.signals.history import STATE_CODE, SignalHistory

REACTION_S: Final = 1.0
"""From green to the first vehicle having moved half a metre: 0.5-1.5 s (HCM 7th ed. ch. 19, start-up lost time)."""

REACTION_SIGMA_S: Final = 0.4
_QUEUE_HEAD_M: Final = 8.0
_LOOK_BACK: Final = 120
_SEARCH_S: Final = 40.0
_BANDWIDTH_S: Final = 0.6
_NEAR_S: Final = 2.0
_LEAST: Final = 6
_AGREEING: Final = 0.5


@dataclass(frozen=True)
class ClockOffset:
    """Seconds by which the tracks' clock is ahead of the signals', its standard error, and how many set-offs say so."""

    offset_s: float
    sigma_s: float
    set_offs: int

    @property
    def significant(self) -> bool:
        """Whether it differs from zero by more than twice its error."""
        return abs(self.offset_s) > 2 * self.sigma_s


def set_offs(scene: Scene) -> dict[tuple[str, str], tuple[str, float]]:
    """When the heads of queues set off so far: (track, stop line) -> (signal of the movement made, epoch seconds)."""
    found = {}
    for p in scene.once(passages):
        if not (p.left or p.known):
            continue
        line = scene.ground.lines[p.line].line
        movement = movement_of(p, governing(scene, line, scene.class_name(p.track)))
        if movement is None or movement.signal is None:
            continue
        row = _set_off(scene, p)
        if row is not None:
            found[scene.motion.ids[p.track], line.id] = (movement.signal, float(scene.motion.t[row]))
    return found


def _set_off(scene: Scene, p: Passage) -> int | None:
    """The sample at which the head of a queue started to move, None where it had not stood near the line."""
    m = scene.motion
    begin = max(int(m.starts[p.track]), p.after - _LOOK_BACK)
    fx, fy = m.front
    _, s = scene.ground.lines[p.line].place(fx[begin : p.after], fy[begin : p.after])
    stood = begin + np.flatnonzero(m.standing[begin : p.after] & (s > -_QUEUE_HEAD_M) & (s < 1.0))
    return last_near(m, stood, int(stood[0]), p.after) if len(stood) else None


def clock_offset(observed: Iterable[tuple[str, float]], signals: SignalHistory) -> ClockOffset | None:
    """The offset that lines set-offs up with green; None where too few of them agree."""
    delays = []
    n = 0
    for signal, t in observed:
        times, codes = signals.changes.get(signal, (np.empty(0), np.empty(0, np.int8)))
        onsets = times[codes == STATE_CODE["green"]]
        near = t - onsets[np.abs(t - onsets) <= _SEARCH_S]
        if len(near):
            delays.append(near)
            n += 1
    if n < _LEAST:
        return None
    delay = np.concatenate(delays)
    grid = np.arange(-_SEARCH_S, _SEARCH_S + 0.05, 0.05)
    density = np.exp(-0.5 * ((grid[:, None] - delay[None, :]) / _BANDWIDTH_S) ** 2).sum(1)
    # of equal peaks (a fixed cycle repeats) the one nearest to no offset at all
    density *= 1 - 1e-3 * np.abs(grid - REACTION_S)
    peak = float(grid[int(np.argmax(density))])
    close = delay[np.abs(delay - peak) <= _NEAR_S]
    if len(close) < max(_LEAST, _AGREEING * n):
        return None
    middle = float(np.median(close))
    spread = 1.4826 * float(np.median(np.abs(close - middle))) / np.sqrt(len(close))
    return ClockOffset(round(middle - REACTION_S, 2), round(float(np.hypot(spread, REACTION_SIGMA_S)), 2), len(close))
