"""One module per violation, each a pure function of a `Scene` (tracks, site, signals, settings)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from passerby.rules.failure_to_yield import failure_to_yield
from passerby.rules.lane_misuse import lane_misuse
from passerby.rules.obstruction import blocked_box, illegal_stop, stopped_on_crosswalk
from passerby.rules.outside_crosswalk import outside_crosswalk
from passerby.rules.prohibited_turn import prohibited_turn
from passerby.rules.red_light import late_start, red_light
from passerby.rules.scene import Scene
from passerby.rules.speeding import speeding
from passerby.rules.stop_line_overrun import stop_line_overrun
from passerby.rules.violation import Violation
from passerby.rules.wrong_way import wrong_way

RULES: Mapping[str, Callable[[Scene], list[Violation]]] = MappingProxyType(
    {
        "red_light": red_light,
        "late_start": late_start,
        "outside_crosswalk": outside_crosswalk,
        "wrong_way": wrong_way,
        "speeding": speeding,
        "stopped_on_crosswalk": stopped_on_crosswalk,
        "blocked_box": blocked_box,
        "illegal_stop": illegal_stop,
        "stop_line_overrun": stop_line_overrun,
        "prohibited_turn": prohibited_turn,
        "failure_to_yield": failure_to_yield,
        "lane_misuse": lane_misuse,
    }
)


def violations(scene: Scene) -> list[Violation]:
    """What every enabled rule finds, in the order (t, kind, track)."""
    found = [
        v
        for name, rule in RULES.items()
        if scene.settings[name].enabled
        for v in rule(scene)
        if v.confidence >= scene.settings[name].min_confidence
    ]
    return sorted(found, key=lambda v: (v.t, v.kind, v.track, v.place))
