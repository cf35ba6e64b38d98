"""Reading a Delta table that somebody else may be writing and tidying at this moment."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import DeltaTable

from passerby.errors import StoreError
from passerby.store.rows import TIME_COLUMN, sql_text, sql_time
from passerby.tables import TABLES

TRIES: Final = 8


def predicate(
    table: str,
    since: datetime | None = None,
    until: datetime | None = None,
    filters: Mapping[str, object] | None = None,
) -> str | None:
    """SQL for since <= time < until and column = value (or one of several); None where nothing is asked.

    Naive datetimes are taken as UTC. StoreError for a value that does not fit its column.
    """
    column, clauses = TIME_COLUMN[table], []
    for sign, moment in ((">=", since), ("<", until)):
        if moment is not None:
            t = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
            clauses.append(f"\"{column}\" {sign} {sql_time(t)} AND day {sign[0]}= DATE '{t.date()}'")
    for name, wanted in (filters or {}).items():
        several = isinstance(wanted, Collection) and not isinstance(wanted, str)
        values = list(wanted) if isinstance(wanted, Collection) and several else [wanted]
        clauses.append(f"({_one_of(table, name, values)})")
    return " AND ".join(clauses) or None


def scan(path: Path, schema: pa.Schema, where: str | None = None) -> pa.Table:
    """The rows of a table, in these columns and types, for which the SQL is true; none if there is no table.

    A file that the writer swept away between listing and reading is no error: the table is opened anew.
    """
    for attempt in range(TRIES):
        try:
            if not DeltaTable.is_deltatable(str(path)):
                return schema.empty_table()
            return rows_of(DeltaTable(str(path)), schema, where)
        except Exception as e:
            if attempt == TRIES - 1:
                raise StoreError(f"{path}: cannot be read: {' '.join(str(e).split())[:300]}") from e
            time.sleep(0.01 * 2**attempt)
    raise AssertionError


def rows_of(dt: DeltaTable, schema: pa.Schema, where: str | None = None) -> pa.Table:
    """The rows of one opened version of a table, in these columns and types, for which the SQL is true."""
    return pa.table(dt.scan(columns=schema.names, predicate=where)).select(schema.names).cast(schema)


def _one_of(table: str, name: str, values: list[object]) -> str:
    kind = TABLES[table].field(name).type
    clauses = []
    for value in values:
        if value is None:
            clauses.append(f'"{name}" IS NULL')
            continue
        try:
            plain = pa.scalar(value, kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            raise StoreError(f"{table}: column {name} holds {kind}, it cannot equal {value!r}") from None
        if pa.types.is_list(kind):
            raise StoreError(f"{table}: column {name} holds lists; filter by another column")
        if pa.types.is_string(kind):
            clauses.append(f'"{name}" = {sql_text(plain.as_py())}')
        elif pa.types.is_timestamp(kind):
            clauses.append(f'"{name}" = {sql_time(plain.as_py())}')
        else:
            clauses.append(f'"{name}" = {plain.as_py()!r}')
    return " OR ".join(clauses) or "false"
