"""Ways in and ways out of the junction, named after where they lie."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from passerby.survey.carriageways import Carriageway
from passerby.survey.lanes import TRAFFIC, Ridge, ridges
from passerby.survey.paths import Paths

WINDS: Final = ("north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest")
MOUTH_M: Final = 12.0
"""Crossings lie no farther on from where lanes meet the junction."""

_OPPOSITE: Final = -np.cos(np.radians(40.0))
_ONE_LEG_M: Final = 30.0
_UNSEEN_LANE_M: Final = 3.8
_REACH_M: Final = 30.0
_SEEN_M: Final = 6.0
_FEW: Final = 10
_AGAINST_M: Final = 1.6
_AGAINST_SHARE: Final = 0.35


@dataclass(frozen=True, eq=False)
class Arm:
    """One way in (inbound) or out, its lanes from left to right, and its name such as "north-in"."""

    name: str
    inbound: bool
    road: Carriageway
    lanes: list[Ridge]


def arms(roads: list[Carriageway], hearts: list[shapely.Polygon], motor: Paths) -> tuple[list[Arm], int]:
    """The carriageways that hold lanes, named; and how many road users drove where no lane is.

    A lane that few drove against one that many drive is no lane: they drove the wrong way. Nor is one that few drove
    who were not seen in the junction as well.
    """
    drawn = [(road, ridges(road, TRAFFIC)) for road in roads]
    lanes = [(k, ridge) for k, (_, found) in enumerate(drawn) for ridge in found]
    lines = [_points(drawn[k][0], ridge) for k, ridge in lanes]
    wrong = {i for i in range(len(lanes)) if _runs_against(i, lanes, lines)}
    if hearts:
        met = _seen_in(motor, shapely.union_all(hearts).buffer(_SEEN_M))
        few = [i for i, (_, ridge) in enumerate(lanes) if len(ridge.users) < _FEW]
        wrong |= {i for i in few if np.isin(lanes[i][1].users, met).mean() < 0.5}
    ways = []
    for road, found in drawn:
        kept = [r for r in found if not any(r is lanes[i][1] for i in wrong)]
        if kept:
            ways.append((_is_inbound(road, hearts), road, kept))
    names = _names([(inbound, _side_deg(road, inbound)) for inbound, road, _ in ways])
    named = [Arm(name, *way) for name, way in zip(names, ways, strict=True)]
    return named, sum(len(lanes[i][1].users) for i in wrong)


@dataclass(frozen=True, eq=False)
class Leg:
    """The ways in and out on one side: its lanes' lines gone on straight over the junction's mouth, their widths (m).

    sill: where its lanes meet the junction. mouth: the ground of its lanes around that, lanes that nobody drove too.
    """

    lines: list[np.ndarray]
    widths: list[float]
    sill: shapely.Geometry
    mouth: shapely.Geometry


def legs(ground: list[Arm]) -> list[Leg]:
    """The legs of a junction: a way out belongs to the way in whose end is nearest, if they lead opposite ways."""
    sides: list[list[Arm]] = [[arm] for arm in ground if arm.inbound]
    for out in (arm for arm in ground if not arm.inbound):
        begin, u = out.road.reference.points[0], out.road.reference.tangents[0]
        apart = [
            float(np.hypot(*(side[0].road.reference.points[-1] - begin)))
            if side[0].inbound and side[0].road.reference.tangents[-1] @ u < _OPPOSITE
            else np.inf
            for side in sides
        ]
        nearest = int(np.argmin(apart)) if apart else 0
        if apart and apart[nearest] < _ONE_LEG_M:
            sides[nearest].append(out)
        else:
            sides.append([out])
    return [_leg(side) for side in sides]


def _leg(side: list[Arm]) -> Leg:
    lines, widths, sill, mouth = [], [], [], []
    for arm in side:
        length = arm.road.reference.length_m if arm.inbound else 0.0
        for lane in arm.lanes:
            at = np.arange(lane.s[0] - 1, length + MOUTH_M) if arm.inbound else np.arange(-MOUTH_M, lane.s[-1] + 1)
            line = arm.road.reference.place(at, lane.across(at))
            lines.append(line)
            widths.append(lane.width_m)
            sill.append(line[int(np.argmin(np.abs(at - length)))])
            near = line[np.abs(at - length) <= MOUTH_M]
            mouth.append(shapely.LineString(near).buffer(lane.width_m / 2, cap_style="flat"))
    return Leg(lines, widths, shapely.convex_hull(shapely.multipoints(sill)), _filled(mouth))


def _filled(bands: list[shapely.Polygon]) -> shapely.Geometry:
    """The bands of lanes and the gaps between them in which there is room for one lane more."""
    return shapely.union_all(bands).buffer(_UNSEEN_LANE_M / 2, join_style="mitre").buffer(-_UNSEEN_LANE_M / 2)


def _points(road: Carriageway, ridge: Ridge) -> np.ndarray:
    at = np.arange(ridge.s[0], ridge.s[-1], 2.0)
    return road.reference.place(at, ridge.across(at))


def _seen_in(motor: Paths, ground: shapely.Geometry) -> np.ndarray:
    """Tracks that were seen on some ground."""
    shapely.prepare(ground)
    return np.unique(motor.track[shapely.contains_xy(ground, motor.x, motor.y)])


def _runs_against(i: int, lanes: list[tuple[int, Ridge]], lines: list[np.ndarray]) -> bool:
    mine = lines[i]
    if len(mine) < 2:
        return True
    heading = mine[-1] - mine[0]
    for j, other in enumerate(lines):
        if j == i or len(other) < 2 or heading @ (other[-1] - other[0]) > 0:
            continue
        if len(lanes[i][1].users) > _AGAINST_SHARE * len(lanes[j][1].users):
            continue
        apart = shapely.distance(shapely.LineString(other), shapely.points(mine))
        if float((apart < _AGAINST_M).mean()) > 0.5:
            return True
    return False


def _is_inbound(road: Carriageway, hearts: list[shapely.Polygon]) -> bool:
    """Whether it leads towards the nearest heart."""
    if not hearts:
        return True
    middle = shapely.union_all(hearts)
    first, last = shapely.points(road.reference.points[[0, -1]])
    return bool(middle.distance(last) < middle.distance(first))


def _side_deg(road: Carriageway, inbound: bool) -> float:
    """Where a way comes from or leads to, as the road lies some way from the junction (degrees)."""
    s = max(0.0, road.reference.length_m - _REACH_M) if inbound else min(_REACH_M, road.reference.length_m)
    return (road.reference.heading_deg(s) + (180 if inbound else 0)) % 360


def _names(sides: list[tuple[bool, float]]) -> list[str]:
    """Names after the four winds where those are enough, after eight where not, numbered where even they are not."""
    for winds in (WINDS[::2], WINDS):
        words = [winds[round(deg / (360 / len(winds))) % len(winds)] for _, deg in sides]
        keys = [(inbound, word) for (inbound, _), word in zip(sides, words, strict=True)]
        if len(set(keys)) == len(keys):
            break
    times = Counter(keys)
    met: Counter[tuple[bool, str]] = Counter()
    names = []
    for inbound, word in keys:
        met[inbound, word] += 1
        number = str(met[inbound, word]) if times[inbound, word] > 1 else ""
        names.append(f"{word}{number}-{'in' if inbound else 'out'}")
    return names
