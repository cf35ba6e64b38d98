"""NGSI-LD (ETSI GS CIM 009): counts as TrafficFlowObserved and CrowdFlowObserved, coarse for anyone.

Only of intervals that are over. Without a login: whole hours, to the nearest 5, none where fewer than 10 passed. With
one: quarters of an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Annotated, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, Header, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials
from pydantic import BaseModel

from passerby.errors import InputError
from passerby.screen.words import zone
from passerby.serve.access import _BEARER_SCHEME, _COOKIE_SCHEME, session_of, signed_in
from passerby.serve.junction import Junction
from passerby.serve.problems import documented
from passerby.serve.queries.counts import binned
from passerby.serve.queries.entities import (
    CONTEXT,
    COUNTED,
    TYPES,
    VOCABULARY,
    Observed,
    entity,
    named,
    observed,
    published,
    simplified,
)
from passerby.serve.queries.filters import Clause, clauses, span
from passerby.serve.rows import encode
from passerby.serve.service import TheService

ERRORS: Final = "https://uri.etsi.org/ngsi-ld/errors/"
TITLES: Final = {"BadRequestData": 400, "TooComplexQuery": 403, "ResourceNotFound": 404}
USUAL: Final = timedelta(hours=24)
LONGEST: Final = timedelta(days=31)
LD: Final = "application/ld+json"
LINK: Final = f'<{CONTEXT[0]}>; rel="http://www.w3.org/ns/json-ld#context"; type="{LD}"'


class NgsiError(Exception):
    """One of NGSI-LD's errors (clause 5.5.2), with what is wrong."""

    def __init__(self, type: str, detail: str) -> None:
        super().__init__(detail)
        self.type, self.detail = type, detail


class NgsiProblem(BaseModel):
    """What went wrong (NGSI-LD, clause 5.5.3): sent as application/json, as it demands."""

    type: str
    title: str
    detail: str
    status: int


class _Route(APIRoute):
    """Answers what does not fit with NGSI-LD's errors."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        plain = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await plain(request)
            except RequestValidationError as e:
                first = e.errors()[0]
                return _problem("BadRequestData", f"{first['loc'][-1]}: {first['msg']}")
            except InputError as e:
                return _problem("BadRequestData", str(e))
            except NgsiError as e:
                return _problem(e.type, e.detail)

        return handler


def _problem(type: str, detail: str) -> JSONResponse:
    status = TITLES[type]
    body = NgsiProblem(type=ERRORS + type, title=type, detail=detail, status=status)
    return JSONResponse(body.model_dump(), status, media_type="application/json")


def _documented(*types: str) -> dict[int | str, dict[str, Any]]:
    return {TITLES[t]: {"description": t, "model": NgsiProblem} for t in types}


ENTITIES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Entities",
        "content": {m: {"schema": {"type": ["array", "object"]}} for m in (LD, "application/json")},
    }
}
SECURITY: Final[dict[str, Any]] = {"security": [{}, {"HTTPBearer": []}, {"APIKeyCookie": []}]}

router = APIRouter(
    prefix="/ngsi-ld/v1",
    tags=["ngsi-ld"],
    route_class=_Route,
    responses=documented(401) | _documented("BadRequestData") | ENTITIES,
)


def visitor(
    request: Request,
    service: TheService,
    cookie: Annotated[str | None, Security(_COOKIE_SCHEME)] = None,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER_SCHEME)] = None,
) -> bool:
    """Whether nobody in particular asks; 401 for a token that is none."""
    if bearer is None and session_of(request, service) is None:
        return True
    signed_in(request, service, cookie, bearer)
    return False


Anyone = Annotated[bool, Depends(visitor)]
Accept = Annotated[str | None, Header(max_length=500)]
Options = Annotated[
    str | None, Query(pattern=r"^(keyValues|simplified|normalized)?$", description="keyValues for values alone.")
]


@router.get("/entities", responses=_documented("TooComplexQuery"), response_class=Response, openapi_extra=SECURITY)
def entities(
    service: TheService,
    anyone: Anyone,
    type: Annotated[str | None, Query(max_length=300, description="Names or URIs of types, with commas.")] = None,
    q: Annotated[
        str | None,
        Query(max_length=400, description="Comparisons of intensity, peopleCount, dateObservedFrom, dateObservedTo."),
    ] = None,
    limit: Annotated[int, Query(ge=0, le=1000)] = 20,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    count: Annotated[bool, Query(description="Say how many there are in NGSILD-Results-Count.")] = False,
    options: Options = None,
    accept: Accept = None,
) -> Response:
    """Observations, newest first: of the last 24 hours, or of the period that q gives for dateObservedFrom and -To."""
    if type is None and q is None:
        raise NgsiError("BadRequestData", "type or q: give at least one of them")
    wanted = clauses(q)
    asked = {t.strip().removeprefix(VOCABULARY) for t in type.split(",")} if type is not None else set(TYPES)
    found: list[tuple[Observed, Junction]] = []
    for junction in service.junctions.values():
        first, last = span(wanted, (junction.now - USUAL, junction.now))
        if last - first > LONGEST:
            raise NgsiError("TooComplexQuery", f"q: wanted a period of {LONGEST.days} days at most")
        seen = _observed(junction, [t for t in TYPES if t in asked], first, last, anyone)
        found += [(o, junction) for o in seen if _holds(o, wanted)]
    found.sort(key=lambda item: (-item[0].t0.timestamp(), item[0].id))
    page = [entity(o, junction.site, anyone) for o, junction in found[offset : offset + limit]]
    headers = {"NGSILD-Results-Count": str(len(found))} if count else {}
    return _answer(page, options, accept, headers)


@router.get(
    "/entities/{urn}", responses=_documented("ResourceNotFound"), response_class=Response, openapi_extra=SECURITY
)
def one(service: TheService, anyone: Anyone, urn: str, options: Options = None, accept: Accept = None) -> Response:
    """One observation."""
    parts = named(urn)
    junction = service.junctions.get(parts[1]) if parts is not None else None
    if parts is not None and junction is not None:
        type, _, place, start = parts
        for o in _observed(junction, [type], start, start + timedelta(hours=1), anyone):
            if o.place == place and o.t0 == start and o.id.rpartition(":")[2] == urn.rpartition(":")[2]:
                return _answer(entity(o, junction.site, anyone), options, accept, {})
    raise NgsiError("ResourceNotFound", f"{urn[:200]}: no such entity, or nothing of it may be shown without a login")


def _observed(
    junction: Junction, types: Sequence[str], first: datetime, last: datetime, anyone: bool
) -> Iterable[Observed]:
    if junction.store is None or first >= last or not types:
        return ()
    # an hour that has begun before, or goes on after, is summed of all its quarters
    around = timedelta(hours=1)
    counts = junction.store.read("counts", since=first - around, until=last + around)
    rows = binned(counts, 60 if anyone else 15, zone(junction.site.timezone))
    now = junction.now
    over = rows.filter(pc.less_equal(rows["t1"], pa.scalar(now, rows.schema.field("t1").type)))
    every = chain.from_iterable(observed(junction.id, junction.site, over, t) for t in types)
    shown = published(every) if anyone else every
    return (o for o in shown if first <= o.t0 < last)


def _holds(o: Observed, wanted: Sequence[Clause]) -> bool:
    values = {COUNTED[o.type]: o.n, "dateObservedFrom": o.t0, "dateObservedTo": o.t1}
    return all(clause.holds(values) for clause in wanted)


def _answer(
    body: list[dict[str, Any]] | dict[str, Any], options: str | None, accept: str | None, headers: dict[str, str]
) -> Response:
    each = body if isinstance(body, list) else [body]
    if options in ("keyValues", "simplified"):
        each = [simplified(e) for e in each]
    linked = accept is not None and "application/json" in accept and LD not in accept
    if not linked:
        each = [e | {"@context": list(CONTEXT)} for e in each]
    shown = encode(each if isinstance(body, list) else each[0])
    more = headers | {"Link": LINK} if linked else headers
    return Response(shown, media_type="application/json" if linked else LD, headers=more)
