"""Small numbers in what is published: a cell of fewer than k road users tells who it was to whoever saw them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from passerby.privacy.columns import words
from passerby.privacy.finding import Finding

K: Final = 10
COUNT_WORDS: Final = frozenset(
    ("n", "count", "counts", "trips", "total", "volume", "vehicles", "people", "pedestrians", "cyclists", "users")
)
EVENT_WORDS: Final = frozenset(("event", "events", "track", "tracks"))


def noise(folder: Path) -> bool:
    """Whether `published.json` in this folder or the next ones up to `published` states differential-privacy noise.

    `{"version": 1, "epsilon": 1.0}`: 0 < epsilon <= 10.
    """
    for place in (folder, *folder.parents):
        try:
            epsilon = json.loads((place / "published.json").read_text(encoding="utf-8"))["epsilon"]
            return stated(str(epsilon))
        except (OSError, ValueError, KeyError, TypeError):
            if place.name == "published":
                break
    return False


def stated(epsilon: str | None) -> bool:
    """Whether a text is an epsilon that still protects: above 0, at most 10."""
    try:
        return epsilon is not None and 0 < float(epsilon) <= 10
    except ValueError:
        return False


def check_published(name: str, table: pa.Table, k: int, noisy: bool) -> list[Finding]:
    """What is wrong with publishing a table: rows of single road users, cells below k, or no count to judge by."""
    columns = table.column_names
    single = next((c for c in columns if words(c) & EVENT_WORDS), None)
    if single is not None:
        return [
            Finding(
                name,
                f'published rows of single events (column "{single}")',
                "one row tells of one road user, at an exact time and place",
                "publish counts by place and hour instead, and remove this file",
            )
        ]
    counts = [c for c in columns if words(c) & COUNT_WORDS and (pa.types.is_string(table[c].type) or _number(table[c]))]
    if not counts:
        return [
            Finding(
                name,
                "published table without a count",
                f"whether each row stands for at least {k} road users cannot be checked",
                'add a column "n" with the number of road users behind each row',
            )
        ]
    found = []
    for column in [] if noisy else counts:
        n = table[column]
        if pa.types.is_string(n.type):
            n = pc.if_else(pc.match_substring_regex(n, r"^\s*-?\d+(\.\d*)?\s*$"), n, None)
            n = pc.utf8_trim_whitespace(n)
        n = n.cast(pa.float64())
        small = pc.sum(pc.and_(pc.greater(n, 0), pc.less(n, k))).as_py() or 0
        if small:
            found.append(
                Finding(
                    name,
                    f'{small} published cells below {k} (column "{column}")',
                    "few enough that somebody present could be told from the rest",
                    f"withhold cells below {k} and their complements, or add differential-privacy noise",
                )
            )
    return found


def _number(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_integer(column.type) or pa.types.is_floating(column.type))
