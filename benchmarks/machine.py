"""The machine that benchmarks run on: what it is, how fast it sorts just now, and what a process has needed."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SORTED = 2_000_000


def described() -> str:
    """Processor, cores, memory, and versions, in one line."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{name}, {os.cpu_count()} cores (load {load:.1f}), {memory:.0f} GiB, {platform.system()}, "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )


def sort_rate() -> float:
    """Numbers a second that numpy sorts on one core, the best of five: what other figures are compared with."""
    values = np.random.default_rng(0).normal(size=SORTED)
    best = np.inf
    for _ in range(5):
        copy = values.copy()
        began = time.process_time()
        copy.sort()
        best = min(best, time.process_time() - began)
    return SORTED / best


@dataclass(frozen=True)
class Ran:
    """A finished process: wall and processor time (s), greatest resident memory (MB), what it wrote."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Ran:
    """Run a command to its end and measure it; its failure ends the benchmark."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | (environment or {}))
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return Ran(time.perf_counter() - began, used.ru_utime + used.ru_stime, megabytes(used.ru_maxrss), output)


def megabytes(maxrss: int) -> float:
    """ru_maxrss is in KiB on Linux and in bytes on macOS."""
    return maxrss / 1e6 if sys.platform == "darwin" else maxrss * 1024 / 1e6


def resident_mb() -> float:
    """Memory that this process holds now, MB; its peak so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


PASSERBY = [sys.executable, "-c", "from passerby.cli import main; main()"]
