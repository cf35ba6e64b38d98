"""Signal states as they come: lines `t,signal,state` of a growing file, kept as a history of bounded length."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

import numpy as np

from passerby.errors import SignalsError
from passerby.signals.history import STATE_CODE, SignalHistory, compact

KEEP_S: Final = 3600.0


class SignalFeed:
    """feed(bytes) takes lines, history() gives what is known; changes older than an hour are let go.

    A line that does not fit is left out and told to on_warning (the first of its kind).
    """

    def __init__(self, who: str, on_warning: Callable[[str], None] | None = None, clock_sigma_s: float = 0.0) -> None:
        self._who, self._warn, self._sigma = who, on_warning or (lambda _: None), clock_sigma_s
        self._rest = b""
        self._header: list[str] | None = None
        self._changes: dict[str, list[tuple[float, int]]] = {}
        self.bad = 0

    def feed(self, data: bytes, final: bool = False) -> None:
        """Take some more bytes of the log."""
        data = self._rest + data
        end = len(data) if final else data.rfind(b"\n") + 1
        self._rest = data[end:]
        for line in data[:end].decode("utf-8-sig", "replace").splitlines():
            if not line.strip():
                continue
            cells = [c.strip().strip('"') for c in line.split(",")]
            if self._header is None:
                self._header = cells
                missing = [c for c in ("t", "signal", "state") if c not in cells]
                if missing:
                    raise SignalsError(
                        f"{self._who}: the first line must name the columns t, signal, state; got {line.strip()}"
                    )
                continue
            self._row(line, cells)

    def _row(self, line: str, cells: list[str]) -> None:
        assert self._header is not None
        try:
            row = dict(zip(self._header, cells, strict=True))
            t, code = _instant(row["t"]), STATE_CODE[row["state"]]
        except (ValueError, KeyError):
            if not self.bad:
                self._warn(f'{self._who}: lines left out that are no "t,signal,state", the first is "{line.strip()}"')
            self.bad += 1
            return
        self._changes.setdefault(row["signal"], []).append((t, code))

    def history(self, known_until: float) -> SignalHistory:
        """Everything known so far; what is older than an hour before `known_until` is forgotten."""
        changes = {}
        for signal, rows in self._changes.items():
            rows.sort()
            # the state that holds at the oldest instant kept stays
            while len(rows) > 1 and rows[1][0] < known_until - KEEP_S:
                del rows[0]
            t, code = compact(np.array([r[0] for r in rows]), np.array([r[1] for r in rows], np.int8))
            changes[signal] = (t, code)
        return SignalHistory(changes, known_until, self._sigma)


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
