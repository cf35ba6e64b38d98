"""A simulated busy day through `passerby analyse`, from Parquet: time, and the most memory it needed.

    python benchmarks/day.py                              # 10 million rows
    python benchmarks/day.py --rows 100_000_000           # a day with 117 road users at once (0.6 GB, and the spool)

The recording is made in --folder (kept there when named, so that it can be used again) and read with the command line.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from machine import PASSERBY, described, run
from traffic import Traffic, write

AT_ONCE = 117.0
ROWS_PER_HOUR = AT_ONCE * 36_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the recording is kept; else a temporary folder")
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = a.folder or Path(scratch)
        tracks = folder / "tracks.parquet"
        if not tracks.exists():
            write(Traffic(AT_ONCE, a.rows / ROWS_PER_HOUR * 1.1 + 0.2), folder, a.rows)
        rows = pq.ParquetFile(tracks).metadata.num_rows
        files = ["--site", folder / "site.toml", "--tracks", tracks, "--signals", folder / "signals.csv"]
        ran = run([*PASSERBY, "analyse", *map(str, files), "--out", str(Path(scratch) / "out"), "--json"])
    summary = json.loads(ran.output)
    found = {
        "machine": described(),
        "rows": rows,
        "hours": round((summary["end"] - summary["begin"]) / 3600, 2),
        "road_users": sum(summary["road_users"].values()),
        "violations": sum(summary["violations"].values()),
        "conflicts": sum(summary["conflicts"].values()),
        "wall_s": round(ran.wall_s, 1),
        "cpu_s": round(ran.cpu_s, 1),
        "rows_per_s": round(rows / ran.cpu_s),
        "peak_mb": round(ran.peak_mb),
    }
    if a.json:
        print(json.dumps(found))
    else:
        print(described())
        print(f"{rows:,} rows, {found['hours']} h, {found['road_users']:,} road users: {found['wall_s']} s "
              f"({found['rows_per_s']:,} rows/s per core), peak {found['peak_mb']} MB; "
              f"{found['violations']} violations, {found['conflicts']} conflicts")  # fmt: skip


if __name__ == "__main__":
    main()
