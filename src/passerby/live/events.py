"""Rows of the result tables: deterministic event ids, honest decimals, and links between parts of one incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from math import isfinite
from typing import Any, Final

import pyarrow as pa

from passerby.rules.violation import Violation, rounded_confidence
from passerby.tables import CONFLICTS, COUNTS, VIOLATIONS

Row = dict[str, Any]
INCIDENT_S: Final = 8.0
"""Events of the same road user no farther apart than this belong to one incident."""


def event_id(*parts: object) -> str:
    """An id that depends on what happened alone, so that a second run gives the same: 16 hex digits."""
    return blake2b("\x1f".join(str(p) for p in parts).encode(), digest_size=8).hexdigest()


def violation_row(v: Violation) -> Row:
    """A violation as a row of its table, ids by kind, track, place and second."""
    return {
        "event": event_id("violation", v.kind, v.track, v.place, round(v.t)),
        "kind": v.kind,
        "class": v.cls,
        "track": v.track,
        "t": _us(v.t),
        "x": round(v.x, 2),
        "y": round(v.y, 2),
        "place": v.place,
        "signal": v.signal,
        "state": v.state,
        "into_state_s": _number(v.into_state_s, 2),
        "speed_mps": _number(v.speed_mps, 2),
        "duration_s": _number(v.duration_s, 1),
        "confidence": rounded_confidence(v.confidence),
        "linked": [],
    }


def conflict_rows(table: pa.Table) -> list[Row]:
    """Conflicts as rows with ids; the pair and the tenth of a second make one."""
    rows = []
    for row in table.to_pylist():
        row["t"] = _us(row["t"].timestamp()) if not isinstance(row["t"], int) else row["t"]
        a, b = sorted((row["track_a"], row["track_b"]))
        row["event"] = event_id("conflict", a, b, round(row["t"] / 1e6, 1))
        row["linked"] = []
        for name, digits in _CONFLICT_DIGITS.items():
            row[name] = _number(row[name], digits)
        rows.append(row)
    return rows


_CONFLICT_DIGITS: Final = {"x": 2, "y": 2, "ttc_s": 2, "pet_s": 2, "drac_mps2": 2, "max_speed_mps": 2} | {
    "delta_v_mps": 2,
    "confidence": 2,
    "angle_deg": 0,
}


def incidents(violations: Iterable[Row], conflicts: Iterable[Row]) -> list[tuple[str, ...]]:
    """The events of each incident of more than one, sorted: a near miss and the violations of either road user.

    Two violations belong together where one road user committed both within `INCIDENT_S`; a conflict and a
    violation where the violator is one of the two. Incidents are what is connected so.
    """
    by_track: dict[str, list[Row]] = {}
    for v in violations:
        by_track.setdefault(v["track"], []).append(v)
    parent: dict[str, str] = {}

    def root(e: str) -> str:
        while parent.setdefault(e, e) != e:
            e = parent[e]
        return e

    for rows in by_track.values():
        rows.sort(key=lambda r: (r["t"], r["event"]))
        for i, a in enumerate(rows):
            for b in rows[i + 1 :]:
                if _apart_s(a, b) <= INCIDENT_S:
                    parent[root(b["event"])] = root(a["event"])
    for c in conflicts:
        for track in (c["track_a"], c["track_b"]):
            for v in by_track.get(track, ()):
                if _apart_s(v, c) <= INCIDENT_S:
                    parent[root(c["event"])] = root(v["event"])
    groups: dict[str, list[str]] = {}
    for e in parent:
        groups.setdefault(root(e), []).append(e)
    return [tuple(sorted(group)) for group in groups.values()]


def _apart_s(a: Row, b: Row) -> float:
    """Seconds between two events, 0 where they overlap."""
    a0, b0 = a["t"] / 1e6, b["t"] / 1e6
    a1, b1 = a0 + (a.get("duration_s") or 0.0), b0 + (b.get("duration_s") or 0.0)
    return float(max(a0 - b1, b0 - a1, 0.0))


def table_of(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as the table of that name, in the order (t, event)."""
    schema = {"violations": VIOLATIONS, "conflicts": CONFLICTS, "counts": COUNTS}[name]
    key = (lambda r: (r["t0"], r["place"], r["movement"], r["class"])) if name == "counts" else _by_time
    return pa.Table.from_pylist(sorted(rows, key=key), schema=schema)


def _by_time(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["t"], row["event"])


def _us(t: float) -> int:
    return round(t * 1e3) * 1000


def _number(value: float | None, digits: int) -> float | None:
    return round(float(value), digits) if value is not None and isfinite(value) else None
