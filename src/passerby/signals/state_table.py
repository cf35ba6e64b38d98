"""The state table: `t, signal, state`, one row per change."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from passerby.errors import SignalsError
from passerby.signals.clock import times
from passerby.signals.history import STATE_CODE, STATES, SignalHistory, compact
from passerby.signals.source import Head, batches
from passerby.site.check import hint

COLUMNS: Final = ("t", "signal", "state")
MOST_ROWS: Final = 100_000_000

IntArray = npt.NDArray[np.int64]


def read_state_table(path: Path, start: Head) -> SignalHistory:
    """The history in a state table: CSV, CSV.gz or Parquet, rows in any order, repeated states allowed.

    SignalsError naming the row for a time without offset, an unknown state, or two states at one instant.
    A table that repeats states was sampled: `clock_sigma_s` is then its interval / sqrt(12), since a change may
    have come at any time since the row before.
    """
    coded = pa.dictionary(pa.int32(), pa.string())
    ids: dict[str, int] = {}
    parts: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int8]]] = []
    rows, first = 0, 2 if start.kind == "csv" else 1
    for row, batch in batches(path, start, COLUMNS, {"t": pa.string(), "signal": coded, "state": coded}):
        t, local = times(batch.column(0), row)
        if np.any(local):
            i = int(np.argmax(local))
            got = batch.column(0)[i].as_py()
            raise SignalsError(f'row {row + i}: t has no UTC offset; write for example "{got}Z" or "{got}+02:00"')
        parts.append((t, _numbers(batch.column(1), row, ids), _states(batch.column(2), row)))
        rows += len(t)
        if rows > MOST_ROWS:
            raise SignalsError(f"has more than {MOST_ROWS} rows; split it, by day for example")
    if not rows:
        raise SignalsError("has a header and no rows")
    t = np.concatenate([p[0] for p in parts])
    signal = np.concatenate([p[1] for p in parts])
    state = np.concatenate([p[2] for p in parts])
    parts.clear()

    order = np.lexsort((t, signal))
    t, signal, state = t[order], signal[order], state[order]
    same = (t[1:] == t[:-1]) & (signal[1:] == signal[:-1]) & (state[1:] != state[:-1])
    if np.any(same):
        i = int(np.argmax(same))
        a, b = sorted((int(order[i]), int(order[i + 1])))
        name = list(ids)[int(signal[i])]
        one, two = (STATES[int(s)] for s in state[[i, i + 1]][:: 1 if a == order[i] else -1])
        raise SignalsError(
            f'row {b + first}: signal "{name}" is {two} at the very time at which row {a + first} says {one}'
        )
    bounds = np.searchsorted(signal, np.arange(len(ids) + 1))
    changes = {name: compact(t[bounds[i] : bounds[i + 1]], state[bounds[i] : bounds[i + 1]]) for name, i in ids.items()}
    return SignalHistory(changes, clock_sigma_s=_sampling_sigma_s(t, signal, state))


def _numbers(column: pa.Array, row: int, ids: dict[str, int]) -> npt.NDArray[np.int32]:
    values, codes = _encoded(column, row, "signal")
    lookup = np.array([ids.setdefault(str(v), len(ids)) for v in values] or [0], np.int32)
    return np.asarray(lookup[codes], np.int32)


def _states(column: pa.Array, row: int) -> npt.NDArray[np.int8]:
    values, codes = _encoded(column, row, "state")
    lookup = np.array([STATE_CODE.get(v, -1) for v in values] or [0], np.int8)
    out = lookup[codes]
    if np.any(out < 0):
        i = int(np.argmax(out < 0))
        got = str(values[codes[i]])
        raise SignalsError(
            f'row {row + i}: state must be one of {", ".join(STATES)}, got "{got}"{hint(got.lower(), STATES)}'
        )
    return np.asarray(out, np.int8)


def _encoded(column: pa.Array, row: int, name: str) -> tuple[list[str], IntArray]:
    if column.null_count:
        i = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise SignalsError(f"row {row + i}: {name} is empty")
    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    return column.dictionary.to_pylist(), np.asarray(column.indices.to_numpy(), np.int64)


def _sampling_sigma_s(t: npt.NDArray[np.float64], signal: npt.NDArray[np.int32], state: npt.NDArray[np.int8]) -> float:
    pair = signal[1:] == signal[:-1]
    step = np.diff(t)[pair]
    repeated = (state[1:] == state[:-1])[pair]
    if len(step) == 0 or np.count_nonzero(repeated) <= 0.5 * len(step):
        return 0.0
    return float(np.median(step) / np.sqrt(12.0))
