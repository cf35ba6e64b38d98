"""The lanelet2 maps of SinD: lines, road areas and lanes on the ground, metres around the maps' own origin."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely

# The maps' degrees are UTM metres around 0 N 0 E (their own viewer projects so): zone 31, 3 degrees off its meridian.
_UTM_SCALE = 0.9996 * (1 + math.radians(3) ** 2 / 2 * 1.00674)
_EAST_M_PER_DEG = math.radians(1) * 6378137.0 * _UTM_SCALE
_NORTH_M_PER_DEG = math.radians(1) * 6335439.0 * _UTM_SCALE

_AT_LINE_M = 1.0

Line = np.ndarray


@dataclass(frozen=True)
class Way:
    """A line of the map, shape (n, 2), with its tags."""

    id: str
    tags: Mapping[str, str]
    line: Line


@dataclass(frozen=True)
class DrawnLane:
    """A lane of the map: centreline in the direction of travel, mean width, and the area it covers."""

    id: str
    centreline: Line
    width_m: float
    area: shapely.Polygon


@dataclass(frozen=True)
class Map:
    """One lanelet2 map."""

    ways: Mapping[str, Way]
    lanelets: tuple[tuple[str, str, str, str], ...]

    def of_type(self, name: str) -> list[Way]:
        """Lines of a type, in the file's order."""
        return [w for w in self.ways.values() if w.tags.get("type") == name]

    @cached_property
    def lanes(self) -> tuple[DrawnLane, ...]:
        """Lanes outside the junction (connections through it are drawn over each other and left out)."""
        stops = shapely.union_all([shapely.LineString(w.line) for w in self.of_type("stop_line")])
        return tuple(
            _lane(_unique(name, i, self.lanelets), self.ways[left].line, self.ways[right].line, stops)
            for i, name, left, right in self.lanelets
            if "_to_" not in name
        )

    @cached_property
    def junction(self) -> shapely.Polygon:
        """The area between the kerbs of the corners: their four lines joined in a ring."""
        corners = [w.line for w in self.of_type("curbstone") if ":" in w.tags.get("name", "")]
        assert len(corners) == 4
        middle = np.vstack(corners).mean(0)
        turned = [c if _angle(c[0], middle, c[-1]) > 0 else c[::-1] for c in corners]
        turned.sort(key=lambda c: math.atan2(*(c.mean(0) - middle)[::-1]))
        return shapely.Polygon(np.vstack(turned))

    @cached_property
    def carriageway(self) -> shapely.Polygon:
        """Where vehicles drive: the junction and every lane, without the hairline gaps between them."""
        areas = [a.buffer(0.3, join_style="mitre") for a in (self.junction, *(q.area for q in self.lanes))]
        whole = shapely.union_all(areas).buffer(-0.3, join_style="mitre")
        return max(shapely.get_parts(whole), key=lambda p: p.area)


def read_map(path: Path) -> Map:
    """A map with its lines and lanelets."""
    root = ElementTree.parse(path).getroot()
    at = {
        n.attrib["id"]: (float(n.attrib["lon"]) * _EAST_M_PER_DEG, float(n.attrib["lat"]) * _NORTH_M_PER_DEG)
        for n in root.findall("node")
    }
    ways = {
        w.attrib["id"]: Way(w.attrib["id"], _tags(w), np.array([at[n.attrib["ref"]] for n in w.findall("nd")]))
        for w in root.findall("way")
    }
    lanelets = []
    for relation in root.findall("relation"):
        tags = _tags(relation)
        if tags.get("type") != "lanelet":
            continue
        side = {m.attrib["role"]: m.attrib["ref"] for m in relation.findall("member")}
        lanelets.append((relation.attrib["id"], tags.get("name", ""), side["left"], side["right"]))
    return Map(ways, tuple(lanelets))


def strip(a: Line, b: Line) -> shapely.Polygon:
    """The area between two lines that run side by side."""
    if np.dot(a[-1] - a[0], b[-1] - b[0]) < 0:
        b = b[::-1]
    return shapely.Polygon(np.vstack([a, b[::-1]]))


def _tags(element: ElementTree.Element) -> dict[str, str]:
    return {t.attrib["k"]: t.attrib["v"] for t in element.findall("tag")}


def _unique(name: str, lanelet: str, all_of_them: tuple[tuple[str, str, str, str], ...]) -> str:
    """A lane's name, with its number where the map has given the same name twice."""
    return name if sum(n == name for _, n, _, _ in all_of_them) == 1 else f"{name} ({lanelet[1:]})"


def _angle(a: Line, middle: Line, b: Line) -> float:
    """Whether b lies anticlockwise of a around the middle (positive) or clockwise."""
    u, v = a - middle, b - middle
    return float(u[0] * v[1] - u[1] * v[0])


def _lane(name: str, left: Line, right: Line, stops: shapely.Geometry) -> DrawnLane:
    if np.dot(left[-1] - left[0], right[-1] - right[0]) < 0:
        right = right[::-1]
    share = np.linspace(0.0, 1.0, 12)
    a, b = (shapely.LineString(edge).interpolate(share, normalized=True) for edge in (left, right))
    a, b = (np.array([p.coords[0] for p in points]) for points in (a, b))
    course = (a + b) / 2
    # By the stop lines, not by edge or name: each of two maps has one lane with its edges swapped or misnamed.
    ends = [float(shapely.Point(course[k]).distance(stops)) for k in (0, -1)]
    middle = np.array(stops.centroid.coords[0])
    outward = np.hypot(*(course[-1] - middle)) > np.hypot(*(course[0] - middle))
    if (min(ends) < _AT_LINE_M) == outward:
        course = course[::-1]
    return DrawnLane(name, course, float(np.hypot(*(a - b).T).mean()), strip(left, right))
