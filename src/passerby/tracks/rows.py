"""Rows of tracks on their way from a file to the engine: columns, and the table of the tracks' names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from passerby.tracks.record import BoolArray, FloatArray, IntArray, Tracks, empty_tracks

Codes = npt.NDArray[np.int32]


class IdTable:
    """The tracks' names, numbered in the order in which they are met; it only grows."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._code: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self._code

    def code(self, name: str) -> int:
        """The number of one name, new or known."""
        code = self._code.get(name)
        if code is None:
            code = self._code[name] = len(self.names)
            self.names.append(name)
        return code

    def encode(self, names: Iterable[str], index: npt.NDArray[np.integer]) -> Codes:
        """Numbers, shape (n,), of rows given as index (n,) into distinct names."""
        lookup: Codes = np.fromiter((self.code(name) for name in names), np.int32)
        return np.asarray(lookup[index])


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows of one or more files, every array of shape (n,), in any order.

    row: where the row stands, `part * ROWS_PER_PART + number in the file`. track: number in an `IdTable`, int32.
    cls: code into CLASSES, int8. t: s since the Unix epoch. x, y, length, width: m. heading: radians clockwise
    from north. length, width, heading: NaN where not given.
    """

    row: IntArray
    track: Codes
    cls: npt.NDArray[np.int8]
    t: FloatArray
    x: FloatArray
    y: FloatArray
    length: FloatArray
    width: FloatArray
    heading: FloatArray

    def __len__(self) -> int:
        return len(self.t)

    def take(self, rows: IntArray | BoolArray | slice) -> Chunk:
        """The chosen rows (index, mask or slice)."""
        return Chunk(*(getattr(self, name)[rows] for name in COLUMNS))

    def by_time(self) -> Chunk:
        """The rows sorted by t; rows of equal t stay in the order of their files."""
        if len(self) < 2 or bool(np.all(self.t[1:] >= self.t[:-1])):
            return self
        return self.take(np.argsort(self.t, kind="stable"))


COLUMNS = tuple(f.name for f in fields(Chunk))
ROWS_PER_PART = 1 << 40


def join(chunks: Sequence[Chunk]) -> Chunk:
    """One chunk of many, in their order; at least one must be given."""
    if len(chunks) == 1:
        return chunks[0]
    return Chunk(*(np.concatenate([getattr(c, name) for c in chunks]) for name in COLUMNS))


@dataclass(frozen=True, eq=False)
class RowBatch:
    """Checked rows, sorted by t, every array of shape (n,) unless said otherwise.

    names: the tracks' names, shared by all batches of a source and only ever appended to.
    track: index into names, int64. cls: code into CLASSES, int64. t: s since the Unix epoch.
    x, y: centre of the footprint, m. length, width: m, NaN where not given.
    heading: radians clockwise from north, NaN where not given.
    """

    names: Sequence[str]
    track: IntArray
    cls: IntArray
    t: FloatArray
    x: FloatArray
    y: FloatArray
    length: FloatArray
    width: FloatArray
    heading: FloatArray

    def __len__(self) -> int:
        return len(self.t)


def batch_of(rows: Chunk, names: Sequence[str]) -> RowBatch:
    """A chunk, sorted by t, as the engine takes it."""
    return RowBatch(
        names,
        rows.track.astype(np.int64),
        rows.cls.astype(np.int64),
        rows.t,
        rows.x,
        rows.y,
        rows.length,
        rows.width,
        rows.heading,
    )


def batches_to_tracks(batches: Iterable[RowBatch]) -> Tracks:
    """All rows of the batches of one source as `Tracks`, the ids in the order of their names."""
    parts = list(batches)
    if not parts:
        return empty_tracks()

    def column(name: str) -> npt.NDArray[np.float64]:
        return np.concatenate([getattr(b, name) for b in parts])

    names = parts[-1].names
    used, index = np.unique(np.concatenate([b.track for b in parts]), return_inverse=True)
    ids = [names[code] for code in used]
    by_name = sorted(range(len(ids)), key=ids.__getitem__)
    rank = np.empty(len(ids), np.int64)
    rank[by_name] = np.arange(len(ids))
    track = rank[index]
    order = np.lexsort((column("t"), track))
    return Tracks(
        tuple(ids[i] for i in by_name),
        track[order],
        np.concatenate([b.cls for b in parts])[order],
        *(column(name)[order] for name in ("t", "x", "y", "length", "width", "heading")),
    )


def batch_to_tracks(batch: RowBatch) -> Tracks:
    """The rows of one batch as `Tracks`."""
    return batches_to_tracks([batch])


def tracks_to_batches(parts: Sequence[Tracks], span_s: float = 60.0) -> Iterable[RowBatch]:
    """The rows of several sources together, in order of time, a span at a time; ids must differ between sources."""
    names = [name for part in parts for name in part.ids]
    before = np.cumsum([0, *(len(part.ids) for part in parts)])

    def column(name: str) -> npt.NDArray[np.float64]:
        return np.concatenate([getattr(part, name) for part in parts])

    t = column("t")
    order = np.argsort(t, kind="stable")
    track = np.concatenate([part.track + n for part, n in zip(parts, before[:-1], strict=True)])[order]
    cls = np.concatenate([part.cls for part in parts])[order]
    t = t[order]
    others = [column(name)[order] for name in ("x", "y", "length", "width", "heading")]
    begin = 0
    while begin < len(t):
        end = int(np.searchsorted(t, t[begin] + span_s))
        s = slice(begin, end)
        yield RowBatch(names, track[s], cls[s], t[s], *(values[s] for values in others))
        begin = end
