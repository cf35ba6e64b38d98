"""Who travels, when and how lawfully: a SUMO route file drawn from a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .network import Network

VARIANTS = 6

# class: (vClass, length range m, width m, maxSpeed m/s, share of motor traffic, share that ignores red)
MOTOR = {
    "car": ("passenger", (4.0, 5.2), 1.8, 55.0, 0.76, 0.35),
    "van": ("delivery", (5.2, 6.2), 2.0, 50.0, 0.06, 0.30),
    "truck": ("truck", (7.1, 11.0), 2.4, 36.0, 0.06, 0.30),
    "bus": ("bus", (11.0, 12.5), 2.5, 25.0, 0.04, 0.25),
    "motorcycle": ("motorcycle", (2.0, 2.3), 0.8, 55.0, 0.08, 0.35),
}
RUNNER_SHARE = {"cyclist": 0.5, "pedestrian": 0.45}
SPEEDER_SHARE = 0.16
# Without these a queueing vehicle changes lane by sliding sideways on the spot.
LATERAL = 'lcMaxSpeedLatStanding="0" lcMaxSpeedLatFactor="0.25"'
BOLD = ' jmIgnoreFoeProb="1" jmIgnoreFoeSpeed="100"'
PREFIX = {"law": "", "run": "run", "bold": "run", "fast": "fast"}


def _red(rng: np.random.Generator) -> str:
    """Red-ignoring junction model: most would go at any time into red, some only in its first seconds."""
    patience = 1000.0 if rng.random() < 0.7 else rng.uniform(2.0, 12.0)
    return f'jmDriveAfterRedTime="{patience:.1f}"'


def _vehicle_types(rng: np.random.Generator) -> list[str]:
    out = []
    for cls, (vclass, (shortest, longest), width, top, _, _) in MOTOR.items():
        for how in ("law", "run", "bold", "fast"):
            for k in range(VARIANTS):
                factor = rng.uniform(1.15, 1.6) if how == "fast" else float(np.clip(rng.normal(0.98, 0.06), 0.8, 1.14))
                extra = {"run": _red(rng), "bold": _red(rng) + BOLD}
                out.append(
                    f'<vType id="{cls}.{how}.{k}" vClass="{vclass}" length="{rng.uniform(shortest, longest):.2f}" '
                    f'width="{width}" maxSpeed="{top}" {LATERAL} '
                    f'speedFactor="{factor:.3f}" speedDev="0" '
                    f'jmStoplineGap="{rng.choice([0.1, 0.4, 1.0, 2.0])}" minGap="{rng.uniform(1.2, 3):.1f}" '
                    f"{extra.get(how, '')}/>"
                )
    for how in ("law", "run"):
        for k in range(VARIANTS):
            out.append(
                f'<vType id="cyclist.{how}.{k}" vClass="bicycle" length="1.6" width="0.65" speedDev="0" {LATERAL} '
                f'maxSpeed="{rng.uniform(3.5, 7.5):.2f}" jmStoplineGap="{rng.choice([0.1, 0.5, 1.0])}" '
                f"{_red(rng) + (BOLD if k % 2 else '') if how == 'run' else ''}/>"
            )
            out.append(
                f'<vType id="pedestrian.{how}.{k}" vClass="pedestrian" speedDev="0.05" '
                f'maxSpeed="{rng.uniform(1.0, 1.9):.2f}" '
                f"{_red(rng) + BOLD if how == 'run' else ''}/>"
            )
    return out


def _arrivals(rng: np.random.Generator, per_minute: float, end_s: float) -> np.ndarray:
    return np.sort(rng.uniform(0, end_s, rng.poisson(per_minute * end_s / 60)))


def write(seed: int, net: Network, end_s: float, folder: Path, density: float = 1.0) -> Path:
    """Write `demand.rou.xml` for `end_s` seconds; `density` scales every flow. Returns its path.

    Ids read CLASS[run|fast]_FROM_TO.N: `run` would ignore red, `fast` would drive too fast. Whether they really
    did is the simulator's to say, not the id's.
    """
    rng = np.random.default_rng([seed, 2])
    types = _vehicle_types(rng)
    trips: list[tuple[float, str]] = []
    exits: dict[str, list[str]] = {}
    for link in net.links:
        edge = link.from_lane.rsplit("_", 1)[0]
        exits.setdefault(edge, [])
        if link.to_edge not in exits[edge]:
            exits[edge].append(link.to_edge)
    lane_count = {e: len({k.from_lane for k in net.links if k.from_lane.startswith(e + "_")}) for e in exits}
    total_lanes = sum(lane_count.values())
    busy = rng.choice(list(exits))  # one arm gets more than it can discharge now and then
    number = 0
    classes, shares = list(MOTOR), np.array([m[4] for m in MOTOR.values()])
    motor_per_lane = min(5.5, 36 / total_lanes)
    for edge, targets in exits.items():
        arm = edge.replace("C", "")
        weight = np.array([0.06 if t == f"C{arm}" else rng.uniform(0.5, 1.5) for t in targets])
        weight /= weight.sum()
        rate = motor_per_lane * lane_count[edge] * rng.uniform(0.7, 1.2) * (1.5 if edge == busy else 1.0)
        bikes = 18 / len(exits) * rng.uniform(0.7, 1.3)
        for cls_set, per_minute in ((classes, rate), (["cyclist"], bikes)):
            for t in _arrivals(rng, per_minute * density, end_s):
                cls = cls_set[0] if len(cls_set) == 1 else str(rng.choice(classes, p=shares / shares.sum()))
                if cls == "cyclist":
                    how = "run" if rng.random() < RUNNER_SHARE[cls] else "law"
                else:
                    draw, share = rng.random(), MOTOR[cls][5]
                    fast = SPEEDER_SHARE if cls in ("car", "motorcycle", "van") else 0.0
                    how = (
                        "run"
                        if draw < share * 0.3
                        else "bold"
                        if draw < share
                        else "fast"
                        if draw < share + fast
                        else "law"
                    )
                to = str(rng.choice(targets, p=weight))
                number += 1
                name = f"{cls}{PREFIX[how]}_{arm}_{to.replace('C', '')}.{number}"
                trips.append(
                    (
                        t,
                        (
                            f'<vehicle id="{name}" type="{cls}.{how}.{rng.integers(VARIANTS)}" depart="{t:.1f}" '
                            f'departLane="best" departSpeed="max" arrivalPos="max">'
                            f'<route edges="{edge} {to}"/></vehicle>'
                        ),
                    )
                )
    trips += _walkers(rng, net, end_s, density)
    trips.sort(key=lambda item: item[0])
    path = folder / "demand.rou.xml"
    path.write_text("\n".join(["<routes>", *types, *(line for _, line in trips), "</routes>"]))
    return path


def _walkers(rng: np.random.Generator, net: Network, end_s: float, density: float) -> list[tuple[float, str]]:
    """People from one sidewalk to another, starting 20-60 m from the junction so that they soon reach it."""
    length = {lane.edge: float(np.hypot(*(lane.shape[-1] - lane.shape[0]))) for lane in net.lanes}
    edges = sorted(length)
    out = []
    for number, t in enumerate(_arrivals(rng, 22 * density, end_s)):
        while True:
            start, goal = rng.choice(edges, 2, replace=False)
            # Walking round a corner needs no crossing; keep only a few who do.
            if start.replace("C", "") != goal.replace("C", "") or rng.random() < 0.5:
                break
        how = "run" if rng.random() < RUNNER_SHARE["pedestrian"] else "law"

        def near(edge: str) -> float:
            back = min(rng.uniform(8, 50), length[edge] - 5)
            return length[edge] - back if edge.endswith("C") else back

        name = f"ped{PREFIX[how]}_{start.replace('C', '')}_{goal.replace('C', '')}.{number}"
        out.append(
            (
                t,
                (
                    f'<person id="{name}" type="pedestrian.{how}.{rng.integers(VARIANTS)}" depart="{t:.1f}" '
                    f'departPos="{near(start):.1f}">'
                    f'<walk from="{start}" to="{goal}" arrivalPos="{near(goal):.1f}"/></person>'
                ),
            )
        )
    return out
