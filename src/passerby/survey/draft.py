"""The parts of a proposal put together: roads, people, what is beside the road, the ground, the signals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely

from passerby.signals.history import SignalHistory
from passerby.site.model import Crosswalk, Lane, Signal, StopLine, Zone
from passerby.survey import parts
from passerby.survey.approach import Approach, after_crossing, before_crossing, stop_lines
from passerby.survey.arms import Arm
from passerby.survey.crosswalks import Crossing
from passerby.survey.footways import footways
from passerby.survey.governs import Lights, is_bicycle, is_pedestrian
from passerby.survey.passages import passages
from passerby.survey.paths import Paths
from passerby.survey.people import obeyed
from passerby.survey.proposal import Finding
from passerby.survey.standing import Rests
from passerby.survey.stops import CROSSING, END, Before, Stop, heads_of, stop_of
from passerby.tracks.motion import Motion

_SURE_HEADS: Final = 4


class Draft:
    """A proposal while it is gathered: parts, findings, what is unclear, and whom each signal governs."""

    def __init__(self) -> None:
        self.lanes: list[Lane] = []
        self.stop_lines: list[StopLine] = []
        self.crosswalks: list[Crosswalk] = []
        self.zones: list[Zone] = []
        self.findings: list[Finding] = []
        self.unclear: list[str] = []
        self.obeyed_by: dict[str, set[str]] = {}

    def governs(self, signal: str | None, whom: str) -> None:
        """Note that a signal was found to govern vehicles, bicycles or pedestrians."""
        if signal is not None:
            self.obeyed_by.setdefault(signal, set()).add(whom)


def roads(
    motion: Motion,
    ground: list[Arm],
    found: list[Crossing],
    standing: Rests,
    riders: Rests,
    lights: Lights | None,
    side: str,
    draft: Draft,
) -> None:
    """Stop lines of the ways in; lanes of all ways, up to the stop lines and from the crossings on."""
    exits = [arm for arm in ground if not arm.inbound]
    among = _for("vehicle", lights)
    for approach in _approaches([arm for arm in ground if arm.inbound], found, standing, riders):
        arm = approach.arm
        passed = passages(motion, arm.road, arm.lanes, approach.stop_s, standing, [e.road for e in exits])
        drawn, unclear = stop_lines(approach, passed, exits, lights, among, side)
        draft.unclear += unclear
        for one in drawn:
            draft.stop_lines.append(one.line)
            for movement in one.line.movements:
                draft.governs(movement.signal, "vehicle")
            stop = approach.stop
            n = int(np.isin(passed.lane, one.lanes).sum())
            heads = 0 if stop is None else int(stop.heads[list(one.lanes)].sum())
            sure = 0.3 if stop is None else heads / (heads + 3) * np.exp(-max(stop.spread_m - 0.7, 0))
            spread = None if stop is None else round(stop.spread_m, 2)
            note = f"{approach.how}; {n} crossed it"
            if heads:
                note = f"{heads} stood first at it; {n} crossed it"
            draft.findings.append(Finding("stop_line", one.line.id, max(heads, n), spread, round(float(sure), 2), note))
            if stop is None:
                draft.unclear.append(f'stop_line "{one.line.id}": nobody was seen to stop; drawn {approach.how}')
        for k, ridge in enumerate(arm.lanes):
            end = float(approach.stop_s[k])
            reaches = ridge.s[-1] > end - 15
            _lane(draft, arm, k, None, end if reaches else None)
    for arm in exits:
        begin = after_crossing(arm, found)
        for k, ridge in enumerate(arm.lanes):
            _lane(draft, arm, k, max(float(ridge.s[0]), begin) if ridge.s[0] < begin + 15 else None, None)


def _lane(draft: Draft, arm: Arm, k: int, from_s: float | None, to_s: float | None) -> None:
    made = parts.lane(f"{arm.name}-{k + 1}", "traffic", arm.road, arm.lanes[k], from_s, to_s)
    if made is not None:
        draft.lanes.append(made[0])
        draft.findings.append(made[1])


def _for(kind: str, lights: Lights | None) -> list[str]:
    """The signals of a log that can be of a kind; those for cars serve cyclists too where there are none for them."""
    if lights is None:
        return []
    history = lights.history
    on_foot = [s for s in history.signals if is_pedestrian(history, s)]
    bicycle = [s for s in history.signals if s not in on_foot and is_bicycle(history, s)]
    rest = [s for s in history.signals if s not in on_foot and s not in bicycle]
    return {"pedestrian": on_foot, "bicycle": bicycle or rest, "vehicle": rest or bicycle}[kind]


def _approaches(inbound: list[Arm], found: list[Crossing], standing: Rests, riders: Rests) -> list[Approach]:
    """Where each way in stops; where nobody stood, as far before its crossing or end as the others do."""
    edges = [before_crossing(a, [c for c in found if c.walkers]) for a in inbound]
    ends = [np.full(len(a.lanes), a.road.reference.length_m) for a in inbound]
    marks = [end if edge is None else edge for edge, end in zip(edges, ends, strict=True)]
    heads = [
        heads_of(a.road, a.lanes, standing, riders, end[0], None if edge is None else float(np.median(edge)))
        for a, edge, end in zip(inbound, edges, ends, strict=True)
    ]

    def drawn(to_edge: Before, to_end: Before) -> list[Stop | None]:
        return [
            stop_of(a.road, a.lanes, h, mark, to_end if edge is None else to_edge)
            for a, h, mark, edge in zip(inbound, heads, marks, edges, strict=True)
        ]

    guess = drawn(CROSSING, END)
    sure = [k for k, h in enumerate(heads) if len(h.s) >= _SURE_HEADS]
    off = {k: float(np.median(marks[k] - stop.s)) for k in sure if (stop := guess[k]) is not None}
    short = {k: float(np.median(ends[k] - stop.s)) for k in sure if (stop := guess[k]) is not None}
    to_edge = CROSSING.learnt([off[k] for k in off if edges[k] is not None])
    to_end = END.learnt(list(short.values()))
    out = []
    for arm, stop, edge, end in zip(inbound, drawn(to_edge, to_end), edges, ends, strict=True):
        if stop is not None:
            out.append(Approach(arm, stop.s, stop, "where queues begin"))
        elif edge is not None:
            out.append(Approach(arm, edge - to_edge.mean_m, None, f"{to_edge.mean_m:.1f} m before the crossing"))
        else:
            out.append(Approach(arm, end - to_end.mean_m, None, "where the flows part"))
    return out


def people(
    motion: Motion,
    found: list[Crossing],
    waiting: Rests,
    lights: Lights | None,
    centre: tuple[float, float],
    draft: Draft,
) -> None:
    """Crosswalks, their signals, and where people wait at them."""
    names = Counter[str]()
    for crossing in found:
        at = crossing.polygon.centroid
        base = parts.wind_of(at.x, at.y, centre) + ("-crossing" if crossing.walkers else "-cycle-crossing")
        names[base] += 1
        id = base if names[base] == 1 else f"{base}-{names[base]}"
        signal, sure = None, 0.9
        if lights is not None:
            on_foot = bool(crossing.walkers)
            among = _for("pedestrian" if on_foot else "bicycle", lights)
            verdict = lights.governing(obeyed(motion, crossing, waiting), among)
            if verdict is not None:
                signal, sure = verdict.signal, verdict.confidence
                draft.governs(signal, "pedestrian" if on_foot else "bicycle")
                if verdict.twins:
                    same = ", ".join(f'"{t}"' for t in verdict.twins[:6])
                    draft.unclear.append(
                        f'crosswalk "{id}": signal "{signal}" shows the same as {same} all the time; '
                        "which of them it is cannot be told"
                    )
                elif sure < 0.9:
                    draft.unclear.append(
                        f'crosswalk "{id}": signal "{signal}" fits {verdict.events} who crossed, '
                        f'"{verdict.rival}" about as well'
                    )
            else:
                draft.unclear.append(f'crosswalk "{id}": no signal fits those who crossed better than chance')
        walk, finding = parts.crosswalk(id, crossing, signal, 0.95 if lights is None else 0.5 + 0.45 * sure)
        draft.crosswalks.append(walk)
        draft.findings.append(finding)


def beside(
    cyclists: Paths,
    walkers: Paths,
    ground: list[Arm],
    outline: shapely.Geometry,
    centre: tuple[float, float],
    draft: Draft,
) -> None:
    """Cycle lanes and pavements beside the road."""
    crosswalks = shapely.union_all([shapely.Polygon(c.polygon).buffer(1.0) for c in draft.crosswalks])
    off = [p.take(~shapely.contains_xy(crosswalks, p.x, p.y)) for p in (cyclists, walkers)]
    cycle, pavement = footways(off[0], off[1], ground, outline)
    for word, kind, found in (("cycle", "cycle", cycle), ("sidewalk", "sidewalk", pavement)):
        names = Counter[str]()
        for flow, ridge in found:
            x, y = flow.reference.points[len(flow.reference.points) // 2]
            base = f"{parts.wind_of(float(x), float(y), centre)}-{word}"
            names[base] += 1
            made = parts.lane(f"{base}-{names[base]}", kind, flow, ridge)
            if made is not None:
                draft.lanes.append(made[0])
                draft.findings.append(made[1])


def zones(
    outline: shapely.Geometry, islands: list[shapely.Polygon], middles: list[shapely.Polygon], draft: Draft
) -> None:
    """The carriageway, islands to wait on, and the middle of each junction."""
    draft.zones += parts.outlines("carriageway", "carriageway", outline, 60.0)
    for k, island in enumerate(islands):
        draft.zones += parts.outlines(f"island-{k + 1}", "waiting", island, 1.5)
    for k, middle in enumerate(middles):
        draft.zones += parts.outlines("junction" if k == 0 else f"junction-{k + 1}", "region", middle, 20.0)


def signals_of(signals: SignalHistory | None, heads: Sequence[Signal], draft: Draft) -> tuple[Signal, ...]:
    """The signals that were found to govern somebody; of those left out it says so."""
    if signals is None:
        draft.unclear.append("no light was known while these tracks were seen, so no signal is proposed")
        return ()
    chosen = []
    tied = {h.id: h for h in heads}
    for id, whom in draft.obeyed_by.items():
        if is_pedestrian(signals, id):
            kind = "pedestrian"
        else:
            kind = "bicycle" if whom == {"bicycle"} else "vehicle"
        chosen.append(replace(tied.get(id, Signal(id)), kind=kind))
    idle = [s for s in signals.signals if s not in draft.obeyed_by]
    if idle:
        more = f" and {len(idle) - 8} more" if len(idle) > 8 else ""
        draft.unclear.append(f"nobody seen obeys signal {', '.join(idle[:8])}{more}; it is left out")
    return tuple(chosen)
