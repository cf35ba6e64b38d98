"""Every benchmark, one after the other; what `make bench` runs.

    python benchmarks/run.py            # about 5 minutes
    python benchmarks/run.py --long     # a day of 100 million rows and 12 hours live too: about half an hour

commonroad-crime needs versions of its own: name a Python that has it in the environment variable CRIME_PYTHON, or that
comparison is left out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from machine import described

HERE = Path(__file__).parent
SHORT = (
    ("throughput.py",),
    ("throughput.py", "--end-to-end"),
    ("day.py",),
    ("live_memory.py",),
    ("read_tracks.py", "--all"),
    ("conflicts_vs_commonroad.py",),
)
LONG = (
    ("throughput.py", "--day", "100"),
    ("day.py", "--rows", "100_000_000"),
    ("live_memory.py", "--at-once", "100", "--hours", "12", "--step", "2"),
)


def _has_crime() -> bool:
    python = os.environ.get("CRIME_PYTHON", sys.executable)
    return subprocess.run([python, "-c", "import commonroad_crime"], capture_output=True, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--long", action="store_true")
    chosen = SHORT + LONG if parser.parse_args().long else SHORT
    print(described())
    failed = []
    for name, *options in chosen:
        print(f"\n== {' '.join([name, *options])}", flush=True)
        if name.startswith("conflicts") and not _has_crime():
            print("left out: commonroad-crime is not installed (pip install commonroad-crime, or set CRIME_PYTHON)")
            continue
        began = time.perf_counter()
        if subprocess.run([sys.executable, str(HERE / name), *options], check=False).returncode:
            failed.append(name)
        print(f"   ({time.perf_counter() - began:.0f} s)", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
