"""A camera's stream: kept open through every fault, newest picture first, its state known at every moment."""

from __future__ import annotations

import atexit
import random
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import av
import av.error

from passerby.errors import InputError
from passerby.vision.clock import StreamClock
from passerby.vision.frame import Frame
from passerby.vision.interrupt import forget, interrupt
from passerby.vision.newest import Newest
from passerby.vision.pixels import Pixels
from passerby.vision.source_file import video_stream
from passerby.vision.source_state import Source, SourceState, Warn
from passerby.vision.source_stream_decode import PLAYLISTS, UNTIMED, Pace, connected, decode, is_recording
from passerby.vision.source_stream_limits import StreamLimits, checked
from passerby.vision.source_stream_status import StreamStatus
from passerby.vision.trouble import trouble

_OPEN: weakref.WeakSet[StreamSource] = weakref.WeakSet()


def _close_all() -> None:
    """Threads inside FFmpeg must have ended before the interpreter does."""
    for source in (sources := list(_OPEN)):
        source._hang_up()
    for source in sources:
        source.close()


atexit.register(_close_all)


@dataclass(frozen=True)
class _Picture:
    index: int
    t: float
    picture: av.VideoFrame


class StreamSource(Source):
    """Pictures of an RTSP or HTTP stream, decoded in a thread of its own."""

    live = True

    def __init__(
        self,
        url: str,
        *,
        limits: StreamLimits,
        on_warning: Warn | None = None,
        on_frame: Callable[[], None] | None = None,
    ) -> None:
        """Returns at once; raises InputError only if the address cannot be one."""
        self.name = checked(url)
        self.clock = "times of arrival, smoothed by the stream's own"
        self._url, self._limits, self._warn = url, limits, on_warning or (lambda _: None)
        self._newest: Newest[_Picture] = Newest(on_frame)
        self._status = StreamStatus(self.name, limits.stalled_s)
        self._pixels, self._stream_clock = Pixels(), StreamClock()
        self._frames = self._index = 0
        self._size: tuple[int, int] | None = None
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._inside = False
        self._thread = threading.Thread(target=self._run, name="passerby-stream", daemon=True)
        self._thread.start()
        _OPEN.add(self)

    @property
    def state(self) -> SourceState:
        """How the stream is doing now."""
        return self._status.state(self.clock, self._frames, self._newest)

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The newest picture, None if none came within timeout_s; never raises for what the stream does."""
        taken = self._newest.take(timeout_s)
        for warning in self._status.warnings():
            self._warn(warning)
        if taken is None:
            return None
        try:
            frame = self._pixels.frame(taken.index, taken.t, taken.picture)
        except (av.error.FFmpegError, ValueError):
            self._status.damage()
            return None
        size = (frame.width, frame.height)
        if self._size is not None and size != self._size:
            old = self._size
            self._warn(f"{self.name}: the size of its pictures changed from {old[0]}x{old[1]} to {size[0]}x{size[1]}")
        self._size = (self.width, self.height) = size
        self._frames += 1
        return frame

    @property
    def clock_offset_s(self) -> float | None:
        """From the sender reports of RTCP, where there are any."""
        return self._stream_clock.camera_off_s

    def close(self) -> None:
        """Hang up, at once even if a read hangs."""
        self._hang_up()
        self._thread.join(max(self._limits.open_s, self._limits.read_s) + 1.0)
        self._newest.clear()
        self._status.end("closed")

    def _hang_up(self) -> None:
        self._closing.set()
        self._newest.finish()
        with self._lock:
            if self._inside:
                interrupt(self._thread)

    def _run(self) -> None:
        with self._lock:
            self._inside = True
        try:
            self._keep_open()
        finally:
            self._newest.finish()
            with self._lock:
                self._inside = False
                forget()

    def _keep_open(self) -> None:
        failures = 0
        while not self._closing.is_set():
            began = time.monotonic()
            pictures = self._index
            try:
                over = self._play()
                reason = "the other side ended the stream"
            except InputError as error:
                over, reason = False, str(error).partition(": ")[2]
            except Exception as error:  # nothing a stream does may reach the pipeline
                over, reason = False, trouble(error)
            if over or self._closing.is_set():
                self._status.end("the recording behind the address is over")
                break
            lasted = self._index > pictures and self._status.last_picture - began >= self._limits.settled_s
            failures = 0 if lasted else failures
            wait_s = self._limits.wait_s(failures, random.random())
            failures += 1
            self._status.lost(reason, wait_s)
            if self._closing.wait(wait_s):
                break
            self._status.again(reason)

    def _play(self) -> bool:
        """Decode until the stream breaks; True if it was a recording that came to its end."""
        pictures, container = self._index, connected(self._url, self._limits)
        try:
            stream = video_stream(container, "stream")
            stream.thread_type = "SLICE"  # threads by picture would hold pictures back
            stream.codec_context.thread_count = 1
            rate = stream.average_rate or stream.guessed_rate
            timed = container.format.name not in UNTIMED
            self.fps = float(rate) if timed and rate and 0 < rate <= 240 else None
            over = is_recording(container)
            pace = Pace() if over or container.format.name in PLAYLISTS else None
            self._stream_clock.restart()
            self._status.connected()

            def offer(picture: av.VideoFrame, camera: float | None) -> bool:
                return self._offer(picture, picture.time if timed else None, timed, camera, pace)

            read_s, sparing = self._limits.read_s, pace is None
            decode(container, stream, offer, self._status, self._closing, read_s=read_s, timed=timed, sparing=sparing)
            return over and self._index > pictures
        finally:
            container.close()

    def _offer(
        self, picture: av.VideoFrame, media_s: float | None, timed: bool, camera: float | None, pace: Pace | None
    ) -> bool:
        """Give the picture its time and put it where the reader finds it; False for a damaged one."""
        index, self._index = self._index, self._index + 1
        if picture.is_corrupt:
            self._status.damage()
            return False
        if pace is not None and media_s is not None and self._closing.wait(pace.wait_s(media_s, time.monotonic())):
            return False
        clock = self._stream_clock
        resyncs = clock.resyncs
        t = clock.time_of(media_s, time.time(), camera, timed=timed)
        self._status.picture(t)
        if t is None:
            return True
        self.clock = _clock_sentence(clock)
        if clock.resyncs > resyncs:
            self._status.tell("the stream's time jumped and was tied to this machine's clock anew")
        self._newest.put(_Picture(index, t, picture))
        return True


def _clock_sentence(clock: StreamClock) -> str:
    if clock.kind == "camera":
        return "times from the camera's clock (RTCP)"
    sentence = "times of arrival, smoothed by the stream's own"
    if clock.camera_off_s is not None:
        sentence += (
            f"; the camera's clock is {abs(clock.camera_off_s):.0f} s {'ahead' if clock.camera_off_s > 0 else 'behind'}"
        )
    if clock.ahead_s > 5.0:
        sentence += f"; they run {clock.ahead_s:.0f} s ahead since this machine's clock was set back"
    return sentence
