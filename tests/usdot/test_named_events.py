"""The US DOT conflict monitor's scripts of MAP, SPaT and BSM messages, named by what a vehicle does at a stop line."""

from __future__ import annotations

import gzip
import json
import math
import os
import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from passerby.live.analyse import Analysis, analyse
from passerby.signals.read import read_signals
from passerby.site.model import Movement, Signal, Site, StopLine
from passerby.tracks.read import open_tracks

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
SCRIPTS = DATA / "usdot_cm" / "IntegrationTestScripts"
pytestmark = pytest.mark.skipif(not SCRIPTS.exists(), reason=f"{SCRIPTS} is absent (set PASSERBY_DATA)")

YEAR = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
BEGIN = YEAR + 100 * 86400.0
HALF_M = 2.4


def played(script: str, folder: Path) -> Analysis:
    """The script as a site of one stop line (of the lane driven on), tracks and SPaT, analysed."""
    with gzip.open(SCRIPTS / script, "rt") as f:
        rows = [line.split(",", 2) for line in f]
    place = next(json.loads(text) for kind, _, text in rows if kind == "MAP")["payload"]["data"]
    junction = place["intersections"]["intersectionGeometry"][0]
    origin = junction["refPoint"]["latitude"], junction["refPoint"]["longitude"]
    course = np.array([_position(int(t), json.loads(text), origin) for kind, t, text in rows if kind == "BSM"])
    lanes = [_lane(q) for q in junction["laneSet"]["GenericLane"] if q.get("ingressApproach") is not None]
    node, inward, group = min(lanes, key=lambda q: float(np.hypot(*(course[:, 1:] - q[0]).T).min()))
    heading = math.degrees(math.atan2(*inward)) % 360
    side = 1.8 * np.array([-inward[1], inward[0]])
    line = StopLine("line", (tuple(node + side), tuple(node - side)), heading, (Movement("K"),))
    site = Site(script, origin=origin, signals=(Signal("K", group=group),), stop_lines=(line,))
    with (folder / "tracks.csv").open("w") as out:
        out.write("track,class,t,x,y,length,width\n")
        for t, x, y in course:
            # the script's point is what touches the line: here the front
            out.write(f"a,car,{t:.3f},{x - HALF_M * inward[0]},{y - HALF_M * inward[1]},{2 * HALF_M},1.8\n")
    with (folder / "spat.jsonl").open("w") as out:
        for kind, offset, text in rows:
            if kind == "SPAT":
                out.write(_stamped(text, BEGIN + int(offset) / 1000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        history = read_signals(folder / "spat.jsonl", site)
        return analyse(open_tracks(folder / "tracks.csv", site).batches(), site, history)


def _position(offset_ms: int, message: dict, origin: tuple[float, float]) -> tuple[float, float, float]:
    at = message["payload"]["data"]["coreData"]["position"]
    x = (at["longitude"] - origin[1]) * 111319.49 * math.cos(math.radians(origin[0]))
    return BEGIN + offset_ms / 1000, x, (at["latitude"] - origin[0]) * 111132.0


def _lane(lane: dict) -> tuple[np.ndarray, np.ndarray, int]:
    """Where an approach ends at its stop line, the way it goes there, its signal group."""
    steps = [next(v for k, v in n["delta"].items() if v and k.startswith("nodeXY")) for n in lane["nodeList"]["nodes"]]
    first, outward = (np.array([s["x"], s["y"]]) / 100 for s in steps[:2])
    groups = [c.get("signalGroup") for c in lane["connectsTo"]["connectsTo"]]
    return first, -outward / np.hypot(*outward), groups[0] or 0


def _stamped(text: str, t: float) -> str:
    minute = (t - YEAR) / 60
    text = text.replace('"@MINUTE_OF_YEAR@"', str(int(minute)))
    text = text.replace('"@MILLI_OF_MINUTE@"', str(round(minute % 1 * 60_000)))
    return text.replace("@ISO_DATE_TIME@", datetime.fromtimestamp(t, UTC).isoformat()).strip() + "\n"


def test_who_approaches_and_stops_at_the_line_on_red_has_not_run_it(tmp_path: Path) -> None:
    result = played("ApproachAndStopAtLine.csv.gz", tmp_path)
    assert result.tables["violations"]["kind"].to_pylist() == []
    assert result.tables["counts"]["n"].to_pylist() == []


def test_who_stops_at_the_line_and_then_goes_through_on_red_has(tmp_path: Path) -> None:
    result = played("ApproachAndStopAtLine-through.csv.gz", tmp_path)
    (event,) = [r for r in result.tables["violations"].to_pylist() if r["kind"] == "red_light"]
    assert event["place"] == "line"
    assert event["state"] == "red"
    assert event["t"].timestamp() - BEGIN == pytest.approx(
        13.9, abs=0.4
    )  # stands at the line from 11.0 s, sets off at 13.7 s
    assert sum(result.tables["counts"]["n"].to_pylist()) == 1
