"""`Store`: the result tables as Delta tables in a folder, one writer, any number of readers."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from passerby.errors import StoreError
from passerby.store import delta
from passerby.store import rows as shape
from passerby.store.audit import AuditLog
from passerby.store.durable import as_store_error, recover
from passerby.store.keys import HashIndex, KeyIndex, LastSeenIndex
from passerby.store.lock import WriterLock
from passerby.store.scan import predicate, rows_of, scan
from passerby.store.ttl import CLOCK_PROPERTY, TTL_PROPERTY, Clock, checked_ttl
from passerby.tables import TABLES

TIDY_EVERY: Final = 128
SPARE_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Upsert:
    """How many rows of an upsert were new, replaced a stored row, or were there already."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0


def open_store(
    folder: Path | str,
    ttl: Mapping[str, timedelta] | None = None,
    *,
    clock: Clock = "event",
    read_only: bool = False,
) -> Store:
    """Open a folder of tables for writing (made if need be) or, `read_only`, for reading alone.

    ttl: time to live per table, defaults for the rest; a change is written to the tables and to the audit log.
    clock: what a row's age is counted from: "event", its own time, or "stored", when it was written, for recordings
    analysed long after they were made. StoreError if another process is writing there.
    """
    folder = Path(folder)
    if read_only:
        if not folder.is_dir():
            raise StoreError(f"{folder}: is no folder; name the folder of a store")
        return Store(folder, None)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        raise StoreError(f"{folder}: cannot be made: {e.strerror}") from e
    keep = checked_ttl(ttl or {}, str(folder))
    lock = WriterLock(folder)
    try:
        store = Store(folder, lock, keep, clock)
        store._prepare()
    except BaseException:
        lock.release()
        raise
    return store


class Store:
    """Tables of results in a folder. Open with `open_store`; close it or use it as a context manager."""

    def __init__(
        self,
        folder: Path,
        lock: WriterLock | None,
        ttl: Mapping[str, timedelta] | None = None,
        clock: Clock = "event",
    ) -> None:
        self.folder = folder
        self.audit = AuditLog(folder / "audit.jsonl")
        self._lock, self._ttl, self._clock = lock, ttl or {}, clock
        self._open: dict[str, DeltaTable] = {}
        self._keys: dict[str, KeyIndex] = {}
        self._commits: dict[str, int] = {}

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the next writer in; nothing is pending, every upsert is on disk when it returns."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that exist."""
        return tuple(name for name in TABLES if DeltaTable.is_deltatable(str(self.folder / name)))

    def path(self, table: str) -> Path:
        """The folder of one table; StoreError if there is no such table in format version 1."""
        if table not in TABLES:
            raise StoreError(f'{self.folder}: no table "{table}", there are {", ".join(TABLES)}')
        return self.folder / table

    def ttl(self, table: str) -> timedelta | None:
        """How long the table's rows are kept, as the table itself says; None if it does not exist."""
        seconds = self._configuration(table).get(TTL_PROPERTY)
        return None if seconds is None else timedelta(seconds=float(seconds))

    def clock(self, table: str) -> str:
        """What a row's age is counted from: "event" or "stored"."""
        return self._configuration(table).get(CLOCK_PROPERTY, "event")

    def upsert(self, table: str, rows: pa.Table) -> Upsert:
        """Write rows, on disk when this returns: new keys are added, changed rows replace, equal rows write nothing.

        Keys: `event` (violations, conflicts); t0, t1, place, movement, class (counts); track, t (tracks). Of several
        rows with one key the last counts. StoreError if a row does not fit the schema, or the disk is full; then
        none of the rows is written.
        """
        self._writing()
        path = self.path(table)
        fresh = shape.conform(table, rows, datetime.now(UTC))
        if fresh.num_rows == 0:
            return Upsert()
        with as_store_error(path, "rows cannot be written"):
            dt = self._table(table)
            index = self._index(table)
            maybe = pa.array(index.maybe(fresh))
            known, new = fresh.filter(maybe), fresh.filter(pc.invert(maybe))
            stored = self._stored(table, known)
            change = shape.compare(table, known, stored)
            new = pa.concat_tables([new, change.added])
            same = known.num_rows - change.added.num_rows - change.replacing.num_rows
            if new.num_rows + change.replacing.num_rows == 0:
                return Upsert(unchanged=same)
            self._room(fresh.nbytes)
            if change.replacing.num_rows:
                both = pa.concat_tables([change.replacing, new])
                delta.commit(dt, path, lambda: delta.merge(dt, both, shape.merge_predicate(table, change.days)))
            else:
                delta.commit(dt, path, lambda: delta.append(dt, new))
            index.add(new)
            self._commits[table] = self._commits.get(table, 0) + 1
        if self._commits[table] >= TIDY_EVERY:
            self.tidy([table])
        return Upsert(new.num_rows, change.replacing.num_rows, same)

    def withdraw(self, table: str, events: Collection[str]) -> int:
        """Delete events that turned out to be none, on disk when this returns; how many there were.

        Their number is in the audit log, their bytes go with the next `tidy` or `expire`.
        """
        self._writing()
        path = self.path(table)
        if not events:
            return 0
        ids = ", ".join(shape.sql_text(e) for e in sorted(events))
        with as_store_error(path, "events cannot be withdrawn"):
            dt = self._table(table)
            where = f'"event" IN ({ids})'
            n = len(rows_of(dt, pa.schema([shape.STORED]), where))
            if n:
                delta.commit(dt, path, lambda: delta.delete(dt, where))
                self._commits[table] = self._commits.get(table, 0) + 1
        if n:
            self.audit.append("withdrawn", table=table, rows=n)
        return n

    def replace(self, table: str, rows: pa.Table) -> None:
        """Let a table hold exactly these rows, in one commit, and delete the bytes of those it held before."""
        self._writing()
        path = self.path(table)
        fresh = shape.conform(table, rows, datetime.now(UTC))
        with as_store_error(path, "rows cannot be written"):
            dt = self._table(table)
            self._room(fresh.nbytes)
            delta.commit(dt, path, lambda: delta.overwrite(dt, fresh))
            self._keys.pop(table, None)
            delta.sweep(dt, path)

    def read(
        self,
        table: str,
        columns: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        filters: Mapping[str, object] | None = None,
    ) -> pa.Table:
        """Rows of one table in the types of `passerby.tables`, sorted by time; a table not yet made has no rows.

        since, until: only rows with since <= time < until (counts: t0). filters: column -> value, or a collection of
        values. Sees the last commit; a clean-up by the writer meanwhile does no harm.
        """
        schema = TABLES[self.path(table).name]
        wanted = list(columns) if columns is not None else schema.names
        for name in [*wanted, *(filters or {})]:
            if name not in schema.names:
                raise StoreError(f'{self.folder}: {table} has no column "{name}", it has {", ".join(schema.names)}')
        where = predicate(table, since, until, filters)
        order = [c for c in (shape.TIME_COLUMN[table], *shape.KEYS[table]) if c in schema.names]
        needed = list(dict.fromkeys([*wanted, *order]))
        found = scan(self.path(table), pa.schema([schema.field(c) for c in needed]), where)
        return found.sort_by([(c, "ascending") for c in dict.fromkeys(order)]).select(wanted)

    def tidy(self, tables: Collection[str] | None = None) -> None:
        """Merge small files, delete replaced ones, shorten the log. Runs by itself every 128 commits of a table."""
        self._writing()
        for table in tables if tables is not None else self.tables:
            path = self.path(table)
            with as_store_error(path, "cannot be tidied"):
                dt = self._table(table)
                delta.commit(dt, path, lambda dt=dt: delta.compact(dt))  # type: ignore[misc]
                delta.sweep(dt, path)
                self._commits[table] = 0

    def expire(self, now: datetime | None = None) -> dict[str, int]:
        """Delete every row older than its table's time to live, and its bytes; how many rows of each table.

        Age counts from the row's time or, where that lies in the future or the table's clock says so, from when it
        was stored. What is deleted is in the audit log: before as `expiring`, after as `expired`.
        """
        self._writing()
        now = (now or datetime.now(UTC)).astimezone(UTC)
        return {table: self._expire(table, now) for table in self.tables}

    def _expire(self, table: str, now: datetime) -> int:
        keep = self.ttl(table) or self._ttl[table]
        path, cut = self.path(table), now - keep
        age = ["stored"] if self.clock(table) == "stored" else [shape.TIME_COLUMN[table], "stored"]
        old = " OR ".join(f'"{c}" < {shape.sql_time(cut)}' for c in age)
        with as_store_error(path, "old rows cannot be deleted"):
            dt = self._table(table)
            n = len(rows_of(dt, pa.schema([shape.STORED]), old))
            entry = {"table": table, "rows": n, "cut_off": cut.isoformat(), "ttl_s": keep.total_seconds()}
            if n:
                self.audit.append("expiring", **entry)
                delta.commit(dt, path, lambda: delta.delete(dt, old))
                self._keys.pop(table, None)
            files = delta.sweep(dt, path)  # also when no row was: a crash may have come between deletion and sweep
        if n:
            self.audit.append("expired", **entry, files=files)
        return n

    def _prepare(self) -> None:
        for table in TABLES:
            path = self.path(table)
            with as_store_error(path, "cannot be opened"):
                recover(path)
                if table != "tracks" or DeltaTable.is_deltatable(str(path)):
                    self._table(table)
        ttl_s = {table: keep.total_seconds() for table, keep in self._ttl.items()}
        self.audit.append("store_opened", ttl_s=ttl_s, clock=self._clock)

    def _table(self, table: str) -> DeltaTable:
        if table in self._open:
            return self._open[table]
        path = self.path(table)
        want = {TTL_PROPERTY: f"{self._ttl[table].total_seconds():.0f}", CLOCK_PROPERTY: self._clock}
        if not DeltaTable.is_deltatable(str(path)):
            dt = delta.create(path, table, want)
        else:
            dt = DeltaTable(str(path))
            had = dt.metadata().configuration
            if changed := {k: v for k, v in want.items() if had.get(k) != v}:
                old = {k: had.get(k) for k in changed}
                self.audit.append("config_changed", table=table, old=old, new=changed)
                delta.commit(dt, path, lambda: delta.configure(dt, changed))
        self._open[table] = dt
        self._commits.setdefault(table, len(dt.file_uris()))
        return dt

    def _index(self, table: str) -> KeyIndex:
        if table not in self._keys:

            def read(columns: list[str], day: date | None) -> pa.Table:
                schema = pa.schema([TABLES[table].field(c) for c in columns])
                return rows_of(self._table(table), schema, None if day is None else f"day = DATE '{day}'")

            self._keys[table] = (
                LastSeenIndex(read)
                if table == "tracks"
                else HashIndex(read, shape.KEYS[table], by_day=table == "counts")
            )
        return self._keys[table]

    def _stored(self, table: str, known: pa.Table) -> pa.Table:
        schema = pa.schema([*TABLES[table], shape.DAY, shape.STORED])
        if known.num_rows == 0:
            return schema.empty_table()
        return rows_of(self._table(table), schema, shape.lookup(table, known))

    def _configuration(self, table: str) -> dict[str, str]:
        path = self.path(table)
        if not DeltaTable.is_deltatable(str(path)):
            return {}
        with as_store_error(path, "cannot be read"):
            found = dict(DeltaTable(str(path)).metadata().configuration)
        return found

    def _writing(self) -> None:
        if self._lock is None:
            raise StoreError(f"{self.folder}: is open for reading only; open it for writing first")

    def _room(self, nbytes: int) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < SPARE_BYTES + 2 * nbytes:
            raise StoreError(f"{self.folder}: disk is full ({free} bytes left); free some space and write again")
