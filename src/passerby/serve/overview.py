"""All junctions at once: how each is doing, what happened there today, and one stream of all of them."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Annotated, Any, Final

import pyarrow.compute as pc
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel

from passerby.screen.turning import at_crosswalks, at_stop_lines
from passerby.screen.words import zone
from passerby.serve.access import Operator, require, still
from passerby.serve.channel import sse
from passerby.serve.gathered import Gathered
from passerby.serve.junction import Junction
from passerby.serve.operator import Camera, EventRow, JunctionState, MarkView, state_of
from passerby.serve.problems import documented
from passerby.serve.public import STREAM
from passerby.serve.results import results
from passerby.serve.rows import encode, rfc3339, row_json
from passerby.serve.scene import Scene, public_lights, public_users
from passerby.serve.service import TheService
from passerby.serve.stream import EventStream, require_place

router = APIRouter(
    prefix="/api/v1", tags=["operator"], dependencies=[Depends(require("operator"))], responses=documented(401, 403)
)

MOST: Final = 64


class Today(BaseModel):
    """Since midnight there. passings: at stop lines and crosswalks."""

    violations: int
    conflicts: int
    serious: int
    passings: int
    unmarked: int


class JunctionToday(JunctionState):
    """A junction, its day so far, and the newest serious near miss or, where there is none, violation of the day."""

    now: str
    timezone: str
    today: Today
    last: EventRow | None


@router.get("/overview")
def overview(service: TheService) -> list[JunctionToday]:
    """Every junction with its day so far."""
    return [_today(j, service.keep.marks.of(j.id)) for j in service.junctions.values()]


@router.get("/stream", status_code=200, responses=STREAM | documented(404), response_class=EventStream)
async def wall_stream(
    service: TheService,
    request: Request,
    who: Operator,
    junction: Annotated[list[str] | None, Query(max_length=MOST, description="Ids; all if left out.")] = None,
) -> EventStream:
    """Of all junctions or those named: `scene` as the public sees it, once a second, `event`, `withdrawn`, `health`.

    Every message says in `junction` where it comes from.
    """
    require_place(service.limits.walls, who.name)
    wanted = list(dict.fromkeys(junction)) if junction is not None else list(service.junctions)
    for id in wanted:
        if id not in service.junctions:
            raise HTTPException(404, f'there is no junction "{id[:60]}"')
    chosen = [service.junctions[id] for id in wanted]

    def subscribe() -> Gathered:
        parts = {}
        for j in chosen:
            part = j.hub.operators.subscribe(_thinned(j))
            part.valid = still(request, service, who)
            parts[j.id] = part
        return Gathered(parts)

    def release(gathered: Gathered) -> None:
        for id, part in gathered.parts.items():
            service.junctions[id].hub.operators.subscribers.discard(part)

    hello = sse("hello", encode({"v": service.version, "rates": {j.id: j.rate for j in chosen}}))
    for j in chosen:
        hello += sse("health", encode({"junction": j.id, "cameras": list(j.cameras.values())}))
    return EventStream(hello, subscribe, release, service.limits.walls, who.name)


def _thinned(junction: Junction) -> Any:
    last = 0.0

    def encoded(scene: Scene) -> bytes:
        nonlocal last
        dt, last = scene.t - last, scene.t
        shown: dict[str, Any] = {"users": public_users(scene, junction.bounds)}
        shown["lights"] = public_lights(scene.lights, junction.lights)
        return sse("scene", encode(shown | ({"dt": round(dt, 2)} if 0 < dt < 60 else {})))

    return encoded


def _today(junction: Junction, marks: Any) -> JunctionToday:
    now = junction.now
    here = now.astimezone(zone(junction.site.timezone))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    found = results(junction, midnight, now + timedelta(minutes=1))
    violations, conflicts, counts = (found[t] for t in ("violations", "conflicts", "counts"))
    serious = conflicts.filter(pc.fill_null(pc.equal(conflicts["severity"], "serious"), False))
    passed = sum(int(pc.sum(rows["n"]).as_py() or 0) for rows in _passed(junction, counts))
    events = violations["event"].to_pylist() + conflicts["event"].to_pylist()
    table, rows = ("conflicts", serious) if len(serious) else ("violations", violations)
    last = None
    if len(rows):
        row = rows.sort_by([("t", "descending")]).slice(0, 1).to_pylist()[0]
        mark = marks.get(row["event"])
        last = EventRow(**row_json(table, row), mark=None if mark is None else MarkView(**mark.json()))
    return JunctionToday(
        id=junction.id,
        name=junction.site.name,
        state=state_of(junction),
        cameras=[Camera(**c) for c in junction.cameras.values()],
        now=rfc3339(now),
        timezone=junction.site.timezone,
        today=Today(
            violations=len(violations),
            conflicts=len(conflicts),
            serious=len(serious),
            passings=passed,
            unmarked=sum(e not in marks for e in events),
        ),
        last=last,
    )


def _passed(junction: Junction, counts: Any) -> tuple[Any, Any]:
    return at_stop_lines(junction.site, counts), at_crosswalks(junction.site, counts)
