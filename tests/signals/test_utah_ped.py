"""A raw controller log beside what observers saw on video: signal 5306, Logan, Utah, 31 January 2019."""

from __future__ import annotations

import csv
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from passerby.signals import STATE_CODE, STATES, SignalHistory, SignalsWarning, read_signals
from passerby.site import Signal, Site

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
EXAMPLE = DATA / "utah_ped" / "ped-signal-data" / "example_5306"
pytestmark = pytest.mark.skipif(not EXAMPLE.exists(), reason=f"{EXAMPLE} is absent (set PASSERBY_DATA)")


def epoch(local: str) -> float:
    return datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("America/Denver")).timestamp()


@pytest.fixture(scope="module")
def history() -> SignalHistory:
    signals = tuple(Signal(f"F{n}", "pedestrian", pedestrian_phase=n) for n in (2, 6))
    site = Site("5306", "America/Denver", signals=signals)
    with pytest.warns(SignalsWarning, match="pedestrian_phase 8"):
        return read_signals(EXAMPLE / "ControllerEventLogs.csv", site)


def test_walks_per_hour_are_those_that_the_observers_counted_in_the_log(history: SignalHistory) -> None:
    t, code = history.changes["F2"]
    walks = t[code == STATE_CODE["walk"]]
    with (EXAMPLE / "dat.csv").open() as f:
        hours = [row for row in csv.DictReader(f) if row["P"] == "2"]
    assert [int(h["A21"]) for h in hours] == [27, 27, 28]
    for hour in hours:
        within = (walks >= epoch(hour["TIME1"])) & (walks < epoch(hour["TIME2"]))
        assert np.count_nonzero(within) == int(hour["A21"])


def test_everybody_seen_on_the_crosswalk_of_phase_2_had_walk_or_clear(history: SignalHistory) -> None:
    """Shown half of the time: 24 of 24 by chance would be less than one in a million, so clock and phases agree."""
    with (EXAMPLE / "events.csv").open() as f:
        seen = [epoch(r["TIME"]) for r in csv.DictReader(f) if int(r["X2PED"]) > 0 or r["BODIR"] == "E"]
    state, into = history.at("F2", np.array(seen))
    shown = [STATES[s] for s in state]
    assert len(shown) == 24
    assert set(shown) == {"walk", "clear"}
    assert shown.count("walk") == 21
    assert np.all(into < 60)
    grid = np.arange(min(seen), max(seen))
    anybody = np.isin(history.at("F2", grid)[0], [STATE_CODE["walk"], STATE_CODE["clear"]]).mean()
    assert 0.45 < anybody < 0.58
