"""A recording cut into files in the middle of crossings, in any order, is the recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live.street import T0

from .command import junction, passerby, signals, tracks, traffic


@pytest.mark.parametrize("cut_s", [4.0, 8.5, 9.0, 10.0])
def test_two_parts_are_the_whole(tmp_path: Path, cut_s: float) -> None:
    site, lights = junction(tmp_path), signals(tmp_path)
    lines = traffic()
    before = [line for line in lines if float(line.split(",")[2]) < T0 + cut_s]
    whole = tracks(tmp_path, lines)
    one, two = tracks(tmp_path, before, name="1.csv"), tracks(tmp_path, lines[len(before) :], name="2.csv")
    results = []
    for name, files in (("whole", [whole]), ("parts", [one, two]), ("turned", [two, one])):
        words = [w for f in files for w in ("--tracks", f)]
        out = tmp_path / name
        done = passerby("analyse", "--site", site, *words, "--signals", lights, "--out", out, "--no-report")
        assert done.code == 0, done.err
        results.append({t: (out / f"{t}.csv").read_bytes() for t in ("violations", "conflicts", "counts")})
    assert results[0] == results[1] == results[2]
    assert results[0]["violations"].count(b"red_light") == 2
