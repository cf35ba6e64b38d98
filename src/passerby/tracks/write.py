"""Tracks into the files of format version 1: CSV, CSV.gz or Parquet."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from passerby.errors import StoreError
from passerby.tracks.classes import CLASSES
from passerby.tracks.record import FloatArray, Tracks

_SLICE_ROWS: Final = 1 << 18


def write_tracks(tracks: Tracks, path: Path) -> None:
    """Write tracks as the path's suffix says: .csv, .csv.gz or .parquet; StoreError where it cannot be written.

    CSV holds t as seconds since the epoch and every number with the digits it needs to be read back the same;
    Parquet holds t to the microsecond. Optional columns that are wholly unknown are left out. The file appears whole
    or not at all.
    """
    name = path.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".parquet", ".pq")):
        raise StoreError(f"{path}: tracks are written as .csv, .csv.gz or .parquet; give it one of these endings")
    optional = [c for c in ("length", "width", "heading") if not np.isnan(getattr(tracks, c)).all()]
    with whole_file(path) as temporary:
        if name.endswith((".parquet", ".pq")):
            writer = pq.ParquetWriter(temporary, _table(tracks, slice(0, 0), optional, True).schema, compression="zstd")
            with writer:
                for part in _slices(tracks):
                    writer.write_table(_table(tracks, part, optional, True))
            return
        with pa.output_stream(temporary, compression="gzip" if name.endswith(".gz") else None) as out:
            header = True
            for part in _slices(tracks):
                options = pacsv.WriteOptions(include_header=header, quoting_style="needed", quoting_header="none")
                pacsv.write_csv(_table(tracks, part, optional, False), out, options)
                header = False


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, moved onto it when all went well; StoreError where that cannot be done."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as e:
        raise StoreError(f"{path}: cannot be written ({e.strerror or str(e).splitlines()[0]})") from e
    finally:
        temporary.unlink(missing_ok=True)


def _slices(tracks: Tracks) -> Iterator[slice]:
    return (slice(a, a + _SLICE_ROWS) for a in range(0, max(len(tracks), 1), _SLICE_ROWS))


def _table(tracks: Tracks, part: slice, optional: list[str], parquet: bool) -> pa.Table:
    t: Any = pa.array(tracks.t[part])
    if parquet:
        t = pa.array(np.rint(tracks.t[part] * 1e6).astype(np.int64)).cast(pa.timestamp("us", tz="UTC"))
    columns = {
        "track": _names(tracks.track[part], tracks.ids, parquet),
        "class": _names(tracks.cls[part], CLASSES, parquet),
        "t": t,
        "x": pa.array(tracks.x[part]),
        "y": pa.array(tracks.y[part]),
    }
    for name in optional:
        values: FloatArray = getattr(tracks, name)[part]
        if name == "heading":
            values = np.degrees(values) % 360
        columns[name] = pa.array(values, from_pandas=True)
    return pa.table(columns)


def _names(codes: Any, names: tuple[str, ...], dictionary: bool) -> Any:
    text = pa.array(names, pa.string())
    if dictionary:
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), text).cast(pa.string())
    return text.take(pa.array(codes))
