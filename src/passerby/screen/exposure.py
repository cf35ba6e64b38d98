"""Among whom an event counts: a rate at a place is of those who could have done it there.

At a crosswalk people cross and vehicles drive over it; each of both do other things wrong. What people crossing do is
among those who crossed, what vehicles do among the vehicles that passed over it, a near miss among both: two parties
were in it. Who passes over it is counted at the stop lines that lead over it and by the movements that leave over it.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import pyarrow as pa
import shapely
import shapely.affinity

from passerby.screen.language import say, term
from passerby.screen.turning import movement_name
from passerby.site.model import Crosswalk, Site, StopLine, polygon, unit
from passerby.tracks.classes import VEHICLES

ON_FOOT: Final = ("late_start", "outside_crosswalk")
ON_WHEELS_OR_RAILS: Final = (
    "stopped_on_crosswalk",
    "blocked_box",
    "illegal_stop",
    "stop_line_overrun",
    "failure_to_yield",
    "speeding",
)
PARTIES: Final = {"vehicles": term("vehicles"), "near_misses": term("near misses"), "on_foot": term("on foot")}
"""What a key ends in after its place -> what people read; a bare crosswalk is of those who cross there."""

_AHEAD_M: Final = 8.0
_LANE_M: Final = 2.5
_TURN_DEG: Final = {"left": -90.0, "through": 0.0, "right": 90.0, "u_turn": 180.0}


def key_of(site: Site, place: str, kind: str) -> str:
    """The key under which a violation of a kind at a place is ranked: the place, with whom where that is not plain."""
    if any(c.id == place for c in site.crosswalks):
        return f"{place}:vehicles" if kind in ON_WHEELS_OR_RAILS else place
    if kind in ON_FOOT and any(s.id == place for s in site.stop_lines):
        # A lane may have its stop line's id; those who walk over the lane are not counted at the line.
        return f"{place}:on_foot"
    return place


def near_miss_key(site: Site, place: str) -> str:
    """The key under which a near miss at a place is ranked."""
    return f"{place}:near_misses" if any(c.id == place for c in site.crosswalks) else place


def names(site: Site, places: dict[str, str]) -> dict[str, str]:
    """What people read for the keys that are more than a place; places: id -> name."""
    made = {
        f"{c.id}:{p}": f"{places[c.id]}, {say(PARTIES[p])}"
        for c in site.crosswalks
        for p in ("vehicles", "near_misses")
    }
    return made | {f"{s.id}:on_foot": f"{places[s.id]}, {say(PARTIES['on_foot'])}" for s in site.stop_lines}


def exposed_at(site: Site, counts: pa.Table) -> Counter[str]:
    """Passings among which events with a key count; nothing where the site does not tell who passes."""
    lines, walks = {s.id: s for s in site.stop_lines}, {c.id for c in site.crosswalks}
    over = {c.id: passing_over(site, c) for c in site.crosswalks}
    passed: Counter[str] = Counter()
    columns = (counts[c].to_pylist() for c in ("place", "movement", "class", "n"))
    for place, movement, cls, n in zip(*columns, strict=True):
        if place in walks:
            passed[place] += n
            if over[place]:
                passed[f"{place}:near_misses"] += n
        elif place in lines:
            passed[place] += n
            turn = movement_name(movement, lines[place].heading_deg)
            for walk, ways in over.items():
                if (place, turn) in ways or (place, "") in ways:
                    passed[f"{walk}:near_misses"] += n
                    passed[f"{walk}:vehicles"] += n if cls in VEHICLES else 0
    return passed


def passing_over(site: Site, crosswalk: Crosswalk) -> frozenset[tuple[str, str]]:
    """Stop lines and movements that go over a crosswalk, ("line", "") for all of a line's.

    Lines that lead over it within 8 m; and, where it reaches a lane's width beyond them to the side on which traffic
    leaves, the other lines' movements that leave along that arm. Empty where no stop line leads over it.
    """
    area = polygon(crosswalk.polygon)
    leading = [s for s in site.stop_lines if _leads_over(s, area)]
    if not leading:
        return frozenset()
    ways = {(s.id, "") for s in leading}
    ahead = np.sum([unit(s.heading_deg) for s in leading], axis=0)
    side = np.array([-ahead[1], ahead[0]]) * (1.0 if site.drives_on == "right" else -1.0)
    side = side / max(float(np.hypot(*side)), 1e-9)
    reach = max(float(np.max(np.asarray(s.points) @ side)) for s in leading)
    if float(np.max(np.asarray(crosswalk.polygon) @ side)) - reach >= _LANE_M:
        leave = float(np.degrees(np.arctan2(-ahead[0], -ahead[1])))
        others = [s for s in site.stop_lines if s not in leading]
        ways |= {(s.id, turn) for s in others for turn in _TURN_DEG if _leaves(s, turn, leave)}
    return frozenset(ways)


def _leads_over(line: StopLine, area: shapely.Polygon) -> bool:
    drawn = shapely.LineString(line.points)
    dx, dy = np.asarray(unit(line.heading_deg)) * _AHEAD_M
    ahead = shapely.union_all([drawn, shapely.affinity.translate(drawn, dx, dy)]).convex_hull
    return bool(area.intersection(ahead).area > 0.5)


def _leaves(line: StopLine, turn: str, heading_deg: float) -> bool:
    """Whether a movement of a line leaves within 45 degrees of a heading."""
    drawn = [m.exit_heading_deg for m in line.movements if m.exit_heading_deg is not None]
    own = [h for h in drawn if movement_name(str(h), line.heading_deg) == turn]
    ways = own or [line.heading_deg + _TURN_DEG[turn]]
    return any(abs((h - heading_deg + 180) % 360 - 180) < 45 for h in ways)
