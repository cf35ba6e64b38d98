"""Tracks in Parquet, a batch of rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from passerby.errors import TracksError
from passerby.tracks.class_names import ClassTable
from passerby.tracks.csv_rows import OPTIONAL, REQUIRED, check_columns, chunk_of
from passerby.tracks.rows import Chunk, IdTable
from passerby.tracks.source_text import damage_told

_BATCH_ROWS: Final = 1 << 17
_DICTIONARY: Final = pa.dictionary(pa.int32(), pa.string())


def check_parquet(path: Path) -> None:
    """TracksError where the file's schema is not that of format version 1, PrivacyError on identifiers."""
    with _opened(path) as file:
        schema = file.schema_arrow
        check_columns(str(path), tuple(schema.names))
        for name in (*REQUIRED, *OPTIONAL):
            if name in schema.names:
                wrong = _wrong_type(name, schema.field(name).type)
                if wrong:
                    raise TracksError(f'{path}: column "{name}": {wrong}, got {schema.field(name).type}')
        if file.metadata.num_rows == 0:
            raise TracksError(f"{path}: no rows: the file has only a schema")


def read_parquet(path: Path, ids: IdTable, classes: ClassTable, progress: Callable[[int], None]) -> Iterator[Chunk]:
    """The file's rows in chunks; `row` counts from 0. Memory is bounded whatever the size of the row groups."""
    size = path.stat().st_size
    with _opened(path) as file:
        wanted = [c for c in (*REQUIRED, *OPTIONAL) if c in file.schema_arrow.names]
        total = max(file.metadata.num_rows, 1)
        done = 0
        batches = file.iter_batches(_BATCH_ROWS, columns=wanted)
        while True:
            try:
                batch = next(batches, None)
                if batch is None:
                    return
                batch = _unified(batch)
            except (pa.ArrowException, OSError) as e:
                if isinstance(e, pa.ArrowInvalid) and "timestamp" in str(e):
                    raise TracksError(
                        f'{path}: after row {done}: column "t": wanted RFC 3339 times with offset '
                        f"({str(e).splitlines()[0][:120]})"
                    ) from e
                raise TracksError(
                    f"{path}: the Parquet file is damaged after row {done} ({str(e).splitlines()[0][:120]}); "
                    "copy it again"
                ) from e
            chunk = chunk_of(batch, done, ids, classes, lambda row: f"{path}: row {row + 1}")
            done += len(batch)
            progress(size * done // total)
            yield chunk


def _opened(path: Path) -> Any:
    with damage_told(path):
        try:
            # Row groups are read page by page, not whole: one may hold a day.
            return pq.ParquetFile(path, pre_buffer=False, buffer_size=1 << 20, read_dictionary=["track", "class"])
        except pa.ArrowException as e:
            raise TracksError(f"{path}: the Parquet file is damaged or cut off; write or copy it again") from e


def _wrong_type(name: str, kind: Any) -> str | None:
    t = pa.types
    if t.is_dictionary(kind):
        kind = kind.value_type
    text = t.is_string(kind) or t.is_large_string(kind) or t.is_string_view(kind)
    if name == "track":
        return None if text or t.is_integer(kind) else "wanted text"
    if name == "class":
        return None if text else "wanted text"
    number = t.is_integer(kind) or t.is_floating(kind) or t.is_decimal(kind)
    if name == "t":
        if t.is_timestamp(kind):
            return None if kind.tz else "wanted timestamps with time zone UTC"
        return None if text or number else "wanted timestamps with time zone UTC, or seconds"
    return None if number else "wanted numbers"


def _unified(batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = []
    for name in batch.schema.names:
        column = batch.column(name)
        if name in ("track", "class"):
            if not pa.types.is_dictionary(column.type):
                column = column.cast(pa.string()).dictionary_encode()
            column = column.cast(_DICTIONARY)
        elif not (name == "t" and pa.types.is_timestamp(column.type)):
            if pa.types.is_dictionary(column.type):
                column = column.dictionary_decode()
            text = name == "t" and not (
                pa.types.is_integer(column.type)
                or pa.types.is_floating(column.type)
                or pa.types.is_decimal(column.type)
            )
            column = column.cast(pa.timestamp("ns", "UTC") if text else pa.float64())
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
