"""`stopped_on_crosswalk`, `blocked_box`, `illegal_stop`: a vehicle stands where none may.

Each is decided at the moment the permitted time is over; the duration is completed when the vehicle moves on. Who is
held there by a standing vehicle just ahead is reported all the same, with half the confidence: the law asks whether
the driver chose to stop (StVO § 12, VwV), and a plan view cannot know.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely

from passerby.rules.scene import Scene
from passerby.rules.settings import BlockedBox, IllegalStop, StoppedOnCrosswalk
from passerby.rules.standing import Standstill, footprint, standstills
from passerby.rules.violation import Violation
from passerby.site.model import polygon

_AHEAD_M = 8.0
_NEAR_M = 20.0
_COVERED = 0.3


def stopped_on_crosswalk(scene: Scene) -> list[Violation]:
    """Every vehicle that stood on a crosswalk with at least `min_overlap_m` of its length."""
    s = scene.rule(StoppedOnCrosswalk)
    found = []
    for crosswalk in scene.ground.site.crosswalks:
        area = polygon(crosswalk.polygon)

        def covers(row: int, area: shapely.Polygon = area) -> bool:
            width = float(scene.motion.width[scene.motion.track[row]])
            return bool(footprint(scene.motion, row).intersection(area).area >= s.min_overlap_m * width)

        found += _standing_in(scene, "stopped_on_crosswalk", crosswalk.id, area, s.min_stop_s, covers)
    return found


def blocked_box(scene: Scene) -> list[Violation]:
    """Every vehicle that stood with its centre in a box junction."""
    s = scene.rule(BlockedBox)
    found = []
    for zone in scene.ground.site.zones_of("box"):
        area = polygon(zone.polygon)

        def inside(row: int, area: shapely.Polygon = area) -> bool:
            x, y = float(scene.motion.x[row]), float(scene.motion.y[row])
            return bool(np.asarray(shapely.contains_xy(area, x, y)))

        found += _standing_in(scene, "blocked_box", zone.id, area, s.min_stop_s, inside)
    return found


def illegal_stop(scene: Scene) -> list[Violation]:
    """Every vehicle that stood in a no-stopping zone for longer than the zone allows."""
    s = scene.rule(IllegalStop)
    found = []
    for zone in scene.ground.site.zones_of("no_stopping"):
        area = polygon(zone.polygon)
        allowed = s.max_stop_s if zone.max_stop_s is None else zone.max_stop_s

        def covers(row: int, area: shapely.Polygon = area) -> bool:
            body = footprint(scene.motion, row)
            return bool(body.intersection(area).area >= _COVERED * body.area)

        found += _standing_in(scene, "illegal_stop", zone.id, area, allowed, covers)
    return found


def _standing_in(
    scene: Scene, kind: str, place: str, area: shapely.Polygon, allowed_s: float, where: Callable[[int], bool]
) -> list[Violation]:
    m = scene.motion
    x0, y0, x1, y1 = area.bounds
    found = []
    for s in scene.once(standstills):
        row = s.after(m, max(allowed_s, 1e-9))
        if (
            row is None
            or m.t[row] + 0.5 > scene.settled
            or not (x0 - _NEAR_M <= m.x[row] <= x1 + _NEAR_M and y0 - _NEAR_M <= m.y[row] <= y1 + _NEAR_M)
            or not where(row)
        ):
            continue
        found.append(
            Violation(
                kind,
                m.ids[s.track],
                scene.class_name(s.track),
                s.t0,
                float(m.x[row]),
                float(m.y[row]),
                place,
                speed_mps=0.0,
                duration_s=s.duration_s,
                confidence=0.5 if _held(scene, s, row) else 0.95,
                open=s.open,
            )
        )
    return found


def _held(scene: Scene, s: Standstill, row: int) -> bool:
    """Whether another vehicle stood just ahead when the time was over."""
    m = scene.motion
    if not np.isfinite(m.hx[row]):
        return False
    at_once = np.flatnonzero((np.abs(m.k - m.k[row]) <= 5) & m.standing & (m.track != s.track))
    dx, dy = m.x[at_once] - m.x[row], m.y[at_once] - m.y[row]
    ahead = dx * m.hx[row] + dy * m.hy[row] - (m.length[m.track[at_once]] + m.length[s.track]) / 2
    aside = np.abs(dy * m.hx[row] - dx * m.hy[row])
    return bool(((ahead > -1.0) & (ahead < _AHEAD_M) & (aside < 1.5)).any())
