"""Run SUMO in this process and keep what really happened: noise-free rows, the lights, and every entry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .network import Network

STEP_S = 0.1
WARM_UP_S = 25.0
STATE = {"r": "red", "u": "red_amber", "y": "amber", "Y": "amber", "g": "green", "G": "green", "s": "red"}
PATIENCE_HAZARD, PATIENCE_HAZARD_CYCLIST = 0.012, 0.05  # a second, for the first vehicle standing at red
FOOTPRINT_PERSON_M = (0.5, 0.5)


@dataclass(frozen=True)
class Rows:
    """Noise-free samples, one per simulation step and road user, sorted by (track, t).

    `track` indexes the names of `People`; `t` seconds from the start of the recording; `x`, `y` the centre of the
    footprint, m; `heading` degrees clockwise from north; `speed_mps` the simulator's own; `on_crosswalk` whether
    the simulator has a pedestrian on a crossing.
    """

    track: np.ndarray
    t: np.ndarray
    x: np.ndarray
    y: np.ndarray
    heading: np.ndarray
    speed_mps: np.ndarray
    on_crosswalk: np.ndarray


@dataclass(frozen=True)
class People:
    """The road users: `names`, `classes`, and `size` (n, 2) length and width in m."""

    names: list[str]
    classes: list[str]
    size: np.ndarray


@dataclass(frozen=True)
class Entry:
    """A front passing a stop line, or a person stepping onto a crosswalk, and the light read in that step."""

    track: int
    t: float
    place: str
    signal: str
    link: int


@dataclass(frozen=True)
class Recording:
    """All of a run; `changes` are (t, signal index, state), with every signal's first state at t = 0."""

    rows: Rows
    people: People
    changes: list[tuple[float, int, str]]
    entries: list[Entry]
    duration_s: float


def _lamps(text: str, net: Network, clear_left: dict[int, float]) -> list[str]:
    """Each link's state in FORMATS words; a crossing that has just lost green shows `clear` for `clear_s`."""
    states = [STATE[c] for c in text]
    for crossing in net.crossings:
        i = crossing.index
        if text[i] in "gG":
            states[i] = "walk"
            clear_left[i] = net.clear_s
        elif clear_left.get(i, 0.0) > 1e-6:
            states[i] = "clear"
            clear_left[i] -= STEP_S
        else:
            states[i] = "dont_walk"
    return states


def simulate(seed: int, net: Network, routes: Path, duration_s: float) -> Recording:
    """Run `duration_s` seconds after a warm-up and record every 0.1 s.

    A step's rows and lights carry the time at which the step began, as SUMO's own FCD output does: the lights
    are those under which the step's movement was decided.
    """
    import libsumo

    libsumo.start(
        [
            "sumo",
            "-n",
            str(net.net_file),
            "-r",
            str(routes),
            "--step-length",
            str(STEP_S),
            "--seed",
            str(seed),
            "--no-step-log",
            "true",
            "--no-warnings",
            "true",
            "--time-to-teleport",
            "-1",
            "--collision.action",
            "none",
            "--lanechange.duration",
            "2.5",
            "--ignore-junction-blocker",
            "15",
            "--ignore-route-errors",
            "true",
            "--duration-log.disable",
            "true",
        ]
    )
    try:
        return _record(libsumo, seed, net, duration_s)
    finally:
        libsumo.close()


def _lose_patience(sumo, rng: np.random.Generator, approaches: list[str]) -> None:  # type: ignore[no-untyped-def]
    """Let some of those who stand first at a red light go: a lawful leader would shut its lane to all runners."""
    for lane in approaches:
        queue = sumo.lane.getLastStepVehicleIDs(lane)
        if not queue or sumo.vehicle.getSpeed(queue[-1]) > 0.5:
            continue
        ahead = sumo.vehicle.getNextTLS(queue[-1])
        if not ahead or ahead[0][2] > 6 or ahead[0][3] not in "ru":
            continue
        hazard = PATIENCE_HAZARD_CYCLIST if sumo.vehicle.getVehicleClass(queue[-1]) == "bicycle" else PATIENCE_HAZARD
        if rng.random() < hazard:
            # 7: red lights are no reason to brake; without bit 8 right of way is none either.
            sumo.vehicle.setSpeedMode(queue[-1], 7 + 8 * int(rng.random() < 0.4))


def _record(sumo, seed: int, net: Network, duration_s: float) -> Recording:  # type: ignore[no-untyped-def]
    vehicle, person, light = sumo.vehicle, sumo.person, sumo.trafficlight
    via = {link.via: link for link in net.links}
    approaches = sorted({link.from_lane for link in net.links})
    rng = np.random.default_rng([seed, 6])
    crossing_of = {c.id: c for c in net.crossings}
    link_count = len(net.links) + len(net.crossings)
    index: dict[str, int] = {}
    names: list[str] = []
    classes: list[str] = []
    size: list[tuple[float, float]] = []
    last_place: dict[str, str] = {}
    rows: list[tuple[int, float, float, float, float, float, float, bool]] = []
    changes: list[tuple[float, int, str]] = []
    entries: list[Entry] = []
    clear_left: dict[int, float] = {}
    shown: list[str] = [""] * link_count
    steps = round((WARM_UP_S + duration_s) / STEP_S)
    warm = round(WARM_UP_S / STEP_S)

    def meet(name: str, vclass: str, dims: tuple[float, float]) -> int:
        index[name] = len(names)
        names.append(name)
        classes.append(vclass)
        size.append(dims)
        return index[name]

    for step in range(steps):
        sumo.simulationStep()
        t = round((step - warm) * STEP_S, 3)
        text = light.getRedYellowGreenState("C")
        states = _lamps(text, net, clear_left)
        if t >= 0:
            changes += [(t, i, s) for i, s in enumerate(states) if t == 0 or s != shown[i]]
            shown = states
        if step % 10 == 0 and ("r" in text or "u" in text):
            _lose_patience(sumo, rng, approaches)
        for name in vehicle.getIDList():
            lane = vehicle.getLaneID(name)
            before = last_place.get(name)
            if lane != before:
                last_place[name] = lane
                if t >= 0 and lane in via and before is not None and not before.startswith(":"):
                    link = via[lane]
                    who = index.get(name)
                    if who is None:
                        who = meet(
                            name,
                            vehicle.getTypeID(name).split(".")[0],
                            (vehicle.getLength(name), vehicle.getWidth(name)),
                        )
                    entries.append(Entry(who, t, before, f"s{link.index}", link.index))
            if t < 0:
                continue
            who = index.get(name)
            if who is None:
                who = meet(
                    name,
                    vehicle.getTypeID(name).split(".")[0],
                    (vehicle.getLength(name), vehicle.getWidth(name)),
                )
            x, y = vehicle.getPosition(name)
            rows.append((who, t, x, y, vehicle.getAngle(name), vehicle.getSpeed(name), size[who][0], False))
        for name in person.getIDList():
            edge = person.getRoadID(name)
            before = last_place.get(name)
            if edge != before:
                last_place[name] = edge
                crossing = crossing_of.get(edge)
                if crossing is not None and t >= 0:
                    who = index.get(name)
                    if who is None:
                        who = meet(name, "pedestrian", FOOTPRINT_PERSON_M)
                    entries.append(Entry(who, t, edge, f"s{crossing.index}", crossing.index))
            if t < 0:
                continue
            who = index.get(name)
            if who is None:
                who = meet(name, "pedestrian", FOOTPRINT_PERSON_M)
            x, y = person.getPosition(name)
            rows.append((who, t, x, y, person.getAngle(name), person.getSpeed(name), 0.0, edge in crossing_of))
    table = np.array(rows, dtype=float)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    track = table[:, 0].astype(int)
    heading = table[:, 4] % 360
    # SUMO gives a vehicle's front bumper; the footprint's centre is half a length behind it.
    back = table[:, 6] / 2
    x = table[:, 2] - back * np.sin(np.radians(heading))
    y = table[:, 3] - back * np.cos(np.radians(heading))
    side = _lane_position(seed, names, classes, net.drives_on)[track]
    x, y = x + side * np.cos(np.radians(heading)), y - side * np.sin(np.radians(heading))
    found = Rows(track, table[:, 1], x, y, heading, table[:, 5], table[:, 7].astype(bool))
    return Recording(found, People(names, classes, np.array(size)), changes, entries, duration_s)


def _lane_position(seed: int, names: list[str], classes: list[str], drives_on: str) -> np.ndarray:
    """Metres to the right of the lane's centre that each road user keeps to: cyclists ride near the kerb."""
    rng = np.random.default_rng([seed, 3])
    draw = rng.uniform(0, 1, len(names))
    near = 1.0 if drives_on == "right" else -1.0
    kind = np.array(classes)
    offset = (draw - 0.5) * 0.4
    offset = np.where(kind == "cyclist", near * (0.1 + 0.7 * draw), offset)
    offset = np.where(kind == "motorcycle", (draw - 0.5) * 1.2, offset)
    return np.where(kind == "pedestrian", 0.0, offset)
