"""What operators find out from the tables: counts, heat, ranking, precision."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from passerby.screen.findings import findings
from passerby.screen.heat import heat as heat_of
from passerby.screen.ranked import By, ranking
from passerby.screen.words import zone
from passerby.serve.access import require
from passerby.serve.follow import EVENTS
from passerby.serve.operator import Since, Until
from passerby.serve.problems import documented
from passerby.serve.queries.counts import Bin, binned
from passerby.serve.queries.drawn import label
from passerby.serve.queries.mapped import Severity, mapped, table_of
from passerby.serve.queries.placed import Party, What, placed
from passerby.serve.queries.precision import precision as precision_of
from passerby.serve.results import read, results
from passerby.serve.rows import rfc3339
from passerby.serve.service import TheJunction, TheService

router = APIRouter(
    prefix="/api/v1/junctions/{id}",
    tags=["analysis"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)


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


class RankedPlace(BaseModel):
    """What a ranked place is, to be named in any language; "gone" where the drawing no longer has it.

    kind: of a zone. bearing_deg: whence an approach's traffic comes, clockwise from north. whom: whose events: null for
    all of a place's, at a crosswalk for what those who cross do.
    """

    what: What
    id: str | None
    kind: str | None
    bearing_deg: float | None
    whom: Party | None


class RankRow(BaseModel):
    """A place or an hour. rate, low and high: events per 1,000 passings of those concerned, 95 % limits (Garwood).

    No rate where nobody is counted, or fewer than there were events. A crosswalk is ranked thrice: what those who cross
    do (key: its id), what vehicles do (`:vehicles`), and near misses (`:near_misses`), among both.
    """

    key: str
    label: str = Field(description="Its name in English.")
    place: RankedPlace | None = Field(description="Null where hours are ranked.")
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
    """How many events of a kind operators confirmed, and the share's 95 % limits (Wilson), of how many kept."""

    kind: str
    confirmed: int
    false: int
    precision: float | None
    low: float | None
    high: float | None
    stored: int
    unmarked: int


class PrecisionTable(BaseModel):
    """Per kind that was marked or is kept."""

    rows: list[PrecisionRow]


@router.get("/counts")
def counts(
    junction: TheJunction,
    bin: Annotated[Bin, BeforeValidator(int), Query(description="Minutes.")] = 15,
    since: Since = None,
    until: Until = None,
    place: Annotated[str | None, Query(max_length=100)] = None,
) -> Counts:
    """Passings by place, movement and class, in bins of 5, 15 or 60 minutes."""
    rows = binned(read(junction, "counts", since, until, place), bin, zone(junction.site.timezone))
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
    severity: Annotated[Severity | None, Query(description="Of near misses.")] = None,
    since: Since = None,
    until: Until = None,
) -> HeatMap:
    """Where near misses (weighted 1, 2, 4 by severity) or violations happen."""
    rows = mapped(read(junction, table_of(kind), since, until), kind, severity)
    found = heat_of(rows, cell_m, kernel_m)
    columns = zip(found.x.tolist(), found.y.tolist(), found.weight.tolist(), found.events.tolist(), strict=True)
    return HeatMap(cell_m=cell_m, cells=[[round(x, 3), round(y, 3), round(w, 4), n] for x, y, w, n in columns])


@router.get("/ranking")
def ranked(junction: TheJunction, by: By = "place", since: Since = None, until: Until = None) -> Ranking:
    """The worst places, hours of the day or hours of the week."""
    found = ranking(junction.site, results(junction, since, until), by)
    places = findings(junction.site, {}, None, None, {}, None, False, 10).places
    rows = []
    for r in found:
        place = RankedPlace(**vars(placed(junction.site, r.key))) if by == "place" else None
        rows.append(RankRow(label=label(r.key, by, places), place=place, **vars(r)))
    return Ranking(rows=rows)


@router.get("/precision")
def precision(junction: TheJunction, service: TheService) -> PrecisionTable:
    """How often each rule was right, among the events that operators marked."""
    stored: list[tuple[str, str]] = []
    for table in EVENTS if junction.store is not None else ():
        rows = read(junction, table, None, None)
        kinds = ["near_miss"] * len(rows) if table == "conflicts" else rows["kind"].to_pylist()
        stored += zip(rows["event"].to_pylist(), kinds, strict=True)
    found = precision_of(service.keep.marks.of(junction.id), stored)
    return PrecisionTable(rows=[PrecisionRow(**vars(r)) for r in found])
