"""`Scene`: what a rule looks at (tracks, site, signals, settings), with what several rules share worked out once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeVar, cast

import numpy as np

from passerby.rules.ground import Ground, LaneFrame
from passerby.rules.settings import RULE_SETTINGS, RuleSettings
from passerby.signals.history import SignalHistory
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

T = TypeVar("T", bound=RuleSettings)
R = TypeVar("R")


@lru_cache(maxsize=64)
def _codes(names: frozenset[str]) -> BoolArray:
    return np.array([c in names for c in CLASSES])


@dataclass(frozen=True, eq=False)
class OnLane:
    """The samples on one lane, shape (n,): row in the motion, signed distance left of the centreline (m), station (m),
    and the cosine between the road user's motion and the lane's direction."""

    rows: IntArray
    left_m: FloatArray
    station_m: FloatArray
    cosine: FloatArray


@dataclass(frozen=True, eq=False)
class Scene:
    """Motion so far, the site's geometry, the signals and the rules' settings; every rule is a pure function of it.

    now: how far the signals are known and a track of its own is final; settled: how far all tracks are (epoch s).
    """

    motion: Motion
    ground: Ground
    signals: SignalHistory
    settings: Mapping[str, RuleSettings]
    now: float
    settled: float
    _memo: dict[Callable[[Scene], object], object] = field(default_factory=dict, repr=False)

    def once(self, find: Callable[[Scene], R]) -> R:
        """What a function finds in this scene, worked out at the first call only."""
        if find not in self._memo:
            self._memo[find] = find(self)
        return cast(R, self._memo[find])

    def rule(self, kind: type[T]) -> T:
        """The settings of one rule."""
        name = next(n for n, k in RULE_SETTINGS.items() if k is kind)
        return cast(T, self.settings[name])

    def is_class(self, names: Collection[str]) -> BoolArray:
        """Which tracks are of one of the named classes, shape (m,)."""
        wanted = _codes(frozenset(names))
        return wanted[self.motion.cls]

    def class_name(self, track: int) -> str:
        """The class of a track."""
        return CLASSES[int(self.motion.cls[track])]

    @cached_property
    def in_junction(self) -> BoolArray:
        """Which samples' centres are inside the junction, shape (n,)."""
        return self.ground.inside(self.ground.junction, self.motion.x, self.motion.y)

    @cached_property
    def on_lanes(self) -> tuple[OnLane, ...]:
        """The samples on each lane of the site."""
        m = self.motion
        return tuple(_on_lane(frame, m) for frame in self.ground.lanes)

    @cached_property
    def lane_agreeing(self) -> BoolArray:
        """Which samples are on a lane whose direction they follow (or cannot be told to oppose), shape (n,)."""
        agreeing = np.zeros(len(self.motion), bool)
        for lane, on in zip(self.ground.lanes, self.on_lanes, strict=True):
            if lane.lane.kind != "sidewalk":
                agreeing[on.rows[on.cosine > -0.5]] = True
        return agreeing


def _on_lane(frame: LaneFrame, m: Motion) -> OnLane:
    x0, y0, x1, y1 = frame.bounds
    near = np.flatnonzero((m.x >= x0) & (m.x <= x1) & (m.y >= y0) & (m.y <= y1))
    if len(near) == 0:
        none = np.empty(0)
        return OnLane(near, none, none, none)
    x, y = m.x[near], m.y[near]
    best = np.full(len(near), np.inf)
    left, station = np.zeros(len(near)), np.zeros(len(near))
    ex, ey = np.zeros(len(near)), np.zeros(len(near))
    begin = 0.0
    for p, d, length in zip(frame.start, frame.direction, frame.length, strict=True):
        dx, dy = x - p[0], y - p[1]
        along = dx * d[0] + dy * d[1]
        side = dy * d[0] - dx * d[1]
        over = np.maximum(np.maximum(-along, along - length), 0.0)
        distance = np.hypot(over, side)
        better = (distance < best) & (over < 0.5)
        best[better], left[better] = distance[better], side[better]
        station[better] = begin + np.clip(along[better], 0.0, length)
        ex[better], ey[better] = d
        begin += length
    on = best <= frame.lane.width_m / 2
    rows = near[on]
    speed = np.maximum(m.speed[rows], 1e-6)
    cosine = (m.vx[rows] * ex[on] + m.vy[rows] * ey[on]) / speed
    return OnLane(rows, left[on], station[on], cosine)
