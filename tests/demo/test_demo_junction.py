"""The demo junction through the whole engine: who is counted, what is called red, and that the docs explain each."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from passerby.demo.recording import Recording, load_recording
from passerby.demo.rows import batches, history
from passerby.errors import DependencyError
from passerby.live.analyse import Analysis, analyse
from passerby.signals.history import STATES, SignalHistory
from passerby.site.model import Site
from passerby.site.toml import read_site
from passerby.survey import misdrawn
from passerby.tracks.classes import VEHICLES
from passerby.tracks.history import smooth
from passerby.tracks.rows import batches_to_tracks

DOCS = Path(__file__).parents[2] / "docs" / "demo-junction.md"
SPEEDS_UP_TO_KMH = 75.0


@pytest.fixture(scope="module")
def recorded() -> Recording:
    try:
        return load_recording()
    except DependencyError as error:
        pytest.skip(f"the recorded junction is not to be had here: {error}")


@pytest.fixture(scope="module")
def site() -> Site:
    with as_file(files("passerby.demo") / "site.toml") as path:
        return read_site(path)


@pytest.fixture(scope="module")
def signals(recorded: Recording) -> SignalHistory:
    return history(recorded)


@pytest.fixture(scope="module")
def analysed(recorded: Recording, site: Site, signals: SignalHistory) -> Analysis:
    return analyse(batches(recorded), site, signals, keep_motion=False)


def rows_of(analysed: Analysis, table: str) -> list[dict[str, Any]]:
    found = analysed.tables[table]
    assert isinstance(found, pa.Table)
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def reds(analysed: Analysis) -> list[dict[str, Any]]:
    return [row for row in rows_of(analysed, "violations") if row["kind"] == "red_light"]


def test_every_motor_vehicle_over_a_stop_line_is_counted(analysed: Analysis, site: Site) -> None:
    lines = {line.id for line in site.stop_lines}
    motor = Counter[str]()
    for row in rows_of(analysed, "counts"):
        if row["place"] in lines and row["class"] in VEHICLES:
            motor[row["place"]] += row["n"]
    assert set(motor) == lines
    assert 440 <= sum(motor.values()) <= 452
    assert motor["south-left"] == pytest.approx(64, abs=3)


def test_nobody_rides_a_stop_line_on_the_cycle_track_beside_it(analysed: Analysis, site: Site) -> None:
    lines = {line.id for line in site.stop_lines}
    assert not [r for r in rows_of(analysed, "counts") if r["place"] in lines and r["class"] == "cyclist"]


def test_red_is_called_only_where_the_log_shows_red(analysed: Analysis, signals: SignalHistory) -> None:
    found = reds(analysed)
    assert 9 <= len(found) <= 14
    for row in found:
        state, _ = signals.at(row["signal"], epoch_s(row["t"]))
        assert STATES[int(state)] == row["state"]
        assert row["state"] in ("red", "red_amber", "dont_walk")


def test_the_left_turn_from_the_south_is_on_green_or_amber_but_for_one(analysed: Analysis) -> None:
    south_left = [row for row in reds(analysed) if row["place"] == "south-left"]
    assert len(south_left) == 1
    # lane 0; nobody crosses lane 1 or the through lane on red
    assert south_left[0]["x"] < 10.0
    assert 0.3 < south_left[0]["into_state_s"] < 0.8
    assert not [row for row in reds(analysed) if row["place"] == "south-through"]


def test_a_red_within_the_clocks_error_is_marked_down(analysed: Analysis) -> None:
    cars = [row for row in reds(analysed) if row["class"] in VEHICLES]
    assert {row["confidence"] > 0.9 for row in cars} == {True, False}
    for row in cars:
        assert (row["confidence"] > 0.9) == (row["into_state_s"] > 0.7)


def test_the_docs_say_what_each_red_is(analysed: Analysis) -> None:
    text = DOCS.read_text("utf-8")
    told = re.findall(r"^\| (12:\d\d:\d\d\.\d) \| ([a-z]+) \| ([a-z-]+) \| [A-Z0-9+]+ \|", text, re.MULTILINE)
    unexplained = [
        (clock(row["t"]), row["class"], row["place"])
        for row in reds(analysed)
        if not any(
            who == row["class"] and place == row["place"] and abs(seconds(at) - seconds(clock(row["t"]))) < 0.35
            for at, who, place in told
        )
    ]
    assert unexplained == []


def test_speeds_are_those_of_a_city_street(analysed: Analysis) -> None:
    fast = [row for row in rows_of(analysed, "violations") if row["kind"] == "speeding"]
    assert 30 <= len(fast) <= 50
    assert max(row["speed_mps"] for row in fast) * 3.6 < SPEEDS_UP_TO_KMH


def epoch_s(t: datetime) -> float:
    return t.replace(tzinfo=UTC).timestamp() if t.tzinfo is None else t.timestamp()


def clock(t: datetime) -> str:
    at = datetime.fromtimestamp(epoch_s(t), UTC)
    return f"{at:%H:%M:%S}.{at.microsecond // 100_000}"


def seconds(hms: str) -> float:
    h, m, s = hms.split(":")
    return int(h) * 3600 + int(m) * 60 + float(s)


def test_the_tracks_say_nothing_against_its_drawing(recorded: Recording, site: Site, signals: SignalHistory) -> None:
    """Lanes are medians of the tracks that used them; over one half of a crossing nobody went, as the docs say."""
    said = misdrawn(site, smooth(batches_to_tracks(batches(recorded))), signals)
    assert {(m.kind, m.id) for m in said} == {("crosswalk", "west-out")}
