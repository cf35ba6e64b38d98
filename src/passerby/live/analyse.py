"""A recording through the engine to its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa

from passerby.live.doubts import Nearness, clock_doubts, drawn_box, place_doubts, undrawn
from passerby.live.engine import Engine, Found
from passerby.live.events import table_of
from passerby.rules.clock_offset import ClockOffset, clock_offset
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.tables import TABLES, TRACKS
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion, concatenate
from passerby.tracks.rows import RowBatch, batch_to_tracks

KEPT_SAMPLES = 3_000_000
"""Motion of this many samples is kept for plans and reports; a longer recording gives its tables alone."""

# The engine takes a step once so many rows or seconds have come: a step has a price of its own.
_STEP_ROWS: Final = 100_000
_STEP_S: Final = 600.0


@dataclass
class Gathered:
    """The newest version of every row that an engine found."""

    rows: dict[str, dict[Any, dict[str, Any]]] = field(
        default_factory=lambda: {"violations": {}, "conflicts": {}, "counts": {}}
    )

    def add(self, found: Found) -> None:
        """Take new and revised rows, let go of those withdrawn."""
        for name, table in found.tables().items():
            for row in table.to_pylist():
                key = row["event"] if "event" in row else (row["t0"], row["place"], row["movement"], row["class"])
                self.rows[name][key] = row
        for name, events in found.withdrawn.items():
            for event in events:
                self.rows[name].pop(event, None)

    def tables(self) -> dict[str, pa.Table]:
        """The result tables of format version 1."""
        return {name: table_of(name, rows.values()) for name, rows in self.rows.items()}


@dataclass(frozen=True, eq=False)
class Analysis:
    """What a recording gave: result tables, the motion (None where it was too long to keep), and its quality.

    quality: rows, road users per class, period, sampling, noise, late rows. doubts: sentences on what makes the
    result emptier than the street was.
    """

    tables: dict[str, pa.Table]
    motion: Motion | None
    quality: dict[str, Any]
    clock: ClockOffset | None
    doubts: tuple[str, ...] = ()


def analyse(batches: Iterable[RowBatch], site: Site, signals: SignalHistory, *, keep_motion: bool = True) -> Analysis:
    """Run batches of rows, sorted by time, through an engine to their end.

    SignalsError where the signals begin only after the tracks have ended.
    """
    engine, gathered, summary = Engine(site, signals), Gathered(), _Summary(keep_motion, drawn_box(site))
    engine.on_ended = summary.add
    rows, since = 0, -np.inf
    for batch in batches:
        summary.read(batch)
        engine.push(batch_to_tracks(batch))
        rows += len(batch)
        since = since if np.isfinite(since) else float(batch.t[0])
        if rows < _STEP_ROWS and batch.t[-1] - since < _STEP_S:
            continue
        # rows of this very instant may still come with the next batch
        gathered.add(engine.advance(float(batch.t[-1]) - 1e-3))
        rows, since = 0, float(batch.t[-1])
    gathered.add(engine.finish())
    clock = clock_offset(engine.set_offs.values(), signals)
    quality = summary.quality(engine.history.late_rows)
    doubts = (*clock_doubts(signals, quality["begin"], quality["end"]), *summary.doubts(site))
    return Analysis(gathered.tables(), summary.motion(), quality, clock, doubts)


class _Summary:
    """What is told of the data itself."""

    def __init__(self, keep_motion: bool, drawn: tuple[float, float, float, float] | None) -> None:
        self._drawn, self._nearness = drawn, Nearness()
        self._parts: list[Motion] | None = [] if keep_motion else None
        self._samples = 0
        self._rows = 0
        self._t = (np.inf, -np.inf)
        self._users = np.zeros(len(CLASSES), np.int64)
        self._sigma: list[float] = []
        self._seconds = 0.0

    def read(self, batch: RowBatch) -> None:
        self._rows += len(batch)
        self._nearness = self._nearness.add(self._drawn, batch.x, batch.y)
        self._t = (min(self._t[0], float(batch.t[0])), max(self._t[1], float(batch.t[-1])))

    def add(self, ended: Motion) -> None:
        self._users += np.bincount(ended.cls, minlength=len(CLASSES))
        self._samples += len(ended)
        if len(ended):
            self._sigma.append(float(np.median(ended.sigma_m)))
            ends = ended.starts[1:] - 1
            self._seconds += float((ended.t[ends] - ended.t[ended.starts[:-1]]).sum())
        if self._parts is not None:
            self._parts.append(ended)
            if self._samples > KEPT_SAMPLES:
                self._parts = None

    def motion(self) -> Motion | None:
        return concatenate(self._parts) if self._parts else None

    def doubts(self, site: Site) -> list[str]:
        return [*place_doubts(site, self._nearness), *undrawn(site)]

    def quality(self, late_rows: int) -> dict[str, Any]:
        users = {c: int(n) for c, n in zip(CLASSES, self._users, strict=True) if n}
        return {
            "rows": self._rows,
            "begin": self._t[0],
            "end": self._t[1],
            "road_users": users,
            "rows_per_second_and_road_user": round(self._rows / self._seconds, 1) if self._seconds else None,
            "position_noise_m": round(float(np.median(self._sigma)), 3) if self._sigma else None,
            "late_rows": late_rows,
        }


def tracks_table(motion: Motion) -> pa.Table:
    """The smoothed motion as the optional table `tracks`."""
    names = np.array(motion.ids, object)[motion.track] if motion.ids else np.empty(0, object)
    classes = np.array(CLASSES, object)[motion.cls[motion.track]] if motion.ids else np.empty(0, object)
    return pa.table(
        [
            pa.array(names, pa.string()),
            pa.array(classes, pa.string()),
            pa.array(np.rint(motion.t * 1e6).astype(np.int64)).cast(TRACKS.field("t").type),
            pa.array(np.round(motion.x, 2)),
            pa.array(np.round(motion.y, 2)),
            pa.array(np.round(np.degrees(np.arctan2(motion.hx, motion.hy)) % 360, 1), from_pandas=True),
            pa.array(np.round(motion.speed, 2)),
            pa.array(np.round(motion.length[motion.track], 2)),
            pa.array(np.round(motion.width[motion.track], 2)),
        ],
        schema=TABLES["tracks"],
    )
