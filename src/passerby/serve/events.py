"""Events as operators ask for them: filters and pages over the tables, newest first."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import InputError
from passerby.serve.follow import EVENTS
from passerby.serve.marks import Mark
from passerby.serve.rows import row_json


@dataclass(frozen=True)
class Wanted:
    """Which events: table, kind, class of anyone involved, place, severity, mark ("confirmed", "false", "none").

    confidence: at least so likely. hours: first and last hour of the day on the clock of `zone`, over midnight too.
    """

    table: str | None = None
    kind: str | None = None
    cls: str | None = None
    place: str | None = None
    severity: str | None = None
    mark: str | None = None
    confidence: float | None = None
    hours: tuple[int, int] | None = None
    zone: tzinfo = UTC


def chosen(table: str, rows: pa.Table, wanted: Wanted, marks: Mapping[str, Mark]) -> pa.Table:
    """The rows of a table that are wanted."""
    if wanted.table not in (None, table):
        return rows.slice(0, 0)
    keep = pa.array([True] * rows.num_rows, pa.bool_())
    conflicts = table == "conflicts"
    if wanted.kind is not None and not (conflicts and wanted.kind == "near_miss"):
        keep = pc.and_(keep, pc.equal(rows["kind"], wanted.kind))
    if wanted.cls is not None:
        columns = ("class_a", "class_b") if conflicts else ("class",)
        hits = [pc.equal(rows[c], wanted.cls) for c in columns]
        keep = pc.and_(keep, hits[0] if len(hits) == 1 else pc.or_(*hits))
    for column, value in (("place", wanted.place), ("severity", wanted.severity)):
        if value is not None:
            hit = pc.equal(rows[column], value) if column in rows.column_names else pa.scalar(False)
            keep = pc.and_(keep, hit)
    if wanted.confidence is not None:
        # who wrote no confidence was sure
        keep = pc.and_(keep, pc.greater_equal(pc.fill_null(rows["confidence"], 1.0), wanted.confidence))
    if wanted.hours is not None:
        first, last = wanted.hours
        span = (last - first) % 24
        clock = [(t.astimezone(wanted.zone).hour - first) % 24 <= span for t in rows["t"].to_pylist()]
        keep = pc.and_(keep, pa.array(clock, pa.bool_()))
    if wanted.mark is not None:
        verdicts = [marks[e].verdict if e in marks else "none" for e in rows["event"].to_pylist()]
        keep = pc.and_(keep, pc.equal(pa.array(verdicts, pa.string()), wanted.mark))
    return rows.filter(pc.fill_null(keep, False))


def page(
    tables: Mapping[str, pa.Table], wanted: Wanted, marks: Mapping[str, Mark], limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None, int]:
    """At most `limit` events, newest first, the cursor of the next page, and how many there are on all pages.

    InputError for a cursor that is none.
    """
    before = _position(cursor) if cursor is not None else None
    found: list[tuple[int, str, str, int]] = []
    kept = {table: chosen(table, tables[table], wanted, marks) for table in EVENTS if table in tables}
    for table, rows in kept.items():
        times = rows["t"].cast(pa.int64()).to_pylist()
        ids = rows["event"].to_pylist()
        found += [(t, event, table, i) for i, (t, event) in enumerate(zip(times, ids, strict=True))]
    total = len(found)
    if before is not None:
        found = [item for item in found if item[:2] < before]
    found.sort(reverse=True)
    rows_out = []
    for _, event, table, i in found[:limit]:
        row = row_json(table, kept[table].slice(i, 1).to_pylist()[0])
        rows_out.append(row | {"mark": marks[event].json() if event in marks else None})
    more = len(found) > limit
    return rows_out, _cursor(*found[limit - 1][:2]) if more else None, total


def _cursor(t_us: int, event: str) -> str:
    return base64.urlsafe_b64encode(f"{t_us}.{event}".encode()).decode().rstrip("=")


def _position(cursor: str) -> tuple[int, str]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
        t, _, event = text.partition(".")
        return int(t), event
    except (ValueError, binascii.Error):
        raise InputError("cursor: is none that this server gave; leave it out to begin with the newest") from None


def within(since: datetime | None, until: datetime | None) -> None:
    """InputError where a period ends before it begins."""
    if since is not None and until is not None and until < since:
        raise InputError("until: must not be before since")
