"""Tracks in CSV, plain or gzipped, a block at a time."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from passerby.errors import TracksError
from passerby.tracks.class_names import ClassTable, unknown_class
from passerby.tracks.clock import HAS_OFFSET, RFC_3339, timestamps_to_seconds
from passerby.tracks.identifiers import refuse_identifiers
from passerby.tracks.record import FloatArray
from passerby.tracks.rows import Chunk, Codes, IdTable
from passerby.tracks.source_text import GZIP, damage_told, head, line_of_row, lines_of, open_unpacked

REQUIRED: Final = ("track", "class", "t", "x", "y")
OPTIONAL: Final = ("length", "width", "heading")
_NUMBERS: Final = ("x", "y", *OPTIONAL)
_OTHER_NAMES: Final = {
    "track": ("id", "track_id", "trackid", "track-id", "object_id", "objectid", "vehicle_id", "uid", "name"),
    "class": ("cls", "type", "category", "label", "agent_type", "object_type", "vehicle_type", "classification"),
    "t": ("time", "timestamp", "ts", "datetime", "utc", "epoch", "seconds", "time_s", "occurrence"),
    "x": ("x_m", "pos_x", "x_utm", "easting", "east", "xcenter", "x_center", "lon", "longitude"),
    "y": ("y_m", "pos_y", "y_utm", "northing", "north", "ycenter", "y_center", "lat", "latitude"),
}
_BLOCK_BYTES: Final = 2 << 20
_DICTIONARY: Final = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True)
class Layout:
    """How a CSV is written: its columns, their separator, the lines up to and with the header, how it says the time."""

    columns: tuple[str, ...]
    separator: str
    skip: int
    t_is_text: bool
    decimal_comma: bool


def check_columns(file: str, columns: tuple[str, ...]) -> None:
    """TracksError where a required column is missing (with the likely one) or double; PrivacyError on identifiers."""
    refuse_identifiers(file, columns)
    for wanted in REQUIRED:
        if wanted in columns:
            continue
        lower = {c.lower(): c for c in columns if c not in (*REQUIRED, *OPTIONAL)}
        guesses = [lower[n] for n in (wanted, *_OTHER_NAMES[wanted]) if n in lower]
        close = difflib.get_close_matches(wanted, list(lower), 1, 0.7) if len(wanted) > 1 else []
        guesses += [lower[n] for n in close]
        hint = f'; is it "{guesses[0]}"? Then rename that' if guesses else ""
        found = ", ".join(columns[:12]) + (", ..." if len(columns) > 12 else "")
        raise TracksError(f'{file}: no column "{wanted}"{hint} (wanted {", ".join(REQUIRED)}; found {found})')
    for name in (*REQUIRED, *OPTIONAL):
        if columns.count(name) > 1:
            raise TracksError(f'{file}: column "{name}" stands there twice; keep one')


def csv_layout(path: Path) -> Layout:
    """Read the header and the first rows; TracksError where they are not those of a tracks CSV."""
    start = head(path)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in start[:4096]:
        raise TracksError(f"{path}: is not UTF-8 text (UTF-16 or binary?); save it as CSV in UTF-8")
    lines = start.split(b"\n")
    if len(start) >= 1 << 16:
        lines = lines[:-1]  # the last one may be cut off
    skip = 0
    while skip < len(lines) and not lines[skip].removeprefix(b"\xef\xbb\xbf").strip():
        skip += 1
    if skip == len(lines):
        raise TracksError(f"{path}: no rows: the file is empty")
    texts = []
    for number, line in enumerate(lines[skip:], skip + 1):
        try:
            texts.append(line.decode("utf-8-sig").rstrip("\r"))
        except UnicodeDecodeError:
            raise TracksError(f"{path}: line {number}: is not UTF-8 text; save the file as CSV in UTF-8") from None
    separator = max(",;\t|", key=lambda s: (len(next(csv.reader([texts[0]], delimiter=s))), s == ","))
    columns = tuple(c.strip() for c in next(csv.reader([texts[0]], delimiter=separator)))
    check_columns(str(path), columns)
    rows = list(csv.reader((t for t in texts[1:400] if t.strip()), delimiter=separator))
    if not rows:
        raise TracksError(f"{path}: no rows: there is only a header")

    def cells(name: str) -> Iterator[str]:
        i = columns.index(name)
        return (r[i].strip() for r in rows if len(r) > i and r[i].strip())

    t_is_text = next((not _number(c) for c in cells("t") if _number(c) or RFC_3339.match(c)), False)
    comma = separator == ";" and any(_number(c.replace(",", ".")) and "," in c for n in "txy" for c in cells(n))
    return Layout(columns, separator, skip + 1, t_is_text, comma)


def read_csv(
    path: Path, layout: Layout, ids: IdTable, classes: ClassTable, progress: Callable[[int], None]
) -> Iterator[Chunk]:
    """The file's rows in chunks; `row` counts from 0 below the header. TracksError names line, column and value."""
    wanted = [c for c in (*REQUIRED, *OPTIONAL) if c in layout.columns]
    types: dict[str, Any] = dict.fromkeys(_NUMBERS, pa.float64())
    types |= {"track": _DICTIONARY, "class": _DICTIONARY}
    types["t"] = pa.timestamp("ns", "UTC") if layout.t_is_text else pa.float64()
    done = 0

    def where(row: int) -> str:
        return f"{path}: {where_in_csv(path, layout, row)}"

    with damage_told(path):
        raw = pa.OSFile(str(path))
        packed = raw.read(2) == GZIP
        raw.seek(0)
        with raw:
            try:
                reader = pacsv.open_csv(
                    pa.CompressedInputStream(raw, "gzip") if packed else raw,
                    read_options=pacsv.ReadOptions(
                        block_size=_BLOCK_BYTES, skip_rows=layout.skip, column_names=list(layout.columns)
                    ),
                    parse_options=pacsv.ParseOptions(delimiter=layout.separator),
                    convert_options=pacsv.ConvertOptions(
                        column_types={c: types[c] for c in wanted},
                        include_columns=wanted,
                        decimal_point="," if layout.decimal_comma else ".",
                    ),
                )
                for batch in reader:
                    if not len(batch):
                        continue
                    progress(raw.tell())
                    chunk = chunk_of(batch, done, ids, classes, where)
                    done += len(batch)
                    yield chunk
            except pa.ArrowInvalid as e:
                raise _explain(path, layout, done, str(e)) from e
            except OSError as e:
                if "runcated" in str(e):
                    raise EOFError from e
                raise


def where_in_csv(path: Path, layout: Layout, row: int) -> str:
    """How a person finds a data row (from 0) of a CSV."""
    return f"line {line_of_row(path, row, layout.skip)}"


def chunk_of(
    batch: pa.RecordBatch, first_row: int, ids: IdTable, classes: ClassTable, where: Callable[[int], str]
) -> Chunk:
    """A record batch with the columns of format version 1 as a chunk."""
    n = len(batch)
    have = set(batch.schema.names)
    row = np.arange(first_row, first_row + n, dtype=np.int64)

    def named(name: str) -> tuple[list[str | None], npt.NDArray[np.integer[Any]]]:
        column = batch.column(name)
        if column.null_count:
            at = int(np.flatnonzero(np.asarray(column.is_null()))[0])
            raise TracksError(f'{where(first_row + at)}: column "{name}" is empty')
        return column.dictionary.to_pylist(), np.asarray(column.indices)

    names, index = named("track")
    texts = ["" if v is None else str(v) for v in names]
    for bad, text in enumerate(texts):
        if not text.strip():
            at = int(np.flatnonzero(index == bad)[0])
            raise TracksError(f'{where(first_row + at)}: column "track" is empty; every row needs its track\'s id')
    track: Codes = ids.encode(texts, index)

    found, index = named("class")
    codes = [classes.code(str(c)) for c in found]
    for bad, code in enumerate(codes):
        if code is None and (index == bad).any():
            at = int(np.flatnonzero(index == bad)[0])
            raise unknown_class(where(first_row + at), str(found[bad]))
    cls = np.array([0 if c is None else c for c in codes], np.int8)[index]

    def numbers(name: str) -> FloatArray:
        return np.asarray(batch.column(name).to_numpy(zero_copy_only=False), np.float64)

    t = batch.column("t")
    seconds = timestamps_to_seconds(t) if pa.types.is_timestamp(t.type) else numbers("t")
    size = {c: numbers(c) if c in have else np.full(n, np.nan) for c in OPTIONAL}
    return Chunk(
        row, track, cls, seconds, numbers("x"), numbers("y"), size["length"], size["width"], np.radians(size["heading"])
    )


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _explain(path: Path, layout: Layout, done: int, arrow: str) -> TracksError:
    """Find the first row that does not fit, past the `done` good ones, and say what is wrong with it."""
    width = len(layout.columns)
    seen = -1
    with damage_told(path), open_unpacked(path) as (stream, _):
        for number, line in enumerate(lines_of(path, stream), 1):
            if number <= layout.skip or not line.strip():
                continue
            seen += 1
            if seen < done:
                continue
            try:
                cells = next(csv.reader([line.decode().strip("\r\n")], delimiter=layout.separator, strict=True))
            except UnicodeDecodeError:
                return TracksError(f"{path}: line {number}: is not UTF-8 text; save the file as CSV in UTF-8")
            except csv.Error:
                return TracksError(f"{path}: line {number}: a quoted value is not closed on its line")
            if len(cells) != width:
                last = "" if next(stream, b"") else "; it is the last line: the file seems cut off"
                return TracksError(f"{path}: line {number}: wanted {width} fields, got {len(cells)}{last}")
            for name, cell in zip(layout.columns, cells, strict=True):
                wrong = _wrong(name, cell.strip(), layout)
                if wrong:
                    return TracksError(f'{path}: line {number}: column "{name}": {wrong}, got "{cell.strip()[:60]}"')
    return TracksError(f"{path}: is no CSV that can be read ({arrow.splitlines()[0][:160]})")


def _wrong(name: str, cell: str, layout: Layout) -> str | None:
    """What a cell should have been, or None."""
    if name not in (*REQUIRED, *OPTIONAL) or name in ("track", "class") or cell.lower() in _EMPTY:
        return None
    if name == "t" and layout.t_is_text:
        if not RFC_3339.match(cell):
            return "wanted an RFC 3339 time as in the rows before"
        if not HAS_OFFSET.search(cell):
            return "wanted a time with its offset from UTC, as in 2026-05-04T07:00:00+02:00"
        return "wanted an RFC 3339 time as in 2026-05-04T07:00:00+02:00" if _no_date(cell) else None
    if _number(cell.replace(",", ".") if layout.decimal_comma else cell):
        return None
    return "wanted seconds since 1970 or an RFC 3339 time with offset" if name == "t" else "wanted a number"


def _no_date(cell: str) -> bool:
    stamp = pa.array([cell])
    try:
        stamp.cast(pa.timestamp("ns", "UTC"))
    except pa.ArrowInvalid:
        return True
    return False


_EMPTY: Final = frozenset(v.lower() for v in pacsv.ConvertOptions().null_values)
