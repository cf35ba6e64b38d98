"""The site editor's side: the drawing as text, checked, saved."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from passerby.serve.access import Operator, require
from passerby.serve.drawn import read_drawing
from passerby.serve.findings import Finding
from passerby.serve.junction import Junction
from passerby.serve.plan import operator_plan
from passerby.serve.problems import documented, problem
from passerby.serve.service import TheJunction, TheService, heavy
from passerby.serve.standing import OLDER
from passerby.serve.survey import doubts_of
from passerby.site.write import write_site
from passerby.store.files import replace

router = APIRouter(
    prefix="/api/v1/junctions/{id}/site",
    tags=["site"],
    dependencies=[Depends(require("operator")), Depends(heavy, scope="function")],
    responses=documented(401, 403, 404),
)


LONGEST_TOML: Final = 300_000
"""Characters; a junction has some thousand."""


class SiteText(BaseModel):
    """A site.toml."""

    model_config = ConfigDict(extra="forbid")
    toml: str = Field(max_length=LONGEST_TOML)


class Checked(BaseModel):
    """What was found; plan: the drawing, null where it is wrong."""

    errors: list[Finding]
    doubts: list[Finding]
    plan: dict[str, Any] | None


@router.get("")
def get_site(junction: TheJunction) -> SiteText:
    """The junction's site.toml."""
    path = junction.site_path
    text = path.read_text(encoding="utf-8-sig") if path is not None and path.is_file() else write_site(junction.site)
    return SiteText(toml=text)


@router.put("", responses=documented(409))
def put_site(junction: TheJunction, service: TheService, wanted: SiteText, who: Operator) -> Checked:
    """Save another drawing, if nothing is wrong with it: shown at once, used by the rules from the next start on."""
    if junction.site_path is None:
        raise HTTPException(409, "this junction has no site.toml of its own that could be written")
    drawing = read_drawing(wanted.toml)
    if drawing.site is None:
        return _refused(drawing.errors)  # type: ignore[return-value]
    before = junction.site_path.read_bytes() if junction.site_path.is_file() else b""
    data = wanted.toml.encode()
    service.keep.audit.append(
        "site_changed",
        user=who.name,
        junction=junction.id,
        old_sha256=hashlib.sha256(before).hexdigest(),
        new_sha256=hashlib.sha256(data).hexdigest(),
    )
    replace(junction.site_path, data)
    junction.redraw(drawing.site)
    doubts = [*drawing.doubts, *_not_used_yet(junction, data)]
    return Checked.model_validate({"errors": [], "doubts": doubts, "plan": operator_plan(drawing.site)})


@router.post("/check")
def check(junction: TheJunction, wanted: SiteText) -> Checked:
    """Say what is wrong and what is doubtful about a drawing, also by what moved lately, without saving it."""
    drawing = read_drawing(wanted.toml)
    plan = operator_plan(drawing.site) if drawing.site is not None else None
    doubts = [Finding.model_validate(d) for d in drawing.doubts]
    seen = junction.motions.now() if drawing.site is not None else None
    if seen is not None and drawing.site is not None:
        # that nobody refers to a signal, and what traffic says better, is said once
        found = doubts_of(seen, drawing.site)
        turned = {d.who for d in found if d.fix == "turn_round"}
        doubts = [d for d in doubts if d.fix != "turn_round" or d.who not in turned]
        said = {d.who for d in doubts if d.who.startswith("signal ")}
        doubts += [d for d in found if d.who not in said]
    return Checked(errors=[Finding.model_validate(e) for e in drawing.errors], doubts=doubts, plan=plan)


def _not_used_yet(junction: Junction, saved: bytes) -> list[dict[str, Any]]:
    """That the running process still uses another drawing, where that is so."""
    if junction.runs_drawing in (None, "", hashlib.sha256(saved).hexdigest()):
        return []
    return [{"who": "site.toml", "message": OLDER, "x": None, "y": None}]


def _refused(errors: list[dict[str, Any]]) -> JSONResponse:
    first = errors[0]
    return problem(422, f"{first['who']}: {first['message']}", errors=errors)
