"""A folder of images as a source: in natural order, at the times their names tell or at an even rate."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, tzinfo
from itertools import pairwise
from pathlib import Path

import av
import av.error

from passerby.errors import InputError
from passerby.vision.clock import LEAST_STEP_S
from passerby.vision.frame import Frame
from passerby.vision.pixels import Pixels
from passerby.vision.source_state import Rate, Source, SourceState, Status, Warn
from passerby.vision.start_time import time_in_name

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm", ".jp2"})
USUAL_FPS = 10.0


class ImagesSource(Source):
    """Images of one camera in one folder, one picture each."""

    def __init__(
        self,
        folder: Path,
        *,
        start: float | None = None,
        fps: float | None = None,
        zone: tzinfo = UTC,
        on_warning: Warn | None = None,
    ) -> None:
        """start: epoch s of the first; fps: pictures a second where names tell no times. InputError if empty."""
        self.name = str(folder)
        self._warn = on_warning or (lambda _: None)
        self._paths = sorted((p for p in folder.iterdir() if _is_image(p)), key=natural)
        if not self._paths:
            raise InputError(f"{folder}: there is no picture in this folder; wanted are {' '.join(sorted(SUFFIXES))}")
        self.frames_total = len(self._paths)
        self._times = self._timed(folder, start, fps, zone)
        self._pixels, self._rate = Pixels(), Rate(span_s=60.0)
        self._index = self._frames = self._damaged = 0
        self._last_t: float | None = None
        self._status: Status = "running"
        self._message = ""
        self._decoded = self._readable()
        self._waiting = next(self._decoded, None)
        if self._waiting is None:
            raise InputError(f"{folder}: not one of its {len(self._paths)} pictures can be read; copy them again")
        self.width, self.height = self._waiting.width, self._waiting.height

    @property
    def state(self) -> SourceState:
        """Progress is by pictures."""
        done = self._index - (self._waiting is not None)
        return SourceState(
            self._status,
            frames=self._frames,
            damaged=self._damaged,
            fps=self._rate.value(),
            last_t=self._last_t,
            progress=done / len(self._paths),
            message=self._message or self.clock,
        )

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The next picture; None after the last."""
        if self._status != "running":
            return None
        frame = self._waiting or next(self._decoded, None)
        self._waiting = None
        if frame is None:
            self._status = "ended"
            if self._damaged:
                self._message = f"{self._damaged} pictures could not be read"
                self._warn(f"{self.name}: {self._message}")
            return None
        self._frames += 1
        self._last_t = frame.t
        self._rate.add(frame.t)
        self.width, self.height = frame.width, frame.height
        return frame

    def close(self) -> None:
        """Nothing stays open between pictures."""
        if self._status == "running":
            self._status, self._message = "ended", "closed before its end"
        self._waiting = None

    def _readable(self) -> Iterator[Frame]:
        while self._index < len(self._paths):
            index, self._index = self._index, self._index + 1
            try:
                picture = _decoded(self._paths[index])
                frame = None if picture is None else self._pixels.frame(index, self._times[index], picture)
            except (av.error.FFmpegError, OSError, ValueError):
                frame = None
            if frame is None:
                self._damaged += 1
            else:
                yield frame

    def _timed(self, folder: Path, start: float | None, fps: float | None, zone: tzinfo) -> list[float]:
        """Epoch s of every picture: from the names if all of them tell and increase, else evenly spaced."""
        named = [time_in_name(p.name, zone) for p in self._paths]
        times = [t for t in named if t is not None]
        telling = len(times) == len(named) and all(b - a >= LEAST_STEP_S for a, b in pairwise(times))
        if telling and (len(times) > 1 or fps is None):
            shift = 0.0 if start is None else start - times[0]
            self.clock = "times from the pictures' names" + ("" if start is None else ", moved to the start given")
            if len(times) > 1:
                self.fps = (len(times) - 1) / (times[-1] - times[0])
            return [t + shift for t in times]
        rate = fps or _sequence_fps(folder)
        if rate is None:
            rate = USUAL_FPS
            self._warn(f"{folder}: the names tell no times that increase; {rate:g} pictures a second are assumed")
        self.fps = rate
        if start is not None:
            origin, began = "the start given", start
        else:
            origin, began = "when the first picture was last written", self._paths[0].stat().st_mtime
        self.clock = f"times from {origin}, at {rate:g} pictures a second"
        return [began + i / rate for i in range(len(named))]


def natural(path: Path) -> list[tuple[int, int, str]]:
    """Sorts `frame2` before `frame10`."""
    parts = re.findall(r"\d+|\D+", path.name)
    return [(0, int(p), p) if p.isdecimal() else (1, 0, p.casefold()) for p in parts]


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _decoded(path: Path) -> av.VideoFrame | None:
    """The picture in a file; read into memory first, so that names are never taken for patterns."""
    with av.open(io.BytesIO(path.read_bytes()), "r") as container:
        picture = next(container.decode(video=0), None) if container.streams.video else None
        return None if picture is None or picture.is_corrupt else picture


def _sequence_fps(folder: Path) -> float | None:
    """The rate that MOTChallenge's seqinfo.ini tells, in the folder or above it."""
    for place in (folder, folder.parent):
        try:
            text = (place / "seqinfo.ini").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        found = re.search(r"(?im)^\s*frameRate\s*=\s*(\d+(?:\.\d+)?)\s*$", text)
        if found and float(found[1]) > 0:
            return float(found[1])
    return None
