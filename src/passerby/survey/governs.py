"""Which signal governs whom: the one whose lights explain best when people went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.signals.history import STATE_CODE, SignalHistory
from passerby.tracks.record import FloatArray

WALKING: Final = frozenset({"walk", "clear", "dont_walk"})

# How readily people go while a signal shows this, relative to green; those who ignore it are fitted, not assumed.
_READY: Final = {
    "green": 1.0,
    "walk": 1.0,
    "amber": 0.5,
    "flashing_amber": 0.5,
    "clear": 0.2,
    "red_amber": 0.0,
    "red": 0.0,
    "dont_walk": 0.0,
    "flashing_red": 0.0,
    "dark": 0.2,
    "unknown": 0.2,
}
_WEIGHT: Final = np.array([_READY[s] for s in sorted(STATE_CODE, key=STATE_CODE.__getitem__)])
_STAND: Final = 1 - 0.5 * (_WEIGHT > 0) - 0.5 * (_WEIGHT >= 1)
"""How readily people stand at a line while a signal shows this."""

_HEEDLESS: Final = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)
"""Readiness to go on red as against green, of which the likeliest is taken."""

_CLOSE: Final = 2.5
"""Nats by which one of two signals may fit worse and yet be taken because it is the usual one."""

_LEAST_CLEAR: Final = 1.0
_SHORT_AMBER_S: Final = 2.5
_GO: Final = [STATE_CODE["green"], STATE_CODE["walk"]]
_START_S: Final = 1.2
_START_SPREAD_S: Final = 1.2
_STARTS_TRUE: Final = 0.8
SAME: Final = 0.985
"""Signals that show go and stop alike for this share of the time cannot be told apart."""


@dataclass(frozen=True)
class Verdict:
    """A signal found to govern something: its id, the events in its favour, and which others would fit as well.

    confidence: 0-1, its likelihood against all that differ from it. on_stop: share of the goings while it forbade.
    rival: the likeliest of those that differ from it.
    """

    signal: str
    events: int
    confidence: float
    on_stop: float
    twins: tuple[str, ...]
    rival: str | None


@dataclass(frozen=True, eq=False)
class Evidence:
    """Times (s since the epoch): went over a line; set_off, having waited at it; stood, in the midst of that wait."""

    went: FloatArray
    set_off: FloatArray
    stood: FloatArray


def is_pedestrian(history: SignalHistory, signal: str) -> bool:
    """Whether a signal shows walk and don't walk."""
    names = {STATE_CODE[n] for n in WALKING}
    return bool(names & set(history.changes[signal][1].tolist()))


def is_bicycle(history: SignalHistory, signal: str) -> bool:
    """Whether a signal's amber is too short for cars: they get 3 s or more (RiLSA; MUTCD 4F.17), cyclists 2 s."""
    t, code = history.changes[signal]
    lasts = np.diff(t)[code[:-1] == STATE_CODE["amber"]]
    return bool(len(lasts) >= 2 and np.median(lasts) < _SHORT_AMBER_S)


class Lights:
    """The signals of a log over the time that the tracks cover (s since the epoch)."""

    def __init__(self, history: SignalHistory, t0: float, t1: float) -> None:
        self.history = history
        self._at = np.arange(t0, t1, 0.5)
        self._codes = {s: history.at(s, self._at)[0] for s in history.signals}
        self._go = {s: np.isin(c, _GO) for s, c in self._codes.items()}

    def twins(self, signal: str, among: list[str]) -> tuple[str, ...]:
        """Those of the others that show go when this one does."""
        mine = self._go[signal]
        return tuple(o for o in among if o != signal and float((self._go[o] == mine).mean()) >= SAME)

    def alike(self, a: str, b: str) -> float:
        """Share of the time in which two signals both show go or both do not."""
        return float((self._go[a] == self._go[b]).mean())

    def log_likelihood(self, signal: str, evidence: Evidence) -> float:
        """Of the events if this signal governed them, against events at any time."""
        codes = self._codes[signal]
        if not self._go[signal].any():
            return -1e9
        state, _ = self.history.at(signal, evidence.went)
        total = max(
            float(
                np.log(np.maximum(_WEIGHT[state], r)).sum() - len(state) * np.log(np.maximum(_WEIGHT[codes], r).mean())
            )
            for r in _HEEDLESS
        )
        if len(evidence.stood):
            there = _STAND[self.history.at(signal, evidence.stood)[0]]
            ever = _STAND[codes]
            total += max(
                float(np.log(np.maximum(there, q)).sum() - len(there) * np.log(np.maximum(ever, q).mean()))
                for q in _HEEDLESS[1:]
            )
        if len(evidence.set_off):
            times, changes = self.history.changes[signal]
            begins = times[np.isin(changes, _GO)]
            span = max(float(self._at[-1] - self._at[0]), 1.0)
            rate = len(begins) / span
            delay = np.full(len(evidence.set_off), 1e3)
            for i, t in enumerate(evidence.set_off):
                near = t - begins
                if len(near):
                    delay[i] = near[int(np.argmin(np.abs(near - _START_S)))]
            # mixture: a start follows its green, or has to do with something else
            peak = np.exp(-0.5 * ((delay - _START_S) / _START_SPREAD_S) ** 2) / (_START_SPREAD_S * np.sqrt(2 * np.pi))
            density = _STARTS_TRUE * peak / max(rate, 1e-6) + (1 - _STARTS_TRUE)
            total += float(np.log(density).sum())
        return total

    def _usual(self, scores: dict[str, float], across: bool | None) -> str:
        """The best of the scores; of those hardly worse of which one shows go while the other does, the usual one."""
        best = max(scores, key=lambda s: scores[s])
        if across is None:
            return best
        close = [s for s in scores if scores[best] - scores[s] < _CLOSE and self._within(s, best)]
        share = {s: float(self._go[s].mean()) for s in close}
        far = [s for s in close if (share[s] > share[best] + 0.01) == across and self.alike(s, best) < SAME]
        return max(far, key=lambda s: scores[s]) if far else best

    def _within(self, a: str, b: str) -> bool:
        """Whether one of two signals shows go only while the other does."""
        both = int((self._go[a] & self._go[b]).sum())
        return both >= SAME * min(int(self._go[a].sum()), int(self._go[b].sum()))

    def governing(
        self,
        evidence: Evidence,
        among: list[str],
        beside: Sequence[tuple[Evidence, float]] = (),
        across: bool | None = None,
    ) -> Verdict | None:
        """The signal that explains the events best; None without events, or where all signals fit alike.

        across: whether they turn across oncoming traffic, who more often than others have some time of their own.
        beside: what others did who often obey the same light, and how much that may count at most (nats).
        """
        n = len(evidence.went)
        if n == 0 or not among:
            return None
        scores = {s: self.log_likelihood(s, evidence) for s in among}
        for others, most in beside:
            theirs = {s: self.log_likelihood(s, others) for s in among}
            top = max(theirs.values())
            scores = {s: v - min(top - theirs[s], most) for s, v in scores.items()}
        best = self._usual(scores, across)
        twins = self.twins(best, among)
        unlike = {s: v for s, v in scores.items() if s != best and s not in twins}
        rivals = list(unlike.values())
        if rivals and scores[best] - min(rivals) < _LEAST_CLEAR:
            return None
        # events of one platoon are not independent: count them for half
        weight = [np.exp(min(0.5 * (v - scores[best]), 0.0)) for v in rivals]
        state, _ = self.history.at(best, evidence.went)
        forbids = [STATE_CODE["red"], STATE_CODE["dont_walk"], STATE_CODE["red_amber"]]
        rival = max(unlike, key=lambda s: unlike[s]) if unlike else None
        return Verdict(best, n, float(1 / (1 + sum(weight))), float(np.isin(state, forbids).mean()), twins, rival)
