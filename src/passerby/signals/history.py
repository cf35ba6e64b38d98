"""`SignalHistory`: who had which light when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.errors import SignalsError

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int8]

STATES: Final = (
    "unknown",
    "red",
    "red_amber",
    "amber",
    "green",
    "flashing_amber",
    "flashing_red",
    "dark",
    "walk",
    "clear",
    "dont_walk",
)
STATE_CODE: Final = {name: code for code, name in enumerate(STATES)}


@dataclass(frozen=True, eq=False)
class SignalHistory:
    """State changes per signal: id -> (t, code), arrays of equal shape (n,), t rising, in epoch seconds.

    A state holds until that signal's next change. Before a signal's first change, and for a signal that is not
    there at all, the state is `unknown`. `known_until`: how far the log reaches; inf for a finished one.
    `clock_sigma_s`: standard error of the log's clock and sampling against the tracks' clock.
    """

    changes: Mapping[str, tuple[FloatArray, CodeArray]]
    known_until: float = np.inf
    clock_sigma_s: float = 0.0

    def __post_init__(self) -> None:
        for signal, (t, code) in self.changes.items():
            if t.shape != code.shape or np.any(np.diff(t) <= 0):
                raise SignalsError(f'signal "{signal}": change times must rise and match the states in number')

    @property
    def signals(self) -> tuple[str, ...]:
        """Ids of the signals that appear in the log."""
        return tuple(self.changes)

    def at(self, signal: str | None, t: npt.ArrayLike) -> tuple[CodeArray, FloatArray]:
        """State code and seconds since the change into it, each of t's shape; inf seconds where unknown.

        The change itself belongs to the new state.
        """
        when = np.asarray(t, np.float64)
        if signal is None or signal not in self.changes or len(self.changes[signal][0]) == 0:
            return np.zeros(when.shape, np.int8), np.full(when.shape, np.inf)
        times, codes = self.changes[signal]
        i = np.searchsorted(times, when, side="right") - 1
        seen = i >= 0
        i = np.maximum(i, 0)
        state = np.where(seen, codes[i], 0).astype(np.int8)
        return state, np.where(seen, when - times[i], np.inf)

    def states(self, t: float) -> dict[str, str]:
        """The state of every signal at an instant (epoch s)."""
        return {signal: STATES[int(self.at(signal, t)[0])] for signal in self.changes}

    def shifted(self, seconds: float) -> SignalHistory:
        """The same log with its clock set forward by some seconds."""
        moved = {s: (t + seconds, c) for s, (t, c) in self.changes.items()}
        return SignalHistory(moved, self.known_until + seconds, self.clock_sigma_s)


def from_changes(rows: Mapping[str, list[tuple[float, str]]], clock_sigma_s: float = 0.0) -> SignalHistory:
    """A history from lists of (epoch seconds, state name) per signal; repeated states are merged."""
    changes: dict[str, tuple[FloatArray, CodeArray]] = {}
    for signal, pairs in rows.items():
        pairs = sorted(pairs)
        t = np.array([p[0] for p in pairs], np.float64)
        code = np.array([STATE_CODE[p[1]] for p in pairs], np.int8)
        changes[signal] = compact(t, code)
    return SignalHistory(changes, clock_sigma_s=clock_sigma_s)


def compact(t: FloatArray, code: CodeArray) -> tuple[FloatArray, CodeArray]:
    """Only the rows at which the state changes; of several at one instant the last counts. Input sorted by t."""
    if len(t) == 0:
        return t, code
    last = np.append(t[1:] != t[:-1], True)
    t, code = t[last], code[last]
    new = np.append(True, code[1:] != code[:-1])
    return t[new], code[new]
