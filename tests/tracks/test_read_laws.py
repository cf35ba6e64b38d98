"""Laws of reading: order, parts, packing, memory and the cut into batches change no row."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.errors import TracksError
from passerby.tracks.read import open_tracks, read_all
from passerby.tracks.rows import RowBatch, batches_to_tracks

from .files import T0, Row, as_rows, messages, street, write_rows

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shape_of(batches: list[RowBatch]) -> list[tuple[object, ...]]:
    """What the batches hold, in their order, with names for numbers."""
    out: list[tuple[object, ...]] = []
    for b in batches:
        columns = (b.t, b.cls, b.x, b.y, np.nan_to_num(b.length), np.nan_to_num(b.heading))
        rows = zip((b.names[i] for i in b.track), *(c.tolist() for c in columns), strict=True)
        out.append((len(b), sorted(rows)))
    return out


@FEW
@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_order_parts_and_packing_change_no_row(seed: int, tracks: int, parts: int) -> None:
    rows = street(tracks, seconds=30, seed=seed)
    wanted_rows = list(rows)
    random.Random(seed).shuffle(rows)
    with tempfile.TemporaryDirectory() as folder:
        wanted = as_rows(read_all(write_rows(Path(folder) / "w.csv", wanted_rows)))
        for ending in (".csv", ".csv.gz", ".parquet"):
            files = [write_rows(Path(folder) / f"{k}{ending}", rows[k::parts]) for k in range(parts)]
            assert as_rows(read_all(files)) == wanted


@FEW
@given(st.integers(0, 10**6), st.integers(1, 400), st.sampled_from([1.0, 7.0, 60.0]), st.integers(3, 500))
def test_sorting_on_disk_gives_the_batches_of_memory(seed: int, limit: int, seconds: float, most: int) -> None:
    rows = spoilt(seed)
    with tempfile.TemporaryDirectory() as folder:
        path = write_rows(Path(folder) / "w.csv", rows)
        memory = open_tracks(path)
        disk = open_tracks([write_rows(Path(folder) / f"{k}.csv", rows[k : k + 90]) for k in range(0, len(rows), 90)],
                           rows_in_memory=limit, spool_folder=Path(folder))  # fmt: skip
        one, two = list(memory.batches(seconds, most)), list(disk.batches(seconds, most))
        assert as_rows(batches_to_tracks(one)) == as_rows(batches_to_tracks(two))
        assert shape_of(one) == shape_of(two)
        assert (memory.dropped, memory.splits) == (disk.dropped, disk.splits)
        assert not list(Path(folder).glob("passerby-*"))
        for b in one:
            assert len(b) <= most
            assert np.floor(b.t[0] / seconds) == np.floor(b.t[-1] / seconds)
        t = np.concatenate([b.t for b in one])
        assert (np.diff(t) >= 0).all()


def spoilt(seed: int) -> list[Row]:
    """Rows with doubles, jumps and shared ids, shuffled; the doubles are alike, as "first" means the file's order."""
    rng = random.Random(seed)
    rows = street(6, seconds=30, seed=seed)
    rows += rng.sample(rows, 10)
    for i in rng.sample(range(len(rows)), 5):
        row = rows[i]
        others = [r for r in rows if (r[0], r[2]) == (row[0], row[2])]
        if len(others) == 1:
            rows[i] = (*row[:3], row[3] + 700.0, *row[4:])
    rng.shuffle(rows)
    return rows


def line(name: str, x: float, seconds: range, cls: str = "car", step: float = 0.1) -> list[Row]:
    return [(name, cls, T0 + k * step, x + k * step * 10, 0.0, 4.5, 90.0) for k in seconds]


def test_an_id_reused_becomes_two_tracks(tmp_path: Path) -> None:
    rows = line("a", 0, range(50)) + line("a", -400, range(52, 100)) + line("a~2", 30, range(20))
    path = write_rows(tmp_path / "a.csv", rows)
    tracks = read_all(path)
    assert tracks.ids == ("a", "a~2", "a~3")
    assert np.bincount(tracks.track).tolist() == [50, 20, 48]
    (warning,) = messages(path)
    assert 'line 52: track "a" is 397.0 m' in warning
    assert 'it goes on as "a~3"' in warning


def test_an_id_shared_by_two_falls_into_both(tmp_path: Path) -> None:
    a, b = line("a", 0, range(0, 100, 2)), line("a", 300, range(1, 100, 2))
    tracks = read_all(write_rows(tmp_path / "a.csv", a + b))
    assert tracks.ids == ("a", "a~2")
    for i in (0, 1):
        assert (np.diff(tracks.x[tracks.track == i]) < 3).all()


def test_a_wild_position_leaves_its_track_whole(tmp_path: Path) -> None:
    rows = line("a", 0, range(100))
    rows[40] = (*rows[40][:3], 900.0, *rows[40][4:])
    source = open_tracks(write_rows(tmp_path / "a.csv", rows))
    tracks = batches_to_tracks(source.batches())
    assert np.bincount(tracks.track).tolist() == [99, 1]
    assert source.splits == 1


@pytest.mark.parametrize(("cls", "speed", "splits"), [("car", 60, 0), ("car", 300, 1), ("pedestrian", 10, 0),
                                                      ("pedestrian", 40, 1), ("cyclist", 20, 0)])  # fmt: skip
def test_speed_decides_by_class(cls: str, speed: float, splits: int, tmp_path: Path) -> None:
    rows = [("a", cls, T0 + k, k * speed, 0.0, 1.0, 90.0) for k in range(2)]
    source = open_tracks(write_rows(tmp_path / "a.csv", rows))
    list(source.batches())
    assert source.splits == splits


def test_a_column_that_is_no_id_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = [("car", "car", T0 + k / 10, float(x), float(y), 4.5, 0.0) for k, (x, y) in
            enumerate(rng.uniform(-2000, 2000, (2000, 2)))]  # fmt: skip
    with pytest.raises(TracksError, match=r'track "car" jumps .* is track really the column'):
        read_all(write_rows(tmp_path / "a.csv", rows))


def test_a_source_may_be_read_again(tmp_path: Path) -> None:
    source = open_tracks(write_rows(tmp_path / "a.csv", spoilt(3)))
    first = shape_of(list(source.batches()))
    said = list(source.warnings)
    assert shape_of(list(source.batches())) == first
    assert source.warnings == said


def test_the_spool_is_gone_when_reading_stops_early(tmp_path: Path) -> None:
    source = open_tracks(write_rows(tmp_path / "a.csv", street(20)), rows_in_memory=100, spool_folder=tmp_path)
    batches = source.batches(seconds=5)
    next(batches)
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]
    batches.close()
    with pytest.raises(TracksError, match=r"no room to sort"):
        next(open_tracks(tmp_path / "a.csv", rows_in_memory=100, spool_folder=tmp_path / "none").batches())
