"""`Follower`: what is new in a store, whoever writes it: this process or another one."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from passerby.store.tables import Store

EVENTS: Final = ("violations", "conflicts")
LOOK_BACK: Final = timedelta(minutes=10)
"""Events are committed at most so long after they happened."""


class Follower:
    """poll() gives events that have come into the store since the last call, each once, with its table's name.

    What was there at the first call is no news. Revised rows are not told again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._versions: dict[str, str] = {}
        self._known: dict[str, datetime] = {}
        self._newest: dict[str, datetime] = {}
        self._begun = False

    def poll(self) -> list[tuple[str, dict[str, Any]]]:
        """New events, in order of time."""
        news = []
        for table in EVENTS:
            version = newest_commit(self._store.path(table))
            if version == self._versions.get(table):
                continue
            since = self._newest.get(table)
            # of what was there before only the ids are needed
            columns = None if self._begun else ["event", "t"]
            found = self._store.read(table, columns, since=None if since is None else since - LOOK_BACK)
            self._versions[table] = version
            news += [(table, row) for row in self._unknown(table, found)]
        first, self._begun = not self._begun, True
        if first:
            return []
        return sorted(news, key=lambda item: (item[1]["t"], item[1]["event"]))

    def _unknown(self, table: str, found: pa.Table) -> list[dict[str, Any]]:
        new = [i for i, event in enumerate(found["event"].to_pylist()) if event not in self._known]
        rows: list[dict[str, Any]] = found.take(pa.array(new, pa.int64())).to_pylist()
        for row in rows:
            self._known[row["event"]] = row["t"]
        if len(found):
            newest = max(self._newest.get(table, datetime.min.replace(tzinfo=UTC)), found["t"][-1].as_py())
            self._newest[table] = newest
            if len(self._known) > 20_000:
                self._known = {e: t for e, t in self._known.items() if t > newest - 3 * LOOK_BACK}
        return rows


def newest_commit(table: Path) -> str:
    """Name of the newest commit of a Delta table, "" before the first."""
    try:
        names = os.listdir(table / "_delta_log")
    except FileNotFoundError:
        return ""
    return max((n for n in names if n.endswith(".json") and n[:-5].isdigit()), default="")
