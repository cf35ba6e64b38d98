"""Traffic on a junction of `junctions`: SUMO's default drivers and walkers as tracks, and the lights."""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

from passerby.signals.history import SignalHistory, from_changes
from passerby.site.model import Site
from passerby.tracks.classes import CODE
from passerby.tracks.record import Tracks

from .junctions import SEEN_M, Junction, build, program, read

WARM_UP_S = 30
EPOCH_S = 1_790_000_000.0
FOOTPRINT_M = {"car": (5.0, 1.8), "van": (6.5, 2.16), "truck": (7.1, 2.4), "bus": (12.0, 2.5)}
FOOTPRINT_M |= {"motorcycle": (2.2, 0.9), "cyclist": (1.6, 0.65), "pedestrian": (0.5, 0.5)}

# class: (vClass, share of motor traffic)
MOTOR = {"car": ("passenger", 0.8), "van": ("delivery", 0.08), "truck": ("truck", 0.06), "bus": ("bus", 0.03)}
MOTOR |= {"motorcycle": ("motorcycle", 0.03)}
STATE = {"r": "red", "u": "red_amber", "y": "amber", "Y": "amber", "g": "green", "G": "green", "s": "red"}
PER_MINUTE = (2.0, 4.0, 6.5)
"""Motor vehicles an arm, from thin to heavy."""


def made(
    kind: str, seed: int, minutes: float, per_minute: float | None = None, noise_m: float = 0.1
) -> tuple[Tracks, Site, SignalHistory | None]:
    """Tracks, truth and the signal log (None without signals) of one junction; positions with noise_m, ten a second."""
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        net = build(kind, seed, folder)
        junction = read(net, kind)
        rng = np.random.default_rng([seed, 77])
        end = WARM_UP_S + minutes * 60
        _demand(rng, junction, end, PER_MINUTE[seed % 3] if per_minute is None else per_minute, folder)
        (folder / "more.add.xml").write_text(
            "<additional>"
            + (f'<timedEvent type="SaveTLSStates" source="{junction.tl}" dest="tls.xml"/>' if junction.tl else "")
            + "</additional>"
        )
        options = {"-n": net, "-r": folder / "d.rou.xml", "-a": folder / "more.add.xml", "-e": end}
        options |= {"--step-length": 0.1, "--fcd-output": folder / "fcd.xml", "--seed": seed}
        quiet = ["--no-step-log", "true", "--no-warnings", "true", "--ignore-route-errors", "true"]
        program("sumo", *(str(v) for pair in options.items() for v in pair), *quiet)
        tracks = _tracks(rng, folder / "fcd.xml", junction, noise_m)
        log = _log(folder / "tls.xml", junction) if junction.tl else None
    return tracks, junction.site, log


def _demand(rng: np.random.Generator, junction: Junction, end: float, per_minute: float, folder: Path) -> None:
    rows = []
    classes, shares = list(MOTOR), np.array([s for _, s in MOTOR.values()])
    types = [f'<vType id="{c}" vClass="{v}" length="{FOOTPRINT_M[c][0]}"/>' for c, (v, _) in MOTOR.items()]
    types.append('<vType id="cyclist" vClass="bicycle"/><vType id="pedestrian" vClass="pedestrian"/>')

    def arrivals(rate: float) -> list[float]:
        return rng.uniform(0, end, rng.poisson(rate * end / 60)).tolist()

    for way in junction.ways_in:
        goals = [o for o in junction.ways_out if junction.arm_of[o] != junction.arm_of[way]]
        weight = rng.uniform(0.4, 1.5, len(goals))
        for t in [*arrivals(per_minute * rng.uniform(0.6, 1.4)), *(-t - 1 for t in arrivals(1.0))]:
            kind = "cyclist" if t < 0 else str(rng.choice(classes, p=shares))
            goal = str(rng.choice(goals, p=weight / weight.sum()))
            where = f'from="{way}" to="{goal}" departLane="best" departSpeed="max"'
            rows.append((abs(t), f'<trip id="{kind}.{len(rows)}" type="{kind}" depart="{abs(t):.1f}" {where}/>'))
    edges = [*junction.ways_in, *junction.ways_out]
    for t in arrivals(rng.uniform(4, 16) if junction.site.crosswalks else 0.0):
        a, b = (str(e) for e in rng.choice(edges, 2, replace=False))
        if junction.arm_of[a] == junction.arm_of[b] and rng.random() < 0.5:
            continue
        # negative positions count from an edge's end
        start, goal = ((-1 if e in junction.ways_in else 1) * rng.uniform(8, 50) for e in (a, b))
        walk = f'<walk from="{a}" to="{b}" arrivalPos="{goal:.1f}"/>'
        who = f'id="pedestrian.{len(rows)}" type="pedestrian" depart="{t:.1f}" departPos="{start:.1f}"'
        rows.append((t, f"<person {who}>{walk}</person>"))
    text = "".join([*types, *(row for _, row in sorted(rows))])
    (folder / "d.rou.xml").write_text(f"<routes>{text}</routes>")


def _tracks(rng: np.random.Generator, fcd: Path, junction: Junction, noise_m: float) -> Tracks:
    ids: dict[str, int] = {}
    rows: list[tuple[int, float, float, float]] = []
    t = 0.0
    for event, node in ET.iterparse(fcd, ("start", "end")):
        if event == "start":
            t = float(node.get("time", t)) if node.tag == "timestep" else t
            continue
        if node.tag in ("vehicle", "person") and t >= WARM_UP_S:
            x, y, angle = (float(node.get(k, 0)) for k in ("x", "y", "angle"))
            id = node.get("id", "")
            if node.tag == "vehicle":
                # SUMO gives the front bumper
                back = FOOTPRINT_M[id.partition(".")[0]][0] / 2
                x, y = x - back * np.sin(np.radians(angle)), y - back * np.cos(np.radians(angle))
            if np.hypot(x - junction.middle[0], y - junction.middle[1]) < SEEN_M:
                rows.append((ids.setdefault(id, len(ids)), t, x, y))
        if node.tag == "timestep":
            node.clear()
    table = np.array(rows)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    track = table[:, 0].astype(np.int64)
    classes = [name.partition(".")[0] for name in ids]
    size = np.array([FOOTPRINT_M[c] for c in classes])[track]
    noise = rng.normal(0, noise_m, (len(table), 2))
    return Tracks(
        tuple(ids),
        track,
        np.array([CODE[c] for c in classes])[track],
        EPOCH_S + table[:, 1],
        table[:, 2] + noise[:, 0],
        table[:, 3] + noise[:, 1],
        size[:, 0],
        size[:, 1],
        np.full(len(table), np.nan),
    )


def _log(path: Path, junction: Junction) -> SignalHistory:
    rows: dict[str, list[tuple[float, str]]] = {s: [] for s, _ in junction.links.values()}
    for _, node in ET.iterparse(path):
        if node.tag == "tlsState":
            t, state = float(node.get("time", 0)), node.get("state", "")
            for k, (signal, on_foot) in junction.links.items():
                shown = STATE[state[k]]
                if on_foot:
                    shown = "walk" if shown == "green" else "dont_walk"
                if not rows[signal] or rows[signal][-1][1] != shown:
                    rows[signal].append((EPOCH_S + t, shown))
    return from_changes(rows)
