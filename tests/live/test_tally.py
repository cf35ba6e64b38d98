"""Passings counted once, in five minutes on the clock, also after a run that counted in quarters of an hour."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from passerby.flows.counts import Counted
from passerby.live.tally import Tally, load_tally

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def passing(n: int, minute: float) -> Counted:
    return Counted(f"u{n}", "north", "left", "car", NOON.timestamp() + 60 * minute)


def test_five_minutes_on_the_clock() -> None:
    tally = Tally()
    for n, minute in enumerate((0, 4.99, 5, 14)):
        tally.count(passing(n, minute))
        assert tally.count(passing(n, minute)) is None
    rows = tally.table().to_pylist()
    assert [(r["t0"] - NOON, r["t1"] - r["t0"], r["n"]) for r in rows] == [
        (timedelta(minutes=m), timedelta(minutes=5), n) for m, n in ((0, 2), (5, 1), (10, 1))
    ]
    assert load_tally(tally.dump(), "tally").table() == tally.table()


def test_who_was_counted_in_quarters_is_not_counted_again_and_the_quarter_stays_as_it_is() -> None:
    tally = Tally()
    tally.count(passing(1, 1))
    kept = json.loads(tally.dump())
    del kept["bin_s"]  # as runs wrote it that counted in quarters of an hour
    resumed = load_tally(json.dumps(kept).encode(), "tally")
    assert resumed.count(passing(1, 1)) is None
    resumed.count(passing(2, 2))
    assert [(r["t0"], r["n"]) for r in resumed.table().to_pylist()] == [(NOON, 1)]
