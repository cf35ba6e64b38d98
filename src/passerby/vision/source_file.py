"""A video file as a source: every picture, in order, at the times its container tells."""

from __future__ import annotations

import math
import os
from collections.abc import Generator
from datetime import UTC, tzinfo
from pathlib import Path

import av
import av.container
import av.error
import av.video.stream

from passerby.errors import InputError
from passerby.vision.clock import FileClock
from passerby.vision.frame import Frame
from passerby.vision.pixels import MAX_PIXELS, Pixels
from passerby.vision.source_state import Rate, Source, SourceState, Status, Warn
from passerby.vision.start_time import StartTime, start_of_file
from passerby.vision.trouble import trouble


class FileSource(Source):
    """A recording, decoded as it is read; nothing is decoded ahead, nothing is left out."""

    def __init__(
        self, path: Path, *, start: float | None = None, zone: tzinfo = UTC, on_warning: Warn | None = None
    ) -> None:
        """start: epoch s of the first picture; zone: that of times in names. Raises InputError where it is no video."""
        self.name = str(path)
        self._warn = on_warning or (lambda _: None)
        self._container = _opened(path)
        try:
            self._stream = video_stream(self._container, f"{path}")
            self._stream.thread_type = "AUTO"
            self._stream.codec_context.thread_count = min(4, os.cpu_count() or 1)
            self._pixels, self._rate = Pixels(), Rate()
            self._frames = self._damaged = self._index = 0
            self._last_t: float | None = None
            self._status: Status = "running"
            self._message = ""
            self._pictures = self._decoded()
            self._waiting = next(self._pictures, None)
            if self._waiting is None:
                raise InputError(f"{path}: not one picture of its video can be decoded; record or copy it again")
            self._describe(path, start, zone)
        except BaseException:
            self._container.close()
            raise

    def _describe(self, path: Path, start: float | None, zone: tzinfo) -> None:
        assert self._waiting is not None
        stream, picture = self._stream, self._waiting
        upright = round(picture.rotation / 90) % 2 == 0
        self.width, self.height = (picture.width, picture.height)[:: 1 if upright else -1]
        rate = stream.average_rate or stream.guessed_rate
        self.fps = float(rate) if rate and 0 < rate <= 1000 else None
        self._duration_s = _duration(self._container, stream, self.fps)
        self.frames_total = stream.frames or None
        metadata = {**stream.metadata, **self._container.metadata}
        if start is not None:
            began = StartTime(start, "the start given")
        else:
            began = start_of_file(path, metadata, self._duration_s, zone)
        self._clock = FileClock(began.t, self.fps)
        self.clock = f"times from {began.origin}"

    @property
    def state(self) -> SourceState:
        """Progress is by time, or by pictures where the file does not tell its length."""
        progress = None
        if self._status == "ended":
            progress = 1.0
        elif self._duration_s > 0:
            progress = min(1.0, self._clock.since_start_s / self._duration_s)
        elif self.frames_total:
            progress = min(1.0, self._frames / self.frames_total)
        return SourceState(
            self._status,
            frames=self._frames,
            damaged=self._damaged,
            fps=self._rate.value(),
            last_t=self._last_t,
            progress=progress,
            message=self._message or self.clock,
        )

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The next picture; None at the end of the file."""
        while self._status == "running":
            picture = self._waiting or next(self._pictures, None)
            self._waiting = None
            if picture is None:
                self._end()
                break
            index, self._index = self._index, self._index + 1
            t = self._clock.time_of(picture.time)
            if picture.is_corrupt:
                self._damaged += 1
                continue
            try:
                frame = self._pixels.frame(index, t, picture)
            except (av.error.FFmpegError, ValueError):
                self._damaged += 1
                continue
            self._frames += 1
            self._last_t = t
            self._rate.add(t)
            self.width, self.height = frame.width, frame.height
            return frame
        return None

    def close(self) -> None:
        """Close the file."""
        if self._status == "running":
            self._status, self._message = "ended", "closed before its end"
        self._waiting = None
        self._pictures.close()
        self._container.close()

    def _decoded(self) -> Generator[av.VideoFrame, None, None]:
        """Every picture that can be decoded; damaged packets are counted and passed over."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError) as error:
                self._message = f"reading stopped: {trouble(error)}"
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                self._damaged += 1
                self._index += 1

    def _end(self) -> None:
        self._status = "ended"
        self._container.close()
        said = [self._message] if self._message else []
        seen_s = self._clock.since_start_s + (1.0 / self.fps if self.fps else 0.0)
        missing = (self.frames_total or 0) - self._index
        lost_s = self._duration_s - seen_s
        if lost_s > 1.0 or missing > max(2.0, 0.01 * (self.frames_total or 0)):
            said.append(f"it ends at {seen_s:.1f} s of the {self._duration_s:.1f} s it should have")
        if self._damaged:
            said.append(f"{self._damaged} damaged pictures were left out")
        if self._clock.mended:
            said.append(f"{self._clock.mended} missing or jumping times were mended")
        if said:
            self._message = "; ".join(said)
            self._warn(f"{self.name}: {self._message}")


def video_stream(container: av.container.InputContainer, who: str) -> av.video.stream.VideoStream:
    """The largest moving picture in it, ready to decode; InputError in words where there is none."""
    found = [s for s in container.streams.video if not _is_cover(s)]
    if not container.streams.video and not container.streams.audio:
        raise InputError(
            f"{who}: nothing in it can be read; a recording cut off before it was finished may need repair"
        )
    if not found:
        raise InputError(f"{who}: there is no video in it; name a recording of a camera")
    known = [s for s in found if s.codec_context is not None]
    if not known:
        raise InputError(f"{who}: the codec of its video is unknown here; convert it, for example to H.264")
    stream = max(known, key=lambda s: s.width * s.height)
    stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
    return stream


def _is_cover(stream: av.video.stream.VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _opened(path: Path) -> av.container.InputContainer:
    if not path.exists():
        raise InputError(f"{path}: there is no such file; name a video file, a folder of images or a stream's address")
    if not path.is_file():
        raise InputError(f"{path}: neither a file nor a folder; name a video file, a folder of images or a stream")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; record or copy it again")
    try:
        # "file:" keeps names with a colon or percent sign from being taken for an address or a pattern, and the list
        # keeps a playlist from fetching anything else
        return av.open(f"file:{path.absolute()}", container_options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError) as error:
        raise InputError(
            f"{path}: cannot be read as video, {trouble(error)}; a recording cut off before it was finished may need "
            "repair, any other file converting to MP4"
        ) from None


def _duration(container: av.container.InputContainer, stream: av.video.stream.VideoStream, fps: float | None) -> float:
    """Seconds, 0 if the file does not tell."""
    if stream.duration and stream.time_base:
        seconds = float(stream.duration * stream.time_base)
    elif stream.frames and fps:
        seconds = stream.frames / fps
    else:
        seconds = (container.duration or 0) / av.time_base
    return seconds if math.isfinite(seconds) and seconds > 0 else 0.0
