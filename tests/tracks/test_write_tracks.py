"""What is written reads back the same: FORMATS files, SSAM trajectories, GeoJSON."""

from __future__ import annotations

import itertools
import json
import math
import struct
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import StoreError, TracksError
from passerby.site.geodesy import to_lonlat, to_xy
from passerby.site.model import Crosswalk, Lane, Movement, Site, StopLine, Zone
from passerby.tables import VIOLATIONS
from passerby.tracks.classes import CODE
from passerby.tracks.geojson import event_features, site_features, track_features, write_geojson
from passerby.tracks.motion import Motion
from passerby.tracks.read import read_all
from passerby.tracks.record import Tracks
from passerby.tracks.ssam import read_trj, write_trj
from passerby.tracks.write import write_tracks

from .files import T0, as_rows, street, write_rows

ORIGIN = (52.2745, 10.5436)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_tracks_read_back_the_same(ending: str, tmp_path: Path) -> None:
    tracks = read_all(write_rows(tmp_path / "a.csv", street(8)))
    path = tmp_path / f"b{ending}"
    write_tracks(tracks, path)
    assert as_rows(read_all(path)) == as_rows(tracks)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.csv", path.name]


def test_csv_keeps_odd_ids_and_every_digit(tmp_path: Path) -> None:
    ids = ("a,b", 'say "hi"', "Müller 1", "-")
    n = len(ids)
    x = np.array([0.1 + 0.2, 1e-7, -1234.5678901234567, 3.0])
    nan = np.full(n, np.nan)
    tracks = Tracks(ids, np.arange(n), np.full(n, CODE["tram"]), np.full(n, T0 + 0.123456), x, -x, nan, nan, nan)
    write_tracks(tracks, tmp_path / "a.csv")
    back = read_all(tmp_path / "a.csv")
    assert dict(zip((back.ids[i] for i in back.track), back.x.tolist(), strict=True)) == dict(
        zip(ids, x.tolist(), strict=True)
    )
    assert (tmp_path / "a.csv").read_text().splitlines()[0] == "track,class,t,x,y"


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    tracks = read_all(write_rows(tmp_path / "a.csv", street(1)))
    with pytest.raises(StoreError, match=r"\.csv, \.csv\.gz or \.parquet"):
        write_tracks(tracks, tmp_path / "a.xlsx")
    for name in ("a.csv", "a.parquet"):
        with pytest.raises(StoreError, match=r"cannot be written"):
            write_tracks(tracks, tmp_path / "none" / name)


def motion(k: Any, track: Any, **known: Any) -> Motion:
    """Motion of cars driving east with whatever other columns `Motion` has filled with zeros."""
    k, track = np.asarray(k), np.asarray(track)
    n, m = len(k), int(track.max()) + 1
    starts = np.searchsorted(track, np.arange(m + 1))
    values: dict[str, Any] = {
        "ids": tuple(f"t{i}" for i in range(m)), "cls": np.full(m, CODE["car"]), "length": np.full(m, 4.5),
        "width": np.full(m, 1.8), "closed": np.ones(m, bool), "starts": starts, "k": k,
        "vx": np.full(n, 10.0), "ax": np.full(n, -1.5), "hx": np.ones(n), **known,
    }  # fmt: skip
    return Motion(**{f.name: values.get(f.name, np.zeros(n)) for f in fields(Motion)})


@pytest.mark.parametrize(("version", "vehicle_bytes"), [(1.04, 42), (3.0, 50)])
def test_ssam_files_read_back_the_same(version: float, vehicle_bytes: int, tmp_path: Path) -> None:
    k0 = round(T0 * 10)
    k = np.concatenate([k0 + np.arange(20), k0 + np.arange(5, 30)])
    track = np.repeat([0, 1], [20, 25])
    hx = np.ones(45)
    hx[:2] = np.nan
    given_ = motion(k, track, x=np.arange(45.0), y=np.arange(45.0) / 3, hx=hx)
    path = tmp_path / "a.trj"
    assert write_trj(given_, path, version=version) == 2
    data = path.read_bytes()
    assert data[:6] == struct.pack("<BBf", 0, ord("L"), version)
    steps = len(set(k[2:]))
    assert len(data) == (6 if version < 2 else 7) + 22 + 5 * steps + vehicle_bytes * 43
    back = read_trj(path)
    assert (back.version, back.metric) == (version, True)
    order = np.lexsort((track[2:], k[2:])) + 2
    assert back.t == pytest.approx((k[order] - k0 - 2) / 10, abs=1e-5)
    assert back.vehicle.tolist() == (track[order] + 1).tolist()
    assert back.values["front_x"] == pytest.approx(order + 2.25)
    assert back.values["rear_x"] == pytest.approx(order - 2.25)
    assert back.values["rear_y"] == pytest.approx(order / 3, rel=1e-6)
    assert set(back.values["speed"]) == {10.0}
    assert set(back.values["acceleration"]) == {-1.5}
    assert set(back.values["length"]) == {4.5}
    assert back.bounds[0] <= back.values["rear_x"].min()
    assert back.bounds[2] >= back.values["front_x"].max()


def test_ssam_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.trj"
    write_trj(motion(np.arange(5), np.zeros(5, int)), path)
    data = path.read_bytes()
    for cut in (0, 3, 20, len(data) - 3):
        path.write_bytes(data[:cut])
        with pytest.raises(TracksError, match=r"a\.trj"):
            read_trj(path)
    with pytest.raises(StoreError, match=r"1.04 or 3.0"):
        write_trj(motion(np.arange(5), np.zeros(5, int)), path, version=2)


@settings(max_examples=60, deadline=None)
@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_lonlat_there_and_back(lat: float, lon: float, x: float, y: float) -> None:
    back = to_xy(*to_lonlat(x, y, (lat, lon)), (lat, lon))
    assert math.hypot(back[0] - x, back[1] - y) < 1e-6


def test_lonlat_agrees_with_the_geodesic() -> None:
    # GeographicLib (pyproj 3.7 Geod.inv) and PROJ's topocentric frame.
    lon, lat = to_lonlat([1000.0, 0.0], [2000.0, 0.0], ORIGIN)
    assert (lon[0], lat[0]) == pytest.approx((10.55825641, 52.29247295), abs=5e-9)
    assert (lon[1], lat[1]) == pytest.approx((ORIGIN[1], ORIGIN[0]), abs=1e-12)
    # Radii of curvature: along the meridian and the prime vertical, for 100 m either way.
    phi, a, e2 = math.radians(ORIGIN[0]), 6378137.0, 0.00669437999014
    w = 1 - e2 * math.sin(phi) ** 2
    lon, lat = to_lonlat([100.0, 0.0], [0.0, 100.0], ORIGIN)
    assert math.radians(lat[1] - ORIGIN[0]) * a * (1 - e2) / w**1.5 == pytest.approx(100, abs=1e-3)
    assert math.radians(lon[0] - ORIGIN[1]) * a / math.sqrt(w) * math.cos(phi) == pytest.approx(100, abs=1e-3)


def test_geojson_of_everything(tmp_path: Path) -> None:
    square = ((0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0))
    site = Site(
        "S", origin=ORIGIN,
        stop_lines=(StopLine("north", ((-3.0, 14.0), (0.0, 14.0)), 180.0, (Movement(None),)),),
        crosswalks=(Crosswalk("west", square),), lanes=(Lane("in", ((0.0, 100.0), (0.0, 14.0)), 3.2),),
        zones=(Zone("z", "no_stopping", square),),
    )  # fmt: skip
    tracks = read_all(write_rows(tmp_path / "a.csv", street(3)))
    row = dict.fromkeys(VIOLATIONS.names) | {"event": "e1", "kind": "speeding", "x": 3.0, "y": 4.0, "linked": []}
    row["t"], row["speed_mps"] = 1_780_000_000_000_000, float("nan")
    table = pa.Table.from_pylist([row], schema=VIOLATIONS)
    path = tmp_path / "all.geojson"
    features = [*site_features(site), *track_features(tracks, ORIGIN), *event_features(table, ORIGIN)]
    assert write_geojson(features, path) == 4 + 3 + 1
    whole = json.loads(path.read_text(), parse_constant=lambda c: pytest.fail(f"{c} is no JSON"))
    assert whole["type"] == "FeatureCollection"
    assert "Not for publication" in whole["note"]
    kinds = [f["geometry"]["type"] for f in whole["features"]]
    assert kinds == ["LineString", "LineString", "Polygon", "Polygon", *["LineString"] * 3, "Point"]
    ring = whole["features"][2]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring))
    assert area > 0  # counterclockwise
    event = whole["features"][-1]
    assert event["id"] == "e1"
    assert event["properties"]["t"] == "2026-05-28T20:26:40Z"
    assert event["properties"]["speed_mps"] is None
    assert "Not for publication" in event["properties"]["note"]
    x, y = to_xy(*np.array(event["geometry"]["coordinates"]), ORIGIN)
    assert (float(x), float(y)) == pytest.approx((3, 4), abs=0.02)


def test_no_events_make_an_empty_collection(tmp_path: Path) -> None:
    assert write_geojson(event_features(VIOLATIONS.empty_table(), ORIGIN), tmp_path / "a.geojson") == 0
    assert json.loads((tmp_path / "a.geojson").read_text())["features"] == []
