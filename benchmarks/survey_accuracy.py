"""How much of a junction the proposal finds: the demo junction against its hand-drawn site, and simulated junctions.

    python benchmarks/survey_accuracy.py                            # demo and 16 simulated junctions, about 5 minutes
    python benchmarks/survey_accuracy.py --first 8200 --scenes 16 --minutes 8
    python benchmarks/survey_accuracy.py --no-signals

Noise goes through 0.1, 0.2, 0.3 and 0.5 m, lost samples through 0, 10 and 30 %, rates through 10, 7 and 25 a second.
    python benchmarks/survey_accuracy.py --scenes 0 --shapes 3      # 36 junctions of other shapes, about 5 minutes
Only lanes, crosswalks and stop lines that somebody used in the recording are wanted, except where it says "of all".
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from importlib.resources import as_file, files
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from passerby.demo.recording import load_recording
from passerby.demo.rows import batches, history
from passerby.errors import DependencyError
from passerby.signals.history import SignalHistory
from passerby.signals.read import read_signals
from passerby.site.model import Site
from passerby.site.toml import read_site
from passerby.survey import propose
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion
from passerby.tracks.read import read_all
from passerby.tracks.rows import batches_to_tracks
from tests.simulated import scene
from tests.survey.junctions import KINDS
from tests.survey.score import Tally, judge, table
from tests.survey.traffic import made

NOISE_M = (0.1, 0.2, 0.3, 0.5)
DROP = (0.0, 0.1, 0.3)
RATE_HZ = (10, 7, 25)
EXAMPLE = Path(__file__).resolve().parents[2] / "shared" / "examples" / "sumo_cross4"


def demo() -> tuple[Motion, Site, SignalHistory]:
    """The recorded quarter of an hour and its hand-drawn site."""
    recording = load_recording()
    with as_file(files("passerby.demo") / "site.toml") as path:
        site = read_site(path)
    return smooth(batches_to_tracks(batches(recording))), site, history(recording)


def simulated(seed: int, minutes: float, noise: float | None) -> tuple[Motion, Site, SignalHistory]:
    """A junction drawn from a seed."""
    made = scene(
        seed,
        minutes=minutes,
        noise=NOISE_M[seed % 4] if noise is None else noise,
        drop=DROP[seed % 3],
        rate_hz=RATE_HZ[seed % 3],
    )
    site = read_site(made.site)
    return smooth(read_all(made.tracks, site)), site, read_signals(made.signals, site)


def example() -> tuple[Motion, Site, SignalHistory]:
    """The simulated crossing of the examples."""
    site = read_site(EXAMPLE / "site.toml")
    return smooth(read_all(EXAMPLE / "tracks.csv.gz", site)), site, read_signals(EXAMPLE / "signals.csv", site)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=8200, help="first seed")
    parser.add_argument("--scenes", type=int, default=16)
    parser.add_argument("--shapes", type=int, default=0, help="seeds of junctions of other shapes, 12 shapes each")
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--noise", type=float, help="standard deviation of positions, m; by default it varies")
    parser.add_argument("--no-signals", action="store_true", help="propose without a signal log")
    parser.add_argument("--verbose", action="store_true", help="every miss and false proposal")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pools: list[tuple[str, Tally]] = []
    slowest = 0.0

    def run(tally: Tally, who: str, motion: Motion, site: Site, signals: SignalHistory | None) -> None:
        nonlocal slowest
        log = None if args.no_signals else signals
        began = time.process_time()
        found = propose(motion, log, name=who, timezone=site.timezone, origin=site.origin)
        slowest = max(slowest, time.process_time() - began)
        judge(tally, who, site, found.site, motion, log)

    try:
        recorded = demo()
    except DependencyError as error:
        print(f"demo junction left out: {error}")
    else:
        pools.append(("demo junction, 15 minutes, against the hand-drawn site", Tally()))
        run(pools[-1][1], "demo", *recorded)
    if EXAMPLE.exists():
        pools.append(("sumo_cross4, 10 minutes", Tally()))
        run(pools[-1][1], "cross4", *example())
    if args.scenes:
        title = f"{args.scenes} simulated junctions from seed {args.first}, {args.minutes:g} minutes each"
        pools.append((title, Tally()))
        for seed in range(args.first, args.first + args.scenes):
            run(pools[-1][1], str(seed), *simulated(seed, args.minutes, args.noise))
    if args.shapes:
        n = args.shapes * len(KINDS)
        title = f"{n} junctions of other shapes from seed {args.first}, {args.minutes:g} minutes each"
        pools.append((title, Tally()))
        for seed in range(args.first, args.first + args.shapes):
            for kind in KINDS:
                tracks, site, log = made(kind, seed, args.minutes, noise_m=0.1 if args.noise is None else args.noise)
                run(pools[-1][1], f"{kind} {seed}", smooth(tracks), site, log)
    for title, tally in pools:
        print(f"\n{title}\n{table(tally)}")
        if args.verbose:
            print("\n".join(tally.notes))
    print(f"\nslowest proposal: {slowest:.1f} s of one core")


if __name__ == "__main__":
    main()
