"""The junction as configured: frozen values, validated when they are made. Metres east (x) and north (y)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Point = tuple[float, float]
Points = tuple[Point, ...]


@dataclass(frozen=True)
class Calibration:
    """How a camera's pixels lie on the ground: >= 4 point pairs, or a 3x3 matrix image -> ground."""

    image: Points = ()
    ground: Points = ()
    matrix: tuple[tuple[float, float, float], ...] | None = None


@dataclass(frozen=True)
class Camera:
    """A camera that looks at the site."""

    id: str
    source: str | None = None
    calibration: Calibration | None = None


@dataclass(frozen=True)
class Signal:
    """One signal head: kind is vehicle, bicycle or pedestrian; the numbers tie it to a controller log or SPaT."""

    id: str
    kind: str = "vehicle"
    phase: int | None = None
    pedestrian_phase: int | None = None
    overlap: int | None = None
    group: int | None = None


@dataclass(frozen=True)
class Movement:
    """A movement that a stop line allows: its signal and the heading (degrees) with which it leaves; None = any."""

    signal: str | None
    exit_heading_deg: float | None = None
    turn_on_red: bool = False


@dataclass(frozen=True)
class StopLine:
    """A stop line: a polyline, the heading (degrees) with which traffic crosses it, and its movements."""

    id: str
    points: Points
    heading_deg: float
    movements: tuple[Movement, ...] = ()


@dataclass(frozen=True)
class Crosswalk:
    """A crosswalk, its signal (None: unsignalised) and the classes its signal governs."""

    id: str
    polygon: Points
    signal: str | None = None
    classes: frozenset[str] = frozenset({"pedestrian"})


@dataclass(frozen=True)
class Lane:
    """A lane: centreline in the direction of travel, width in metres, kind traffic|bus|cycle|sidewalk."""

    id: str
    centreline: Points
    width_m: float
    kind: str = "traffic"
    speed_limit_kmh: float | None = None


@dataclass(frozen=True)
class Zone:
    """An area: no_stopping|box|carriageway|sidewalk|parking|waiting|region."""

    id: str
    kind: str
    polygon: Points
    max_stop_s: float | None = None


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
