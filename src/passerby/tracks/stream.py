"""Tracks as they come: complete CSV lines of a growing file or pipe, cut from the bytes read so far.

A live source must not stop at one bad line. Bad lines are left out, counted by reason, and the first of each is told.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from passerby.errors import TracksError
from passerby.tracks.classes import CLASSES, CODE
from passerby.tracks.identifiers import refuse_identifiers
from passerby.tracks.record import FloatArray, Tracks, empty_tracks

REQUIRED: Final = ("track", "class", "t", "x", "y")
_REACH_M: Final = 5000.0
_LONGEST_LINE: Final = 1 << 20
_PACKED: Final = {
    b"\x1f\x8b": "gzip: unpack it on the way (zcat FILE | passerby live ...)",
    b"PAR1": "Parquet: recordings are for passerby analyse",
    b"BZh": "bzip2: unpack it on the way (bzcat FILE | passerby live ...)",
}


class RowStream:
    """feed(bytes) gives the rows of every line that is complete; the first line is the header.

    who: the stream's name in what is said. bad: how many lines were left out, by reason. on_warning takes one sentence
    per reason, which names the first such line.
    """

    def __init__(self, who: str, on_warning: Callable[[str], None] | None = None) -> None:
        self.bad: Counter[str] = Counter()
        self._who, self._warn = who, on_warning or (lambda _: None)
        self._rest = b""
        self._names: list[str] | None = None
        self._line = 0

    def feed(self, data: bytes, final: bool = False) -> Tracks:
        """Rows of the lines completed by some more bytes, sorted by (track, t). Raises TracksError for the header."""
        data = self._rest + data
        end = len(data) if final else data.rfind(b"\n") + 1
        block, self._rest = data[:end], data[end:]
        if self._names is None and data:
            self._refuse(data)
        if len(self._rest) > _LONGEST_LINE:
            line = self._line + block.count(b"\n") + 1
            raise TracksError(f"{self._who}: line {line} is longer than a megabyte; is this CSV?")
        if self._names is None and block:
            head, _, block = block.partition(b"\n")
            self._names = self._header(head)
            self._line = 1
        first = self._line + 1
        self._line += block.count(b"\n")
        if self._names is None or not (block := self._readable(block, first)).strip():
            return empty_tracks()
        return self._rows(block, first, self._names)

    def _refuse(self, data: bytes) -> None:
        """TracksError for what is clearly no text."""
        packed = next((kind for magic, kind in _PACKED.items() if data.startswith(magic)), None)
        if packed is not None:
            raise TracksError(f"{self._who}: wanted lines of CSV, got {packed}")
        if b"\0" in data[:4096]:
            raise TracksError(f"{self._who}: wanted lines of CSV in UTF-8, got binary data or UTF-16")

    def _header(self, head: bytes) -> list[str]:
        names = [c.strip().strip('"') for c in head.decode("utf-8-sig", "replace").strip().split(",")]
        missing = [c for c in REQUIRED if c not in names]
        if missing:
            got = "".join(c if c.isprintable() else "?" for c in ", ".join(names)[:120])
            raise TracksError(
                f"{self._who}: the first line must name the columns {', '.join(REQUIRED)}; "
                f"{', '.join(missing)} missing, got {got}"
            )
        twice = [c for c in names if names.count(c) > 1]
        if twice:
            raise TracksError(f'{self._who}: column "{twice[0]}" stands there twice; keep one')
        refuse_identifiers(self._who, names)
        return names

    def _readable(self, block: bytes, first: int) -> bytes:
        """The block, its lines numbered from `first`, with blank lines for those that are no text of whole values."""
        try:
            block.decode()
            if b'"' not in block:
                return block
        except UnicodeDecodeError:
            pass
        lines = block.split(b"\n")
        for i, line in enumerate(lines):
            try:
                next(csv.reader([line.decode().strip("\r")], strict=True), None)
                continue
            except UnicodeDecodeError:
                reason = "text"
            except csv.Error:
                reason = "quotes"
            self._drop(reason, 1, first + i, line.decode(errors="replace"))
            lines[i] = b""
        return b"\n".join(lines)

    def _rows(self, block: bytes, first: int, names: list[str]) -> Tracks:
        odd: list[tuple[int, int]] = []

        def skip(row: pacsv.InvalidRow) -> str:
            odd.append((row.number - 1, row.actual_columns))
            return "skip"

        table = pacsv.read_csv(
            io.BytesIO(block),
            pacsv.ReadOptions(column_names=names, use_threads=False),
            pacsv.ParseOptions(invalid_row_handler=skip),
            pacsv.ConvertOptions(
                column_types={c: pa.string() for c in names}, strings_can_be_null=False, include_columns=None
            ),
        )
        if odd:
            at = _line_numbers(block, first)[odd[0][0]]
            self._drop("columns", len(odd), at, f"{odd[0][1]} in place of {len(names)}")
        n = len(table)
        numbers = {c: _numbers(table[c]) if c in names else np.full(n, np.nan) for c in ("t", "x", "y")}
        bad = ~np.isfinite(numbers["t"])
        if bad.any():
            numbers["t"][bad] = _instants(table["t"], bad)
        sizes = {c: _numbers(table[c]) if c in names else np.full(n, np.nan) for c in ("length", "width", "heading")}
        ids = (
            table["track"].combine_chunks().dictionary_encode() if n else pa.array([], pa.string()).dictionary_encode()
        )
        cls = np.array([CODE.get(c, -1) for c in table["class"].to_pylist()], np.int64)
        x, y = numbers["x"], numbers["y"]
        reasons = {
            **{c: ~np.isfinite(numbers[c]) for c in numbers},
            "class": cls < 0,
            "far": np.maximum(np.abs(x), np.abs(y)) > _REACH_M,
        }
        keep = np.ones(n, bool)
        for reason, hit in reasons.items():
            hit = hit & keep
            if hit.any():
                i = int(np.argmax(hit))
                at = np.delete(_line_numbers(block, first), [number for number, _ in odd])[i]
                got = f"{x[i]:g}, {y[i]:g}" if reason == "far" else f'"{table[reason][i].as_py()}"'
                self._drop(reason, int(hit.sum()), at, got)
            keep &= ~hit
        track = ids.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        rows = Tracks(
            tuple(ids.dictionary.to_pylist()),
            track,
            cls,
            numbers["t"],
            numbers["x"],
            numbers["y"],
            sizes["length"],
            sizes["width"],
            np.radians(sizes["heading"]),
        )
        order = np.lexsort((rows.t, rows.track))
        return rows.take(order[keep[order]])

    def _drop(self, reason: str, n: int, line: int, got: str) -> None:
        if not self.bad[reason]:
            shown = "".join(c if c.isprintable() else "?" for c in got[:80])
            self._warn(
                f"{self._who}: line {line}: wanted {_WANTED[reason]}, got {shown}; "
                "it is left out, and so is every other such line"
            )
        self.bad[reason] += n


_WANTED: Final = {
    "text": "text in UTF-8",
    "quotes": "quoted values that end on their line",
    "columns": "as many columns as the first line names",
    "t": "epoch seconds or an RFC 3339 time with its offset as t",
    "x": "metres as x",
    "y": "metres as y",
    "class": f"one of {', '.join(CLASSES)} as class",
    "far": "a place (x, y) within 5 km of the site's origin",
}


def _line_numbers(block: bytes, first: int) -> list[int]:
    """The line of each row of a block whose lines are numbered from `first`; Arrow passes over blank lines."""
    found = []
    for line in block.splitlines(keepends=True):
        if line.strip(b"\r\n"):
            found.append(first)
        # a lone carriage return ends a row and no line
        first += line.endswith(b"\n")
    return found


def _numbers(column: pa.ChunkedArray) -> FloatArray:
    """Numbers of a text column, NaN where there is none."""
    text = pc.utf8_trim_whitespace(column)
    looks = pc.match_substring_regex(text, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    values = pc.cast(pc.if_else(looks, text, None), pa.float64())
    return np.array(values.to_numpy(zero_copy_only=False), np.float64)


def _instants(column: pa.ChunkedArray, rows: np.ndarray) -> FloatArray:
    """Epoch seconds of RFC 3339 texts with an offset, NaN for anything else."""
    found = []
    for text in column.filter(pa.array(rows)).to_pylist():
        try:
            found.append(_parse(text))
        except ValueError:
            found.append(np.nan)
    return np.array(found)


def _parse(text: str) -> float:
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(text)
    return when.timestamp()
