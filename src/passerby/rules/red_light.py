"""`red_light` and `late_start`: entering against the signal.

Vehicles and cyclists: the front crosses the stop line on red or red-amber of the movement made, `grace_s` after the
change is free (amber and all-red excuse nobody; who entered before red may finish). Who creeps over and comes to rest
until the light changes has overrun the line, not run the light (German BKat 132/132a tell the two apart likewise).
Pedestrians, and whom the crosswalk's `classes` name: entering the crosswalk on don't walk (late start: on clear).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from passerby.rules.creeping import creep_m, rested_until_released, stopped_before
from passerby.rules.crossings import at_time
from passerby.rules.entries import Entry, entries
from passerby.rules.lights import CLEAR, DONT_WALK, RELEASED, STOP, last_shown, stopped_for, until_released
from passerby.rules.passages import Passage, governing, movement_of, passages
from passerby.rules.scene import Scene
from passerby.rules.settings import LateStart, RedLight
from passerby.rules.splits import parts, rejoined
from passerby.rules.violation import Violation, probability_above
from passerby.signals.history import STATES
from passerby.site.model import Movement
from passerby.tracks.motion import STEP_S
from passerby.tracks.record import FloatArray

_STARTED_M = 0.3
_STEPPED_M = 0.5
_AT_EDGE_M = 0.1
_BEYOND_EDGE_M = 0.05
_HELD_S = 10.0
_RECENT_S = 3.0
_LEAST_PROBABILITY = 0.5


def red_light(scene: Scene) -> list[Violation]:
    """Every entry on red so far, vehicles and cyclists at stop lines, pedestrians at crosswalks."""
    grace_s = scene.rule(RedLight).grace_s
    verdicts = [_vehicle(scene, p) for p in scene.once(passages)]
    verdicts += [_on_foot(scene, e, DONT_WALK, grace_s, "red_light") for e in scene.once(entries)]
    verdicts += _across_splits(scene, grace_s)
    return [v for v in verdicts if v is not None]


def _across_splits(scene: Scene, grace_s: float) -> list[Violation | None]:
    """The entries of those whose id changed on the way, less those that either of their tracks shows by itself."""
    whole, both = scene.once(rejoined), scene.once(parts)
    seen = {(p.track, scene.ground.lines[p.line].line.id) for p in scene.once(passages)}
    seen |= {(e.track, e.place) for e in scene.once(entries)}
    verdicts = []
    for p in whole.once(passages):
        if not any((track, whole.ground.lines[p.line].line.id) in seen for track in both[p.track]):
            verdicts.append(_vehicle(whole, p))
    for e in whole.once(entries):
        if not any((track, e.place) in seen for track in both[e.track]):
            verdicts.append(_on_foot(whole, e, DONT_WALK, grace_s, "red_light"))
    return verdicts


def late_start(scene: Scene) -> list[Violation]:
    """Every pedestrian who stepped onto a crosswalk on the clearance signal so far."""
    grace = scene.rule(LateStart).grace_s
    verdicts = [_on_foot(scene, e, CLEAR, grace, "late_start") for e in scene.once(entries) if e.cls == "pedestrian"]
    return [v for v in verdicts if v is not None]


def _vehicle(scene: Scene, p: Passage) -> Violation | None:
    line = scene.ground.lines[p.line].line
    movements = governing(scene, line, scene.class_name(p.track))
    if not movements or scene.motion.t[p.commit] > scene.now:
        return None
    one_light = len({m.signal for m in movements}) == 1 and not any(m.turn_on_red for m in movements)
    movement = movement_of(p, movements) if p.known and (p.left or one_light) else None
    if movement is not None:
        return _against(scene, p, movement)
    # where it went is not known (yet): only what every movement forbids is a violation
    verdicts = [_against(scene, p, m) for m in movements]
    certain = [v for v in verdicts if v is not None]
    return min(certain, key=lambda v: v.into_state_s) if len(certain) == len(verdicts) else None


def _against(scene: Scene, p: Passage, movement: Movement) -> Violation | None:
    """The entry on red of somebody who made a movement."""
    settings = scene.rule(RedLight)
    since = stopped_for(scene, movement.signal, p.t, STOP)
    if since is None or since < max(settings.grace_s, p.sigma_t_s if p.stood else 0.0):
        return None
    if movement.turn_on_red and not (settings.turn_on_red_after_stop_only and not stopped_before(scene, p)):
        return None
    if rested_until_released(scene, p, movement, creep_m(scene, p.line)) is not False:
        return None
    state, into = scene.signals.at(movement.signal, p.t)
    begun = p.t - since + settings.grace_s
    released = p.t + until_released(scene, movement.signal, p.t, STOP)
    beyond = _beyond_line(scene, p, released)
    if beyond.depth_m < max(_STARTED_M, 2 * beyond.sigma_m):
        # many set off with the change, hardly anybody just before it: within the error it was the change
        return None
    if p.stood and p.stood_m > _BEYOND_EDGE_M and stopped_for(scene, movement.signal, p.arrived_t, STOP) is None:
        # over the line before red as far as can be told, then held there (a queue spilling back): it may clear
        return None
    recent = not p.stood and p.t - begun < _RECENT_S
    sure = beyond.probability() * (_beyond_line(scene, p, begun).probability(-1) if recent else 1.0)
    if sure < _LEAST_PROBABILITY:
        return None
    return Violation(
        "red_light",
        scene.motion.ids[p.track],
        scene.class_name(p.track),
        p.t,
        p.x,
        p.y,
        scene.ground.lines[p.line].line.id,
        movement.signal,
        STATES[int(state)],
        float(into),
        p.speed_mps,
        confidence=sure,
    )


def _on_foot(scene: Scene, e: Entry, forbidden: frozenset[int], grace_s: float, kind: str) -> Violation | None:
    if e.signal is None or scene.motion.t[e.commit] > scene.now:
        return None
    t = _entered(scene, e)
    since = None if t is None else stopped_for(scene, e.signal, t, forbidden)
    if t is None or since is None or since < grace_s:
        return None
    released = e.t + until_released(scene, e.signal, e.t, forbidden)
    beyond = _beyond_edge(scene, e, released)
    stood_m = e.stood_m or 0.0
    if kind == "red_light" and beyond.depth_m < max(stood_m, 0.0) + max(_STEPPED_M, 3 * beyond.sigma_m):
        # many wait for the change, hardly anybody steps off just before it: within the error it was the change
        return None
    state, into = scene.signals.at(e.signal, t)
    recent = e.stood_m is None and since - grace_s < _RECENT_S
    sure = beyond.probability() * (_beyond_edge(scene, e, t - since + grace_s).probability(-1) if recent else 1.0)
    if sure < _LEAST_PROBABILITY:
        return None
    return Violation(
        kind,
        scene.motion.ids[e.track],
        e.cls,
        t,
        e.x,
        e.y,
        e.place,
        e.signal,
        STATES[int(state)],
        float(into),
        e.speed_mps,
        confidence=sure,
    )


def _entered(scene: Scene, e: Entry) -> float | None:
    """When somebody is taken to have entered; None for who may have done so while it was allowed.

    Only those are in doubt who stood on the crosswalk's edge, within the error of positions. Who stood there while
    they might go, and went within seconds, may have been on the crosswalk and held up (a turning vehicle). Who came to
    stand beyond the edge while nobody might go entered then; who stood before it enters on setting off.
    """
    if e.stood_m is None or e.stood_m < -_AT_EDGE_M:
        return e.t
    free = last_shown(scene, e.signal, e.arrived_t, e.t, RELEASED)
    if free is not None:
        return None if e.t - free < _HELD_S else e.t
    return e.arrived_t if e.stood_m > _BEYOND_EDGE_M else e.t


class _Depth(NamedTuple):
    """How far beyond a line or edge somebody was (m), with its standard error."""

    depth_m: float
    sigma_m: float

    def probability(self, sign: int = 1) -> float:
        """Probability of having been beyond it (before it with sign -1)."""
        return probability_above(sign * self.depth_m, 0.0, self.sigma_m)


_NEVER = _Depth(float("inf"), 1.0)


def _beyond_line(scene: Scene, p: Passage, t: float) -> _Depth:
    """How far the front was beyond the stop line at an instant; infinitely far out of the track and once across."""
    fx, fy = scene.motion.front
    return _beyond(scene, p.track, t, p.t, p.commit, fx, fy, lambda x, y: scene.ground.lines[p.line].place(x, y)[1])


def _beyond_edge(scene: Scene, e: Entry, t: float) -> _Depth:
    """How far somebody was beyond the crosswalk's edge at an instant; likewise."""
    m, frame, end = scene.motion, scene.ground.crosswalks[e.part], 0 if e.direction > 0 else 1
    return _beyond(scene, e.track, t, e.t, e.commit, m.x, m.y, lambda x, y: frame.place(x, y)[end])


def _beyond(
    scene: Scene,
    track: int,
    t: float,
    crossed_t: float,
    commit: int,
    x: FloatArray,
    y: FloatArray,
    depth: Callable[[FloatArray, FloatArray], FloatArray],
) -> _Depth:
    m = scene.motion
    found = at_time(m, track, t)
    if found is None or t >= m.t[commit]:
        return _NEVER if t > crossed_t else _Depth(-_NEVER.depth_m, 1.0)
    i, j, share = found
    px, py = (np.array([v[i] + share * (v[j] - v[i])]) for v in (x, y))
    clock = max(scene.rule(RedLight).clock_sigma_s, scene.signals.clock_sigma_s)
    gap = float(m.t[j] - m.t[i])
    lost = gap / np.sqrt(12) if gap > 1.5 * STEP_S else 0.0
    sigma = np.hypot(max(m.sigma_m[i], m.sigma_m[j]), m.speed[j] * np.hypot(clock, lost))
    return _Depth(float(depth(px, py)[0]), float(sigma))
