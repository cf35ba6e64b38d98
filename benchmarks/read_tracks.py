"""How fast tracks are read and how much memory that takes: rows per second and peak RSS, each in a process of its own.

    python benchmarks/read_tracks.py --rows 20000000 --format csv --order time
    python benchmarks/read_tracks.py --all            # 1 M rows in each format and order

A made-up day: everybody crosses in about 30 s at 25 rows a second. order: rows by time (as trackers write), by track
(as most data sets are) or shuffled. The file is made in --folder (a day of 100 M rows takes 5 GB as CSV) and removed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

T0 = 1_780_000_000
ROWS_PER_TRACK = 750
STEP_S = 0.04
AT_ONCE = 50
FORMATS = ("csv", "csv.gz", "parquet")
ORDERS = ("time", "track", "shuffled")


def rows_of(first: int, n: int, order: str, total: int) -> pa.Table:
    """Rows first .. first + n of the recording in the order wanted."""
    i = np.arange(first, first + n)
    if order == "shuffled":
        i = (i * 2_654_435_761 + 12_345) % total  # a permutation, as the factor is prime and larger than any total
    if order == "track":
        track, k = np.divmod(i, ROWS_PER_TRACK)
        tick = (track // AT_ONCE) * ROWS_PER_TRACK + k
    else:
        tick, lane = np.divmod(i, AT_ONCE)
        wave, k = np.divmod(tick, ROWS_PER_TRACK)
        track = wave * AT_ONCE + lane
    speed = 5 + (track % 11)
    along = k * STEP_S * speed - 120
    names = pa.array(np.char.add("u", np.unique(track).astype(str)))
    where = np.searchsorted(np.unique(track), track)
    return pa.table(
        {
            "track": names.take(pa.array(where)),
            "class": pa.array(["car", "truck", "cyclist", "pedestrian"]).take(pa.array(track % 4)),
            "t": pa.array(np.round(T0 + tick * STEP_S, 2)),
            "x": pa.array(np.round(along, 3)),
            "y": pa.array(np.round(track % 17 * 3.0, 3)),
            "length": pa.array(np.full(n, 4.5)),
        }
    )


def make(path: Path, total: int, order: str) -> None:
    """Write the recording; Parquet in row groups of a million."""
    step = 1_000_000
    parts = (rows_of(a, min(step, total - a), order, total) for a in range(0, total, step))
    if path.suffix == ".parquet":
        us = pa.timestamp("us", tz="UTC")
        texts, numbers = (("track", pa.string()), ("class", pa.string())), ("x", "y", "length")
        with pq.ParquetWriter(path, pa.schema([*texts, ("t", us), *((c, pa.float64()) for c in numbers)])) as out:
            for part in parts:
                t = pa.array(np.rint(part["t"].to_numpy() * 1e6).astype(np.int64)).cast(us)
                out.write_table(part.set_column(2, "t", t))
        return
    with pa.output_stream(path, compression="gzip" if path.suffix == ".gz" else None) as out:
        for k, part in enumerate(parts):
            pacsv.write_csv(part, out, pacsv.WriteOptions(include_header=k == 0, quoting_style="none"))


def peak_mb() -> float:
    """The most memory this process ever held, MB (Linux: getrusage would count the parent's before exec)."""
    line = next(s for s in Path("/proc/self/status").read_text().splitlines() if s.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(path: Path) -> dict[str, float]:
    """Read the file as the engine does, in this process."""
    from passerby.tracks.read import open_tracks

    idle = peak_mb()
    begin = time.perf_counter()
    source = open_tracks(path, spool_folder=path.parent)
    rows = 0
    first = 0.0
    for batch in source.batches():
        first = first or time.perf_counter() - begin
        rows += len(batch)
    seconds = time.perf_counter() - begin
    peak = peak_mb()
    return {"rows": rows, "tracks": len(source.names), "seconds": seconds, "first_batch_s": first,
            "rows_per_s": rows / seconds, "idle_mb": idle, "peak_mb": peak}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--order", choices=ORDERS, default="time")
    parser.add_argument("--all", action="store_true", help="every format and order")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    a = parser.parse_args()
    if a.read:
        print(json.dumps(measure(a.read)))
        return
    cases = [(f, o) for f in FORMATS for o in ORDERS] if a.all else [(a.format, a.order)]
    for kind, order in cases:
        with tempfile.TemporaryDirectory(dir=a.folder) as folder:
            path = Path(folder) / f"tracks.{kind}"
            make(path, a.rows, order)
            size = path.stat().st_size / 1e6
            out = subprocess.run([sys.executable, __file__, "--read", str(path)], capture_output=True, text=True)
            if out.returncode:
                sys.exit(out.stderr)
            r = json.loads(out.stdout)
            print(f"{kind:8} {order:8} {r['rows']:>11,.0f} rows {size:7,.0f} MB: {r['seconds']:6.2f} s, "
                  f"{r['rows_per_s'] / 1e6:5.2f} M rows/s, peak {r['peak_mb']:5.0f} MB "
                  f"(idle {r['idle_mb']:.0f}), first batch after {r['first_batch_s']:.1f} s", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
