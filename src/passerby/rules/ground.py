"""The site's geometry prepared for the rules: made once per site, read by every rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
import shapely.affinity

from passerby.site.model import Crosswalk, Lane, Site, StopLine, polygon, unit

_AXIS_DEG = 30.0
_CROSSWALK_AHEAD_M = 8.0
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LineFrame:
    """A stop line's own axes: u along it from its first point, s ahead of it in its heading, both in metres."""

    line: StopLine
    origin: FloatArray
    along: FloatArray
    ahead: FloatArray
    u: FloatArray
    s: FloatArray

    def place(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """u and s of ground points; s is measured from the line itself, bends included."""
        dx, dy = x - self.origin[0], y - self.origin[1]
        u = dx * self.along[0] + dy * self.along[1]
        s = dx * self.ahead[0] + dy * self.ahead[1]
        return u, s - np.interp(u, self.u, self.s)


@dataclass(frozen=True, eq=False)
class CrosswalkFrame:
    """A crosswalk's own axes: a along the walk, b across it; its outline as a table of lowest and highest a over b."""

    crosswalk: Crosswalk
    area: shapely.Polygon
    axis: FloatArray
    b: FloatArray
    low: FloatArray
    high: FloatArray

    @cached_property
    def wider(self) -> shapely.Polygon:
        """The area and what somebody whose feet are on it may seem to be beside it."""
        return self.area.buffer(0.2)

    def place(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Depth from the low end, depth from the high end, and distance outside the sides (0 between them)."""
        a = x * self.axis[0] + y * self.axis[1]
        b = -x * self.axis[1] + y * self.axis[0]
        low, high = np.interp(b, self.b, self.low), np.interp(b, self.b, self.high)
        beside = np.maximum(np.maximum(self.b[0] - b, b - self.b[-1]), 0.0)
        return a - low, high - a, beside


@dataclass(frozen=True, eq=False)
class LaneFrame:
    """A lane's centreline as straight pieces, shape (p, 2) each, with unit directions and stations."""

    lane: Lane
    start: FloatArray
    direction: FloatArray
    length: FloatArray
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Ground:
    """What the rules need to know of a site's shape."""

    site: Site
    _away: dict[float, shapely.Geometry] = field(default_factory=dict, repr=False)

    @cached_property
    def lines(self) -> tuple[LineFrame, ...]:
        """Every stop line in its own axes."""
        return tuple(_line_frame(line) for line in self.site.stop_lines)

    @cached_property
    def lanes(self) -> tuple[LaneFrame, ...]:
        """Every lane as straight pieces."""
        return tuple(_lane_frame(lane) for lane in self.site.lanes)

    @cached_property
    def crosswalks(self) -> tuple[CrosswalkFrame, ...]:
        """Every part of every crosswalk between waiting areas (a refuge island cuts a crosswalk in two)."""
        islands = shapely.union_all([polygon(z.polygon) for z in self.site.zones_of("waiting")])
        frames = []
        for crosswalk in self.site.crosswalks:
            area = polygon(crosswalk.polygon)
            axis = _walking_axis(crosswalk, self.site)
            for part in _parts(area.difference(islands)) if area.intersects(islands) else [area]:
                if part.area > 1.0:
                    frames.append(_crosswalk_frame(crosswalk, part, axis))
        return tuple(frames)

    @cached_property
    def junction(self) -> shapely.Geometry:
        """The area that a road user must leave before its movement is known: hull of stop lines and crosswalks.

        Empty where the stop lines lie on one axis only: their hull is then no junction but a strip along the road.
        """
        near = [shapely.LineString(line.points) for line in self.site.stop_lines]
        if not _several_axes([line.heading_deg for line in self.site.stop_lines]):
            return shapely.Polygon()
        reach = shapely.union_all(near).envelope.buffer(15.0)
        areas = [polygon(c.polygon) for c in self.site.crosswalks]
        hull = shapely.union_all(near + [a for a in areas if a.within(reach)]).convex_hull
        shapely.prepare(hull)
        return hull

    @cached_property
    def junction_m(self) -> float:
        """The longest way straight through the junction, in metres."""
        x0, y0, x1, y1 = self.junction.bounds if not self.junction.is_empty else (0.0, 0.0, 0.0, 0.0)
        return float(np.hypot(x1 - x0, y1 - y0))

    @cached_property
    def carriageway(self) -> shapely.Geometry:
        """Where vehicles drive: traffic, bus and cycle lanes, carriageway and box zones; never a waiting area."""
        areas = [lane_area(lane) for lane in self.site.lanes if lane.kind in ("traffic", "bus")]
        areas += [polygon(z.polygon) for kind in ("carriageway", "box") for z in self.site.zones_of(kind)]
        # lanes drawn side by side rarely share an edge to the millimetre
        road = shapely.union_all([a.buffer(0.25, join_style="mitre") for a in areas]).buffer(-0.25, join_style="mitre")
        free = [polygon(z.polygon) for kind in ("waiting", "sidewalk", "parking") for z in self.site.zones_of(kind)]
        return road.difference(shapely.union_all(free))

    @cached_property
    def free_beyond_m(self) -> tuple[float, ...]:
        """For every stop line the metres between it and the first crosswalk ahead, inf where there is none near."""
        free = []
        for frame in self.lines:
            line = shapely.LineString(frame.line.points)
            dx, dy = frame.ahead * _CROSSWALK_AHEAD_M
            ahead = shapely.union_all([line, shapely.affinity.translate(line, dx, dy)]).convex_hull
            areas = [f.area.intersection(ahead) for f in self.crosswalks]
            free.append(min((line.distance(a) for a in areas if a.area > 0.5), default=float("inf")))
        return tuple(free)

    def away_from_crosswalks(self, near_m: float) -> shapely.Geometry:
        """The carriageway farther than some metres from every crosswalk."""
        if near_m not in self._away:
            near = [polygon(c.polygon).buffer(near_m, join_style="mitre") for c in self.site.crosswalks]
            self._away[near_m] = self.carriageway.difference(shapely.union_all(near))
        return self._away[near_m]

    def inside(self, area: shapely.Geometry, x: FloatArray, y: FloatArray) -> BoolArray:
        """Which points lie in an area; bounding box first."""
        result = np.zeros(x.shape, bool)
        if area.is_empty:
            return result
        x0, y0, x1, y1 = area.bounds
        near = np.flatnonzero((x >= x0) & (x <= x1) & (y >= y0) & (y <= y1))
        shapely.prepare(area)
        result[near] = shapely.contains_xy(area, x[near], y[near])
        return result


def _several_axes(headings_deg: list[float]) -> bool:
    """Whether headings (degrees) lie on more than one axis, opposite ones being on the same."""
    return any(_AXIS_DEG < (a - b) % 180 < 180 - _AXIS_DEG for a in headings_deg for b in headings_deg)


def lane_area(lane: Lane) -> shapely.Polygon:
    """The strip that a lane covers."""
    return shapely.LineString(lane.centreline).buffer(lane.width_m / 2, cap_style="flat", join_style="mitre")


def _line_frame(line: StopLine) -> LineFrame:
    points = np.asarray(line.points, float)
    chord = points[-1] - points[0]
    along = chord / np.linalg.norm(chord)
    ahead = np.array([-along[1], along[0]])
    if ahead @ unit(line.heading_deg) < 0:
        ahead = -ahead
    rel = points - points[0]
    u, s = rel @ along, rel @ ahead
    order = np.argsort(u)
    return LineFrame(line, points[0], along, ahead, u[order], s[order])


def _lane_frame(lane: Lane) -> LaneFrame:
    points = np.asarray(lane.centreline, float)
    step = np.diff(points, axis=0)
    length = np.linalg.norm(step, axis=1)
    keep = length > 1e-9
    half = lane.width_m / 2
    low, high = points.min(0) - half, points.max(0) + half
    bounds = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
    return LaneFrame(lane, points[:-1][keep], step[keep] / length[keep, None], length[keep], bounds)


def _walking_axis(crosswalk: Crosswalk, site: Site) -> FloatArray:
    """The direction people walk: across the lanes that the crosswalk crosses or ends at, else along its longer side."""
    area = polygon(crosswalk.polygon)
    votes = np.zeros(2)
    for lane in site.lanes:
        if lane.kind not in ("traffic", "bus", "cycle"):
            continue
        line = shapely.LineString(lane.centreline)
        if line.distance(area) > 3.0:
            continue
        at = line.project(area.centroid)
        a, b = line.interpolate(max(at - 2.0, 0.0)), line.interpolate(min(at + 2.0, line.length))
        d = np.array([b.x - a.x, b.y - a.y])
        d /= max(float(np.linalg.norm(d)), 1e-9)
        # direction without sense: double the angle before adding
        votes += np.array([d[0] ** 2 - d[1] ** 2, 2 * d[0] * d[1]])
    box = np.asarray(shapely.oriented_envelope(area).exterior.coords)
    sides = np.diff(box[:3], axis=0)
    sides = sides[np.argsort(-np.linalg.norm(sides, axis=1))]
    sides = sides / np.linalg.norm(sides, axis=1)[:, None]
    if np.hypot(*votes) > 1e-6:
        angle = np.arctan2(votes[1], votes[0]) / 2 + np.pi / 2
        across = np.array([np.cos(angle), np.sin(angle)])
        # the walk follows the crosswalk's own sides; the lanes only say which pair
        return np.asarray(sides[int(np.argmax(np.abs(sides @ across)))], float)
    return np.asarray(sides[0], float)


def _crosswalk_frame(crosswalk: Crosswalk, area: shapely.Polygon, axis: FloatArray) -> CrosswalkFrame:
    outline = np.asarray(area.exterior.coords)
    a = outline @ axis
    b = outline @ np.array([-axis[1], axis[0]])
    grid = np.linspace(b.min() + 1e-6, b.max() - 1e-6, max(8, int(np.ceil(np.ptp(b) / 0.1))))
    low, high = np.full(len(grid), np.inf), np.full(len(grid), -np.inf)
    for a0, b0, a1, b1 in zip(a[:-1], b[:-1], a[1:], b[1:], strict=True):
        hit = (grid >= min(b0, b1)) & (grid <= max(b0, b1))
        if b0 == b1 or not hit.any():
            continue
        at = a0 + (grid[hit] - b0) * (a1 - a0) / (b1 - b0)
        low[hit], high[hit] = np.minimum(low[hit], at), np.maximum(high[hit], at)
    # where the ends are skew the outline runs to a point at its sides; there the nearest full length counts
    long = high - low
    full = np.flatnonzero(long >= 0.5 * np.median(long))
    nearest = np.clip(np.arange(len(grid)), full[0], full[-1])
    return CrosswalkFrame(crosswalk, area, axis, grid, low[nearest], high[nearest])


def _parts(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    return [g for g in shapely.get_parts(geometry) if g.geom_type == "Polygon"]
