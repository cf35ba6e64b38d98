"""CPU time that does not depend on what else this machine does: held against a known loop just before and after."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOP_S = 0.06
"""What the loop takes on a core of an AMD EPYC that nobody else uses."""


def cpu_s(work: Callable[[], T]) -> tuple[T, float]:
    """What a call gives, and the CPU seconds it would take on a quiet core, all threads together."""
    before = _loop()
    began = time.process_time()
    given = work()
    took = time.process_time() - began
    return given, took * LOOP_S / max(before, _loop())


def _loop() -> float:
    began = time.process_time()
    for _ in range(200):
        sum(range(20_000))
    return time.process_time() - began
