"""OpenTrafficCam's track files (.ottrk): JSON, bzip2-compressed, boxes in pixels; read detection by detection."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from passerby.errors import TracksError
from passerby.tracks.class_names import NOT_A_ROAD_USER, ClassTable, unknown_class
from passerby.tracks.ground import Matrix, project
from passerby.tracks.identifiers import refuse_identifiers
from passerby.tracks.rows import Chunk, IdTable
from passerby.tracks.source_text import BLOCK, damage_told, open_unpacked

_CHUNK_ROWS: Final = 1 << 16
_LONGEST_VALUE: Final = 1 << 26
_FIELDS: Final = ("track-id", "class", "occurrence", "x", "y", "w", "h")


class _Json:
    """A JSON document walked from front to back, only the value in hand in memory."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.decoder = json.JSONDecoder()
        self.text = ""
        self.at = 0
        self.to_text = codecs.getincrementaldecoder("utf-8")("replace")

    def more(self) -> bool:
        block = self.stream.read(BLOCK)
        self.text = self.text[self.at :] + self.to_text.decode(block)
        self.at = 0
        return bool(block)

    def peek(self) -> str:
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                raise json.JSONDecodeError("ends too early", "", 0)

    def sign(self, wanted: str) -> str:
        got = self.peek()
        if got not in wanted:
            raise json.JSONDecodeError(f"wanted {wanted}", got, 0)
        self.at += 1
        return got

    def value(self) -> Any:
        """The next whole value."""
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.text, self.at)
            except json.JSONDecodeError:
                if len(self.text) - self.at > _LONGEST_VALUE or not self.more():
                    raise
                continue
            if end < len(self.text):
                self.at = end
                return value
            if not self.more():
                self.at = len(self.text)
                return value
            # Decoded again: a number may go on in the next block.

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; the value behind each must be taken before the next."""
        self.sign("{")
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            key = self.value()
            self.sign(":")
            yield str(key)
            if self.sign(",}") == "}":
                return

    def elements(self) -> Iterator[Any]:
        """The values of the array that begins here, one by one."""
        self.sign("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield self.value()
            if self.sign(",]") == "]":
                return


def read_ottrk(
    path: Path,
    ids: IdTable,
    classes: ClassTable,
    matrix: Matrix,
    start_s: float | None,
    prefix: str,
    note: Callable[[str], None],
    progress: Callable[[int], None],
) -> Iterator[Chunk]:
    """The file's rows in chunks; `row` counts detections from 1. A road user stands at the bottom centre of its box.

    start_s: when the video began, s since the epoch, where the file's own clock is not to be trusted. note: takes
    remarks for the user (times without zone, things that are no road users).
    """
    with damage_told(path), open_unpacked(path) as (stream, position):
        document = _Json(stream)
        metadata: dict[str, Any] = {}
        things: dict[str, int] = {}
        done = 0
        try:
            for key in document.members():
                if key == "metadata":
                    metadata = document.value()
                elif key == "data" and document.peek() == "{":
                    for inner in document.members():
                        if inner != "detections":
                            document.value()
                            continue
                        shift = _shift(path, metadata, start_s, note)
                        detections = document.elements()
                        while block := list(islice(detections, _CHUNK_ROWS)):
                            yield _chunk(path, block, done, metadata, ids, classes, matrix, shift, prefix, things)
                            done += len(block)
                            progress(position())
                else:
                    document.value()
        except json.JSONDecodeError as e:
            raise TracksError(f"{path}: is no whole .ottrk file after detection {done} ({e.msg})") from e
    if things:
        listed = ", ".join(f"{n} x {name}" for name, n in sorted(things.items()))
        note(f"{path}: left out what is no road user: {listed}")


def _version(metadata: dict[str, Any]) -> tuple[int, ...]:
    found = metadata.get("otdet_version") or metadata.get("ottrk_version") or "1.0"
    return tuple(int(p) for p in str(found).split(".") if p.isdigit())


def _shift(path: Path, metadata: dict[str, Any], start_s: float | None, note: Callable[[str], None]) -> float:
    video = metadata.get("video")
    if not isinstance(video, dict):
        raise TracksError(f"{path}: no metadata.video; is it an .ottrk file of OTVision 1.0 or later?")
    recorded = video.get("recorded_start_date")
    if start_s is None:
        if isinstance(recorded, str):
            note(f"{path}: its times have no zone and were read as UTC, as OpenTrafficCam does; else give the start")
        return 0.0
    if recorded is None:
        raise TracksError(f"{path}: no metadata.video.recorded_start_date, so the start given cannot be applied")
    return start_s - _seconds(path, recorded, "recorded_start_date")


def _seconds(path: Path, value: Any, who: str) -> float:
    if isinstance(value, int | float):
        return float(value)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise TracksError(f'{path}: {who}: wanted a time, got "{value}"') from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _chunk(
    path: Path,
    detections: list[Any],
    done: int,
    metadata: dict[str, Any],
    ids: IdTable,
    classes: ClassTable,
    matrix: Matrix,
    shift: float,
    prefix: str,
    things: dict[str, int],
) -> Chunk:
    first = detections[0]
    if not isinstance(first, dict):
        raise TracksError(f"{path}: detection {done + 1}: wanted an object, got {str(first)[:40]}")
    refuse_identifiers(str(path), first)
    rows = []
    moments: dict[Any, float] = {}
    for number, d in enumerate(detections, done + 1):
        try:
            who, kind, when, *box = (d[name] for name in _FIELDS)
            u, v, w, h = map(float, box)
        except (KeyError, TypeError, ValueError):
            missing = [n for n in _FIELDS if not isinstance(d, dict) or n not in d]
            what = f"no {missing[0]}" if missing else "x, y, w, h must be numbers"
            raise TracksError(f"{path}: detection {number}: {what}") from None
        code = classes.code(str(kind))
        if code is None:
            raise unknown_class(f"{path}: detection {number}", str(kind))
        if code == NOT_A_ROAD_USER:
            things[str(kind)] = things.get(str(kind), 0) + 1
            continue
        t = moments.get(when)
        if t is None:
            t = moments[when] = _seconds(path, when, f"detection {number}: occurrence")
        rows.append((number, ids.code(f"{prefix}{who}"), code, t + shift, u, v, w, h))
    row, track, cls, t_s, u_px, v_px, w_px, h_px = (
        np.array(c) for c in (zip(*rows, strict=True) if rows else [[]] * 8)
    )
    # Up to otdet 1.0 x, y were the box's centre, since then its upper left corner.
    centred = _version(metadata) <= (1, 0)
    x, y = project(matrix, u_px if centred else u_px + w_px / 2, v_px + (h_px / 2 if centred else h_px))
    nan = np.full(len(row), np.nan)
    return Chunk(
        row.astype(np.int64), track.astype(np.int32), cls.astype(np.int8), t_s.astype(np.float64), x, y, nan, nan, nan
    )
