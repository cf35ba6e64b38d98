"""Tracks, events and the site itself as GeoJSON (RFC 7946), for maps.

Times, places and track ids are written as they are, not rounded or withheld: such a file is for the operator's own
screen, not for publication, and every collection says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from passerby.site.geodesy import to_lonlat
from passerby.site.model import Points, Site
from passerby.tracks.classes import CLASSES
from passerby.tracks.record import Tracks
from passerby.tracks.write import whole_file

NOTE: Final = (
    "For the operator's own screen: neither rounded nor withheld. Not for publication, and no evidence against anyone."
)
_DECIMALS: Final = 7  # of a degree: 1 cm

Feature = dict[str, Any]
Origin = tuple[float, float]


def track_features(tracks: Tracks, origin: Origin) -> Iterator[Feature]:
    """One LineString per track (a Point where it has one row only), with its class, first and last time and times."""
    lon, lat = to_lonlat(tracks.x, tracks.y, origin)
    begins = np.flatnonzero(np.diff(tracks.track, prepend=-1))
    for a, b in zip(begins, np.append(begins[1:], len(tracks)), strict=True):
        classes, counts = np.unique(tracks.cls[a:b], return_counts=True)
        line = _positions(lon[a:b], lat[a:b])
        geometry = {"type": "LineString", "coordinates": line} if b - a > 1 else _point(line[0])
        yield _feature(
            geometry,
            {
                "track": tracks.ids[int(tracks.track[a])],
                "class": CLASSES[int(classes[counts.argmax()])],
                "t0": _rfc3339(tracks.t[a]),
                "t1": _rfc3339(tracks.t[b - 1]),
                "times": [round(float(t), 3) for t in tracks.t[a:b]],
            },
        )


def event_features(table: pa.Table | Iterable[Mapping[str, Any]], origin: Origin) -> Iterator[Feature]:
    """One Point per row of a violations or conflicts table, every other column a property."""
    rows = table.to_pylist() if isinstance(table, pa.Table) else list(table)
    if not rows:
        return
    lon, lat = to_lonlat([r["x"] for r in rows], [r["y"] for r in rows], origin)
    for row, where in zip(rows, _positions(lon, lat), strict=True):
        kept = {k: _plain(v) for k, v in row.items() if k not in ("x", "y", "event")}
        yield {**_feature(_point(where), {**kept, "note": NOTE}), "id": row.get("event")}


def site_features(site: Site) -> Iterator[Feature]:
    """Stop lines and lanes as LineStrings, crosswalks and zones as Polygons."""
    for stop in site.stop_lines:
        signals = sorted({m.signal for m in stop.movements if m.signal})
        yield _feature(
            _line(stop.points, site.origin),
            {"what": "stop_line", "id": stop.id, "heading_deg": stop.heading_deg, "signals": signals},
        )
    for lane in site.lanes:
        yield _feature(
            _line(lane.centreline, site.origin),
            {"what": "lane", "id": lane.id, "kind": lane.kind, "width_m": lane.width_m},
        )
    for crosswalk in site.crosswalks:
        yield _feature(
            _area(crosswalk.polygon, site.origin),
            {"what": "crosswalk", "id": crosswalk.id, "signal": crosswalk.signal},
        )
    for zone in site.zones:
        yield _feature(_area(zone.polygon, site.origin), {"what": "zone", "id": zone.id, "kind": zone.kind})


def write_geojson(features: Iterable[Feature], path: Path) -> int:
    """Write a FeatureCollection, feature by feature; return how many. StoreError where it cannot be written."""
    n = 0
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","note":' + json.dumps(NOTE) + ',"features":[')
        for n, feature in enumerate(features, 1):
            out.write(",\n" if n > 1 else "\n")
            json.dump(feature, out, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        out.write("\n]}\n")
    return n


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _positions(lon: npt.ArrayLike, lat: npt.ArrayLike) -> list[list[float]]:
    pairs: list[list[float]] = np.round(np.column_stack([lon, lat]), _DECIMALS).tolist()
    return pairs


def _drawn(points: npt.ArrayLike, origin: Origin) -> list[list[float]]:
    xy = np.asarray(points, np.float64)
    return _positions(*to_lonlat(xy[:, 0], xy[:, 1], origin))


def _point(position: list[float]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": position}


def _line(points: Points, origin: Origin) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": _drawn(points, origin)}


def _area(outline: Points, origin: Origin) -> dict[str, Any]:
    # RFC 7946, 3.1.6: closed, the outer ring counterclockwise.
    ring = np.asarray(shapely.geometry.polygon.orient(shapely.Polygon(outline), 1.0).exterior.coords)
    return {"type": "Polygon", "coordinates": [_drawn(ring, origin)]}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _rfc3339(t: float) -> str:
    return datetime.fromtimestamp(float(t), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
