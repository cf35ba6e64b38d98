"""TTC and PET of the same scenes: Passerby against commonroad-crime 0.4.5, values compared, in one run.

    python benchmarks/conflicts_vs_commonroad.py

commonroad-crime is looked for in this Python, or in the one that the environment variable CRIME_PYTHON names (it needs
its own versions of many packages). Timed is what each computes per pair and instant; building the scene, the import and
the construction of commonroad-crime's measure objects are not. The scenes are straight roads, lanes as wide as the
cars, so that both packages' definitions of TTC (constant speeds) and of the conflict area of PET agree.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from typing import Any

STEP_S = 0.1
LENGTH_M, WIDTH_M = 4.5, 1.8


def following(cars: int = 8, steps: int = 40) -> list[dict[str, Any]]:
    """One lane, slow and fast cars in turn, 22 m apart: [{x, y, vx, vy, steps}]."""
    speeds = [14.0 - 0.5 * n if n % 2 == 0 else 5.0 + 0.5 * n for n in range(cars)]
    return [{"x": 22.0 * n + 20.0, "y": 0.0, "vx": speeds[n], "vy": 0.0, "steps": steps} for n in range(cars)]


def crossing(per_arm: int = 6, steps: int = 220) -> list[dict[str, Any]]:
    """Two crossing lanes, cars timed so that they cross one after the other at varied gaps."""
    out = []
    for n in range(per_arm):
        meet_s = 2.0 + 3.0 * n
        out.append({"x": -10.0 * meet_s, "y": 0.0, "vx": 10.0, "vy": 0.0, "steps": steps})
        out.append({"x": 0.0, "y": -8.0 * (meet_s + 1.3), "vx": 0.0, "vy": 8.0, "steps": steps})
    return out


def ours(cars: list[dict[str, Any]], measure: str) -> dict[str, Any]:
    import numpy as np

    from passerby.conflicts.pet import post_encroachment
    from passerby.conflicts.settings import ConflictSettings
    from passerby.conflicts.ttc import time_to_collision
    from passerby.tracks.classes import CODE
    from passerby.tracks.motion import Motion

    k0 = 1_000_000
    steps = cars[0]["steps"]
    n, total = len(cars), len(cars) * steps
    t = np.arange(steps) * STEP_S
    speed = [math.hypot(c["vx"], c["vy"]) for c in cars]
    zero = np.zeros(total)

    def motion() -> Motion:
        return Motion(
            ids=tuple(f"{i:03}" for i in range(n)),
            cls=np.full(n, CODE["car"]),
            length=np.full(n, LENGTH_M),
            width=np.full(n, WIDTH_M),
            closed=np.ones(n, bool),
            starts=np.arange(n + 1) * steps,
            k=np.tile(k0 + np.arange(steps), n),
            x=np.concatenate([c["x"] + c["vx"] * t for c in cars]),
            y=np.concatenate([c["y"] + c["vy"] * t for c in cars]),
            vx=np.repeat([c["vx"] for c in cars], steps),
            vy=np.repeat([c["vy"] for c in cars], steps),
            ax=zero,
            ay=zero,
            hx=np.repeat([c["vx"] / v for c, v in zip(cars, speed, strict=True)], steps),
            hy=np.repeat([c["vy"] / v for c, v in zip(cars, speed, strict=True)], steps),
            sigma_m=zero,
            sigma_mps=zero,
            joined=np.arange(total) % steps > 0,
            standing=np.zeros(total, bool),
            reversing=np.zeros(total, bool),
        )

    settings = ConflictSettings(ttc_max_s=2.5, pet_max_s=5.0, queue_mps=0.0)
    work = time_to_collision if measure == "ttc" else post_encroachment
    work(motion(), k0, k0 + steps, settings)  # the first call pays for imports
    seconds = math.inf
    for _ in range(5):
        fresh = motion()  # nothing may be cached
        start = time.perf_counter()
        found = work(fresh, k0, k0 + steps, settings)
        seconds = min(seconds, time.perf_counter() - start)
    values: dict[str, float] = {}
    for a, b, k, ttc, pet in zip(found.a, found.b, found.k, found.ttc_s, found.pet_s, strict=True):
        if measure == "ttc":
            values[f"{int(b)} {int(a)} {k - k0}"] = float(ttc)
        else:
            key = f"{int(a)} {int(b)}"
            values[key] = min(values.get(key, math.inf), float(pet))
    return {"seconds": seconds, "values": values}


def theirs(cars: list[dict[str, Any]], measure: str) -> dict[str, Any]:
    """Runs where commonroad-crime is installed."""
    import logging
    import warnings

    import numpy as np
    from commonroad.geometry.shape import Rectangle
    from commonroad.prediction.prediction import TrajectoryPrediction
    from commonroad.scenario.intersection import Intersection
    from commonroad.scenario.lanelet import Lanelet, LaneletNetwork, LaneletType
    from commonroad.scenario.obstacle import DynamicObstacle, ObstacleType
    from commonroad.scenario.scenario import Scenario, ScenarioID, Tag
    from commonroad.scenario.state import CustomState, InitialState
    from commonroad.scenario.trajectory import Trajectory
    from commonroad_crime.data_structure.configuration import CriMeConfiguration
    from commonroad_crime.measure.time.pet import PET
    from commonroad_crime.measure.time.ttc import TTC

    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")

    def lanelet(number: int, x0: float, x1: float, across: bool, **links: Any) -> Lanelet:
        s = np.linspace(x0, x1, max(int(abs(x1 - x0) / 5), 2) + 1)
        left, middle, right = (
            np.column_stack([np.full_like(s, -o), s] if across else [s, np.full_like(s, o)])
            for o in (WIDTH_M / 2, 0.0, -WIDTH_M / 2)
        )
        return Lanelet(left, middle, right, number, **links)

    scenario = Scenario(STEP_S, ScenarioID())
    if measure == "ttc":
        network = LaneletNetwork.create_from_lanelet_list([lanelet(1, -100, 900, False)])
    else:
        inner = {LaneletType.INTERSECTION}
        lanelets = []
        for base, across in ((10, False), (20, True)):
            lanelets.append(lanelet(base, -200, -6, across, successor=[base + 1]))
            lanelets.append(
                lanelet(base + 1, -6, 6, across, predecessor=[base], successor=[base + 2], lanelet_type=inner)
            )
            lanelets.append(lanelet(base + 2, 6, 250, across, predecessor=[base + 1]))
        network = LaneletNetwork.create_from_lanelet_list(lanelets)
        try:
            from commonroad.scenario.intersection import IntersectionIncomingElement as Incoming
        except ImportError:
            from commonroad.scenario.intersection import IncomingGroup as Incoming
        network.add_intersection(
            Intersection(
                900,
                [
                    Incoming(901, incoming_lanelets={10}, successors_straight={11}),
                    Incoming(902, incoming_lanelets={20}, successors_straight={21}),
                ],
            )
        )
        scenario.tags = {Tag.INTERSECTION}
    scenario.add_objects(network)
    for n, c in enumerate(cars):
        heading, speed = math.atan2(c["vy"], c["vx"]), math.hypot(c["vx"], c["vy"])

        def state(k: int, c: dict[str, Any] = c, heading: float = heading, speed: float = speed) -> dict[str, Any]:
            place = np.array([c["x"] + c["vx"] * k * STEP_S, c["y"] + c["vy"] * k * STEP_S])
            return {
                "time_step": k,
                "position": place,
                "orientation": heading,
                "velocity": speed,
                "acceleration": 0.0,
                "yaw_rate": 0.0,
                "slip_angle": 0.0,
            }

        shape = Rectangle(LENGTH_M, WIDTH_M)
        path = Trajectory(1, [CustomState(**state(k)) for k in range(1, c["steps"])])
        scenario.add_objects(
            DynamicObstacle(
                1000 + n, ObstacleType.CAR, shape, InitialState(**state(0)), TrajectoryPrediction(path, shape)
            )
        )
    scenario.assign_obstacles_to_lanelets()
    values: dict[str, float] = {}
    seconds, computed = 0.0, 0
    for ego in range(len(cars)):
        config = CriMeConfiguration()
        config.update(ego_id=1000 + ego, sce=scenario)
        evaluator = (TTC if measure == "ttc" else PET)(config)
        for other in range(len(cars)):
            # Passerby gives no PET to those who follow each other in one lane, so only crossing pairs are timed.
            same_way = cars[ego]["vx"] * cars[other]["vx"] + cars[ego]["vy"] * cars[other]["vy"] > 0
            if other == ego or (measure == "pet" and (other < ego or same_way)):
                continue
            for k in range(cars[0]["steps"] - 1) if measure == "ttc" else (0,):
                start = time.perf_counter()
                value = evaluator.compute(1000 + other, k, verbose=False)
                seconds += time.perf_counter() - start
                computed += 1
                if value is None or not math.isfinite(value):
                    continue
                if measure == "ttc":
                    values[f"{ego} {other} {k}"] = float(value)
                else:
                    values[f"{ego} {other}" if evaluator.case_one else f"{other} {ego}"] = float(value)
    return {"seconds": seconds, "values": values, "computed": computed}


def compare(measure: str, cars: list[dict[str, Any]], python: str, limit_s: float, tolerance_s: float) -> bool:
    mine = ours(cars, measure)
    run = subprocess.run(
        [python, __file__, "--crime", measure],
        input=json.dumps(cars),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        print(run.stderr.strip().splitlines()[-1] if run.stderr.strip() else "commonroad-crime failed", file=sys.stderr)
        return False
    other = json.loads(run.stdout.strip().splitlines()[-1])
    expected = {k: v for k, v in other["values"].items() if v <= limit_s - tolerance_s}
    worst = max((abs(mine["values"].get(k, math.inf) - v) for k, v in expected.items()), default=math.inf)
    extra = {k for k, v in mine["values"].items() if k not in other["values"] and v <= limit_s - tolerance_s}
    print(
        f"{measure.upper()}  {len(cars)} cars x {cars[0]['steps']} instants: "
        f"Passerby {1e3 * mine['seconds']:.2f} ms, commonroad-crime {1e3 * other['seconds']:.0f} ms "
        f"({other['computed']} calls), {other['seconds'] / mine['seconds']:.0f} times; "
        f"{len(expected)} values compared, largest difference {worst:.3f} s, found by Passerby alone {len(extra)}"
    )
    return worst <= tolerance_s and other["seconds"] >= 100 * mine["seconds"]


def main() -> int:
    if "--crime" in sys.argv:
        print(json.dumps(theirs(json.load(sys.stdin), sys.argv[-1])))
        return 0
    python = os.environ.get("CRIME_PYTHON", sys.executable)
    # TTC: theirs is rounded to 0.01 s. PET: theirs counts whole steps, one before entering to one after leaving.
    good = compare("ttc", following(), python, 2.5, 0.011)
    good &= compare("pet", crossing(), python, 5.0, 0.21)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
