"""A live run: rows of tracks and signals in, rows of the store out, every committed row safe from then on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from passerby.errors import TracksError
from passerby.live.book import Added, Book
from passerby.live.broadcast import LIGHTS_S, Broadcast, LightsAt
from passerby.live.engine import Engine
from passerby.live.intake import taken_in
from passerby.live.jumps import AHEAD_S, Jumps
from passerby.live.lights import Given, Lights
from passerby.live.pulse import Pulse
from passerby.site.model import Site
from passerby.store.tables import Store
from passerby.tracks.record import Tracks, empty_tracks
from passerby.tracks.stream import RowStream

EXPIRE_EVERY_S: Final = 3600.0
SILENT_S: Final = 60.0


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


class Onlooker(Protocol):
    """Who is shown the rows of a live run before anything is made of them, as `Broadcast` is."""

    def rows(self, tracks: Tracks, reached: float | None, anew: bool, lights_at: LightsAt) -> None:
        """Rows of the run's time, none where nobody was seen; must not wait for anything."""


def run(
    site: Site,
    tracks: Iterator[bytes],
    signals: Given,
    store: Store,
    *,
    lateness_s: float = 2.0,
    signal_lateness_s: float = 5.0,
    step_s: float = 1.0,
    glance_s: float = 0.25,
    clock_sigma_s: float = 0.0,
    on_warning: Callable[[str], None] | None = None,
    on_state: Callable[[State], None] | None = None,
    broadcast: Broadcast | None = None,
    name: str = "tracks",
) -> State:
    """Run until the tracks end; returns the state then.

    tracks: blocks of CSV bytes (empty while nothing comes); name: theirs, in what is said of a line. broadcast: told of
    the rows and how they come. The rest is as for `LiveRun`.
    """
    live = LiveRun(
        site,
        signals,
        store,
        lateness_s=lateness_s,
        signal_lateness_s=signal_lateness_s,
        step_s=step_s,
        glance_s=glance_s,
        clock_sigma_s=clock_sigma_s,
        on_warning=on_warning,
        on_state=on_state,
    )
    stream, pulse, jumps = RowStream(name, on_warning), Pulse(), Jumps(lateness_s)

    def show(rows: Tracks) -> None:
        pulse.take(rows.t, time.time(), time.monotonic())
        if broadcast is None:
            return
        for part, anew in [*jumps.admit(rows)] or [(empty_tracks(), False)]:
            broadcast.rows(part, None, anew, live.lights)
        if broadcast.report_due:
            broadcast.report([pulse.health(time.monotonic(), live.state.late_rows, live.state.bad_lines)])

    for rows, live.state.bad_lines in taken_in(tracks, stream, show):
        live.take(rows)
    return live.end()


class LiveRun:
    """A junction as it runs: take(rows) as they come, from one source or several, end() when none comes any more.

    signals: a finished history, or a function that gives the bytes of the log read since its last call, or the
    `SignalHistory` known by now. sources: the names of those that will give rows with a promise, so that none is
    overtaken before its first word. lateness_s: how long a row may be late and still count; a source whose promise is
    older than that is not waited for. signal_lateness_s: how much longer the signals may lag. step_s: how much of the
    event time passes between two steps of what is final. glance_s: how much of it passes between two glances at the
    newest rows, whose events are told early, corrected or withdrawn later; inf: none is told early. onlooker: is shown
    the rows first. `state` may be read at any time, from the same thread.
    """

    def __init__(
        self,
        site: Site,
        signals: Given,
        store: Store,
        *,
        sources: Collection[str] = (),
        lateness_s: float = 2.0,
        signal_lateness_s: float = 5.0,
        step_s: float = 2.0,
        glance_s: float = 0.25,
        clock_sigma_s: float = 0.0,
        on_warning: Callable[[str], None] | None = None,
        on_state: Callable[[State], None] | None = None,
        onlooker: Onlooker | None = None,
    ) -> None:
        self.state = State()
        self._newest: float = -np.inf
        self._at: float = -np.inf
        self._glanced: float = -np.inf
        self._promised: dict[str, float] = {}
        self._warn = on_warning or (lambda _: None)
        self._site, self._store, self._on_state = site, store, on_state
        self._onlooker = onlooker
        self._lateness_s, self._step_s, self._glance_s = lateness_s, step_s, glance_s
        self._lights = Lights(site, signals, signal_lateness_s, clock_sigma_s, on_warning)
        self._heard_lights, self._lights_due = self._lights.now(), 0.0
        self._jumps = Jumps(lateness_s, on_warning)
        self._book = Book(store)
        self._sources = tuple(sources)
        self._late_before = 0
        self._heard = self._expired = time.monotonic()
        self._silent = False
        self._begin()

    def take(self, rows: Tracks, watermark: float | None = None, source: str = "") -> State:
        """Take rows, in any order, none where nobody was seen; returns the state then.

        watermark: the source's promise that with these rows it has given all up to that instant (epoch s), as a camera
        does with each frame; without it rows are waited for during `lateness_s`. Give promises also while the street is
        empty. Ids must differ between sources. StoreError where the store cannot be written.
        """
        self._listen(len(rows) > 0 or watermark is not None)
        self.state.rows += len(rows)
        if time.monotonic() >= self._lights_due:
            self._lights_due = time.monotonic() + LIGHTS_S
            self._heard_lights = self._lights.now()
        parts = list(self._jumps.admit(rows))
        self._show(parts or [(empty_tracks(), False)], watermark)
        for part, anew in parts:
            if anew:
                self._finish()
                self._begin()
            if not len(part):
                continue
            if not np.isfinite(self._at):
                self._at = float(part.t.min()) - self._lateness_s
            self._newest = max(self._newest, float(part.t.max()))
            self._engine.push(part)
            # a block may hold much more than a step of event time
            self._through()
        # what cannot wait comes first
        if self._newest >= self._glanced + self._glance_s:
            self._glanced = self._newest
            self._tell(self._book.write(self._engine.glance(self._lights.now())))
        if watermark is not None and np.isfinite(self._newest):
            self._promise(source, watermark)
            self._through()
        # a camera's next frame does not wait for all of what a step found
        self._tell(self._book.work(1 if watermark is not None else None))
        return self.state

    def lights(self, t: float) -> dict[str, str]:
        """The state of each signal at an instant (epoch s), the last that was heard of it taken to hold on.

        As of the last `take`; from any thread.
        """
        return self._heard_lights.states(t)

    def end(self) -> State:
        """No row comes any more: what is left is decided. TracksError where there was no row at all."""
        self._jumps.end()
        self._finish()
        if not self.state.rows:
            raise TracksError("tracks: no rows came that could be used")
        if unseen := self._lights.unseen():
            self._warn(f"signals: never a state of {', '.join(unseen)}: what needs it was not looked for")
        return self.state

    def _begin(self) -> None:
        self._engine = Engine(self._site, self._lights.begin(), self._book.tally, self._book.early)
        self._newest = self._at = self._glanced = -np.inf
        self._promised = dict.fromkeys(self._sources, -np.inf)

    def _show(self, parts: list[tuple[Tracks, bool]], watermark: float | None) -> None:
        if self._onlooker is not None:
            for part, anew in parts:
                self._onlooker.rows(part, watermark, anew, self.lights)

    def _listen(self, heard: bool) -> None:
        now = time.monotonic()
        if heard:
            self._heard, self._silent = now, False
        elif now - self._heard > SILENT_S and not self._silent:
            self._silent = True
            self._warn(f"tracks: no row for {SILENT_S:.0f} s; is the source still running?")
        if now - self._expired > EXPIRE_EVERY_S:
            self._store.expire()
            self._expired = now

    def _promise(self, source: str, watermark: float) -> None:
        # a time far from that of the rows is none
        newest = max([self._newest, *self._promised.values()])
        if abs(watermark - newest) <= AHEAD_S:
            self._promised[source] = watermark

    @property
    def _reached(self) -> float:
        """The instant up to which every row has come, or has had its time to."""
        promised = list(self._promised.values())
        newest = max([self._newest, *promised])
        return max(newest - self._lateness_s, min(promised, default=-np.inf))

    def _through(self) -> None:
        until = self._reached
        while self._at + self._step_s <= until:
            history = self._engine.history
            # nobody in view and nobody yet to come: on to the next row
            quiet = min(until, history.next_t) if len(history) == 0 else -np.inf
            self._at = max(self._at + self._step_s, quiet)
            self._look(self._at, until)

    def _look(self, watermark: float, reached: float) -> None:
        signals = self._lights.until(watermark, reached)
        if min(watermark, signals.known_until) > self._engine.history.watermark:
            self._engine.signals = signals
            self._book.plan(self._engine.advance(watermark))
            self._tell(self._book.work(0))

    def _finish(self) -> None:
        self._engine.signals = self._lights.end()
        late = self._engine.history.late_rows
        self._book.plan(self._engine.finish())
        self._tell(self._book.work())
        self._late_before += late

    def _tell(self, added: Added) -> None:
        state, history = self.state, self._engine.history
        state.violations += added.get("violations", 0)
        state.conflicts += added.get("conflicts", 0)
        if np.isfinite(history.watermark):
            state.watermark = history.watermark
        state.tracks = len(history)
        if history.late_rows and not state.late_rows:
            self._warn(
                f"tracks: rows came more than {self._lateness_s:g} s late and are left out; "
                "allow them more time (--lateness)"
            )
        state.late_rows = self._late_before + history.late_rows + self._jumps.left_out
        if self._on_state is not None:
            self._on_state(state)
