"""Junctions of many shapes by netconvert and netgenerate alone: a second source of truth, unlike the first.

Nothing is shared with `tests.simulated`. There are what that one lacks: five arms, skewed and unsignalised junctions,
one-way arms, bus and cycle lanes, grids and random nets.
"""

from __future__ import annotations

import math
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from passerby.site.model import Crosswalk, Lane, Movement, Signal, Site, StopLine

SEEN_M = 75.0
"""Cameras see this far from the middle."""

ARM_M = 160.0


@dataclass(frozen=True)
class Arm:
    """An arm: its bearing from the middle (degrees), lanes in and out, and whether it has a bus or a cycle lane."""

    bearing_deg: float
    lanes_in: int = 2
    lanes_out: int = 1
    bus: bool = False
    cycle: bool = False


@dataclass(frozen=True)
class Shape:
    """What a junction looks like; grid: netgenerate's arguments instead of arms."""

    arms: tuple[Arm, ...] = ()
    node: str = "traffic_light"
    left_hand: bool = False
    crossings: bool = True
    radius_m: float = 4.0
    grid: tuple[str, ...] = field(default=())


KINDS = ("tee", "cross", "five", "skew", "left", "priority", "one-way", "bus", "grid", "random", "bare", "large")


def shape_of(kind: str, rng: np.random.Generator) -> Shape:
    """A shape of a kind, its measures drawn at random."""

    def arms(*bearings: float, turn: float = 10.0, **more: bool) -> tuple[Arm, ...]:
        north = rng.uniform(0, 360)
        return tuple(
            Arm((north + b + rng.uniform(-turn, turn)) % 360, int(rng.integers(1, 4)), int(rng.integers(1, 3)), **more)
            for b in bearings
        )

    radius = float(rng.uniform(3, 8))
    four = (0.0, 90.0, 180.0, 270.0)
    if kind == "tee":
        return Shape(arms(0, 90, 180), left_hand=bool(rng.random() < 0.3), radius_m=radius)
    if kind == "five":
        return Shape(arms(0, 72, 144, 216, 288, turn=6), radius_m=radius)
    if kind == "skew":
        return Shape(arms(0, 60, 180, 240, turn=4), radius_m=radius)
    if kind == "left":
        return Shape(arms(*four), left_hand=True, radius_m=radius)
    if kind == "priority":
        return Shape(arms(*four), node=str(rng.choice(["priority", "right_before_left"])), radius_m=radius)
    if kind == "one-way":
        some = list(arms(*four))
        some[0] = Arm(some[0].bearing_deg, 2, 0)
        some[2] = Arm(some[2].bearing_deg, 0, 2)
        return Shape(tuple(some), radius_m=radius)
    if kind == "bus":
        some = list(arms(*four))
        some[0] = Arm(some[0].bearing_deg, 2, 2, bus=True)
        some[2] = Arm(some[2].bearing_deg, 2, 2, bus=True)
        some[1] = Arm(some[1].bearing_deg, 1, 1, cycle=True)
        return Shape(tuple(some), radius_m=radius)
    if kind == "bare":
        return Shape(arms(*four), crossings=False, radius_m=radius)
    if kind == "large":
        some = [Arm(a.bearing_deg, int(rng.integers(3, 5)), 3) for a in arms(*four)]
        return Shape(tuple(some), radius_m=float(rng.uniform(8, 14)))
    if kind == "grid":
        length = f"{rng.uniform(160, 220):.0f}"
        lanes = str(rng.integers(1, 4))
        extra = ("--grid.number", "3", "--grid.length", length, "-L", lanes)
        return Shape(grid=("--grid", *extra, "--default-junction-type", "traffic_light"))
    if kind == "random":
        extra = ("--rand.iterations", "30", "--rand.min-distance", "120", "--rand.max-distance", "200")
        lanes = str(rng.integers(1, 3))
        return Shape(grid=("--rand", *extra, "-L", lanes, "--tls.guess", "true", "--rand.random-lanenumber", "true"))
    return Shape(arms(*four), radius_m=radius)


def program(name: str, *args: str) -> None:
    """Run a SUMO program; RuntimeError with what it said where it fails."""
    beside = Path(sys.executable).parent / name
    command = [str(beside) if beside.exists() else name, *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name}: {done.stderr.strip()[-500:]}")


def _edges(arm: str, of: Arm) -> list[str]:
    out = []
    for edge, a, b, n in ((f"{arm}C", arm, "C", of.lanes_in), (f"C{arm}", "C", arm, of.lanes_out)):
        if not n:
            continue
        lanes = ['allow="pedestrian" width="2"']
        lanes += ['allow="bicycle" width="1.5"'] if of.cycle else []
        lanes += ['allow="bus taxi"'] if of.bus else []
        lanes += ['disallow="pedestrian"'] * (n - of.bus)
        inner = "".join(f'<lane index="{k}" {text}/>' for k, text in enumerate(lanes))
        out.append(f'<edge id="{edge}" from="{a}" to="{b}" numLanes="{len(lanes)}" speed="13.89">{inner}</edge>')
    return out


def build(kind: str, seed: int, folder: Path) -> Path:
    """The net file of a junction of a kind, in `folder`."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    shape = shape_of(kind, rng)
    net = folder / "net.xml"
    common = ["-o", str(net), "--no-turnarounds", "true", "--no-warnings", "true", "--seed", str(seed)]
    common += ["--offset.disable-normalization", "true"]
    if shape.crossings:
        common += ["--crossings.guess", "true", "--walkingareas", "true"]
    if shape.left_hand:
        common += ["--lefthand", "true"]
    if shape.grid:
        program("netgenerate", *shape.grid, *common, "--sidewalks.guess", "true", "--sidewalks.guess.min-speed", "0")
        return net
    nodes, edges = [f'<node id="C" x="0" y="0" type="{shape.node}"/>'], []
    for k, arm in enumerate(shape.arms):
        x, y = (ARM_M * f(math.radians(arm.bearing_deg)) for f in (math.sin, math.cos))
        nodes.append(f'<node id="A{k}" x="{x:.2f}" y="{y:.2f}"/>')
        edges += _edges(f"A{k}", arm)
    (folder / "n.nod.xml").write_text(f"<nodes>{''.join(nodes)}</nodes>")
    (folder / "e.edg.xml").write_text(f"<edges>{''.join(edges)}</edges>")
    plain = ["-n", str(folder / "n.nod.xml"), "-e", str(folder / "e.edg.xml")]
    program("netconvert", *plain, *common, "--default.junctions.radius", f"{shape.radius_m:.1f}")
    return net


def _points(text: str | None) -> np.ndarray:
    return np.array([[float(v) for v in p.split(",")[:2]] for p in (text or "").split()])


def _heading(step: np.ndarray) -> float:
    return float(np.degrees(np.arctan2(step[0], step[1])) % 360)


def _centre(root: ET.Element) -> ET.Element:
    """The junction with most ways in, signalised where there are such, the one nearest to the net's middle first."""
    some = [j for j in root.findall("junction") if j.get("type") not in ("internal", "dead_end")]
    place = {j.get("id"): np.array([float(j.get("x", 0)), float(j.get("y", 0))]) for j in some}
    middle = np.mean(list(place.values()), axis=0)

    def rank(j: ET.Element) -> tuple[bool, int, float]:
        ways = {lane.rsplit("_", 1)[0] for lane in (j.get("incLanes") or "").split() if not lane.startswith(":")}
        return j.get("type") == "traffic_light", len(ways), -float(np.hypot(*(place[j.get("id")] - middle)))

    return max(some, key=rank)


def _drives(lane: ET.Element) -> str | None:
    """The kind of a lane for motor vehicles, None for others."""
    allow, disallow = set((lane.get("allow") or "").split()), set((lane.get("disallow") or "").split())
    if allow and "passenger" not in allow:
        return "bus" if "bus" in allow else None
    return None if "passenger" in disallow or "all" in disallow else "traffic"


@dataclass(frozen=True)
class Junction:
    """The truth, where its middle is, the edges that lead in and out, and which signal is at which link index.

    arm_of: the node at the far end of each of these edges. links: (signal, whether people obey it).
    """

    site: Site
    middle: np.ndarray
    ways_in: list[str]
    ways_out: list[str]
    arm_of: dict[str, str]
    tl: str | None
    links: dict[int, tuple[str, bool]]


def read(net: Path, kind: str) -> Junction:
    """The middle junction of a net as a site: lanes as far as seen, stop lines where someone must wait, crosswalks."""
    root = ET.parse(net).getroot()
    centre = _centre(root)
    name = centre.get("id", "")
    middle = np.array([float(centre.get("x", 0)), float(centre.get("y", 0))])
    reach = shapely.Point(*middle).buffer(SEEN_M)
    connections = [c for c in root.findall("connection") if c.get("state")]
    lanes, lines, walks, ways_in, ways_out = [], [], [], [], []
    links: dict[int, tuple[str, bool]] = {}
    arm_of: dict[str, str] = {}
    exits: dict[str, float] = {}
    edges = root.findall("edge")
    for edge in edges:
        if edge.get("from") == name and not edge.get("function"):
            shape = _points(edge.findall("lane")[-1].get("shape"))
            exits[edge.get("id", "")] = _heading(shape[1] - shape[0])
    for edge in edges:
        id = edge.get("id", "")
        if edge.get("function") == "crossing" and id.startswith(f":{name}_c"):
            lane = edge.find("lane")
            assert lane is not None
            line = shapely.LineString(_points(lane.get("shape")))
            band = line.buffer(float(lane.get("width", 4)) / 2, cap_style="flat")
            link = next((c for c in connections if c.get("to") == id and c.get("tl")), None)
            signal = None if link is None else f"s{link.get('linkIndex')}"
            if link is not None:
                links[int(link.get("linkIndex", 0))] = (str(signal), True)
            corners = tuple(map(tuple, np.asarray(band.exterior.coords)[:-1].tolist()))
            walks.append(Crosswalk(id, corners, signal))
            continue
        if edge.get("function") or name not in (edge.get("from"), edge.get("to")):
            continue
        inbound = edge.get("to") == name
        (ways_in if inbound else ways_out).append(id)
        arm_of[id] = edge.get("from" if inbound else "to", "")
        for lane in edge.findall("lane"):
            drives = _drives(lane)
            shape = _points(lane.get("shape"))
            part = shapely.LineString(shape).intersection(reach)
            if drives is None or not isinstance(part, shapely.LineString) or part.length < 20:
                continue
            width = float(lane.get("width", 3.2))
            lanes.append(Lane(lane.get("id", ""), tuple(map(tuple, part.coords)), width, drives))
            mine = [c for c in connections if (c.get("from"), c.get("fromLane")) == (id, lane.get("index"))]
            if not inbound or not mine or all(c.get("state") == "M" for c in mine):
                continue
            u = (shape[-1] - shape[-2]) / np.hypot(*(shape[-1] - shape[-2]))
            right = np.array([u[1], -u[0]]) * width / 2
            movements = []
            for c in mine:
                signal = f"s{c.get('linkIndex')}" if c.get("tl") else None
                if signal is not None:
                    links[int(c.get("linkIndex", 0))] = (signal, False)
                movements.append(Movement(signal, exits.get(c.get("to", ""))))
            ends = (tuple((shape[-1] - right).tolist()), tuple((shape[-1] + right).tolist()))
            lines.append(StopLine(lane.get("id", ""), ends, _heading(u), tuple(movements)))
    side = "left" if root.get("lefthand") == "true" else "right"
    signals = tuple(Signal(s, "pedestrian" if foot else "vehicle") for s, foot in links.values())
    site = Site(
        f"{kind} {net.parent.name}",
        drives_on=side,
        signals=signals,
        stop_lines=tuple(lines),
        crosswalks=tuple(walks),
        lanes=tuple(lanes),
    )
    tl = next((c.get("tl") for c in connections if c.get("tl") and c.get("from") in ways_in), None)
    return Junction(site, middle, ways_in, ways_out, arm_of, tl, links)
