"""MOTChallenge text files (frame, id, left, top, width, height, confidence[, class, visibility]) seen by a camera."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import TracksError
from passerby.tracks.class_names import NOT_A_ROAD_USER, ClassTable, unknown_class
from passerby.tracks.ground import Matrix, project
from passerby.tracks.rows import Chunk, IdTable
from passerby.tracks.source_text import damage_told, open_unpacked

_CHUNK_ROWS: Final = 1 << 16
_SEPARATOR: Final = re.compile(r"[,;\s]+")
_GROUND_TRUTH_FIELDS: Final = (8, 9)


def read_mot(
    path: Path,
    ids: IdTable,
    classes: ClassTable,
    matrix: Matrix,
    fps: float,
    start_s: float,
    prefix: str,
    progress: Callable[[int], None],
) -> Iterator[Chunk]:
    """The file's rows in chunks; `row` is the line. A road user stands at the bottom centre of its box.

    8 or 9 fields hold a class (and an ignore flag in place of the confidence); 7 or 10 (results) hold none, and
    everybody is the class map's "*", else a pedestrian, the challenge's own subject.
    """
    width = 0
    number = 0
    with damage_told(path), open_unpacked(path) as (stream, position):
        lines = enumerate(stream, 1)
        while block := list(islice(lines, _CHUNK_ROWS)):
            rows = []
            for number, line in block:
                cells = _SEPARATOR.split(line.decode("utf-8-sig", "replace").strip().rstrip(",;"))
                if cells == [""]:
                    continue
                width = width or len(cells)
                if len(cells) != width:
                    raise TracksError(f"{path}: line {number}: wanted {width} fields as before, got {len(cells)}")
                try:
                    rows.append([number, *map(float, cells)])
                except ValueError:
                    bad = next(c for c in cells if not _is_number(c))
                    raise TracksError(f'{path}: line {number}: wanted numbers, got "{bad[:40]}"') from None
            progress(position())
            if rows:
                yield _chunk(path, np.array(rows), width, ids, classes, matrix, fps, start_s, prefix)


def _chunk(
    path: Path,
    table: Matrix,
    width: int,
    ids: IdTable,
    classes: ClassTable,
    matrix: Matrix,
    fps: float,
    start_s: float,
    prefix: str,
) -> Chunk:
    if width < 6:
        raise TracksError(f"{path}: wanted at least frame, id, left, top, width, height, got {width} fields a line")
    line = table[:, 0].astype(np.int64)
    frame, who, left, top, w, h = table[:, 1:7].T
    if (who < 0).any():
        at = int(np.flatnonzero(who < 0)[0])
        raise TracksError(f"{path}: line {line[at]}: id is {who[at]:g}: these are detections, not tracks; track first")
    cls = np.full(len(line), classes.code("*") or 0, np.int8)
    if width in _GROUND_TRUTH_FIELDS:
        kinds, index = np.unique(table[:, 8], return_inverse=True)
        codes = []
        for kind in kinds:
            code = classes.code(f"{kind:g}")
            if code is None:
                at = int(np.flatnonzero(table[:, 8] == kind)[0])
                raise unknown_class(f"{path}: line {line[at]}", f"{kind:g}")
            codes.append(code)
        cls = np.array(codes, np.int8)[index]
        cls[table[:, 7] == 0] = NOT_A_ROAD_USER  # flagged as not to be considered
    x, y = project(matrix, left + w / 2, top + h)
    names, index = np.unique(who, return_inverse=True)
    nan = np.full(len(line), np.nan)
    track = ids.encode([f"{prefix}{n:g}" if n == int(n) else f"{prefix}{n}" for n in names], index)
    chunk = Chunk(line, track, cls, start_s + (frame - 1) / fps, x, y, nan, nan, nan)
    return chunk.take(cls != NOT_A_ROAD_USER)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
