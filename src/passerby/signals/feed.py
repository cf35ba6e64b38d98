"""Signal states as they come: lines `t,signal,state` of a growing file, kept as a history of bounded length."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

import numpy as np

from passerby.errors import SignalsError
from passerby.signals.history import STATE_CODE, SignalHistory, compact
from passerby.site.check import LONGEST_NAME, unseen_in

KEEP_S: Final = 3600.0
MOST_OTHERS: Final = 200
"""No junction has more signals; a log of other ids without end must not fill the memory."""

_JUST_BEFORE_S: Final = 1e-3
_LONGEST_LINE: Final = 1 << 16


class SignalFeed:
    """feed(bytes) takes lines, history() gives what is known; changes older than an hour are let go.

    A line that does not fit is left out and told to on_warning (the first of its kind). signals: the ids that the site
    has, None for all; others are kept too, at most `MOST_OTHERS` of them, and nothing waits for them. newest: the
    latest instant that any line was of. late: changes of an instant up to which the signals had been taken as known.
    """

    def __init__(
        self,
        who: str,
        on_warning: Callable[[str], None] | None = None,
        clock_sigma_s: float = 0.0,
        signals: Collection[str] | None = None,
    ) -> None:
        self._who, self._warn, self._sigma = who, on_warning or (lambda _: None), clock_sigma_s
        self._wanted = signals
        self._others: set[str] = set()
        self._rest = b""
        self._header: list[str] | None = None
        self._changes: dict[str, list[tuple[float, int]]] = {}
        self._arrays: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._told: set[str] = set()
        self._known_until = -np.inf
        self.newest = -np.inf
        self.rows = 0
        self.bad = 0
        self.late = 0

    @property
    def seen(self) -> Collection[str]:
        """Ids of the signals that there has been a line of."""
        return self._changes.keys()

    @property
    def progress(self) -> float:
        """The instant (epoch s) before which the log is complete, as its lines are in the order of time."""
        return self.newest - _JUST_BEFORE_S

    def feed(self, data: bytes, final: bool = False) -> None:
        """Take some more bytes of the log. SignalsError where its first line is no header of a state table."""
        data = self._rest + data
        end = len(data) if final else data.rfind(b"\n") + 1
        self._rest = data[end:]
        if self._header is None and len(self._rest) > _LONGEST_LINE:
            raise SignalsError(f"{self._who}: is no text of lines; the first must name the columns t, signal, state")
        for line in data[:end].decode("utf-8-sig", "replace").splitlines():
            if not line.strip():
                continue
            cells = [c.strip().strip('"') for c in line.split(",")]
            if self._header is None:
                self._header = cells
                missing = [c for c in ("t", "signal", "state") if c not in cells]
                if missing:
                    got = "".join(c if c.isprintable() else "?" for c in line.strip()[:80])
                    raise SignalsError(
                        f"{self._who}: the first line must name the columns t, signal, state; got {got} (a controller "
                        "log or SPaT is read by passerby analyse only)"
                    )
            elif cells != self._header:
                self._row(line, cells)

    def _row(self, line: str, cells: list[str]) -> None:
        assert self._header is not None
        try:
            row = dict(zip(self._header, cells, strict=True))
            t, code = _instant(row["t"]), STATE_CODE[row["state"]]
        except (ValueError, KeyError):
            self.bad += 1
            self._once("bad", f'lines left out that are no "t,signal,state", the first is "{line.strip()[:80]}"')
            return
        signal = row["signal"]
        if self._wanted is not None and signal not in self._wanted:
            self._other(signal, t, code)
            return
        self.rows += 1
        if t <= self._known_until:
            self.late += 1
            self._once(
                "late",
                f"a change of signal {signal} came {self._known_until - t:.1f} s after it had been needed; "
                "verdicts before it may be wrong: allow the log more time (--signal-lateness)",
            )
        self.newest = max(self.newest, t)
        self._changes.setdefault(signal, []).append((t, code))
        self._arrays.pop(signal, None)

    def _other(self, signal: str, t: float, code: int) -> None:
        """Keep a change of a signal that the site does not have, for whoever learns from it where that belongs."""
        if signal not in self._others:
            if not signal or len(signal) > LONGEST_NAME or unseen_in(signal) or len(self._others) >= MOST_OTHERS:
                self._once("bad id", "lines of signals that the site does not have are left out: too many, or no names")
                return
            self._others.add(signal)
        self._once(
            "other",
            f'the site has no signal "{signal}" yet, nor perhaps others of the log: the rules leave them out, the '
            "proposal of the site editor does not",
        )
        self._changes.setdefault(signal, []).append((t, code))
        self._arrays.pop(signal, None)

    def _once(self, key: str, sentence: str) -> None:
        if key not in self._told:
            self._told.add(key)
            self._warn(f"{self._who}: {sentence}")

    def history(self, known_until: float) -> SignalHistory:
        """Everything known so far; what is older than an hour before `known_until` is forgotten."""
        if np.isfinite(known_until):
            self._known_until = max(self._known_until, known_until)
        for signal, rows in self._changes.items():
            if signal not in self._arrays:
                rows.sort(key=lambda r: r[0])
            # the state that holds at the oldest instant kept stays
            old = 0
            while old + 1 < len(rows) and rows[old + 1][0] < self._known_until - KEEP_S:
                old += 1
            if old:
                del rows[:old]
                self._arrays.pop(signal, None)
            if signal not in self._arrays:
                t = np.array([r[0] for r in rows])
                self._arrays[signal] = compact(t, np.array([r[1] for r in rows], np.int8))
        return SignalHistory(dict(self._arrays), known_until, self._sigma)


def _instant(text: str) -> float:
    try:
        t = float(text)
    except ValueError:
        when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            raise
        t = when.timestamp()
    if not np.isfinite(t):
        raise ValueError(text)
    return t
