"""Passings counted once each, and the cells they count in; kept in a file so that a killed run goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any, Final

import pyarrow as pa

from passerby.errors import StoreError
from passerby.flows.counts import BIN_S, Counted, bin_of
from passerby.live.events import table_of

Cell = tuple[int, str, str, str]
"""Begin of the interval (epoch s), place, movement, class."""

KEEP_S: Final = 900.0
"""Older passings are complete, those of road users still in view excepted."""
_BEFORE_S: Final = 900
"""What tallies that do not say counted over."""


class Tally:
    """count() takes a passing, at most once, and gives its cell; `cells` holds the numbers."""

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = {}
        self._seen: dict[str, tuple[float, str | None]] = {}

    def count(self, c: Counted) -> Cell | None:
        """The cell that a passing has been counted in, None where it had been counted before."""
        key = _key(c)
        if key in self._seen:
            return None
        self._seen[key] = (c.t, c.track)
        cell = (bin_of(c.t), c.place, c.movement, c.cls)
        self.cells[cell] = self.cells.get(cell, 0) + 1
        return cell

    def forget(self, watermark: float, in_view: Collection[str], since: float) -> None:
        """Let go of what no row can change any more; since: when the first road user still in view came (epoch s)."""
        oldest = watermark - KEEP_S
        self._seen = {k: (t, track) for k, (t, track) in self._seen.items() if t > oldest or track in in_view}
        self.cells = {c: n for c, n in self.cells.items() if c[0] + BIN_S > min(oldest - BIN_S, since)}

    def table(self, cells: Iterable[Cell] | None = None) -> pa.Table:
        """Cells, or all of them, as rows of the table of counts."""
        rows = [
            {"t0": t * 10**6, "t1": (t + BIN_S) * 10**6, "place": p, "movement": m, "class": c}
            | {"n": self.cells[t, p, m, c]}
            for t, p, m, c in (self.cells if cells is None else cells)
        ]
        return table_of("counts", rows)

    def dump(self) -> bytes:
        """Everything as JSON, without a track's id."""
        seen = {k: round(t, 1) for k, (t, _) in self._seen.items()}
        cells = [[*c, n] for c, n in self.cells.items()]
        return json.dumps({"version": 1, "bin_s": BIN_S, "cells": cells, "seen": seen}).encode()


def load_tally(data: bytes, who: str) -> Tally:
    """A tally as `dump` wrote it. StoreError where that is not what the bytes are.

    Of one that counted over longer or shorter intervals only who has been counted is kept: its cells are in the store
    as they are, and what comes is counted beside them.
    """
    tally = Tally()
    try:
        found: dict[str, Any] = json.loads(data)
        cells = {(int(t), str(p), str(m), str(c)): int(n) for t, p, m, c, n in found["cells"]}
        tally.cells = cells if int(found.get("bin_s", _BEFORE_S)) == BIN_S else {}
        tally._seen = {str(k): (float(t), None) for k, t in found["seen"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError(f"{who}: is no tally of a live run; move it away, and counts begin anew") from None
    return tally


def _key(c: Counted) -> str:
    direction = c.movement if c.movement in ("in", "out") else ""
    text = "\x1f".join((c.track, c.place, direction, f"{c.t:.1f}"))
    return blake2b(text.encode(), digest_size=8).hexdigest()
