"""`python -m tests.simulated --seed 7 --out DIR`: one simulated scene in format version 1."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from .scene import Options, generate
from .score import read


def main() -> None:
    defaults = Options(seed=0)
    p = argparse.ArgumentParser(prog="python -m tests.simulated", description=__doc__)
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--arms", type=int, choices=[2, 3, 4], help="default: drawn from the seed")
    p.add_argument("--drives-on", choices=["left", "right"], help="default: drawn from the seed")
    p.add_argument("--minutes", type=float, default=defaults.minutes)
    p.add_argument("--rate-hz", type=float, default=defaults.rate_hz, help="samples a second")
    p.add_argument("--jitter", type=float, default=0.0, help="share of the sampling interval, 0-0.45")
    p.add_argument("--noise", type=float, default=defaults.noise, help="standard deviation per axis, m")
    p.add_argument("--correlation-s", type=float, default=defaults.correlation_s, help="of the noise, s")
    p.add_argument("--drop", type=float, default=0.0, help="share of samples missed, 0-0.9")
    p.add_argument("--density", type=float, default=1.0, help="scales every flow")
    p.add_argument("--clear-s", type=float, help="pedestrian clearance shown after walk, s; default: drawn")
    p.add_argument("--quiet", action="store_true")
    given = vars(p.parse_args())
    out, quiet = given.pop("out"), given.pop("quiet")
    try:
        options = Options(**given)
    except ValueError as wrong:
        p.error(str(wrong))
    made = generate(options, out)
    if not quiet:
        for (kind, road_user), n in sorted(Counter((v.kind, v.road_user) for v in read(made.truth)).items()):
            print(f"{kind:18} {road_user:12} {n}")


main()
