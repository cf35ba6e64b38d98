"""What anyone may see, without a login: the plan, silhouettes that move now, figures that name nobody."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, HTTPException, Path, Query, Request, Response
from pydantic import BaseModel, Field

from passerby.serve.access import address
from passerby.serve.channel import sse
from passerby.serve.figures import Observed
from passerby.serve.guard import FOREVER
from passerby.serve.junction import LANGUAGES, Junction
from passerby.serve.plan import public_plan
from passerby.serve.plates import certified, placing
from passerby.serve.problems import documented
from passerby.serve.rows import encode
from passerby.serve.service import TheJunction, TheService
from passerby.serve.stream import EventStream, require_place

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


class PlateView(BaseModel):
    """A certified background plate and how it lies on the ground."""

    camera: str
    address: str = Field(description="Where the picture (PNG) is; it holds the picture's digest.")
    size: tuple[int, int] = Field(description="Width and height, px.")
    matrix: list[list[float]] | None = Field(
        description="3x3 from its straightened pixels to metres east and north; null where no calibration says so."
    )
    distortion: float = Field(
        description="A pixel at distance r from the middle, in half diagonals, belongs at r/(1+kr²)."
    )


class PublicJunction(JunctionName):
    """A junction with its drawing."""

    languages: list[str]
    timezone: str = Field(description="IANA name of the junction's time zone.")
    drives_on: str
    plan: Plan
    measures: list[str] = Field(description="What is being done here.")
    plates: list[PlateView] = Field(description="Certified background plates: the street with nobody in it.")


class Figures(BaseModel):
    """Rounded to 5; null where there were 1 to k - 1. Keys: kinds of violations, and near_miss."""

    today: dict[str, int | None]
    last_week: dict[str, int | None] = Field(
        description="The same weekday last week, up to the same time; empty where it was not observed alike."
    )
    most_dangerous_hour: int | None = Field(
        description="Most events per hour observed in 28 days; null where too little was observed to say."
    )
    until_min: int = Field(description="Both days up to so many minutes after midnight there, a multiple of 15.")
    observed: Observed = Field(description="How much of today up to then was observed; most: half of it or more.")
    k: int


PICTURE: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}, "description": "The picture"}}
EVENT: dict[str, Any] = {
    "type": "object",
    "description": "Each event of the stream; its data is JSON.",
    "properties": {
        "event": {"type": "string"},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}


@router.get("/junctions")
async def junctions(service: TheService) -> list[JunctionName]:
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
        plan=Plan(**public_plan(junction.site, junction.road)),
        measures=list(junction.measures),
        plates=plates_of(junction),
    )


def plates_of(junction: Junction) -> list[PlateView]:
    """The certified plates of a junction's cameras."""
    views = []
    for camera in junction.site.cameras:
        plate = certified(junction.plates, camera.id)
        if plate is None:
            continue
        lies = placing(camera, plate.size)
        views.append(
            PlateView(
                camera=camera.id,
                address=f"/api/v1/public/junctions/{quote(junction.id, safe='')}/plates/{quote(camera.id, safe='')}"
                f"?sha256={plate.sha256}",
                size=plate.size,
                matrix=None if lies is None else lies.matrix.tolist(),
                distortion=0.0 if lies is None else lies.distortion,
            )
        )
    return views


@router.get(
    "/junctions/{id}/plates/{camera}",
    responses=PICTURE | documented(404),
    response_class=Response,
)
def plate(
    junction: TheJunction,
    camera: Annotated[str, Path(max_length=200)],
    sha256: Annotated[
        str | None, Query(max_length=64, description="The picture's digest, as its address has it.")
    ] = None,
) -> Response:
    """A camera's background plate, if it is certified: the street with nobody in it."""
    known = any(c.id == camera for c in junction.site.cameras)
    found = certified(junction.plates, camera) if known else None
    if found is None or (sha256 is not None and sha256 != found.sha256):
        raise HTTPException(404, f'there is no certified plate of a camera "{camera[:60]}" here')
    headers = {"cache-control": FOREVER} if sha256 is not None else {}
    return Response(found.png, media_type="image/png", headers=headers)


@router.get("/junctions/{id}/figures", responses=documented(404))
async def figures(junction: TheJunction) -> Figures:
    """Today's figures, last week's, and the most dangerous hour, as far as they are no small numbers."""
    return Figures(**junction.figures)


@router.get(
    "/junctions/{id}/stream", status_code=200, responses=STREAM | documented(404, 503), response_class=EventStream
)
async def stream(
    junction: TheJunction,
    service: TheService,
    request: Request,
    last_event_id: Annotated[str | None, Header(max_length=64, description="As browsers send it.")] = None,
) -> EventStream:
    """What happens now: `hello`, `scene` five times a second, `replay`, `more` and `withdraw` of events, `figures`."""
    channel = junction.hub.public
    if len(channel.subscribers) >= service.limits.most_streams:
        raise HTTPException(503, "as many screens as this server carries are connected", {"Retry-After": "30"})
    places, reader = service.limits.screens, address(request)
    require_place(places, reader)
    return EventStream(
        _hello(junction, service.version),
        lambda: channel.subscribe(lambda scene: scene, last_event_id),
        channel.subscribers.discard,
        places,
        reader,
    )


def _hello(junction: Junction, version: str) -> bytes:
    told = {"v": version, "rate": junction.rate, "recorded": junction.recording is not None}
    hello = sse("hello", encode(told))
    if not junction.live:
        hello += sse("live", encode({"on": False}))
    return hello + sse("figures", encode(junction.figures)) + (junction.last_scene or b"")
