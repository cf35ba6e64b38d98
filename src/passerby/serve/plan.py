"""The junction's drawing as JSON: for everybody without names, for operators with them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import shapely

from passerby.screen.ground import carriageway
from passerby.screen.plan import frame_of
from passerby.site.model import Site

Box = tuple[float, float, float, float]
Rings = list[list[list[float]]]


def bounds_of(site: Site) -> Box:
    """The ground a plan shows: x0, y0, x1, y1 in metres."""
    frame = frame_of(site, 1000)
    return round(frame.x0, 1), round(frame.y0, 1), round(frame.x1, 1), round(frame.y1, 1)


def light_names(site: Site) -> dict[str, str]:
    """Public name -> signal id of all that a light governs: s0, s1, .. stop lines and c0, c1, .. crosswalks.

    Of a stop line with a light per movement, its first one counts.
    """
    names = {}
    for i, line in enumerate(site.stop_lines):
        signal = next((m.signal for m in line.movements if m.signal is not None), None)
        if signal is not None:
            names[f"s{i}"] = signal
    for i, crosswalk in enumerate(site.crosswalks):
        if crosswalk.signal is not None:
            names[f"c{i}"] = crosswalk.signal
    return names


def road_of(site: Site) -> Rings:
    """The outlines of where vehicles drive: the part of a plan that takes time to work out."""
    shape = carriageway(site)
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon" and not p.is_empty]
    return [_points(shapely.get_coordinates(p.exterior)[:-1]) for p in parts]


def public_plan(site: Site, road: Rings) -> dict[str, Any]:
    """Plan without a single id: bounds, carriageway, lanes, crosswalks, stop_lines, sidewalks; road: `road_of` it."""
    return {
        "bounds": list(bounds_of(site)),
        "carriageway": road,
        "lanes": [
            {"kind": lane.kind, "centreline": _points(lane.centreline), "width": lane.width_m} for lane in site.lanes
        ],
        "crosswalks": [_points(c.polygon) for c in site.crosswalks],
        "stop_lines": [_points(s.points) for s in site.stop_lines],
        "sidewalks": [_points(z.polygon) for z in site.zones if z.kind == "sidewalk"],
    }


def operator_plan(site: Site, road: Rings) -> dict[str, Any]:
    """Plan with the ids of lanes, crosswalks, stop lines and zones and the signals that govern them."""
    return public_plan(site, road) | {
        "lanes": [
            {"id": lane.id, "kind": lane.kind, "centreline": _points(lane.centreline), "width": lane.width_m}
            for lane in site.lanes
        ],
        "crosswalks": [{"id": c.id, "polygon": _points(c.polygon), "signal": c.signal} for c in site.crosswalks],
        "stop_lines": [
            {
                "id": s.id,
                "points": _points(s.points),
                "heading": s.heading_deg,
                "signal": next((m.signal for m in s.movements if m.signal is not None), None),
            }
            for s in site.stop_lines
        ],
        "zones": [{"id": z.id, "kind": z.kind, "polygon": _points(z.polygon)} for z in site.zones],
    }


def _points(points: Iterable[Any]) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]
