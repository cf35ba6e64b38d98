"""Small tracks files for the tests of reading and writing."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerby.tracks.classes import CLASSES
from passerby.tracks.read import open_tracks
from passerby.tracks.record import Tracks

T0 = 1_780_000_000.0
HEADER = "track,class,t,x,y"
GOOD = [f"car1,car,{T0 + k / 10:.2f},{k * 1.2:.3f},2.5" for k in range(30)]

Row = tuple[str, str, float, float, float, float, float]


def data(*parts: str) -> Path:
    """A file of the shared test data; the test is skipped where it is absent."""
    root = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
    for base in (root, root.parent):
        if base.joinpath(*parts).exists():
            return base.joinpath(*parts)
    pytest.skip(f"{'/'.join(parts)} is not there: set PASSERBY_DATA")


def write_text(path: Path, lines: list[str], header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def csv_line(row: Row) -> str:
    return ",".join([row[0], row[1], *(repr(v) if v == v else "" for v in row[2:])])


def write_rows(path: Path, rows: list[Row]) -> Path:
    """Rows (track, class, t, x, y, length, heading) as CSV, CSV.gz or Parquet."""
    names = ["track", "class", "t", "x", "y", "length", "heading"]
    if path.suffix == ".parquet":
        columns: dict[str, Any] = {n: [r[i] for r in rows] for i, n in enumerate(names)}
        us = pa.array([round(t * 1e6) for t in columns["t"]], pa.int64())
        columns["t"] = us.cast(pa.timestamp("us", tz="UTC"))
        pq.write_table(pa.table(columns), path)
        return path
    text = "\n".join([",".join(names), *map(csv_line, rows)]) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def street(tracks: int = 5, seconds: float = 90.0, step: float = 0.5, seed: int = 0) -> list[Row]:
    """Road users on straight ways at their class's pace, sorted by track."""
    rng = np.random.default_rng(seed)
    rows: list[Row] = []
    for i in range(tracks):
        cls = CLASSES[int(rng.integers(len(CLASSES)))]
        begin, speed = float(rng.uniform(0, seconds / 2)), float(rng.uniform(0.5, 2.0))
        x, y = rng.uniform(-50, 50, 2)
        for t in np.arange(begin, seconds, step):
            at = T0 + round(float(t), 3)
            rows.append((f"u{i}", cls, at, round(float(x + speed * t), 3), round(float(y), 3), 4.25, 90.0))
    return rows


def as_rows(tracks: Tracks) -> list[tuple[Any, ...]]:
    """Every row as a plain tuple, sorted, for comparison."""
    columns = (tracks.t, tracks.x, tracks.y, tracks.length, tracks.heading)
    numbers = np.nan_to_num(np.column_stack(columns), nan=-1.0).tolist()
    named = zip((tracks.ids[i] for i in tracks.track), tracks.cls.tolist(), numbers, strict=True)
    return sorted((i, c, *n) for i, c, n in named)


def messages(*paths: Path, **options: Any) -> list[str]:
    """Read everything and return the warnings."""
    source = open_tracks(paths, **options)
    for _ in source.batches():
        pass
    return source.warnings
