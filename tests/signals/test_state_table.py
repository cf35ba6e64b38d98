from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.errors import SignalsError
from passerby.signals import STATE_CODE, STATES, SignalHistory, SignalsWarning, from_changes, read_signals
from passerby.site import Signal, Site
from tests.effort import cpu_s

SITE = Site("here", "Europe/Berlin", signals=(Signal("K1"), Signal("K2"), Signal("F1", "pedestrian")))
ONE = Site("here", signals=(Signal("K1"),))


def same(a: SignalHistory, b: SignalHistory) -> bool:
    return a.changes.keys() == b.changes.keys() and all(
        np.array_equal(a.changes[s][0], b.changes[s][0]) and np.array_equal(a.changes[s][1], b.changes[s][1])
        for s in a.changes
    )


def read(tmp: Path, text: str, site: Site = ONE, name: str = "signals.csv") -> SignalHistory:
    path = tmp / name
    path.write_text(text)
    return read_signals(path, site)


rows = st.dictionaries(
    st.sampled_from([s.id for s in SITE.signals]),
    st.dictionaries(st.integers(0, 10_000), st.sampled_from(STATES), min_size=1, max_size=12),
    min_size=3,
    max_size=3,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(rows=rows, seed=st.randoms(use_true_random=False), kind=st.sampled_from(["csv", "csv.gz", "parquet", "rfc3339"]))
def test_what_was_written_is_read(tmp_path: Path, rows: dict, seed, kind: str) -> None:
    """In any order of rows, any container, decimals or RFC 3339."""
    wanted = from_changes({s: [(1.78e9 + k / 100, v) for k, v in by.items()] for s, by in rows.items()})
    table = [(1.78e9 + k / 100, s, v) for s, by in rows.items() for k, v in by.items()]
    seed.shuffle(table)
    path = tmp_path / "file"
    if kind == "parquet":
        t, signal, state = zip(*table, strict=True)
        stamps = pa.array(np.round(np.array(t) * 1e6).astype(np.int64)).cast(pa.timestamp("us", "UTC"))
        pq.write_table(pa.table({"state": state, "t": stamps, "signal": signal}), path)
    else:
        show = (lambda t: f"{t:.2f}") if kind != "rfc3339" else (lambda t: f"{np.datetime64(round(t * 1e3), 'ms')}Z")
        text = "t,signal,state\n" + "".join(f"{show(t)},{s},{v}\n" for t, s, v in table)
        path.write_bytes(gzip.compress(text.encode()) if kind == "csv.gz" else text.encode())
    assert same(read_signals(path, SITE), wanted)


def test_offsets_are_honoured_and_columns_may_come_in_any_order(tmp_path: Path) -> None:
    history = read(
        tmp_path, "state,more,signal,t\nred,x,K1,2026-05-28T07:30:00.5+02:00\ngreen,y,K1,2026-05-28 05:31:00Z\n"
    )
    t, code = history.changes["K1"]
    assert t.tolist() == [1779946200.5, 1779946260.0]
    assert [STATES[c] for c in code] == ["red", "green"]


def test_decimals_and_text_may_mix(tmp_path: Path) -> None:
    history = read(tmp_path, "t,signal,state\n1779946200.5,K1,red\n2026-05-28T05:31:00Z,K1,green\n")
    assert history.changes["K1"][0].tolist() == [1779946200.5, 1779946260.0]


def test_repeated_states_are_merged_and_tell_the_sampling_interval(tmp_path: Path) -> None:
    text = "t,signal,state\n" + "".join(f"{1.78e9 + i:.1f},K1,{'red' if i < 50 else 'green'}\n" for i in range(100))
    history = read(tmp_path, text)
    assert history.changes["K1"][0].tolist() == [1.78e9, 1.78e9 + 50]
    assert history.clock_sigma_s == pytest.approx(1 / np.sqrt(12))


BROKEN = {
    "": "is empty",
    "\n\n": "is empty",
    "t,signal,state\n": "has a header and no rows",
    "t;signal;state\n1;K1;red\n": "needs the columns t, signal, state",
    "time,signal,state\n1,K1,red\n": "needs the columns t, signal, state",
    "t,signal,state,state\n1,K1,red,red\n": 'column "state" is there twice',
    "t,signal,state\n2026-05-28T07:30:00,K1,red\n": r"row 2: t has no UTC offset; write .*2026-05-28T07:30:00Z",
    "t,signal,state\n1,K1,red\nsoon,K1,green\n": 'row 3: t must be seconds since 1970 .*got "soon"',
    "t,signal,state\n1,K1,red\n2026-13-28T07:30:00Z,K1,green\n": 'row 3: t must be .*got "2026-13-28T07:30:00Z"',
    "t,signal,state\n1,K1,red\nnan,K1,green\n": "row 3: t must be .*got nan",
    "t,signal,state\n1,K1,red\ninf,K1,green\n": "row 3: t must be .*got inf",
    "t,signal,state\n1,K1,red\n,K1,green\n": "row 3: t must be .*got nothing",
    "t,signal,state\n1780000000000,K1,red\n": "row 2: .*milliseconds",
    "t,signal,state\n1,K1,red\n2,K1,GREEN\n": 'row 3: state must be one of .*got "GREEN"; did you mean "green"',
    "t,signal,state\n1,K1,red\n2,K1,yellow\n": 'row 3: state must be one of unknown, red, .*got "yellow"',
    "t,signal,state\n1,K1,red\n2,K1,\n": "row 3: state is empty",
    "t,signal,state\n1,K1,red\n2,,green\n": "row 3: signal is empty",
    "t,signal,state\n5,K1,red\n2,K1,green\n5,K1,green\n": 'row 4: signal "K1" is green .* row 2 says red',
    "t,signal,state\n1,K1,red\n2,K1\n": "cannot be read after row 1 .*columns",
    "t,signal,state\n1,K9,red\n": 'has none of the site\'s signals \\("K1"\\); it has "K9"',
    "\0\1\2binary": "is neither text nor Parquet",
    "PAR1 and then nothing": "the Parquet file is damaged or cut short",
    "hello world": "needs the columns t, signal, state",
}


@pytest.mark.parametrize("text", BROKEN)
def test_every_malformed_table_ends_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(SignalsError, match=rf"(?s)^signals\.csv: {BROKEN[text]}") as e:
        read(tmp_path, text)
    assert "\n" not in str(e.value)


def test_a_missing_file_a_folder_and_a_torn_gzip(tmp_path: Path) -> None:
    with pytest.raises(SignalsError, match="cannot be read"):
        read_signals(tmp_path / "nowhere.csv", ONE)
    with pytest.raises(SignalsError, match="is a folder"):
        read_signals(tmp_path, ONE)
    text = "t,signal,state\n" + "".join(f"{i},K1,{'red' if i % 2 else 'green'}\n" for i in range(200_000))
    whole = gzip.compress(text.encode())
    (tmp_path / "torn.csv.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SignalsError, match="cannot be read after row"):
        read_signals(tmp_path / "torn.csv.gz", ONE)
    (tmp_path / "torn.parquet").write_bytes(b"PAR1" + bytes(100))
    with pytest.raises(SignalsError, match="damaged"):
        read_signals(tmp_path / "torn.parquet", ONE)


def test_a_line_without_end(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"t,signal,state\n1,K1,red\n" + b"2,K1," + b"x" * (40 * 2**20))
    with pytest.raises(SignalsError, match=r"cannot be read after row|state must be one of"):
        read_signals(tmp_path / "a.csv", ONE)
    (tmp_path / "a.json").write_bytes(b'{"a": "' + b"x" * (9 * 2**20))
    with pytest.raises(SignalsError, match="line 1: is longer than 8 MB"):
        read_signals(tmp_path / "a.json", ONE)


def test_ten_gigabytes_of_nothing(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as f:
        f.truncate(10 * 2**30)
    with pytest.raises(SignalsError, match="is neither text nor Parquet"):
        read_signals(tmp_path / "huge.csv", ONE)


def test_naive_timestamps_in_parquet_are_refused(tmp_path: Path) -> None:
    stamps = pa.array([0], pa.int64()).cast(pa.timestamp("us"))
    pq.write_table(pa.table({"t": stamps, "signal": ["K1"], "state": ["red"]}), tmp_path / "s.parquet")
    with pytest.raises(SignalsError, match="row 1: t has no UTC offset"):
        read_signals(tmp_path / "s.parquet", ONE)


def test_signals_of_one_side_only_are_said(tmp_path: Path) -> None:
    site = Site("here", signals=(Signal("K1"), Signal("K2")))
    with pytest.warns(SignalsWarning) as said:
        history = read(tmp_path, "t,signal,state\n1,K1,red\n1,X7,green\n", site)
    assert history.signals == ("K1",)
    texts = [str(w.message) for w in said]
    assert any('does not know "X7"' in t for t in texts)
    assert any('signal "K2" never appears' in t for t in texts)


def test_a_million_rows_are_read_in_two_seconds(tmp_path: Path) -> None:
    n = 1_000_000
    t = np.char.add((1_780_000_000 + np.arange(n) // 8).astype("U10"), ".25")
    states = np.array(["red", "green"])[np.arange(n) // 16 % 2]
    names = np.array([f"K{i}" for i in range(8)])[np.arange(n) % 8]
    path = tmp_path / "big.csv"
    path.write_text("t,signal,state\n" + "\n".join(map(",".join, zip(t, names, states, strict=True))) + "\n")
    site = Site("here", signals=tuple(Signal(f"K{i}") for i in range(8)))
    history, took_s = cpu_s(lambda: read_signals(path, site))
    assert took_s < 4  # both cores' time
    assert len(history.changes["K3"][0]) == n / 16
    assert history.at("K3", 1_780_000_000.25)[0] == STATE_CODE["red"]
