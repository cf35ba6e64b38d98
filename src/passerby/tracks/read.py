"""Recorded tracks, whatever their format and size, as batches of checked rows in order of time, in bounded memory.

All rows are read and checked before the first batch is given: a file that is wrong in its last line ends in an error
before anything has been concluded from it. What does not fit into memory is sorted on disk (`spool`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import TracksError
from passerby.site.model import Site
from passerby.tracks.class_names import COCO_THINGS, MOT, MOT_THINGS, OTC, SUMO, ClassTable
from passerby.tracks.clock import start_seconds
from passerby.tracks.continuity import Continuity
from passerby.tracks.csv_rows import Layout, csv_layout, read_csv, where_in_csv
from passerby.tracks.fcd import read_fcd
from passerby.tracks.ground import Matrix, camera_matrix
from passerby.tracks.mot import read_mot
from passerby.tracks.ottrk import read_ottrk
from passerby.tracks.parquet_rows import check_parquet, read_parquet
from passerby.tracks.plausible import Sieve
from passerby.tracks.recognise import Format, recognise
from passerby.tracks.record import Tracks
from passerby.tracks.rows import ROWS_PER_PART, Chunk, IdTable, RowBatch, batch_of, batches_to_tracks, join
from passerby.tracks.spool import Spool

ROWS_IN_MEMORY: Final = 4_000_000
_RUN_ROWS: Final = 2_000_000
_BATCH_ROWS: Final = 500_000
_ROW_NAME: Final = {"parquet": "row", "fcd": "line", "mot": "line", "ottrk": "detection"}

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Part:
    path: Path
    format: Format
    layout: Layout | None
    matrix: Matrix | None
    classes: ClassTable


class TrackSource:
    """A recording in one or more files. `batches` reads it; afterwards the other attributes tell what was found.

    formats: of each part. names: the tracks' names, shared with the batches. rows: how many were read.
    dropped: rows left out, by reason. warnings: one sentence each. splits: how often a track was split.
    """

    def __init__(
        self,
        parts: Sequence[_Part],
        origin: tuple[float, float] | None,
        start_s: float | None,
        fps: float | None,
        on_warning: Callable[[str], None] | None,
        progress: Progress | None,
        spool_folder: Path | None,
        rows_in_memory: int,
    ) -> None:
        self._parts = parts
        self._origin, self._start_s, self._fps = origin, start_s, fps
        self._on_warning, self._progress = on_warning, progress
        self._spool_folder, self._rows_in_memory = spool_folder, rows_in_memory
        self.paths = tuple(p.path for p in parts)
        self.formats = tuple(p.format for p in parts)
        self.bytes_total = sum(p.path.stat().st_size for p in parts)
        self._forget()

    def batches(self, seconds: float = 60.0, max_rows: int = _BATCH_ROWS) -> Iterator[RowBatch]:
        """Yield the rows sorted by t, at most `seconds` (aligned to the epoch) and `max_rows` of them at a time.

        Rows of equal t are in no particular order. TracksError where the files do not fit, before the first batch
        (but where a track jumps over and over); warnings come with the last. May be called again.
        """
        self._forget()
        sieve = Sieve(self.where, self._origin)
        with ExitStack() as stack:
            windows = self._in_order(sieve, stack)
            continuity = Continuity(self._ids, self.where)
            for rows in _cut((continuity.admit(w) for w in windows), seconds, max_rows):
                yield batch_of(rows, self._ids.names)
            self.dropped += continuity.dropped
            self.splits = continuity.splits
            for sentence in continuity.warnings():
                self._warn(sentence)

    def where(self, row: int) -> str:
        """File and line, row or detection of a row, from its `Chunk.row`."""
        part, number = self._parts[row // ROWS_PER_PART], row % ROWS_PER_PART
        if part.layout is not None:
            return f"{part.path}: {where_in_csv(part.path, part.layout, number)}"
        return f"{part.path}: {_ROW_NAME[part.format]} {number + (part.format == 'parquet')}"

    def _forget(self) -> None:
        self._ids = IdTable()
        self.names = self._ids.names
        self.rows = 0
        self.splits = 0
        self.dropped: Counter[str] = Counter()
        self.warnings: list[str] = []

    def _in_order(self, sieve: Sieve, stack: ExitStack) -> Iterator[Chunk]:
        held: list[Chunk] = []
        n = 0
        spool: Spool | None = None
        for chunk in self._chunks():
            kept = sieve.admit(chunk)
            if not len(kept):
                continue
            held.append(kept)
            n += len(kept)
            if n >= (self._rows_in_memory if spool is None else min(_RUN_ROWS, self._rows_in_memory)):
                if spool is None:
                    spool = stack.enter_context(Spool(self._spool_folder))
                _flush(held, spool)
                n = 0
        self.rows = sieve.rows
        if not sieve.rows:
            raise TracksError(f"{', '.join(map(str, self.paths))}: no rows")
        for sentence in sieve.verdict():
            self._warn(sentence)
        self.dropped += sieve.dropped
        if spool is None:
            rows = join(held).by_time()
            held.clear()
            return (rows.take(slice(a, a + _BATCH_ROWS)) for a in range(0, len(rows), _BATCH_ROWS))
        if held:
            _flush(held, spool)
        return spool.windows(_BATCH_ROWS)

    def _chunks(self) -> Iterator[Chunk]:
        before = 0
        for number, part in enumerate(self._parts):
            size = part.path.stat().st_size

            def progress(done: int, before: int = before, size: int = size) -> None:
                if self._progress is not None:
                    self._progress(before + min(done, size), self.bytes_total)

            # Trackers number from 1 in every file, so the parts of such a recording share ids by accident.
            prefix = f"{number + 1}/" if len(self._parts) > 1 else ""
            for chunk in self._read(part, prefix, progress):
                chunk.row[:] += number * ROWS_PER_PART
                yield chunk
            before += size
            progress(0, before, 0)

    def _read(self, part: _Part, prefix: str, progress: Callable[[int], None]) -> Iterator[Chunk]:
        path, ids, classes = part.path, self._ids, part.classes
        if part.layout is not None:
            return read_csv(path, part.layout, ids, classes, progress)
        if part.format == "parquet":
            return read_parquet(path, ids, classes, progress)
        if part.format == "fcd":
            return read_fcd(path, ids, classes, self._start_s or 0.0, progress)
        assert part.matrix is not None
        if part.format == "ottrk":
            return read_ottrk(path, ids, classes, part.matrix, self._start_s, prefix, self._warn, progress)
        assert self._fps is not None
        assert self._start_s is not None
        return read_mot(path, ids, classes, part.matrix, self._fps, self._start_s, prefix, progress)

    def _warn(self, sentence: str) -> None:
        self.warnings.append(sentence)
        if self._on_warning is not None:
            self._on_warning(sentence)


def open_tracks(
    paths: Sequence[Path] | Path,
    site: Site | None = None,
    *,
    matrix: Sequence[Sequence[float]] | None = None,
    camera: str | None = None,
    class_map: Mapping[str, str] | None = None,
    start: str | float | datetime | None = None,
    fps: float | None = None,
    on_warning: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    spool_folder: Path | None = None,
    rows_in_memory: int = ROWS_IN_MEMORY,
) -> TrackSource:
    """Recognise the files, the parts of one recording, and check what can be checked without reading them whole.

    matrix: 3x3 image -> ground for files in pixels, else `camera`, or the only calibrated one, of the site.
    class_map: class as found -> class of the format, "*" for all others. start: when the recording began (RFC 3339
    with offset, or s since the epoch), for SUMO, MOTChallenge and OpenTrafficCam. fps: frames a second (MOTChallenge).
    on_warning takes a sentence, progress (bytes read, bytes in all). spool_folder: where what does not fit into
    rows_in_memory is sorted, else TMPDIR. TracksError, or PrivacyError where a column identifies people.
    """
    files = [paths] if isinstance(paths, Path) else [Path(p) for p in paths]
    if not files:
        raise TracksError("tracks: no file was named")
    if fps is not None and not (np.isfinite(fps) and 0 < fps <= 1000):
        raise TracksError(f"fps: wanted frames per second above 0, got {fps:g}")
    start_s = None if start is None else start_seconds(start)
    parts = [_part(f, site, matrix, camera, class_map, start_s, fps) for f in files]
    origin = site.origin if site is not None else None
    return TrackSource(parts, origin, start_s, fps, on_warning, progress, spool_folder, rows_in_memory)


def read_all(
    paths: Sequence[Path] | Path,
    site: Site | None = None,
    *,
    matrix: Sequence[Sequence[float]] | None = None,
    camera: str | None = None,
    class_map: Mapping[str, str] | None = None,
    start: str | float | datetime | None = None,
    fps: float | None = None,
    on_warning: Callable[[str], None] | None = None,
) -> Tracks:
    """All rows of a recording that fits into memory, as `open_tracks` reads them."""
    source = open_tracks(
        paths, site, matrix=matrix, camera=camera, class_map=class_map, start=start, fps=fps, on_warning=on_warning
    )
    return batches_to_tracks(source.batches(seconds=1e9))


def _part(
    path: Path,
    site: Site | None,
    matrix: Sequence[Sequence[float]] | None,
    camera: str | None,
    class_map: Mapping[str, str] | None,
    start_s: float | None,
    fps: float | None,
) -> _Part:
    kind = recognise(path)
    if kind == "csv":
        return _Part(path, kind, csv_layout(path), None, ClassTable(class_map))
    if kind == "parquet":
        check_parquet(path)
        return _Part(path, kind, None, None, ClassTable(class_map))
    if kind == "fcd":
        return _Part(path, kind, None, None, ClassTable(class_map, SUMO, words=True))
    if kind == "mot" and (fps is None or start_s is None):
        raise TracksError(
            f"{path}: is a MOTChallenge file, which holds frame numbers only; say how many frames a second (fps) and "
            "when it began (start)"
        )
    ground = camera_matrix(site, matrix, camera, str(path))
    if kind == "ottrk":
        return _Part(path, kind, None, ground, ClassTable(class_map, OTC, COCO_THINGS))
    return _Part(path, kind, None, ground, ClassTable(class_map, MOT, MOT_THINGS))


def _flush(held: list[Chunk], spool: Spool) -> None:
    rows = join(held)
    held.clear()
    spool.add(rows.by_time())


def _cut(windows: Iterator[Chunk], seconds: float, max_rows: int) -> Iterator[Chunk]:
    """The same rows cut at multiples of `seconds`, and again where more than max_rows lie between two."""
    held: list[Chunk] = []
    for rows in windows:
        if not len(rows):
            continue
        held.append(rows)
        last = np.floor(rows.t[-1] / seconds)
        if np.floor(held[0].t[0] / seconds) == last and sum(map(len, held)) < max_rows:
            continue
        whole = join(held)
        keys = np.floor(whole.t / seconds)
        rest = int(np.searchsorted(keys, last))
        a = 0
        for b in [*(np.flatnonzero(np.diff(keys[:rest])) + 1).tolist(), rest]:
            for i in range(a, b, max_rows):
                yield whole.take(slice(i, min(i + max_rows, b)))
            a = b
        while len(whole) - rest >= max_rows:
            yield whole.take(slice(rest, rest + max_rows))
            rest += max_rows
        held = [whole.take(slice(rest, None))] if rest < len(whole) else []
    if held:
        whole = join(held)
        for i in range(0, len(whole), max_rows):
            yield whole.take(slice(i, i + max_rows))
