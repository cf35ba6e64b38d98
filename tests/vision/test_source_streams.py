"""Streams that fail in every way: a clear state at every moment, pictures again as soon as there are any."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from passerby.errors import InputError
from passerby.vision.decode_effort import DecodeEffort
from passerby.vision.frame import Frame
from passerby.vision.source import Source, SourceState, StreamLimits, open_source
from tests.vision.streams import Act, Camera, found_left, square_left

LIMITS = StreamLimits(open_s=2, read_s=1.5, stalled_s=0.5, first_wait_s=0.1, longest_wait_s=0.4, settled_s=1)
KINDS = ("rtsp", "ts", "mjpeg")


class Watched:
    """What came of a source while it was read."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.frames: list[Frame] = []
        self.states: list[SourceState] = []

    def until(self, done: Callable[[Watched], bool], limit_s: float = 25.0) -> Watched:
        deadline = time.monotonic() + limit_s
        while not done(self):
            assert time.monotonic() < deadline, f"still {self.source.state}"
            frame = self.source.read(0.05)
            self.states.append(self.source.state)
            if frame is not None:
                assert not self.frames or frame.t > self.frames[-1].t
                assert not self.frames or frame.index > self.frames[-1].index
                self.frames.append(frame)
        return self

    def saw(self, status: str) -> bool:
        return any(s.status == status for s in self.states)

    @property
    def message(self) -> str:
        return self.states[-1].message


def _open(camera: Camera, said: list[str] | None = None, limits: StreamLimits = LIMITS) -> Source:
    return open_source(camera.url, limits=limits, on_warning=None if said is None else said.append)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_come_with_the_time_they_were_taken(kind: str) -> None:
    with Camera(kind, [Act(frames=500)]) as camera, _open(camera) as source:
        assert source.live
        assert source.state.status in ("opening", "running")
        seen = Watched(source).until(lambda w: len(w.frames) >= 30)
        late = time.time() - seen.frames[-1].t
        assert -0.2 < late < 1.0
        assert (source.width, source.height) == (96, 64)
        steps = [b.t - a.t for a, b in zip(seen.frames, seen.frames[1:], strict=False)]
        assert sum(steps) / (seen.frames[-1].index - seen.frames[0].index) == pytest.approx(0.04, rel=0.1)
        for frame in seen.frames:
            if kind == "mjpeg":  # others begin somewhere
                assert abs(found_left(frame.luma()) - square_left(frame.index % 250, 96)) <= 2
        state = source.state
        assert (state.status, state.reconnects) == ("running", 0)
        assert state.fps == pytest.approx(25, rel=0.3)
        assert ("camera's clock" in source.clock) == (kind == "rtsp")


def test_the_cameras_clock_counts_only_if_it_is_near() -> None:
    with Camera("rtsp", [Act(frames=500, clock_off_s=-0.5)]) as camera, _open(camera) as source:
        seen = Watched(source).until(lambda w: len(w.frames) > 20)
        assert time.time() - seen.frames[-1].t == pytest.approx(0.5, abs=0.3)
    with Camera("rtsp", [Act(frames=500, clock_off_s=7200.0)]) as camera, _open(camera) as source:
        seen = Watched(source).until(lambda w: len(w.frames) > 20)
        assert abs(time.time() - seen.frames[-1].t) < 0.5
        assert "7200 s ahead" in source.state.message


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("then", ["close", "freeze", "garbage"])
def test_a_stream_that_breaks_is_taken_up_again(kind: str, then: str) -> None:
    said: list[str] = []
    with Camera(kind, [Act(frames=30, then=then), Act(frames=500)]) as camera, _open(camera, said) as source:
        seen = Watched(source).until(lambda w: len(w.frames) > 10)
        seen.until(lambda w: w.states[-1].reconnects > 0)
        seen.until(lambda w: w.states[-1].status == "running" and len(w.frames) > 40)
        assert seen.saw("reconnecting")
        if then == "freeze":
            assert seen.saw("stalled")
        assert all(s.message for s in seen.states)
        assert any("pictures come again" in s for s in said)


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_size_is_told(kind: str) -> None:
    said: list[str] = []
    act = Act(frames=60, then_size=(128, 96), then="freeze")
    with Camera(kind, [act]) as camera, _open(camera, said) as source:
        seen = Watched(source).until(lambda w: bool(w.frames) and w.frames[-1].width == 128)
        assert seen.frames[0].width == 96
        assert seen.frames[-1].bgr().shape == (96, 128, 3)
        assert (source.width, source.height) == (128, 96)
    assert any("from 96x64 to 128x96" in s for s in said)


@pytest.mark.parametrize("kind", ["rtsp", "ts"])
@pytest.mark.parametrize("jump_to_s", [0.5, 40_000.0])
def test_a_jump_in_time_is_taken_out(kind: str, jump_to_s: float) -> None:
    said: list[str] = []
    act = Act(frames=100, then_pts0_s=jump_to_s, pts0_s=10.0 if kind == "ts" else 100.0, then="freeze")
    with Camera(kind, [act]) as camera, _open(camera, said) as source:
        seen = Watched(source).until(lambda w: bool(w.frames) and w.frames[-1].index > 80)
        assert abs(time.time() - seen.frames[-1].t) < 0.5
        assert max(b.t - a.t for a, b in zip(seen.frames, seen.frames[1:], strict=False)) < 1.0
        assert source.state.reconnects == 0
    assert any("time jumped" in s for s in said)


@pytest.mark.parametrize("kind", KINDS)
def test_noise_in_some_packets_does_not_end_the_stream(kind: str) -> None:
    with Camera(kind, [Act(frames=60, damage=4, then="freeze")]) as camera, _open(camera) as source:
        seen = Watched(source).until(lambda w: bool(w.frames) and w.frames[-1].index > 35)
        assert source.state.reconnects == 0
        assert len(seen.frames) > 12


@pytest.mark.parametrize(
    ("kind", "act", "words"),
    [
        ("ts", Act(status=404), "no such stream"),
        ("rtsp", Act(status=404), "no such stream"),
        ("ts", Act(status=401), "user name or password was refused"),
        ("rtsp", Act(status=401), "user name or password was refused"),
        ("mjpeg", Act(status=403), "access was refused"),
        ("ts", Act(status=503), "fault of its own"),
        ("ts", Act(mute=True), "nothing came within the time allowed"),
        ("rtsp", Act(mute=True), "nothing came within the time allowed"),
    ],
)
def test_why_there_is_nothing_is_told_until_there_is_something(kind: str, act: Act, words: str) -> None:
    said: list[str] = []
    with Camera(kind, [act, Act(frames=500)]) as camera, _open(camera, said) as source:
        seen = Watched(source).until(lambda w: len(w.frames) > 5)
        assert any(words in s.message for s in seen.states)
        assert any(words in s for s in said)
        assert source.state.status == "running"


def test_a_camera_that_is_away_and_comes_back() -> None:
    with Camera("ts", [Act(frames=500)]) as camera:
        port, url = camera.port, camera.url
    with open_source(url, limits=LIMITS) as source:
        seen = Watched(source).until(lambda w: bool(w.states) and w.states[-1].reconnects >= 3)
        assert "nobody answers" in seen.message
        assert not seen.frames
        with Camera("ts", [Act(frames=500)], port=port):
            seen.until(lambda w: len(w.frames) > 5)


def test_the_newest_picture_wins() -> None:
    with Camera("mjpeg", [Act(frames=500)]) as camera, _open(camera) as source:
        Watched(source).until(lambda w: len(w.frames) > 2)
        time.sleep(1.0)
        frame = source.read()
        assert frame is not None
        assert time.time() - frame.t < 0.2
        assert source.state.dropped > 15


@pytest.mark.parametrize("kind", ["rtsp", "ts"])
def test_what_a_server_had_kept_is_not_taken_for_now(kind: str) -> None:
    with Camera(kind, [Act(frames=500, burst=100)]) as camera, _open(camera) as source:
        seen = Watched(source).until(lambda w: len(w.frames) > 15)
        assert seen.frames[0].index >= 80
        assert abs(time.time() - seen.frames[-1].t) < 0.5


def test_no_secret_is_ever_shown(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    secret = "hunter2"
    for kind in ("ts", "rtsp"):
        with Camera(kind, [Act(status=401), Act(mute=True), Act(frames=10, then="garbage")]) as camera:
            url = camera.url.replace("//", f"//admin:{secret}@") + f"/user=admin_password={secret}_x?token={secret}"
            with open_source(url, limits=LIMITS, on_warning=said.append) as source:
                seen = Watched(source).until(lambda w: bool(w.states) and w.states[-1].reconnects > 2)
                told = [source.name, repr(source), source.clock, *(repr(s) for s in seen.states)]
            assert any(secret in r or "Basic" in r for r in camera.requests)
        assert secret not in "".join(told + said)
        assert str(camera.port) in source.name
    for bad in (f"ftp://admin:{secret}@h/x", f"rtsp://admin:{secret}@", f"rtsp://admin:{secret}@h:99999/x"):
        with pytest.raises(InputError) as caught:
            open_source(bad)
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert capfd.readouterr() == ("", "")


def test_closing_ends_the_thread_and_the_connection() -> None:
    before = threading.active_count()
    with Camera("rtsp", [Act(frames=500)]) as camera:
        source = _open(camera)
        Watched(source).until(lambda w: len(w.frames) > 2)
        source.close()
        source.close()
        assert source.state.status == "ended"
        assert source.read(0) is None
        assert list(source) == []
    assert threading.active_count() == before


def test_a_read_that_hangs_stops_neither_closing_nor_leaving() -> None:
    """A process that is interrupted while every stream hangs ends soon, and without a word on standard error."""
    program = textwrap.dedent(
        """
        import os, signal, sys, threading
        from passerby.vision.source import StreamLimits, open_source
        # a process started in the background may have inherited that interrupts are ignored
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sources = [open_source(u, limits=StreamLimits(open_s=60, read_s=60)) for u in sys.argv[1:]]
        threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        try:
            while True:
                for source in sources:
                    source.read(0.5)
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    with Camera("ts", [Act(mute=True)]) as a, Camera("rtsp", [Act(frames=5, then="freeze")]) as b:
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", program, a.url, b.url], capture_output=True, text=True, timeout=120, check=False
        )
        # it waits for none of the streams' own time-outs
        assert time.monotonic() - began < 60
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_a_recording_behind_an_address_is_played_once() -> None:
    """Over HTTP a file of known length is no camera: it is played at its pace and ends."""
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
    from tempfile import TemporaryDirectory

    from tests.vision.streams import write_video

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with TemporaryDirectory() as folder:
        write_video(Path(folder) / "a.mp4", frames=20, fps=10, container_options={"movflags": "faststart"})
        server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Quiet(*a, directory=folder))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            began = time.monotonic()
            with open_source(f"http://127.0.0.1:{server.server_port}/a.mp4", limits=LIMITS) as source:
                seen = Watched(source).until(lambda w: bool(w.states) and w.states[-1].over)
                assert source.state.status == "ended"
            assert len(seen.frames) >= 15
            assert time.monotonic() - began > 1.5
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def test_the_wait_doubles_up_to_its_limit_and_is_scattered() -> None:
    limits = StreamLimits()
    assert [limits.wait_s(n, 1.0) for n in range(9)] == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert limits.wait_s(10_000, 0.0) == 15.0


def test_less_is_decoded_when_there_is_no_time_and_more_when_there_is() -> None:
    effort = DecodeEffort()
    levels = []
    for n in range(4000):
        effort.add(*((0.0, 0.04) if n < 400 else (0.035, 0.005)))
        if not levels or levels[-1] != effort.skip:
            levels.append(effort.skip)
    assert levels == ["DEFAULT", "NONREF", "NONKEY", "NONREF", "DEFAULT"]
    assert effort.sentence == ""


def test_sentences_have_no_address_in_them() -> None:
    with Camera("ts", [Act(status=404)]) as camera, _open(camera) as source:
        seen = Watched(source).until(lambda w: bool(w.states) and w.states[-1].reconnects > 0)
        assert not any(re.search(r"\d+\.\d+\.\d+\.\d+", s.message) for s in seen.states)
