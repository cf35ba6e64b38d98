"""Tables to take away, each with a note of where it comes from, how it was measured and what it may not be used for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import passerby
from passerby.errors import InputError
from passerby.screen.turning import epoch_s
from passerby.serve.rows import rfc3339
from passerby.site.model import Site
from passerby.store.files import csv_bytes
from passerby.tables import TABLES
from passerby.tracks.classes import CODE
from passerby.tracks.geojson import NOTE, Feature, event_features, site_features, track_features
from passerby.tracks.record import Tracks

Format = Literal["csv", "parquet", "geojson"]
MEDIA: Final = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}


@dataclass(frozen=True)
class Provenance:
    """Where an export comes from: site, table, the period asked for, when it was made."""

    site: str
    timezone: str
    origin: tuple[float, float]
    table: str
    since: datetime | None
    until: datetime | None
    rows: int
    made: datetime

    def items(self) -> dict[str, str]:
        """What is written with the rows."""
        ends = [rfc3339(t) if t is not None else ".." for t in (self.since, self.until)]
        return {
            "site": self.site,
            "timezone": self.timezone,
            "origin": f"{self.origin[0]:.7f} N, {self.origin[1]:.7f} E; x east, y north, metres",
            "table": f"{self.table}, format version 1",
            "period": "/".join(ends),
            "rows": str(self.rows),
            "made": f"{rfc3339(self.made)} by Passerby {passerby.__version__}",
            "note": NOTE,
        }


def provenance(
    site: Site, table: str, rows: pa.Table, since: datetime | None, until: datetime | None, made: datetime
) -> Provenance:
    """The provenance of rows of a table."""
    return Provenance(site.name, site.timezone, site.origin, table, since, until, len(rows), made)


def exported(site: Site, rows: pa.Table, source: Provenance, format: Format, header: bool = True) -> bytes:
    """Rows of a table as a file.

    Provenance: lines beginning with `#` before the header of a CSV (left out with header False), key-value metadata of
    a Parquet file, member `provenance` of a GeoJSON collection.
    """
    if source.table not in TABLES:
        raise InputError(f'table: wanted one of {", ".join(TABLES)}, got "{source.table}"')
    facts = source.items()
    if format == "csv":
        return (heading(facts) if header else b"") + csv_bytes(source.table, rows)
    if format == "parquet":
        kept = {f"passerby.{k}": v for k, v in facts.items()}
        sink = io.BytesIO()
        pq.write_table(rows.replace_schema_metadata(kept), sink, compression="zstd")
        return sink.getvalue()
    shown = list(features(site, source.table, rows))
    collection = {"type": "FeatureCollection", "note": NOTE, "provenance": facts, "features": shown}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def heading(facts: Mapping[str, str]) -> bytes:
    """Where data comes from, as the lines that a CSV begins with."""
    return "".join(f"# {k}: {' '.join(v.split())}\n" for k, v in facts.items()).encode()


def features(site: Site, table: str, rows: pa.Table) -> Iterator[Feature]:
    """The rows on the map: events as points, tracks as lines, counts on the geometry of their place."""
    if table == "counts":
        return _counted(site, rows)
    if table == "tracks":
        return track_features(stored_tracks(rows), site.origin)
    return event_features(rows, site.origin)


def stored_tracks(rows: pa.Table) -> Tracks:
    """Rows of the table of tracks as tracks; sizes and headings unknown."""
    names, track = np.unique(np.array(rows["track"].to_pylist(), str), return_inverse=True)
    t = epoch_s(rows["t"])
    order = np.lexsort((t, track))
    x, y = (rows[c].to_numpy(zero_copy_only=False)[order] for c in ("x", "y"))
    cls = np.array([CODE[c] for c in rows["class"].to_pylist()], np.int64)[order]
    unknown = np.full(len(t), np.nan)
    return Tracks(tuple(names.tolist()), track[order].astype(np.int64), cls, t[order], x, y, unknown, unknown, unknown)


def _counted(site: Site, rows: pa.Table) -> Iterator[Feature]:
    drawn: Mapping[str, Any] = {f["properties"]["id"]: f["geometry"] for f in reversed(list(site_features(site)))}
    for row in rows.to_pylist():
        kept = {k: rfc3339(v) if isinstance(v, datetime) else v for k, v in row.items()}
        yield {"type": "Feature", "geometry": drawn.get(row["place"]), "properties": kept}
