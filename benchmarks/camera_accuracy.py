"""How well and how fast the camera follows people, beside the obvious pipeline on the same network, clip and cores.

    python benchmarks/camera_accuracy.py                    # PETS09 S2.L1, three runs of each in turn
    python benchmarks/camera_accuracy.py --clips            # who is counted in the other clips, too

Whole processes are timed on two cores, start of Python included, and compared by their best runs; decoding alone is the
limit. The clips are looked for in PASSERBY_DATA (or ../shared/data).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from machine import PASSERBY, described, run

from passerby.tracks.class_names import MOT
from tests.vision.scoring import (
    DATA,
    clips,
    ground_error,
    judged,
    pets_truth,
    pets_truth_without_outskirts,
    read_mot,
    score,
)
from tests.vision.tsai import read_tsai

CLIP = DATA / "pets09" / "vtest.avi"
HERE = Path(__file__).parent
KINDS = {int(number): name for number, name in MOT.items()}
PEDESTRIAN, OBVIOUS_PERSON = 1, 0
DECODE = (
    "import av, sys\n"
    "with av.open(sys.argv[1]) as c:\n"
    "    c.streams.video[0].thread_type = 'AUTO'\n"
    "    print(sum(1 for _ in c.decode(video=0)))"
)


def pinned() -> None:
    """This process and those it starts on two cores, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])


def product(clip: Path, mot: Path, look_s: float = 0.2) -> list[str]:
    return [*PASSERBY, "watch", str(clip), "--mot", str(mot), "--quiet", "--look", str(look_s)]


def obvious(clip: Path, mot: Path, tracker: str) -> list[str]:
    return [sys.executable, str(HERE / "obvious_pipeline.py"), str(clip), "--mot", str(mot), "--tracker", tracker]


def compared(repeats: int) -> None:
    """The table of PETS09 S2.L1."""
    tsai = read_tsai(CLIP.with_name("View_001.xml"))
    with tempfile.TemporaryDirectory() as folder:
        boxes = {n: Path(folder) / f"{n}.txt" for n in ("passerby", "--look 0.4", "--look 0.6", "bytetrack", "cbiou")}
        commands: dict[str, Sequence[str]] = {
            "passerby": product(CLIP, boxes["passerby"]),
            "--look 0.4": product(CLIP, boxes["--look 0.4"], 0.4),
            "--look 0.6": product(CLIP, boxes["--look 0.6"], 0.6),
            "bytetrack": obvious(CLIP, boxes["bytetrack"], "bytetrack"),
            "cbiou": obvious(CLIP, boxes["cbiou"], "cbiou"),
            "decoding alone": [sys.executable, "-c", DECODE, str(CLIP)],
        }
        seconds, cpu = dict.fromkeys(commands, np.inf), dict.fromkeys(commands, np.inf)
        for _ in range(repeats):
            for name, command in commands.items():
                ran = run(command)
                seconds[name], cpu[name] = min(seconds[name], ran.wall_s), min(cpu[name], ran.cpu_s)
        frames = int(pets_truth()[:, 0].max())
        best = seconds["bytetrack"]
        head = f"{'':16}{'MOTA':>7}{'IDF1':>7}{'IDSW':>6}{'HOTA':>7}{'median':>9}{'95 %':>8}"
        print(f"{head}{'frames/s':>10}{'ratio':>7}{'core ms/frame':>15}")
        for name in commands:
            cells = f"{name:16}"
            if name in boxes:
                found = read_mot(boxes[name])
                found = found[found[:, 7] == (OBVIOUS_PERSON if name in ("bytetrack", "cbiou") else PEDESTRIAN)]
                s = score(pets_truth(), found)
                error = ground_error(pets_truth(), found, tsai.to_ground, size=(tsai.width, tsai.height))
                cells += (
                    f"{s.mota:7.3f}{s.idf1:7.3f}{s.switches:6}{s.hota:7.3f}{error.median_m:7.2f} m{error.p95_m:6.2f} m"
                )
            else:
                cells += " " * 44
            print(f"{cells}{frames / seconds[name]:10.1f}{best / seconds[name]:7.2f}{1000 * cpu[name] / frames:15.1f}")
        print("\nwith whoever is far behind the building or on the lawn below the camera counted as false:")
        for name, path in boxes.items():
            found = read_mot(path)
            found = found[found[:, 7] == (OBVIOUS_PERSON if name in ("bytetrack", "cbiou") else PEDESTRIAN)]
            print(f"{name:16}{score(pets_truth_without_outskirts(), found)}")


def counted() -> None:
    """Who is counted in each of the other clips, and what is wrong with it."""
    for clip, users in clips().items():
        with tempfile.TemporaryDirectory() as folder:
            mot = Path(folder) / "boxes.txt"
            run(product(DATA / clip, mot))
            found = read_mot(mot)
        faults = judged(users, found, KINDS).faults(users)
        moving = sum(u.state == "moving" for u in users)
        print(f"\n{clip}: {moving} road users move, {len(faults)} faults")
        for fault in faults:
            print(f"  {fault}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--clips", action="store_true", help="the other clips, too")
    args = parser.parse_args()
    if not CLIP.exists():
        sys.exit(f"{CLIP} is absent (set PASSERBY_DATA)")
    pinned()
    print(described(), "\n")
    compared(args.repeats)
    if args.clips:
        counted()


if __name__ == "__main__":
    main()
