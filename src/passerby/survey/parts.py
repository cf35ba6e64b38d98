"""What was found, as parts of a site: plain numbers to the centimetre, and the finding that speaks for each."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from passerby.site.model import Crosswalk, Lane, Points, Zone
from passerby.survey.arms import WINDS
from passerby.survey.carriageways import Carriageway
from passerby.survey.crosswalks import Crossing
from passerby.survey.lanes import Ridge
from passerby.survey.proposal import Finding
from passerby.tracks.record import FloatArray

_SIMPLE_M: Final = 0.12
_OUTLINE_M: Final = 0.4


def points(line: FloatArray) -> Points:
    """Points to the centimetre."""
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in line)


def lane(
    id: str, kind: str, road: Carriageway, ridge: Ridge, from_s: float | None = None, to_s: float | None = None
) -> tuple[Lane, Finding] | None:
    """A lane along its ridge, from and to the given metres along the reference; None where nothing is left of it."""
    a = float(ridge.s[0]) if from_s is None else from_s
    b = float(ridge.s[-1]) if to_s is None else to_s
    if b - a < 5:
        return None
    at = np.append(np.arange(a, b - 1, 2.5), b)
    line = shapely.LineString(road.reference.place(at, ridge.across(at))).simplify(_SIMPLE_M)
    found = Lane(id, points(np.asarray(line.coords)), round(ridge.width_m, 1), kind)
    n = len(ridge.users)
    clear = np.exp(-max(ridge.spread_m - 0.3, 0.0))
    return found, Finding("lane", id, n, round(ridge.spread_m, 2), round(float(n / (n + 4) * clear), 2))


def crosswalk(id: str, crossing: Crossing, signal: str | None, confidence: float) -> tuple[Crosswalk, Finding]:
    """A crosswalk for those who were seen on it."""
    classes = {"pedestrian"} if crossing.walkers else set()
    if crossing.cyclists:
        classes.add("cyclist")
    n = len(crossing.walkers) + len(crossing.cyclists)
    found = Crosswalk(id, points(crossing.corners), signal, frozenset(classes))
    return found, Finding("crosswalk", id, n, round(crossing.spread_m, 2), round(confidence * n / (n + 3), 2))


def outlines(id: str, kind: str, ground: shapely.Geometry, least_m2: float) -> list[Zone]:
    """Zones around the pieces of some ground, holes filled: the format knows none."""
    pieces = [g for g in getattr(ground, "geoms", [ground]) if isinstance(g, shapely.Polygon) and g.area >= least_m2]
    pieces.sort(key=lambda g: -g.area)
    zones = []
    for k, piece in enumerate(pieces):
        outline = shapely.Polygon(piece.exterior).simplify(_OUTLINE_M)
        if outline.is_valid and outline.area >= least_m2:
            name = id if len(pieces) == 1 else f"{id}-{k + 1}"
            zones.append(Zone(name, kind, points(np.asarray(outline.exterior.coords)[:-1])))
    return zones


def wind_of(x: float, y: float, centre: tuple[float, float]) -> str:
    """The wind that names the side of the centre on which a point lies."""
    return WINDS[round(float(np.degrees(np.arctan2(x - centre[0], y - centre[1])) % 360) / 45) % 8]
