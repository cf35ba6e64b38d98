"""Tables found in files, whatever the file is called: CSV, Parquet, Arrow, JSON records, SQLite."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from passerby.errors import PrivacyError
from passerby.privacy.contents import Piece

MAX_JSON: Final = 128 << 20
BATCH: Final = 1 << 16


def text_of(data: Any) -> bool:
    """Whether bytes look like text: no NUL in the first 8 KiB, and UTF-8."""
    head = bytes(data[:8192])
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as e:
        return e.start > len(head) - 4 > 0
    return True


def tables(piece: Piece) -> Iterator[pa.Table]:
    """The piece's rows in batches, if it is a table; PrivacyError if it should be one and cannot be read."""
    data, name = piece.data, piece.where.lower()
    try:
        if data[:4] == b"PAR1":
            file = pq.ParquetFile(pa.BufferReader(data[:]))
            yield file.schema_arrow.empty_table()
            for batch in file.iter_batches(BATCH):
                yield pa.Table.from_batches([batch])
        elif data[:6] == b"ARROW1":
            yield pa.ipc.open_file(pa.BufferReader(data[:])).read_all()
        elif data[:16] == b"SQLite format 3\0":
            yield from _sqlite(bytes(data[:]))
        elif text_of(data) and (delimiter := _delimiter(data, name)):
            try:
                yield from _csv(data, delimiter)
            except pa.ArrowException:
                if _named(name):  # else it was text that begins like a table
                    raise
    except (pa.ArrowException, OSError, sqlite3.Error, UnicodeDecodeError) as e:
        raise PrivacyError(" ".join(str(e).split())[:150]) from e


def json_values(piece: Piece) -> Iterator[Any]:
    """The value of a JSON document, or those of JSON lines; nothing if it is neither. PrivacyError if too large."""
    data = piece.data
    if bytes(data[:64]).lstrip()[:1] not in (b"{", b"[") or not text_of(data):
        return
    if len(data) > MAX_JSON:
        raise PrivacyError(f"JSON of {len(data) >> 20} MiB")
    text = bytes(data[:])
    try:
        yield json.loads(text)
        return
    except (ValueError, RecursionError):
        pass
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue


def records(value: Any) -> Iterator[pa.Table]:
    """Lists of flat records inside a JSON value (GeoJSON properties included) as tables of their simple fields."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, list):
            dicts = [
                x["properties"] if isinstance(x.get("properties"), dict) else x for x in item if isinstance(x, dict)
            ]
            if dicts and len(dicts) == len(item):
                names = dict.fromkeys(k for d in dicts for k, v in d.items() if not isinstance(v, dict | list))
                columns = {k: [d.get(k) for d in dicts] for k in names}
                yield pa.table({k: _column(v) for k, v in columns.items()})
            todo += [x for x in item if isinstance(x, dict | list)]


def _column(values: list[Any]) -> pa.Array:
    numbers = [v for v in values if v is not None]
    if numbers and all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers):
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([None if v is None else str(v) for v in values], pa.string())


def _named(name: str) -> bool:
    return name.removesuffix(".gz!content").endswith((".csv", ".tsv"))


def _delimiter(data: Any, name: str) -> str | None:
    first = bytes(data[:65536])
    lines = first.decode("utf-8", "replace").splitlines()
    lines = [line for line in (lines[:-1] if len(first) < len(data) else lines)[:50] if line.strip()]
    if not lines or lines[0].lstrip()[:1] in ("{", "[", "<"):
        return None
    for delimiter in ",;\t|":
        counts = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        # Prose has commas, too; a table has equally many in every line.
        if counts[0] > 1 and (_named(name) or (len(counts) > 1 and len(set(counts)) == 1)):
            return delimiter
    return "," if _named(name) else None


def _csv(data: Any, delimiter: str) -> Iterator[pa.Table]:
    buffer = pa.BufferReader(data[:])
    header = next(csv.reader(io.StringIO(bytes(data[:65536]).decode("utf-8", "replace")), delimiter=delimiter))
    header = [h.strip().removeprefix("\ufeff") or f"column {i}" for i, h in enumerate(header)]
    if len(set(header)) < len(header):
        header = [f"{h} {i}" if h in header[:i] else h for i, h in enumerate(header)]
    yield pa.table({h: pa.array([], pa.string()) for h in header})
    reader = pacsv.open_csv(
        buffer,
        pacsv.ReadOptions(skip_rows=1, column_names=header),
        pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        pacsv.ConvertOptions(column_types={h: pa.string() for h in header}),
    )
    for batch in reader:
        yield pa.Table.from_batches([batch])


def _sqlite(data: bytes) -> Iterator[pa.Table]:
    with sqlite3.connect(":memory:") as db:
        db.deserialize(data)
        names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
        for name in names:
            cursor = db.execute(f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"')
            header = [d[0] for d in cursor.description]
            while rows := cursor.fetchmany(BATCH):
                columns = list(zip(*rows, strict=True))
                yield pa.table({h: _mixed(c) for h, c in zip(header, columns, strict=True)})


def _mixed(values: tuple[Any, ...]) -> pa.Array:
    if any(isinstance(v, bytes) for v in values):
        return pa.array([v if isinstance(v, bytes) else None for v in values], pa.binary())
    return _column(list(values))
