"""Every malformed file ends in one sentence that says where and what, or is read with a warning; never in silence."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from passerby.errors import PasserbyError, PrivacyError, TracksError
from passerby.site.model import Site
from passerby.tracks.read import open_tracks, read_all

from .files import GOOD, HEADER, T0, messages, street, write_rows, write_text

MATRIX = [[0.1, 0.0, -40.0], [0.0, -0.1, 30.0], [0.0, 0.0, 1.0]]


def changed(line: int, column: int, value: str) -> list[str]:
    """GOOD with one cell of a line (the header is line 1) changed."""
    lines = list(GOOD)
    cells = lines[line - 2].split(",")
    cells[column] = value
    lines[line - 2] = ",".join(cells)
    return lines


CELLS = {
    "word for x": (7, 3, "abc", 'line 7: column "x": wanted a number, got "abc"'),
    "word for t": (9, 2, "noon", 'line 9: column "t"'),
    "naive time among decimals": (9, 2, "2026-05-04T07:00:00", 'line 9: column "t"'),
    "unknown class": (5, 1, "Auto", 'line 5: class must be one of pedestrian.*got "Auto".*--class-map Auto=car'),
    "empty class": (5, 1, "", "line 5: class must be one of"),
    "empty track": (6, 0, "", 'line 6: column "track" is empty'),
    "milliseconds": (3, 2, "1780000000000", "line 3.*wanted seconds since 1970.*milliseconds"),
    "microseconds": (3, 2, "1780000000000000", "microseconds"),
    "nanoseconds": (3, 2, "1780000000000000000", "nanoseconds"),
    "clock jumps to 1970": (4, 2, "12.5", "more than a year after 1970-01-01T00:00:12Z.*clock jumped"),
    "far away": (4, 3, "604312.0", "line 4: wanted metres east and north.*UTM"),
}


@pytest.mark.parametrize("case", CELLS)
def test_a_bad_cell_is_named(case: str, tmp_path: Path) -> None:
    line, column, value, sentence = CELLS[case]
    path = write_text(tmp_path / "tracks.csv", changed(line, column, value))
    with pytest.raises(TracksError, match=f"(?s)tracks.csv: .*{sentence}|tracks.csv: {sentence}") as e:
        read_all(path)
    assert "\n" not in str(e.value)


FCD = b"<fcd-export><timestep time='0'>%s</timestep></fcd-export>"
TEXTS = {
    "empty": (b"", "no rows: the file is empty"),
    "blank": (b"\n\n  \n", "no rows: the file is empty"),
    "header only": (f"{HEADER}\n".encode(), "no rows: there is only a header"),
    "no header": (b"car1,car,1780000000,1,2\ncar1,car,1780000001,1,2\n", 'no column "track"'),
    "numbers only": (b"1,2,3\n4,5,6\n", "wanted a header"),
    "other names": (b"id,type,timestamp,x,y\n1,car,1780000000,1,2\n", 'no column "track"; is it "id"'),
    "time for t": (b"track,class,time,x,y\na,car,1780000000,1,2\n", 'no column "t"; is it "time"'),
    "capital X": (b"track,class,t,X,y\na,car,1780000000,1,2\n", 'no column "x"; is it "X"'),
    "misspelt": (b"track,clas,t,x,y\na,car,1780000000,1,2\n", 'no column "class"; is it "clas"'),
    "column twice": (b"track,class,t,x,y,x\na,car,1780000000,1,2,3\n", 'column "x" stands there twice'),
    "short row": (f"{HEADER}\n{GOOD[0]}\ncar1,car,1780\n{GOOD[1]}\n".encode(), "line 3: wanted 5 fields, got 3$"),
    "cut off": (f"{HEADER}\n{GOOD[0]}\ncar1,ca".encode(), "line 3: wanted 5 fields, got 2; .*cut off"),
    "long row": (f"{HEADER}\n{GOOD[0]}\n\n{GOOD[1]},9\n".encode(), "line 4: wanted 5 fields, got 6"),
    "latin-1": (f"{HEADER}\nM\xfcller,car,1780000000,1,2\n".encode("latin-1"), "line 2: is not UTF-8"),
    "utf-16": (f"{HEADER}\n{GOOD[0]}\n".encode("utf-16"), "is not UTF-8"),
    "naive times": (f"{HEADER}\na,car,2026-05-04T07:00:00,1,2\n".encode(), "line 2.*offset from UTC"),
    "no such day": (f"{HEADER}\na,car,2026-02-30T07:00:00Z,1,2\n".encode(), "line 2.*RFC 3339"),
    "zip": (b"PK\x03\x04abcdefghijklmnop", "zip archive"),
    "picture": (b"\x89PNG\r\n\x1a\nabcdefgh", "picture or a video"),
    "other xml": (b"<routes><vehicle id='a'/></routes>", "wanted SUMO's fcd-export, got XML of <routes>"),
    "cut xml": (b"<fcd-export><timestep time='0.0'><vehicle id='a' x='1' y='2' type='car'", "cut off"),
    "bad xml": (b"<fcd-export><timestep time='0.0'></x></fcd-export>", "no XML here"),
    "xml bomb": (b"<!DOCTYPE x [<!ENTITY a 'b'>]><fcd-export/>", "document type"),
    "fcd without rows": (b"<fcd-export><timestep time='0.0'/></fcd-export>", "no rows"),
    "fcd without x": (FCD % b"<vehicle id='a' type='car'/>", "line 1: no attribute x"),
    "fcd without id": (FCD % b"<person x='1' y='2'/>", "line 1: <person> has no id"),
    "fcd type": (FCD % b"<vehicle id='a' type='t7' x='1' y='2'/>", 'line 1: class must be one of .*got "t7"'),
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_bad_text_is_told(case: str, tmp_path: Path) -> None:
    content, sentence = TEXTS[case]
    path = tmp_path / "tracks.csv"
    path.write_bytes(content)
    with pytest.raises(TracksError, match=f"(?s)tracks.csv.*{sentence}") as e:
        read_all(path)
    assert "\n" not in str(e.value)


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(TracksError, match=r"no such file"):
        open_tracks(tmp_path / "none.csv")
    with pytest.raises(TracksError, match=r"is a folder"):
        open_tracks(tmp_path)
    with pytest.raises(TracksError, match=r"no file was named"):
        open_tracks([])


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.999])
def test_truncated_files_are_told(keep: float, tmp_path: Path) -> None:
    rows = street(20)
    whole = {
        "a.csv.gz": write_rows(tmp_path / "w.csv.gz", rows).read_bytes(),
        "a.parquet": write_rows(tmp_path / "w.parquet", rows).read_bytes(),
        "a.ottrk": bz2.compress(json.dumps(ottrk([{}] * 400)).encode()),
    }
    for name, content in whole.items():
        path = tmp_path / name
        path.write_bytes(content[: int(len(content) * keep)])
        with pytest.raises(TracksError, match=r"cut off|damaged|no whole") as e:
            read_all(path, matrix=MATRIX)
        assert "\n" not in str(e.value)


@pytest.mark.parametrize("seed", range(6))
def test_flipped_bytes_never_end_in_a_traceback(seed: int, tmp_path: Path) -> None:
    import random

    rng = random.Random(seed)
    for name in ("w.csv", "w.csv.gz", "w.parquet"):
        content = bytearray(write_rows(tmp_path / name, street(8)).read_bytes())
        for _ in range(4):
            content[rng.randrange(len(content))] = rng.randrange(256)
        (tmp_path / name).write_bytes(content)
        with contextlib.suppress(PasserbyError):
            read_all(tmp_path / name)


def test_parquet_of_wrong_types_is_told(tmp_path: Path) -> None:
    good = {"track": ["a"], "class": ["car"], "t": [T0], "x": [1.0], "y": [2.0]}
    for column, value, sentence in (
        ("x", ["1.0"], 'column "x": wanted numbers, got string'),
        ("class", [3], 'column "class": wanted text, got int64'),
        ("t", pa.array([1], pa.timestamp("us")), "wanted timestamps with time zone UTC"),
        ("track", pa.array([None], pa.string()), 'row 1: column "track" is empty'),
        ("t", ["2026-05-04T07:00:00"], 'column "t": wanted RFC 3339 times with offset'),
    ):
        path = tmp_path / "tracks.parquet"
        pq.write_table(pa.table({**good, column: value}), path)
        with pytest.raises(TracksError, match=sentence):
            read_all(path)
    pq.write_table(pa.table({**good}).slice(0, 0), path)
    with pytest.raises(TracksError, match=r"no rows"):
        read_all(path)


@pytest.mark.parametrize(
    "column", ["plate", "licence_plate", "LicensePlate", "face_id", "MAC", "mac_address", "imei", "faceEmbedding"]
)
def test_a_file_with_identities_is_refused(column: str, tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", [f"{line},x" for line in GOOD], f"{HEADER},{column}")
    with pytest.raises(PrivacyError, match=column):
        open_tracks(path)
    pq.write_table(
        pa.table({"track": ["a"], "class": ["car"], "t": [T0], "x": [1.0], "y": [2.0], column: ["x"]}),
        tmp_path / "a.parquet",
    )
    with pytest.raises(PrivacyError, match=column):
        open_tracks(tmp_path / "a.parquet")


def test_unknown_harmless_columns_are_no_matter(tmp_path: Path) -> None:
    header = f"{HEADER},speed_mps,confidence,surface,template,machine"
    path = write_text(tmp_path / "a.csv", [f"{line},fast,,,p,q" for line in GOOD], header)
    assert len(read_all(path)) == len(GOOD)
    assert messages(path) == []


def test_rows_without_a_position_are_left_out_and_named(tmp_path: Path) -> None:
    lines = changed(8, 3, "NaN")
    lines[11] = lines[11].replace(lines[11].split(",")[4], "inf")
    path = write_text(tmp_path / "a.csv", lines)
    (warning,) = messages(path)
    assert "line 8: t, x and y must be finite numbers" in warning
    assert "left out 2 rows" in warning
    source = open_tracks(path)
    assert sum(map(len, source.batches())) == len(GOOD) - 2
    assert source.dropped == {"not finite": 2}


def test_too_many_bad_rows_are_an_error(tmp_path: Path) -> None:
    lines = [",".join([*line.split(",")[:3], "nan", "1"]) if i % 3 == 0 else line for i, line in enumerate(GOOD)]
    with pytest.raises(TracksError, match=r"line 2: .* in 10 of 30 rows"):
        read_all(write_text(tmp_path / "a.csv", lines))


def test_blank_lines_do_not_shift_line_numbers(tmp_path: Path) -> None:
    lines = [*GOOD[:5], "", "", *changed(8, 3, "nan")[5:]]
    assert "line 10: " in messages(write_text(tmp_path / "a.csv", lines))[0]


def test_doubled_rows_keep_the_first(tmp_path: Path) -> None:
    double = ",".join([*GOOD[4].split(",")[:3], "99", "99"])
    path = write_text(tmp_path / "a.csv", [*GOOD, double, GOOD[9]])
    (warning,) = messages(path)
    assert "line 32: " in warning
    assert "left out 2 such rows" in warning
    tracks = read_all(path)
    assert len(tracks) == len(GOOD)
    assert tracks.x.max() < 99


def test_longitude_and_latitude_are_told(tmp_path: Path) -> None:
    lines = [f"a,car,{T0 + k},{10.5436 + k * 1e-6},{52.2745 + k * 1e-6}" for k in range(30)]
    path = write_text(tmp_path / "a.csv", lines)
    with pytest.raises(TracksError, match=r"look like longitude and latitude"):
        read_all(path, Site("S", origin=(52.2745, 10.5436)))


def test_sizes_that_cannot_be_are_taken_as_unknown(tmp_path: Path) -> None:
    lines = [f"{line},{-1 if i < 3 else 4.5}" for i, line in enumerate(GOOD)]
    path = write_text(tmp_path / "a.csv", lines, f"{HEADER},length")
    (warning,) = messages(path)
    assert "line 2: length and width must be above 0, got length = -1; took them as unknown in 3 rows" in warning


def ottrk(detections: list[dict[str, object]]) -> dict[str, object]:
    base = {"class": "car", "x": 400.0, "y": 300.0, "w": 40.0, "h": 20.0, "track-id": 1}
    meta = {"otdet_version": "1.0", "video": {"recorded_start_date": "2020-01-01 00:00:00.000000"}}
    full = [{**base, "occurrence": 1577836800.0 + k / 20, "frame": k, **d} for k, d in enumerate(detections)]
    return {"metadata": meta, "data": {"detections": full}}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"class": "hovercraft"}, "detection 3: class must be one of"),
        ({"x": "left"}, "detection 3: x, y, w, h must be numbers"),
        ({"occurrence": "noon"}, 'detection 3: occurrence: wanted a time, got "noon"'),
    ],
)
def test_a_bad_detection_is_named(wrong: dict[str, object], sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ottrk"
    path.write_bytes(bz2.compress(json.dumps(ottrk([{}, {}, wrong])).encode()))
    with pytest.raises(TracksError, match=sentence):
        read_all(path, matrix=MATRIX)


def test_pixels_without_a_calibration_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.ottrk"
    path.write_bytes(bz2.compress(json.dumps(ottrk([{}])).encode()))
    with pytest.raises(TracksError, match=r"holds positions in pixels"):
        open_tracks(path)
    for bad in ([[1, 2], [3, 4]], [[0, 0, 0]] * 3, "x"):
        with pytest.raises(TracksError, match=r"matrix"):
            open_tracks(path, matrix=bad)  # type: ignore[arg-type]


def test_mot_needs_its_clock_and_tracks(tmp_path: Path) -> None:
    path = tmp_path / "gt.txt"
    path.write_text("1,-1,10,20,30,40,1,-1,-1,-1\n")
    with pytest.raises(TracksError, match=r"how many frames a second"):
        open_tracks(path, matrix=MATRIX)
    with pytest.raises(TracksError, match=r"line 1: id is -1: these are detections"):
        read_all(path, matrix=MATRIX, fps=25, start=T0)
    path.write_text("1,1,10,20,30,40,1,1,1\n2,1,10,20,x,40,1,1,1\n")
    with pytest.raises(TracksError, match=r'line 2: wanted numbers, got "x"'):
        read_all(path, matrix=MATRIX, fps=25, start=T0)
    for start in ("2026-05-04T07:00:00", "soon"):
        with pytest.raises(TracksError, match=r"^start: "):
            open_tracks(path, matrix=MATRIX, fps=25, start=start)
    with pytest.raises(TracksError, match=r"^fps: "):
        open_tracks(path, matrix=MATRIX, fps=0, start=T0)


def test_a_class_map_must_name_classes(tmp_path: Path) -> None:
    path = write_text(tmp_path / "a.csv", changed(5, 1, "Auto"))
    with pytest.raises(TracksError, match=r'got "auto"'):
        open_tracks(path, class_map={"Auto": "auto"})
    assert len(read_all(path, class_map={"Auto": "car"})) == len(GOOD)
    assert len(read_all(path, class_map={"*": "other"})) == len(GOOD)


def test_a_gzip_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    content = bytearray(gzip.compress("\n".join([HEADER, *GOOD * 500]).encode()))
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    with pytest.raises(TracksError, match=r"damaged|cut off|cannot be read|wanted|no CSV"):
        read_all(path)
