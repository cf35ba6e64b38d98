"""A random signalised junction: drawn from a seed, built by netconvert, read back as plain geometry."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ARM_LENGTH_M = 140.0
SIDEWALK_WIDTH_M = 2.0


@dataclass(frozen=True)
class Lane:
    """One lane of one arm; `shape` is (n, 2) metres in the direction of travel."""

    id: str
    edge: str
    arm: str
    inbound: bool
    kind: str  # traffic | sidewalk
    width_m: float
    shape: np.ndarray


@dataclass(frozen=True)
class Link:
    """One controlled vehicle movement: from an approach lane, over internal lane `via`, to edge `to_edge`."""

    index: int
    from_lane: str
    to_edge: str
    via: str
    direction: str


@dataclass(frozen=True)
class Crossing:
    """One signalised crosswalk; `polygon` is (n, 2) metres."""

    id: str
    index: int
    arm: str
    polygon: np.ndarray


@dataclass(frozen=True)
class Network:
    """The junction; `bearings_deg` are the arms' directions seen from the centre, clockwise from north."""

    net_file: Path
    drives_on: str
    speed_limit_kmh: float
    clear_s: float
    bearings_deg: dict[str, float]
    lanes: tuple[Lane, ...]
    links: tuple[Link, ...]
    crossings: tuple[Crossing, ...]
    phases: tuple[tuple[float, str], ...]

    @property
    def limit_mps(self) -> float:
        return self.speed_limit_kmh / 3.6


def binary(name: str) -> str:
    """Path of a SUMO program beside this interpreter, or the bare name where it is on PATH."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.exists() else name


def _bearings(rng: np.random.Generator, arms: int) -> list[float]:
    by_count: dict[int, list[tuple[int, ...]]] = {
        2: [(0, 180)],
        3: [(0, 90, 180), (0, 120, 240), (0, 110, 200)],
        4: [(0, 90, 180, 270)],
    }
    patterns = by_count[arms]
    spread = {2: 35.0, 3: 20.0, 4: 18.0}[arms]
    while True:
        base = np.array(patterns[int(rng.integers(len(patterns)))], dtype=np.float64)
        angles = np.sort((base + rng.uniform(-spread, spread, arms) + rng.uniform(0, 360)) % 360)
        gaps = np.diff(np.r_[angles, angles[0] + 360])
        if gaps.min() >= 58:
            return [float(a) for a in angles]


def _write_plain(rng: np.random.Generator, folder: Path, bearings: dict[str, float], limit_kmh: float) -> None:
    nodes = ["<nodes>", '<node id="C" x="0" y="0" type="traffic_light" tl="C"/>']
    edges, crossings = ["<edges>"], ["<connections>"]
    n_out = int(rng.integers(1, 3))
    arms = list(bearings)
    # With one way to go, approach lanes beyond the exit's would lead nowhere.
    most = n_out if len(arms) == 2 else 3
    # Removing one crosswalk keeps the pedestrian network connected; two opposite ones would cut it in half.
    missing = arms[rng.integers(len(arms))] if rng.random() < (0.4 if len(arms) > 2 else 0.15) else None
    for arm, bearing in bearings.items():
        x, y = (ARM_LENGTH_M * f(math.radians(bearing)) for f in (math.sin, math.cos))
        nodes.append(f'<node id="{arm}" x="{x:.2f}" y="{y:.2f}" type="priority"/>')
        for edge, a, b, n in (
            (f"{arm}C", arm, "C", min(most, int(rng.choice([1, 2, 3], p=[0.3, 0.5, 0.2])))),
            (f"C{arm}", "C", arm, n_out),
        ):
            edges.append(f'<edge id="{edge}" from="{a}" to="{b}" numLanes="{n + 1}" speed="{limit_kmh / 3.6:.4f}">')
            edges.append(f'<lane index="0" allow="pedestrian" width="{SIDEWALK_WIDTH_M}"/>')
            for i in range(n):
                edges.append(f'<lane index="{i + 1}" disallow="pedestrian" width="{rng.uniform(2.8, 3.8):.2f}"/>')
            edges.append("</edge>")
        if arm != missing:
            crossings.append(
                f'<crossing node="C" edges="{arm}C C{arm}" width="{rng.uniform(3, 5):.1f}" priority="true"/>'
            )
    for name, lines, end in (
        ("nod", nodes, "</nodes>"),
        ("edg", edges, "</edges>"),
        ("con", crossings, "</connections>"),
    ):
        (folder / f"plain.{name}.xml").write_text("\n".join([*lines, end]))


def _retime(rng: np.random.Generator, root: ET.Element, twins: list[tuple[int, int]], red_amber: bool) -> None:
    """Vary the greens, make twin links show one light, and put red-amber before green where asked."""
    logic = root.find("tlLogic")
    assert logic is not None
    phases = [(float(p.get("duration", "0")), p.get("state", "")) for p in logic.findall("phase")]
    for phase in logic.findall("phase"):
        logic.remove(phase)
    timed: list[tuple[float, str]] = []
    for duration, state in phases:
        if "y" not in state.lower() and duration > 8:
            duration = max(7.0, round(duration * rng.uniform(0.75, 1.2)))
        chars = list(state)
        for first, second in twins:
            chars[second] = chars[first]
        timed.append((duration, "".join(chars)))
    vehicle_links = {
        int(c.get("linkIndex", "-1"))
        for c in root.findall("connection")
        if c.get("tl") and not c.get("from", "").startswith(":")
    }
    out: list[tuple[float, str]] = []
    for k, (duration, state) in enumerate(timed):
        following = timed[(k + 1) % len(timed)][1]
        chars = ["u" if i in vehicle_links and c == "r" and following[i] in "gG" else c for i, c in enumerate(state)]
        if red_amber and "u" in chars and duration >= 2:
            out += [(duration - 1, state), (1.0, "".join(chars))]
        else:
            out.append((duration, state))
    for duration, state in out:
        ET.SubElement(logic, "phase", duration=f"{duration:.0f}", state=state)
    logic.set("offset", str(int(rng.integers(0, 60))))


def _points(text: str) -> np.ndarray:
    return np.array([[float(v) for v in p.split(",")[:2]] for p in text.split()])


def _band(shape: np.ndarray, width: float) -> np.ndarray:
    along = shape[-1] - shape[0]
    normal = np.array([-along[1], along[0]]) / np.hypot(*along) * width / 2
    return np.array([shape[0] + normal, shape[-1] + normal, shape[-1] - normal, shape[0] - normal])


def _twins(root: ET.Element) -> list[tuple[int, int]]:
    """Pairs of links from one lane to one exit edge: told apart by no exit heading, so they share a light."""
    first: dict[tuple[str, str, str], int] = {}
    pairs = []
    for c in root.findall("connection"):
        if c.get("tl") and not c.get("from", "").startswith(":"):
            key = (c.get("from", ""), c.get("fromLane", ""), c.get("to", ""))
            index = int(c.get("linkIndex", "0"))
            if key in first:
                pairs.append((first[key], index))
            else:
                first[key] = index
    return pairs


def build(
    seed: int,
    folder: Path,
    arms: int | None = None,
    drives_on: str | None = None,
    clear_s: float | None = None,
) -> Network:
    """Draw a junction from `seed` and build it in `folder`; `arms` 2-4 and `drives_on` left/right override it.

    `clear_s` is how long after walk the pedestrian signal shows `clear` (0: goes straight to dont_walk).
    """
    rng = np.random.default_rng([seed, 1])
    drawn_arms, drawn_side = int(rng.choice([2, 3, 4], p=[0.15, 0.35, 0.5])), rng.choice(["left", "right"])
    drawn_clear = float(rng.choice([0.0, 4.0]))
    arms, drives_on = arms or drawn_arms, drives_on or str(drawn_side)
    if arms not in (2, 3, 4) or drives_on not in ("left", "right"):
        raise ValueError(f"arms must be 2-4 and drives_on left or right, got {arms} and {drives_on}")
    folder.mkdir(parents=True, exist_ok=True)
    bearings = {f"A{i}": b for i, b in enumerate(_bearings(rng, arms))}
    limit_kmh = float(rng.choice([40.0, 50.0, 60.0]))
    _write_plain(rng, folder, bearings, limit_kmh)
    net_file = folder / "junction.net.xml"
    command = [
        binary("netconvert"),
        "-n",
        str(folder / "plain.nod.xml"),
        "-e",
        str(folder / "plain.edg.xml"),
        "-x",
        str(folder / "plain.con.xml"),
        "-o",
        str(net_file),
        "--offset.disable-normalization",
        "true",
        "--walkingareas",
        "true",
        "--no-warnings",
        "true",
        "--default.junctions.radius",
        f"{rng.uniform(4, 8):.1f}",
        "--junctions.internal-link-detail",
        "12",
        "--junctions.corner-detail",
        "8",
        "--tls.layout",
        str(rng.choice(["opposites", "opposites", "incoming"])),
        "--tls.cycle.time",
        str(int(rng.integers(45, 81))),
        "--tls.yellow.time",
        str(int(rng.integers(3, 5))),
        "--tls.allred.time",
        str(int(rng.choice([0, 1, 2, 3]))),
        "--tls.left-green.time",
        str(int(rng.choice([0, 6, 8]))),
        "--tls.crossing-clearance.time",
        "5",
    ]
    if drives_on == "left":
        command.append("--lefthand")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode != 0:
        raise RuntimeError(f"netconvert, seed {seed}: {done.stderr.strip()}")
    tree = ET.parse(net_file)
    _retime(rng, tree.getroot(), _twins(tree.getroot()), red_amber=bool(rng.random() < 0.4))
    tree.write(net_file)
    return _read(tree.getroot(), net_file, drives_on, limit_kmh, bearings, drawn_clear if clear_s is None else clear_s)


def _read(
    root: ET.Element,
    net_file: Path,
    drives_on: str,
    limit_kmh: float,
    bearings: dict[str, float],
    clear_s: float,
) -> Network:
    crossing_links = {
        c.get("to", ""): int(c.get("linkIndex", "0"))
        for c in root.findall("connection")
        if c.get("tl") and c.get("from", "").startswith(":")
    }
    lanes, crossings = [], []
    for edge in root.findall("edge"):
        edge_id = edge.get("id", "")
        if edge.get("function") == "crossing":
            lane = edge.find("lane")
            assert lane is not None
            # Not outlineShape: that runs along the kerb, while people count as on the crossing from the ends of
            # the lane's own shape (and in left-hand networks netconvert 1.28 leaves the outline mirrored).
            polygon = _band(_points(lane.get("shape", "")), float(lane.get("width", "4")))
            arm = edge.get("crossingEdges", "").split()[0].replace("C", "", 1)
            crossings.append(Crossing(edge_id, crossing_links[edge_id], arm, polygon))
        elif not edge_id.startswith(":"):
            for lane in edge.findall("lane"):
                kind = "sidewalk" if lane.get("allow") == "pedestrian" else "traffic"
                lanes.append(
                    Lane(
                        lane.get("id", ""),
                        edge_id,
                        edge_id.replace("C", "", 1),
                        edge_id.endswith("C"),
                        kind,
                        float(lane.get("width", "3.2")),
                        _points(lane.get("shape", "")),
                    )
                )
    links = [
        Link(
            int(c.get("linkIndex", "0")),
            f"{c.get('from')}_{c.get('fromLane')}",
            c.get("to", ""),
            c.get("via", ""),
            c.get("dir", ""),
        )
        for c in root.findall("connection")
        if c.get("tl") and not c.get("from", "").startswith(":")
    ]
    logic = root.find("tlLogic")
    assert logic is not None
    phases = tuple((float(p.get("duration", "0")), p.get("state", "")) for p in logic.findall("phase"))
    return Network(
        net_file,
        drives_on,
        limit_kmh,
        clear_s,
        bearings,
        tuple(lanes),
        tuple(sorted(links, key=lambda k: k.index)),
        tuple(crossings),
        phases,
    )
