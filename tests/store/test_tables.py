from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreError
from passerby.store import Upsert, open_store
from passerby.store.audit import verify
from passerby.tables import CONFLICTS, COUNTS, TABLES, VIOLATIONS

from .rows import T0, conflicts, counts, tracks, violation, violations

ROOT = Path(__file__).parents[2]


def test_rows_come_back_in_the_types_of_the_format(tmp_path: Path) -> None:
    rows = violations(violation("a", linked=["b", "c"]), violation("b", T0 + timedelta(microseconds=1)))
    with open_store(tmp_path) as store:
        assert store.upsert("violations", rows) == Upsert(added=2)
        assert store.read("violations") == rows
        assert store.read("violations").schema == VIOLATIONS
        assert store.read("conflicts").schema == CONFLICTS
        assert store.read("tracks").num_rows == 0


def test_equal_rows_write_nothing_and_revised_rows_replace(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("violations", violations(violation("a"), violation("b")))
        version = DeltaTable(str(tmp_path / "violations")).version()
        assert store.upsert("violations", violations(violation("a"))) == Upsert(unchanged=1)
        assert DeltaTable(str(tmp_path / "violations")).version() == version
        revised = violation("a", T0 - timedelta(days=2), confidence=None, linked=["b"])
        assert store.upsert("violations", violations(revised, violation("c"))) == Upsert(added=1, replaced=1)
        assert store.read("violations") == violations(revised, violation("b"), violation("c"))


def test_counts_replace_by_cell_also_where_a_key_is_empty(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("counts", counts((0, None, 3), (0, "left", 1)))
        assert store.upsert("counts", counts((0, None, 4), (0, "left", 1), (1, None, 5))) == Upsert(1, 1, 1)
        assert store.read("counts", ["movement", "n"], until=T0 + timedelta(minutes=15)).to_pylist() == [
            {"movement": "left", "n": 1},
            {"movement": None, "n": 4},
        ]


def test_tracks_are_appended_once(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        assert store.upsert("tracks", tracks("p", range(10))) == Upsert(added=10)
        assert store.upsert("tracks", tracks("p", range(5, 12))) == Upsert(added=2, unchanged=5)
        late = pa.concat_tables([tracks("q", range(0, 10, 2)), tracks("p", range(20))])
        assert store.upsert("tracks", late) == Upsert(added=13, unchanged=12)
        assert store.upsert("tracks", tracks("q", range(10))) == Upsert(added=5, unchanged=5)
        assert store.read("tracks").num_rows == 30
    assert (tmp_path / "tracks").stat().st_mode & 0o077 == 0


def test_a_reopened_store_knows_its_keys(tmp_path: Path) -> None:
    batches = {"violations": violations(violation("a")), "conflicts": conflicts("k"), "counts": counts((0, "l", 2))}
    batches["tracks"] = tracks("p", range(3))
    for expected in (0, 1):
        with open_store(tmp_path) as store:
            for table, rows in batches.items():
                assert store.upsert(table, rows).unchanged == expected * rows.num_rows
    with open_store(tmp_path) as store:
        assert {t: store.read(t).num_rows for t in TABLES} == {t: r.num_rows for t, r in batches.items()}


@settings(max_examples=12, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 2), st.integers(-1, 1)), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    )
)
def test_any_order_of_upserts_leaves_the_last_row_of_each_key(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, int, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("store")
    last: dict[str, dict[str, object]] = {}
    with open_store(folder) as store:
        for batch in batches:
            rows = [violation(e, T0 + timedelta(days=day), confidence=c / 2) for e, c, day in batch]
            new, fresh = {str(r["event"]): r for r in rows}, store.upsert("violations", violations(*rows))
            assert fresh == Upsert(
                sum(e not in last for e in new),
                sum(e in last and last[e] != r for e, r in new.items()),
                sum(last.get(e) == r for e, r in new.items()),
            )
            last |= new
            assert store.upsert("violations", violations(*new.values())) == Upsert(unchanged=len(new))
        found = {r["event"]: r for r in store.read("violations").to_pylist()}
    assert found == {r["event"]: r for r in violations(*last.values()).to_pylist()}


def test_reading_picks_columns_times_and_values(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        rows = [violation(f"e{i}", T0 + timedelta(hours=i), kind=k) for i, k in enumerate(["x", "y", "x", "it's"])]
        store.upsert("violations", violations(*rows))
    reader = open_store(tmp_path, read_only=True)
    since, until = T0 + timedelta(hours=1), T0 + timedelta(hours=3)
    assert reader.read("violations", ["event"], since, until)["event"].to_pylist() == ["e1", "e2"]
    assert reader.read("violations", ["event"], filters={"kind": "x"})["event"].to_pylist() == ["e0", "e2"]
    assert reader.read("violations", ["event"], filters={"kind": ["it's", "y"]})["event"].to_pylist() == ["e1", "e3"]
    assert reader.read("violations", ["event"], filters={"signal": None}).num_rows == 4
    with pytest.raises(StoreError, match='no column "nobody"'):
        reader.read("violations", ["nobody"])
    with pytest.raises(StoreError, match="cannot equal 'fast'"):
        reader.read("violations", filters={"speed_mps": "fast"})
    with pytest.raises(StoreError, match="reading only"):
        reader.upsert("violations", violations(violation("z")))


def test_bad_rows_are_refused_whole(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        bad = violations(violation("a"), violation("b"))
        with pytest.raises(StoreError, match="column event must not be empty, and is in row 2"):
            store.upsert("violations", violations(violation("a"), {**violation("b"), "event": None}))
        with pytest.raises(StoreError, match='no column "plate"'):
            store.upsert("violations", bad.append_column("plate", pa.array(["x", "y"])))
        with pytest.raises(StoreError, match="column t must hold timestamp"):
            store.upsert("violations", bad.set_column(4, "t", pa.array(["noon", "one"])))
        with pytest.raises(StoreError, match='no table "faces"'):
            store.upsert("faces", bad)
        assert store.read("violations").num_rows == 0
        nan = violations(violation("n", speed_mps=float("nan")))
        store.upsert("violations", nan)
        assert store.upsert("violations", nan) == Upsert(unchanged=1)
        assert store.read("violations", ["speed_mps"])["speed_mps"].to_pylist() == [None]


def test_one_writer_many_readers(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        with pytest.raises(StoreError, match=f"process {os.getpid()} is writing here"):
            open_store(tmp_path)
        seen: list[int] = []
        stop = threading.Event()

        def look() -> None:
            reader = open_store(tmp_path, read_only=True)
            while not stop.is_set():
                seen.append(reader.read("violations", ["event"]).num_rows)

        thread = threading.Thread(target=look)
        thread.start()
        end = time.monotonic() + 240
        while not seen and time.monotonic() < end:
            time.sleep(0.01)
        for i in range(30):
            store.upsert("violations", violations(violation(f"e{i}")))
            if i % 5 == 0:
                store.tidy()
        stop.set()
        thread.join()
        assert seen == sorted(seen)
        assert seen[-1] <= 30
    open_store(tmp_path).close()


def test_tidy_leaves_few_files_and_all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.store.tables.TIDY_EVERY", 10)
    with open_store(tmp_path) as store:
        for i in range(25):
            store.upsert("violations", violations(violation(f"e{i}")))
        store.upsert("violations", violations(violation("e3", confidence=0.1)))
        store.tidy()
        assert len(list((tmp_path / "violations").glob("day=*/*.parquet"))) == 1
        assert store.read("violations").num_rows == 25
        assert store.upsert("violations", violations(violation("e7"))) == Upsert(unchanged=1)


def test_expired_rows_are_gone_from_the_disk(tmp_path: Path) -> None:
    now = T0 + timedelta(days=1)
    old = T0 - timedelta(days=95)
    with open_store(tmp_path) as store:
        for i in range(3):
            store.upsert("violations", violations(violation(f"MARKER{i}", old + timedelta(hours=i))))
        # A row that was revised twice, and one that shares its file with a row that stays.
        store.upsert("violations", violations(violation("MARKER1", old, linked=["MARKER2"])))
        store.upsert("violations", violations(violation("MARKERd", T0 - timedelta(days=90)), violation("stays")))
        store.upsert("tracks", pa.concat_tables([tracks("MARKERt", range(50), old), tracks("fresh", range(5))]))
        store.upsert("counts", counts((0, "MARKERm", 4), t0=T0 - timedelta(days=6 * 365)))
        assert _holding(tmp_path, b"MARKER")
        assert store.expire(now) == {"violations": 4, "conflicts": 0, "counts": 1, "tracks": 50}
        assert _holding(tmp_path, b"MARKER") == []
        assert store.read("violations")["event"].to_pylist() == ["stays"]
        assert store.read("tracks").num_rows == 5
        assert store.expire(now) == {"violations": 0, "conflicts": 0, "counts": 0, "tracks": 0}
        log = [(e["event"], e["details"].get("table"), e["details"].get("rows")) for e in store.audit.entries()]
        assert log[1:3] == [("expiring", "violations", 4), ("expired", "violations", 4)]
        assert store.upsert("violations", violations(violation("MARKER0", T0))) == Upsert(added=1)
    verify(tmp_path / "audit.jsonl")


def _holding(folder: Path, marker: bytes) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".parquet":
                data += repr(pa.parquet.read_table(path).to_pylist()).encode()
            found += [str(path)] if marker in data else []
    return found


def test_a_clock_in_the_future_does_not_keep_rows_forever(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("violations", violations(violation("a", datetime(2999, 1, 1, tzinfo=UTC))))
        assert store.expire(T0 + timedelta(days=80))["violations"] == 0
        assert store.expire(T0 + timedelta(days=91))["violations"] == 1


def test_old_recordings_live_from_when_they_were_stored(tmp_path: Path) -> None:
    with open_store(tmp_path, clock="stored") as store:
        store.upsert("violations", violations(violation("a", datetime(2019, 1, 1, tzinfo=UTC))))
        assert store.expire(T0 + timedelta(days=80))["violations"] == 0
        store.upsert("violations", violations(violation("a", datetime(2019, 1, 1, tzinfo=UTC), confidence=0.1)))
        assert store.expire(T0 + timedelta(days=91))["violations"] == 1


def test_time_to_live_is_in_the_table_and_its_change_in_the_log(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    with open_store(tmp_path, {"violations": timedelta(days=30)}) as store:
        assert store.ttl("violations") == timedelta(days=30)
    reader = open_store(tmp_path, read_only=True)
    assert (reader.ttl("violations"), reader.ttl("counts")) == (timedelta(days=30), timedelta(days=1825))
    changes = [e["details"] for e in reader.audit.entries() if e["event"] == "config_changed"]
    assert changes == [
        {
            "table": "violations",
            "old": {"passerby.ttl_seconds": "7776000"},
            "new": {"passerby.ttl_seconds": "2592000"},
        }
    ]
    with pytest.raises(StoreError, match="at least one second"):
        open_store(tmp_path, {"violations": timedelta(0)})


def test_a_full_disk_is_one_sentence_and_the_tables_stay_readable(tmp_path: Path) -> None:
    """Files may not grow past 6 kB: the data file of a large batch cannot be written, the small table can be read."""
    script = f"""
import resource, signal, sys
from tests.store.rows import *
from passerby.errors import StoreError
from passerby.store import open_store
store = open_store({str(tmp_path)!r})
store.upsert("violations", violations(violation("kept")))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (6000, resource.RLIM_INFINITY))
try:
    store.upsert("violations", violations(*(violation(f"{{i:x}}-" + str(hash(i * 7.7))) for i in range(5000))))
except StoreError as e:
    print("SAID", e)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print(store.read("violations", ["event"])["event"].to_pylist())
print(store.upsert("violations", violations(violation("kept"), violation("more"))))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=600, check=True, cwd=ROOT
    )
    said, rows, more = done.stdout.splitlines()
    assert said.startswith(f"SAID {tmp_path}/violations: rows cannot be written:")
    assert rows == "['kept']"
    assert more == "Upsert(added=1, replaced=0, unchanged=1)"


def test_no_room_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(tmp_path) as store:
        monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
        with pytest.raises(StoreError, match=r"disk is full \(1000 bytes left\)"):
            store.upsert("violations", violations(violation("a")))
        assert store.read("violations").num_rows == 0


def test_counts_schema_is_exact(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("counts", counts((0, "l", 2)))
        assert store.read("counts").schema == COUNTS
