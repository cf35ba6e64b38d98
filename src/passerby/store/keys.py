"""Which rows a table may already hold, without reading it: never a wrong "no", seldom a wrong "maybe"."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

BoolArray = npt.NDArray[np.bool_]
Reader = Callable[[list[str], date | None], pa.Table]

DAYS_HELD: Final = 4


class KeyIndex(Protocol):
    """What the store asks before it writes; rows carry the hidden column `day`."""

    def maybe(self, rows: pa.Table) -> BoolArray:
        """True for every row whose key may be in the table already, shape (n,)."""
        ...

    def add(self, rows: pa.Table) -> None:
        """Remember rows that were written."""
        ...


class HashIndex:
    """64-bit hashes of the keys: of the whole table, or (`by_day`) of the few days being written."""

    def __init__(self, read: Reader, keys: tuple[str, ...], by_day: bool) -> None:
        self._read, self._keys, self._by_day = read, keys, by_day
        self._held: dict[date | None, set[int]] = {}

    def maybe(self, rows: pa.Table) -> BoolArray:
        """True where the key's hash is known, shape (n,)."""
        days = self._days(rows)
        return np.array([h in self._of(d) for h, d in zip(self._hashes(rows), days, strict=True)], bool)

    def add(self, rows: pa.Table) -> None:
        """Remember rows that were written."""
        for h, d in zip(self._hashes(rows), self._days(rows), strict=True):
            self._of(d).add(h)

    def _days(self, rows: pa.Table) -> list[date | None]:
        return rows["day"].to_pylist() if self._by_day else [None] * rows.num_rows

    def _hashes(self, rows: pa.Table) -> list[int]:
        columns: list[list[Any]] = [_plain(rows[k]) for k in self._keys]
        return [hash(key) for key in zip(*columns, strict=True)]

    def _of(self, day: date | None) -> set[int]:
        if day not in self._held:
            if len(self._held) >= DAYS_HELD:
                del self._held[next(iter(self._held))]
            self._held[day] = set(self._hashes(self._read(list(self._keys), day)))
        return self._held[day]


class LastSeenIndex:
    """The last time of every track of a few days: later rows are new. Grows with tracks, not with rows."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._held: dict[date, dict[str, int]] = {}

    def maybe(self, rows: pa.Table) -> BoolArray:
        """True where the track was seen at that time or later, shape (n,)."""
        t = _plain(rows["t"])
        found = zip(rows["track"].to_pylist(), t, rows["day"].to_pylist(), strict=True)
        return np.array([when <= self._of(day).get(track, -(2**62)) for track, when, day in found], bool)

    def add(self, rows: pa.Table) -> None:
        """Remember rows that were written."""
        last = rows.select(["track", "day", "t"]).group_by(["track", "day"]).aggregate([("t", "max")])
        for track, day, t in zip(
            last["track"].to_pylist(), last["day"].to_pylist(), _plain(last["t_max"]), strict=True
        ):
            held = self._of(day)
            held[track] = max(t, held.get(track, t))

    def _of(self, day: date) -> dict[str, int]:
        if day not in self._held:
            if len(self._held) >= DAYS_HELD:
                del self._held[next(iter(self._held))]
            stored = self._read(["track", "t"], day).group_by("track").aggregate([("t", "max")])
            self._held[day] = dict(zip(stored["track"].to_pylist(), _plain(stored["t_max"]), strict=True))
        return self._held[day]


def _plain(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    values: list[Any] = column.to_pylist()
    return values
