from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreError
from passerby.store.files import csv_bytes, read_results, write_results
from passerby.store.ttl import DEFAULT_TTL, describe, parse_duration, read_ttl
from passerby.tables import CONFLICTS, VIOLATIONS

from .rows import T0, conflicts, counts, tracks, violation, violations

FIXED = datetime(2026, 5, 28, 20, 26, 40, 300400, UTC)


def test_csv_is_as_the_format_wants_it(tmp_path: Path) -> None:
    row = violation("=e,1", FIXED, x=1.23456, y=-0.001, speed_mps=None, confidence=2 / 3, linked=["a", "b"])
    rows = violations(row, violation("b")).append_column("note", pa.array(["-1", None]))
    assert write_results(tmp_path, {"violations": rows}) == [tmp_path / "violations.csv"]
    lines = (tmp_path / "violations.csv").read_text().splitlines()
    assert lines[0] == ",".join([*VIOLATIONS.names, "note"])
    expected = '"=e,1",red_light,car,"track-of-=e,1",1780000000.300,1.23,0.00,north,,,,,,0.67,a;b,"-1"'
    assert lines[1] == expected
    assert next(csv.DictReader(lines))["track"] == "track-of-=e,1"


@pytest.mark.parametrize("format", ["csv", "parquet", "delta"])
def test_results_read_back(tmp_path: Path, format: str) -> None:
    tables = {
        "violations": violations(violation("a", linked=["k"]), violation("b", linked=None)),
        "conflicts": conflicts("k", "l"),
        "counts": counts((0, "left", 3), (1, None, 0)),
        "tracks": tracks("p", range(3)),
    }
    write_results(tmp_path, tables, format)  # type: ignore[arg-type]
    found = read_results(tmp_path)
    assert set(found) == set(tables)
    for name, rows in tables.items():
        assert found[name].schema == rows.schema
        assert sorted(map(str, found[name].to_pylist())) == sorted(map(str, rows.to_pylist()))


def test_no_rows_is_a_header(tmp_path: Path) -> None:
    write_results(tmp_path, {"conflicts": CONFLICTS.empty_table()})
    assert (tmp_path / "conflicts.csv").read_text() == ",".join(CONFLICTS.names) + "\n"
    assert read_results(tmp_path)["conflicts"] == CONFLICTS.empty_table()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=8), st.none() | st.floats(-1e4, 1e4)), min_size=1, max_size=5))
def test_any_text_survives_csv(values: list[tuple[str, float | None]]) -> None:
    rows = violations(*(violation(f"e{i}", kind=k.replace("\0", ""), x=x) for i, (k, x) in enumerate(values)))
    import io

    found = list(csv.DictReader(io.StringIO(csv_bytes("violations", rows).decode(), newline="")))
    assert [r["kind"] for r in found] == [k.replace("\0", "") for k, _ in values]
    for row, (_, x) in zip(found, values, strict=True):
        assert (row["x"] == "") if x is None else float(row["x"]) == pytest.approx(x, abs=0.0051)


def test_rfc_3339_times_are_read(tmp_path: Path) -> None:
    write_results(tmp_path, {"violations": violations(violation("a", FIXED))})
    path = tmp_path / "violations.csv"
    path.write_text(path.read_text().replace("1780000000.300", "2026-05-28T22:26:40.300+02:00"))
    assert read_results(tmp_path)["violations"]["t"].to_pylist() == [FIXED.replace(microsecond=300000)]


def test_a_failing_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_results(tmp_path, {"violations": violations(violation("old"))})
    before = (tmp_path / "violations.csv").read_bytes()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("passerby.store.files.os.fsync", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write_results(tmp_path, {"violations": violations(violation("new"))})
    assert (tmp_path / "violations.csv").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["retention.json", "violations.csv"]


def test_retention_is_written_beside_the_files(tmp_path: Path) -> None:
    write_results(tmp_path, {"violations": violations(violation("a"))}, ttl={"violations": timedelta(days=7)})
    write_results(tmp_path, {"counts": counts((0, "l", 2))}, "parquet")
    files = json.loads((tmp_path / "retention.json").read_text())["files"]
    assert {name: entry["ttl_s"] for name, entry in files.items()} == {
        "violations.csv": 7 * 86400,
        "counts.parquet": 1825 * 86400,
    }
    until = datetime.fromisoformat(files["violations.csv"]["keep_until"])
    assert timedelta(days=6) < until - T0 < timedelta(days=8)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("violations.csv", "event,kind\na,b\n", "has no column class"),
        ("violations.csv", "", "cannot be read"),
        ("violations.csv", ",".join(VIOLATIONS.names) + "\na,b\n", "cannot be read"),
        ("violations.csv", ",".join(VIOLATIONS.names) + "\na,b,c,d,noon,1,1,,,,,,,,\n", "column t must hold seconds"),
        ("violations.csv", ",".join(VIOLATIONS.names) + "\na,b,c,d,1,east,1,,,,,,,,\n", "cannot be read"),
        ("counts.parquet", "PAR1", "cannot be read"),
    ],
)
def test_what_is_no_result_is_said_in_a_sentence(tmp_path: Path, name: str, content: str, says: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(StoreError, match=says):
        read_results(tmp_path)


def test_an_empty_folder_holds_no_results(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no results"):
        read_results(tmp_path)
    with pytest.raises(StoreError, match="format must be csv, parquet or delta"):
        write_results(tmp_path, {}, "xlsx")  # type: ignore[arg-type]


def test_times_to_live_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "passerby.toml"
    path.write_text('[ttl]\ntracks = "24h"\nviolations = "30 d"\n')
    assert read_ttl(path) == {**DEFAULT_TTL, "tracks": timedelta(hours=24), "violations": timedelta(days=30)}
    for bad, says in [
        ('tracks = "soon"', 'ttl.tracks must be a duration such as "72h"'),
        ("tracks = 3", "got 3"),
        ('faces = "1h"', 'no table "faces"'),
        ('tracks = "0s"', "at least one second"),
        ("tracks", "is not TOML"),
    ]:
        path.write_text(f"[ttl]\n{bad}\n")
        with pytest.raises(StoreError, match=says):
            read_ttl(path)
    with pytest.raises(StoreError, match="cannot be read"):
        read_ttl(tmp_path / "none.toml")


def test_durations_for_people() -> None:
    assert [describe(k) for k in DEFAULT_TTL.values()] == ["90 days", "90 days", "5 years", "72 hours"]
    assert describe(parse_duration("1.5h")) == "90 minutes"


@pytest.mark.parametrize("format", ["csv", "parquet", "delta"])
def test_a_second_analysis_takes_the_place_of_the_first(tmp_path: Path, format: str) -> None:
    for event in ("first", "second"):
        write_results(tmp_path, {"violations": violations(violation(event)), "tracks": tracks("p", range(2))}, format)  # type: ignore[arg-type]
    assert read_results(tmp_path)["violations"]["event"].to_pylist() == ["second"]
    private = tmp_path / ("tracks" if format == "delta" else f"tracks.{format}")
    assert private.stat().st_mode & 0o077 == 0
