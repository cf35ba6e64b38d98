"""Counts: who passed which place in which movement, each passing once.

Places are stop lines (movement: through, left, right, u_turn, or unknown where the track ended first), crosswalks
(movement: the way people walked, as a compass direction) and `region` zones (movement: in, out).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from passerby.rules.crossings import crossings
from passerby.rules.ground import CrosswalkFrame
from passerby.rules.passages import Passage, governing, movement_of, passages, turn_name
from passerby.rules.scene import Scene
from passerby.rules.splits import parts, rejoined
from passerby.site.model import Zone, polygon
from passerby.tracks.record import BoolArray

BIN_S: Final = 300
_COMPASS: Final = tuple(
    f"{d}bound" for d in ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
)
_EDGE_M: Final = 0.4
_MIDDLE_M: Final = 0.75
_BESIDE_M: Final = 1.5


@dataclass(frozen=True)
class Counted:
    """One passing: what makes it one and the same (track, place, t), and the cell it counts in."""

    track: str
    place: str
    movement: str
    cls: str
    t: float


def counted(scene: Scene) -> list[Counted]:
    """Every passing that is known to its end so far, in the order of tracks."""
    found = [_passing(scene, p) for p in scene.once(passages) if p.known]
    found.extend(_across_splits(scene))
    for frame in _whole_crosswalks(scene):
        found.extend(_across(scene, frame))
    for zone in scene.ground.site.zones_of("region"):
        found.extend(_through(scene, zone))
    return found


def _across_splits(scene: Scene) -> list[Counted]:
    """The passings of those whose id changed on the way, less those that either of their tracks shows by itself."""
    whole, both = scene.once(rejoined), scene.once(parts)
    seen = {(p.track, p.line) for p in scene.once(passages)}
    return [
        _passing(whole, p)
        for p in whole.once(passages)
        if p.known and not any((track, p.line) in seen for track in both[p.track])
    ]


def _passing(scene: Scene, p: Passage) -> Counted:
    line = scene.ground.lines[p.line].line
    cls = scene.class_name(p.track)
    movement = movement_of(p, governing(scene, line, cls))
    if p.left and p.exit_heading_deg is not None:
        heading = p.exit_heading_deg
        if movement is not None and movement.exit_heading_deg is not None:
            heading = movement.exit_heading_deg
        name = turn_name(line.heading_deg, heading)
    else:
        name = "unknown"
    return Counted(scene.motion.ids[p.track], line.id, name, cls, p.t)


def _whole_crosswalks(scene: Scene) -> list[CrosswalkFrame]:
    """One frame per crosswalk, its larger part where an island cuts it, so that nobody counts twice."""
    largest: dict[str, CrosswalkFrame] = {}
    for frame in scene.ground.crosswalks:
        other = largest.get(frame.crosswalk.id)
        if other is None or frame.area.area > other.area.area:
            largest[frame.crosswalk.id] = frame
    return list(largest.values())


def _across(scene: Scene, frame: CrosswalkFrame) -> list[Counted]:
    """Those who pass the middle of a crosswalk along it; tracks that begin or end on it count too."""
    m = scene.motion
    x0, y0, x1, y1 = frame.area.bounds
    walks = scene.is_class(frame.crosswalk.classes | {"pedestrian"})[m.track]
    near = np.flatnonzero(walks & (m.x > x0 - 2) & (m.x < x1 + 2) & (m.y > y0 - 2) & (m.y < y1 + 2))
    low, high, beside = frame.place(m.x[near], m.y[near])
    strip = beside <= _BESIDE_M
    rows, past = near[strip], (low[strip] - high[strip]) / 2
    found = []
    for sign in (1, -1):
        dx, dy = frame.axis * sign
        heading = float(np.degrees(np.arctan2(dx, dy)))
        c = crossings(m, rows, past * sign, _MIDDLE_M)
        along = (m.vx * dx + m.vy * dy)[c.after] > 0.5 * m.speed[c.after]
        for i in np.flatnonzero(along):
            track = int(m.track[c.after[i]])
            way = _COMPASS[round(heading / 45) % 8]
            found.append(Counted(m.ids[track], frame.crosswalk.id, way, scene.class_name(track), float(c.t(m)[i])))
    return found


def _through(scene: Scene, zone: Zone) -> list[Counted]:
    """Goings in and out of a zone; a position that flickers at its edge counts once."""
    m = scene.motion
    area = polygon(zone.polygon)
    state = zone_state(area, m.x, m.y)
    row = np.arange(len(m))
    known = np.maximum.accumulate(np.where(state != 0, row, -1))
    known = np.where(known >= m.starts[:-1][m.track], known, -1)
    held = np.where(known >= 0, state[np.maximum(known, 0)], 0)
    change = np.flatnonzero((held[1:] != held[:-1]) & (held[:-1] != 0) & (m.track[1:] == m.track[:-1])) + 1
    return [
        Counted(
            m.ids[int(m.track[i])],
            zone.id,
            "in" if held[i] > 0 else "out",
            scene.class_name(int(m.track[i])),
            float(m.t[i]),
        )
        for i in change
    ]


def zone_state(area: shapely.Polygon, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """1 clearly inside, -1 clearly outside, 0 within `_EDGE_M` of the edge; shape of x."""
    inside: BoolArray = np.asarray(shapely.contains_xy(area, x, y), bool)
    edge = area.exterior.buffer(_EDGE_M)
    shapely.prepare(edge)
    near = np.asarray(shapely.contains_xy(edge, x, y), bool)
    return np.where(near, 0, np.where(inside, 1, -1))


def bin_of(t: float) -> int:
    """Begin of the counting interval of an instant, five minutes on the clock, epoch seconds."""
    return int(t // BIN_S) * BIN_S
