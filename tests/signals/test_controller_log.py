from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerby.errors import SignalsError
from passerby.signals import STATES, SignalHistory, SignalsWarning, read_signals
from passerby.site import Signal, Site
from tests.effort import cpu_s

SITE = Site("here", "Europe/Berlin", signals=(Signal("K2", phase=2),))
BEGIN = datetime(2026, 5, 28, 7, 30, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()
CYCLE = ((0, 1), (20, 7), (20, 8), (23, 9), (23, 10), (25, 11), (25, 12))


def read(tmp: Path, text: str, site: Site = SITE, **more: str) -> SignalHistory:
    path = tmp / "log.csv"
    path.write_text(text)
    return read_signals(path, site, **more)


def shown(history: SignalHistory, signal: str, begin: float = BEGIN) -> list[tuple[float, str]]:
    t, code = history.changes[signal]
    return [(round(a - begin, 3), STATES[c]) for a, c in zip(t, code, strict=True)]


def iso(second: float, begin: float = BEGIN, zone: str = "Europe/Berlin") -> str:
    return datetime.fromtimestamp(begin + second, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S.%f")[:-5]


WANTED = [(0, "green"), (20, "amber"), (23, "red"), (25 + 900, "unknown")]


@pytest.mark.parametrize(
    "header",
    [
        "TimeStamp,DeviceId,EventId,Parameter",
        "Timestamp,SignalID,EventCode,EventParam",
        "timestamp,LocationIdentifier,eventCode,eventParam",
        "Time,SignalId,event_code,param",
        "Timestamp,Signal Id,Event Code,Event Parameter",
    ],
)
def test_the_usual_spellings(tmp_path: Path, header: str) -> None:
    text = header + "\n" + "".join(f"{iso(s)},5306,{c},2\n" for s, c in CYCLE)
    assert shown(read(tmp_path, text), "K2") == WANTED


def test_without_header_with_and_without_device(tmp_path: Path) -> None:
    assert shown(read(tmp_path, "".join(f"{iso(s)},{c},2\n" for s, c in CYCLE)), "K2") == WANTED
    assert shown(read(tmp_path, "".join(f"5306,{iso(s)},{c},2\n" for s, c in CYCLE)), "K2") == WANTED


@pytest.mark.parametrize("form", ["%m/%d/%Y %H:%M:%S.%f", "%m/%d/%Y %I:%M:%S.%f %p", "%Y-%m-%dT%H:%M:%S.%f%z"])
def test_times_in_american_and_iso_form(tmp_path: Path, form: str) -> None:
    zone = ZoneInfo("Europe/Berlin")
    text = "Time,Code,Param\n" + "".join(
        f"{datetime.fromtimestamp(BEGIN + s, zone).strftime(form)},{c},2\n" for s, c in CYCLE
    )
    assert shown(read(tmp_path, text), "K2") == WANTED


def test_parquet_with_naive_timestamps_is_local_time(tmp_path: Path) -> None:
    local = np.datetime64("2026-05-28T07:30:00", "us") + (np.array([s for s, _ in CYCLE]) * 1e6).astype("m8[us]")
    table = pa.table({"TimeStamp": local, "DeviceId": [1] * 7, "EventId": [c for _, c in CYCLE], "Parameter": [2] * 7})
    pq.write_table(table, tmp_path / "log.parquet")
    assert shown(read_signals(tmp_path / "log.parquet", SITE), "K2") == WANTED


def test_order_of_rows_within_an_instant_does_not_matter(tmp_path: Path) -> None:
    lines = [f"{iso(s)},{c},2\n" for s, c in CYCLE]
    for order in (lines[::-1], sorted(lines), [lines[i] for i in (0, 2, 1, 4, 3, 6, 5)]):
        assert shown(read(tmp_path, "Time,Code,Param\n" + "".join(order)), "K2") == WANTED


def test_phases_overlaps_and_pedestrians(tmp_path: Path) -> None:
    site = Site(
        "here",
        "Europe/Berlin",
        signals=(
            Signal("K2", phase=2),
            Signal("K2b", phase=2),
            Signal("V2", overlap=2),
            Signal("F2", "pedestrian", pedestrian_phase=2),
            Signal("F2b", "pedestrian", phase=2),
            Signal("FV2", "pedestrian", overlap=2),
        ),
    )
    events = [(0, 1), (1, 21), (2, 61), (3, 67), (5, 22), (7, 68), (9, 23), (11, 69), (12, 62), (14, 63), (17, 64)]
    events += [(18, 65), (20, 8), (23, 10), (24, 66), (25, 70), (26, 24)]
    history = read(tmp_path, "Time,Code,Param\n" + "".join(f"{iso(s)},{c},2\n" for s, c in events), site)
    end = (26 + 900, "unknown")
    assert shown(history, "K2") == shown(history, "K2b") == [(0, "green"), (20, "amber"), (23, "red"), end]
    assert shown(history, "V2") == [(2, "green"), (14, "amber"), (17, "red"), (24, "dark"), end]
    walk = [(1, "walk"), (5, "clear"), (9, "dont_walk"), (26, "dark"), end]
    assert shown(history, "F2") == shown(history, "F2b") == walk
    assert shown(history, "FV2") == [(3, "walk"), (7, "clear"), (11, "dont_walk"), (25, "dark"), end]


def test_nothing_is_claimed_through_a_silence(tmp_path: Path) -> None:
    text = "Time,Code,Param\n" + "".join(f"{iso(s)},{c},2\n" for s, c in [(0, 1), (30, 82), (2000, 82), (2010, 8)])
    assert shown(read(tmp_path, text), "K2")[:3] == [(0, "green"), (30.1, "unknown"), (2010, "amber")]


def test_a_termination_without_yellow_is_unknown(tmp_path: Path) -> None:
    text = "Time,Code,Param\n" + "".join(f"{iso(s)},{c},2\n" for s, c in [(0, 1), (20, 7), (25, 11)])
    assert shown(read(tmp_path, text), "K2")[:3] == [(0, "green"), (20, "unknown"), (25, "red")]


def test_the_hour_that_occurs_twice(tmp_path: Path) -> None:
    """In the log's own order the second pass begins where the clock steps back."""
    begin = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC")).timestamp()  # 02:30 summer time
    seconds = range(0, 3600, 300)
    text = "Time,Code,Param\n" + "".join(f"{iso(s, begin)},{1 if i % 2 else 10},2\n" for i, s in enumerate(seconds))
    got = shown(read(tmp_path, text), "K2", begin)
    assert [t for t, _ in got] == [*seconds, 3300 + 900]


def test_the_hour_that_occurs_twice_sorted_by_local_time(tmp_path: Path) -> None:
    begin = datetime(2026, 10, 25, 0, 0, tzinfo=ZoneInfo("UTC")).timestamp()
    local = sorted(iso(s, begin) for s in range(0, 9000, 300))
    with pytest.warns(SignalsWarning, match="the hour of 2026-10-25 that occurs twice in Europe/Berlin"):
        read(tmp_path, "Time,Code,Param\n" + "".join(f"{t},1,2\n" for t in local))


def test_the_hour_that_is_skipped(tmp_path: Path) -> None:
    begin = datetime(2026, 3, 29, 0, 55, tzinfo=ZoneInfo("UTC")).timestamp()
    text = "Time,Code,Param\n" + "".join(f"{iso(s, begin)},{1 if s % 2 else 10},2\n" for s in (0, 299, 600, 601))
    assert [t for t, _ in shown(read(tmp_path, text), "K2", begin)] == [0, 299, 600, 601, 1501]


GOOD = "".join(f"{iso(s)},7,{c},2\n" for s, c in CYCLE)
HEADER = "TimeStamp,DeviceId,EventId,Parameter\n"
BROKEN = {
    HEADER: "has no events",
    HEADER + GOOD + f"{iso(30)},8,1,2\n": "two sites in one file: controllers 7, 8; choose one with device",
    HEADER + GOOD + f"{iso(-3600)},7,1,2\n": "row 9: the clock goes back by 3625 s",
    HEADER + f"{iso(0)},7,one,2\n": "cannot be read after row 1 .*one",
    HEADER + f"{iso(0)},7,1.5,2\n": "row 2: event code must be a whole number, got 1.5",
    HEADER + f"{iso(0)},7,1,\n": "row 2: event parameter must be a whole number, got nothing",
    HEADER + "yesterday,7,1,2\n": 'row 2: t must be .*got "yesterday"',
    HEADER + "13/31/2019 11:59:04.000,7,1,2\n": "row 2: t must be .*no month/day/year",
    HEADER + "02/31/2019 11:59:04.000,7,1,2\n": "row 2: t must be .*no month/day/year",
    HEADER + f"{iso(0)},7,1,4\n": r"has none of the site's signals \(\"K2\"\); it has phase 4",
}


@pytest.mark.parametrize("text", BROKEN)
def test_every_malformed_log_ends_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(SignalsError, match=rf"(?s)^log\.csv: {BROKEN[text]}") as e:
        read(tmp_path, text)
    assert "\n" not in str(e.value)


def test_one_of_several_controllers_can_be_chosen(tmp_path: Path) -> None:
    text = HEADER + GOOD + f"{iso(30)},8,1,2\n"
    assert shown(read(tmp_path, text, device="7"), "K2") == WANTED
    with pytest.raises(SignalsError, match='controller "9" is not in the log, which is of 7, 8'):
        read(tmp_path, text, device="9")


def test_small_disorder_is_sorted(tmp_path: Path) -> None:
    rows = [(0, 1), (23, 10), (20, 8), (25, 11)]
    text = "Time,Code,Param\n" + "".join(f"{iso(s)},{c},2\n" for s, c in rows)
    assert shown(read(tmp_path, text), "K2") == WANTED


def test_unknown_phases_are_said(tmp_path: Path) -> None:
    with pytest.warns(SignalsWarning, match="phase 4"):
        read(tmp_path, "Time,Code,Param\n" + "".join(f"{iso(s)},{c},{p}\n" for s, c in CYCLE for p in (2, 4)))


@pytest.mark.filterwarnings("ignore::passerby.signals.SignalsWarning")
@pytest.mark.parametrize("american", [False, True])
def test_a_million_events_are_read_in_two_seconds(tmp_path: Path, american: bool) -> None:
    n = 1_000_000
    when = np.datetime64("2026-05-28T00:00:00.0", "ms") + np.arange(n) // 2 * np.timedelta64(100, "ms")
    text = np.datetime_as_string(when)
    if american:
        text = np.char.add(np.char.add("05/28/2026 ", np.array([t[11:] for t in text])), "")
    code = np.array(["1", "8", "10", "82"])[np.arange(n) % 4]
    path = tmp_path / "big.csv"
    path.write_text(
        "Time,Code,Param\n" + "\n".join(f"{t},{c},{i % 8 + 1}" for i, (t, c) in enumerate(zip(text, code, strict=True)))
    )
    site = Site("here", "Europe/Berlin", signals=tuple(Signal(f"K{p}", phase=p) for p in range(1, 9)))
    _, took_s = cpu_s(lambda: read_signals(path, site))
    assert took_s < 4  # both cores' time
