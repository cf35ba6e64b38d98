"""The stop lines of a way in: how far on each lane goes, which lanes share a line, what each movement obeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from passerby.site.model import Movement, StopLine
from passerby.survey.arms import Arm
from passerby.survey.crosswalks import Crossing
from passerby.survey.governs import Lights, Verdict
from passerby.survey.passages import Passages
from passerby.survey.stops import Stop
from passerby.tracks.record import FloatArray

_SAME_LINE_M: Final = 0.9
_LEAST_MOVEMENT: Final = 2
_SAME_EXIT_DEG: Final = 25.0
_ACROSS_DEG: Final = 40.0
# nats by which those who turn likewise from other lanes, and all of the approach, may tip a verdict
_SAME_WAY: Final = 6.0
_SAME_APPROACH: Final = 2.0


@dataclass(frozen=True, eq=False)
class Approach:
    """A way in with where its lanes stop (m along the reference, shape (k,)) and how that was found."""

    arm: Arm
    stop_s: FloatArray
    stop: Stop | None
    how: str


def before_crossing(arm: Arm, crossings: list[Crossing]) -> FloatArray | None:
    """Where each lane of a way in meets the first crossing near its end (m along), None where it meets none."""
    reference = arm.road.reference
    length = reference.length_m
    first = np.full(len(arm.lanes), np.inf)
    for k, lane in enumerate(arm.lanes):
        at = np.arange(max(0.0, length - 20), length + 15, 0.5)
        line = reference.place(at, lane.across(at))
        for crossing in crossings:
            inside = shapely.contains_xy(crossing.polygon, line[:, 0], line[:, 1])
            if inside.any():
                first[k] = min(first[k], at[int(np.argmax(inside))])
    if not np.isfinite(first).any():
        return None
    first[~np.isfinite(first)] = np.median(first[np.isfinite(first)])
    return first


def after_crossing(arm: Arm, crossings: list[Crossing]) -> float:
    """Where a way out leaves the last crossing near its beginning (m along), 0 where there is none."""
    reference = arm.road.reference
    last = 0.0
    for lane in arm.lanes:
        at = np.arange(-10.0, min(20.0, reference.length_m), 0.5)
        line = reference.place(at, lane.across(at))
        for crossing in crossings:
            inside = shapely.contains_xy(crossing.polygon, line[:, 0], line[:, 1])
            if inside.any():
                last = max(last, float(at[inside][-1]))
    return last


@dataclass(frozen=True, eq=False)
class Drawn:
    """A stop line, which lanes lead to it, and the verdicts on its movements in their order."""

    line: StopLine
    lanes: tuple[int, ...]
    verdicts: tuple[Verdict | None, ...]
    counts: tuple[int, ...]


def stop_lines(
    approach: Approach, passed: Passages, exits: list[Arm], lights: Lights | None, among: list[str], side: str
) -> tuple[list[Drawn], list[str]]:
    """One stop line per run of neighbouring lanes that stop abreast and obey the same signals; and what is unclear."""
    arm = approach.arm
    unclear: list[str] = []
    ways = _merged_exits(exits)
    across = _across(arm, exits, side)
    way_of = np.array([ways[e] if e >= 0 else -1 for e in passed.exit.tolist()], np.int64)
    by_lane = [_verdicts(passed, way_of, (k,), lights, among, across) for k in range(len(arm.lanes))]
    groups = _groups(approach, by_lane, lights)
    drawn = []
    for number, group in enumerate(groups, 1):
        verdicts = _verdicts(passed, way_of, group, lights, among, across)
        name = arm.name.removesuffix("-in") + "-stop" + (f"-{number}" if len(groups) > 1 else "")
        movements, order = [], []
        rare = 0
        for way in sorted(verdicts, key=lambda w: -verdicts[w][0]):
            n, verdict = verdicts[way]
            if n < _LEAST_MOVEMENT and len(verdicts) > 1:
                rare += n
                continue
            heading = None if way < 0 else exits[way].road.reference.heading_deg(0)
            movements.append(
                Movement(None if verdict is None else verdict.signal, None if heading is None else round(heading, 1))
            )
            order.append((verdict, n))
        if rare:
            unclear.append(
                f'stop_line "{name}": {rare} more turned another way; a turn not listed counts as prohibited'
            )
        for verdict, _ in order:
            if verdict is not None and verdict.twins:
                same = ", ".join(f'"{t}"' for t in verdict.twins[:6])
                unclear.append(
                    f'stop_line "{name}": signal "{verdict.signal}" shows the same as {same} all the time; '
                    "which of them it is cannot be told"
                )
            elif verdict is not None and verdict.confidence < 0.9:
                unclear.append(
                    f'stop_line "{name}": signal "{verdict.signal}" fits {verdict.events} crossings, '
                    f'"{verdict.rival}" about as well'
                )
        line = StopLine(name, _points(approach, group), _heading(approach, group), tuple(movements))
        drawn.append(Drawn(line, group, tuple(v for v, _ in order), tuple(n for _, n in order)))
    return drawn, unclear


def _merged_exits(exits: list[Arm]) -> list[int]:
    """For each way out, the first that leaves with much the same heading: a movement is known by its heading."""
    headings = [e.road.reference.heading_deg(0) for e in exits]
    out: list[int] = []
    for k, heading in enumerate(headings):
        same = [j for j in range(k) if abs((headings[j] - heading + 180) % 360 - 180) < _SAME_EXIT_DEG]
        out.append(out[same[0]] if same else k)
    return out


def _across(arm: Arm, exits: list[Arm], side: str) -> list[bool]:
    """Which ways out lead across oncoming traffic: left turns where traffic keeps to the right."""
    heading = arm.road.reference.heading_deg(arm.road.reference.length_m)
    turns = [(e.road.reference.heading_deg(0) - heading + 180) % 360 - 180 for e in exits]
    return [(turn if side == "left" else -turn) > _ACROSS_DEG for turn in turns]


def _verdicts(
    passed: Passages,
    way_of: np.ndarray,
    lanes: tuple[int, ...],
    lights: Lights | None,
    among: list[str],
    across: list[bool],
) -> dict[int, tuple[int, Verdict | None]]:
    """Per way out (-1: any): how many went and the signal they obeyed."""
    here = np.isin(passed.lane, lanes)
    found: dict[int, tuple[int, Verdict | None]] = {}
    for way in np.unique(way_of[here & (way_of >= 0)]).tolist():
        rows = here & (way_of == way)
        beside = [(passed.evidence(way_of == way), _SAME_WAY), (passed.evidence(way_of >= -1), _SAME_APPROACH)]
        verdict = lights.governing(passed.evidence(rows), among, beside, across[way]) if lights is not None else None
        found[way] = (int(rows.sum()), verdict)
    if not found and here.any():
        verdict = lights.governing(passed.evidence(here), among) if lights is not None else None
        found[-1] = (int(here.sum()), verdict)
    return found


def _groups(
    approach: Approach, by_lane: list[dict[int, tuple[int, Verdict | None]]], lights: Lights | None
) -> list[tuple[int, ...]]:
    groups: list[list[int]] = [[0]]
    for k in range(1, len(approach.arm.lanes)):
        abreast = abs(approach.stop_s[k] - approach.stop_s[k - 1]) < _SAME_LINE_M
        if abreast and not _differ(by_lane[k - 1], by_lane[k], lights):
            groups[-1].append(k)
        else:
            groups.append([k])
    return [tuple(g) for g in groups]


def _differ(
    a: dict[int, tuple[int, Verdict | None]], b: dict[int, tuple[int, Verdict | None]], lights: Lights | None
) -> bool:
    """Whether two neighbouring lanes obey signals that show different things, and surely so."""
    first, second = _main(a), _main(b)
    if lights is None or first is None or second is None:
        return False
    sure = min(first.confidence, second.confidence) > 0.8 and min(first.events, second.events) >= 4
    return sure and lights.alike(first.signal, second.signal) < 0.985


def _main(verdicts: dict[int, tuple[int, Verdict | None]]) -> Verdict | None:
    counted = [(n, v) for n, v in verdicts.values() if v is not None]
    return max(counted, key=lambda c: c[0])[1] if counted else None


def _points(approach: Approach, group: tuple[int, ...]) -> tuple[tuple[float, float], ...]:
    """From the left edge of the first lane to the right edge of the last, through where each lane stops."""
    lanes = [approach.arm.lanes[k] for k in group]
    s = [float(approach.stop_s[k]) for k in group]
    d = [float(lane.across(np.array([at]))[0]) for lane, at in zip(lanes, s, strict=True)]
    at_s, at_d = [s[0]], [d[0] - lanes[0].width_m / 2]
    for k in range(1, len(lanes)):
        at_s.append((s[k - 1] + s[k]) / 2)
        at_d.append((d[k - 1] + d[k]) / 2)
    at_s.append(s[-1])
    at_d.append(d[-1] + lanes[-1].width_m / 2)
    if len(lanes) > 1:
        # the slant goes on to the outer edges
        at_s[0] -= (s[1] - s[0]) / 2
        at_s[-1] += (s[-1] - s[-2]) / 2
    points = approach.arm.road.reference.place(np.array(at_s), np.array(at_d))
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in points)


def _heading(approach: Approach, group: tuple[int, ...]) -> float:
    return round(approach.arm.road.reference.heading_deg(float(np.mean([approach.stop_s[k] for k in group]))), 1) % 360
