"""An output folder: violations, conflicts and counts as CSV, Parquet or Delta tables, and how long they are kept.

`retention.json` beside the files says for each table when it was written and until when it may be kept; CSV and
Parquet have no place of their own for that.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from passerby.errors import StoreError
from passerby.store.durable import sync_file
from passerby.store.rows import fitted
from passerby.store.scan import scan
from passerby.store.tables import open_store
from passerby.store.ttl import checked_ttl
from passerby.tables import TABLES, TIME

Format = Literal["csv", "parquet", "delta"]
FORMATS: Final = ("csv", "parquet", "delta")
RETENTION: Final = "retention.json"

# No more decimals than the measurement carries; a hundredth of a metre and of a second per metre is already generous.
DECIMALS: Final = {
    "x": 2,
    "y": 2,
    "heading": 1,
    "speed_mps": 2,
    "max_speed_mps": 2,
    "delta_v_mps": 2,
    "drac_mps2": 2,
    "ttc_s": 3,
    "pet_s": 3,
    "into_state_s": 2,
    "duration_s": 2,
    "confidence": 2,
    "angle_deg": 1,
}
OTHER_DECIMALS: Final = 3


def write_results(
    folder: Path | str,
    tables: Mapping[str, pa.Table],
    format: Format = "csv",
    ttl: Mapping[str, timedelta] | None = None,
) -> list[Path]:
    """Write tables into a folder as `<table>.csv`, `.parquet` or Delta tables; the paths written.

    Columns of format version 1 first and in order, extra ones after them. In CSV time is seconds since the epoch with
    three decimals, floats are rounded to what the measurement carries, null is empty, lists are `;`-joined. Each file
    appears whole or not at all, the old one staying until then; what an earlier run left in another format, and its
    report, are removed. StoreError if a table does not fit or the disk is full.
    """
    folder = Path(folder)
    if format not in FORMATS:
        raise StoreError(f'{folder}: format must be csv, parquet or delta, got "{format}"')
    keep = checked_ttl(ttl or {}, str(folder))
    for table in tables:
        if table not in TABLES:
            raise StoreError(f'{folder}: no table "{table}", there are {", ".join(TABLES)}')
    if format == "delta":
        with open_store(folder, keep, clock="stored") as store:
            for table, rows in tables.items():
                store.replace(table, rows)
            written = [store.path(table) for table in tables]
        _remove_stale(folder, tables, written)
        return written
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for table, rows in tables.items():
            path = folder / f"{table}.{format}"
            replace(path, csv_bytes(table, rows) if format == "csv" else parquet_bytes(table, rows))
            written.append(path)
        _remove_stale(folder, tables, written)
        replace(folder / RETENTION, _retention(folder, written, keep))
        sync_file(folder)
    except OSError as e:
        raise StoreError(f"{e.filename or folder}: cannot be written: {e.strerror or e}") from e
    return written


def _remove_stale(folder: Path, tables: Iterable[str], written: list[Path]) -> None:
    """Remove what an earlier run left of the same tables and its report, so that no folder holds two runs' results."""
    names = {p.name for p in written}
    for stale in [*(f"{table}.{suffix}" for table in tables for suffix in ("csv", "parquet")), "report.html"]:
        if stale not in names:
            (folder / stale).unlink(missing_ok=True)


def read_results(folder: Path | str) -> dict[str, pa.Table]:
    """The tables of a folder that `write_results` made, whichever its format; extra columns as they are.

    A table that is not there is left out. StoreError if there is none at all, or one does not fit.
    """
    folder = Path(folder)
    found: dict[str, pa.Table] = {}
    for table in TABLES:
        if (path := folder / f"{table}.csv").is_file():
            found[table] = _read_csv(path, table)
        elif (path := folder / f"{table}.parquet").is_file():
            found[table] = _checked(path, table, _said_read(path, lambda p: pq.read_table(p)))
        elif (folder / table / "_delta_log").is_dir():
            found[table] = scan(folder / table, TABLES[table])
    if not found:
        raise StoreError(f"{folder}: holds no results; write some with passerby analyse --out")
    return found


def csv_bytes(table: str, rows: pa.Table) -> bytes:
    """One table as CSV (RFC 4180, UTF-8, `\\n`); a text that a spreadsheet would run as a formula is quoted.

    Quotes alone do not stop every spreadsheet: ids are random letters and digits, so nothing more is altered.
    """
    rows = _ordered(table, rows)
    columns = [_texts(name, rows[name]) for name in rows.column_names]
    risky = [pa.types.is_string(f.type) or pa.types.is_list(f.type) for f in rows.schema]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(rows.column_names)
    for row in zip(*columns, strict=True):
        out.write(",".join(_cell(v, r) for v, r in zip(row, risky, strict=True)) + "\n")
    return out.getvalue().encode()


def parquet_bytes(table: str, rows: pa.Table) -> bytes:
    """One table as Parquet, unrounded."""
    sink = io.BytesIO()
    pq.write_table(_ordered(table, rows), sink, compression="zstd")
    return sink.getvalue()


def replace(path: Path, data: bytes, before: Callable[[], object] = lambda: None) -> None:
    """Put bytes in the place of a file: whole, on disk, or not at all.

    before: called once there is room for them, and before the old file goes; whatever it raises, the old one stays.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        private = 0o600 if path.name.startswith("tracks.") else 0o666
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, private), "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        before()
        os.replace(temporary, path)
    except BaseException:  # whatever stops it, Ctrl-C too, leaves nothing behind
        temporary.unlink(missing_ok=True)
        raise


def _ordered(table: str, rows: pa.Table) -> pa.Table:
    """Columns of the format in order and type, then the extra ones."""
    extra = [c for c in rows.column_names if c not in TABLES[table].names]
    fit = fitted(table, rows.drop_columns(extra))
    for name in extra:
        fit = fit.append_column(name, rows[name])
    return fit


def _texts(name: str, column: pa.ChunkedArray) -> list[str | None]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        milliseconds = pc.round(pc.divide(column.cast(TIME).cast(pa.int64()).cast(pa.float64()), 1000.0))
        return [None if ms is None else _decimal(int(ms)) for ms in milliseconds.to_pylist()]
    values = column.to_pylist()
    if pa.types.is_floating(kind):
        digits = DECIMALS.get(name, OTHER_DECIMALS)
        return [None if v is None or v != v else _rounded(v, digits) for v in values]
    if pa.types.is_list(kind):
        return [None if not v else ";".join(str(x) for x in v) for v in values]
    if pa.types.is_boolean(kind):
        return [None if v is None else str(v).lower() for v in values]
    return [None if v is None else str(v) for v in values]


def _rounded(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def _decimal(ms: int) -> str:
    sign, ms = ("-", -ms) if ms < 0 else ("", ms)
    return f"{sign}{ms // 1000}.{ms % 1000:03d}"


def _cell(value: str | None, text: bool) -> str:
    if value is None:
        return ""
    quote = text and (value[:1] in ("=", "+", "-", "@", "\t", "") or any(c in value for c in ',"\r\n'))
    return '"' + value.replace('"', '""') + '"' if quote else value


def _read_csv(path: Path, table: str) -> pa.Table:
    schema = TABLES[table]
    types = {
        f.name: pa.string() if pa.types.is_timestamp(f.type) or pa.types.is_list(f.type) else f.type for f in schema
    }
    options = pacsv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    parse = pacsv.ParseOptions(newlines_in_values=True)
    rows = _said_read(path, lambda p: pacsv.read_csv(p, convert_options=options, parse_options=parse))
    for i, name in enumerate(rows.column_names):
        kind = schema.field(name).type if name in schema.names else None
        if kind is not None and pa.types.is_timestamp(kind):
            rows = rows.set_column(i, name, _times(path, name, rows[name]))
        elif kind is not None and pa.types.is_list(kind):
            parts = pc.split_pattern(rows[name], ";")
            rows = rows.set_column(i, name, parts.cast(kind))
    return _checked(path, table, rows)


def _times(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        if pc.all(pc.match_substring_regex(column, r"^-?\d+(\.\d*)?$")).as_py() in (True, None):
            us = pc.round(pc.multiply(column.cast(pa.float64()), 1e6)).cast(pa.int64())
            return us.cast(TIME)
        return pa.chunked_array(
            [pa.array([None if v is None else datetime.fromisoformat(v) for v in column.to_pylist()], TIME)]
        )
    except (pa.ArrowInvalid, ValueError):
        raise StoreError(f"{path}: column {name} must hold seconds since the epoch or RFC 3339 times") from None


def _checked(path: Path, table: str, rows: pa.Table) -> pa.Table:
    missing = [c for c in TABLES[table].names if c not in rows.column_names]
    if missing:
        raise StoreError(f"{path}: has no column {missing[0]}; it is not a {table} file of format version 1")
    try:
        return _ordered(table, rows)
    except StoreError as e:
        raise StoreError(f"{path}: {e}") from None


def _said_read(path: Path, read: object) -> pa.Table:
    try:
        return read(path)  # type: ignore[operator]
    except (OSError, pa.ArrowException) as e:
        raise StoreError(f"{path}: cannot be read: {' '.join(str(e).split())[:200]}") from e


def _retention(folder: Path, written: list[Path], keep: Mapping[str, timedelta]) -> bytes:
    """The retention file, entries of other files that are still there kept."""
    now = datetime.now(UTC).replace(microsecond=0)
    files: dict[str, object] = {}
    try:
        before = json.loads((folder / RETENTION).read_text(encoding="utf-8"))["files"]
        files = {name: entry for name, entry in before.items() if (folder / name).exists()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    for path in written:
        ttl = keep[path.stem]
        files[path.name] = {
            "written": _rfc3339(now),
            "ttl_s": ttl.total_seconds(),
            "keep_until": _rfc3339(now + ttl),
        }
    return (json.dumps({"version": 1, "files": files}, indent=1) + "\n").encode()


def _rfc3339(t: datetime) -> str:
    return t.isoformat().replace("+00:00", "Z")
