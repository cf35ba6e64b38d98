"""What the motion in a junction's memory says about its drawing: paths to draw along, a proposal."""

from __future__ import annotations

from threading import Lock
from typing import Final

from fastapi import APIRouter, Depends, HTTPException

from passerby.errors import TracksError
from passerby.serve.access import Operator, require
from passerby.serve.learnt import Proposed, Ways, learn, ways_of
from passerby.serve.problems import documented
from passerby.serve.service import TheJunction, TheService, heavy

_LEARNING: Final = Lock()

router = APIRouter(
    prefix="/api/v1/junctions/{id}/site",
    tags=["site"],
    dependencies=[Depends(require("operator")), Depends(heavy, scope="function")],
    responses=documented(401, 403, 404),
)


@router.get("/paths")
def paths(junction: TheJunction, service: TheService, who: Operator) -> Ways:
    """Ways that road users took, to draw along: at most 400, without a number or a time; none if nobody was seen."""
    service.keep.audit.append("paths_viewed", user=who.name, junction=junction.id)
    seen = junction.motions.now(service.apart)
    return service.apart.run(ways_of, seen) if seen is not None else ways_of(None)


@router.post("/proposal", responses=documented(409))
def proposal(junction: TheJunction, service: TheService, who: Operator) -> Proposed:
    """A drawing learnt from the last half hour, to be checked; nothing is saved. 409 where too few were seen."""
    seen = junction.motions.now(service.apart)
    if seen is None:
        raise HTTPException(409, "nobody has been seen here yet; ask again once traffic has passed for some minutes")
    if not _LEARNING.acquire(blocking=False):
        raise HTTPException(503, "another proposal is being made; try again in a few seconds", {"Retry-After": "5"})
    try:
        found = service.apart.run(learn, seen, junction.site)
    except TracksError as e:
        raise HTTPException(409, str(e)) from e
    finally:
        _LEARNING.release()
    service.keep.audit.append("site_proposed", user=who.name, junction=junction.id)
    return found
