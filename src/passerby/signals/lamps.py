"""What cameras read from lamps, as a `SignalHistory` that grows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.signals.history import SignalHistory, from_changes

KEPT_S: Final = 1800.0
"""Older changes are of no use to a live run, but for the last of each signal, which still holds."""


class LampLog:
    """add(changes) as they become certain; history(known_until) is all that is known by now."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[float, str]]] = {}

    def add(self, changes: Iterable[tuple[float, str, str]]) -> None:
        """Changes as (t in epoch s, signal, state); those of one signal in order of time."""
        for t, signal, state in changes:
            rows = self._rows.setdefault(signal, [])
            rows.append((t, state))
            while len(rows) > 1 and rows[1][0] < t - KEPT_S:
                del rows[0]

    def history(self, known_until: float) -> SignalHistory:
        """The signals as known up to an instant (epoch s)."""
        return SignalHistory(from_changes(self._rows).changes, known_until)
