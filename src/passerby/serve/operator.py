"""What operators see: junctions, events, one event in detail, marks, the live stream, health."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from passerby.errors import InputError
from passerby.remarks import Code
from passerby.screen.words import zone
from passerby.serve.access import Operator, require, still
from passerby.serve.channel import Subscriber, sse
from passerby.serve.detail import detail
from passerby.serve.events import Wanted, page, within
from passerby.serve.follow import EVENTS
from passerby.serve.junction import Junction
from passerby.serve.plan import operator_plan
from passerby.serve.problems import documented
from passerby.serve.public import STREAM
from passerby.serve.rows import encode, rfc3339, row_json
from passerby.serve.scene import Numbers, Scene, operator_users
from passerby.serve.service import TheJunction, TheService
from passerby.serve.stream import EventStream, require_place
from passerby.tracks.classes import CLASSES

router = APIRouter(
    prefix="/api/v1/junctions",
    tags=["operator"],
    dependencies=[Depends(require("operator"))],
    responses=documented(401, 403),
)

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


def _possible(t: datetime) -> datetime:
    if not EARLIEST <= t <= LATEST:
        raise ValueError("must be from 1970 to 2200")
    return t.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_possible)]
Since = Annotated[Instant | None, Query(description="RFC 3339, included.")]
Until = Annotated[Instant | None, Query(description="RFC 3339, not included.")]
Written = Annotated[str, Query(max_length=20, description="What it is written in: `en` or `de`.")]
EventId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="An event's id.")]


class Said(BaseModel):
    """One thing to know of a camera: its code with values, for pages in any language, and the same in English.

    Values are named by their units: s, px, n (how many), factor, speed, t (an instant); `why` is a cause in the words
    of who told it.
    """

    code: Code
    values: dict[str, float | str]
    sentence: str


class Camera(BaseModel):
    """How a camera, or what stands for one, is doing."""

    model_config = ConfigDict(extra="allow")
    camera: str
    state: Literal["ok", "late", "lost", "unsure", "idle"]
    since: str | None = Field(None, description="RFC 3339: when it was last heard, where it is not now.")
    rate_fps: float | None = None
    delay_s: float | None = None
    calibration: str | None = None
    clock_offset_s: float | None = None
    message: str | None = Field(None, description="The remarks' sentences as one.")
    remarks: list[Said] = []


class Health(BaseModel):
    """All cameras of a junction."""

    cameras: list[Camera]


class JunctionState(BaseModel):
    """A junction and how it is doing."""

    id: str
    name: str
    state: Literal["ok", "late", "lost", "unsure", "idle"]
    cameras: list[Camera]


class JunctionDetail(BaseModel):
    """A junction with its drawing, rules, and how many days each table is kept."""

    id: str
    name: str
    language: str
    timezone: str
    drives_on: str
    measures: list[str]
    now: str
    rate: float
    plan: dict[str, Any]
    rules: dict[str, dict[str, Any]]
    ttl: dict[str, float]


class MarkView(BaseModel):
    """What an operator found an event to be."""

    verdict: Literal["confirmed", "false"]
    note: str


class EventRow(BaseModel):
    """A row of the table of violations or of conflicts, as docs/formats-results.md has them."""

    model_config = ConfigDict(extra="allow")
    table: Literal["violations", "conflicts"]
    event: str
    kind: str
    t: str
    mark: MarkView | None


class Events(BaseModel):
    """A page of events, newest first. next: the cursor of the next page, null at the end. total: on all pages."""

    events: list[EventRow]
    next: str | None
    total: int


class Window(BaseModel):
    """A period."""

    t0: str
    t1: str


class Moved(BaseModel):
    """How one road user moved: samples are [dt, x, y, heading, speed or null]; its number holds in this answer."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)
    track: int
    cls: str = Field(alias="class")
    involved: bool
    length: float | None
    width: float | None
    samples: list[list[float | None]]


class EventDetail(BaseModel):
    """An event and what went on around it. signals: [dt, signal, state], the states at the beginning first."""

    event: EventRow
    window: Window
    tracks: list[Moved]
    signals: list[list[float | str]]
    linked: list[str]


class NewMark(BaseModel):
    """A verdict on an event; null takes it back."""

    model_config = ConfigDict(extra="forbid")
    verdict: Literal["confirmed", "false"] | None
    note: str = Field("", max_length=500)


@router.get("")
def junctions(service: TheService) -> list[JunctionState]:
    """All junctions, and how they are doing."""
    return [
        JunctionState(id=j.id, name=j.site.name, state=state_of(j), cameras=[Camera(**c) for c in j.cameras.values()])
        for j in service.junctions.values()
    ]


@router.get("/{id}", responses=documented(404))
def one(junction: TheJunction) -> JunctionDetail:
    """A junction's drawing with its ids, its rules and how long its tables are kept."""
    store, site = junction.store, junction.site
    ttl = {t: keep.total_seconds() / 86400 for t in store.tables if (keep := store.ttl(t))} if store else {}
    return JunctionDetail(
        id=junction.id,
        name=site.name,
        language=junction.language,
        timezone=site.timezone,
        drives_on=site.drives_on,
        measures=list(junction.measures),
        now=rfc3339(junction.now),
        rate=junction.rate,
        plan=operator_plan(site, junction.road),
        rules={rule: dict(settings) for rule, settings in site.rules.items()},
        ttl=ttl,
    )


@router.get("/{id}/events", responses=documented(404))
def events(
    junction: TheJunction,
    service: TheService,
    table: Literal["violations", "conflicts"] | None = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    cls: Annotated[Literal[CLASSES] | None, Query(alias="class")] = None,  # type: ignore[valid-type]
    place: Annotated[str | None, Query(max_length=100)] = None,
    severity: Literal["slight", "moderate", "serious"] | None = None,
    mark: Literal["confirmed", "false", "none"] | None = None,
    confidence: Annotated[float | None, Query(ge=0, le=1, description="At least so likely.")] = None,
    hours: Annotated[
        str | None, Query(pattern=r"^\d{1,2}-\d{1,2}$", description="First and last hour of the day there: 7-9, 22-5.")
    ] = None,
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str | None, Query(max_length=80)] = None,
) -> Events:
    """Events, newest first, a page at a time."""
    within(since, until)
    marks = service.keep.marks.of(junction.id)
    day = _hours(hours) if hours is not None else None
    wanted = Wanted(table, kind, cls, place, severity, mark, confidence, day, zone(junction.site.timezone))
    tables = {}
    if junction.store is not None:
        tables = {t: junction.store.read(t, since=since, until=until) for t in EVENTS if table in (None, t)}
    found, following, total = page(tables, wanted, marks, limit, cursor)
    return Events(events=[EventRow(**row) for row in found], next=following, total=total)


@router.get("/{id}/events/{event}", responses=documented(404))
def event(junction: TheJunction, service: TheService, event: EventId, who: Operator) -> EventDetail:
    """An event in detail; that it was looked at is in the audit log."""
    table, row = find(junction, event)
    mark = service.keep.marks.of(junction.id).get(event)
    shown = EventRow(**row_json(table, row), mark=None if mark is None else MarkView(**mark.json()))
    found = detail(junction, row)
    service.keep.audit.append("event_viewed", user=who.name, junction=junction.id, event_id=event)
    return EventDetail.model_validate({"event": shown} | found)


@router.put("/{id}/events/{event}/mark", responses=documented(404))
def mark(junction: TheJunction, service: TheService, event: EventId, wanted: NewMark, who: Operator) -> NewMark:
    """Mark an event as confirmed or false, or take the mark back."""
    table, row = find(junction, event)
    kind = row["kind"] if table == "violations" else "near_miss"
    service.keep.marks.set(junction.id, event, kind, wanted.verdict, wanted.note, who.name)
    service.keep.audit.append("event_marked", user=who.name, junction=junction.id, event_id=event, to=wanted.verdict)
    return wanted


@router.get("/{id}/health", responses=documented(404))
def health(junction: TheJunction) -> Health:
    """How each camera is doing."""
    return Health(cameras=[Camera(**c) for c in junction.cameras.values()])


@router.get("/{id}/stream", status_code=200, responses=STREAM | documented(404), response_class=EventStream)
async def stream(
    junction: TheJunction,
    service: TheService,
    request: Request,
    who: Operator,
    last_event_id: Annotated[str | None, Header(max_length=64, description="As browsers send it.")] = None,
) -> EventStream:
    """`scene` with its time and numbers that hold for this connection, `event` as committed or revised, `health`.

    `withdrawn` names an event that the store has taken back.
    """
    channel, numbers, places = junction.hub.operators, Numbers(), service.limits.walls
    require_place(places, who.name)

    def encoded(scene: Scene) -> bytes:
        users = operator_users(scene, numbers)
        return sse("scene", encode({"t": rfc3339(scene.t), "users": users, "lights": dict(scene.lights)}))

    def subscribe() -> Subscriber[Scene]:
        subscriber = channel.subscribe(encoded, last_event_id)
        # a stream ends with the session or token it was opened with; while it is open, the session is in use
        subscriber.valid = still(request, service, who)
        return subscriber

    told = {"v": service.version, "rate": junction.rate, "recorded": junction.recording is not None}
    hello = sse("hello", encode(told))
    hello += sse("health", encode({"cameras": list(junction.cameras.values())}))
    return EventStream(hello, subscribe, channel.subscribers.discard, places, who.name)


def state_of(junction: Junction) -> Literal["ok", "late", "lost", "unsure", "idle"]:
    """The worst that any of its cameras is in; idle where nothing feeds it."""
    states = [c["state"] for c in junction.cameras.values()]
    order: tuple[Literal["lost", "unsure", "late", "ok"], ...] = ("lost", "unsure", "late", "ok")
    return next((s for s in order if s in states), "idle")


def _hours(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if int(first) > 23 or int(last) > 23:
        raise InputError(f'hours: wanted the first and the last hour of the day, 0 to 23, such as 7-9, got "{text}"')
    return int(first), int(last)


def find(junction: Junction, event: str) -> tuple[str, dict[str, Any]]:
    """The table and the row of an event; 404 where there is none."""
    for table in EVENTS if junction.store is not None else ():
        assert junction.store is not None
        found = junction.store.read(table, filters={"event": event}).to_pylist()
        if found:
            return table, found[0]
    raise HTTPException(404, "there is no such event, or it has been kept as long as events are kept")
