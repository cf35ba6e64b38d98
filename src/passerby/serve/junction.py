"""`Junction`: one junction as the server knows it: its drawing, its store, what it shows and to whom."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Final
from zoneinfo import ZoneInfo

from passerby.serve import figures
from passerby.serve.acts import Acts
from passerby.serve.channel import sse
from passerby.serve.follow import EVENTS, Follower
from passerby.serve.hub import Hub
from passerby.serve.motions import Motions
from passerby.serve.plan import Box, Rings, bounds_of, light_names, road_of
from passerby.serve.recall import Recall
from passerby.serve.replays import worth_showing
from passerby.serve.rows import encode, row_json
from passerby.serve.scene import Scene, public_lights, public_users
from passerby.site.model import Site
from passerby.store.tables import Store
from passerby.tables import TABLES

LANGUAGES: Final = ("en", "zh", "ja", "de")
POLL_S: Final = 0.2
FIGURES_EVERY_S: Final = 10.0
FIGURES_STEP: Final = timedelta(minutes=15)
"""Figures count up to the last full quarter of an hour: when one of them changes says nothing about when it was."""

FIGURES_AGAIN_S: Final = 300.0
"""So often they are counted anew within a quarter: rows of before may come late, and a recording's time may stand."""

LONGEST_WAIT_S: Final = 30.0
_LOG: Final = logging.getLogger("passerby.serve")


@dataclass(frozen=True)
class Recording:
    """What is replayed into a junction: at so many times its pace, now for the `times`-th time."""

    speed: float
    times: int


def machine_clock() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


@dataclass(eq=False)
class Junction:
    """A junction that is shown: something in this process feeds it scenes, or it follows a store that another writes.

    id: in addresses. store: opened for reading, None before anything is kept. measures: what is being done here, in
    plain words. site_path: the file the drawing came from and is saved to. recording: what is replayed into it, None
    where nothing is. plates: folder of certified background plates, one per camera. live: whether anything feeds it
    now. runs_drawing: SHA-256 of the site.toml by which another process runs it, None where none does. clock: the time
    where no recording is replayed.
    """

    id: str
    site: Site
    store: Store | None = None
    language: str = "en"
    measures: tuple[str, ...] = ()
    recording: Recording | None = None
    site_path: Path | None = None
    plates: Path | None = None
    live: bool = True
    runs_drawing: str | None = None
    clock: Callable[[], datetime] = machine_clock
    hub: Hub = field(default_factory=Hub)
    recall: Recall = field(default_factory=Recall)
    cameras: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.redraw(self.site)
        self.motions = Motions(self.recall)
        self.figures = self._nothing()
        self._follower = Follower(self.store) if self.store is not None else None
        self._acts = Acts(self.recall, lambda name, value: self.hub.public_event(name, value), lambda: self.shown)
        self._figures_due = self._figures_stale = 0.0
        self._counted_to: datetime | None = None
        self.last_scene: bytes | None = None

    def redraw(self, site: Site, road: Rings | None = None) -> None:
        """Show another drawing from now on; road: `road_of` it, where that is known already."""
        self.site = site
        self.road: Rings = road_of(site) if road is None else road
        self.bounds: Box = bounds_of(site)
        self.lights = light_names(site)

    @property
    def now(self) -> datetime:
        """The junction's time: the clock's, however old what was shown last is; a recording's while it is replayed."""
        return self.clock() if self.recording is None else self.shown

    @property
    def shown(self) -> datetime:
        """The instant of the newest scene, by the clock of what feeds the junction; the clock's before the first."""
        newest = self.recall.newest_t
        return datetime.fromtimestamp(newest, UTC) if newest > 0 else self.clock()

    @property
    def rate(self) -> float:
        """Seconds of the junction's time per second."""
        return 1.0 if self.recording is None else self.recording.speed

    def remember(self, scene: Scene) -> None:
        """Keep a scene in memory for replays; at best `recall.RATE_HZ` of them per second of the junction's time."""
        self.recall.add(scene)

    def publish_scene(self, scene: Scene) -> None:
        """Show a scene to everybody, what of it is allowed to each."""
        lights = public_lights(scene.lights, self.lights)
        self.last_scene = sse("scene", encode({"users": public_users(scene, self.bounds), "lights": lights}))
        self.hub.public_scene(self.last_scene)
        self.hub.operator_scene(scene)

    def publish_event(self, table: str, row: Mapping[str, Any]) -> None:
        """Tell operators of a committed row, and the public where it is likely and serious enough."""
        self.hub.operator_event("event", row_json(table, row) | {"mark": None})
        if self._on_plan(row) and worth_showing(row):
            self._acts.begin(row, self.lights, self.bounds)

    def health(self, camera: str, state: Mapping[str, Any]) -> None:
        """How a camera, or whatever stands for one, is doing."""
        self.cameras[camera] = {"camera": camera} | dict(state)
        self.hub.operator_event("health", {"cameras": list(self.cameras.values())}, remembered=False)

    def run(self, stop: Event) -> None:
        """Follow the store until told to stop, whatever happens to the store meanwhile."""
        wait_s = POLL_S
        while not stop.wait(wait_s):
            try:
                self.poll()
                wait_s = POLL_S
            except Exception as e:
                # screens are left alone for weeks: what goes wrong is said, and tried again
                if wait_s == POLL_S:
                    _LOG.warning("junction %s: the store cannot be followed: %s", self.id, e)
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def poll(self) -> None:
        """Tell what is new in the store, act on what was begun, bring the figures up to date."""
        self.motions.forget()
        if self._follower is not None:
            news = self._follower.poll()
            for table, row in (*news.came, *news.surer):
                self.publish_event(table, row)
            for event in news.gone:
                self._acts.take_back(event)
                self.hub.operator_event("withdrawn", {"event": event})
            if news.gone and not self._holds_events():
                # the store was emptied or deleted: what it held is no longer claimed, not even until the quarter
                self._figures_due = self._figures_stale = 0.0
        self._acts.go_on()
        self._go_on_counting()

    def _go_on_counting(self) -> None:
        now, upto = time.monotonic(), self._upto()
        if now >= (self._figures_due if upto != self._counted_to else self._figures_stale):
            self._figures_due, self._figures_stale = now + FIGURES_EVERY_S, now + FIGURES_AGAIN_S
            self._counted_to = upto
            fresh = self._count(upto)
            if fresh != self.figures:
                self.figures = fresh
                self.hub.public_event("figures", fresh, remembered=False)

    def _upto(self) -> datetime:
        """The last full step of the clock there."""
        now = self.now
        here = now.astimezone(ZoneInfo(self.site.timezone))
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        # in the clock of the place, whose days begin at midnight whatever its offset is; taken off in UTC, as an hour
        # of that clock may come twice
        return now - (here - midnight) % FIGURES_STEP

    def _count(self, now: datetime) -> dict[str, Any]:
        """Figures of what happened before an instant."""
        if self.store is None:
            return self._nothing()
        since = now - timedelta(days=figures.HOURS_OVER_DAYS)
        violations, conflicts = (self.store.read(table, ["t", "kind"], since=since, until=now) for table in EVENTS)
        counts = self.store.read("counts", ["t0", "t1"], since=since, until=now)
        return figures.figures(violations, conflicts, counts, now, self.site.timezone)

    def _nothing(self) -> dict[str, Any]:
        """Figures of a junction of which nothing is kept."""
        violations, conflicts, counts = (TABLES[name].empty_table() for name in (*EVENTS, "counts"))
        return figures.figures(violations, conflicts, counts, self._upto(), self.site.timezone)

    def _holds_events(self) -> bool:
        return self.store is not None and any(self.store.read(table, ["event"]).num_rows for table in EVENTS)

    def _on_plan(self, row: Mapping[str, Any]) -> bool:
        x0, y0, x1, y1 = self.bounds
        return row["x"] is not None and row["y"] is not None and x0 <= row["x"] <= x1 and y0 <= row["y"] <= y1
