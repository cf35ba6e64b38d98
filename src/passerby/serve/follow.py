"""`Follower`: what is new in a store, whoever writes it: this process or another one."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from passerby.store.tables import Store

EVENTS: Final = ("violations", "conflicts")
LOOK_BACK: Final = timedelta(minutes=10)
"""Events are committed at most so long after they happened."""

_MOST_KNOWN: Final = 20_000

Told = tuple[str, dict[str, Any]]
"""A table's name and a row of it."""


@dataclass(frozen=True)
class News:
    """What a store says that it did not say before.

    came: events that are new. surer: events told before, whose confidence has grown since, as when they become final.
    gone: ids of events that were taken back. The first two in order of time.
    """

    came: list[Told] = field(default_factory=list)
    surer: list[Told] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Known:
    table: str
    t: datetime
    confidence: float


class Follower:
    """poll() gives what has come into the store, and left it, since the last call.

    What was there at the first call is no news. Rows revised otherwise, as by a longer duration, are not told again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._versions: dict[str, str] = {}
        self._known: dict[str, _Known] = {}
        self._newest: dict[str, datetime] = {}
        self._begun = False

    def poll(self) -> News:
        """What is new."""
        news = News()
        for table in EVENTS:
            version = newest_commit(self._store.path(table))
            if version == self._versions.get(table):
                continue
            newest = self._newest.get(table)
            since = None if newest is None else newest - LOOK_BACK
            # of what was there before only the ids are needed
            columns = None if self._begun else ["event", "t"]
            found = self._store.read(table, columns, since=since)
            self._versions[table] = version
            self._compare(table, found, since, news)
        first, self._begun = not self._begun, True
        if first:
            return News()
        for told in (news.came, news.surer):
            told.sort(key=lambda item: (item[1]["t"], item[1]["event"]))
        return news

    def _compare(self, table: str, found: pa.Table, since: datetime | None, news: News) -> None:
        names = found["event"].to_pylist()
        sure = found["confidence"].to_pylist() if self._begun else [None] * len(names)
        confidence = [1.0 if c is None else c for c in sure]
        new = [i for i, event in enumerate(names) if event not in self._known]
        surer = [i for i, e in enumerate(names) if e in self._known and confidence[i] > self._known[e].confidence]
        for told, which in ((news.came, new), (news.surer, surer)):
            rows = found.take(pa.array(which, pa.int64())).to_pylist()
            told += [(table, row) for row in rows]
            for row, i in zip(rows, which, strict=True):
                self._known[row["event"]] = _Known(table, row["t"], confidence[i])
        held = set(names)
        gone = [e for e, k in self._known.items() if k.table == table and e not in held and _within(k.t, since)]
        for event in gone:
            del self._known[event]
        news.gone.extend(gone)
        if names:
            newest = max(self._newest.get(table, datetime.min.replace(tzinfo=UTC)), found["t"][-1].as_py())
            self._newest[table] = newest
            if len(self._known) > _MOST_KNOWN:
                oldest = newest - 3 * LOOK_BACK
                self._known = {e: k for e, k in self._known.items() if k.t > oldest}


def newest_commit(table: Path) -> str:
    """Name of the newest commit of a Delta table, "" before the first."""
    try:
        names = os.listdir(table / "_delta_log")
    except FileNotFoundError:
        return ""
    return max((n for n in names if n.endswith(".json") and n[:-5].isdigit()), default="")


def _within(t: datetime, since: datetime | None) -> bool:
    return since is None or t >= since
