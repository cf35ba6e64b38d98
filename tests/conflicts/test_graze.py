"""Two ways that cross at right angles: no hole between the near miss and the collision."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.cli import app

from .test_end_to_end import EAST, NORTH, SITE, T0
from .textbook import SIZES, RoadUser, even, line

PETS = np.round(np.arange(-0.5, 0.501, 0.02), 2)
APART_S = 25.0


def pair(first: str, speed: float, pet_s: float) -> tuple[RoadUser, RoadUser]:
    """`first` goes east and leaves the northbound car's strip `pet_s` before that one's nose reaches its own strip."""
    (length, width), (car_length, car_width) = SIZES[first], SIZES["car"]
    leaves = (length + car_width) / 2 / speed
    arrives = leaves + pet_s
    second = RoadUser("car", line(0, 0, NORTH, even(10.0, arrives + (car_length + width) / 2 / 10.0)), (-6, 7))
    return RoadUser(first, line(0, 0, EAST, even(speed)), (-6, 7)), second


@pytest.mark.parametrize("rate_hz", [10, 25])
@pytest.mark.parametrize(("first", "speed"), [("pedestrian", 1.4), ("car", 10.0)])
def test_every_crossing_gives_one_event_with_its_pet(tmp_path: Path, first: str, speed: float, rate_hz: int) -> None:
    rows: list[list[str]] = []
    for n, value in enumerate(PETS):
        for who, user in zip("ab", pair(first, speed, float(value)), strict=True):
            t = np.arange(user.seen[0] * rate_hz, user.seen[1] * rate_hz + 1) / rate_hz
            x, y = user.way(t)
            begin = T0 + APART_S * (n + 1)
            length, width = (f"{v}" for v in SIZES[user.cls])
            rows += [
                [f"c{n}{who}", user.cls, f"{begin + s:.4f}", f"{p:.4f}", f"{q:.4f}", length, width]
                for s, p, q in zip(t, x, y, strict=True)
            ]
    tracks, site = tmp_path / "tracks.csv", tmp_path / "site.toml"
    site.write_text(SITE, encoding="utf-8")
    with tracks.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["track", "class", "t", "x", "y", "length", "width"])
        out.writerows(sorted(rows, key=lambda r: (float(r[2]), r[0])))
    arguments = ["analyse", "--site", str(site), "--tracks", str(tracks), "--out", str(tmp_path / "out"), "--no-report"]
    done = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert done.exit_code == 0, done.output
    found: dict[int, list[str]] = {n: [] for n in range(len(PETS))}
    with (tmp_path / "out" / "conflicts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[int(row["track_a"][1:-1])].append(row["pet_s"])
    wrong = {
        float(value): found[n]
        for n, value in enumerate(PETS)
        if len(found[n]) != 1 or abs(float(found[n][0] or "nan") - max(value, 0.0)) > 0.05 or not found[n][0]
    }
    assert wrong == {}
