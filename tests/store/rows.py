"""Rows for the store's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from passerby.tables import CONFLICTS, COUNTS, TRACKS, VIOLATIONS

T0 = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


def violation(event: str, t: datetime = T0, **more: Any) -> dict[str, Any]:
    row = {
        "event": event,
        "kind": "red_light",
        "class": "car",
        "track": f"track-of-{event}",
        "t": t,
        "x": 1.5,
        "y": -2.0,
    }
    return {**row, "place": "north", "confidence": 0.9, "linked": [], **more}


def violations(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=VIOLATIONS)


def conflicts(*events: str) -> pa.Table:
    rows = [
        {"event": e, "kind": "crossing", "track_a": "a" + e, "track_b": "b" + e, "t": T0, "ttc_s": 1.2} for e in events
    ]
    return pa.Table.from_pylist(rows, schema=CONFLICTS)


def counts(*cells: tuple[int, str | None, int], t0: datetime = T0) -> pa.Table:
    rows = [
        {
            "t0": t0 + timedelta(minutes=15 * i),
            "t1": t0 + timedelta(minutes=15 * (i + 1)),
            "place": "north",
            "movement": m,
            "class": "car",
            "n": n,
        }
        for i, m, n in cells
    ]
    return pa.Table.from_pylist(rows, schema=COUNTS)


def tracks(track: str, steps: range, t0: datetime = T0) -> pa.Table:
    rows = [
        {"track": track, "class": "car", "t": t0 + timedelta(seconds=0.1 * k), "x": float(k), "y": 0.0} for k in steps
    ]
    return pa.Table.from_pylist(rows, schema=TRACKS)
