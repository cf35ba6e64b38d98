"""The junction as configured: frozen values, validated when they are made. Metres east (x) and north (y)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from passerby.errors import SiteError
from passerby.site.check import (
    LONGEST_NAME,
    require_choice,
    require_direction,
    require_heading,
    require_id,
    require_length,
    require_outline,
    require_points,
    require_positive,
    require_readable,
    require_timezone,
)

Point = tuple[float, float]
Points = tuple[Point, ...]
Box = tuple[float, float, float, float]

SMALLEST_LAMP_PX: Final = 3
WIDEST_M: Final = 100.0
"""No lane is as wide; whoever writes more means another unit."""

"""A lens that fewer pixels across show is mixed with its housing by every codec."""

ROAD_USERS: Final = ("pedestrian", "cyclist", "motorcycle", "car", "van", "truck", "bus", "tram", "other")
SIGNAL_KINDS: Final = ("vehicle", "bicycle", "pedestrian")
LANE_KINDS: Final = ("traffic", "bus", "cycle", "sidewalk")
ZONE_KINDS: Final = ("no_stopping", "box", "carriageway", "sidewalk", "parking", "waiting", "region")
RULES: Final = (
    "red_light",
    "late_start",
    "outside_crosswalk",
    "wrong_way",
    "speeding",
    "stopped_on_crosswalk",
    "blocked_box",
    "illegal_stop",
    "stop_line_overrun",
    "prohibited_turn",
    "failure_to_yield",
    "lane_misuse",
    "conflicts",
    "smoothing",
    "counts",
)


@dataclass(frozen=True)
class Calibration:
    """How a camera's pixels lie on the ground: >= 4 point pairs, or a 3x3 matrix image -> ground.

    size: width and height of the picture in which the pixels were picked. distortion: k of the division model (a
    pixel at distance r from the centre, in half diagonals, belongs at r / (1 + k r^2)), less than 0 for a barrel.
    """

    image: Points = ()
    ground: Points = ()
    matrix: tuple[tuple[float, float, float], ...] | None = None
    size: tuple[int, int] | None = None
    distortion: float = 0.0

    def __post_init__(self) -> None:
        who = "calibration"
        if len(self.image) != len(self.ground):
            raise SiteError(
                f"{who}: image and ground must pair up, got {len(self.image)} and {len(self.ground)} points"
            )
        require_points(who, "image", self.image, 0)
        require_points(who, "ground", self.ground, 0)
        if self.matrix is None and len(self.image) < 4:
            raise SiteError(f"{who}: needs at least 4 image/ground pairs or a matrix, got {len(self.image)} pairs")
        if self.matrix is not None:
            if len(self.matrix) != 3 or any(len(row) != 3 for row in self.matrix):
                raise SiteError(f"{who}: matrix must have 3 rows of 3 numbers (image to ground)")
            if not np.all(np.isfinite(self.matrix)):
                raise SiteError(f"{who}: matrix must hold finite numbers")
        if self.size is not None and not all(16 <= v <= 65536 for v in self.size):
            raise SiteError(f"{who}: size must be [width, height] in pixels, got [{self.size[0]}, {self.size[1]}]")
        # Beyond 1/4 barrels have no inverse inside the picture; fisheyes beyond -0.9 see the ground nowhere plane.
        if not -0.9 <= self.distortion <= 0.24:
            raise SiteError(f"{who}: distortion must be from -0.9 to 0.24, got {self.distortion:g}")
        if self.distortion and self.size is None:
            raise SiteError(f"{who}: distortion needs size = [width, height] of the picture beside it")


@dataclass(frozen=True)
class Camera:
    """A camera that looks at the site."""

    id: str
    source: str | None = None
    calibration: Calibration | None = None

    def __post_init__(self) -> None:
        require_id("camera", self.id)


@dataclass(frozen=True)
class Lamps:
    """Where a camera sees the lamps of one head: each [left, top, width, height] in pixels, close around its lens."""

    camera: str
    red: Box
    green: Box
    amber: Box | None = None

    def __post_init__(self) -> None:
        who = f'lamp in camera "{self.camera}"'
        boxes = [(n, b) for n in ("red", "amber", "green") if (b := getattr(self, n)) is not None]
        for name, (x, y, w, h) in boxes:
            if not (x >= 0 and y >= 0 and w >= SMALLEST_LAMP_PX and h >= SMALLEST_LAMP_PX):
                raise SiteError(
                    f"{who}: {name} must be [left, top, width, height] of at least {SMALLEST_LAMP_PX} pixels inside "
                    f"the picture, got [{x:g}, {y:g}, {w:g}, {h:g}]"
                )
        for i, (a, first) in enumerate(boxes):
            for b, second in boxes[i + 1 :]:
                if shapely.box(*_corners(first)).intersection(shapely.box(*_corners(second))).area > 0:
                    raise SiteError(f"{who}: {a} and {b} must not overlap; draw each close around its own lens")


@dataclass(frozen=True)
class Signal:
    """One signal head: kind is vehicle, bicycle or pedestrian; the numbers tie it to a controller log or SPaT.

    lamps: the heads that show it and where cameras see them.
    """

    id: str
    kind: str = "vehicle"
    phase: int | None = None
    pedestrian_phase: int | None = None
    overlap: int | None = None
    group: int | None = None
    lamps: tuple[Lamps, ...] = ()

    def __post_init__(self) -> None:
        require_id("signal", self.id)
        who = f'signal "{self.id}"'
        require_choice(who, "kind", self.kind, SIGNAL_KINDS)
        for name in ("phase", "pedestrian_phase", "overlap", "group"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 255:
                raise SiteError(f"{who}: {name} must be a whole number from 0 to 255, got {value}")
        if self.kind == "pedestrian" and any(lamps.amber is not None for lamps in self.lamps):
            raise SiteError(f"{who}: a pedestrian signal has a red and a green lamp, got an amber one")


@dataclass(frozen=True)
class Movement:
    """A movement that a stop line allows: its signal and the heading (degrees) with which it leaves; None = any."""

    signal: str | None
    exit_heading_deg: float | None = None
    turn_on_red: bool = False

    def __post_init__(self) -> None:
        if self.exit_heading_deg is not None:
            require_heading("movement", "exit_heading", self.exit_heading_deg)


@dataclass(frozen=True)
class StopLine:
    """A stop line: a polyline, the heading (degrees) with which traffic crosses it, and its movements."""

    id: str
    points: Points
    heading_deg: float
    movements: tuple[Movement, ...] = ()

    def __post_init__(self) -> None:
        require_id("stop_line", self.id)
        who = f'stop_line "{self.id}"'
        require_points(who, "points", self.points, 2)
        require_length(who, "points", self.points)
        require_heading(who, "heading", self.heading_deg)
        require_direction(who, self.points, self.heading_deg)


@dataclass(frozen=True)
class Crosswalk:
    """A crosswalk, its signal (None: unsignalised) and the classes its signal governs."""

    id: str
    polygon: Points
    signal: str | None = None
    classes: frozenset[str] = frozenset({"pedestrian"})

    def __post_init__(self) -> None:
        require_id("crosswalk", self.id)
        who = f'crosswalk "{self.id}"'
        require_outline(who, self.polygon)
        if not self.classes:
            raise SiteError(f"{who}: classes must name at least one of {', '.join(ROAD_USERS)}, got none")
        for name in sorted(self.classes):
            require_choice(who, "classes", name, ROAD_USERS)


@dataclass(frozen=True)
class Lane:
    """A lane: centreline in the direction of travel, width in metres, kind traffic|bus|cycle|sidewalk."""

    id: str
    centreline: Points
    width_m: float
    kind: str = "traffic"
    speed_limit_kmh: float | None = None

    def __post_init__(self) -> None:
        require_id("lane", self.id)
        who = f'lane "{self.id}"'
        require_points(who, "centreline", self.centreline, 2)
        require_length(who, "centreline", self.centreline)
        require_positive(who, "width", self.width_m, "metres")
        if self.width_m > WIDEST_M:
            raise SiteError(f"{who}: width must be at most {WIDEST_M:g} metres, got {self.width_m:g}")
        require_choice(who, "kind", self.kind, LANE_KINDS)
        require_positive(who, "speed_limit_kmh", self.speed_limit_kmh, "km/h")


@dataclass(frozen=True)
class Zone:
    """An area: no_stopping|box|carriageway|sidewalk|parking|waiting|region."""

    id: str
    kind: str
    polygon: Points
    max_stop_s: float | None = None

    def __post_init__(self) -> None:
        require_id("zone", self.id)
        who = f'zone "{self.id}"'
        require_choice(who, "kind", self.kind, ZONE_KINDS)
        require_outline(who, self.polygon)
        if self.max_stop_s is not None and not (np.isfinite(self.max_stop_s) and self.max_stop_s >= 0):
            raise SiteError(f"{who}: max_stop_s must be 0 or more seconds, got {self.max_stop_s:g}")


@dataclass(frozen=True, eq=False)
class Site:
    """One junction. Speeds as people type them (km/h); everything else in metres, seconds, degrees."""

    name: str
    timezone: str = "UTC"
    origin: tuple[float, float] = (0.0, 0.0)
    drives_on: str = "right"
    speed_limit_kmh: float | None = None
    cameras: tuple[Camera, ...] = ()
    signals: tuple[Signal, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()
    lanes: tuple[Lane, ...] = ()
    zones: tuple[Zone, ...] = ()
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        require_readable("site", "name", self.name, LONGEST_NAME)
        require_timezone("site", self.timezone)
        require_choice("site", "drives_on", self.drives_on, ("right", "left"))
        require_positive("site", "speed_limit_kmh", self.speed_limit_kmh, "km/h")
        latitude, longitude = self.origin
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise SiteError(
                "site: origin must be [latitude, longitude] within 90 and 180 degrees, "
                f"got [{latitude:g}, {longitude:g}]"
            )
        _unique("camera", self.cameras)
        _unique("signal", self.signals)
        _unique("stop_line", self.stop_lines)
        _unique("crosswalk", self.crosswalks)
        _unique("lane", self.lanes)
        _unique("zone", self.zones)
        known = [s.id for s in self.signals]
        for line in self.stop_lines:
            for movement in line.movements:
                if movement.signal is not None:
                    require_choice(f'stop_line "{line.id}"', "signal", movement.signal, known)
        for signal in self.signals:
            for lamps in signal.lamps:
                require_choice(f'signal "{signal.id}": lamp', "camera", lamps.camera, [c.id for c in self.cameras])
        for crosswalk in self.crosswalks:
            if crosswalk.signal is not None:
                require_choice(f'crosswalk "{crosswalk.id}"', "signal", crosswalk.signal, known)
        for rule in self.rules:
            require_choice("rules", "rule", rule, RULES)

    @cached_property
    def signal_by_id(self) -> Mapping[str, Signal]:
        """The signals by their ids."""
        return MappingProxyType({s.id: s for s in self.signals})

    def zones_of(self, kind: str) -> tuple[Zone, ...]:
        """The zones of one kind."""
        return tuple(z for z in self.zones if z.kind == kind)


def unit(heading_deg: float) -> npt.NDArray[np.float64]:
    """Unit vector (east, north), shape (2,), of a heading in degrees clockwise from north."""
    a = np.radians(heading_deg)
    return np.array([np.sin(a), np.cos(a)])


def polygon(points: Points) -> shapely.Polygon:
    """The shapely polygon of a drawn outline."""
    return shapely.Polygon(points)


def _corners(box: Box) -> Box:
    x, y, w, h = box
    return x, y, x + w, y + h


def _unique(kind: str, items: Iterable[Any]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            raise SiteError(f'{kind} "{item.id}": the id is given twice; every {kind} needs its own')
        seen.add(item.id)
