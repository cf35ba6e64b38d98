"""`speeding`: above the limit by more than the tolerance for at least a second.

The speed is the mean over 1, 2 and 4 s (distance over time between two positions, so errors do not add up along the
way), and it must exceed the limit by more than its own error: short peaks need a clear excess, long ones a small one.
That is what average-speed enforcement does, and unlike a peak of the smoothed speed it is not biased by noise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from passerby.rules.crossings import interval_runs
from passerby.rules.scene import Scene
from passerby.rules.settings import Speeding
from passerby.rules.violation import Violation, probability_above
from passerby.tracks.classes import VEHICLES
from passerby.tracks.motion import STEP_S
from passerby.tracks.record import FloatArray

_WINDOWS = (1, 2, 4)
_SURE = 1.6
# one journey through the site is one event, whatever red light interrupted it
_BRIDGE_S = 120.0


def speeding(scene: Scene) -> list[Violation]:
    """Every stretch above the limit so far; speed_mps is the highest one-second mean, duration_s the stretch."""
    m, settings = scene.motion, scene.rule(Speeding)
    limit, lane = _limits(scene)
    drives = scene.is_class(VEHICLES | {"cyclist"})[m.track] & np.isfinite(limit)
    if not drives.any():
        return []
    threshold = limit * (1 + settings.tolerance)
    excess = np.full(len(m), -np.inf)
    begin = m.t.copy()
    one_second = np.zeros(len(m))
    sigma = np.full(len(m), np.inf)
    for factor in _WINDOWS:
        window = settings.min_duration_s * factor
        mean, error = _mean_speed(scene, window)
        if factor == 1:
            one_second = np.nan_to_num(mean)
        surplus = mean - _SURE * error - threshold
        better = np.nan_to_num(surplus, nan=-np.inf) > np.maximum(excess, 0.0)
        excess[better], begin[better], sigma[better] = surplus[better], m.t[better] - window, error[better]
    first, last = interval_runs(drives & (excess > 0), m.track, m.t, _BRIDGE_S)
    found = []
    for a, b in zip(first, last, strict=True):
        track = int(m.track[a])
        t0 = float(begin[a])
        began = max(int(a) - round((float(m.t[a]) - t0) / STEP_S), int(m.starts[track]))
        above = m.speed[began : b + 1] > threshold[began : b + 1]
        found.append(
            Violation(
                "speeding",
                m.ids[track],
                scene.class_name(track),
                t0,
                float(m.x[began]),
                float(m.y[began]),
                lane(int(a)),
                speed_mps=float(one_second[a : b + 1].max()),
                duration_s=max(float(STEP_S * above.sum()), settings.min_duration_s),
                confidence=probability_above(float(excess[a] + _SURE * sigma[a]), 0.0, float(sigma[a])),
                open=not m.closed[track],
            )
        )
    return found


def _mean_speed(scene: Scene, window_s: float) -> tuple[FloatArray, FloatArray]:
    """Distance over time during the window that ends at each sample, and its standard error; NaN where it has none."""
    m, steps = scene.motion, max(1, round(window_s / STEP_S))
    row = np.arange(len(m))
    back = np.maximum(row - steps, 0)
    whole = (row >= steps) & (m.track[back] == m.track) & (m.k - m.k[back] == steps)
    distance = np.hypot(m.x - m.x[back], m.y - m.y[back])
    mean = np.where(whole, distance / (steps * STEP_S), np.nan)
    error = np.hypot(m.sigma_m, m.sigma_m[back]) / (steps * STEP_S)
    return mean, error


def _limits(scene: Scene) -> tuple[FloatArray, Callable[[int], str]]:
    """The limit in m/s at each sample (NaN without one), and what tells the lane it is on ('' off every lane)."""
    site = scene.ground.site
    base = np.nan if site.speed_limit_kmh is None else site.speed_limit_kmh / 3.6
    limit = np.full(len(scene.motion), base)
    place = np.zeros(len(scene.motion), np.int64)
    names = [""]
    for frame, on in zip(scene.ground.lanes, scene.on_lanes, strict=True):
        if frame.lane.kind == "sidewalk":
            continue
        names.append(frame.lane.id)
        along = on.rows[on.cosine > 0.5]
        place[along] = len(names) - 1
        if frame.lane.speed_limit_kmh is not None:
            limit[along] = frame.lane.speed_limit_kmh / 3.6
    return limit, lambda sample: names[place[sample]]
