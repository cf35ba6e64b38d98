"""Match reported violations against the truth: precision and recall for each (kind, class)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

TIMED = ("red_light", "late_start")  # several are possible on one track, so the time tells them apart


@dataclass(frozen=True)
class Event:
    """One violation, true or reported; `t` in epoch seconds."""

    kind: str
    road_user: str
    track: str
    t: float
    place: str = ""


@dataclass
class Score:
    """Counts of one (kind, class), with the events behind the errors."""

    hits: int = 0
    false: list[Event] = field(default_factory=list)
    missed: list[Event] = field(default_factory=list)

    @property
    def precision(self) -> float:
        found = self.hits + len(self.false)
        return self.hits / found if found else 1.0

    @property
    def recall(self) -> float:
        wanted = self.hits + len(self.missed)
        return self.hits / wanted if wanted else 1.0


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        stamp = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)).timestamp()


def read(path: Path) -> list[Event]:
    """Events of a violations.csv or truth.csv; other columns are not looked at."""
    with path.open(newline="") as file:
        return [
            Event(r["kind"], r["class"], r["track"], _seconds(r["t"]), r.get("place") or "")
            for r in csv.DictReader(file)
        ]


def _same(a: Event, b: Event, tolerance_s: float) -> bool:
    return a.kind == b.kind and a.track == b.track and (a.kind not in TIMED or abs(a.t - b.t) <= tolerance_s)


def score(
    reported: Path | Iterable[Event],
    truth: Path | Iterable[Event],
    tolerance_s: float = 5.0,
    borderline: Path | Iterable[Event] = (),
    kinds: Iterable[str] | None = None,
) -> dict[tuple[str, str], Score]:
    """Scores by (kind, class), with a ("all", "all") total.

    Events match by track id and kind, red_light and late_start also by time (`tolerance_s`, one to one, nearest
    first); places are not compared. Kinds of which the truth knows nothing are left out unless named in `kinds`.
    Several reports of another kind on one true track are one hit. `borderline` events count neither way. The class
    of a hit or a miss is the truth's, that of a false alarm the report's.
    """
    found = read(reported) if isinstance(reported, Path) else list(reported)
    wanted = read(truth) if isinstance(truth, Path) else list(truth)
    unsure = read(borderline) if isinstance(borderline, Path) else list(borderline)
    known = set(kinds) if kinds is not None else {e.kind for e in wanted}
    found, wanted = ([e for e in es if e.kind in known] for es in (found, wanted))
    table: dict[tuple[str, str], Score] = {}
    total = Score()
    pairs = sorted(
        (abs(f.t - w.t) if f.kind in TIMED else 0.0, i, j)
        for j, w in enumerate(wanted)
        for i, f in enumerate(found)
        if _same(f, w, tolerance_s)
    )
    used: set[int] = set()  # reports that met a truth, or repeat one of an untimed kind
    met: set[int] = set()
    for _, i, j in pairs:
        if i in used or (j in met and wanted[j].kind in TIMED):
            continue
        used.add(i)
        met.add(j)

    def doubtful(e: Event) -> bool:
        return any(_same(e, u, tolerance_s) for u in unsure)

    for j, w in enumerate(wanted):
        if doubtful(w):
            continue
        for s in (table.setdefault((w.kind, w.road_user), Score()), total):
            if j in met:
                s.hits += 1
            else:
                s.missed.append(w)
    for i, f in enumerate(found):
        if i not in used and not doubtful(f):
            for s in (table.setdefault((f.kind, f.road_user), Score()), total):
                s.false.append(f)
    return {**dict(sorted(table.items())), ("all", "all"): total}


def report(scores: dict[tuple[str, str], Score]) -> str:
    """The scores as a plain table."""
    lines = [f"{'kind':18} {'class':12} {'hit':>5} {'false':>5} {'missed':>6} {'precision':>9} {'recall':>7}"]
    for (kind, road_user), s in scores.items():
        lines.append(
            f"{kind:18} {road_user:12} {s.hits:5} {len(s.false):5} {len(s.missed):6} {s.precision:9.3f} {s.recall:7.3f}"
        )
    return "\n".join(lines)
