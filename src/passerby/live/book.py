"""The rows of a live run on their way into the store."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import pyarrow as pa

from passerby.live.early import Early
from passerby.live.engine import Found
from passerby.live.tally import Tally, load_tally
from passerby.store.durable import as_store_error
from passerby.store.files import replace
from passerby.store.tables import Store
from passerby.tables import COUNTS

TALLY: Final = "tally.json"
EARLY: Final = "early.json"


Added = dict[str, int]

# So many planned commits may wait.
_BACKLOG: Final = 10


def _sum(parts: Iterable[Added]) -> Added:
    total: Added = {}
    for part in parts:
        for name, n in part.items():
            total[name] = total.get(name, 0) + n
    return total


class Book:
    """Writes what is found; no count is ever replaced by a lower one, wherever a run that was killed begins again.

    What was told early is in a file too, so that the next run can confirm or withdraw it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / TALLY
        self._floors: dict[int, dict[tuple[str, str, str], int]] = {}
        self.tally = Tally()
        if self._path.exists():
            with as_store_error(self._path, "cannot be read"):
                self.tally = load_tally(self._path.read_bytes(), str(self._path))
            # the file is written first: what it counted may not have reached the table
            self._upsert_counts(self.tally.table())
        self._early_path = store.folder / EARLY
        self.early = Early()
        self._noted = self.early.dump()
        self._planned: deque[Callable[[], Added]] = deque()
        if self._early_path.exists():
            with as_store_error(self._early_path, "cannot be read"):
                self.early = Early(self._early_path.read_bytes(), str(self._early_path))

    def write(self, found: Found) -> Added:
        """Commit rows at once; how many events more of each table there are."""
        self._note()
        return _sum(self._put(name, table) for name, table in found.tables().items() if len(table))

    def plan(self, found: Found) -> None:
        """Take up what a step found, to be committed by and by, and what it withdraws after what takes its place.

        So a kill in between leaves one too many and not one too few.
        """
        for name, table in found.tables().items():
            if len(table):
                self._planned.append(partial(self._put, name, table))
        for name, events in found.withdrawn.items():
            self._planned.append(partial(self._withdraw, name, events))

    def work(self, most: int | None = None) -> Added:
        """Make at most so many of the planned commits, or all; a backlog is worked off."""
        n = len(self._planned) if most is None else max(most, len(self._planned) - _BACKLOG)
        if self._planned:
            self._note()
        return _sum(self._planned.popleft()() for _ in range(min(n, len(self._planned))))

    def _put(self, name: str, table: pa.Table) -> Added:
        if name != "counts":
            return {name: self._store.upsert(name, table).added}
        with as_store_error(self._path, "cannot be written"):
            replace(self._path, self.tally.dump())
        self._upsert_counts(table)
        return {}

    def _withdraw(self, name: str, events: Collection[str]) -> Added:
        gone = self._store.withdraw(name, events)
        self.early.gone(events)
        return {name: -gone}

    def _note(self) -> None:
        """Name what was told early in the file, before it is in the table."""
        dump = self.early.dump()
        if dump != self._noted:
            with as_store_error(self._early_path, "cannot be written"):
                replace(self._early_path, dump)
            self._noted = dump

    def _upsert_counts(self, table: pa.Table) -> None:
        if not len(table):
            return
        rows = []
        for row in table.to_pylist():
            floor = self._floor(row["t0"]).get((row["place"], row["movement"], row["class"]), 0)
            if row["n"] >= floor:
                rows.append(row)
        self._store.upsert("counts", pa.Table.from_pylist(rows, COUNTS))

    def _floor(self, t0: datetime) -> dict[tuple[str, str, str], int]:
        """What the table held of an interval when this run first wrote to it."""
        key = round(t0.timestamp())
        if key not in self._floors:
            while len(self._floors) >= 8:
                del self._floors[next(iter(self._floors))]
            end = datetime.fromtimestamp(key + 1, UTC)
            held = self._store.read("counts", since=t0, until=end)
            cells = zip(*(held[c].to_pylist() for c in ("place", "movement", "class", "n")), strict=True)
            self._floors[key] = {(p, m, c): n for p, m, c, n in cells}
        return self._floors[key]
