"""The site editor's side: the drawing as text, checked, saved."""

from __future__ import annotations

import hashlib
from pathlib import Path
from threading import Lock
from typing import Final

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from passerby.serve.access import Operator, require
from passerby.serve.findings import Finding
from passerby.serve.judged import Checked, judge
from passerby.serve.junction import Junction
from passerby.serve.problems import documented, problem
from passerby.serve.service import TheJunction, TheService, heavy
from passerby.serve.standing import OLDER
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


GONE: Final = "this junction's site.toml was deleted or moved since you loaded it; yours is not saved: save it anew"
_SAVING: Final = Lock()
"""Between the look at what a file holds and its replacement nobody else saves."""


class SiteText(BaseModel):
    """A site.toml."""

    model_config = ConfigDict(extra="forbid")
    toml: str = Field(max_length=LONGEST_TOML)


class SiteFile(BaseModel):
    """The site.toml as it is kept."""

    toml: str
    sha256: str = Field(description="Of the file's bytes; of none where there is no file.")
    kept: bool = Field(description="Whether there is such a file; else it is the drawing that is shown.")


class SiteToSave(SiteText):
    """A site.toml that is to replace another."""

    base_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="The sha256 that came with the text this one was made from."
    )


class Saved(Checked):
    """What was found of a drawing that was saved."""

    sha256: str = Field(description="Of the file as it is now: the base of the next that is saved.")


@router.get("")
def get_site(junction: TheJunction) -> SiteFile:
    """The junction's site.toml, and what says later whether it has changed since."""
    data = _kept(junction.site_path)
    text = data.decode("utf-8-sig") if data is not None else write_site(junction.site)
    return SiteFile(toml=text, sha256=_sha256(data or b""), kept=data is not None)


@router.put("", responses=documented(409))
def put_site(junction: TheJunction, service: TheService, wanted: SiteToSave, who: Operator) -> Saved:
    """Save another drawing, if nothing is wrong with it: shown at once, used by the rules from the next start on.

    409 where the file is no longer the one that the drawing was made from; nothing is changed then.
    """
    if junction.site_path is None:
        raise HTTPException(409, "this junction has no site.toml of its own that could be written")
    judged = service.apart.run(judge, wanted.toml)
    if judged.site is None:
        return _refused(judged.checked.errors)  # type: ignore[return-value]
    data = wanted.toml.encode()
    with _SAVING:
        kept = _kept(junction.site_path)
        old = _sha256(kept or b"")
        if old != wanted.base_sha256:
            if kept is None:
                raise HTTPException(409, GONE)
            raise HTTPException(409, "somebody else has saved this site.toml since you loaded it; yours is not saved")
        noted = {"user": who.name, "junction": junction.id, "old_sha256": old, "new_sha256": _sha256(data)}
        replace(junction.site_path, data, lambda: service.keep.audit.append("site_changed", **noted))
        junction.redraw(judged.site, judged.road)
    doubts = [*judged.checked.doubts, *_not_used_yet(junction, data)]
    return Saved(errors=[], doubts=doubts, plan=judged.checked.plan, sha256=_sha256(data))


@router.post("/check")
def check(junction: TheJunction, service: TheService, wanted: SiteText) -> Checked:
    """Say what is wrong and what is doubtful about a drawing, also by what moved lately, without saving it."""
    return service.apart.run(judge, wanted.toml, junction.motions.now(service.apart)).checked


def _not_used_yet(junction: Junction, saved: bytes) -> list[Finding]:
    """That the running process still uses another drawing, where that is so."""
    if junction.runs_drawing in (None, "", _sha256(saved)):
        return []
    return [Finding(who="site.toml", message=OLDER, x=None, y=None)]


def _kept(path: Path | None) -> bytes | None:
    return path.read_bytes() if path is not None and path.is_file() else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refused(errors: list[Finding]) -> JSONResponse:
    first = errors[0]
    return problem(422, f"{first.who}: {first.message}", errors=[e.model_dump() for e in errors])
