"""The junction itself as SVG in metres (y down = south): carriageway, markings, crosswalks, zones, signals."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from passerby.screen.arrows import arrows
from passerby.screen.ink import GROUND, KERB, QUIET, ROAD
from passerby.screen.language import say
from passerby.screen.markup import Markup, tag
from passerby.screen.words import ZONES
from passerby.site.model import Crosswalk, Lane, Points, Site, StopLine, Zone, polygon, unit

FloatArray = npt.NDArray[np.float64]

ZONE_FILL: Final = {
    "no_stopping": "url(#hatch)",
    "box": "url(#box)",
    "parking": "#d3dfec",
    "waiting": "#ece5d3",
    "sidewalk": "#eceae4",
    "region": "none",
}
LANE_FILL: Final = {"bus": "#e3d3c4", "cycle": "#cfe0d6", "sidewalk": "#eceae4"}
_PATTERNS: Final = Markup(
    '<defs><pattern id="hatch" width="1.2" height="1.2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V1.2" stroke="#b5543a" stroke-width=".25"/></pattern>'
    '<pattern id="box" width="2" height="2" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<path d="M0 0V2M0 0H2" stroke="#c99a1a" stroke-width=".22"/></pattern></defs>'
)


def path_d(points: npt.ArrayLike, close: bool = False) -> str:
    """Path data of a polyline in metres east and north, shape (n, 2), two decimals, y turned down."""
    xy = np.asarray(points, np.float64)[:, :2] * (1, -1)
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in (xy + 0.0).tolist()) + ("Z" if close else "")


def shape_d(shape: shapely.Geometry) -> str:
    """Path data of a polygon, with holes, or of several."""
    rings = [r for p in shapely.get_parts(shape) for r in (p.exterior, *p.interiors)]
    return "".join(path_d(shapely.get_coordinates(r)[:-1], close=True) for r in rings)


def lane_shape(lane: Lane) -> shapely.Polygon:
    """The strip a lane covers."""
    return shapely.LineString(lane.centreline).buffer(lane.width_m / 2, cap_style="flat", join_style="mitre")


def heart(site: Site) -> FloatArray:
    """The points, shape (n, 2), that make up the junction's middle: stop lines, crosswalks, lane ends by them."""
    core = [p for s in site.stop_lines for p in s.points] + [p for c in site.crosswalks for p in c.polygon]
    if not core:
        core = [p for z in site.zones for p in z.polygon]
    if not core:
        return np.array([p for lane in site.lanes for p in lane.centreline], np.float64).reshape(-1, 2)
    return np.array(core, np.float64)


def carriageway(site: Site) -> shapely.Geometry:
    """Where vehicles drive: carriageway zones and lanes; without such zones also the area between the stop lines."""
    drawn = [polygon(z.polygon) for z in site.zones if z.kind in ("carriageway", "box")]
    lanes = [lane_shape(lane) for lane in site.lanes if lane.kind != "sidewalk"]
    shapes = [*drawn, *lanes]
    lines = [p for s in site.stop_lines for p in s.points]
    if not any(z.kind == "carriageway" for z in site.zones) and len(lines) > 2:
        middle = np.array(lines)
        centre = middle.mean(axis=0)
        reach = np.hypot(*(middle - centre).T).max() + 6.0
        ends = [lane.centreline[0] for lane in site.lanes if lane.kind != "sidewalk"]
        near = [e for e in ends if np.hypot(*(np.array(e) - centre)) < reach]
        shapes.append(shapely.MultiPoint([*lines, *near]).convex_hull)
    if not shapes:
        return shapely.Polygon()
    road = shapely.union_all([s.buffer(0) for s in shapes])
    # Close slivers between neighbouring lanes, then give inner corners a kerb radius.
    return road.buffer(0.6).buffer(-0.6).buffer(3.0).buffer(-3.0)


def walking_heading(crosswalk: Crosswalk, site: Site) -> FloatArray:
    """Unit vector along which people walk: square to the traffic nearest by, else the outline's long side."""
    shape = polygon(crosswalk.polygon)
    nearest, gap = None, 4.0
    for lane in site.lanes:
        if lane.kind == "sidewalk":
            continue
        line = shapely.LineString(lane.centreline)
        distance = float(shapely.distance(line, shape))
        if distance < gap:
            s = line.project(shape.centroid)
            p, q = line.interpolate(max(s - 1, 0)), line.interpolate(min(s + 1, line.length))
            nearest, gap = np.array([q.x - p.x, q.y - p.y]), distance
    if nearest is not None and np.hypot(*nearest) > 0:
        traffic = nearest / np.hypot(*nearest)
        return np.array([traffic[1], -traffic[0]])
    box = shapely.get_coordinates(shape.minimum_rotated_rectangle)
    sides = np.diff(box[:3], axis=0)
    long = sides[np.argmax(np.hypot(*sides.T))]
    return np.asarray(long / max(float(np.hypot(*long)), 1e-9), np.float64)


def stripes(crosswalk: Crosswalk, site: Site) -> shapely.Geometry:
    """Zebra bars half a metre wide, half a metre apart, laid along the walking direction."""
    shape = polygon(crosswalk.polygon).buffer(0)
    along = walking_heading(crosswalk, site)
    across = np.array([-along[1], along[0]])
    xy = shapely.get_coordinates(shape)
    s, w = xy @ along, xy @ across
    n = max(1, int((s.max() - s.min() - 0.5) // 1.0) + 1)
    first = (s.min() + s.max()) / 2 - (n - 1) / 2
    low, high = w.min() - 1, w.max() + 1
    mid = first + np.arange(n)
    corners = [
        np.outer(mid + ds, along) + dw * across for ds, dw in ((-0.25, low), (0.25, low), (0.25, high), (-0.25, high))
    ]
    bars = shapely.polygons(np.stack(corners, axis=1))
    return shapely.union_all(shapely.intersection(bars, shape))


def lane_lines(site: Site, road: shapely.Geometry) -> Markup:
    """Markings between lanes: dashed between lanes of one direction, solid between opposing ones."""
    drawn: list[tuple[shapely.Geometry, FloatArray, list[str]]] = []
    inside = road.buffer(-0.7)
    for lane in site.lanes:
        line = shapely.LineString(lane.centreline)
        if line.length < 1 or lane.kind == "sidewalk":
            continue
        heading = np.subtract(lane.centreline[-1], lane.centreline[0])
        for side in (1, -1):
            edge = line.offset_curve(side * lane.width_m / 2)
            if edge.is_empty or edge.geom_type != "LineString":
                continue
            middle = edge.interpolate(0.5, normalized=True)
            for other, direction, kind in drawn:
                if shapely.distance(other, middle) < 0.8:
                    if float(heading @ direction) < 0:
                        kind[0] = "solid"
                    break
            else:
                drawn.append((edge, heading, ["dashed"]))
    made = []
    for edge, _, kind in drawn:
        piece = shapely.intersection(edge, inside)
        lines = [p for p in shapely.get_parts(piece) if p.geom_type == "LineString" and p.length > 0.5]
        if lines:
            d = "".join(path_d(shapely.get_coordinates(p)) for p in lines)
            dash = None if kind[0] == "solid" else "3 3"
            made.append(tag("path", d=d, stroke_dasharray=dash))
    return tag("g", made, fill="none", stroke="#fff", stroke_width="0.14")


def _zone(zone: Zone) -> Markup:
    outline = {"region": "#8a8f96", "no_stopping": "#b5543a", "box": "#c99a1a"}.get(zone.kind, "none")
    dash = "1.2 0.8" if zone.kind == "region" else None
    title = tag("title", f"{say(ZONES.get(zone.kind, zone.kind))}: {zone.id}")
    fill = ZONE_FILL.get(zone.kind, "none")
    d = path_d(zone.polygon, close=True)
    return tag("path", title, d=d, fill=fill, stroke=outline, stroke_width="0.2", stroke_dasharray=dash)


def _signal(points: Points, heading: FloatArray, drives_on: str, pedestrian: bool, title: str) -> Markup:
    """A signal head at the kerb end of a stop line, or at one end of a crosswalk."""
    right = np.array([heading[1], -heading[0]]) * (1 if drives_on == "right" else -1)
    at = max((np.array(p) for p in points), key=lambda p: float(p @ right)) + right * 1.2
    lamps = ("#c8401a", "#009e73") if pedestrian else ("#c8401a", "#f0b429", "#009e73")
    height = 0.9 * len(lamps) + 0.4
    box = f'<rect x="-.65" y="{-height / 2:.2f}" width="1.3" height="{height:.2f}" rx=".4"/>'
    dots = "".join(
        f'<circle cy="{0.9 * (i - (len(lamps) - 1) / 2):.2f}" r=".34" fill="{c}"/>' for i, c in enumerate(lamps)
    )
    return tag(
        "g", tag("title", title), Markup(box + dots), transform=f"translate({at[0]:.2f} {-at[1]:.2f}) scale(.65)"
    )


def signals(site: Site) -> Markup:
    """A head at the kerb end of every signalised approach and at one end of every signalised crosswalk."""
    made = []
    approaches: list[tuple[float, list[StopLine]]] = []
    for line in site.stop_lines:
        if not any(m.signal for m in line.movements):
            continue
        for heading, lines in approaches:
            apart = min(
                float(np.hypot(*np.subtract(p, q))) for other in lines for p in other.points for q in line.points
            )
            if apart < 3 and float(unit(heading) @ unit(line.heading_deg)) > 0.8:
                lines.append(line)
                break
        else:
            approaches.append((line.heading_deg, [line]))
    for heading, lines in approaches:
        ids = sorted({m.signal for line in lines for m in line.movements if m.signal})
        points = tuple(p for line in lines for p in line.points)
        made.append(_signal(points, unit(heading), site.drives_on, False, f"signals {', '.join(ids)}"))
    for walk in site.crosswalks:
        if walk.signal:
            along = walking_heading(walk, site)
            across = np.array([-along[1], along[0]])
            xy = np.array(walk.polygon)
            end = float((xy @ along).max()) * along + float((xy @ across).mean()) * across
            made.append(_signal(((end[0], end[1]),), -across, "left", True, f"signal {walk.signal}"))
    return tag("g", made, fill="#22272e")


def ground(site: Site) -> Markup:
    """The whole junction as one group in metres; give it an id and `<use>` it as often as needed."""
    road = carriageway(site)
    kinds = {"sidewalk": 0, "parking": 1, "waiting": 1}
    under = [_zone(z) for z in sorted(site.zones, key=lambda z: kinds.get(z.kind, 2)) if z.kind in kinds]
    over = [_zone(z) for z in site.zones if z.kind not in kinds and z.kind != "carriageway"]
    walks = [lane for lane in site.lanes if lane.kind == "sidewalk"]
    tinted = [lane for lane in site.lanes if lane.kind in ("bus", "cycle")]
    tints = [tag("path", d=shape_d(lane_shape(lane)), fill=LANE_FILL[lane.kind]) for lane in [*walks, *tinted]]
    bars = []
    for walk in site.crosswalks:
        bed = tag("path", d=path_d(walk.polygon, close=True), fill=ROAD)
        title = tag("title", f"{say('crosswalk')} {walk.id}")
        bars.append(tag("g", title, bed, tag("path", d=shape_d(stripes(walk, site)), fill="#fff")))
    lines = [
        tag("path", tag("title", f"{say('stop line')} {s.id}"), d=path_d(s.points), stroke="#fff", stroke_width="0.55")
        for s in site.stop_lines
    ]
    return tag(
        "g",
        _PATTERNS,
        under,
        tints[: len(walks)],
        tag("path", d=shape_d(road), fill=ROAD, stroke=KERB, stroke_width="0.22") if not road.is_empty else None,
        tints[len(walks) :],
        lane_lines(site, road) if not road.is_empty else None,
        over,
        arrows(site),
        bars,
        tag("g", lines, fill="none"),
        signals(site),
        class_="ground",
    )


STYLE: Final = f""".ground .arrows path{{fill:none;stroke:#fff;stroke-width:.22}}
.ground .arrows .tip{{fill:#fff;stroke:none}}
.paper{{background:{GROUND}}}
.faint{{fill:{QUIET}}}"""
