"""A drawing judged: what is wrong and doubtful, by itself and by what moved, and its plan. Pure; may take seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from passerby.serve.drawn import Drawing, read_drawing
from passerby.serve.findings import Finding
from passerby.serve.learnt import doubts_of
from passerby.serve.motions import Remembered
from passerby.serve.plan import Rings, operator_plan, road_of
from passerby.site.model import Site


class Checked(BaseModel):
    """What was found; plan: the drawing, null where it is wrong."""

    errors: list[Finding]
    doubts: list[Finding]
    plan: dict[str, Any] | None


@dataclass(frozen=True)
class Judged:
    """What was found; site and road (its outlines): None where the drawing is wrong."""

    checked: Checked
    site: Site | None = None
    road: Rings | None = None


def judge(text: str, seen: Remembered | None = None) -> Judged:
    """Judge a site.toml that somebody has drawn, also by the motion that was seen."""
    drawing = read_drawing(text)
    errors = [Finding.model_validate(e) for e in drawing.errors]
    doubts = [Finding.model_validate(d) for d in drawing.doubts]
    about = drawing.site or drawing.rest
    if seen is not None and about is not None:
        # that nobody refers to a signal, and what traffic says better, is said once
        found = [d for d in doubts_of(seen, about) if not _unsure(drawing, d)]
        turned = {d.who for d in found if d.fix == "turn_round"}
        doubts = [d for d in doubts if d.fix != "turn_round" or d.who not in turned]
        said = {d.who for d in doubts if d.who.startswith("signal ")}
        doubts += [d for d in found if d.who not in said]
    if drawing.site is None:
        return Judged(Checked(errors=errors, doubts=doubts, plan=None))
    road = road_of(drawing.site)
    return Judged(Checked(errors=errors, doubts=doubts, plan=operator_plan(drawing.site, road)), drawing.site, road)


def _unsure(drawing: Drawing, d: Finding) -> bool:
    """What traffic says of a line or lane does not rest on the rest of the drawing; that a signal is unused does."""
    return d.fix == "assign" and drawing.unsure("signal", d.who.removeprefix('signal "').removesuffix('"'), d.fix)
