"""Figures that traffic engineers draw from a signal log: splits, pedestrian delay, actuations on amber and red.

Definitions as in the automated traffic signal performance measures (Day et al. 2014, doi:10.5703/1288284315333).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.signals.controller_log import ControllerLog
from passerby.signals.history import STATE_CODE, FloatArray, SignalHistory

IntArray = npt.NDArray[np.int64]

GREEN: Final = STATE_CODE["green"]
AMBER: Final = STATE_CODE["amber"]
RED: Final = STATE_CODE["red"]
WALK: Final = STATE_CODE["walk"]
CLEAR: Final = STATE_CODE["clear"]


@dataclass(frozen=True, eq=False)
class Cycles:
    """A signal's complete services, arrays of shape (n,), seconds: when each interval of each began."""

    green: FloatArray
    amber: FloatArray
    red: FloatArray

    @property
    def green_s(self) -> FloatArray:
        """How long each green lasted."""
        return self.amber - self.green

    @property
    def amber_s(self) -> FloatArray:
        """How long each amber lasted."""
        return self.red - self.amber


@dataclass(frozen=True, eq=False)
class Actuations:
    """Detector actuations against the light, arrays of shape (n,): when, the state shown, seconds since red began.

    red_s is negative before the red of the same cycle. cycle_red: when that red began.
    """

    t: FloatArray
    state: npt.NDArray[np.int8]
    red_s: FloatArray
    cycle_red: FloatArray


def cycles(history: SignalHistory, signal: str) -> Cycles:
    """The services from green to the end of amber in which nothing is missing: green, amber, red in turn."""
    t, code = history.changes[signal]
    g = np.flatnonzero((code[:-2] == GREEN) & (code[1:-1] == AMBER) & (code[2:] == RED))
    return Cycles(t[g], t[g + 1], t[g + 2])


def split_s(log: ControllerLog, phase: int) -> tuple[FloatArray, FloatArray]:
    """When each service of a phase ended and how long it had: green, amber and red clearance, seconds, shape (n,).

    From begin green (1) to end of red clearance (11); services that lack either are left out.
    """
    mine = (log.param == phase) & np.isin(log.code, (1, 11))
    t, code = log.t[mine], log.code[mine]
    order = np.lexsort((code == 1, t))
    t, code = t[order], code[order]
    i = np.flatnonzero((code[:-1] == 1) & (code[1:] == 11))
    return t[i + 1], t[i + 1] - t[i]


def reported_splits(log: ControllerLog, bin_s: float = 900.0) -> dict[tuple[float, int], tuple[int, float]]:
    """(begin of bin, event code) -> services and mean of what the controller itself reports in events 300-317.

    In Intelight MAXTIME controllers events 300 to 315 carry the splits of phases 1 to 16, in whole seconds, cut off
    rather than rounded, at the end of their red clearance; 316 carries the cycle length.
    """
    mine = (log.code >= 300) & (log.code <= 317)
    begin = np.floor(log.t[mine] / bin_s) * bin_s
    keys = np.stack([begin, log.code[mine].astype(np.float64)], axis=1)
    groups, back, n = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    total = np.bincount(back.ravel(), weights=log.param[mine], minlength=len(groups))
    return {(float(b), int(c)): (int(k), float(s / k)) for (b, c), k, s in zip(groups, n, total, strict=True)}


def pedestrian_delay(history: SignalHistory, signal: str, calls: FloatArray) -> tuple[FloatArray, FloatArray]:
    """When each awaited walk began and how long the first of those who called had waited, seconds, shape (n,).

    calls: when the push button was pressed (event 90), seconds, shape (k,). The first call after a walk has
    ended starts the wait; calls during the walk, and more calls while somebody waits, start none.
    """
    t, code = history.changes[signal]
    calls = np.sort(np.asarray(calls, np.float64))
    served = (code == WALK) | (code == CLEAR)
    steps, walking = t[served], code[served] == WALK
    before = np.searchsorted(steps, calls, side="right") - 1
    after = before + 1
    idle = (before < 0) | ~walking[np.maximum(before, 0)]
    first = np.append(True, before[1:] != before[:-1]) if len(calls) else np.zeros(0, np.bool_)
    waits = idle & first & (after < len(steps))
    return steps[after[waits]], steps[after[waits]] - calls[waits]


def amber_red_actuations(
    history: SignalHistory, signal: str, detector_on: FloatArray, latency_s: float = 0.0
) -> Actuations:
    """Every actuation in a complete cycle, with the light it met.

    detector_on: when the stop line detector switched on (event 82), seconds, shape (k,); latency_s: how late it
    does so. A cycle runs from green to green and counts only if it is one green, one amber and one red.
    """
    t, code = history.changes[signal]
    when = np.sort(np.asarray(detector_on, np.float64)) - latency_s
    greens = np.flatnonzero(code == GREEN)
    ends = np.append(greens[1:], len(code))
    whole = np.array(
        [
            e - g >= 3 and code[g + 1] == AMBER and code[g + 2] == RED and not np.any(code[g + 3 : e])
            for g, e in zip(greens, ends, strict=True)
        ],
        np.bool_,
    )
    cycle = np.searchsorted(t[greens], when, side="right") - 1
    keep = (cycle >= 0) & whole[np.maximum(cycle, 0)] if len(greens) else np.zeros(len(when), np.bool_)
    when, cycle = when[keep], cycle[keep]
    red = t[greens[cycle] + 2]
    state, _ = history.at(signal, when)
    return Actuations(when, state, when - red, red)


def red_light_running(actuations: Actuations, grace_s: float = 0.0, until_s: float = 5.0) -> int:
    """How many actuations came on red, more than grace_s and at most until_s after it began.

    Later ones are right turns and vehicles that wait on the detector, hence the limit.
    """
    on_red = actuations.state == RED
    return int(np.count_nonzero(on_red & (actuations.red_s > grace_s) & (actuations.red_s <= until_s)))
