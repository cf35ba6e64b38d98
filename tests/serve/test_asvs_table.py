"""docs/asvs.md says what holds each item; what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_table_names_exists() -> None:
    rows = [line for line in (ROOT / "docs" / "asvs.md").read_text().splitlines() if re.match(r"\| \d", line)]
    there = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        there |= set(re.findall(r"(?m)^def (test_\w+)\(", path.read_text()))
    assert len(rows) > 30
    for row in rows:
        named = re.findall(r"`(test_\w+)`", row)
        assert named, row
        assert set(named) <= there, row


def test_every_test_of_an_item_is_in_the_table() -> None:
    table = (ROOT / "docs" / "asvs.md").read_text()
    for path in (ROOT / "tests" / "serve").glob("test_asvs_v*.py"):
        for name in re.findall(r"(?m)^def (test_\d\w+)\(", path.read_text()):
            assert f"`{name}`" in table, name
