"""What a site allows and its author probably did not mean."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from passerby.site.model import Lane, Site, StopLine, unit

REACH_M: Final = 3.0
"""Lanes are often drawn a little short of their stop line."""


def doubts(site: Site) -> list[str]:
    """One sentence for each: shared ids, signals of the wrong kind, lines that face the wrong way, unused signals."""
    return [*_shared_ids(site), *_wrong_kinds(site), *_backward_lines(site), *_same_exits(site)]


def _shared_ids(site: Site) -> list[str]:
    places = [
        *(("stop_line", p.id) for p in site.stop_lines),
        *(("crosswalk", p.id) for p in site.crosswalks),
        *(("lane", p.id) for p in site.lanes),
        *(("zone", p.id) for p in site.zones),
    ]
    shared = [name for name, n in Counter(name for _, name in places).items() if n > 1]
    if not shared:
        return []
    kinds = " and of a ".join(kind for kind, name in places if name == shared[0])
    more = f", and {len(shared) - 1} more are shared so" if len(shared) > 1 else ""
    return [f'"{shared[0]}" is the id of a {kinds}{more}; results name places by id alone']


def _wrong_kinds(site: Site) -> list[str]:
    said = []
    kinds = {s.id: s.kind for s in site.signals}
    for crosswalk in site.crosswalks:
        if crosswalk.signal is not None and kinds[crosswalk.signal] == "vehicle":
            said.append(f'crosswalk "{crosswalk.id}": signal "{crosswalk.signal}" is a vehicle signal')
    for line in site.stop_lines:
        for signal in sorted({m.signal for m in line.movements if m.signal is not None}):
            if kinds[signal] == "pedestrian":
                said.append(f'stop_line "{line.id}": signal "{signal}" is a pedestrian signal')
    return said


def _backward_lines(site: Site) -> list[str]:
    said = []
    lanes = [lane for lane in site.lanes if lane.kind != "sidewalk"]
    for line in site.stop_lines:
        cosines = [c for c in (_approach(lane, line) for lane in lanes) if c is not None]
        if cosines and max(cosines) < -0.5:
            said.append(
                f'stop_line "{line.id}": heading {line.heading_deg:g} degrees runs against the lanes that cross it'
            )
    return said


def _approach(lane: Lane, line: StopLine) -> float | None:
    """Cosine between the lane, where it meets the stop line, and the line's heading; None where they do not meet."""
    course = np.asarray(lane.centreline, np.float64)
    end = course[-1] - course[-2]
    length = np.hypot(*end)
    if length > 0:
        course = np.vstack([course, course[-1] + end * (REACH_M / length)])
    drawn = shapely.LineString(line.points)
    for a, b in pairwise(course):
        step = b - a
        if np.any(step) and shapely.LineString([a, b]).intersects(drawn):
            return float(step @ unit(line.heading_deg) / np.hypot(*step))
    return None


def _same_exits(site: Site) -> list[str]:
    said = []
    for line in site.stop_lines:
        exits = [m.exit_heading_deg for m in line.movements]
        for exit_deg, n in Counter(None if e is None else e % 360 for e in exits).items():
            if n > 1:
                which = "every exit" if exit_deg is None else f"exit_heading {exit_deg:g}"
                said.append(f'stop_line "{line.id}": {n} movements leave by {which}; only the first can count')
    return said
