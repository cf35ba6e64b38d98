"""At which part of the drawing a near miss happened: it has a position and no place of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from passerby.screen.ground import heart
from passerby.site.model import Site, polygon

CROSSWALK_M: Final = 4.0
LINE_M: Final = 8.0
INSIDE: Final = "inside"
ELSEWHERE: Final = "elsewhere"
_CROSS: Final = frozenset({"pedestrian", "cyclist"})


def place_of(site: Site, x: npt.ArrayLike, y: npt.ArrayLike, classes: Iterable[tuple[str, str]]) -> list[str]:
    """Where each near miss belongs; x, y: m east and north, classes: of both, one pair per point.

    The nearest crosswalk within `CROSSWALK_M` where somebody on foot or a bicycle was in it, else the nearest stop line
    within `LINE_M`, else `INSIDE` the junction (among its stop lines and crosswalks) or `ELSEWHERE`.
    """
    points = shapely.points(np.asarray(x, np.float64), np.asarray(y, np.float64))
    crossing = np.array([bool(_CROSS & {*pair}) for pair in classes], bool)
    walks = _nearest(points, [(c.id, polygon(c.polygon)) for c in site.crosswalks], CROSSWALK_M)
    lines = _nearest(points, [(s.id, shapely.LineString(s.points)) for s in site.stop_lines], LINE_M)
    corners = heart(site)
    middle = shapely.convex_hull(shapely.MultiPoint(corners)) if len(corners) else shapely.Polygon()
    within = shapely.contains(middle, points)
    rest = (INSIDE if i else ELSEWHERE for i in within.tolist())
    return [
        walk if walk is not None and cross else line if line is not None else other
        for walk, cross, line, other in zip(walks, crossing.tolist(), lines, rest, strict=True)
    ]


def _nearest(
    points: npt.NDArray[np.object_], shapes: list[tuple[str, shapely.Geometry]], reach_m: float
) -> list[str | None]:
    if not shapes or not len(points):
        return [None] * len(points)
    with np.errstate(invalid="ignore"):
        away = np.array([shapely.distance(points, shape) for _, shape in shapes])
    away = np.where(np.isfinite(away), away, np.inf)
    first = np.argmin(away, axis=0).tolist()
    return [shapes[i][0] if away[i, j] <= reach_m else None for j, i in enumerate(first)]
