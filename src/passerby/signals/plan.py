"""Fixed-time plans -> `SignalHistory`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from passerby.errors import SignalsError
from passerby.signals.history import STATE_CODE, SignalHistory, compact


@dataclass(frozen=True)
class Stage:
    """A stage of a plan: the signals that are green and the pedestrian signals that walk; seconds of each interval.

    The stage lasts green + amber + all-red; pedestrians walk for `walk_s` (None: all the green) and clear after.
    """

    green: tuple[str, ...]
    green_s: float
    walk: tuple[str, ...] = ()
    walk_s: float | None = None
    red_amber_s: float = 0.0
    amber_s: float = 3.0
    all_red_s: float = 2.0

    @property
    def length_s(self) -> float:
        """Seconds from the beginning of this stage to the next one's."""
        return self.red_amber_s + self.green_s + self.amber_s + self.all_red_s


def staged(stages: Sequence[Stage], t0: float, t1: float, offset_s: float = 0.0) -> SignalHistory:
    """Stages in turn, again and again, from t0 to t1 (epoch seconds); a cycle begins at every multiple + offset."""
    cycle_s = sum(stage.length_s for stage in stages)
    program: dict[str, list[tuple[float, str]]] = {}
    for signal in dict.fromkeys(s for stage in stages for s in stage.green):
        program[signal] = [(0.0, "red")]
    for signal in dict.fromkeys(s for stage in stages for s in stage.walk):
        program[signal] = [(0.0, "dont_walk")]
    begin = 0.0
    for stage in stages:
        green = begin + stage.red_amber_s
        amber = green + stage.green_s
        walk_s = stage.green_s if stage.walk_s is None else stage.walk_s
        for signal in stage.green:
            if stage.red_amber_s > 0:
                program[signal].append((begin, "red_amber"))
            program[signal] += [(green, "green"), (amber, "amber"), (amber + stage.amber_s, "red")]
        for signal in stage.walk:
            program[signal] += [(green, "walk"), (green + walk_s, "clear"), (amber + stage.amber_s, "dont_walk")]
        begin += stage.length_s
    return cyclic(program, cycle_s, t0, t1, offset_s)


def cyclic(
    program: Mapping[str, Sequence[tuple[float, str]]], cycle_s: float, t0: float, t1: float, offset_s: float = 0.0
) -> SignalHistory:
    """(second of the cycle, state) per signal, again and again, known from t0; changes up to and including t1.

    SignalsError where a second lies outside the cycle or a state is not in the format.
    """
    if not cycle_s > 0:
        raise SignalsError(f"plan: the cycle must be longer than 0 s, got {cycle_s:g}")
    first = int(np.floor((t0 - offset_s) / cycle_s)) - 1
    last = int(np.floor((t1 - offset_s) / cycle_s))
    starts = offset_s + cycle_s * np.arange(first, last + 1)
    changes = {}
    for signal, rows in program.items():
        for second, state in rows:
            if not 0 <= second <= cycle_s or state not in STATE_CODE:
                raise SignalsError(
                    f'plan: signal "{signal}": wanted a second within the cycle of {cycle_s:g} s and a state, '
                    f'got ({second:g}, "{state}")'
                )
        # A later row of the same second counts; so does the next cycle's first row at this cycle's last second.
        seconds = np.array([r[0] for r in rows])
        codes = np.array([STATE_CODE[r[1]] for r in rows], np.int8)
        t = (starts[:, None] + seconds).ravel()
        code = np.tile(codes, len(starts))
        order = np.argsort(t, kind="stable")
        t, code = compact(t[order], code[order])
        keep = t <= t1
        t, code = t[keep], code[keep]
        before = max(int(np.searchsorted(t, t0, side="right")) - 1, 0)
        changes[signal] = compact(np.maximum(t[before:], t0), code[before:])
    return SignalHistory(changes)
