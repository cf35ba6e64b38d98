"""The demo recording as the engine takes it: batches of rows, and the history of its signals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from passerby.demo.recording import Recording
from passerby.signals.history import STATE_CODE, CodeArray, FloatArray, SignalHistory, compact
from passerby.tracks.classes import CODE
from passerby.tracks.rows import RowBatch

LOG_INTERVAL_S = 1.0
# How well the two clocks are known to agree: from when queues set off, and how drivers' start-up delays vary.
CLOCKS_AGREE_S = 0.4
_BATCH_S = 60.0


def batches(recording: Recording) -> Iterator[RowBatch]:
    """The rows in order of time, a minute at a time."""
    table = recording.tracks
    ids = table["track"].combine_chunks().dictionary_encode()
    classes = table["class"].combine_chunks().dictionary_encode()
    code = np.array([CODE[c] for c in classes.dictionary.to_pylist()], np.int64)
    names = ids.dictionary.to_pylist()
    track = ids.indices.to_numpy().astype(np.int64)
    cls = code[classes.indices.to_numpy()]
    t, x, y, length, width, heading = (table[c].to_numpy() for c in ("t", "x", "y", "length", "width", "heading"))
    edges = np.searchsorted(t, np.arange(t[0], t[-1] + _BATCH_S, _BATCH_S))
    for a, b in zip(edges, [*edges[1:], len(t)], strict=True):
        if b > a:
            s = slice(a, b)
            yield RowBatch(names, track[s], cls[s], t[s], x[s], y[s], length[s], width[s], np.radians(heading[s]))


def history(recording: Recording) -> SignalHistory:
    """The signals' states, each change at its stamp, with the error of its sampling and of the clocks.

    Ambers last 3.00 s in the log and red-ambers 1.00 s, so it keeps step with the controller: a change is at most
    one second older than its stamp, and all of them alike. Brought forward they would turn ambers into reds that no
    logged state shows; left at their stamps they give a driver the benefit, and the error goes into the confidence.
    """
    table = recording.signals
    t = table["t"].to_numpy()
    signal = np.array(table["signal"].to_pylist())
    state = np.array([STATE_CODE[s] for s in table["state"].to_pylist()], np.int8)
    changes: dict[str, tuple[FloatArray, CodeArray]] = {}
    for name in np.unique(signal):
        rows = signal == name
        changes[str(name)] = compact(t[rows], state[rows])
    sampling_s = LOG_INTERVAL_S / np.sqrt(12)
    return SignalHistory(changes, clock_sigma_s=float(np.hypot(sampling_s, CLOCKS_AGREE_S)))
