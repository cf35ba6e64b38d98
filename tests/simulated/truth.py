"""What really happened, from the lights read at each entry and from noise-free speeds and paths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .network import Network
from .run import STEP_S, Recording
from .synthetic import Added

FORBIDDEN = ("red", "red_amber", "dont_walk")
GRACE_S = 0.3
SPEEDING_FACTOR = 1.1
SPEEDING_S = 1.0
CLOSE_S = 0.25
GRAZE_M = 0.3


@dataclass(frozen=True)
class Truth:
    """One violation; `t` and `place` as in the sumo_cross4 example, `t_event` when it itself began (s)."""

    kind: str
    road_user: str
    track: str
    t: float
    place: str
    t_event: float


class Lights:
    """State and age of every signal at any time, from the recorded changes."""

    def __init__(self, changes: list[tuple[float, int, str]]) -> None:
        self._times: dict[int, list[float]] = {}
        self._states: dict[int, list[str]] = {}
        for t, i, state in changes:
            self._times.setdefault(i, []).append(t)
            self._states.setdefault(i, []).append(state)

    def at(self, link: int, t: float) -> tuple[str, float]:
        """State at time t (s), and for how long it has forbidden entry without a break (s; 0 if it does not)."""
        times, states = self._times[link], self._states[link]
        k = max(0, int(np.searchsorted(times, t + 1e-6, side="right")) - 1)
        state, since = states[k], k
        while since >= 0 and states[since] in FORBIDDEN:
            since -= 1
        if since == k:
            return state, 0.0
        # Since before the recording opened, if there is no other state before it.
        return state, t - times[since + 1] if since >= 0 else np.inf

    def verdict(self, link: int, t: float) -> str:
        """red_light, late_start, or empty for a lawful entry at time t (s)."""
        state, forbidden_s = self.at(link, t)
        if state in FORBIDDEN:
            return "red_light" if forbidden_s > GRACE_S + 1e-6 else ""
        return "late_start" if state == "clear" else ""


def _geometric_entry(recording: Recording, area: shapely.Polygon, track: int, t: float) -> float:
    """When the path that led onto the crosswalk at t went inside its polygon: SUMO's sidewalk corners overlap it."""
    rows = recording.rows
    a, b = np.searchsorted(rows.track, [track, track + 1])
    inside = shapely.contains(area, shapely.points(rows.x[a:b], rows.y[a:b]))
    k = int(np.searchsorted(rows.t[a:b], t - 1e-6))
    while k < b - a and not inside[k]:
        k += 1
    if k == b - a:
        return t
    while k > 0 and inside[k - 1]:
        k -= 1
    return float(rows.t[a + k])


def _entries(recording: Recording, net: Network, lights: Lights) -> tuple[list[Truth], list[Truth]]:
    sure, close = [], []
    people = recording.people
    area = {c.id: shapely.Polygon(c.polygon) for c in net.crossings}
    for e in recording.entries:
        kind = lights.verdict(e.link, e.t)
        around = e.t + np.linspace(-CLOSE_S, CLOSE_S, 11)
        if e.place in area:
            seen = _geometric_entry(recording, area[e.place], e.track, e.t)
            around = np.r_[around, np.arange(min(seen, e.t), max(seen, e.t), STEP_S), seen]
            if lights.at(e.link, e.t)[0] == "walk":
                # Who waits on the very edge and starts with the green is lawful beyond doubt.
                around = around[around >= e.t]
        near = {lights.verdict(e.link, float(u)) for u in around} | {kind}
        unclear = len(near) > 1 or e.t < 1.0
        if not kind and lights.at(e.link, e.t)[0] in FORBIDDEN:
            unclear, near = True, near | {"red_light"}
        if unclear and people.classes[e.track] == "pedestrian":
            near |= {"red_light", "late_start"}
        made = {k: Truth(k, people.classes[e.track], people.names[e.track], e.t, e.place, e.t) for k in near if k}
        if kind:
            sure.append(made[kind])
        if unclear:
            close += list(made.values())
    return sure, close


def _longest_over(over: np.ndarray) -> tuple[int, int]:
    """Longest run of True: its first index and its number of samples."""
    edges = np.flatnonzero(np.diff(np.r_[False, over, False]))
    if not len(edges):
        return 0, 0
    runs = edges[1::2] - edges[::2]
    k = int(np.argmax(runs))
    return int(edges[2 * k]), int(runs[k])


def _first_long(over: np.ndarray, samples: int) -> int | None:
    edges = np.flatnonzero(np.diff(np.r_[False, over, False]))
    for a, b in zip(edges[::2], edges[1::2], strict=True):
        if b - a >= samples:
            return int(a)
    return None


def _speeding(recording: Recording, limit_mps: float) -> tuple[list[Truth], list[Truth]]:
    rows, people = recording.rows, recording.people
    sure, close = [], []
    need = round(SPEEDING_S / STEP_S) + 1
    starts = np.flatnonzero(np.r_[True, np.diff(rows.track) != 0])
    for a, b in zip(starts, np.r_[starts[1:], len(rows.t)], strict=True):
        who = int(rows.track[a])
        if people.classes[who] == "pedestrian":
            continue
        speed = rows.speed_mps[a:b]
        first = _first_long(speed > SPEEDING_FACTOR * limit_mps, need)
        t_event = float(rows.t[a + (first or 0)])
        made = Truth("speeding", people.classes[who], people.names[who], float(rows.t[a]), "", t_event)
        if first is not None:
            sure.append(made)
        strict = _longest_over(speed > (SPEEDING_FACTOR + 0.025) * limit_mps)[1] >= round(1.6 / STEP_S)
        loose = _longest_over(speed > (SPEEDING_FACTOR - 0.025) * limit_mps)[1] >= round(0.6 / STEP_S)
        if strict != loose:
            close.append(made)
    return sure, close


def _grazes(recording: Recording, net: Network) -> list[Truth]:
    """People whom SUMO walks over a corner of a crosswalk or a carriageway without being 'on' either."""
    rows, people = recording.rows, recording.people
    walking = np.array([c == "pedestrian" for c in people.classes])[rows.track] & ~rows.on_crosswalk
    index = np.flatnonzero(walking)
    points = shapely.points(rows.x[index], rows.y[index])
    close = []
    road = shapely.union_all(
        [
            shapely.LineString(lane.shape).buffer(lane.width_m / 2, cap_style="flat")
            for lane in net.lanes
            if lane.kind == "traffic"
        ]
    )
    areas = [("red_light", c.id, shapely.Polygon(c.polygon)) for c in net.crossings]
    areas += [("late_start", c.id, shapely.Polygon(c.polygon)) for c in net.crossings]
    for kind, place, area in [*areas, ("outside_crosswalk", "", road)]:
        inner = area.buffer(-GRAZE_M)
        shapely.prepare(inner)
        deep = shapely.contains(inner, points)
        outer = np.zeros(len(rows.t), bool)
        outer[index] = shapely.contains(area, points)
        for k in index[deep][np.unique(rows.track[index[deep]], return_index=True)[1]]:
            # Part of a proper crossing, if the stay inside begins or ends on the crossing itself.
            first, last = k, k
            while outer[first] and rows.track[first] == rows.track[k] and first > 0:
                first -= 1
            while outer[last] and rows.track[last] == rows.track[k] and last < len(outer) - 1:
                last += 1
            if kind != "outside_crosswalk" and any(
                rows.on_crosswalk[e] and rows.track[e] == rows.track[k] for e in (first, last)
            ):
                continue
            t = float(rows.t[k])
            close.append(Truth(kind, "pedestrian", people.names[int(rows.track[k])], t, place, t))
    return close


def establish(recording: Recording, net: Network, added: list[Added]) -> tuple[list[Truth], list[Truth]]:
    """All violations, and the borderline ones that no sensor could be held to (some of them violations too)."""
    lights = Lights(recording.changes)
    sure, close = _entries(recording, net, lights)
    fast, nearly = _speeding(recording, net.limit_mps)
    for a in added:
        if a.kind:
            place = a.place if a.kind == "outside_crosswalk" else ""
            fast.append(Truth(a.kind, a.road_user, a.name, float(a.path[0, 0]), place, a.event_t))
    order = {"red_light": 0, "late_start": 1, "wrong_way": 2, "outside_crosswalk": 3, "speeding": 4}
    truth = sorted(sure + fast, key=lambda v: (order[v.kind], v.t))
    return truth, close + nearly + _grazes(recording, net)
