"""A live run: bytes of tracks and signals in, rows of the store out, every committed row safe from then on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from passerby.live.engine import Engine, Found
from passerby.signals.feed import SignalFeed
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.store.tables import Store
from passerby.tracks.stream import RowStream

EXPIRE_EVERY_S: Final = 3600.0
_BLOCK: Final = 1 << 20


@dataclass
class State:
    """How a live run stands, for who watches it: rows and events so far, and how far behind the newest row it is."""

    rows: int = 0
    late_rows: int = 0
    bad_lines: int = 0
    violations: int = 0
    conflicts: int = 0
    tracks: int = 0
    watermark: float = -np.inf


def run(
    site: Site,
    tracks: Iterator[bytes],
    signals: SignalHistory | Callable[[], bytes],
    store: Store,
    *,
    lateness_s: float = 2.0,
    step_s: float = 1.0,
    clock_sigma_s: float = 0.0,
    on_warning: Callable[[str], None] | None = None,
    on_state: Callable[[State], None] | None = None,
) -> State:
    """Run until the tracks end; returns the state then.

    tracks: blocks of CSV bytes (empty while nothing comes). signals: a finished history, or a function that returns
    the bytes of the log read since its last call. lateness_s: how long a row may be late and still count. step_s: how
    much of the event time passes between two looks at the rules.
    """
    stream = RowStream("tracks", on_warning)
    feed = None if isinstance(signals, SignalHistory) else SignalFeed("signals", on_warning, clock_sigma_s)
    engine = Engine(site, signals if isinstance(signals, SignalHistory) else SignalHistory({}, -np.inf))
    state, newest, expired = State(), -np.inf, time.monotonic()

    def take(watermark: float, finish: bool = False) -> None:
        if feed is not None and not isinstance(signals, SignalHistory):
            feed.feed(signals(), finish)
            engine.signals = feed.history(np.inf if finish else watermark)
        _commit(store, engine.finish() if finish else engine.advance(watermark), state)
        state.watermark = watermark
        state.tracks = len(engine.history)
        state.late_rows = engine.history.late_rows
        state.bad_lines = sum(stream.bad.values()) + (feed.bad if feed is not None else 0)
        if on_state is not None:
            on_state(state)

    for block in tracks:
        rows = stream.feed(block)
        state.rows += len(rows)
        if len(rows):
            engine.push(rows)
            newest = max(newest, float(rows.t.max()))
            # a block may hold much more than a step of event time: go through it step by step
            first = max(state.watermark, float(rows.t.min()) - lateness_s)
            for watermark in np.arange(first + step_s, newest - lateness_s, step_s):
                take(float(watermark))
        if newest - lateness_s >= state.watermark + step_s:
            take(newest - lateness_s)
        if time.monotonic() - expired > EXPIRE_EVERY_S:
            store.expire()
            expired = time.monotonic()
    rows = stream.feed(b"", final=True)
    state.rows += len(rows)
    engine.push(rows)
    take(newest, finish=True)
    return state


def _commit(store: Store, found: Found, state: State) -> None:
    for name, table in found.tables().items():
        if len(table):
            done = store.upsert(name, table)
            if name == "violations":
                state.violations += done.added
            elif name == "conflicts":
                state.conflicts += done.added


def blocks_of(stream: BinaryIO, size: int = _BLOCK) -> Iterator[bytes]:
    """Whatever a pipe or file holds, as it comes, until its end."""
    read = getattr(stream, "read1", stream.read)
    while data := read(size):
        yield data


def growing(path: Path) -> Callable[[], bytes]:
    """A function that returns what was added to a file since its last call (nothing while it does not exist)."""
    position = 0

    def read() -> bytes:
        nonlocal position
        try:
            with path.open("rb") as file:
                file.seek(position)
                data = file.read()
        except FileNotFoundError:
            return b""
        position += len(data)
        return data

    return read
