"""A camera's stream: kept open through every fault, newest picture first, its state known at every moment."""

from __future__ import annotations

import atexit
import errno
import random
import struct
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import av
import av.container
import av.error
import av.video.stream

from passerby.errors import InputError
from passerby.vision.clock import StreamClock
from passerby.vision.decode_effort import DecodeEffort
from passerby.vision.frame import Frame
from passerby.vision.interrupt import forget, interrupt
from passerby.vision.newest import Newest
from passerby.vision.pixels import Pixels
from passerby.vision.source_file import video_stream
from passerby.vision.source_state import Rate, Source, SourceState, Status, Warn
from passerby.vision.trouble import shown, trouble

SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
UNTIMED = frozenset({"mpjpeg", "mjpeg", "mjpeg_2000", "h264", "hevc", "m4v", "jpeg_pipe", "png_pipe", "image2pipe"})
"""Formats without times of their own: FFmpeg makes some up at 25 pictures a second."""
REPEAT_S = 60.0
PLAYLISTS = frozenset({"hls", "dash"})
_PROTOCOLS = "rtsp,rtsps,rtp,rtcp,srtp,udp,tcp,tls,http,https,httpproxy,crypto"


_OPEN: weakref.WeakSet[StreamSource] = weakref.WeakSet()


def _close_all() -> None:
    """Threads inside FFmpeg must have ended before the interpreter does."""
    for source in (sources := list(_OPEN)):
        source._hang_up()
    for source in sources:
        source.close()


atexit.register(_close_all)


@dataclass(frozen=True)
class StreamLimits:
    """How long a stream may keep one waiting, in seconds, and how it is asked again.

    open_s: to connect and find the video. read_s: without any picture before it is asked anew. stalled_s: without a
    picture before it is called stalled. The wait before asking anew starts at first_wait_s, doubles up to
    longest_wait_s with up to half taken off at random (cameras that failed together do not come back together), and
    starts over once pictures came for settled_s. transport: of RTSP, "tcp" or "udp".
    """

    open_s: float = 10.0
    read_s: float = 10.0
    stalled_s: float = 3.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    settled_s: float = 10.0
    transport: str = "tcp"

    def wait_s(self, failures: int, chance: float) -> float:
        """Seconds before asking anew after so many failures in a row; chance in 0..1."""
        whole = min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures, 30))
        return whole * (0.5 + 0.5 * chance)


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
        self.name = _checked(url)
        self.clock = "times of arrival, smoothed by the stream's own"
        self._url, self._limits, self._warn = url, limits, on_warning or (lambda _: None)
        self._newest: Newest[_Picture] = Newest(on_frame)
        self._pixels, self._rate, self._stream_clock = Pixels(), Rate(), StreamClock()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._warnings: deque[str] = deque(maxlen=100)
        self._status: Status = "opening"
        self._message = "connecting"
        self._warned, self._inside = "", False
        self._told: dict[str, float] = {}
        self._frames = self._damaged = self._reconnects = self._index = self._settling = 0
        self._last_t: float | None = None
        self._last_picture = time.monotonic()
        self._size: tuple[int, int] | None = None
        self._thread = threading.Thread(target=self._run, name="passerby-stream", daemon=True)
        self._thread.start()
        _OPEN.add(self)

    @property
    def state(self) -> SourceState:
        """How the stream is doing now."""
        now = time.monotonic()
        with self._lock:
            status, message = self._status, self._message
            silent = now - self._last_picture
            if status == "running" and silent > self._limits.stalled_s:
                status, message = "stalled", f"no picture for {silent:.0f} s"
            elif status == "running":
                message = message or self.clock
            if status == "ended" and not self._newest.empty:
                status = "running"
            return SourceState(
                status,
                frames=self._frames,
                dropped=self._newest.dropped + self._settling,
                reconnects=self._reconnects,
                damaged=self._damaged,
                fps=self._rate.value() if status == "running" else None,
                last_t=self._last_t,
                message=message,
            )

    def read(self, timeout_s: float = 0.5) -> Frame | None:
        """The newest picture, None if none came within timeout_s; never raises for what the stream does."""
        taken = self._newest.take(timeout_s)
        while self._warnings:
            self._warn(self._warnings.popleft())
        if taken is None:
            return None
        try:
            frame = self._pixels.frame(taken.index, taken.t, taken.picture)
        except (av.error.FFmpegError, ValueError):
            with self._lock:
                self._damaged += 1
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
        with self._lock:
            if self._status != "failed":
                self._status, self._message = "ended", "closed"

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
                self._say("ended", "the recording behind the address is over")
                break
            lasted = self._index > pictures and self._last_picture - began >= self._limits.settled_s
            failures = 0 if lasted else failures
            wait_s = self._limits.wait_s(failures, random.random())
            failures += 1
            self._lost(reason, wait_s)
            if self._closing.wait(wait_s):
                break
            with self._lock:
                self._reconnects += 1
                self._message = f"{reason}; connecting anew"

    def _play(self) -> bool:
        """Decode until the stream breaks; True if it was a recording that came to its end."""
        pictures, container = self._index, self._connected()
        try:
            stream = video_stream(container, "stream")
            stream.thread_type = "SLICE"  # threads by picture would hold pictures back
            stream.codec_context.thread_count = 1
            rate = stream.average_rate or stream.guessed_rate
            timed = container.format.name not in UNTIMED
            self.fps = float(rate) if timed and rate and 0 < rate <= 240 else None
            over = _is_recording(container)
            paced = over or container.format.name in PLAYLISTS
            self._stream_clock.restart()
            with self._lock:
                self._rate = Rate()
            self._decode(container, stream, timed, _Pace() if paced else None)
            return over and self._index > pictures
        finally:
            container.close()

    def _connected(self) -> av.container.InputContainer:
        began = time.monotonic()
        times = (self._limits.open_s, self._limits.read_s)
        try:
            return av.open(self._url, container_options=self._options(), timeout=times)
        except av.error.InvalidDataError:
            if time.monotonic() - began < 0.95 * self._limits.open_s:
                raise
        raise TimeoutError

    def _options(self) -> dict[str, str]:
        options = {
            "protocol_whitelist": _PROTOCOLS,
            "fflags": "-genpts",
            "analyzeduration": "5000000",
            "fpsprobesize": "2",
        }
        if self._url.lower().startswith("rtsp"):
            options |= {"rtsp_transport": self._limits.transport, "allowed_media_types": "video"}
        return options

    def _decode(
        self,
        container: av.container.InputContainer,
        stream: av.video.stream.VideoStream,
        timed: bool,
        pace: _Pace | None,
    ) -> None:
        effort = DecodeEffort()
        camera: float | None = None
        shown_at = asked = time.monotonic()
        packets = container.demux()
        while not self._closing.is_set():
            try:
                packet = next(packets, None)
            except av.error.InvalidDataError:
                if time.monotonic() - shown_at > self._limits.read_s:
                    raise
                with self._lock:
                    self._damaged += 1
                packets = container.demux()
                self._closing.wait(0.01)
                continue
            came = time.monotonic()
            if packet is None:
                return
            if came - asked > 0.95 * self._limits.read_s:
                raise TimeoutError  # what FFmpeg then hands out is what it had kept, not what came
            if packet.stream_index == stream.index:
                camera = _camera_offset(packet) if timed and packet.has_sidedata("prft") else camera
                try:
                    pictures = packet.decode()
                except av.error.EOFError:
                    return
                except (av.error.FFmpegError, ValueError):
                    pictures = []
                    with self._lock:
                        self._damaged += 1
                for picture in pictures:
                    if isinstance(picture, av.VideoFrame) and self._offer(picture, timed, camera, pace):
                        shown_at = came
                done = time.monotonic()
                if pace is None and effort.add(came - asked, done - came):
                    stream.codec_context.skip_frame = effort.skip
                    self._note(effort.sentence)
            asked = time.monotonic()
            if came - shown_at > self._limits.read_s:
                raise TimeoutError(errno.ENODATA, "data came, but no picture that could be decoded")

    def _offer(self, picture: av.VideoFrame, timed: bool, camera: float | None, pace: _Pace | None) -> bool:
        """Give the picture its time and put it where the reader finds it; False for a damaged one."""
        index, self._index = self._index, self._index + 1
        if picture.is_corrupt:
            with self._lock:
                self._damaged += 1
            return False
        media_s = picture.time if timed else None
        if pace is not None and media_s is not None and self._closing.wait(pace.wait_s(media_s, time.monotonic())):
            return False
        clock = self._stream_clock
        resyncs = clock.resyncs
        t = clock.time_of(media_s, time.time(), camera, timed=timed)
        now = time.monotonic()
        with self._lock:
            self._last_picture = now
            if self._status != "running":
                self._status, self._message = "running", ""
                if self._warned:
                    self._tell("pictures come again")
                    self._warned = ""
            if t is None:
                self._settling += 1
                return True
            self._last_t = t
            self._rate.add(t)
        self.clock = _clock_sentence(clock)
        if clock.resyncs > resyncs:
            self._tell("the stream's time jumped and was tied to this machine's clock anew")
        self._newest.put(_Picture(index, t, picture))
        return True

    def _say(self, status: Status, message: str) -> None:
        with self._lock:
            self._status, self._message = status, message

    def _note(self, message: str) -> None:
        with self._lock:
            self._message = message
        if message:
            self._tell(message)

    def _lost(self, reason: str, wait_s: float) -> None:
        """Say what is wrong, and warn of it once until it changes or pictures come again."""
        self._say("reconnecting", f"{reason}; asking again in {wait_s:.1f} s")
        if reason != self._warned:
            self._warned = reason
            self._tell(f"{reason}; it is asked again until it answers")

    def _tell(self, sentence: str) -> None:
        """Leave a warning for the reader, the same one once a minute at most."""
        now = time.monotonic()
        if now - self._told.get(sentence, -1e9) > REPEAT_S:
            self._told[sentence] = now
            self._warnings.append(f"{self.name}: {sentence}")


class _Pace:
    """Holds pictures that come in pieces of several seconds (playlists) until they are due."""

    def __init__(self) -> None:
        self._zero: float | None = None

    def wait_s(self, media_s: float, now: float) -> float:
        """Seconds until a picture with this media time is due."""
        due = now if self._zero is None else self._zero + media_s
        if self._zero is None or not -1.0 <= due - now <= 2.0:
            self._zero = now - media_s
            return 0.0
        return max(0.0, due - now)


def _checked(url: str) -> str:
    """The address to show; InputError if it cannot be a stream's."""
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        raise InputError("the stream's address cannot be read; wanted is scheme://host:port/path") from None
    if scheme not in SCHEMES:
        raise InputError(f"{shown(url)}: {scheme} streams are not read; wanted are {', '.join(sorted(SCHEMES))}")
    if not host:
        raise InputError(f"{shown(url)}: the address names no host; wanted is {scheme}://host:port/path")
    return shown(url)


def _camera_offset(packet: av.Packet[Any]) -> float | None:
    """Epoch s less media time by the camera's clock (AVProducerReferenceTime: wallclock in microseconds, flags)."""
    data = bytes(packet.get_sidedata("prft"))
    if len(data) < 8 or packet.pts is None or packet.time_base is None:
        return None
    wallclock_us: int = struct.unpack("=q", data[:8])[0]
    return wallclock_us / 1e6 - float(packet.pts * packet.time_base)


def _is_recording(container: av.container.InputContainer) -> bool:
    """Whether the address leads to something of known length, which ends, rather than to a camera."""
    name = container.format.name
    if name == "rtsp" or name in UNTIMED or not container.duration or container.duration <= 0:
        return False
    return name in PLAYLISTS or container.size > 0


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
