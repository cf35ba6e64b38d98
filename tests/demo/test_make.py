"""`make demo` hands on what it is told."""

from __future__ import annotations

import os
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
    # the tests themselves may have been started by make, which would say so and hand its own variables on
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(
        ["make", "--dry-run", "demo", *told], cwd=ROOT, env=alone, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip().endswith(run)
