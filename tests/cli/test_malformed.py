"""A corpus of inputs that do not fit: each ends in one clear sentence and its exit code, or works and says what is
doubtful; never a traceback, never a silent zero."""

from __future__ import annotations

import bz2
import csv
import gzip
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.live.street import SITE_TOML, T0

from .command import HEADER, SIGNALS, Done, installed, junction, passerby, signals, tracks, traffic, walk

Make = Callable[[Path], Path]


def analysed(folder: Path, site: Path | None = None, track: Path | None = None, lights: Path | None = None) -> Done:
    """`passerby analyse` on good files but for those given."""
    return passerby(
        *("analyse", "--site", site or junction(folder), "--tracks", track or tracks(folder), "--no-report"),
        *("--signals", lights or signals(folder), "--out", folder / "out"),
    )


def refused(done: Done, out: Path, code: int, *words: str) -> None:
    """It ended in one sentence with these words, and nothing was written."""
    assert done.code == code, (done.code, done.err)
    assert len(done.errors) == 1, done.err
    assert done.err.count("passerby:") == 1
    for word in words:
        assert word in done.errors[0], (word, done.errors[0])
    assert not out.exists() or not any(out.iterdir())


def rows_of(folder: Path, table: str = "violations") -> list[dict[str, str]]:
    with (folder / "out" / f"{table}.csv").open() as file:
        return list(csv.DictReader(file))


def test_the_good_files_themselves_work(tmp_path: Path) -> None:
    done = analysed(tmp_path)
    assert (done.code, done.errors, done.warnings) == (0, [], [])
    assert {r["track"] for r in rows_of(tmp_path) if r["kind"] == "red_light"} == {"runs", "foot"}


# ---------------------------------------------------------------------------------------------------------- tracks


def _bytes(name: str, data: bytes) -> Make:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


def _lines(*lines: str, header: str = HEADER, name: str = "tracks.csv") -> Make:
    return lambda folder: tracks(folder, list(lines), header, name)


def _changed(edit: Callable[[list[str]], list[str]], header: str = HEADER) -> Make:
    return lambda folder: tracks(folder, edit(traffic()), header)


def _moved(dx: float = 0.0, dt: float = 0.0, factor: float = 1.0) -> Make:
    def edit(lines: list[str]) -> list[str]:
        cells = [line.split(",") for line in lines]
        return [f"{a},{c},{(float(t) + dt) * factor:.3f},{float(x) + dx:.3f},{y}" for a, c, t, x, y in cells]

    return _changed(edit)


def _whole() -> bytes:
    return "\n".join([HEADER, *traffic()]).encode() + b"\n"


def _parquet(**change: Any) -> bytes:
    cells = [line.split(",") for line in traffic()]
    us = pa.array([round(float(c[2]) * 1e6) for c in cells], pa.int64()).cast(pa.timestamp("us", "UTC"))
    columns = {
        "track": [c[0] for c in cells],
        "class": [c[1] for c in cells],
        "t": us,
        "x": [float(c[3]) for c in cells],
        "y": [float(c[4]) for c in cells],
    } | change
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({k: v for k, v in columns.items() if v is not None}), sink)
    return bytes(sink.getvalue())


def _folder(folder: Path) -> Path:
    (folder / "tracks").mkdir()
    return folder / "tracks"


BAD_TRACKS: dict[str, tuple[Make, list[str]]] = {
    "missing": (lambda f: f / "none.csv", ["none.csv", "no such file"]),
    "a folder": (_folder, ["tracks", "folder"]),
    "empty": (_bytes("tracks.csv", b""), ["tracks.csv", "empty"]),
    "blank lines": (_bytes("tracks.csv", b"\n\n \n"), ["tracks.csv", "empty"]),
    "header only": (_bytes("tracks.csv", HEADER.encode() + b"\n"), ["tracks.csv", "only a header"]),
    "no header": (_bytes("tracks.csv", b"\n".join(_whole().split(b"\n")[1:])), ["tracks.csv", "track"]),
    "binary garbage": (_bytes("tracks.csv", os.urandom(4096).replace(b"\0", b"\1") + b"\0\0"), ["tracks.csv"]),
    "utf-16": (_bytes("tracks.csv", _whole().decode().encode("utf-16")), ["tracks.csv", "UTF-8"]),
    "latin-1": (_bytes("tracks.csv", _whole() + "Fußgänger,car,1,1,1\n".encode("latin-1")), ["tracks.csv", "UTF-8"]),
    "cut gz": (_bytes("tracks.csv.gz", gzip.compress(_whole())[:-900]), ["tracks.csv.gz"]),
    "cut gz head": (_bytes("tracks.csv.gz", gzip.compress(_whole())[:6]), ["tracks.csv.gz"]),
    "gz of garbage": (_bytes("tracks.csv.gz", b"\x1f\x8b" + os.urandom(300)), ["tracks.csv.gz"]),
    "cut line": (_bytes("tracks.csv", _whole()[:-12]), ["tracks.csv", "line"]),
    "parquet cut": (_bytes("tracks.parquet", _parquet()[:-200]), ["tracks.parquet"]),
    "parquet in name": (_bytes("tracks.parquet", _whole()), ["tracks.parquet", "Parquet"]),
    "parquet no x": (_bytes("tracks.parquet", _parquet(x=None)), ["tracks.parquet", '"x"']),
    "parquet x text": (_bytes("tracks.parquet", _parquet(x=["a"] * len(traffic()))), ["tracks.parquet", "x"]),
    "parquet of nothing": (_bytes("tracks.parquet", b"PAR1PAR1"), ["tracks.parquet"]),
    "xml cut": (_bytes("fcd.xml", b'<fcd-export><timestep time="0.00"><vehicle id="a" x="1"'), ["fcd.xml"]),
    "xml of something else": (_bytes("a.xml", b"<html><body>no</body></html>"), ["a.xml"]),
    "ottrk cut": (_bytes("a.ottrk", bz2.compress(b'{"metadata": {}}')[:-8]), ["a.ottrk"]),
    "json": (_bytes("a.json", b'{"a": [1, 2'), ["a.json"]),
    "zip": (_bytes("a.csv", b"PK\x03\x04" + b"x" * 90), ["a.csv", "zip"]),
    "png": (_bytes("a.csv", b"\x89PNG\r\n" + b"x" * 90), ["a.csv", "picture"]),
    "no t": (_lines("a,car,1,2", header="track,class,x,y"), ["tracks.csv", '"t"']),
    "other names": (_lines("a,car,1,2,3", header="id,class,timestamp,x,y"), ["tracks.csv", '"track"', '"id"']),
    "x twice": (_lines("a,car,1,2,3,4", header="track,class,t,x,x,y"), ["tracks.csv", '"x"', "twice"]),
    "a plate": (_lines("a,car,1,2,3,B", header="track,class,t,x,y,licence_plate"), ["tracks.csv", "licence_plate"]),
    "word for t": (_changed(lambda r: [*r, "a,car,noon,1,2"]), ["tracks.csv", "line", '"t"', "noon"]),
    "word for x": (_changed(lambda r: [*r, f"a,car,{T0},east,2"]), ["tracks.csv", "line", '"x"', "east"]),
    "too many cells": (_changed(lambda r: [*r, f"a,car,{T0},1,2,3,4"]), ["tracks.csv", "line", "7"]),
    "unknown class": (_changed(lambda r: [*r, f"a,hovercraft,{T0},1,2"]), ["tracks.csv", "hovercraft", "line"]),
    "all nan": (_changed(lambda r: [re.sub(r",[-\d.]+,([-\d.]+)$", r",nan,\1", line) for line in r]), ["finite"]),
    "all inf": (_changed(lambda r: [re.sub(r"[-\d.]+$", "inf", line) for line in r]), ["tracks.csv", "finite"]),
    "a local time": (_lines("a,car,2026-05-04T07:00:00,1,2"), ["tracks.csv", "offset"]),
    "milliseconds": (_moved(factor=1000.0), ["tracks.csv", "milliseconds"]),
    "microseconds": (_moved(factor=1e6), ["tracks.csv", "microseconds"]),
    "two years in one": (
        _changed(lambda r: r + [f"b,car,{T0 - 4e7 + k},1,{k}" for k in range(9)]),
        ["tracks.csv", "year", "clock"],
    ),
    "utm": (_moved(dx=604_000.0), ["tracks.csv", "UTM"]),
    "a hundred kilometres away": (_moved(dx=100_000.0), ["tracks.csv", "far", "origin"][:1]),
    "two sites in one file": (
        _changed(lambda r: r + [f"far,car,{T0 + k / 10:.1f},90000,{k}" for k in range(40)]),
        ["tracks.csv", "two sites"],
    ),
}


@pytest.mark.parametrize("case", BAD_TRACKS)
def test_tracks_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    make, words = BAD_TRACKS[case]
    done = analysed(tmp_path, track=make(tmp_path))
    refused(done, tmp_path / "out", 5 if case == "a plate" else 3, *words)


def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    refused(analysed(tmp_path, track=tmp_path / "fifo"), tmp_path / "out", 3, "fifo", "regular file")


DOUBTED_TRACKS: dict[str, tuple[Make, str]] = {
    "a nan among many": (_changed(lambda r: [*r, f"b,car,{T0 + 5},nan,2"]), "finite"),
    "a row twice": (_changed(lambda r: [*r, r[50]]), "same time already"),
    "a wild position": (
        _changed(lambda r: [*r, *(f"runs,car,{T0 + 5.05 + k:.2f},-400,400" for k in range(3))]),
        "beyond any road user's reach",
    ),
    "negative lengths": (
        _changed(lambda r: [line + ",-4" for line in r], header=HEADER + ",length"),
        "length and width must be above 0",
    ),
}


@pytest.mark.parametrize("case", DOUBTED_TRACKS)
def test_single_bad_rows_are_left_out_and_told(tmp_path: Path, case: str) -> None:
    make, words = DOUBTED_TRACKS[case]
    done = analysed(tmp_path, track=make(tmp_path))
    assert done.code == 0, done.err
    assert any(words in w and "tracks.csv" in w and "line" in w for w in done.warnings), done.err
    assert {"red_light"} <= {r["kind"] for r in rows_of(tmp_path)}


FINE_TRACKS: dict[str, tuple[Make, int]] = {
    "one row": (_lines(f"a,car,{T0},1,2"), 1),
    "one road user": (lambda f: tracks(f, walk("a", "car", "north", 1.0, 10.0)), 1),
    "one instant": (_lines(*(f"u{k},car,{T0},{k * 8},2" for k in range(5))), 5),
    "long ids": (lambda f: tracks(f, walk("x" * 5000, "car", "north", 1.0, 10.0)), 1),
    "ids of blanks and quotes": (lambda f: tracks(f, walk('"a [/red] ""b"""', "car", "north", 1.0, 10.0)), 1),
    "formula ids": (lambda f: tracks(f, walk("=1+1", "car", "wrong", 1.0, 10.0)), 1),
    "shuffled": (_changed(lambda r: r[::-1]), 3),
    "windows lines": (_bytes("tracks.csv", b"\xef\xbb\xbf" + _whole().replace(b"\n", b"\r\n")), 3),
    "a short gzip": (_bytes("tracks.csv.gz", gzip.compress(_whole())), 3),
    "parquet": (_bytes("tracks.parquet", _parquet()), 3),
}


@pytest.mark.parametrize("case", FINE_TRACKS)
def test_unusual_tracks_work(tmp_path: Path, case: str) -> None:
    make, users = FINE_TRACKS[case]
    done = passerby(
        *("analyse", "--site", junction(tmp_path), "--tracks", make(tmp_path), "--signals", signals(tmp_path)),
        *("--out", tmp_path / "out", "--json", "--no-report"),
    )
    assert done.code == 0, done.err
    assert f'"rows": {1 if case == "one row" else ""}' in done.out
    assert sum(int(n) for n in re.findall(r'"(?:car|pedestrian)": (\d+)', done.out.split('"late_rows"')[0])) == users


@pytest.mark.parametrize("dt", [-T0, -T0 - 500.0, -T0 + 86_400.0])
def test_any_clock_works_if_the_signals_share_it(tmp_path: Path, dt: float) -> None:
    shifted = [SIGNALS[0], *(f"{float(s.split(',', 1)[0]) + dt:.0f},{s.split(',', 1)[1]}" for s in SIGNALS[1:])]
    done = analysed(tmp_path, track=_moved(dt=dt)(tmp_path), lights=signals(tmp_path, shifted))
    assert done.code == 0, done.err
    assert {"runs", "foot"} == {r["track"] for r in rows_of(tmp_path) if r["kind"] == "red_light"}


def test_ten_gigabytes_of_nothing_end_in_a_sentence(tmp_path: Path) -> None:
    for name in ("zeros.csv", "begun.csv"):
        with (tmp_path / name).open("wb") as file:
            if name == "begun.csv":
                file.write(_whole())
            file.truncate(10 << 30)

    def little_memory() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))

    for name in ("zeros.csv", "begun.csv"):
        done = installed(
            *("analyse", "--site", junction(tmp_path), "--tracks", tmp_path / name, "--out", tmp_path / "out"),
            before=little_memory,
        )
        refused(done, tmp_path / "out", 3, name)


# --------------------------------------------------------------------------------------------------------- signals

BAD_SIGNALS: dict[str, tuple[Make, list[str]]] = {
    "missing": (lambda f: f / "none.csv", ["none.csv"]),
    "a folder": (_folder, ["folder"]),
    "empty": (_bytes("signals.csv", b""), ["signals.csv", "empty"]),
    "header only": (_bytes("signals.csv", b"t,signal,state\n"), ["signals.csv", "no rows"]),
    "garbage": (_bytes("signals.csv", os.urandom(999) + b"\0"), ["signals.csv"]),
    "cut gz": (_bytes("signals.csv.gz", gzip.compress("\n".join(SIGNALS).encode())[:-9]), ["signals.csv.gz"]),
    "parquet cut": (_bytes("signals.parquet", b"PAR1" + os.urandom(99)), ["signals.parquet"]),
    "unknown state": (lambda f: signals(f, [*SIGNALS, f"{T0},K1,purple"]), ["signals.csv", "purple", "row"]),
    "word for t": (lambda f: signals(f, [*SIGNALS, "noon,K1,red"]), ["signals.csv", "noon"]),
    "nan for t": (lambda f: signals(f, [*SIGNALS, "nan,K1,red"]), ["signals.csv", "nan"]),
    "two states at once": (lambda f: signals(f, [*SIGNALS, f"{T0 - 10:.0f},K1,red"]), ["signals.csv", "K1"]),
    "unknown ids only": (lambda f: signals(f, [SIGNALS[0], f"{T0},X9,red"]), ["signals.csv", "X9", "K1"]),
    "a day later": (
        lambda f: signals(f, [SIGNALS[0], f"{T0 + 90_000:.0f},K1,red", f"{T0 + 90_030:.0f},K1,green"]),
        ["signals.csv", "after the tracks end"],
    ),
    "two hours ahead": (
        lambda f: signals(
            f, [SIGNALS[0], *(f"{T0 + 7200 + k * 20},K1,{'red' if k % 2 else 'green'}" for k in range(9))]
        ),
        ["signals.csv", "after the tracks end", "2 h", "UTC"],
    ),
    "milliseconds": (lambda f: signals(f, [SIGNALS[0], f"{T0 * 1000:.0f},K1,red"]), ["signals.csv"]),
    "tracks given as signals": (lambda f: tracks(f, name="signals.csv"), ["signals.csv", "signal"]),
}


@pytest.mark.parametrize("case", BAD_SIGNALS)
def test_signals_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    make, words = BAD_SIGNALS[case]
    refused(analysed(tmp_path, lights=make(tmp_path)), tmp_path / "out", 3, *words)


def _cycles(begin: float, n: int) -> list[str]:
    states = ("red", "green")
    return [f"{begin + k * 20:.0f},{s},{states[k % 2]}" for k in range(n) for s in ("K1", "K2", "K3", "F1")]


DOUBTED_SIGNALS: dict[str, tuple[list[str], str]] = {
    "some ids unknown": ([*SIGNALS, f"{T0},X9,red"], "X9"),
    "a signal never there": (SIGNALS[:2], "K2"),
    "the day before": ([SIGNALS[0], *_cycles(T0 - 86_400, 20)], "before the tracks begin"),
    "an hour before": ([SIGNALS[0], *_cycles(T0 - 3_600, 9)], "1 h"),
    "begins late": ([SIGNALS[0], *_cycles(T0 + 70, 9)], "unknown"),
}


@pytest.mark.parametrize("case", DOUBTED_SIGNALS)
def test_signals_that_fit_in_part_are_doubted(tmp_path: Path, case: str) -> None:
    lines, words = DOUBTED_SIGNALS[case]
    long = [*traffic(), *walk("late", "car", "north", 100.0, 10.0)]
    done = analysed(tmp_path, track=tracks(tmp_path, long), lights=signals(tmp_path, lines))
    assert done.code == 0, done.err
    assert any(words in w for w in done.warnings), done.err


def test_a_log_that_breaks_off_is_told(tmp_path: Path) -> None:
    long = [*traffic(), *walk("late", "car", "north", 1_000.0, 10.0)]
    done = analysed(
        tmp_path, track=tracks(tmp_path, long), lights=signals(tmp_path, [SIGNALS[0], *_cycles(T0 - 40, 8)])
    )
    assert done.code == 0, done.err
    assert any("break off" in w for w in done.warnings), done.err


def test_without_signals_it_is_said_what_is_not_looked_for(tmp_path: Path) -> None:
    done = passerby(
        *("analyse", "--site", junction(tmp_path), "--tracks", tracks(tmp_path), "--out", tmp_path / "out"),
        "--no-report",
    )
    assert done.code == 0
    assert any("red_light" in w for w in done.warnings)


# ------------------------------------------------------------------------------------------------------------ site

CROSSED = "polygon = [[-5.0, -8.5], [5.0, -5.5], [5.0, -8.5], [-5.0, -5.5]]"
BAD_SITES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["site.toml", "version"]),
    "no toml": ("this is no toml", ["site.toml", "line 1"]),
    "binary": (os.urandom(600) + b"\xff\xfe\x00", ["site.toml"]),
    "cut": (SITE_TOML[:330], ["site.toml"]),
    "two sites": (SITE_TOML + SITE_TOML, ["site.toml"]),
    "two sites as a list": (SITE_TOML.replace("[site]", "[[site]]") + '[[site]]\nname = "B"\n', ["site.toml"]),
    "wrong version": (SITE_TOML.replace("version = 1", "version = 9"), ["site.toml", "version", "9"]),
    "duplicate id": (SITE_TOML.replace('id = "west"', 'id = "south"'), ["site.toml", "south", "twice"]),
    "crossed polygon": (
        re.sub(r"polygon = \[\[-5.0, -8.5\].*", CROSSED, SITE_TOML),
        ["site.toml", "crossing", "cross over"],
    ),
    "unknown signal": (SITE_TOML.replace('signal = "K2"', 'signal = "K7"'), ["site.toml", "west", "K7"]),
    "heading 410": (SITE_TOML.replace("heading = 90.0\nsignal", "heading = 410.0\nsignal"), ["site.toml", "410"]),
    "a word for a number": (SITE_TOML.replace("width = 3.5", 'width = "wide"', 1), ["site.toml", "width", "wide"]),
    "nan in a polygon": (SITE_TOML.replace("[[-15.0, -15.0]", "[[nan, -15.0]"), ["site.toml", "middle"]),
    "unknown zone": (SITE_TOML.replace('kind = "box"', 'kind = "bax"'), ["site.toml", "bax"]),
    "unknown rule": (SITE_TOML + "[rules.telepathy]\nenabled = true\n", ["site.toml", "telepathy"]),
    "unknown threshold": (SITE_TOML + "[rules.red_light]\ngrace = 1.0\n", ["site.toml", "grace"]),
    "threshold of words": (SITE_TOML + '[rules.speeding]\ntolerance = "a lot"\n', ["site.toml", "tolerance"]),
    "no such timezone": (SITE_TOML.replace("Europe/Berlin", "Europe/Atlantis"), ["site.toml", "Atlantis"]),
    "a line of one point": (
        SITE_TOML.replace("[[0.0, -10.0], [3.5, -10.0]]", "[[0.0, -10.0]]"),
        ["site.toml", "south", "points"],
    ),
}


@pytest.mark.parametrize("case", BAD_SITES)
def test_sites_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    toml, words = BAD_SITES[case]
    path = tmp_path / "site.toml"
    path.write_bytes(toml if isinstance(toml, bytes) else toml.encode())
    done = analysed(tmp_path, site=path)
    refused(done, tmp_path / "out", 3, *words)


def test_a_bare_site_says_what_it_cannot_look_for(tmp_path: Path) -> None:
    bare = 'version = 1\n[site]\nname = "Bare"\norigin = [52.0, 10.0]\n'
    done = passerby(
        *("analyse", "--site", junction(tmp_path, bare), "--tracks", tracks(tmp_path), "--out", tmp_path / "out"),
    )
    assert done.code == 0, done.err
    said = [w for w in done.warnings if "no stop lines, no crosswalks, no lanes" in w]
    assert len(said) == 1, done.err
    assert "red_light" in said[0]
    assert len(rows_of(tmp_path, "conflicts")) >= 0


def test_tracks_of_another_junction_are_doubted(tmp_path: Path) -> None:
    done = analysed(tmp_path, track=_moved(dx=3000.0)(tmp_path))
    assert done.code == 0, done.err
    assert any("came near what the site draws" in w for w in done.warnings), done.err


def test_missing_site(tmp_path: Path) -> None:
    refused(analysed(tmp_path, site=tmp_path / "none.toml"), tmp_path / "out", 3, "none.toml")


# ---------------------------------------------------------------------------------------------------------- options

BAD_OPTIONS: dict[str, tuple[list[str], int]] = {
    "--clock-offset nan": (["--clock-offset", "nan"], 3),
    "--clock-offset soon": (["--clock-offset", "soon"], 3),
    "--clock-sigma -1": (["--clock-sigma", "-1"], 3),
    "--class-map car": (["--class-map", "car"], 3),
    "--class-map car=boat": (["--class-map", "car=boat"], 3),
    "--start soon": (["--start", "soon"], 3),
    "--fps nan": (["--fps", "nan"], 3),
    "--camera none": (["--camera", "none"], 3),
}


@pytest.mark.parametrize("case", BAD_OPTIONS)
def test_options_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    words, code = BAD_OPTIONS[case]
    done = passerby(
        *("analyse", "--site", junction(tmp_path), "--tracks", tracks(tmp_path), "--signals", signals(tmp_path)),
        *("--out", tmp_path / "out", *words),
    )
    if case == "--camera none":  # only tracks in pixels look at it
        assert done.code in (0, code), done.err
        return
    refused(done, tmp_path / "out", code)


def test_wrong_usage_is_two(tmp_path: Path) -> None:
    for words in (["analyse"], ["nonsense"], ["analyse", "--site"], ["analyse", "--format", "xls"]):
        done = passerby(*words)
        assert done.code == 2, (words, done.err)
        assert done.err
