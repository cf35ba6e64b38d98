"""Track ids that come back: on another day, or at another camera, where they would follow somebody."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from passerby.privacy.finding import Finding
from passerby.tables import TIME

ID_COLUMNS: Final = ("track", "track_a", "track_b")
TIME_COLUMNS: Final = ("t", "time", "timestamp")
CAMERA_COLUMNS: Final = ("camera", "camera_id", "sensor")
DAY_S: Final = 86400.0


class TrackIds:
    """Collects, table by table, from when to when and at which cameras each track id was seen."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[float, float, str]] = {}
        self._cameras: dict[str, set[str]] = {}

    def add(self, name: str, table: pa.Table) -> None:
        """Take in a table's ids; one without ids and times adds nothing."""
        time = next((c for c in TIME_COLUMNS if c in table.column_names), None)
        camera = next((c for c in CAMERA_COLUMNS if c in table.column_names), None)
        for column in ID_COLUMNS:
            if column not in table.column_names or table.num_rows == 0:
                continue
            ids = table[column].cast(pa.string())
            if time is not None:
                spans = pa.table({"id": ids, "t": _seconds(table[time])}).group_by("id")
                rows = spans.aggregate([("t", "min"), ("t", "max")]).to_pydict()
                for track, low, high in zip(rows["id"], rows["t_min"], rows["t_max"], strict=True):
                    if track is not None and low is not None:
                        had = self._seen.get(track, (low, high, name))
                        self._seen[track] = (min(low, had[0]), max(high, had[1]), had[2])
            if camera is not None:
                pairs = pa.table({"id": ids, "c": table[camera].cast(pa.string())}).group_by(["id", "c"]).aggregate([])
                for track, where in zip(pairs["id"].to_pylist(), pairs["c"].to_pylist(), strict=True):
                    if track is not None and where is not None:
                        self._cameras.setdefault(track, set()).add(where)
                        self._seen.setdefault(track, (0.0, 0.0, name))

    def findings(self) -> list[Finding]:
        """One finding for each file in which ids first appeared that lived too long or in two places."""
        todo = "draw a new random id for every road user at every camera, and remove these rows"
        days: dict[str, list[str]] = {}
        places: dict[str, list[str]] = {}
        for track, (low, high, name) in self._seen.items():
            if high - low > DAY_S:
                days.setdefault(name, []).append(track)
            if len(self._cameras.get(track, ())) > 1:
                places.setdefault(name, []).append(track)
        why = "an id that comes back follows a person"
        return [
            Finding(name, f'{len(ids)} track ids seen more than a day apart (such as "{min(ids)}")', why, todo)
            for name, ids in days.items()
        ] + [
            Finding(name, f'{len(ids)} track ids seen at several cameras (such as "{min(ids)}")', why, todo)
            for name, ids in places.items()
        ]


def _seconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return pc.divide(column.cast(TIME, safe=False).cast(pa.int64()).cast(pa.float64()), 1e6)
    if pa.types.is_string(column.type):
        values = [_second(v) for v in column.to_pylist()]
        return pa.chunked_array([pa.array(values, pa.float64())])
    try:
        return column.cast(pa.float64())
    except pa.ArrowException:
        return pa.chunked_array([pa.nulls(len(column), pa.float64())])


def _second(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        pass
    try:
        t = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (t if t.tzinfo else t.replace(tzinfo=UTC)).timestamp()
