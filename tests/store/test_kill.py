"""A writer killed with SIGKILL at any moment loses no row it was told is written, and corrupts nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from passerby.store import open_store
from passerby.store.audit import verify
from passerby.store.durable import commit_file, recover

from .rows import T0, violation, violations

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from tests.store.rows import *
import passerby.store.tables as tables
tables.TIDY_EVERY = 7
with tables.open_store(sys.argv[1]) as store:
    store.expire(T0 - timedelta(days=1))
    for i in range(int(sys.argv[2]), 100000):
        store.upsert("violations", violations(violation(f"e{i}"), violation(f"e{i // 2}", linked=[str(i)])))
        print(i, flush=True)
"""


def _killed_run(folder: Path, start: int, seconds: float) -> int:
    """Rows acknowledged by a writer that is killed after some seconds of writing."""
    command = [sys.executable, "-c", WRITER, str(folder), str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        rest = [line for line in (first + process.stdout.read()).split("\n")[:-1] if line]
    return int(rest[-1])


def _kill_and_check(folder: Path, rounds: int, seed: int) -> None:
    rng = random.Random(seed)
    done = -1
    for _ in range(rounds):
        done = _killed_run(folder, max(done, 0), rng.uniform(0.0, 0.7))
        reader = open_store(folder, read_only=True)
        events = reader.read("violations", ["event"])["event"].to_pylist()
        assert len(events) == len(set(events))
        assert {f"e{i}" for i in range(done + 1)} <= set(events) <= {f"e{i}" for i in range(done + 2)}
    with open_store(folder) as store:
        store.tidy()
        leftovers = [p for p in folder.rglob("*") if ".tmp" in p.name or "#" in p.name]
        assert leftovers == []
        assert len(list((folder / "violations").glob("day=*/*.parquet"))) <= 2
    verify(folder / "audit.jsonl")


def test_three_kills(tmp_path: Path) -> None:
    _kill_and_check(tmp_path, 3, seed=1)


@pytest.mark.slow
def test_twelve_kills(tmp_path: Path) -> None:
    _kill_and_check(tmp_path, 12, seed=2)


def test_a_commit_whose_bytes_were_lost_with_the_power_is_undone(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("violations", violations(violation("kept")))
        store.upsert("violations", violations(violation("lost", T0 + timedelta(seconds=1))))
    table = tmp_path / "violations"
    newest = max((table).glob("day=*/*.parquet"), key=lambda p: p.stat().st_mtime_ns)
    newest.write_bytes(b"")
    (table / "_delta_log" / "_commit_x.json.tmp").write_bytes(b"{")
    assert recover(table) == 2
    with open_store(tmp_path) as store:
        assert store.read("violations", ["event"])["event"].to_pylist() == ["kept"]
        assert store.upsert("violations", violations(violation("lost"))).added == 1


def test_a_torn_last_commit_is_undone(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.upsert("violations", violations(violation("kept")))
        store.upsert("violations", violations(violation("lost")))
    commit_file(tmp_path / "violations", 2).write_bytes(b'{"add":{"pa')
    with open_store(tmp_path) as store:
        assert store.read("violations", ["event"])["event"].to_pylist() == ["kept"]
