from __future__ import annotations

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from passerby.errors import SignalsError
from passerby.signals import STATES, SignalHistory, read_signals
from passerby.site import Signal, Site

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
SCRIPTS = DATA / "usdot_cm" / "IntegrationTestScripts"
BEGIN = datetime(2026, 1, 1, 0, 0, 30, tzinfo=UTC).timestamp()
SITE = Site("here", signals=(Signal("K2", group=2), Signal("F4", "pedestrian", group=4)))


def message(second: float, states: dict[int, object], device: int = 1) -> dict:
    t = BEGIN + second
    minute = (t - datetime(2026, 1, 1, tzinfo=UTC).timestamp()) / 60
    return {
        "metadata": {"odeReceivedAt": datetime.fromtimestamp(t + 0.2, UTC).isoformat().replace("+00:00", "Z")},
        "payload": {
            "data": {
                "intersectionStateList": {
                    "intersectionStatelist": [
                        {
                            "id": {"region": None, "id": device},
                            "moy": int(minute),
                            "timeStamp": round(minute % 1 * 60_000),
                            "states": {
                                "movementList": [
                                    {
                                        "signalGroup": g,
                                        "state_time_speed": {
                                            "movementEventList": [{"eventState": s}, {"eventState": 1}]
                                        },
                                    }
                                    for g, s in states.items()
                                ]
                            },
                        }
                    ]
                }
            }
        },
    }


def read(tmp: Path, messages: list, site: Site = SITE, **more: str) -> SignalHistory:
    path = tmp / "spat.jsonl"
    path.write_text("".join((m if isinstance(m, str) else json.dumps(m)) + "\n" for m in messages))
    return read_signals(path, site, **more)


def shown(history: SignalHistory, signal: str) -> list[tuple[float, str]]:
    t, code = history.changes[signal]
    return [(round(a - BEGIN, 3), STATES[c]) for a, c in zip(t, code, strict=True)]


@pytest.mark.parametrize("spell", [str, lambda s: s.replace("-", "_").upper(), lambda s: s.title().replace("-", "")])
def test_states_by_name_in_every_spelling_and_by_kind_of_signal(tmp_path: Path, spell) -> None:
    names = [
        "stop-And-Remain",
        "pre-Movement",
        "protected-Movement-Allowed",
        "permissive-Movement-Allowed",
        "protected-clearance",
        "permissive-clearance",
        "stop-Then-Proceed",
        "caution-Conflicting-Traffic",
        "dark",
        "unavailable",
    ]
    history = read(tmp_path, [message(i, {2: spell(n), 4: spell(n)}) for i, n in enumerate(names)])
    assert shown(history, "K2") == [
        (0, "red"),
        (1, "red_amber"),
        (2, "green"),
        (4, "amber"),
        (6, "flashing_red"),
        (7, "flashing_amber"),
        (8, "dark"),
        (9, "unknown"),
    ]
    assert shown(history, "F4")[:3] == [(0, "dont_walk"), (2, "walk"), (4, "clear")]


def test_states_by_number_and_flat_messages(tmp_path: Path) -> None:
    flat = [
        {"t": BEGIN, "states": [{"signalGroup": 2, "stateTimeSpeed": [{"eventState": 3}]}]},
        {
            "t": BEGIN + 1,
            "intersections": [{"id": 1, "states": [{"signalGroup": 2, "state-time-speed": [{"eventState": 6}]}]}],
        },
        {"utcTimeStamp": int(BEGIN * 1000) + 2000, "signalGroup": 2, "eventState": {"protected-clearance": None}},
    ]
    flat[0]["id"] = flat[2]["id"] = 1
    site = Site("here", signals=(Signal("K2", group=2),))
    assert shown(read(tmp_path, flat, site), "K2")[:3] == [(0, "red"), (1, "green"), (2, "amber")]


def test_the_year_turns_between_minute_and_reception(tmp_path: Path) -> None:
    last = message(0, {2: 3, 4: 3})
    state = last["payload"]["data"]["intersectionStateList"]["intersectionStatelist"][0]
    state["moy"], state["timeStamp"] = 365 * 1440 - 1, 59_900
    last["metadata"]["odeReceivedAt"] = "2026-01-01T00:00:00.100Z"
    t = read(tmp_path, [last]).changes["K2"][0]
    assert t[0] == datetime(2025, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC).timestamp()


def test_lost_messages_leave_the_state_unknown(tmp_path: Path) -> None:
    seconds = [0, 1, 2, 3, 100, 101]
    history = read(tmp_path, [message(s, {2: 3, 4: 3}) for s in seconds])
    assert shown(history, "K2") == [(0, "red"), (4, "unknown"), (100, "red"), (151, "unknown")]


def test_other_messages_between_are_passed_over(tmp_path: Path) -> None:
    history = read(tmp_path, [{"payload": {"data": {"coreData": {}}}}, "", message(0, {2: 3, 4: 3})])
    assert shown(history, "K2")[0] == (0, "red")


BROKEN = {
    '{"payload"': "line 1: is not JSON",
    '{"payload": {}}': "holds no SPaT message",
    "[" * 100_000: "line 1: is not JSON",
    json.dumps(message(0, {2: "green"})): "line 1: eventState must be a MovementPhaseState .*got 'green'",
    json.dumps(message(0, {2: 17})): "line 1: eventState must be .*got 17",
    json.dumps(message(0, {2: None})): "line 1: eventState must be .*got None",
    json.dumps(message(0, {2: 3})).replace('"signalGroup": 2', '"signalGroup": "x"'): "line 1: signalGroup must be",
    json.dumps(message(0, {2: 3})).replace("odeReceivedAt", "x"): "line 1: has a minute of the year and no year",
    json.dumps(message(0, {9: 3})): "has none of the site's signals .*it has signal group 9",
    json.dumps(message(0, {2: 3})) + "\n" + json.dumps(message(1, {2: 3}, 2)): "line 2: two sites in one file: .* 1, 2",
    json.dumps(message(9000, {2: 3})) + "\n" + json.dumps(message(0, {2: 3})): "line 2: the clock goes back by 9000 s",
}


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_every_malformed_file_ends_in_one_sentence(tmp_path: Path, number: int) -> None:
    text, said = list(BROKEN.items())[number]
    with pytest.raises(SignalsError, match=rf"^spat\.jsonl: {said}"):
        read(tmp_path, [text])


def test_one_of_several_intersections_can_be_chosen(tmp_path: Path) -> None:
    both = [message(0, {2: 3, 4: 3}), message(1, {2: 6, 4: 6}, 2)]
    assert shown(read(tmp_path, both, device="2"), "K2")[0] == (1, "green")
    with pytest.raises(SignalsError, match="holds no SPaT message; it is of intersections 1, 2"):
        read(tmp_path, both, device="3")


@pytest.mark.skipif(not SCRIPTS.exists(), reason=f"{SCRIPTS} is absent (set PASSERBY_DATA)")
def test_messages_of_the_us_dot_conflict_monitor(tmp_path: Path) -> None:
    """Its scripts hold offsets and placeholders where a player fills in times."""
    with gzip.open(SCRIPTS / "SPATs.csv.gz", "rt") as f:
        rows = [line.split(",", 2) for line in f]
    played = []
    for _, offset, text in rows:
        t = BEGIN + int(offset) / 1000
        minute = (t - datetime(2026, 1, 1, tzinfo=UTC).timestamp()) / 60
        text = text.replace('"@MINUTE_OF_YEAR@"', str(int(minute)))
        text = text.replace('"@MILLI_OF_MINUTE@"', str(round(minute % 1 * 60_000)))
        played.append(text.replace("@ISO_DATE_TIME@", datetime.fromtimestamp(t, UTC).isoformat()).strip())
    site = Site("12101", signals=tuple(Signal(f"K{g}", group=g) for g in range(1, 9)))
    history = read(tmp_path, played, site)
    now = np.array([BEGIN + 1.0])
    state = {s: STATES[history.at(s, now)[0][0]] for s in history.signals}
    assert state == {f"K{g}": {3: "green", 7: "amber"}.get(g, "red") for g in range(1, 9)}
    assert 0.02 < history.clock_sigma_s < 0.04  # ten messages a second
