"""`prohibited_turn`: a movement that the stop line does not list."""

from __future__ import annotations

from passerby.rules.passages import governing, passages, turn_deg
from passerby.rules.scene import Scene
from passerby.rules.settings import ProhibitedTurn
from passerby.rules.violation import Violation, probability_above

_HEADING_SIGMA_DEG = 12.0


def prohibited_turn(scene: Scene) -> list[Violation]:
    """Every vehicle that was seen to leave in a direction far from all the movements of its stop line."""
    settings = scene.rule(ProhibitedTurn)
    classes = scene.is_class(settings.classes)
    found = []
    for p in scene.once(passages):
        line = scene.ground.lines[p.line].line
        if not (p.left and p.known and p.exit_heading_deg is not None and classes[p.track]):
            continue
        listed = governing(scene, line, scene.class_name(p.track))
        headings = [m.exit_heading_deg for m in listed]
        if not headings or any(h is None for h in headings):
            continue
        off = min(abs(turn_deg(h, p.exit_heading_deg)) for h in headings if h is not None)
        if off <= settings.tolerance_deg:
            continue
        found.append(
            Violation(
                "prohibited_turn",
                scene.motion.ids[p.track],
                scene.class_name(p.track),
                p.t,
                p.x,
                p.y,
                line.id,
                speed_mps=p.speed_mps,
                confidence=probability_above(off, settings.tolerance_deg, _HEADING_SIGMA_DEG),
            )
        )
    return found
