"""`outside_crosswalk`: a pedestrian crosses a carriageway away from every crosswalk.

What counts is progress across the traffic, not a position beside the kerb line: who walks along the road's edge,
gets out of a parked car or strays from the side of a crosswalk has not crossed.
"""

from __future__ import annotations

import numpy as np
import shapely

from passerby.rules.crossings import interval_runs
from passerby.rules.scene import Scene
from passerby.rules.settings import OutsideCrosswalk
from passerby.rules.violation import Violation, probability_above
from passerby.rules.wrong_way import first_of_each
from passerby.site.model import polygon

_BRIDGE_S = 1.0
_SAME_WALK_S = 20.0
_NEAREST_LANE_M = 15.0


def outside_crosswalk(scene: Scene) -> list[Violation]:
    """Every crossing away from a crosswalk so far; t is the step onto the carriageway, the place the nearest lane."""
    settings, m = scene.rule(OutsideCrosswalk), scene.motion
    area = scene.ground.away_from_crosswalks(settings.near_m)
    on_foot = np.flatnonzero(scene.is_class({"pedestrian"})[m.track])
    inside = np.zeros(len(m), bool)
    inside[on_foot] = scene.ground.inside(area, m.x[on_foot], m.y[on_foot])
    found = []
    for a, b in zip(*interval_runs(inside, m.track, m.t, _BRIDGE_S), strict=True):
        place, direction = _lane_at(scene, float(m.x[a]), float(m.y[a]))
        dx, dy = m.x[a : b + 1] - m.x[a], m.y[a : b + 1] - m.y[a]
        across = np.hypot(dx, dy) if direction is None else np.abs(dy * direction[0] - dx * direction[1])
        wanted = max(settings.min_across_m, 4 * float(m.sigma_m[a]))
        far = np.flatnonzero(across >= wanted)
        if len(far) == 0:
            continue
        c = int(far[0])
        track = int(m.track[a])
        sigma = 1.4 * float(m.sigma_m[a : a + c + 1].mean())
        found.append(
            Violation(
                "outside_crosswalk",
                m.ids[track],
                "pedestrian",
                float(m.t[a]),
                float(m.x[a]),
                float(m.y[a]),
                place,
                speed_mps=float(m.speed[a : a + c + 1].mean()),
                confidence=probability_above(float(across[c]), 0.5 * wanted, sigma),
                index=track,
            )
        )
    return first_of_each(found, _SAME_WALK_S)


def _lane_at(scene: Scene, x: float, y: float) -> tuple[str, np.ndarray | None]:
    """Id and direction of the nearest lane that vehicles drive on, off the lanes the id of the zone there.

    No direction where there is no lane near.
    """
    best, place, direction, on_lane = _NEAREST_LANE_M, "", None, False
    for frame in scene.ground.lanes:
        if frame.lane.kind == "sidewalk":
            continue
        for p, d, length in zip(frame.start, frame.direction, frame.length, strict=True):
            along = np.clip((x - p[0]) * d[0] + (y - p[1]) * d[1], 0.0, length)
            distance = float(np.hypot(x - p[0] - along * d[0], y - p[1] - along * d[1]))
            if distance < best:
                best, place, direction = distance, frame.lane.id, d
                on_lane = distance <= frame.lane.width_m / 2 + 1.0
    if not on_lane:
        zones = [z for kind in ("box", "carriageway") for z in scene.ground.site.zones_of(kind)]
        place = next((z.id for z in zones if polygon(z.polygon).contains(shapely.Point(x, y))), place)
    return place, direction
