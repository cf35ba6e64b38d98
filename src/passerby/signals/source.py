"""A signal file in batches: opened by its content, whatever it is called, in bounded memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from passerby.errors import SignalsError

BLOCK_BYTES: Final = 8 * 2**20
BATCH_ROWS: Final = 2**18
LONGEST_LINE: Final = 8 * 2**20


class SignalsWarning(UserWarning):
    """A signal log that can be read and leaves something open."""


@dataclass(frozen=True)
class Head:
    """The beginning of a file: kind is parquet, json or csv; names of the columns, () where there is no header."""

    kind: str
    names: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


def head(path: Path) -> Head:
    """What kind of file this is. SignalsError where it cannot be opened or holds nothing."""
    try:
        if path.is_dir():
            raise SignalsError("is a folder, wanted a file")
        with path.open("rb") as raw:
            magic = raw.read(4)
        if magic == b"PAR1":
            return Head("parquet", tuple(_parquet(path).schema_arrow.names))
        with _bytes(path) as stream:
            begin = stream.read(65536)
    except (OSError, EOFError, zlib.error) as e:
        raise SignalsError(f"cannot be read ({getattr(e, 'strerror', None) or e}); looked for {path}") from e
    if not begin.strip():
        raise SignalsError("is empty")
    if b"\0" in begin:
        raise SignalsError("is neither text nor Parquet; wanted a state table, a controller log or SPaT JSON lines")
    text = begin.decode("utf-8-sig", "replace").lstrip()
    if text[:1] in "{[":
        return Head("json")
    cells = tuple(c.strip().strip('"').strip() for c in text.splitlines()[0].split(","))
    if any(c[:1].isalpha() for c in cells):
        return Head("csv", cells, cells)
    return Head("csv", (), cells)


def batches(path: Path, start: Head, wanted: tuple[str, ...], types: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """(number of the first row, record batch) with the wanted columns, in the wanted order.

    Rows are numbered as an editor numbers lines: a header is row 1. `types` says how CSV columns are read.
    """
    if start.kind == "parquet":
        row = 1
        try:
            for batch in _parquet(path).iter_batches(BATCH_ROWS, columns=list(wanted)):
                yield row, batch.select(list(wanted))
                row += batch.num_rows
        except (OSError, pa.ArrowException) as e:
            raise SignalsError(f"the Parquet file is damaged after row {row - 1} ({_brief(e)})") from e
        return
    row = 2 if start.names else 1
    names = start.names or tuple(f"f{i}" for i in range(len(start.first)))
    try:
        with _bytes(path) as stream, pa.PythonFile(stream, mode="r") as file:
            reader = pa.csv.open_csv(
                file,
                read_options=pa.csv.ReadOptions(
                    block_size=BLOCK_BYTES, column_names=list(names), skip_rows=1 if start.names else 0
                ),
                convert_options=pa.csv.ConvertOptions(
                    column_types=types, include_columns=list(wanted), strings_can_be_null=True, null_values=[""]
                ),
            )
            for batch in reader:
                yield row, batch
                row += batch.num_rows
    except (pa.ArrowException, OSError, EOFError, zlib.error) as e:
        if isinstance(e, pa.ArrowInvalid) and str(e) == "Empty CSV file":
            return
        raise SignalsError(f"cannot be read after row {row - 1} ({_brief(e)})") from e


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """(line number, line) of a text file, blank lines left out."""
    number = 0
    try:
        with _bytes(path) as stream:
            while line := stream.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise SignalsError(f"line {number}: is longer than 8 MB; wanted one message per line")
                if line.strip():
                    yield number, line
    except (OSError, EOFError, zlib.error) as e:
        raise SignalsError(f"breaks off after line {number} ({_brief(e)})") from e


def _bytes(path: Path) -> BinaryIO:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb") if zipped else path.open("rb"))


def _parquet(path: Path) -> Any:
    try:
        return pa.parquet.ParquetFile(path)
    except (pa.ArrowException, OSError) as e:
        raise SignalsError(f"the Parquet file is damaged or cut short ({_brief(e)})") from e


def _brief(e: BaseException) -> str:
    return " ".join(str(e).split())[:120].rstrip(". ")
