"""Rows a second of the whole analysis, all pairs' conflicts included, and how its price grows with time.

    python benchmarks/throughput.py                       # 1, 10 and 100 road users at once; 10 at once up to a day
    python benchmarks/throughput.py --day 100             # 100 at once up to a day (86 million rows)
    python benchmarks/throughput.py --end-to-end          # the command line, from CSV, one thread and as it is

Per core: rows over processor time, so that what else runs matters little. The machine is measured in the same run, by
sorting with numpy and by reading the same rows as CSV with pyarrow on one thread; neither does anything with them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from machine import PASSERBY, described, run, sort_rate
from traffic import Traffic, write

from passerby.live.analyse import analyse
from passerby.tracks.rows import RowBatch

HOURS = {1: 4.0, 10: 2.0, 100: 0.5}
CHECKPOINTS_H = (0.25, 1.0, 4.0, 24.0)


def rate(at_once: float, hours: float) -> dict[str, float]:
    """Best of three runs over the same rows, already in memory."""
    made = Traffic(at_once, hours)
    batches, site, signals = list(made.batches()), made.site, made.signals
    rows = sum(map(len, batches))
    best = np.inf
    for _ in range(3):
        began = time.process_time()
        result = analyse(batches, site, signals)
        best = min(best, time.process_time() - began)
    seconds = batches[-1].t[-1] - batches[0].t[0]
    return {
        "at_once": at_once,
        "road_users_at_once": round(rows / seconds / 10, 1),
        "rows": rows,
        "cpu_s": round(best, 2),
        "rows_per_s": round(rows / best),
        "times_real_time": round(seconds / best),
        "conflicts": len(result.tables["conflicts"]),
        "violations": len(result.tables["violations"]),
    }


def growth(at_once: float, hours: float) -> list[dict[str, float]]:
    """Processor time per row and per road user in one long run, between 15 min, 1 h, 4 h and 24 h."""
    made = Traffic(at_once, hours)
    marks: list[tuple[float, int, float, int]] = []
    spent, rows = 0.0, 0
    wanted = [h for h in CHECKPOINTS_H if h <= hours]

    def fed() -> Iterator[RowBatch]:
        nonlocal spent, rows
        source = made.batches()
        while True:
            began = time.process_time()
            batch = next(source, None)
            spent += time.process_time() - began
            if batch is None:
                return
            reached = (batch.t[-1] - 1_780_000_000) / 3600
            while len(marks) < len(wanted) and reached >= wanted[len(marks)]:
                marks.append((wanted[len(marks)], rows, time.process_time() - spent, len(batch.names)))
            rows += len(batch)
            yield batch

    began = time.process_time()
    analyse(fed(), made.site, made.signals)
    if len(marks) < len(wanted):
        marks.append((wanted[len(marks)], rows, time.process_time() - spent, made._new))
    out, before = [], (0.0, 0, began, 0)
    for mark in marks:
        n, cpu, users = (mark[i] - before[i] for i in (1, 2, 3))
        out.append(
            {"until_h": mark[0], "rows": n, "us_per_row": round(cpu / n * 1e6, 2), "ms_per_user": cpu / users * 1e3}
        )
        before = mark
    return out


def csv_rate() -> float:
    """Rows a second that pyarrow reads from CSV on one thread."""
    with tempfile.TemporaryDirectory() as folder:
        write(Traffic(100, 0.25), Path(folder))
        path = Path(folder) / "tracks.csv"
        table = pq.read_table(Path(folder) / "tracks.parquet")
        pacsv.write_csv(table.set_column(2, "t", pa.array(table["t"].cast(pa.int64()).to_numpy() / 1e6)), path)
        best = np.inf
        for _ in range(3):
            began = time.process_time()
            rows = len(pacsv.read_csv(path, read_options=pacsv.ReadOptions(use_threads=False)))
            best = min(best, time.process_time() - began)
        return rows / best


def end_to_end() -> list[dict[str, float | str]]:
    """`passerby analyse` of 15 minutes with 100 at once from a CSV file, start of Python and report included."""
    out: list[dict[str, float | str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = write(Traffic(100, 0.25), folder)
        table = pq.read_table(folder / "tracks.parquet")
        pacsv.write_csv(
            table.set_column(2, "t", pa.array(table["t"].cast(pa.int64()).to_numpy() / 1e6)), folder / "tracks.csv"
        )
        files = ["--site", "site.toml", "--tracks", "tracks.csv", "--signals", "signals.csv", "--out", "out"]
        command = [*PASSERBY, "analyse", *(str(folder / f) if "." in f or f == "out" else f for f in files), "--json"]
        for how, environment in (
            ("one thread", {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}),
            ("as it is", {}),
        ):
            runs = [run(command, environment) for _ in range(3)]
            best = min(runs, key=lambda r: r.wall_s)
            out.append(
                {
                    "threads": how,
                    "rows": rows,
                    "wall_s": round(best.wall_s, 2),
                    "cpu_s": round(best.cpu_s, 2),
                    "rows_per_s": round(rows / best.wall_s),
                    "peak_mb": round(best.peak_mb),
                }
            )
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--day", type=float, default=10.0, help="road users at once in the run up to a day")
    parser.add_argument("--hours", type=float, default=24.0, help="how far that run goes")
    parser.add_argument("--end-to-end", action="store_true", help="the command line instead")
    parser.add_argument("--json", action="store_true")
    a = parser.parse_args()
    if a.end_to_end:
        found: dict[str, object] = {"machine": described(), "end_to_end": end_to_end()}
    else:
        found = {
            "machine": described(),
            "sorted_per_s": round(sort_rate()),
            "csv_rows_per_s": round(csv_rate()),
            "throughput": [rate(n, h) for n, h in HOURS.items()],
            "growth": {"at_once": a.day, "stretches": growth(a.day, a.hours)},
        }
    if a.json:
        print(json.dumps(found))
        return
    print(described())
    if a.end_to_end:
        for e in found["end_to_end"]:  # type: ignore[attr-defined]
            print(f"passerby analyse, {e['threads']:10} {e['rows']:>9,} rows of CSV: {e['wall_s']:.2f} s, "
                  f"{e['rows_per_s']:,} rows/s, peak {e['peak_mb']} MB")  # fmt: skip
        return
    print(f"numpy sorts {found['sorted_per_s']:,} numbers/s; pyarrow reads {found['csv_rows_per_s']:,} CSV rows/s")
    for r in found["throughput"]:  # type: ignore[attr-defined]
        print(f"{r['at_once']:>5} at once: {r['rows']:>10,} rows, {r['rows_per_s']:>8,} rows/s per core, "
              f"{r['times_real_time']:,} times real time, {r['conflicts']} conflicts")  # fmt: skip
    for g in found["growth"]["stretches"]:  # type: ignore[index]
        print(f"{a.day:g} at once, up to {g['until_h']:>5} h: {g['rows']:>11,} rows, {g['us_per_row']:.2f} us per row, "
              f"{g['ms_per_user']:.2f} ms per road user")  # fmt: skip


if __name__ == "__main__":
    main()
