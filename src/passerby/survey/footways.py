"""Cycle tracks beside the road and pavements: ways of their own that people ride and walk on."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely

from passerby.survey.arms import Arm
from passerby.survey.carriageways import Carriageway, carriageways
from passerby.survey.lanes import CYCLE, SIDEWALK, Ridge, ridges
from passerby.survey.paths import Paths

_ON_LANE_SHARE: Final = 0.4
_KEEP_SHARE: Final = 0.7
_WIDEST_M: Final = 0.8


def footways(
    cyclists: Paths, walkers: Paths, arms: list[Arm], road: shapely.Geometry
) -> tuple[list[tuple[Carriageway, Ridge]], list[tuple[Carriageway, Ridge]]]:
    """Cycle lanes and pavements, each as a ridge in its flow: where hardly any motor traffic is.

    Who rides in a traffic lane is on no cycle lane; who crosses the road is on no pavement.
    """
    lanes = [
        shapely.LineString(arm.road.reference.place(at, ridge.across(at))).buffer(ridge.width_m / 2 - 0.2)
        for arm in arms
        for ridge in arm.lanes
        for at in [np.arange(ridge.s[0], ridge.s[-1] + 1, 2.0)]
    ]
    taken = shapely.union_all(lanes)
    shapely.prepare(taken)
    shapely.prepare(road)
    riding = cyclists.take(~shapely.contains_xy(taken, cyclists.x, cyclists.y) & (cyclists.speed > 1.0))
    walking = walkers.take(~shapely.contains_xy(road, walkers.x, walkers.y) & (walkers.speed > 0.4))
    cycle = [
        (flow, ridge)
        for flow in carriageways(riding, [])
        for ridge in ridges(flow, CYCLE)
        if _share_on(taken, flow, ridge) < _ON_LANE_SHARE and _share_on(road, flow, ridge) < 0.7
    ]
    pavement = [
        (flow, ridge)
        for flow in carriageways(walking, [], two_way=True)
        for ridge in ridges(flow, SIDEWALK)
        if _share_on(road, flow, ridge) < _ON_LANE_SHARE and _is_one_way(flow, ridge)
    ]
    return cycle, pavement


def _is_one_way(flow: Carriageway, ridge: Ridge) -> bool:
    """Whether most of those on it keep to its line, as on a pavement and not all over a square."""
    off = np.abs(flow.d[ridge.rows] - ridge.across(flow.s[ridge.rows]))
    return float((off < SIDEWALK.width_m / 2).mean()) > _KEEP_SHARE and ridge.spread_m < _WIDEST_M


def _share_on(ground: shapely.Geometry, flow: Carriageway, ridge: Ridge) -> float:
    at = np.arange(ridge.s[0], ridge.s[-1], 1.0)
    line = flow.reference.place(at, ridge.across(at))
    return float(shapely.contains_xy(ground, line[:, 0], line[:, 1]).mean())
