"""Two periods compared, and the report."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, Field

from passerby.errors import InputError
from passerby.screen.before_after import BeforeAfter, Measured, Period, compare, period
from passerby.screen.report import report_policy
from passerby.serve.access import Operator, require
from passerby.serve.junction import Junction
from passerby.serve.operator import Since, Until, Written
from passerby.serve.problems import documented
from passerby.serve.queries.reported import reported
from passerby.serve.results import file, results, shown
from passerby.serve.rows import rfc3339
from passerby.serve.service import Service, TheJunction, TheService, heavy

router = APIRouter(
    prefix="/api/v1/junctions/{id}",
    tags=["analysis"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)

Window = Annotated[str, Query(max_length=120, description="BEGIN/END: dates or RFC 3339 instants, such as a/b.")]
REPORT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report",
        "content": {m: {"schema": {"type": "string"}} for m in ("text/html", "application/pdf")},
    }
}


class Rate(BaseModel):
    """Events, passings, and events per 1,000 passings with 95 % limits (Garwood)."""

    n: int
    passings: int
    rate: float | None
    low: float | None
    high: float | None


class ChangeRow(BaseModel):
    """One kind of event. ratio: after / before, 95 % limits low and high; null where it is none or infinite."""

    kind: str
    label: str
    whom: str
    before: Rate
    after: Rate
    comparison: list[Rate] | None
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str
    detectable: float | None = Field(description="Ratio that would be seen with 80 % power; null where not even 0.")
    needed: float | None = Field(description="Events before with which a halving would be seen with 80 % power.")


class Change(BaseModel):
    """Two periods compared, cut to whole quarters of an hour."""

    before: list[str]
    after: list[str]
    rows: list[ChangeRow]


@router.get("/before-after")
def before_after(
    junction: TheJunction,
    service: TheService,
    before: Window,
    after: Window,
    comparison: Annotated[
        str | None, Query(max_length=60, description="Id of a junction at which nothing was done.")
    ] = None,
) -> Change:
    """Rates per 1,000 passings in two periods, and whether they differ by more than chance."""
    found = _compared(junction, service, period(before, "before"), period(after, "after"), comparison)
    return Change(
        before=[rfc3339(found.before.since), rfc3339(found.before.until)],
        after=[rfc3339(found.after.since), rfc3339(found.after.until)],
        rows=[
            ChangeRow(
                kind=r.kind,
                label=r.label,
                whom=r.whom,
                before=_rate(r.before),
                after=_rate(r.after),
                comparison=[_rate(m) for m in r.comparison] if r.comparison else None,
                ratio=_finite(r.ratio.ratio) if r.ratio else None,
                low=r.ratio.low if r.ratio else None,
                high=_finite(r.ratio.high) if r.ratio else None,
                p=r.ratio.p if r.ratio else None,
                verdict=r.verdict,
                detectable=r.least,
                needed=r.needed,
            )
            for r in found.rows
        ],
    )


@router.get("/report", responses=REPORT, response_class=Response, dependencies=[Depends(heavy, scope="function")])
def report(
    junction: TheJunction,
    service: TheService,
    who: Operator,
    format: Literal["html", "pdf"] = "html",
    since: Since = None,
    until: Until = None,
    before: Window | None = None,
    after: Window | None = None,
    comparison: Annotated[str | None, Query(max_length=60)] = None,
    public: Annotated[bool, Query(description="The version for everybody: small numbers withheld.")] = False,
    language: Written = "en",
) -> Response:
    """The report of a period, with a comparison of two others if they are given: HTML to read at once, PDF to save.

    In the audit log.
    """
    if (before is None) != (after is None):
        raise InputError("before and after: give both or neither")
    change = None
    if before is not None and after is not None:
        change = _compared(junction, service, period(before, "before"), period(after, "after"), comparison)
    data, media = reported(junction, results(junction, since, until), format, public, change, language)
    service.keep.audit.append("reported", user=who.name, junction=junction.id, format=format, public=public)
    name = f"{junction.id}-report.{format}"
    return shown(data, report_policy(), name) if format == "html" else file(data, media, name)


def _compared(
    junction: Junction, service: Service, before: Period, after: Period, comparison: str | None
) -> BeforeAfter:
    first, last = min(before.since, after.since), max(before.until, after.until)
    other = None
    if comparison is not None:
        if comparison not in service.junctions:
            raise HTTPException(404, f'there is no junction "{comparison}"')
        twin = service.junctions[comparison]
        if twin is junction:
            raise InputError("comparison: must be another junction")
        other = (twin.site, results(twin, first, last))
    return compare(junction.site, results(junction, first, last), before, after, other)


def _rate(m: Measured) -> Rate:
    return Rate(**vars(m))


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None
