"""A live run: bytes of tracks and signals in, rows of the store out, every committed row safe from then on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pyarrow as pa

from passerby.errors import TracksError
from passerby.live.engine import Engine, Found
from passerby.live.jumps import Jumps
from passerby.live.tally import Tally, load_tally
from passerby.signals.feed import SignalFeed
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.store.durable import as_store_error
from passerby.store.files import replace
from passerby.store.tables import Store
from passerby.tables import COUNTS
from passerby.tracks.record import Tracks
from passerby.tracks.stream import RowStream

EXPIRE_EVERY_S: Final = 3600.0
SILENT_S: Final = 60.0
TALLY: Final = "tally.json"


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
    signal_lateness_s: float = 5.0,
    step_s: float = 1.0,
    clock_sigma_s: float = 0.0,
    on_warning: Callable[[str], None] | None = None,
    on_state: Callable[[State], None] | None = None,
) -> State:
    """Run until the tracks end; returns the state then.

    tracks: blocks of CSV bytes (empty while nothing comes). signals: a finished history, or a function that returns
    the bytes of the log read since its last call. lateness_s: how long a row may be late and still count.
    signal_lateness_s: how much longer the log of the signals may lag. step_s: how much of the event time passes
    between two looks at the rules.
    """
    live = _Run(site, signals, store, lateness_s, signal_lateness_s, step_s, clock_sigma_s, on_warning, on_state)
    heard = expired = time.monotonic()
    silent = False
    stream = RowStream("tracks", on_warning)
    for block in tracks:
        now = time.monotonic()
        if block:
            heard, silent = now, False
        elif now - heard > SILENT_S and not silent:
            silent = True
            live.warn(f"tracks: no row for {SILENT_S:.0f} s; is the source still running?")
        live.take(stream.feed(block))
        live.state.bad_lines = sum(stream.bad.values())
        if now - expired > EXPIRE_EVERY_S:
            store.expire()
            expired = now
    live.take(stream.feed(b"", final=True))
    live.state.bad_lines = sum(stream.bad.values())
    return live.end()


class _Run:
    """The state of a run between two blocks."""

    def __init__(
        self,
        site: Site,
        signals: SignalHistory | Callable[[], bytes],
        store: Store,
        lateness_s: float,
        signal_lateness_s: float,
        step_s: float,
        clock_sigma_s: float,
        on_warning: Callable[[str], None] | None,
        on_state: Callable[[State], None] | None,
    ) -> None:
        self.state = State()
        self.warn = on_warning or (lambda _: None)
        self._site, self._store, self._on_state = site, store, on_state
        self._lateness_s, self._signal_lateness_s, self._step_s = lateness_s, signal_lateness_s, step_s
        self._signals = signals
        wanted = [s.id for s in site.signals]
        self._feed = SignalFeed("signals", on_warning, clock_sigma_s, wanted)
        self._jumps = Jumps(lateness_s, on_warning)
        self._book = _Book(store)
        self._late_before = 0
        self._newest = -np.inf
        self._at = -np.inf
        self._engine = self._fresh()

    def take(self, rows: Tracks) -> None:
        """Rows as they come, gone through step by step: a block may hold much more than a step of event time."""
        self.state.rows += len(rows)
        for part, anew in self._jumps.admit(rows):
            if anew:
                self._finish()
                self._engine, self._newest, self._at = self._fresh(), -np.inf, -np.inf
            if not len(part):
                continue
            if not np.isfinite(self._at):
                self._at = float(part.t.min()) - self._lateness_s
            self._newest = max(self._newest, float(part.t.max()))
            self._engine.push(part)
            self._through()

    def end(self) -> State:
        """No row comes any more."""
        self._jumps.end()
        self._finish()
        if not self.state.rows:
            raise TracksError("tracks: no rows came that could be used")
        if not isinstance(self._signals, SignalHistory):
            unseen = sorted({s.id for s in self._site.signals} - set(self._feed.seen))
            if unseen:
                self.warn(f"signals: never a state of {', '.join(unseen)}: what needs it was not looked for")
        return self.state

    def _fresh(self) -> Engine:
        given = self._signals
        history = given if isinstance(given, SignalHistory) else SignalHistory({}, -np.inf)
        return Engine(self._site, history, self._book.tally)

    def _through(self) -> None:
        until = self._newest - self._lateness_s
        while self._at + self._step_s <= until:
            history = self._engine.history
            # nobody in view and nobody yet to come: on to the next row
            quiet = min(until, history.next_t) if len(history) == 0 else -np.inf
            self._at = max(self._at + self._step_s, quiet)
            self._look(self._at)

    def _read_signals(self) -> None:
        if not isinstance(self._signals, SignalHistory):
            while data := self._signals():
                self._feed.feed(data)

    def _look(self, watermark: float) -> None:
        engine = self._engine
        if not isinstance(self._signals, SignalHistory):
            self._read_signals()
            latest = self._newest - self._lateness_s - self._signal_lateness_s
            known = min(watermark, max(self._feed.progress, latest))
            if known <= engine.history.watermark:
                return
            engine.signals = self._feed.history(known)
        self._commit(engine.advance(watermark))

    def _finish(self) -> None:
        if not isinstance(self._signals, SignalHistory):
            self._read_signals()
            self._feed.feed(b"", final=True)
            self._engine.signals = self._feed.history(np.inf)
        late = self._engine.history.late_rows
        self._commit(self._engine.finish())
        self._late_before += late

    def _commit(self, found: Found) -> None:
        added = self._book.write(found)
        state, history = self.state, self._engine.history
        state.violations += added.get("violations", 0)
        state.conflicts += added.get("conflicts", 0)
        if np.isfinite(history.watermark):
            state.watermark = history.watermark
        state.tracks = len(history)
        if history.late_rows and not state.late_rows:
            self.warn(
                f"tracks: rows came more than {self._lateness_s:g} s late and are left out; "
                "allow them more time (--lateness)"
            )
        state.late_rows = self._late_before + history.late_rows + self._jumps.left_out
        if self._on_state is not None:
            self._on_state(state)


class _Book:
    """Writes what is found; no count is ever replaced by a lower one, wherever a run that was killed begins again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._path = store.folder / TALLY
        self._floors: dict[int, dict[tuple[str, str, str], int]] = {}
        self.tally = Tally()
        if self._path.exists():
            with as_store_error(self._path, "cannot be read"):
                self.tally = load_tally(self._path.read_bytes(), str(self._path))
            # the file is written first: what it counted may not have reached the table
            self._upsert_counts(self.tally.table())

    def write(self, found: Found) -> dict[str, int]:
        """Commit the rows of every table; how many were new."""
        added = {}
        for name, table in found.tables().items():
            if not len(table):
                continue
            if name == "counts":
                with as_store_error(self._path, "cannot be written"):
                    replace(self._path, self.tally.dump())
                self._upsert_counts(table)
            else:
                added[name] = self._store.upsert(name, table).added
        return added

    def _upsert_counts(self, table: pa.Table) -> None:
        if not len(table):
            return
        rows = []
        for row in table.to_pylist():
            floor = self._floor(row["t0"]).get((row["place"], row["movement"], row["class"]), 0)
            if row["n"] >= floor:
                rows.append(row)
        self._store.upsert("counts", pa.Table.from_pylist(rows, COUNTS))

    def _floor(self, t0: datetime) -> dict[tuple[str, str, str], int]:
        """What the table held of an interval when this run first wrote to it."""
        key = round(t0.timestamp())
        if key not in self._floors:
            while len(self._floors) >= 8:
                del self._floors[next(iter(self._floors))]
            end = datetime.fromtimestamp(key + 1, UTC)
            held = self._store.read("counts", since=t0, until=end)
            cells = zip(*(held[c].to_pylist() for c in ("place", "movement", "class", "n")), strict=True)
            self._floors[key] = {(p, m, c): n for p, m, c, n in cells}
        return self._floors[key]
