"""SinD recordings as format version 1: site.toml, tracks.csv and signals.csv, made where and when a test needs them.

    python -m tests.sind.convert Chongqing OUT

Nothing of the recordings is kept: they are non-commercial, and the site files are drawn from their maps.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from passerby.site.model import Crosswalk, Lane, Movement, Signal, Site, StopLine, Zone
from passerby.site.write import write_site
from tests.sind.lanelet import Map, Way, read_map, strip

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data")) / "sind" / "Data"

EPOCH_S = 1577808000.0
"""1 January 2020, 00:00 in China: the recordings say how long after their beginning, not when that was."""

SIDES = ("east", "north", "west", "south")

# Drawn where a map has no crosswalk, as the other two maps and GB 5768.3 have it (stop line 1-3 m before it).
GAP_M, WIDTH_M = 1.8, 6.0


@dataclass(frozen=True)
class Junction:
    """Where a recording's files are, and which light whom governs: by side of the junction, vehicles and crosswalks."""

    map: str
    folder: str
    lights: str
    vehicles: Mapping[str, str]
    crosswalks: Mapping[str, str]


def _by_side(east: str, north: str, west: str, south: str) -> dict[str, str]:
    return dict(zip(SIDES, (east, north, west, south), strict=True))


JUNCTIONS = {
    # pedestrian lights of their own, all four alike; the arms' numbers R1..R4 in the map run east, north, west, south
    "Chongqing": Junction(
        "Chongqing/NR_ll2.osm",
        "Chongqing/6_22_NR_1",
        "TrafficLight_06_22_NR1_add_plight.csv",
        _by_side("V1", "V2", "V3", "V4"),
        _by_side("P1", "P2", "P3", "P4"),
    ),
    # vehicles' lights only: who walks beside the traffic of an arm goes with its light
    "Changchun": Junction(
        "Changchun/Changchun_Pudong.osm",
        "Changchun/changchun_pudong_507_009",
        "Traffic_Lights.csv",
        _by_side("V2", "V1", "V2", "V1"),
        _by_side("V1", "V2", "V1", "V2"),
    ),
    "Xi'an": Junction(
        "Xi'an/Xi'an_Shanglin.osm",
        "Xi'an/Xi'an_412_m1",
        "Traffic_Lights.csv",
        _by_side("V2", "V1", "V2", "V1"),
        _by_side("V1", "V2", "V1", "V2"),
    ),
}


def convert(name: str, out: Path) -> Path:
    """Write the three files of one junction into a folder and return it."""
    j = JUNCTIONS[name]
    out.mkdir(parents=True, exist_ok=True)
    (out / "site.toml").write_text(write_site(site(name)), encoding="utf-8")
    with (out / "tracks.csv").open("w", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["track", "class", "t", "x", "y"])
        for row in _rows(DATA / j.folder / "Ped_smoothed_tracks.csv"):
            t = EPOCH_S + float(row["timestamp_ms"]) / 1e3
            rows.writerow([row["track_id"], row["agent_type"], f"{t:.3f}", row["x"], row["y"]])
    with (out / "signals.csv").open("w", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["t", "signal", "state"])
        for signal, changes in lights(name).items():
            rows.writerows([f"{EPOCH_S + t:.3f}", signal, state] for t, state in changes)
    return out


def tracks(name: str) -> dict[str, np.ndarray]:
    """Each pedestrian's rows (t in s since the recording began, x, y), as the recording has them."""
    found: dict[str, list[tuple[float, float, float]]] = {}
    for row in _rows(DATA / JUNCTIONS[name].folder / "Ped_smoothed_tracks.csv"):
        at = (float(row["timestamp_ms"]) / 1e3, float(row["x"]), float(row["y"]))
        found.setdefault(row["track_id"], []).append(at)
    return {track: np.array(rows) for track, rows in found.items()}


def lights(name: str) -> dict[str, list[tuple[float, str]]]:
    """Each light's changes (s since the recording began, state), in order of time, each change once."""
    rows = _rows(DATA / JUNCTIONS[name].folder / JUNCTIONS[name].lights)
    stamped = [(float(r["RawFrameID"]), float(r["timestamp(ms)"]) / 1e3) for r in rows if r["timestamp(ms)"]]
    # a row without its time still has its frame; the raw rate is 29.97 or 59.94 Hz
    rate, start = np.polyfit(*np.array(stamped).T, 1)
    found: dict[str, list[tuple[float, str]]] = {}
    for row in sorted(rows, key=lambda r: float(r["RawFrameID"])):
        t = float(row["timestamp(ms)"]) / 1e3 if row["timestamp(ms)"] else start + rate * float(row["RawFrameID"])
        for column, code in row.items():
            if "light" not in column:
                continue
            on_foot = column.startswith("Pedestrian")
            signal = ("P" if on_foot else "V") + column.split()[-1]
            state = {"0": "dont_walk" if on_foot else "red", "1": "walk" if on_foot else "green", "3": "amber"}[code]
            changes = found.setdefault(signal, [])
            if not changes or changes[-1][1] != state:
                changes.append((t, state))
    return found


def site(name: str) -> Site:
    """The junction as its map has it: stop lines, crosswalks, lanes, the carriageway between the kerbs."""
    j = JUNCTIONS[name]
    drawn = read_map(DATA / j.map)
    middle = np.array(drawn.junction.centroid.coords[0])
    lines = {_side(w.line.mean(0) - middle): w for w in drawn.of_type("stop_line")}
    areas = _zebras(drawn, middle) or {side: _strip_beyond(w, drawn, middle) for side, w in lines.items()}
    assert set(lines) == set(areas) == set(SIDES)
    return Site(
        name=f"{name} (SinD)",
        timezone="Asia/Shanghai",
        drives_on="right",
        signals=tuple(Signal(s, "pedestrian" if s[0] == "P" else "vehicle") for s in sorted(lights(name))),
        stop_lines=tuple(
            StopLine(f"{s}-in", _points(lines[s].line), _heading(lines[s].line, middle), (Movement(j.vehicles[s]),))
            for s in SIDES
        ),
        crosswalks=tuple(Crosswalk(s, _points(areas[s].exterior), j.crosswalks[s]) for s in SIDES),
        lanes=tuple(Lane(q.id, _points(q.centreline), q.width_m) for q in drawn.lanes),
        zones=(
            Zone("road", "carriageway", _points(drawn.carriageway.exterior)),
            *(
                Zone(f"island-{i}", "waiting", _points(w.line))
                for i, w in enumerate(drawn.of_type("curbstone"), 1)
                if np.allclose(w.line[0], w.line[-1])
            ),
        ),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))


def _side(outward: np.ndarray) -> str:
    return SIDES[round(np.degrees(np.arctan2(outward[1], outward[0])) / 90) % 4]


def _points(shape: object) -> tuple[tuple[float, float], ...]:
    coords = np.asarray(getattr(shape, "coords", shape), float)
    if len(coords) > 3 and np.allclose(coords[0], coords[-1]):
        coords = coords[:-1]
    return tuple((round(float(x), 3), round(float(y), 3)) for x, y in coords)


def _inward(line: np.ndarray, middle: np.ndarray) -> np.ndarray:
    along = (line[-1] - line[0]) / np.linalg.norm(line[-1] - line[0])
    across = np.array([-along[1], along[0]])
    return across if across @ (middle - line.mean(0)) > 0 else -across


def _heading(line: np.ndarray, middle: np.ndarray) -> float:
    dx, dy = _inward(line, middle)
    return round(float(np.degrees(np.arctan2(dx, dy))) % 360, 2)


def _zebras(drawn: Map, middle: np.ndarray) -> dict[str, shapely.Polygon]:
    """Crosswalks as the map has them: two lines each, on the same side of the junction."""
    edges: dict[str, list[np.ndarray]] = {}
    for w in drawn.of_type("zebra"):
        edges.setdefault(_side(np.array(shapely.LineString(w.line).centroid.coords[0]) - middle), []).append(w.line)
    return {side: strip(*pair) for side, pair in edges.items()}


def _strip_beyond(stop: Way, drawn: Map, middle: np.ndarray) -> shapely.Polygon:
    """A crosswalk beyond a stop line and beside it, from kerb to kerb."""
    ahead = _inward(stop.line, middle)
    along = np.array([ahead[1], -ahead[0]])
    centre = stop.line.mean(0)
    near, far = centre + GAP_M * ahead, centre + (GAP_M + WIDTH_M) * ahead
    box = [near - 40 * along, near + 40 * along, far + 40 * along, far - 40 * along]
    parts = shapely.get_parts(shapely.Polygon(box).intersection(drawn.junction))
    return max(parts, key=lambda p: p.area)


if __name__ == "__main__":
    print(convert(sys.argv[1], Path(sys.argv[2])))
