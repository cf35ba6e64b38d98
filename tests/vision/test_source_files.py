"""Files and folders of images as sources: every picture, in order, at its time; one sentence for what is none."""

from __future__ import annotations

import contextlib
import copy
import itertools
import os
import pickle
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.errors import InputError, PrivacyError
from passerby.vision.frame import Frame
from passerby.vision.source import is_stream, open_source
from tests.vision.streams import drawn, found_left, jpegs, square_left, write_sound, write_video

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
T0 = 1_780_000_000.0


def _all(spec: Path | str, **options: object) -> list[Frame]:
    with open_source(str(spec), **options) as source:  # type: ignore[arg-type]
        frames = [f for f in source if f is not None]
        assert source.state.status == "ended"
        assert source.state.progress == pytest.approx(1.0)
        assert source.state.frames == len(frames)
    return frames


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("a.mp4", "libx264", "yuv422p"),
        ("a.mp4", "libx264", "yuv420p10le"),
        ("a.mp4", "libx264", "yuvj420p"),
        ("a.mkv", "libx264", "nv12"),
        ("a.mkv", "libx264", "yuv444p"),
        ("a.mkv", "ffv1", "gray"),
        ("a.mkv", "ffv1", "bgr0"),
        ("a.avi", "mjpeg", "yuvj422p"),
        ("a.avi", "msmpeg4v2", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.ts", "mpeg2video", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
    ],
)
@pytest.mark.parametrize("size", [(96, 64), (90, 50), (320, 240)])
def test_every_codec_and_pixel_format(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, size: tuple[int, int]
) -> None:
    options = {"crf": "10"} if codec.startswith("lib") else {}
    fps = 25 if name.endswith(".ts") else 10
    path = write_video(tmp_path / name, frames=12, size=size, fps=fps, codec=codec, pix_fmt=pix_fmt, options=options)
    frames = _all(path, start=T0)
    assert [f.index for f in frames] == list(range(12))
    assert [f.t for f in frames] == pytest.approx([T0 + n / fps for n in range(12)], abs=2e-3)
    for n, frame in enumerate(frames):
        luma, bgr = frame.luma(), frame.bgr()
        assert (frame.width, frame.height) == size
        assert luma.shape == size[::-1]
        assert bgr.shape == (*size[::-1], 3)
        assert abs(found_left(luma) - square_left(n, size[0])) <= 2
        assert abs(float(np.median(luma)) - 60) < 8
        row, column = size[1] * 3 // 8, square_left(n, size[0]) + 8
        assert abs(int(luma[row, column]) - 220) < 16
        assert abs(int(bgr[row, column, 0]) - (220 - 16) * 255 / 219) < 22


@pytest.mark.parametrize(("codec", "pix_fmt"), [("libx264", "yuv444p"), ("ffv1", "gray"), ("mjpeg", "yuvj444p")])
def test_odd_sizes(tmp_path: Path, codec: str, pix_fmt: str) -> None:
    frames = _all(write_video(tmp_path / "a.mkv", frames=4, size=(97, 63), codec=codec, pix_fmt=pix_fmt))
    assert [(f.width, f.height) for f in frames] == [(97, 63)] * 4
    assert all(abs(found_left(f.luma()) - square_left(n, 97)) <= 3 for n, f in enumerate(frames))


@pytest.mark.parametrize(("turn", "size"), [(90, (64, 96)), (180, (96, 64)), (-90, (64, 96))])
def test_rotation_is_honoured(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    path = write_video(tmp_path / "a.mp4", frames=3, rotation=turn)
    with open_source(str(path)) as source:
        assert (source.width, source.height) == size
        frame = source.read()
        assert frame is not None
        assert (frame.width, frame.height) == size
        wanted = np.rot90(drawn(0, 96, 64)[:64], turn // 90)
        assert np.abs(frame.luma().astype(int) - wanted).mean() < 6


def test_variable_rate_is_respected(tmp_path: Path) -> None:
    at = [0.0, 0.1, 0.15, 0.9, 1.0, 3.0, 3.04, 3.08]
    frames = _all(write_video(tmp_path / "a.mkv", frames=8, pts_s=at), start=T0)
    assert [f.t - T0 for f in frames] == pytest.approx(at, abs=2e-3)


def test_start_comes_from_the_name_unless_given(tmp_path: Path) -> None:
    path = write_video(tmp_path / "cam_2020-01-01_00-00-00.mp4")
    with open_source(str(path)) as source:
        assert "name" in source.state.message
        frame = source.read()
    assert frame is not None
    assert frame.t == datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    assert _all(path, start=T0)[0].t == T0


def test_creation_time_is_used(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", metadata={"creation_time": "2022-03-04T05:06:07.000000Z"})
    with open_source(str(path)) as source:
        assert "creation_time" in source.clock
        frame = source.read()
    assert frame is not None
    assert frame.t == datetime(2022, 3, 4, 5, 6, 7, tzinfo=UTC).timestamp()


def test_the_same_file_twice_is_the_same(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=30)
    first, second = _all(path), _all(path)
    assert [(f.index, f.t) for f in first] == [(f.index, f.t) for f in second]
    assert all(np.array_equal(a.luma(), b.luma()) for a, b in zip(first, second, strict=True))


def test_a_truncated_file_keeps_what_it_has(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "a.avi", frames=200, codec="mpeg4", fps=10)
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    said: list[str] = []
    frames = _all(cut, on_warning=said.append)
    assert 60 < len(frames) < 140
    assert len(said) == 1
    assert "it ends at" in said[0]


def test_damage_is_counted_and_passed_over(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", frames=60, codec="mjpeg", pix_fmt="yuvj420p")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = np.random.default_rng(0).bytes(3000)
    path.write_bytes(bytes(data))
    said: list[str] = []
    with open_source(str(path), on_warning=said.append) as source:
        frames = [f for f in source if f is not None]
        assert len(frames) > 40
        assert source.state.status == "ended"
        assert len(frames) + source.state.damaged >= 55
    assert all(b.t > a.t for a, b in itertools.pairwise(frames))
    assert said


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: None, "no such file"),
        (lambda p: p.touch(), "empty"),
        (lambda p: p.write_text("track,t,x,y\n" * 200), "cannot be read as video"),
        (lambda p: p.write_bytes(np.random.default_rng(0).bytes(100_000)), "cannot be read as video"),
        (lambda p: write_sound(p.with_suffix(".wav")).rename(p), "no video in it"),
        (lambda p: p.write_bytes(_without_index(p)), "may need repair"),
        (lambda p: p.mkdir(), "no picture in this folder"),
        (lambda p: os.mkfifo(p), "neither a file nor a folder"),
    ],
)
def test_what_is_no_video_is_told_in_a_sentence(
    tmp_path: Path, make: object, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "clip.mp4"
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError, match=words) as caught:
        open_source(str(path))
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def _without_index(path: Path) -> bytes:
    """An MP4 that was cut off before its index was written."""
    whole = write_video(path.with_name("whole.mp4"), frames=50)
    return whole.read_bytes()[:2000]


def test_names_that_look_like_patterns_or_addresses(tmp_path: Path) -> None:
    for name in ("a:b.mp4", "a%03d.mp4", "http:x.mp4", "straße ü.mp4", "a'b#c?d.mp4"):
        write_video(tmp_path / "plain.mp4", frames=3).rename(tmp_path / name)
        assert len(_all(tmp_path / name)) == 3
    assert len(_all(f"file://{tmp_path / name}")) == 3


def test_a_playlist_fetches_nothing(tmp_path: Path) -> None:
    write_video(tmp_path / "a.ts", frames=30, fps=25)
    (tmp_path / "list.m3u8").write_text("#EXTM3U\n#EXTINF:1.0,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(InputError):
        open_source(str(tmp_path / "list.m3u8"))


def _pictures(folder: Path, names: list[str]) -> Path:
    folder.mkdir()
    for n, name in enumerate(names):
        if name.endswith(".jpg"):
            (folder / name).write_bytes(jpegs(len(names), (96, 64))[n])
        else:
            cv2.imwrite(str(folder / name), drawn(n, 96, 64)[:64])
    return folder


def test_a_folder_in_natural_order(tmp_path: Path) -> None:
    names = [f"frame{n}.{'jpg' if n % 2 else 'png'}" for n in range(12)]
    folder = _pictures(tmp_path / "f", names)
    (folder / "notes.txt").write_text("not a picture")
    (folder / ".hidden.jpg").write_bytes(b"")
    frames = _all(folder, fps=5, start=T0)
    assert [f.t for f in frames] == pytest.approx([T0 + n / 5 for n in range(12)])
    assert all(abs(found_left(f.luma()) - square_left(n, 96)) <= 2 for n, f in enumerate(frames))


def test_a_folder_whose_names_tell_the_time(tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "f", ["2013-02-22_06_55_00.jpg", "2013-02-22_07_00_01.jpg"])
    frames = _all(folder)
    assert [f.t for f in frames] == [
        datetime(2013, 2, 22, 6, 55, tzinfo=UTC).timestamp(),
        datetime(2013, 2, 22, 7, 0, 1, tzinfo=UTC).timestamp(),
    ]


def test_a_folder_without_times_says_what_is_assumed(tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "img1", [f"{n:06d}.jpg" for n in range(4)])
    said: list[str] = []
    assert len(_all(folder, on_warning=said.append)) == 4
    assert "10 pictures a second are assumed" in said[0]
    (tmp_path / "seqinfo.ini").write_text("[Sequence]\nname=x\nframeRate=7\n")
    said.clear()
    frames = _all(folder, on_warning=said.append)
    assert not said
    assert frames[1].t - frames[0].t == pytest.approx(1 / 7)


def test_unreadable_pictures_are_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = _pictures(tmp_path / "f", [f"{n}.jpg" for n in range(5)])
    (folder / "2.jpg").write_bytes(b"not a picture")
    said: list[str] = []
    frames = _all(folder, fps=1, on_warning=said.append)
    assert [f.index for f in frames] == [0, 1, 3, 4]
    assert "1 pictures could not be read" in said[0]
    assert capfd.readouterr() == ("", "")


def test_realtime_plays_at_its_own_pace_and_the_newest_wins(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=30, fps=30)
    began, indices = time.monotonic(), []
    heard = threading.Event()
    with open_source(str(path), realtime=True, start=T0, on_frame=heard.set) as source:
        assert source.live
        for frame in source:
            if frame is not None:
                assert frame.t == pytest.approx(T0 + frame.index / 30, abs=2e-3)
                indices.append(frame.index)
                time.sleep(0.1)  # a slow reader
        state = source.state
    assert time.monotonic() - began > 0.9
    assert indices == sorted(set(indices))
    assert indices[-1] == 29
    assert len(indices) < 20
    assert state.status == "ended"
    assert state.dropped == 30 - len(indices)
    assert heard.is_set()


def test_closing_early_ends_the_thread(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=300, fps=10)
    before = threading.active_count()
    source = open_source(str(path), realtime=True)
    assert source.read() is not None
    source.close()
    source.close()
    assert threading.active_count() == before
    assert source.state.status == "ended"
    plain = open_source(str(path))
    plain.close()
    assert plain.read() is None


def test_a_file_lets_go_of_what_it_opened(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=5)
    handles = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0
    for _ in range(20):
        _all(path)
        with contextlib.suppress(InputError):
            open_source(str(tmp_path))
    if handles:
        assert len(os.listdir("/proc/self/fd")) == handles


def test_a_frame_cannot_leave(tmp_path: Path) -> None:
    frame = _all(write_video(tmp_path / "a.mp4", frames=1))[0]
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(PrivacyError):
            leave(frame)
    assert repr(frame).startswith("Frame(index=0")
    assert "array" not in repr(frame)


def test_what_is_a_stream() -> None:
    assert is_stream("rtsp://10.0.0.7/live")
    assert is_stream("HTTPS://camera/x.m3u8")
    assert not is_stream("file:///clip.mp4")
    assert not is_stream("clip.mp4")


@pytest.mark.parametrize(
    ("parts", "frames", "size"),
    [
        (("pets09", "vtest.avi"), 795, (768, 576)),
        (("otvision", "Testvideo_Cars-Truck_FR20_2020-01-01_00-00-00.mp4"), 60, (800, 600)),
        (("otvision", "Testvideo_Cars-Cyclist_FR20_2020-01-01_00-00-00.mp4"), 60, (800, 600)),
        (("street_video", "car-detection.mp4"), 377, (768, 432)),
    ],
)
def test_real_clips(parts: tuple[str, ...], frames: int, size: tuple[int, int]) -> None:
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{'/'.join(parts)} is not there: set PASSERBY_DATA")
    said: list[str] = []
    with open_source(str(path), on_warning=said.append) as source:
        assert source.frames_total == frames
        assert (source.width, source.height) == size
        assert source.fps
        times = [f.t for f in source if f is not None]
        assert len(times) == frames
        assert np.diff(times) == pytest.approx(np.full(frames - 1, 1 / source.fps), abs=2e-3)
    assert not said


def test_a_real_folder() -> None:
    folder = DATA / "pklot" / "sequence1" / "frames"
    if not folder.is_dir():
        pytest.skip("pklot/sequence1/frames is not there: set PASSERBY_DATA")
    frames = _all(folder)
    assert len(frames) == len(list(folder.glob("*.jpg")))
    assert all(b.t > a.t for a, b in itertools.pairwise(frames))
