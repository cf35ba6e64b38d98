"""`Findings`: everything a report is written from, with the totals that every part of it must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from passerby.screen.exposure import ON_FOOT, ON_WHEELS_OR_RAILS, names
from passerby.screen.ink import severity_rank
from passerby.screen.language import say, term
from passerby.screen.turning import FloatArray, approaches, at_crosswalks, at_stop_lines, epoch_s, stretches
from passerby.screen.words import ZONES, clock, zone
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.tables import CONFLICTS, COUNTS, VIOLATIONS
from passerby.tracks.classes import CLASSES, VEHICLES
from passerby.tracks.motion import Motion

Row = dict[str, Any]

# Near misses in the list; the rest are in the table of conflicts.
LISTED: Final = 40
SURE: Final = 0.95
"""A verdict of a lower confidence the errors of clocks and positions could turn: its confidence is what they leave."""

_ANYBODY: Final = ("red_light",)


@dataclass(frozen=True, eq=False)
class Findings:
    """What was measured at one site. motion and signals may be missing; tables may be empty."""

    site: Site
    violations: pa.Table
    conflicts: pa.Table
    counts: pa.Table
    motion: Motion | None
    signals: SignalHistory | None
    quality: Mapping[str, object]
    keep_days: Mapping[str, float]
    public: bool
    k: int

    @cached_property
    def tz(self) -> tzinfo:
        """The site's time zone."""
        return zone(self.site.timezone)

    @cached_property
    def period(self) -> tuple[float, float] | None:
        """First and last instant observed, epoch seconds; None where nothing says."""
        if len(self.spans):
            return float(self.spans[0, 0]), float(self.spans[-1, 1])
        times = [epoch_s(t["t"]) for t in (self.violations, self.conflicts) if len(t)]
        return (min(float(t.min()) for t in times), max(float(t.max()) for t in times)) if times else None

    @property
    def tracked(self) -> bool:
        """Whether there are tracks to draw."""
        return self.motion is not None and len(self.motion) > 0

    @cached_property
    def one_day(self) -> bool:
        """Whether everything observed is of one date."""
        if self.period is None:
            return True
        first, last = self.period[0], max(self.period[0], self.period[1] - 1e-3)
        return clock(first, self.tz, "%F") == clock(last, self.tz, "%F")

    def moment(self, t: float) -> str:
        """An instant as local time to the second, with its date where the period has several."""
        return clock(t, self.tz, "%H:%M:%S" if self.one_day else "%-d %b %H:%M:%S")

    @property
    def lit(self) -> bool:
        """Whether there is a signal log of a known period."""
        return self.signals is not None and bool(self.signals.signals) and self.period is not None

    @cached_property
    def spans(self) -> FloatArray:
        """The stretches of time observed, begins and ends in epoch seconds, shape (n, 2).

        Those with anybody in view; without tracks, those with anybody counted. Breaks of an hour or more are left
        out: counts alone do not tell a time in which nobody came from one in which nobody looked.
        """
        if not self.tracked:
            return stretches(epoch_s(self.counts["t0"]), epoch_s(self.counts["t1"]))
        assert self.motion is not None
        t = np.unique(self.motion.t)
        return stretches(t, t)

    @cached_property
    def observed_s(self) -> float:
        """Seconds observed: how long `spans` are together; without any, the time from the first event to the last."""
        if len(self.spans):
            return float(np.sum(self.spans[:, 1] - self.spans[:, 0]))
        return self.period[1] - self.period[0] if self.period else 0.0

    @cached_property
    def seen(self) -> dict[str, int] | None:
        """Road users per class, one per track; None without tracks."""
        if self.motion is None:
            return None
        n = np.bincount(self.motion.cls, minlength=len(CLASSES))
        return {c: int(n[i]) for i, c in enumerate(CLASSES) if n[i]}

    @cached_property
    def passed(self) -> dict[str, int]:
        """Passings of stop lines and crosswalks per class, as counted: what every rate is of, tracks or none."""
        return self.counted(
            pa.concat_tables([at_stop_lines(self.site, self.counts), at_crosswalks(self.site, self.counts)])
        )

    @property
    def total(self) -> int:
        """Passings of all classes."""
        return sum(self.passed.values())

    @property
    def classes(self) -> frozenset[str]:
        """The classes observed at all."""
        return frozenset(self.passed) | frozenset(self.seen or ())

    @cached_property
    def over_lines(self) -> str:
        """What those counted at the stop lines are called: vehicles, and cyclists where there were any."""
        ridden = "cyclist" in self.counted(at_stop_lines(self.site, self.counts))
        return say("vehicles and cyclists") if ridden else say("vehicles")

    @property
    def only_on_foot(self) -> bool:
        """Whether nobody but pedestrians was observed, among whom no near misses are looked for."""
        among = self.site.rules.get("conflicts", {}).get("pedestrian_pairs", False)
        return self.classes == {"pedestrian"} and not among and not len(self.conflicts)

    @staticmethod
    def counted(counts: pa.Table) -> dict[str, int]:
        """Counts per class, in the classes' order."""
        sums = counts.group_by("class").aggregate([("n", "sum")]).to_pydict()
        n = dict(zip(sums["class"], sums["n_sum"], strict=True))
        return {c: int(n[c]) for c in CLASSES if n.get(c)}

    @cached_property
    def violation_rows(self) -> list[Row]:
        """Violations in order of time, `t` in epoch seconds."""
        return sorted(_rows(self.violations), key=lambda r: (r["t"], str(r["event"])))

    @cached_property
    def conflict_rows(self) -> list[Row]:
        """Near misses, the worst first: by severity, those on collision course (TTC) first, the closest first."""
        rows = _rows(self.conflicts)
        for r in rows:
            r["rank"] = severity_rank(r["severity"])
        return sorted(rows, key=lambda r: (-r["rank"], not on_course(r), closeness_s(r), r["t"], str(r["event"])))

    @cached_property
    def anchors(self) -> dict[str, str]:
        """Event id -> the name of its place on the page (those that have one), made of our own letters only."""
        rows = [*(("v", r) for r in self.violation_rows), *(("n", r) for r in self.conflict_rows[:LISTED])]
        number = {"v": 0, "n": 0}
        out: dict[str, str] = {}
        for letter, row in rows:
            number[letter] += 1
            if row["event"] is not None:
                out[str(row["event"])] = f"{letter}{number[letter]}"
        return out

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Track id -> index in motion."""
        return {name: i for i, name in enumerate(self.motion.ids)} if self.motion is not None else {}

    def exposed(self, kind: str) -> tuple[int, str]:
        """How many passings are of those who could have done this, and what they are called."""
        if kind in _ANYBODY:
            return self.total, say("passings")
        classes = self.classes_exposed(kind) or frozenset()
        n = sum(v for c, v in self.passed.items() if c in classes)
        if kind in ON_FOOT:
            return n, say("passings of {whom}", whom=say("pedestrians"))
        whom = say("vehicles and cyclists") if "cyclist" in classes and "cyclist" in self.passed else say("vehicles")
        return n, say("passings of {whom}", whom=whom)

    @staticmethod
    def classes_exposed(kind: str) -> frozenset[str] | None:
        """Which classes could have done this; None for all of them."""
        if kind in _ANYBODY:
            return None
        if kind in ON_FOOT:
            return frozenset({"pedestrian"})
        return frozenset(VEHICLES) if kind in ON_WHEELS_OR_RAILS else frozenset({*VEHICLES, "cyclist"})

    @cached_property
    def places(self) -> dict[str, str]:
        """What people call each place on the plan, and each key of the ranking."""
        called = {p: say("{where} approach, {id}", where=name, id=p) for p, (name, _) in approaches(self.site).items()}
        called.update({c.id: _named(term("crosswalk"), c.id) for c in self.site.crosswalks})
        called.update({q.id: called.get(q.id, _named(term("lane"), q.id)) for q in self.site.lanes})
        called.update({z.id: called.get(z.id, f"{say(ZONES.get(z.kind, z.kind))} {z.id}") for z in self.site.zones})
        return names(self.site, called) | called

    def place(self, place: str | None) -> str:
        """A place as people find it on the plan."""
        return self.places.get(place, place) if place else "–"


def _named(kind: str, name: str) -> str:
    """A name with what it is the name of, unless it says so itself."""
    own = say(kind)
    return name if kind in name.lower() or own.lower() in name.lower() else f"{own} {name}"


def on_course(row: Mapping[str, Any]) -> bool:
    """Whether two were on collision course: they had a time to collision within the limit."""
    return row["ttc_s"] is not None and row["ttc_s"] == row["ttc_s"]


def doubtful(row: Mapping[str, Any]) -> bool:
    """Whether the errors of clocks and positions could turn a verdict."""
    return row["confidence"] is not None and row["confidence"] < SURE


def closeness_s(row: Mapping[str, Any]) -> float:
    """The smaller of a near miss's TTC and PET."""
    return min((v for v in (row.get("ttc_s"), row.get("pet_s")) if v is not None and v == v), default=float("inf"))


def _rows(table: pa.Table) -> list[Row]:
    micros = pc.cast(table["t"], pa.int64())
    rows: list[Row] = table.drop_columns(["t"]).to_pylist()
    for row, t in zip(rows, micros.to_pylist(), strict=True):
        row["t"] = t / 1e6
    return rows


def findings(
    site: Site,
    results: Mapping[str, pa.Table],
    motion: Motion | None,
    signals: SignalHistory | None,
    quality: Mapping[str, object],
    keep_days: Mapping[str, float] | None,
    public: bool,
    k: int,
) -> Findings:
    """The tables in their format's columns (a missing table is an empty one) and the rest as handed in."""
    tables = {}
    for name, schema in (("violations", VIOLATIONS), ("conflicts", CONFLICTS), ("counts", COUNTS)):
        table = results.get(name, schema.empty_table())
        for column in schema:
            if column.name not in table.column_names:
                table = table.append_column(column, pa.nulls(len(table), column.type))
        tables[name] = table.select(schema.names).cast(schema)
    return Findings(
        site,
        tables["violations"],
        tables["conflicts"],
        tables["counts"],
        motion,
        signals,
        quality,
        keep_days or {},
        public,
        k,
    )
