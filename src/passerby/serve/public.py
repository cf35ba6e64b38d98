"""What anyone may see, without a login: the plan, silhouettes that move now, figures that name nobody."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, HTTPException
from pydantic import BaseModel, Field

from passerby.serve.channel import sse
from passerby.serve.junction import LANGUAGES, Junction
from passerby.serve.plan import public_plan
from passerby.serve.problems import documented
from passerby.serve.rows import encode
from passerby.serve.service import TheJunction, TheService
from passerby.serve.stream import EventStream

router = APIRouter(prefix="/api/v1/public", tags=["public"], responses=documented(429))


class JunctionName(BaseModel):
    """A junction that is shown."""

    id: str
    name: str
    language: str


class Lane(BaseModel):
    """A lane: centreline in metres, width in metres."""

    kind: str
    centreline: list[list[float]]
    width: float


class Plan(BaseModel):
    """The drawing, in metres east and north; nothing in it has a name."""

    bounds: list[float] = Field(description="x0, y0, x1, y1")
    carriageway: list[list[list[float]]]
    lanes: list[Lane]
    crosswalks: list[list[list[float]]]
    stop_lines: list[list[list[float]]]
    sidewalks: list[list[list[float]]]


class PublicJunction(JunctionName):
    """A junction with its drawing."""

    languages: list[str]
    timezone: str = Field(description="IANA name of the junction's time zone.")
    drives_on: str
    plan: Plan
    measures: list[str] = Field(description="What is being done here.")
    plate: str | None = Field(description="Address of a background plate without people, if there is a certified one.")


class Figures(BaseModel):
    """Rounded to 5; null where there were 1 to k - 1. Keys: kinds of violations, and near_miss."""

    today: dict[str, int | None]
    last_week: dict[str, int | None] = Field(description="The same weekday last week, up to the same hour.")
    most_dangerous_hour: int | None
    k: int


STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/junctions")
def junctions(service: TheService) -> list[JunctionName]:
    """The junctions that are shown."""
    return [JunctionName(id=j.id, name=j.site.name, language=j.language) for j in service.junctions.values()]


@router.get("/junctions/{id}", responses=documented(404))
def one(junction: TheJunction) -> PublicJunction:
    """A junction's drawing and what is being done there."""
    return PublicJunction(
        id=junction.id,
        name=junction.site.name,
        language=junction.language,
        languages=list(LANGUAGES),
        timezone=junction.site.timezone,
        drives_on=junction.site.drives_on,
        plan=Plan(**public_plan(junction.site)),
        measures=list(junction.measures),
        plate=None,
    )


@router.get("/junctions/{id}/figures", responses=documented(404))
def figures(junction: TheJunction) -> Figures:
    """Today's figures, last week's, and the most dangerous hour, as far as they are no small numbers."""
    return Figures(**junction.figures)


@router.get(
    "/junctions/{id}/stream", status_code=200, responses=STREAM | documented(404, 503), response_class=EventStream
)
async def stream(
    junction: TheJunction,
    service: TheService,
    last_event_id: Annotated[str | None, Header(max_length=64, description="As browsers send it.")] = None,
) -> EventStream:
    """What happens now: `hello`, `scene` five times a second, `replay` after something happened, `figures`."""
    channel = junction.hub.public
    if len(channel.subscribers) >= service.limits.most_streams:
        raise HTTPException(503, "as many screens as this server carries are connected", {"Retry-After": "30"})
    return EventStream(
        _hello(junction, service.version),
        lambda: channel.subscribe(lambda scene: scene, last_event_id),
        channel.subscribers.discard,
    )


def _hello(junction: Junction, version: str) -> bytes:
    hello = sse("hello", encode({"v": version, "rate": junction.rate}))
    return hello + sse("figures", encode(junction.figures)) + (junction.last_scene or b"")
