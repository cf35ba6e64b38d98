"""The pages' own tests (web/test, web/e2e), where Node.js, the packages and Chromium are there."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"
CHROMIUM = os.environ.get("PASSERBY_CHROMIUM", "/usr/bin/chromium")

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (WEB / "node_modules" / "vitest").is_dir(),
    reason="needs Node.js and the packages of web/ (make test-web installs them)",
)


def _node(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", script, *arguments], cwd=WEB, capture_output=True, text=True, timeout=3600)


def test_the_units_of_the_pages_do_what_they_say():
    done = _node("node_modules/vitest/vitest.mjs", "run")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


def test_the_lockfile_names_no_registry():
    assert '"resolved"' not in (WEB / "package-lock.json").read_text()


@pytest.mark.slow
@pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM} (PASSERBY_CHROMIUM)")
@pytest.mark.parametrize("check", ["pages", "languages", "use", "editor", "memory", "recovery"])
def test_the_pages_in_a_browser(check):
    done = _node("e2e/run.mjs", check)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
