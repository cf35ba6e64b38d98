"""What a site allows and its author probably did not mean, each with its place, seen in the drawing alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import shapely

from passerby.site.model import Lane, Points, Site, StopLine, unit

FloatArray = npt.NDArray[np.float64]

REACH_M: Final = 3.0
"""Lanes are often drawn a little short of their stop line."""


AWAY_M: Final = 4.0
"""A line nearer than this to the middle of what lies around it says nothing about where the junction is."""

AWAY_COSINE: Final = -0.5
"""A line that looks further away from the junction than 120 degrees faces the wrong way."""

REPEATED_M: Final = 8.0
"""Stop lines of one approach that are nearer to each other are drawn twice; of two junctions they lie further apart."""

SAME_WAY_COSINE: Final = 0.87

BESIDE_M: Final = 5.0
"""Oncoming lanes whose centrelines are nearer than this lie on one road."""

Fix = Literal["turn_round", "uncross", "assign"]
"""What an editor may offer: turn a line or lane round, put the corners of an outline in order, have a signal govern."""


@dataclass(frozen=True)
class Doubt:
    """A part of a site (kind and id; both empty: all of it), what is doubtful about it, where (m) and what mends it."""

    kind: str
    id: str
    what: str
    at: tuple[float, float] | None = None
    fix: Fix | None = None

    def __str__(self) -> str:
        return f'{self.kind} "{self.id}": {self.what}' if self.kind else self.what


def doubts(site: Site) -> list[Doubt]:
    """What contradicts itself, said whenever a site is read: shared ids, signals of the wrong kind, lines against their
    lanes, exits given twice.
    """
    return [*_shared_ids(site), *_wrong_kinds(site), *_backward_lines(site), *_same_exits(site)]


def questions(site: Site) -> list[Doubt]:
    """What only whoever draws can answer: lines with their back to the junction, lines behind another of the same
    approach, lanes on the wrong side of the road, signals nobody uses.
    """
    return [*_averted_lines(site), *_repeated_lines(site), *_backward_lanes(site), *_spare_signals(site)]


def _spare_signals(site: Site) -> list[Doubt]:
    """A log may well hold more heads than a drawing needs."""
    used = {m.signal for line in site.stop_lines for m in line.movements} | {c.signal for c in site.crosswalks}
    return [
        Doubt("signal", s.id, "no stop line or crosswalk refers to it", None, "assign")
        for s in site.signals
        if s.id not in used
    ]


def _shared_ids(site: Site) -> list[Doubt]:
    places = [
        *(("stop_line", p.id, p.points) for p in site.stop_lines),
        *(("crosswalk", p.id, p.polygon) for p in site.crosswalks),
        *(("lane", p.id, p.centreline) for p in site.lanes),
        *(("zone", p.id, p.polygon) for p in site.zones),
    ]
    shared = [name for name, n in Counter(name for _, name, _ in places).items() if n > 1]
    if not shared:
        return []
    kinds = " and of a ".join(kind for kind, name, _ in places if name == shared[0])
    more = f", and {len(shared) - 1} more are shared so" if len(shared) > 1 else ""
    said = f'"{shared[0]}" is the id of a {kinds}{more}; results name places by id alone'
    return [Doubt("", "", said, next(middle(points) for _, name, points in places if name == shared[0]))]


def _wrong_kinds(site: Site) -> list[Doubt]:
    said = []
    kinds = {s.id: s.kind for s in site.signals}
    for crosswalk in site.crosswalks:
        if crosswalk.signal is not None and kinds[crosswalk.signal] == "vehicle":
            what = f'signal "{crosswalk.signal}" is a vehicle signal'
            said.append(Doubt("crosswalk", crosswalk.id, what, middle(crosswalk.polygon)))
    for line in site.stop_lines:
        for signal in sorted({m.signal for m in line.movements if m.signal is not None}):
            if kinds[signal] == "pedestrian":
                what = f'signal "{signal}" is a pedestrian signal'
                said.append(Doubt("stop_line", line.id, what, middle(line.points)))
    return said


def _backward_lines(site: Site) -> list[Doubt]:
    said = []
    for line in site.stop_lines:
        cosines = _approaches(line, site)
        if cosines and max(cosines) < -0.5:
            what = f"heading {line.heading_deg:g} degrees runs against the lanes that cross it"
            said.append(Doubt("stop_line", line.id, what, middle(line.points), "turn_round"))
    return said


def _averted_lines(site: Site) -> list[Doubt]:
    """Lines that no lane crosses and that have the rest of the junction in their back."""
    said = []
    for line in site.stop_lines:
        if not _approaches(line, site) and _leads_away(line, site):
            what = f"heading {line.heading_deg:g} degrees leads away from the junction; does it face the wrong way?"
            said.append(Doubt("stop_line", line.id, what, middle(line.points), "turn_round"))
    return said


def _leads_away(line: StopLine, site: Site) -> bool:
    """Whether a line has the other stop lines and crosswalks in its back."""
    around = [middle(s.points) for s in site.stop_lines if s is not line] + [middle(c.polygon) for c in site.crosswalks]
    if not around:
        return False
    way = np.mean(around, axis=0) - middle(line.points)
    far = float(np.hypot(*way))
    return far > AWAY_M and float(way @ unit(line.heading_deg)) < AWAY_COSINE * far


def _repeated_lines(site: Site) -> list[Doubt]:
    """Lines that traffic crosses a few metres before another one; for cyclists there may be two (an advanced line)."""
    said = []
    for a, b in combinations(site.stop_lines, 2):
        before = _before(a, b)
        if before is not None:
            line, other = (a, b) if before > 0 else (b, a)
            what = f'lies {abs(before):.1f} m before stop_line "{other.id}" of the same approach; is it drawn twice?'
            said.append(Doubt("stop_line", line.id, what, middle(line.points)))
    return said


def _before(line: StopLine, other: StopLine) -> float | None:
    """How far before another line a line lies, as its traffic drives (m, less than 0: beyond it); None where they are
    far apart, face different ways or do not share a third of the narrower one's width.
    """
    ahead = unit(line.heading_deg)
    if float(ahead @ unit(other.heading_deg)) < SAME_WAY_COSINE:
        return None
    right = np.array([ahead[1], -ahead[0]])
    mine, theirs = np.asarray(line.points) @ right, np.asarray(other.points) @ right
    low, high = max(mine.min(), theirs.min()), min(mine.max(), theirs.max())
    if high - low < min(np.ptp(mine), np.ptp(theirs)) / 3:
        return None
    at = (low + high) / 2
    before = _on_at(other, right, ahead, at) - _on_at(line, right, ahead, at)
    return before if abs(before) < REPEATED_M else None


def _on_at(line: StopLine, right: FloatArray, ahead: FloatArray, at: float) -> float:
    """How far on (m) a line lies where it is so far to the right."""
    points = np.asarray(line.points)
    order = np.argsort(points @ right)
    return float(np.interp(at, (points @ right)[order], (points @ ahead)[order]))


def _backward_lanes(site: Site) -> list[Doubt]:
    """Lanes whose oncoming neighbour lies on the side that their own traffic drives on.

    Of such a pair both may be wrong, or neither; one that ends at a stop line which it crosses as it should is right.
    """
    lanes = [lane for lane in site.lanes if lane.kind == "traffic"]
    sure = {lane.id for lane in lanes for line in site.stop_lines if (_approach(lane, line) or 0.0) > 0.5}
    said = []
    for lane in lanes:
        if lane.id in sure:
            continue
        other = next((o for o in lanes if o is not lane and _wrong_side(lane, o, site.drives_on)), None)
        if other is not None:
            what = (
                f'oncoming lane "{other.id}" lies on its {site.drives_on}, but traffic drives on the {site.drives_on}'
            )
            said.append(Doubt("lane", lane.id, what, _along(lane), "turn_round"))
    return said


def _wrong_side(lane: Lane, other: Lane, drives_on: str) -> bool:
    theirs = _line(other.centreline)
    at, ahead = _halfway(lane.centreline)
    if at.distance(theirs) > BESIDE_M:
        return False
    near = theirs.project(at)
    if not 0 < near < theirs.length or float(ahead @ _course(theirs, near)) > -0.8:
        return False
    there = theirs.interpolate(near)
    aside = np.array([there.x - at.x, there.y - at.y])
    to_right = float(aside @ np.array([ahead[1], -ahead[0]]))
    return to_right > 0.5 if drives_on == "right" else to_right < -0.5


@lru_cache(maxsize=1024)
def _halfway(centreline: Points) -> tuple[shapely.Point, FloatArray]:
    """The middle of a lane and the way it leads there."""
    line = _line(centreline)
    at = line.interpolate(0.5, normalized=True)
    return at, _course(line, line.project(at))


def _course(line: shapely.LineString, s: float) -> FloatArray:
    """Unit vector (2,) along a line at s metres from its start."""
    a, b = (np.array(line.interpolate(min(max(v, 0.0), line.length)).coords[0]) for v in (s - 0.5, s + 0.5))
    return np.asarray((b - a) / max(float(np.hypot(*(b - a))), 1e-9), np.float64)


def _along(lane: Lane) -> tuple[float, float]:
    x, y = shapely.LineString(lane.centreline).interpolate(0.5, normalized=True).coords[0]
    return round(float(x), 2), round(float(y), 2)


def middle(points: Points) -> tuple[float, float]:
    """The mean of drawn points, to the centimetre."""
    x, y = np.mean(np.asarray(points, np.float64), axis=0)
    return round(float(x), 2), round(float(y), 2)


def _approaches(line: StopLine, site: Site) -> list[float]:
    found = (_approach(lane, line) for lane in site.lanes if lane.kind != "sidewalk")
    return [c for c in found if c is not None]


def _approach(lane: Lane, line: StopLine) -> float | None:
    """Cosine between the lane, where it meets the stop line, and the line's heading; None where they do not meet."""
    course, drawn = _reaching(lane.centreline), _line(line.points)
    if not course.intersects(drawn):
        return None
    for a, b in pairwise(shapely.get_coordinates(course)):
        step = b - a
        if np.any(step) and shapely.LineString([a, b]).intersects(drawn):
            return float(step @ unit(line.heading_deg) / np.hypot(*step))
    return None


@lru_cache(maxsize=1024)
def _line(points: Points) -> shapely.LineString:
    return shapely.LineString(points)


@lru_cache(maxsize=1024)
def _reaching(centreline: Points) -> shapely.LineString:
    """A lane's centreline with what it is often drawn short of."""
    course = np.asarray(centreline, np.float64)
    end = course[-1] - course[-2]
    length = np.hypot(*end)
    if length > 0:
        course = np.vstack([course, course[-1] + end * (REACH_M / length)])
    return shapely.LineString(course)


def _same_exits(site: Site) -> list[Doubt]:
    said = []
    for line in site.stop_lines:
        exits = [m.exit_heading_deg for m in line.movements]
        for exit_deg, n in Counter(None if e is None else e % 360 for e in exits).items():
            if n > 1:
                which = "every exit" if exit_deg is None else f"exit_heading {exit_deg:g}"
                what = f"{n} movements leave by {which}; only the first can count"
                said.append(Doubt("stop_line", line.id, what, middle(line.points)))
    return said
