"""Taking data out: tables as files; who took what is in the audit log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Response

from passerby.errors import InputError
from passerby.screen.words import zone
from passerby.serve.access import Operator, Who, require
from passerby.serve.junction import Junction
from passerby.serve.operator import Since, Until
from passerby.serve.problems import documented
from passerby.serve.queries.counts import Bin, binned
from passerby.serve.queries.export import MEDIA, Format, exported, provenance
from passerby.serve.results import file, read
from passerby.serve.rows import rfc3339
from passerby.serve.service import Service, TheJunction, TheService, heavy

router = APIRouter(
    prefix="/api/v1/junctions/{id}",
    tags=["analysis"],
    dependencies=[Depends(require("operator")), Depends(heavy, scope="function")],
    responses=documented(401, 403, 404),
)

LONGEST_TRACKS: Final = timedelta(hours=24)
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file",
        "content": {m.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for m in MEDIA.values()}
        | {MEDIA["geojson"]: {"schema": {"type": "object"}}},
    }
}


@router.get("/export", responses=FILE, response_class=Response)
def export(
    junction: TheJunction,
    service: TheService,
    who: Operator,
    table: Literal["violations", "conflicts", "counts", "tracks"],
    format: Format = "csv",
    since: Since = None,
    until: Until = None,
    bin: Annotated[Literal["5", "15", "60"] | None, Query(description="Counts: summed into so many minutes.")] = None,
    header: Annotated[bool, Query(description="CSV: begin with lines that say where the data comes from.")] = True,
) -> Response:
    """A table as a file; who took what is in the audit log."""
    if table == "tracks" and (since is None or until is None or until - since > LONGEST_TRACKS):
        raise InputError("tracks: are exported 24 hours at a time; give since and until")
    rows = read(junction, table, since, until)
    if bin is not None:
        if table != "counts":
            raise InputError("bin: is for the table of counts; leave it out")
        minutes: Bin = 5 if bin == "5" else 15 if bin == "15" else 60
        rows = binned(rows, minutes, zone(junction.site.timezone))
    made = provenance(junction.site, table, rows, since, until, datetime.now(UTC))
    data = exported(junction.site, rows, made, format, header)
    return handed_out(service, who, junction, data, table, format, len(rows), since, until)


def handed_out(
    service: Service,
    who: Who,
    junction: Junction,
    data: bytes,
    table: str,
    format: Format,
    rows: int,
    since: datetime | None,
    until: datetime | None,
) -> Response:
    """The file, once the audit log says who took so many rows of what."""
    ends = {"since": rfc3339(since) if since else None, "until": rfc3339(until) if until else None}
    service.keep.audit.append(
        "exported", user=who.name, junction=junction.id, table=table, format=format, rows=rows, **ends
    )
    return file(data, MEDIA[format], f"{junction.id}-{table}.{format}")
