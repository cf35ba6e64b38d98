"""`wrong_way`: a vehicle or cyclist travels against a lane.

A lane that others use in that direction too (two lanes drawn over each other) opposes nobody; backing into a parking
space, cutting a corner and turning across the end of a lane stay below the distance.
"""

from __future__ import annotations

import numpy as np

from passerby.rules.crossings import interval_runs
from passerby.rules.scene import OnLane, Scene
from passerby.rules.settings import WrongWay
from passerby.rules.violation import Violation, probability_above
from passerby.tracks.classes import VEHICLES

_MARGIN_M = 0.3
_OPPOSED_COS = -0.8
_BRIDGE_S = 1.5
_SAME_RUN_S = 20.0


def wrong_way(scene: Scene) -> list[Violation]:
    """Every run against a lane so far; one event per road user and run, at the lane where it began."""
    settings = scene.rule(WrongWay)
    found: list[Violation] = []
    for frame, on in zip(scene.ground.lanes, scene.on_lanes, strict=True):
        if frame.lane.kind in ("traffic", "bus", "cycle"):
            found.extend(_against(scene, frame.lane.id, frame.lane.width_m, on, settings))
    return first_of_each(found, _SAME_RUN_S)


def _against(scene: Scene, lane: str, width_m: float, on: OnLane, settings: WrongWay) -> list[Violation]:
    m = scene.motion
    if not (on.cosine < _OPPOSED_COS).any():
        return []
    drives = scene.is_class(VEHICLES | {"cyclist"})[m.track[on.rows]]
    opposed = (
        drives
        & (on.cosine < _OPPOSED_COS)
        & (m.speed[on.rows] >= settings.min_speed_mps)
        & (np.abs(on.left_m) <= width_m / 2 - _MARGIN_M)
        & ~m.reversing[on.rows]
        & ~scene.lane_agreeing[on.rows]
    )
    first, last = interval_runs(opposed, m.track[on.rows], m.t[on.rows], _BRIDGE_S)
    found = []
    for a, b in zip(first, last, strict=True):
        back = on.station_m[a] - on.station_m[a : b + 1]
        far = np.flatnonzero(back >= settings.min_distance_m)
        if len(far) == 0:
            continue
        row, seen = on.rows[a], slice(a, a + int(far[0]) + 1)
        margin = width_m / 2 - np.abs(on.left_m[seen])
        found.append(
            Violation(
                "wrong_way",
                m.ids[m.track[row]],
                scene.class_name(m.track[row]),
                float(m.t[row]),
                float(m.x[row]),
                float(m.y[row]),
                lane,
                speed_mps=float(m.speed[on.rows[seen]].mean()),
                confidence=probability_above(float(margin.mean()), 0.0, float(m.sigma_m[on.rows[seen]].mean())),
                index=int(m.track[row]),
            )
        )
    return found


def first_of_each(found: list[Violation], within_s: float) -> list[Violation]:
    """The first of a road user's events, all of one kind, that follow each other within some seconds."""
    kept: list[Violation] = []
    last: dict[int, float] = {}
    for v in sorted(found, key=lambda v: (v.index, v.t, v.place)):
        key = v.index
        if key not in last or v.t - last[key] > within_s:
            kept.append(v)
        last[key] = v.t
    return kept
