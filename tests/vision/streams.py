"""Drawn pictures as files and as cameras that misbehave: HTTP (MPEG-TS, MJPEG) and RTSP on the loopback address."""

from __future__ import annotations

import io
import socket
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import av
import numpy as np
import numpy.typing as npt

NTP_EPOCH_S = 2_208_988_800
RTP_RATE = 90_000


def drawn(number: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """A picture, YUV 4:2:0 planar, grey 60 with a square of 220 whose left edge tells the number."""
    yuv = np.full((height * 3 // 2, width), 128, np.uint8)
    yuv[:height] = 60
    left = square_left(number, width)
    yuv[height // 4 : height // 2, left : left + 16] = 220
    return yuv


def square_left(number: int, width: int) -> int:
    return number * 4 % (width - 16)


def found_left(luma: npt.NDArray[np.uint8]) -> int:
    """Where the drawn square begins, to a pixel or two after lossy coding."""
    row = luma[luma.shape[0] * 3 // 8]
    return int(np.flatnonzero(row > 140)[0])


def write_video(
    path: Path,
    *,
    frames: int = 20,
    size: tuple[int, int] = (96, 64),
    fps: float = 10,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    pts_s: list[float] | None = None,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    rotation: int = 0,
    container_options: dict[str, str] | None = None,
) -> Path:
    """Draw a video file; pts_s gives the time of each picture where the rate is not even."""
    with av.open(str(path), "w", container_options=container_options or {}) as out:
        out.metadata.update(metadata or {})
        stream: Any = out.add_stream(codec, rate=Fraction(fps).limit_denominator(1001), options=options or {})
        stream.width, stream.height, stream.pix_fmt = *size, pix_fmt
        if pts_s is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if rotation:
            stream.set_display_rotation(rotation)
        even = (size[0] + size[0] % 2, size[1] + size[1] % 2)
        for n in range(frames):
            whole = av.VideoFrame.from_ndarray(drawn(n, *even), "yuv420p")
            picture = whole.reformat(*size, format=pix_fmt, threads=1)
            if pts_s is not None:
                picture.pts, picture.time_base = round(pts_s[n] * 1000), Fraction(1, 1000)
            else:
                picture.pts = n
                picture.time_base = 1 / Fraction(fps).limit_denominator(1001)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def write_sound(path: Path) -> Path:
    """A recording without pictures."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("pcm_s16le", rate=8000)
        stream.layout = "mono"
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        sound.sample_rate = 8000
        out.mux(stream.encode(sound))
        out.mux(stream.encode(None))
    return path


class _Chunks(io.RawIOBase):
    """Takes what a muxer writes; gives it out in pieces."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._kept.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        whole, self._kept = b"".join(self._kept), []
        return whole


@lru_cache(maxsize=32)
def ts_chunks(frames: int, size: tuple[int, int], fps: int, pts0_s: float) -> list[bytes]:
    """MPEG-TS of H.264, a piece per picture."""
    sink, pieces = _Chunks(), []
    with av.open(sink, "w", format="mpegts", container_options={"flush_packets": "1", "muxdelay": "0"}) as out:  # type: ignore[call-overload]
        stream: Any = out.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.gop_size = 10
        for n in range(frames):
            picture = av.VideoFrame.from_ndarray(drawn(n, *size), "yuv420p")
            picture.pts, picture.time_base = n + round(pts0_s * fps), Fraction(1, fps)
            out.mux(stream.encode(picture))
            pieces.append(sink.taken())
    return pieces


@lru_cache(maxsize=32)
def h264_units(frames: int, size: tuple[int, int], fps: int) -> list[bytes]:
    """H.264 in Annex B, an access unit per picture, parameter sets before each key picture."""
    codec: Any = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = *size, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, fps), Fraction(fps)
    codec.gop_size = 10
    codec.options = {"preset": "ultrafast", "tune": "zerolatency"}
    units = []
    for n in range(frames):
        picture = av.VideoFrame.from_ndarray(drawn(n, *size), "yuv420p")
        picture.pts = n
        units.append(b"".join(bytes(p) for p in codec.encode(picture)))
    return units


@lru_cache(maxsize=16)
def jpegs(frames: int, size: tuple[int, int]) -> list[bytes]:
    """Pictures as JPEG."""
    codec: Any = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = *size, "yuvj420p", Fraction(1, 25)
    made = []
    for n in range(frames):
        picture = av.VideoFrame.from_ndarray(drawn(n, *size), "yuv420p").reformat(format="yuvj420p")
        picture.pts = n
        made.append(b"".join(bytes(p) for p in codec.encode(picture)))
    return made


@dataclass(frozen=True)
class Act:
    """What a camera does with one connection.

    Refuse it with status, or answer nothing (mute); else send frames pictures of size at fps, the first burst of them
    at once, and then close, freeze (the connection stays, nothing comes) or send garbage. then_pts0_s: the second half
    goes on at this media time. then_size: the second half has this size. on_call: the second half begins as soon as
    `Camera.call` is set. damage: every n-th picture is overwritten with noise. clock_off_s: of the camera's clock in
    RTCP, None for no reports.
    """

    status: int = 200
    mute: bool = False
    size: tuple[int, int] = (96, 64)
    fps: int = 25
    frames: int = 25
    pts0_s: float = 10.0
    burst: int = 0
    then: str = "close"
    then_pts0_s: float | None = None
    then_size: tuple[int, int] | None = None
    on_call: bool = False
    damage: int = 0
    clock_off_s: float | None = 0.0


class Camera:
    """A server on the loopback address that plays one act after the other, the last one for ever.

    taken, sent: of each picture of the newest connection, when it was taken (at an even pace, whatever this machine
    does; its reports say the same) and when the sending of it began, epoch s.
    """

    def __init__(self, kind: str, acts: list[Act], port: int = 0) -> None:
        """kind: ts, mjpeg or rtsp."""
        self.kind, self.acts, self.connections = kind, acts, 0
        self.taken: list[float] = []
        self.sent: list[float] = []
        self.call = threading.Event()
        self.stopping = threading.Event()
        self.server = socket.create_server(("127.0.0.1", port))
        self.server.settimeout(0.1)
        self.port = self.server.getsockname()[1]
        self.requests: list[str] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"{'rtsp' if self.kind == 'rtsp' else 'http'}://127.0.0.1:{self.port}/live"

    def close(self) -> None:
        self.stopping.set()
        self.server.close()
        for thread in self._threads:
            thread.join(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            act = self.acts[min(self.connections, len(self.acts) - 1)]
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection, act), daemon=True)
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]
            thread.start()

    def _serve(self, connection: socket.socket, act: Act) -> None:
        with connection:
            connection.settimeout(60)
            try:
                if act.mute:
                    self.stopping.wait()
                elif self.kind == "rtsp":
                    self._rtsp(connection, act)
                else:
                    self._http(connection, act)
            except OSError:
                pass

    def _http(self, connection: socket.socket, act: Act) -> None:
        self.requests.append(_request(connection))
        if act.status != 200:
            connection.sendall(f"HTTP/1.1 {act.status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            return
        kind = "video/mp2t" if self.kind == "ts" else "multipart/x-mixed-replace; boundary=frame"
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
        self._pictures(connection, act, lambda piece, *_: connection.sendall(piece))

    def _pictures(self, connection: socket.socket, act: Act, send: Callable[[bytes, float, float], None]) -> None:
        """Send pictures as they are due; send takes a picture, its media time and when it was taken (epoch s)."""
        noise = np.random.default_rng(0)
        pieces, media0_s = self._made(act, act.frames, act.size, act.pts0_s), act.pts0_s
        to_turn = act.then_size is not None or act.then_pts0_s is not None
        taken: list[float] = []
        sent: list[float] = []
        self.taken, self.sent = taken, sent
        began, began_t = time.monotonic(), time.time()
        for n in range(act.frames):
            due = began + max(0, n - act.burst) / act.fps
            if self.stopping.wait(max(0.0, due - time.monotonic())):
                return
            if to_turn and (n >= act.frames // 2 or (act.on_call and self.call.is_set())):
                to_turn = False
                media0_s = media0_s if act.then_pts0_s is None else act.then_pts0_s - n / act.fps
                size = act.then_size or act.size
                pieces[n:] = self._made(act, act.frames - n, size, media0_s + n / act.fps)
            piece = pieces[n]
            if act.damage and n % act.damage == act.damage - 1:
                first, last = (300, len(piece) - 100) if self.kind == "mjpeg" else (40, len(piece))
                piece = piece[:first] + noise.bytes(max(0, last - first)) + piece[max(first, last) :]
            taken.append(began_t + (n - act.burst) / act.fps)
            sent.append(time.time())
            send(piece, media0_s + n / act.fps, taken[-1])
        if act.then == "freeze":
            connection.settimeout(0.2)
            while not self.stopping.is_set():
                try:
                    if not connection.recv(4096):
                        return
                except TimeoutError:
                    continue
        while act.then == "garbage" and not self.stopping.wait(0.02):
            send(noise.bytes(1500), media0_s + act.frames / act.fps, taken[-1])

    def _made(self, act: Act, frames: int, size: tuple[int, int], media_s: float) -> list[bytes]:
        if self.kind == "ts":
            return list(ts_chunks(frames, size, act.fps, media_s))
        if self.kind == "rtsp":
            return list(h264_units(frames, size, act.fps))
        return [
            b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(image) + image + b"\r\n"
            for image in jpegs(frames, size)
        ]

    def _rtsp(self, connection: socket.socket, act: Act) -> None:
        channel = 0
        while True:
            request = _request(connection)
            if not request:
                return
            self.requests.append(request)
            method = request.split(" ", 1)[0]
            lines = dict(line.split(": ", 1) for line in request.split("\r\n")[1:] if ": " in line)
            head = f"RTSP/1.0 {act.status} x\r\nCSeq: {lines.get('CSeq', '1')}\r\n"
            if act.status != 200:
                connection.sendall(f"{head}\r\n".encode())
                return
            if method == "DESCRIBE":
                sdp = (
                    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=street\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n"
                    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\n"
                    f"a=control:track1\r\na=framerate:{act.fps}\r\n"
                )
                answer = f"{head}Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
            elif method == "SETUP":
                if "TCP" not in lines.get("Transport", ""):
                    answer = f"RTSP/1.0 461 x\r\nCSeq: {lines.get('CSeq', '1')}\r\n\r\n"
                else:
                    answer = f"{head}Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n"
            elif method == "OPTIONS":
                answer = f"{head}Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"
            else:
                answer = f"{head}Session: 1\r\n\r\n"
            connection.sendall(answer.encode())
            if method == "PLAY":
                sender = _Rtp(connection, act, channel)
                self._pictures(connection, act, sender.send)
                return


class _Rtp:
    """RTP over the RTSP connection (RFC 2326 section 10.12), H.264 in fragments (RFC 6184), sender reports."""

    def __init__(self, connection: socket.socket, act: Act, channel: int) -> None:
        self.connection, self.act, self.channel = connection, act, channel
        self.sequence = 0
        self.reported = -1e9

    def send(self, unit: bytes, media_s: float, taken: float) -> None:
        stamp = int(media_s * RTP_RATE) & 0xFFFFFFFF
        if self.act.clock_off_s is not None and time.monotonic() - self.reported > 0.5:
            self.reported = time.monotonic()
            self._report(stamp, taken + self.act.clock_off_s)
        units = [u for u in unit.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if u]
        for k, nal in enumerate(units):
            last = k == len(units) - 1
            if len(nal) <= 1200:
                self._packet(nal, stamp, last)
                continue
            parts = [nal[1 + i : 1201 + i] for i in range(0, len(nal) - 1, 1200)]
            for i, part in enumerate(parts):
                flags = (0x80 if i == 0 else 0) | (0x40 if i == len(parts) - 1 else 0) | nal[0] & 0x1F
                self._packet(bytes([nal[0] & 0xE0 | 28, flags]) + part, stamp, last and i == len(parts) - 1)

    def _packet(self, payload: bytes, stamp: int, marker: bool) -> None:
        head = struct.pack(">BBHII", 0x80, 96 | (0x80 if marker else 0), self.sequence & 0xFFFF, stamp, 7)
        self.sequence += 1
        self._interleaved(self.channel, head + payload)

    def _report(self, stamp: int, by_its_clock: float) -> None:
        ntp = by_its_clock + NTP_EPOCH_S
        body = struct.pack(">IIIIII", 7, int(ntp), int(ntp % 1 * 2**32), stamp, 0, 0)
        self._interleaved(self.channel + 1, struct.pack(">BBH", 0x80, 200, 6) + body)

    def _interleaved(self, channel: int, data: bytes) -> None:
        self.connection.sendall(struct.pack(">cBH", b"$", channel, len(data)) + data)


def _request(connection: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return ""
        data += byte
    return data.decode()
