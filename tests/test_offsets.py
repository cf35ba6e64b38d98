"""Times of the clock where its offset changes: an hour comes twice, so the offset is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from passerby.cli.terminal import clock_period, clock_time
from passerby.offsets import offset_named
from passerby.screen.words import clock, minute

BERLIN = ZoneInfo("Europe/Berlin")
CHANGE = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


def test_ten_minutes_over_the_change_do_not_seem_to_go_back() -> None:
    first, last = CHANGE.timestamp() - 300, CHANGE.timestamp() + 300
    assert minute(first, BERLIN) == "02:55\u00a0UTC+2"
    assert minute(last, BERLIN) == "02:05\u00a0UTC+1"
    assert clock(last, BERLIN, "%d %B %Y, %H:%M:%S") == "25 October 2026, 02:05:00\u00a0UTC+1"
    assert clock_time(first, "Europe/Berlin") == "02:55:00 UTC+2"
    assert clock_period(first, last, "Europe/Berlin") == "2026-10-25 02:55 UTC+2 to 02:05:00 UTC+1"


def test_both_ends_are_named_where_it_changes_on_the_way() -> None:
    first, last = (CHANGE + timedelta(days=d) for d in (-2, 2))
    assert clock(first.timestamp(), BERLIN, "%H:%M", last.timestamp()) == "03:00\u00a0UTC+2"
    assert clock(last.timestamp(), BERLIN, "%H:%M", first.timestamp()) == "02:00\u00a0UTC+1"
    assert clock(first.timestamp(), BERLIN, "%H:%M") == "03:00"
    # a date alone is no time of day, nor is an hour that is reckoned with
    assert clock(CHANGE.timestamp(), BERLIN, "%d %B %Y") == "25 October 2026"
    assert clock(CHANGE.timestamp(), BERLIN, "%H") == "02"


@pytest.mark.parametrize(
    ("zone", "when", "named"),
    [
        ("Asia/Kathmandu", CHANGE, ""),
        ("UTC", CHANGE, ""),
        ("America/St_Johns", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), "UTC-2:30"),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, 10, tzinfo=UTC), "UTC+10:30"),
        ("Europe/London", CHANGE, "UTC+0"),
    ],
)
def test_of_any_clock(zone: str, when: datetime, named: str) -> None:
    assert offset_named(when.astimezone(ZoneInfo(zone))) == named
