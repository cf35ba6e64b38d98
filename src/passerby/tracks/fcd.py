"""SUMO's floating car data (fcd-output), plain or gzipped XML.

A vehicle's position is its front bumper's (https://sumo.dlr.de/docs/Simulation/Output/FCDOutput.html); the rows
give the centre, half a length behind. The file has no lengths, so the defaults of SUMO's vehicle classes are taken
and handed on: the front, which the rules look at, is then where SUMO had it whatever the true length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import numpy as np

from passerby.errors import TracksError
from passerby.tracks.class_names import NOT_A_ROAD_USER, ClassTable, unknown_class
from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M
from passerby.tracks.identifiers import refuse_identifiers
from passerby.tracks.rows import Chunk, IdTable
from passerby.tracks.source_text import BLOCK, damage_told, open_unpacked

_CHUNK_ROWS: Final = 1 << 17
# https://sumo.dlr.de/docs/Vehicle_Type_Parameter_Defaults.html: passenger, delivery, truck, bus, bicycle, ...
_SUMO_LENGTH_M: Final = {
    "car": 5.0, "van": 6.5, "truck": 7.1, "bus": 12.0, "cyclist": 1.6, "motorcycle": 2.2, "tram": 22.0
}  # fmt: skip
_LENGTH_M: Final = np.array([_SUMO_LENGTH_M.get(c, DEFAULT_FOOTPRINT_M[c][0]) for c in CLASSES])


class _Collector:
    """Takes expat's elements and keeps rows until they are fetched."""

    def __init__(self, path: Path, ids: IdTable, classes: ClassTable, start_s: float) -> None:
        self.path, self.ids, self.classes, self.start_s = path, ids, classes, start_s
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.element
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.root: str | None = None
        self.t = np.nan
        self.rows: list[tuple[int, int, int, float, float, float, float, bool]] = []
        self._attributes: set[str] = set()

    def doctype(self, *_: Any) -> None:
        raise TracksError(f"{self.path}: declares a document type, which SUMO's output never does; refused")

    def element(self, name: str, a: dict[str, str]) -> None:
        if name == "vehicle" or name == "person":
            self.road_user(name, a)
        elif name == "timestep":
            self.t = self.start_s + self.number("time", a)
        elif self.root is None:
            self.root = name
            if name != "fcd-export":
                raise TracksError(f"{self.path}: wanted SUMO's fcd-export, got XML of <{name}>")

    def road_user(self, element: str, a: dict[str, str]) -> None:
        if not self._attributes.issuperset(a):
            refuse_identifiers(str(self.path), a)
            self._attributes.update(a)
        person = element == "person"
        if person and a.get("vehicle"):
            return  # rides in a vehicle, which has its own row
        if "id" not in a:
            raise TracksError(f"{self.where()}: <{element}> has no id")
        kind = a.get("type", "")
        cls = self.classes.code(kind) if kind else None
        if cls is None and person:
            cls = self.classes.code("pedestrian")
        if cls is None:
            if not kind:
                raise TracksError(f"{self.where()}: <vehicle> has no type; add type to SUMO's --fcd-output.attributes")
            raise unknown_class(self.where(), kind)
        if cls == NOT_A_ROAD_USER:
            return
        angle = self.number("angle", a) if "angle" in a else np.nan
        line = self.parser.CurrentLineNumber
        self.rows.append(
            (line, self.ids.code(a["id"]), cls, self.t, self.number("x", a), self.number("y", a), angle, person)
        )

    def number(self, name: str, a: dict[str, str]) -> float:
        try:
            return float(a[name])
        except KeyError:
            raise TracksError(
                f"{self.where()}: no attribute {name}; let SUMO's --fcd-output.attributes list id,x,y,angle,type"
            ) from None
        except ValueError:
            raise TracksError(f'{self.where()}: {name} must be a number, got "{a[name]}"') from None

    def where(self) -> str:
        return f"{self.path}: line {self.parser.CurrentLineNumber}"

    def fetch(self) -> Chunk:
        columns = zip(*self.rows, strict=True)
        row, track, cls, t, x, y, angle, person = (np.array(c) for c in columns)
        self.rows.clear()
        heading = np.radians(angle)
        length = _LENGTH_M[cls]
        back = np.where(person, 0.0, np.nan_to_num(length / 2))
        x = x - back * np.nan_to_num(np.sin(heading))
        y = y - back * np.nan_to_num(np.cos(heading))
        nan = np.full(len(t), np.nan)
        return Chunk(
            row.astype(np.int64),
            track.astype(np.int32),
            cls.astype(np.int8),
            t.astype(np.float64),
            x,
            y,
            np.where(person, np.nan, length),
            nan,
            heading,
        )


def read_fcd(
    path: Path, ids: IdTable, classes: ClassTable, start_s: float, progress: Callable[[int], None]
) -> Iterator[Chunk]:
    """The file's rows in chunks; `row` is the line. start_s: when the simulation's second 0 was, s since the epoch."""
    take = _Collector(path, ids, classes, start_s)
    with damage_told(path), open_unpacked(path) as (stream, position):
        try:
            while block := stream.read(BLOCK):
                take.parser.Parse(block, False)
                progress(position())
                if len(take.rows) >= _CHUNK_ROWS:
                    yield take.fetch()
            take.parser.Parse(b"", True)
        except expat.ExpatError as e:
            cut = e.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
                             expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN])  # fmt: skip
            why = "ends within the XML: the file is cut off" if cut else f"is no XML here ({e})"
            raise TracksError(f"{path}: line {e.lineno}: {why}") from e
    if take.rows:
        yield take.fetch()
