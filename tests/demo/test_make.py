"""`make demo` hands on what it is told."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
@pytest.mark.parametrize(
    ("told", "run"), [([], "demo --speed 4 --port 8000"), (["PORT=8123", "SPEED=1"], "demo --speed 1 --port 8123")]
)
def test_make_demo_hands_pace_and_port_on(told: list[str], run: str) -> None:
    done = subprocess.run(["make", "--dry-run", "demo", *told], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith(run)
