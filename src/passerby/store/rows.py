"""Rows on their way into a table: fitted to its schema, matched with what is stored, and the SQL that finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import StoreError
from passerby.tables import TABLES, TIME

KEYS: Final = {
    "violations": ("event",),
    "conflicts": ("event",),
    "counts": ("t0", "t1", "place", "movement", "class"),
    "tracks": ("track", "t"),
}
TIME_COLUMN: Final = {"violations": "t", "conflicts": "t", "counts": "t0", "tracks": "t"}
REQUIRED: Final = {"violations": ("event", "t"), "conflicts": ("event", "t"), "counts": ("t0", "t1", "n")} | {
    "tracks": ("track", "t")
}

# Columns of the stored tables that no reader sees: the partition, and when the row was first written.
DAY: Final = pa.field("day", pa.date32())
STORED: Final = pa.field("stored", TIME)

MOST_KEYS_IN_SQL: Final = 500


@dataclass(frozen=True)
class Change:
    """Rows of unknown keys, rows that replace a stored one, and the days on which either version lies."""

    added: pa.Table
    replacing: pa.Table
    days: tuple[date, ...]


def fitted(table: str, rows: pa.Table) -> pa.Table:
    """Rows in the table's schema: columns in order, missing optional ones null, NaN null; StoreError otherwise."""
    schema = TABLES[table]
    if extra := [c for c in rows.column_names if c not in schema.names]:
        raise StoreError(f'{table}: no column "{extra[0]}" in the table, it has {", ".join(schema.names)}')
    columns = []
    for field in schema:
        if field.name not in rows.column_names:
            columns.append(pa.chunked_array([pa.nulls(rows.num_rows, field.type)]))
            continue
        column = rows[field.name]
        try:
            column = column.cast(field.type)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            raise StoreError(f"{table}: column {field.name} must hold {field.type}, got {column.type}") from None
        if pa.types.is_floating(field.type) and column.null_count < len(column):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, field.type), column)
        columns.append(column)
    fit = pa.table(columns, schema=schema)
    for name in REQUIRED[table]:
        if fit[name].null_count:
            first = pc.index(fit[name].is_null(), True).as_py()
            raise StoreError(f"{table}: column {name} must not be empty, and is in row {first + 1}")
    return fit


def conform(table: str, rows: pa.Table, stored: datetime) -> pa.Table:
    """`fitted` rows with the hidden columns, one per key: of several the last."""
    fit = _last_of_each(table, fitted(table, rows))
    day = pc.cast(pc.floor_temporal(fit[TIME_COLUMN[table]], unit="day"), pa.date32())
    when = pa.chunked_array([pa.array([stored] * fit.num_rows, STORED.type)])
    return fit.append_column(DAY, day).append_column(STORED, when)


def compare(table: str, known: pa.Table, stored: pa.Table) -> Change:
    """Which of `known` are not in `stored`, and which differ from it; equal rows are in neither.

    A replacing row keeps the time at which its key was first stored.
    """
    if known.num_rows == 0:
        return Change(known, known, ())
    keys = list(KEYS[table])
    left = _numbered(known, keys, "i")
    right = _numbered(_last_of_each(table, stored), keys, "j")
    pairs = left.join(right, keys, join_type="left outer").sort_by("i")
    there = pairs["j"].is_valid()
    added = known.take(pairs["i"].filter(pc.invert(there)))
    mine, theirs = known.take(pairs["i"].filter(there)), _last_of_each(table, stored).take(pairs["j"].filter(there))
    differs = np.zeros(mine.num_rows, bool)
    for name in TABLES[table].names:
        differs |= ~_equal(mine[name], theirs[name])
    mask = pa.array(differs)
    new, old = mine.filter(mask), theirs.filter(mask)
    new = new.set_column(new.column_names.index(STORED.name), STORED, old[STORED.name])
    days = {*new[DAY.name].to_pylist(), *old[DAY.name].to_pylist(), *added[DAY.name].to_pylist()}
    return Change(added, new, tuple(sorted(days)))


def lookup(table: str, known: pa.Table) -> str | None:
    """SQL that is true for every stored row with one of these keys, and for few others; None: for every row."""
    key, clauses = KEYS[table][0], []
    if key != "event":
        low, high = pc.min_max(known[TIME_COLUMN[table]]).as_py().values()
        clauses.append(f'"{TIME_COLUMN[table]}" BETWEEN {sql_time(low)} AND {sql_time(high)}')
        days = known[DAY.name].unique().to_pylist()
        clauses.append(f"day BETWEEN DATE '{min(days)}' AND DATE '{max(days)}'")
    if key in ("event", "track"):
        ids = known[key].unique().to_pylist()
        if len(ids) <= MOST_KEYS_IN_SQL:
            clauses.append(f'"{key}" IN ({", ".join(map(sql_text, ids))})')
    return " AND ".join(clauses) or None


def merge_predicate(table: str, days: tuple[date, ...]) -> str:
    """SQL that pairs stored rows (t) with arriving ones (s), held to the days on which the former can lie."""
    pairs = [
        f't."{k}" = s."{k}"' if k in REQUIRED[table] else f'(t."{k}" IS NOT DISTINCT FROM s."{k}")' for k in KEYS[table]
    ]
    return " AND ".join([f"t.day >= DATE '{days[0]}' AND t.day <= DATE '{days[-1]}'", *pairs])


def sql_text(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def sql_time(t: datetime) -> str:
    """A moment as the query engine reads it, to the microsecond, UTC."""
    us = pa.scalar(t, TIME).cast(pa.int64()).as_py()
    return f"arrow_cast(arrow_cast({us}, 'Int64'), 'Timestamp(Microsecond, Some(\"UTC\"))')"


def _last_of_each(table: str, rows: pa.Table) -> pa.Table:
    keys = list(KEYS[table])
    numbered = _numbered(rows, keys, "i")
    last = numbered.group_by(keys).aggregate([("i", "max")])["i_max"]
    return rows if len(last) == rows.num_rows else rows.take(last.sort())


def _numbered(rows: pa.Table, keys: list[str], name: str) -> pa.Table:
    """The key columns with nulls as empty text (a join never pairs nulls), and the rows' numbers."""
    columns = {k: pc.fill_null(rows[k], "") if pa.types.is_string(rows[k].type) else rows[k] for k in keys}
    return pa.table({**columns, name: pa.array(np.arange(rows.num_rows))})


def _equal(a: pa.ChunkedArray, b: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if pa.types.is_list(a.type):
        a, b = pc.binary_join(a, "\x1f"), pc.binary_join(b, "\x1f")
    same = pc.fill_null(pc.equal(a, b), False)
    both_null = pc.and_(a.is_null(), b.is_null())
    result: np.ndarray[tuple[int], np.dtype[np.bool_]] = pc.or_(same, both_null).to_numpy()
    return result
