"""`lane_misuse`: a vehicle in a bus or cycle lane, a motor vehicle or cyclist on a sidewalk."""

from __future__ import annotations

import numpy as np

from passerby.rules.crossings import interval_runs
from passerby.rules.scene import OnLane, Scene
from passerby.rules.settings import LaneMisuse
from passerby.rules.violation import Violation, probability_above
from passerby.rules.wrong_way import first_of_each
from passerby.tracks.classes import VEHICLES

NOT_ALLOWED = {
    "bus": VEHICLES - {"bus", "tram"},
    "cycle": VEHICLES,
    "sidewalk": VEHICLES | {"cyclist"},
}
_MARGIN_M = 0.3
_BRIDGE_S = 1.5
_SAME_RUN_S = 20.0
_ALONG_COS = 0.8


def lane_misuse(scene: Scene) -> list[Violation]:
    """Every stretch along a lane that belongs to somebody else so far; crossing such a lane is none."""
    settings = scene.rule(LaneMisuse)
    found: list[Violation] = []
    for i, frame in enumerate(scene.ground.lanes):
        if frame.lane.kind in NOT_ALLOWED:
            found.extend(_misused(scene, i, scene.on_lanes[i], settings))
    return first_of_each(found, _SAME_RUN_S)


def _misused(scene: Scene, index: int, on: OnLane, settings: LaneMisuse) -> list[Violation]:
    m, lane = scene.motion, scene.ground.lanes[index].lane
    wrong = scene.is_class(NOT_ALLOWED[lane.kind])[m.track[on.rows]]
    inside = np.abs(on.left_m) <= lane.width_m / 2 - min(_MARGIN_M, lane.width_m / 4)
    misused = wrong & inside & (np.abs(on.cosine) >= _ALONG_COS) & (m.speed[on.rows] > 1.0)
    if not misused.any():
        return []
    misused &= ~_allowed_elsewhere(scene, index)[on.rows]
    first, last = interval_runs(misused, m.track[on.rows], m.t[on.rows], _BRIDGE_S)
    found = []
    for a, b in zip(first, last, strict=True):
        along = np.abs(on.station_m[a : b + 1] - on.station_m[a])
        far = np.flatnonzero(along >= settings.min_distance_m)
        if len(far) == 0:
            continue
        row, seen = on.rows[a], slice(a, a + int(far[0]) + 1)
        margin = float((lane.width_m / 2 - np.abs(on.left_m[seen])).mean())
        found.append(
            Violation(
                "lane_misuse",
                m.ids[m.track[row]],
                scene.class_name(m.track[row]),
                float(m.t[row]),
                float(m.x[row]),
                float(m.y[row]),
                lane.id,
                speed_mps=float(m.speed[on.rows[seen]].mean()),
                confidence=probability_above(margin, 0.0, float(m.sigma_m[on.rows[seen]].mean())),
                index=int(m.track[row]),
            )
        )
    return found


def _allowed_elsewhere(scene: Scene, index: int) -> np.ndarray:
    """Samples on another lane, drawn over this one, where their class may be."""
    allowed = np.zeros(len(scene.motion), bool)
    for j, (frame, on) in enumerate(zip(scene.ground.lanes, scene.on_lanes, strict=True)):
        if j == index:
            continue
        kind = frame.lane.kind
        banned = scene.is_class(NOT_ALLOWED.get(kind, frozenset({"pedestrian"})))[scene.motion.track[on.rows]]
        allowed[on.rows[~banned]] = True
    return allowed
