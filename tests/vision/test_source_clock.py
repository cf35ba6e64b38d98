"""The time of every picture: it strictly increases, whatever the stream, the network and the clocks do."""

from __future__ import annotations

import itertools
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.vision.clock import FileClock, StreamClock
from passerby.vision.start_time import start_of_file, time_in_name

T0 = 1_780_000_000.0


def _run(clock: StreamClock, media: list[float], arrival: list[float], camera: float | None = None) -> list[float]:
    times = [clock.time_of(m, a, camera) for m, a in zip(media, arrival, strict=True)]
    return [t for t in times if t is not None]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(-100, 1e5)),
            st.floats(-30, 60),
            st.one_of(st.none(), st.floats(T0 - 1e4, T0 + 1e4)),
            st.booleans(),
        ),
        min_size=2,
        max_size=60,
    )
)
def test_stream_time_strictly_increases_whatever_comes(
    steps: list[tuple[float | None, float, float | None, bool]],
) -> None:
    clock, arrival, last = StreamClock(), T0, -np.inf
    for media, step, camera, again in steps:
        arrival += step
        if again:
            clock.restart()
        t = clock.time_of(media, arrival, camera)
        if t is not None:
            assert t > last
            last = t


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=2, max_size=60), st.floats(1, 60))
def test_file_time_strictly_increases(media: list[float | None], fps: float) -> None:
    clock = FileClock(T0, fps)
    times = [clock.time_of(m) for m in media]
    assert times[0] == pytest.approx(T0)
    assert all(b > a for a, b in itertools.pairwise(times))


def test_jitter_of_the_network_is_taken_out() -> None:
    rng = np.random.default_rng(1)
    media = np.arange(3000) / 25
    delay = 0.02 + rng.exponential(0.05, media.size)
    arrival = np.maximum.accumulate(T0 + media + delay)
    times = np.array(_run(StreamClock(), list(media + 777.0), list(arrival)))
    steps = np.diff(times[250:])
    assert np.abs(steps - 0.04).max() < 0.04 * 0.051
    assert np.abs(times[250:] - (T0 + 0.02 + media[-times[250:].size :])).max() < 0.02


def test_a_quartz_that_drifts_is_followed() -> None:
    media = np.arange(0, 3600, 0.1)
    arrival = T0 + media * (1 + 100e-6) + 0.05
    times = np.array(_run(StreamClock(), list(media), list(arrival)))
    assert abs(times[-1] - arrival[-1]) < 0.01


def test_a_stream_that_lost_time_is_set_forward() -> None:
    media = np.arange(0, 100, 0.1)
    arrival = T0 + media + np.where(media > 40, 20.0, 0.0)
    clock = StreamClock()
    times = np.array(_run(clock, list(media), list(arrival)))
    assert clock.resyncs == 1
    assert abs(times[-1] - arrival[-1]) < 0.01


@pytest.mark.parametrize("jump_s", [-3600.0, -5.0, 3.0, 86400.0])
def test_a_jump_of_media_time_leaves_no_trace(jump_s: float) -> None:
    media = np.arange(0, 20, 0.1)
    jumped = media + np.where(media >= 10, jump_s, 0.0)
    times = _run(StreamClock(), list(jumped + 5000), list(T0 + media))
    assert np.diff(times) == pytest.approx(np.full(len(times) - 1, 0.1), abs=0.006)


def test_the_cameras_clock_is_used_if_it_is_near() -> None:
    media = np.arange(0, 20, 0.1)
    near, far = StreamClock(), StreamClock()
    times = _run(near, list(media), list(T0 + media + 0.3), T0)
    assert near.kind == "camera"
    assert times[-1] == pytest.approx(T0 + media[-1])
    times = _run(far, list(media), list(T0 + media + 0.3), T0 + 3600)
    assert far.kind == "arrival"
    assert far.camera_off_s == pytest.approx(3600 - 0.3)
    assert times[-1] == pytest.approx(T0 + media[-1] + 0.3)


def test_what_a_server_kept_for_us_has_no_time() -> None:
    media = np.arange(0, 20, 0.1)
    arrival = T0 + np.maximum(media, 4.0)
    clock = StreamClock()
    times = [clock.time_of(m, a) for m, a in zip(media, arrival, strict=True)]
    kept = [t for t in times if t is not None]
    assert 35 <= times.count(None) <= 42
    assert kept[-1] == pytest.approx(arrival[-1])
    assert np.diff(kept) == pytest.approx(np.full(len(kept) - 1, 0.1), abs=0.006)


def test_a_clock_set_back_stops_no_picture() -> None:
    media = np.arange(0, 200, 0.1)
    arrival = T0 + media - np.where(media > 50, 600.0, 0.0)
    clock = StreamClock()
    times = np.array(_run(clock, list(media), list(arrival)))
    assert np.diff(times).min() > 0.09
    assert clock.ahead_s > 500


def _utc(*civil: int) -> float:
    return datetime(*civil, tzinfo=UTC).timestamp()  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Testvideo_Cars_FR20_2020-01-01_00-00-00.mp4", _utc(2020, 1, 1)),
        ("20200101T000000.mkv", _utc(2020, 1, 1)),
        ("cam3-20200101T000000Z.mkv", _utc(2020, 1, 1)),
        ("ch01_20210506070809.dav", _utc(2021, 5, 6, 7, 8, 9)),
        ("2020-01-01T02:00:00+0200.mp4", _utc(2020, 1, 1)),
        ("2020-01-01T02:00:00.250+02:00.mp4", _utc(2020, 1, 1) + 0.25),
        ("2013-02-22_06_55_00.jpg", _utc(2013, 2, 22, 6, 55)),
        ("20200101_100000-20200101_110000.mp4", _utc(2020, 1, 1, 10)),
        ("cam_1577836800.mp4", _utc(2020, 1, 1)),
        ("cam_1577836800250.jpg", _utc(2020, 1, 1) + 0.25),
        ("frame_0000012345.jpg", None),
        ("2020-13-01_00-00-00.mp4", None),
        ("2021-02-30_00-00-00.mp4", None),
        ("2020-01-01.mp4", None),
        ("vtest.avi", None),
        ("S2_L1_Time_12-34.avi", None),
        ("+4915112345678.mp4", None),
    ],
)
def test_time_in_name(name: str, wanted: float | None) -> None:
    assert time_in_name(name) == (None if wanted is None else pytest.approx(wanted))


def test_a_name_without_offset_is_read_in_the_zone() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert time_in_name("2020-07-01_12-00-00.mp4", berlin) == _utc(2020, 7, 1, 10)
    assert time_in_name("2020-07-01T12-00-00Z.mp4", berlin) == _utc(2020, 7, 1, 12)


def test_which_start_is_taken(tmp_path: Path) -> None:
    plain, named = tmp_path / "a.mp4", tmp_path / "2020-01-01_00-00-00.mp4"
    for path in (plain, named):
        path.touch()
        os.utime(path, (T0, T0))
    created = {"creation_time": "2020-01-01T00:00:05.000000Z"}
    assert start_of_file(plain, created, 60).t == _utc(2020, 1, 1, 0, 0, 5)
    assert start_of_file(named, created, 60).t == _utc(2020, 1, 1, 0, 0, 5)
    copied = {"creation_time": "2024-05-01T00:00:00.000000Z"}
    assert start_of_file(named, copied, 60).t == _utc(2020, 1, 1)
    for nonsense in ("1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "yesterday", ""):
        found = start_of_file(plain, {"creation_time": nonsense}, 60)
        assert found.t == T0 - 60
        assert "written" in found.origin
    assert time.time() > T0 - 1e9
