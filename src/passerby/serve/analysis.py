"""What operators find out from the tables: counts, heat, ranking, precision, before and after, export, report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from passerby.errors import InputError
from passerby.screen.before_after import BeforeAfter, Measured, Period, compare, period
from passerby.screen.findings import findings
from passerby.screen.heat import heat as heat_of
from passerby.screen.ranked import By, ranking
from passerby.screen.words import KINDS, capital, zone
from passerby.screen.worst import PLACES
from passerby.serve.access import Operator, require
from passerby.serve.events import within
from passerby.serve.junction import Junction
from passerby.serve.operator import Since, Until
from passerby.serve.problems import documented
from passerby.serve.queries.counts import Bin, binned
from passerby.serve.queries.export import MEDIA, Format, exported, provenance
from passerby.serve.queries.precision import precision as precision_of
from passerby.serve.queries.reported import reported
from passerby.serve.rows import rfc3339
from passerby.serve.service import Service, TheJunction, TheService
from passerby.tables import TABLES

router = APIRouter(
    prefix="/api/v1/junctions/{id}",
    tags=["analysis"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)

LONGEST_TRACKS: Final = timedelta(hours=24)
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
Window = Annotated[str, Query(max_length=120, description="BEGIN/END: dates or RFC 3339 instants, such as a/b.")]


class CountRow(BaseModel):
    """How many passed a place from t0 to t1."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)
    t0: str
    t1: str
    place: str
    movement: str | None
    cls: str = Field(alias="class")
    n: int


class Counts(BaseModel):
    """Counts per bin that is not empty. Rows counted over longer than the bin keep their own t0 and t1."""

    rows: list[CountRow]


class HeatMap(BaseModel):
    """cells: [x, y, weight, events] of every cell that holds something; x, y its middle (m)."""

    cell_m: float
    cells: list[list[float]]


class RankRow(BaseModel):
    """A place or an hour. rate, low and high: violations and near misses per 1,000 passings, 95 % limits (Garwood)."""

    key: str
    label: str
    violations: int
    conflicts: int
    severe: int
    passings: int
    rate: float | None
    low: float | None
    high: float | None


class Ranking(BaseModel):
    """Worst first: by the lower limit of the rate, those without a rate last."""

    rows: list[RankRow]


class PrecisionRow(BaseModel):
    """How many events of a kind operators confirmed, and the share's 95 % limits (Wilson)."""

    kind: str
    confirmed: int
    false: int
    precision: float
    low: float
    high: float


class PrecisionTable(BaseModel):
    """Per kind that was marked."""

    rows: list[PrecisionRow]


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


@router.get("/counts")
def counts(
    junction: TheJunction,
    bin: Annotated[Bin, BeforeValidator(int), Query(description="Minutes.")] = 15,
    since: Since = None,
    until: Until = None,
    place: Annotated[str | None, Query(max_length=100)] = None,
) -> Counts:
    """Passings by place, movement and class, in bins of 5, 15 or 60 minutes."""
    rows = binned(_read(junction, "counts", since, until, place), bin, zone(junction.site.timezone))
    shown = [row | {"t0": rfc3339(row["t0"]), "t1": rfc3339(row["t1"])} for row in rows.to_pylist()]
    return Counts(rows=[CountRow(**row) for row in shown])


@router.get("/heat")
def heat(
    junction: TheJunction,
    cell_m: Annotated[float, Query(ge=0.25, le=50)] = 1.0,
    kind: Annotated[
        str | None, Query(max_length=40, description="A kind of violation or conflict; near misses if left out.")
    ] = None,
    kernel_m: Annotated[float, Query(ge=0, le=20, description="Spread each event (Gaussian); 0 for not.")] = 0.0,
    since: Since = None,
    until: Until = None,
) -> HeatMap:
    """Where near misses (weighted 1, 2, 4 by severity) or violations happen."""
    table = "violations" if kind in KINDS or kind == "violations" else "conflicts"
    rows = _read(junction, table, since, until)
    if kind not in (None, "near_miss", "violations"):
        rows = rows.filter(pc.fill_null(pc.equal(rows["kind"], kind), False))
    found = heat_of(rows, cell_m, kernel_m)
    columns = zip(found.x.tolist(), found.y.tolist(), found.weight.tolist(), found.events.tolist(), strict=True)
    return HeatMap(cell_m=cell_m, cells=[[round(x, 3), round(y, 3), round(w, 4), n] for x, y, w, n in columns])


@router.get("/ranking")
def ranked(junction: TheJunction, by: By = "place", since: Since = None, until: Until = None) -> Ranking:
    """The worst places, hours of the day or hours of the week."""
    found = ranking(junction.site, _results(junction, since, until), by)
    places = findings(junction.site, {}, None, None, {}, None, False, 10).places
    rows = [RankRow(label=_label(r.key, by, places), **vars(r)) for r in found]
    return Ranking(rows=rows)


@router.get("/precision")
def precision(junction: TheJunction, service: TheService) -> PrecisionTable:
    """How often each rule was right, among the events that operators marked."""
    found = precision_of(service.keep.marks.of(junction.id).values())
    return PrecisionTable(rows=[PrecisionRow(**vars(r)) for r in found])


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


FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The file",
        "content": {m.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}} for m in MEDIA.values()},
    }
}
REPORT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report",
        "content": {m: {"schema": {"type": "string"}} for m in ("text/html", "application/pdf")},
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
    header: Annotated[bool, Query(description="CSV: begin with lines that say where the data comes from.")] = True,
) -> Response:
    """A table as a file; who took what is in the audit log."""
    if table == "tracks" and (since is None or until is None or until - since > LONGEST_TRACKS):
        raise InputError("tracks: are exported 24 hours at a time; give since and until")
    rows = _read(junction, table, since, until)
    made = provenance(junction.site, table, rows, since, until, datetime.now(UTC))
    data = exported(junction.site, rows, made, format, header)
    ends = {"since": rfc3339(since) if since else None, "until": rfc3339(until) if until else None}
    service.keep.audit.append(
        "exported", user=who.name, junction=junction.id, table=table, format=format, rows=len(rows), **ends
    )
    return _file(data, MEDIA[format], f"{junction.id}-{table}.{format}")


@router.get("/report", responses=REPORT, response_class=Response)
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
) -> Response:
    """The report of a period, with a comparison of two others if they are given; in the audit log."""
    if (before is None) != (after is None):
        raise InputError("before and after: give both or neither")
    change = None
    if before is not None and after is not None:
        change = _compared(junction, service, period(before, "before"), period(after, "after"), comparison)
    data, media = reported(junction, _results(junction, since, until), format, public, change)
    service.keep.audit.append("reported", user=who.name, junction=junction.id, format=format, public=public)
    return _file(data, media, f"{junction.id}-report.{format}")


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
        other = (twin.site, _results(twin, first, last))
    return compare(junction.site, _results(junction, first, last), before, after, other)


def _read(
    junction: Junction, table: str, since: datetime | None, until: datetime | None, place: str | None = None
) -> pa.Table:
    within(since, until)
    if junction.store is None:
        return TABLES[table].empty_table()
    filters = {"place": place} if place is not None else None
    return junction.store.read(table, since=since, until=until, filters=filters)


def _results(junction: Junction, since: datetime | None, until: datetime | None) -> dict[str, pa.Table]:
    return {t: _read(junction, t, since, until) for t in ("violations", "conflicts", "counts")}


def _label(key: str, by: By, places: dict[str, str]) -> str:
    if by == "place":
        return PLACES.get(key) or capital(places.get(key, key))
    day, _, hour = key.rpartition("-")
    span = f"{int(hour):02}:00\u2013{(int(hour) + 1) % 24:02}:00"
    return f"{DAYS[int(day)]}, {span}" if day else span


def _rate(m: Measured) -> Rate:
    return Rate(**vars(m))


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def _file(data: bytes, media: str, name: str) -> Response:
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})
