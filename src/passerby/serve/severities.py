"""How close near misses came and how severe they were: histograms and groups for operators, and as a file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

import pyarrow as pa
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from passerby.errors import InputError
from passerby.screen.closeness import (
    MEASURES,
    SEVERITIES,
    Group,
    Histogram,
    by_classes,
    by_kind,
    histogram,
    limit_of,
    of_group,
)
from passerby.serve.access import Operator, require
from passerby.serve.exports import handed_out
from passerby.serve.junction import Junction
from passerby.serve.operator import Since, Until
from passerby.serve.problems import documented
from passerby.serve.queries.export import heading, provenance
from passerby.serve.results import read
from passerby.serve.service import TheJunction, TheService
from passerby.tracks.classes import CLASSES

router = APIRouter(
    prefix="/api/v1/junctions/{id}/severities",
    tags=["analysis"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403, 404),
)

Kind = Literal["crossing", "lane_change", "rear_end"]
FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}
}


class Bin(BaseModel):
    """Near misses with a value above from_s (the first bin: from it) up to to_s, the last bin's also beyond."""

    from_s: float
    to_s: float
    slight: int
    moderate: int
    serious: int


class Spread(BaseModel):
    """A histogram. limit_s: up to where a near miss is one by this measure."""

    limit_s: float
    n: int
    bins: list[Bin]


class GroupRow(BaseModel):
    """Near misses of two classes, or of a type. Medians are null where no near miss has the measure."""

    key: list[str]
    slight: int
    moderate: int
    serious: int
    ttc_s: float | None = Field(description="Median.")
    pet_s: float | None = Field(description="Median.")


class Severities(BaseModel):
    """Of those chosen: how close they came. classes, kinds: of all in the period, to choose from."""

    n: int
    ttc: Spread
    pet: Spread
    classes: list[GroupRow]
    kinds: list[GroupRow]


Pair = Annotated[str | None, Query(max_length=40, description='Who met, two classes: "car,pedestrian".')]


@router.get("")
def severities(
    junction: TheJunction, classes: Pair = None, kind: Kind | None = None, since: Since = None, until: Until = None
) -> Severities:
    """Time to collision and post-encroachment time of near misses by severity; who met, and how."""
    rows = read(junction, "conflicts", since, until)
    mine = of_group(rows, _pair(classes), kind)
    ttc, pet = (_spread(h) for h in _histograms(junction, mine))
    return Severities(n=len(mine), ttc=ttc, pet=pet, classes=_rows(by_classes(rows)), kinds=_rows(by_kind(rows)))


@router.get("/export", responses=FILE, response_class=Response)
def severities_file(
    junction: TheJunction,
    service: TheService,
    who: Operator,
    classes: Pair = None,
    kind: Kind | None = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The bins of both histograms as CSV; who took it is in the audit log."""
    rows = of_group(read(junction, "conflicts", since, until), _pair(classes), kind)
    facts = provenance(junction.site, "conflicts", rows, since, until, datetime.now(UTC)).items()
    facts |= {"classes": classes or "all", "kind": kind or "all"}
    data = heading(facts) + _csv(_histograms(junction, rows))
    return handed_out(service, who, junction, data, "severities", "csv", len(rows), since, until)


def _pair(classes: str | None) -> tuple[str, str] | None:
    if classes is None:
        return None
    named = classes.split(",")
    if len(named) != 2 or not set(named) <= {*CLASSES}:
        raise InputError(f'classes: wanted two of {", ".join(CLASSES)} with a comma between, got "{classes}"')
    return named[0], named[1]


def _histograms(junction: Junction, rows: pa.Table) -> list[Histogram]:
    return [histogram(rows, m, limit_of(junction.site, m)) for m in MEASURES]


def _spread(h: Histogram) -> Spread:
    edges = h.edges_s.tolist()
    bins = [
        Bin(from_s=a, to_s=b, **dict(zip(SEVERITIES, n, strict=True)))
        for a, b, n in zip(edges[:-1], edges[1:], h.n.tolist(), strict=True)
    ]
    return Spread(limit_s=h.limit_s, n=int(h.n.sum()), bins=bins)


def _rows(groups: list[Group]) -> list[GroupRow]:
    return [GroupRow(**vars(g) | {"key": list(g.key)}) for g in groups]


def _csv(histograms: list[Histogram]) -> bytes:
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["measure", "above_s", "up_to_s", *SEVERITIES, "all"])
    for h in histograms:
        for a, b, n in zip(h.edges_s[:-1].tolist(), h.edges_s[1:].tolist(), h.n.tolist(), strict=True):
            lines.writerow([h.measure, f"{a:g}", f"{b:g}", *n, sum(n)])
    return out.getvalue().encode()
