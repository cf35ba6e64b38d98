"""Recall and precision of the rules on simulated junctions with known truth, pooled over some seeds.

python benchmarks/accuracy.py --first 5000 --scenes 16 --noise 0.15 --correlation 0.5
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.rules.test_accuracy import Tally, judge, pooled
from tests.simulated import scene


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=5000, help="first seed")
    parser.add_argument("--scenes", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=4.0)
    parser.add_argument("--noise", type=float, default=0.15, help="standard deviation of positions, m")
    parser.add_argument("--correlation", type=float, default=0.5, help="correlation time of the noise, s")
    parser.add_argument("--drop", type=float, default=0.1, help="share of samples lost")
    parser.add_argument("--verbose", action="store_true", help="every missed and false one")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    tally = Tally()
    for seed in range(args.first, args.first + args.scenes):
        made = scene(seed, minutes=args.minutes, noise=args.noise, drop=args.drop, correlation_s=args.correlation)
        judge(seed, made, tally)
    print(f"{args.scenes} junctions from seed {args.first}, {args.minutes:g} min each, noise {args.noise:g} m")
    print(f"{'':30} right  other time  false  missed  precision  recall")
    for key in pooled(tally):
        hits, late, false, missed = (c[key] for c in (tally.hits, tally.shifted, tally.false, tally.missed))
        right = hits + late
        p, r = right / max(right + false, 1), right / max(right + missed, 1)
        print(f"{key[0]:18} {key[1]:11} {right:5} {late:11} {false:6} {missed:7} {p:10.3f} {r:7.3f}")
    if args.verbose:
        print("\n".join(tally.notes))


if __name__ == "__main__":
    main()
