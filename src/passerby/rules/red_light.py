"""`red_light` and `late_start`: entering against the signal.

Vehicles and cyclists: the front crosses the stop line on red or red-amber of the movement made, `grace_s` after the
change is free (amber and all-red excuse nobody; who entered before red may finish). Who creeps over and comes to rest
until the light changes has overrun the line, not run the light (German BKat 132/132a tell the two apart likewise).
Pedestrians, and whom the crosswalk's `classes` name: entering the crosswalk on don't walk (late start: on clear).
"""

from __future__ import annotations

import numpy as np

from passerby.rules.entries import Entry, entries
from passerby.rules.passages import Passage, governing, movement_of, passages
from passerby.rules.scene import Scene
from passerby.rules.settings import LateStart, RedLight
from passerby.rules.violation import Violation, probability_within
from passerby.signals.history import STATE_CODE, STATES
from passerby.site.model import Movement

STOP = frozenset({STATE_CODE["red"], STATE_CODE["red_amber"]})
DONT_WALK = frozenset({STATE_CODE["red"], STATE_CODE["dont_walk"]})
CLEAR = frozenset({STATE_CODE["clear"]})
_LOOK_AHEAD_S = 5.0
_WITH_THE_CHANGE_S = 0.5


def red_light(scene: Scene) -> list[Violation]:
    """Every entry on red so far, vehicles and cyclists at stop lines, pedestrians at crosswalks."""
    verdicts = [_vehicle(scene, p) for p in scene.once(passages)]
    settings = scene.rule(RedLight)
    verdicts += [_on_foot(scene, e, DONT_WALK, settings.grace_s, "red_light") for e in scene.once(entries)]
    return [v for v in verdicts if v is not None]


def late_start(scene: Scene) -> list[Violation]:
    """Every pedestrian who stepped onto a crosswalk on the clearance signal so far."""
    grace = scene.rule(LateStart).grace_s
    verdicts = [_on_foot(scene, e, CLEAR, grace, "late_start") for e in scene.once(entries) if e.cls == "pedestrian"]
    return [v for v in verdicts if v is not None]


def _vehicle(scene: Scene, p: Passage) -> Violation | None:
    settings = scene.rule(RedLight)
    line = scene.ground.lines[p.line].line
    cls = scene.class_name(p.track)
    movements = governing(scene, line, cls)
    if not movements or p.t > scene.now:
        return None
    stopped = {m: stopped_for(scene, m.signal, p.t, STOP) for m in movements}
    if all(s is None for s in stopped.values()):
        return None
    movement = movement_of(p, movements)
    certain = 1.0
    if movement is None or not (p.left or p.known):
        # where it went is not known (yet): only what every movement forbids is a violation
        if any(s is None for s in stopped.values()) or any(m.turn_on_red for m in movements):
            return None
        if movement is None:
            movement = min(movements, key=lambda m: stopped[m] or 0.0)
    elif not p.left and len({m.signal for m in movements}) > 1:
        certain = 0.7
    since = stopped[movement]
    if since is None or since < settings.grace_s:
        return None
    if movement.turn_on_red and not (settings.turn_on_red_after_stop_only and not _stopped_before(scene, p)):
        return None
    if came_to_rest_until_released(scene, p, movement) is not False:
        return None
    state, into = scene.signals.at(movement.signal, p.t)
    released = _until_released(scene, movement.signal, p.t, STOP)
    sigma = float(np.hypot(p.sigma_t_s, max(settings.clock_sigma_s, scene.signals.clock_sigma_s)))
    if p.stood and released < max(_WITH_THE_CHANGE_S, 2 * sigma):
        return None
    if p.stood and stopped_for(scene, movement.signal, p.line_t, STOP) is None:
        # over the line before red, then held there: it may clear the junction
        return None
    return Violation(
        "red_light",
        scene.motion.ids[p.track],
        cls,
        p.t,
        p.x,
        p.y,
        line.id,
        movement.signal,
        STATES[int(state)],
        float(into),
        p.speed_mps,
        confidence=certain * probability_within(since, released, sigma),
    )


def _on_foot(scene: Scene, e: Entry, forbidden: frozenset[int], grace_s: float, kind: str) -> Violation | None:
    if e.signal is None or e.t > scene.now:
        return None
    since = stopped_for(scene, e.signal, e.t, forbidden)
    if since is None or since < grace_s:
        return None
    released = _until_released(scene, e.signal, e.t, forbidden)
    clock = max(scene.rule(RedLight).clock_sigma_s, scene.signals.clock_sigma_s)
    sigma = float(np.hypot(e.sigma_t_s, clock))
    if kind == "red_light" and released < max(_WITH_THE_CHANGE_S, 2 * sigma):
        # many wait for the change, hardly anybody steps off just before it: within the error it was the change
        return None
    t = e.edge_t if e.t - e.edge_t <= since - grace_s else e.t
    state, into = scene.signals.at(e.signal, t)
    since -= e.t - t
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
        confidence=probability_within(since, released, sigma),
    )


def stopped_for(scene: Scene, signal: str | None, t: float, states: frozenset[int]) -> float | None:
    """For how long, unbroken, a signal has shown one of some states at an instant; None where it shows another."""
    if signal is None or signal not in scene.signals.changes:
        return None
    times, codes = scene.signals.changes[signal]
    i = int(np.searchsorted(times, t, side="right")) - 1
    if i < 0 or int(codes[i]) not in states:
        return None
    while i > 0 and int(codes[i - 1]) in states:
        i -= 1
    return t - float(times[i])


def _until_released(scene: Scene, signal: str | None, t: float, states: frozenset[int]) -> float:
    """Seconds until a signal first shows none of some states, looking ahead no farther than errors of time reach."""
    if signal is None or signal not in scene.signals.changes:
        return _LOOK_AHEAD_S
    times, codes = scene.signals.changes[signal]
    i = int(np.searchsorted(times, t, side="right"))
    while i < len(times) and int(codes[i]) in states:
        i += 1
    return min(float(times[i]) - t, _LOOK_AHEAD_S) if i < len(times) else _LOOK_AHEAD_S


def came_to_rest_until_released(scene: Scene, p: Passage, movement: Movement) -> bool | None:
    """Whether it stopped just beyond the line and went on only once the light had changed; None while undecided."""
    m = scene.motion
    frame = scene.ground.lines[p.line]
    end = int(m.starts[p.track + 1])
    fx, fy = m.front
    _, s = frame.place(fx[p.after : end], fy[p.after : end])
    creep = scene.rule(RedLight).creep_m
    clear = np.flatnonzero(s > creep)
    stop = p.after + (int(clear[0]) if len(clear) else len(s))
    resting = np.flatnonzero(m.standing[p.after : stop])
    if len(resting) == 0:
        # it may still stop; where its track ended it did not
        return False if len(clear) or m.closed[p.track] else None
    moved_on = p.after + int(resting[-1]) + 1
    if moved_on >= end and not m.closed[p.track]:
        return None
    return stopped_for(scene, movement.signal, float(m.t[min(moved_on, end - 1)]), STOP) is None


def _stopped_before(scene: Scene, p: Passage) -> bool:
    """Whether it stood within the last metres before the line."""
    m = scene.motion
    begin = max(int(m.starts[p.track]), p.after - 60)
    near = np.hypot(m.x[begin : p.after] - p.x, m.y[begin : p.after] - p.y) < 8.0 + m.length[p.track]
    return bool((m.standing[begin : p.after] & near).any())
