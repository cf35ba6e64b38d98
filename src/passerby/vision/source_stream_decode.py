"""One connection of a stream: opened, and decoded as it comes until it breaks."""

from __future__ import annotations

import errno
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import av
import av.container
import av.error
import av.video.stream

from passerby.vision.decode_effort import DecodeEffort
from passerby.vision.source_stream_limits import StreamLimits
from passerby.vision.source_stream_status import StreamStatus

UNTIMED = frozenset({"mpjpeg", "mjpeg", "mjpeg_2000", "h264", "hevc", "m4v", "jpeg_pipe", "png_pipe", "image2pipe"})
"""Formats without times of their own: FFmpeg makes some up at 25 pictures a second."""
PLAYLISTS = frozenset({"hls", "dash"})
_PROTOCOLS = "rtsp,rtsps,rtp,rtcp,srtp,udp,tcp,tls,http,https,httpproxy,crypto"

Offer = Callable[[av.VideoFrame, float | None], bool]
"""Takes a picture and the camera's clock (epoch s less media time), if it tells one; False for a damaged picture."""


def connected(url: str, limits: StreamLimits) -> av.container.InputContainer:
    """The stream, opened. Raises what FFmpeg says, TimeoutError where it took too long."""
    began = time.monotonic()
    options = {
        "protocol_whitelist": _PROTOCOLS,
        "fflags": "-genpts",
        "analyzeduration": "5000000",
        "fpsprobesize": "2",
    }
    if url.lower().startswith("rtsp"):
        options |= {"rtsp_transport": limits.transport, "allowed_media_types": "video"}
    try:
        return av.open(url, container_options=options, timeout=(limits.open_s, limits.read_s))
    except av.error.InvalidDataError:
        if time.monotonic() - began < 0.95 * limits.open_s:
            raise
    raise TimeoutError


def is_recording(container: av.container.InputContainer) -> bool:
    """Whether the address leads to something of known length, which ends, rather than to a camera."""
    name = container.format.name
    if name == "rtsp" or name in UNTIMED or not container.duration or container.duration <= 0:
        return False
    return name in PLAYLISTS or container.size > 0


def decode(
    container: av.container.InputContainer,
    stream: av.video.stream.VideoStream,
    offer: Offer,
    status: StreamStatus,
    closing: threading.Event,
    *,
    read_s: float,
    timed: bool,
    sparing: bool,
) -> None:
    """Offer pictures until the stream ends, or closing is set; raises what breaks it.

    read_s: without any picture before it counts as broken. timed: whether its pictures have times of their own.
    sparing: less is decoded where this machine cannot keep up.
    """
    effort = DecodeEffort()
    camera: float | None = None
    shown_at = asked = time.monotonic()
    packets = container.demux()
    while not closing.is_set():
        try:
            packet = next(packets, None)
        except av.error.InvalidDataError:
            if time.monotonic() - shown_at > read_s:
                raise
            status.damage()
            packets = container.demux()
            closing.wait(0.01)
            continue
        came = time.monotonic()
        if packet is None:
            return
        if came - asked > 0.95 * read_s:
            raise TimeoutError  # what FFmpeg then hands out is what it had kept, not what came
        if packet.stream_index == stream.index:
            camera = _camera_offset(packet) if timed and packet.has_sidedata("prft") else camera
            try:
                pictures = packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, ValueError):
                pictures = []
                status.damage()
            for picture in pictures:
                if isinstance(picture, av.VideoFrame) and offer(picture, camera):
                    shown_at = came
            done = time.monotonic()
            if sparing and effort.add(came - asked, done - came):
                stream.codec_context.skip_frame = effort.skip
                status.note(effort.sentence)
        asked = time.monotonic()
        if came - shown_at > read_s:
            raise TimeoutError(errno.ENODATA, "data came, but no picture that could be decoded")


def _camera_offset(packet: av.Packet[Any]) -> float | None:
    """Epoch s less media time by the camera's clock (AVProducerReferenceTime: wallclock in microseconds, flags)."""
    data = bytes(packet.get_sidedata("prft"))
    if len(data) < 8 or packet.pts is None or packet.time_base is None:
        return None
    wallclock_us: int = struct.unpack("=q", data[:8])[0]
    return wallclock_us / 1e6 - float(packet.pts * packet.time_base)


class Pace:
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
