"""Sorting more rows by time than memory holds: sorted runs in one nameless file, merged window by window.

The file is unlinked as soon as it is made (where the system can), so that nothing of it outlives the process, however
that ends, and nobody else can open it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

from passerby.errors import TracksError
from passerby.tracks.record import FloatArray
from passerby.tracks.rows import COLUMNS, Chunk, join

_MARK_EVERY: Final = 4096
_ITEM: Final = {"row": np.int64, "track": np.int32, "cls": np.int8}
_TYPES: Final = {name: np.dtype(_ITEM.get(name, np.float64)) for name in COLUMNS}


@dataclass(frozen=True, eq=False)
class _Run:
    """Rows sorted by t in the file: how many, where each column begins, and t of every 4096th row."""

    rows: int
    begins: dict[str, int]
    marks: FloatArray


class Spool:
    """Rows on disk in runs sorted by t. Use as a context manager; `folder`: where the file lies, else TMPDIR."""

    def __init__(self, folder: Path | None = None) -> None:
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(prefix="passerby-", dir=folder)  # noqa: SIM115
        except OSError as e:
            raise TracksError(f"{folder or tempfile.gettempdir()}: no room to sort the tracks ({e.strerror})") from e
        self._runs: list[_Run] = []
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, rows: Chunk) -> None:
        """Write one run, sorted by t."""
        begins = {}
        try:
            for name in COLUMNS:
                begins[name] = self._end
                data = np.ascontiguousarray(getattr(rows, name), _TYPES[name])
                self._file.write(data.data)
                self._end += data.nbytes
        except OSError as e:
            raise TracksError(
                f"the disk for sorting the tracks is full or failing after {self._end / 1e9:.1f} GB ({e.strerror}); "
                "set TMPDIR to a larger one"
            ) from e
        self._runs.append(_Run(len(rows), begins, rows.t[::_MARK_EVERY].copy()))

    def windows(self, rows: int) -> Iterator[Chunk]:
        """All rows sorted by t, in chunks of about so many; rows of equal t come together, in the runs' order."""
        marks = np.sort(np.concatenate([r.marks for r in self._runs]))
        bounds = np.unique(marks[:: max(1, rows // _MARK_EVERY)])[1:]
        at = [0] * len(self._runs)
        for bound in [*bounds, np.inf]:
            parts = []
            for i, run in enumerate(self._runs):
                end = self._before(run, bound)
                if end > at[i]:
                    parts.append(self._read(run, at[i], end))
                at[i] = end
            if parts:
                yield join(parts).by_time()

    def _before(self, run: _Run, bound: float) -> int:
        """How many of the run's rows have t < bound."""
        block = int(np.searchsorted(run.marks, bound))
        begin = max(block - 1, 0) * _MARK_EVERY
        end = min(block * _MARK_EVERY, run.rows)
        t = self._column(run, "t", begin, end)
        return begin + int(np.searchsorted(t, bound))

    def _read(self, run: _Run, begin: int, end: int) -> Chunk:
        return Chunk(*(self._column(run, name, begin, end) for name in COLUMNS))

    def _column(self, run: _Run, name: str, begin: int, end: int) -> npt.NDArray[Any]:
        kind = _TYPES[name]
        self._file.seek(run.begins[name] + begin * kind.itemsize)
        return np.frombuffer(self._file.read((end - begin) * kind.itemsize), kind)
