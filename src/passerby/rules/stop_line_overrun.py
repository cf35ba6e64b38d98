"""`stop_line_overrun`: a vehicle comes to rest beyond the stop line on red and goes on only when released."""

from __future__ import annotations

import numpy as np

from passerby.rules.creeping import creep_m, rested_until_released
from passerby.rules.lights import STOP, stopped_for
from passerby.rules.passages import governing, movement_of, passages
from passerby.rules.scene import Scene
from passerby.rules.settings import StopLineOverrun
from passerby.rules.violation import Violation, probability_above
from passerby.signals.history import STATE_CODE, STATES
from passerby.tracks.classes import VEHICLES

_NOT_RELEASED = STOP | {STATE_CODE["amber"]}


def stop_line_overrun(scene: Scene) -> list[Violation]:
    """Every vehicle that crossed on amber or red and came to rest just beyond the line, its front clearly over it."""
    settings, m = scene.rule(StopLineOverrun), scene.motion
    vehicles = scene.is_class(VEHICLES)
    found = []
    for p in scene.once(passages):
        frame = scene.ground.lines[p.line]
        movements = governing(scene, frame.line, scene.class_name(p.track))
        if not vehicles[p.track] or not movements:
            continue
        if not p.known and len({m.signal for m in movements}) > 1:
            # which light it waited for shows on leaving
            continue
        movement = movement_of(p, movements) or movements[0]
        if stopped_for(scene, movement.signal, p.t, frozenset(_NOT_RELEASED)) is None:
            continue
        # who crossed on red and rested farther on has run the light; who crossed on amber has not
        on_red = stopped_for(scene, movement.signal, p.t, STOP) is not None
        within_m = creep_m(scene, p.line) if on_red else settings.within_m
        if rested_until_released(scene, p, movement, within_m) is not True:
            continue
        end = int(m.starts[p.track + 1])
        fx, fy = m.front
        _, s = frame.place(fx[p.after : end], fy[p.after : end])
        rest = p.after + np.flatnonzero(m.standing[p.after : end] & (s <= within_m))
        beyond = float(np.median(s[rest - p.after]))
        first = int(rest[0])
        t = float(m.t[first])
        if float(m.t[rest[-1]]) - t < settings.min_stop_s or beyond < settings.min_beyond_m:
            continue
        if stopped_for(scene, movement.signal, t, STOP) is None:
            continue
        state, into = scene.signals.at(movement.signal, t)
        found.append(
            Violation(
                "stop_line_overrun",
                m.ids[p.track],
                scene.class_name(p.track),
                t,
                float(fx[first]),
                float(fy[first]),
                frame.line.id,
                movement.signal,
                STATES[int(state)],
                float(into),
                p.speed_mps,
                float(m.t[rest[-1]]) - t,
                probability_above(beyond, 0.0, float(m.sigma_m[rest].mean())),
            )
        )
    return found
