"""Sheets to hand on, as PDF or picture: one incident, the conflict map, the ranking, the counts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from passerby.screen.language import speaking
from passerby.screen.ranked import By
from passerby.screen.sheet import SHEET_MEDIA, Sheet, SheetFormat, sheet_bytes
from passerby.serve.access import Operator, Who, require
from passerby.serve.junction import Junction
from passerby.serve.operator import EventId, Since, Until, Written, find
from passerby.serve.problems import documented
from passerby.serve.queries.counts import Bin
from passerby.serve.queries.drawn import counts_sheet, incident_sheet, map_sheet, ranking_sheet
from passerby.serve.queries.mapped import Severity
from passerby.serve.results import file, results
from passerby.serve.rows import rfc3339
from passerby.serve.service import Service, TheJunction, TheService, heavy

router = APIRouter(
    prefix="/api/v1/junctions/{id}",
    tags=["analysis"],
    dependencies=[Depends(require("operator")), Depends(heavy, scope="function")],
    responses=documented(401, 403, 404),
)
SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The sheet",
        "content": {m: {"schema": {"type": "string", "format": "binary"}} for m in SHEET_MEDIA.values()},
    }
}


@router.get("/events/{event}/sheet", responses=SHEET, response_class=Response)
def incident(
    junction: TheJunction,
    service: TheService,
    event: EventId,
    who: Operator,
    format: SheetFormat = "pdf",
    language: Written = "en",
) -> Response:
    """One event on a page: plan, signal and distance over time, what was measured; who took it is in the audit log."""
    table, row = find(junction, event)
    with speaking(language):
        sheet = incident_sheet(junction, table, row, datetime.now(UTC))
    return _taken(junction, service, who, sheet, format, f"event-{event}", what="incident", event_id=event)


@router.get("/sheets/{what}", responses=SHEET, response_class=Response)
def sheet(
    junction: TheJunction,
    service: TheService,
    who: Operator,
    what: Literal["map", "ranking", "counts"],
    format: SheetFormat = "pdf",
    since: Since = None,
    until: Until = None,
    kind: Annotated[str | None, Query(max_length=40, description="Map: as of /heat.")] = None,
    severity: Annotated[Severity | None, Query(description="Map: as of /heat.")] = None,
    by: Annotated[By, Query(description="Ranking: of places, hours of the day or of the week.")] = "place",
    bin: Annotated[Literal["5", "15", "60"], Query(description="Counts: minutes.")] = "15",
    language: Written = "en",
) -> Response:
    """The conflict map, the ranking or the counts of a period on a page; who took it is in the audit log."""
    tables, made = results(junction, since, until), datetime.now(UTC)
    minutes: Bin = 5 if bin == "5" else 15 if bin == "15" else 60
    with speaking(language):
        if what == "map":
            found = map_sheet(junction.site, tables, kind, severity, since, until, made)
        elif what == "ranking":
            found = ranking_sheet(junction.site, tables, by, since, until, made)
        else:
            found = counts_sheet(junction.site, tables["counts"], minutes, since, until, made)
    ends = {"since": rfc3339(since) if since else None, "until": rfc3339(until) if until else None}
    return _taken(junction, service, who, found, format, what, what=what, **ends)


def _taken(
    junction: Junction, service: Service, who: Who, sheet: Sheet, format: SheetFormat, name: str, **details: str | None
) -> Response:
    data = sheet_bytes(sheet, format)
    service.keep.audit.append("exported", user=who.name, junction=junction.id, format=format, **details)
    return file(data, SHEET_MEDIA[format], f"{junction.id}-{name}.{format}")
