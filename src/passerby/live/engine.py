"""`Engine`: the running junction. Rows and signals in, events out, in bounded memory.

Offline analysis is this engine run to the end. Whatever the batches, the same rows give the same events: motion is
final instant by instant (`passerby.tracks.history`), each rule is a pure function of the motion so far and only
reports what later rows cannot take back, and an event's id depends on what happened alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pyarrow as pa

from passerby.conflicts.encounters import encounters
from passerby.conflicts.measures import NONE, join
from passerby.conflicts.pet import LOOKAHEAD_S, LOOKBACK_S, post_encroachment
from passerby.conflicts.settings import conflict_settings
from passerby.conflicts.ttc import time_to_collision
from passerby.flows.counts import counted
from passerby.live.early import WINDOW_S, Early
from passerby.live.events import Row, conflict_rows, incidents, table_of, violation_row
from passerby.live.tally import Tally
from passerby.rules import violations
from passerby.rules.clock_offset import set_offs
from passerby.rules.ground import Ground
from passerby.rules.scene import Scene
from passerby.rules.settings import rule_settings
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.tracks.history import History
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import Tracks
from passerby.tracks.smoothing import GAP_S

# Verdicts that rest on other road users too are passed once, while those are in view.
_AMONG_OTHERS: Final = frozenset({"failure_to_yield", "stopped_on_crosswalk", "blocked_box", "illegal_stop"})
# Older events are complete: the tracks that could link another to them have ended.
_KEEP_S: Final = 900.0
_SET_OFFS: Final = 5000
# A verdict on a light weighs how soon afterwards it was released, and where the road user was then.
_AHEAD_S: Final = 5.0
# A glance measures the instants since the last one, and a few again: the rows of several sources are not of one time.
_GLIMPSE_MOST: Final = 10
_GLIMPSE_AGAIN: Final = 2


@dataclass(frozen=True, eq=False)
class Found:
    """What one step brought: new and revised rows of each table (the same event or count cell replaces).

    withdrawn: by table, the events told early that turned out to be none, or are among the rows under another id.
    """

    violations: pa.Table
    conflicts: pa.Table
    counts: pa.Table
    withdrawn: Mapping[str, Collection[str]] = field(default_factory=dict)

    def tables(self) -> Mapping[str, pa.Table]:
        """The tables by their names in format version 1."""
        return {"violations": self.violations, "conflicts": self.conflicts, "counts": self.counts}


def _found(
    violations: Iterable[Row],
    conflicts: Iterable[Row],
    counts: pa.Table | None = None,
    withdrawn: Mapping[str, Collection[str]] | None = None,
) -> Found:
    return Found(
        table_of("violations", violations),
        table_of("conflicts", conflicts),
        table_of("counts", ()) if counts is None else counts,
        withdrawn or {},
    )


class Engine:
    """One junction: push(rows) and advance(watermark) as they come, finish() at the end; each step returns `Found`.

    glance() between the steps tells early what the newest rows show; what is final in the end is the same without it.
    `early.gone()` is to be called once what a step withdraws has left wherever events are kept.
    tally: the passings counted so far, to go on with. on_ended is called with the motion of tracks that have ended.
    set_offs: when heads of queues started to move, (track, stop line) -> (signal, epoch seconds), for `clock_offset`.
    """

    def __init__(
        self, site: Site, signals: SignalHistory, tally: Tally | None = None, early: Early | None = None
    ) -> None:
        self.site = site
        self.signals = signals
        self.settings = rule_settings(site.rules)
        self.conflict_settings = conflict_settings(site.rules.get("conflicts"))
        self.ground = Ground(site)
        self.history = History()
        self.tally = tally or Tally()
        self.early = Early() if early is None else early
        self.on_ended: Callable[[Motion], None] | None = None
        self.set_offs: dict[tuple[str, str], tuple[str, float]] = {}
        self._conflicts_from: int | None = None
        self._measures = NONE
        self._glimpsed = NONE
        self._glimpsed_k: int | None = None
        self._violations: dict[str, Row] = {}
        self._conflicts: dict[str, Row] = {}
        self._marks: dict[str, int] = {}

    def push(self, rows: Tracks) -> None:
        """Take rows of tracks, in any order; rows older than the watermark are counted as late and left out."""
        if len(rows):
            self.early.begin(float(rows.t.min()))
        self.history.push(rows)

    def advance(self, watermark: float) -> Found:
        """Take it that no row before the watermark (epoch s) will come any more, and report what that decides.

        Nothing is decided beyond the instant up to which the signals are known.
        """
        return self._step(min(watermark, self.signals.known_until), finish=False)

    def finish(self) -> Found:
        """Take it that no row will come at all any more, and report the rest."""
        return self._step(np.inf, finish=True)

    def glance(self, signals: SignalHistory | None = None) -> Found:
        """Tell what the rows that have come show already, final or not; what they show no more goes with the next step.

        signals: what is known by now, the last states taken to hold on; without them those the engine has.
        """
        motion = self.history.now(WINDOW_S)
        if not len(motion):
            return _found((), ())
        newest = float(motion.t.max())
        scene = Scene(motion, self.ground, signals or self.signals, self.settings, np.inf, np.inf)
        rows = [violation_row(v) for v in violations(scene)]
        told = self.early.tell("violations", rows, self._violations, newest)
        near = self._glimpse(motion) if self.conflict_settings.enabled else []
        met = self.early.tell("conflicts", near, self._conflicts, newest)
        self.early.missing(newest)
        return _found(told, met)

    def _glimpse(self, motion: Motion) -> list[Row]:
        """The encounters that have not ended, with what the newest instants add to them."""
        k1 = int(motion.k.max()) + 1
        k0 = max(k1 - _GLIMPSE_MOST, min(self._glimpsed_k or 0, k1) - _GLIMPSE_AGAIN)
        found = [f(motion, k0, k1, self.conflict_settings) for f in (time_to_collision, post_encroachment)]
        self._glimpsed_k = k1
        kept = (self._glimpsed.k < k0) & (self._glimpsed.k >= (self._conflicts_from or 0))
        self._glimpsed = join([self._glimpsed.take(kept), *found])
        if not len(self._glimpsed):
            return []
        both = join([self._measures, self._glimpsed])
        return conflict_rows(encounters(both, k1, self.conflict_settings, closed=True)[0])

    def _step(self, watermark: float, finish: bool) -> Found:
        final = self.history.advance(watermark, finish)
        new_conflicts = self._find_conflicts(final, finish) if self.conflict_settings.enabled else []
        scene = Scene(
            self.history.motion(),
            self.ground,
            self.signals,
            self.settings,
            np.inf if finish else watermark - GAP_S - _AHEAD_S,
            np.inf if finish else watermark - GAP_S,
        )
        new_violations = [(violation_row(v), v.open) for v in violations(scene)]
        changed = self._remember(new_violations, new_conflicts)
        counts = self._count(scene)
        self.set_offs |= set_offs(scene)
        new = [self._violations[e] for e in changed if e in self._violations]
        met = [self._conflicts[e] for e in changed if e in self._conflicts]
        self.early.confirm("violations", new)
        self.early.confirm("conflicts", met)
        ended = self.history.forget(np.inf if finish else self._horizon() * STEP_S)
        if ended is not None and self.on_ended is not None:
            self.on_ended(ended)
        self._forget(watermark)
        self.early.unconfirmed(watermark, self.history.names)
        return _found(new, met, counts, self.early.going)

    def _horizon(self) -> int:
        """The tick before which no conflict needs motion any more."""
        start = self._conflicts_from
        return (start if start is not None else 0) - round(LOOKBACK_S / STEP_S)

    def _find_conflicts(self, final: int | None, finish: bool) -> list[Row]:
        motion = self.history.recent()
        if len(motion) == 0:
            return []
        if self._conflicts_from is None:
            self._conflicts_from = int(motion.k.min())
        k0 = self._conflicts_from
        k1 = int(motion.k.max()) + 1 if finish or final is None else final - round(LOOKAHEAD_S / STEP_S)
        if k1 <= k0 and not finish:
            return []
        found = [f(motion, k0, k1, self.conflict_settings) for f in (time_to_collision, post_encroachment)]
        self._conflicts_from = max(k0, k1)
        self._measures = join([self._measures, *found])
        table, self._measures = encounters(self._measures, k1, self.conflict_settings, closed=finish)
        self.history.trim(self._horizon())
        return conflict_rows(table)

    def _remember(self, found: list[tuple[Row, bool]], conflicts: list[Row]) -> set[str]:
        """Keep new and completed events, link them anew; returns the ids of those that are to be written."""
        changed = set()
        for row, still_open in found:
            old = self._violations.get(row["event"])
            if old is not None:
                # what still goes on is written at its beginning and at its end; the others around it may be gone
                if still_open:
                    continue
                if row["kind"] in _AMONG_OTHERS:
                    row = old | {"duration_s": row["duration_s"]}
                row["linked"] = old["linked"]
                if row == old:
                    continue
            self._violations[row["event"]] = row
            changed.add(row["event"])
        for row in conflicts:
            self._conflicts[row["event"]] = row
            self._marks.pop(row["event"], None)
            changed.add(row["event"])
        if changed:
            for incident in incidents(self._violations.values(), self._conflicts.values()):
                # of a crowd's long incidents only those that changed are gone through
                mark = hash(incident)
                for event in incident:
                    if self._marks.get(event) == mark:
                        continue
                    self._marks[event] = mark
                    row = self._violations.get(event) or self._conflicts[event]
                    others = [e for e in incident if e != event]
                    if row["linked"] != others:
                        row["linked"] = others
                        changed.add(event)
        return changed

    def _count(self, scene: Scene) -> pa.Table:
        touched = {cell for c in counted(scene) if (cell := self.tally.count(c)) is not None}
        return self.tally.table(touched)

    def _forget(self, watermark: float) -> None:
        """Let go of events and cells that nothing can change any more; those of open tracks stay."""
        if not np.isfinite(watermark):
            return
        oldest, open_tracks = watermark - _KEEP_S, set(self.history.names)
        self._violations = {
            e: r for e, r in self._violations.items() if r["t"] / 1e6 > oldest or r["track"] in open_tracks
        }
        self._conflicts = {e: r for e, r in self._conflicts.items() if r["t"] / 1e6 > oldest}
        self._marks = {e: m for e, m in self._marks.items() if e in self._violations or e in self._conflicts}
        self.tally.forget(watermark, open_tracks, self.history.since)
        while len(self.set_offs) > _SET_OFFS:
            self.set_offs.pop(next(iter(self.set_offs)))
