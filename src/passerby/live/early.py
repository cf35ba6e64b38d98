"""Events told before they are final: which are new, which a final one takes the place of, which are taken back.

The same rules look at the motion up to the newest row, which later rows may correct. What they find is written at once,
with less confidence. In the end only what is final stays: a final event replaces its early version, under the same id
or under its own; what is found no more, or was never confirmed, is withdrawn.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from passerby.errors import StoreError
from passerby.live.events import Row

WINDOW_S: Final = 15.0
"""Events older than this are left to those that are final."""

HOLD_S: Final = 1.0
"""So long an event may be missing before it is taken back."""

TRUST: Final = {"violations": 0.9, "conflicts": 0.5}
"""Confidence of an event told early, as a share of what the rules say: about how many of them become final.

A time to collision is told early for paths drawn straight on; half of those who are on them turn off or give way.
"""

# Two events of one kind of a road user no farther apart than this (s) are versions of one; the rules tell a journey
# above the limit, or along the wrong lane, once, wherever it goes on.
_JOURNEY_S: Final = {"speeding": 120.0, "wrong_way": 20.0, "lane_misuse": 20.0, "outside_crosswalk": 20.0}
_SAME_S: Final = 3.0
_SAME_CONFLICT_S: Final = 5.0
_EDGE_S: Final = 1.0

_REMEMBERED: Final = 100
_DECIDED_S: Final = 120.0


@dataclass
class _Told:
    """An event that was told early: its table, id, what it is (hashed: a file may name no track), when (epoch s).

    until: its end; seen: when it was last found.
    """

    table: str
    event: str
    tracks: tuple[str, ...]
    key: str
    t: float
    until: float
    seen: float


class Early:
    """The events told early that are not final yet; `restored` from what an earlier run left, where one was killed."""

    def __init__(self, restored: bytes | None = None, who: str = "") -> None:
        self._told: dict[str, _Told] = {}
        self._going: dict[str, _Told] = {}
        self._back: list[_Told] = []
        self._restored = False
        if restored is not None:
            try:
                every = [_Told(**e | {"tracks": tuple(e["tracks"])}) for e in json.loads(restored)["told"]]
            except (ValueError, KeyError, TypeError):
                raise StoreError(f"{who}: is no list of early events; move it away, and what it names stays") from None
            self._told = {e.event: e for e in every}
            self._restored = bool(self._told)

    def __len__(self) -> int:
        return len(self._told)

    def dump(self) -> bytes:
        """Everything as JSON, for `restored`; what is going too, as it may be there without what takes its place."""
        every = [*self._told.values(), *self._going.values()]
        return json.dumps({"version": 1, "told": [vars(e) | {"seen": e.until} for e in every]}).encode()

    @property
    def going(self) -> dict[str, set[str]]:
        """Ids, by table, of what is to be withdrawn from the store; `gone` when that is done."""
        by_table: dict[str, set[str]] = {}
        for e in self._going.values():
            by_table.setdefault(e.table, set()).add(e.event)
        return by_table

    def gone(self, events: Collection[str] | None = None) -> None:
        """These, or all, have left the store."""
        self._going = {} if events is None else {i: e for i, e in self._going.items() if i not in set(events)}

    def begin(self, t: float) -> None:
        """The first row is of the instant t: what an earlier run told before can neither be confirmed nor refuted."""
        if self._restored:
            self._told = {i: e for i, e in self._told.items() if e.t > t + _SAME_S}
            self._restored = False

    def tell(self, table: str, found: Iterable[Row], final: Mapping[str, Row], newest: float) -> list[Row]:
        """Of the rows found up to the newest instant those that are to be written; final: the events that are."""
        fresh = []
        known: dict[str, list[float]] = {}
        for old in final.values():
            known.setdefault(_key(table, old), []).append(old["t"] / 1e6)
        for row in found:
            key, t = _key(table, row), row["t"] / 1e6
            until = t + (row.get("duration_s") or 0.0)
            if until < newest - WINDOW_S + _EDGE_S:
                continue
            span = _span(table, row)
            held = [e for e in self._told.values() if e.key == key and abs(e.t - t) <= span]
            for e in held:
                e.seen = newest
            again = any(e.key == key and abs(e.t - t) <= min(span, _SAME_S) for e in self._back)
            if held or again or any(abs(other - t) <= span for other in known.get(key, ())):
                continue
            row["confidence"] = round((row["confidence"] or 0.0) * TRUST[table], 2)
            tracks = (row["track"],) if table == "violations" else (row["track_a"], row["track_b"])
            hashed = tuple(map(_hash, tracks))
            self._told[row["event"]] = _Told(table, row["event"], hashed, key, t, until, newest)
            fresh.append(row)
        return fresh

    def confirm(self, table: str, final: Iterable[Row]) -> None:
        """Final events take the place of what had been told of them, which goes where it had another id."""
        for row in final if self._told else ():
            key, t, span = _key(table, row), row["t"] / 1e6, _span(table, row)
            self._withdraw(e for e in self._told.values() if e.key == key and abs(e.t - t) <= span)
            self._going.pop(row["event"], None)

    def missing(self, newest: float) -> None:
        """What was not found for a while, though it would still be seen, goes."""
        if not self._restored:
            self._back += self._withdraw(
                e for e in self._told.values() if e.seen < newest - HOLD_S and e.until > newest - WINDOW_S + _EDGE_S
            )
            self._back = self._back[-_REMEMBERED:]

    def unconfirmed(self, watermark: float, in_view: Collection[str]) -> None:
        """What can hardly become final any more goes: who did it has left, or all was known long ago."""
        old = [e for e in self._told.values() if e.until < watermark - WINDOW_S]
        if old and not self._restored:
            seen = set(map(_hash, in_view))
            self._withdraw(e for e in old if not seen.issuperset(e.tracks) or e.until < watermark - _DECIDED_S)

    def _withdraw(self, events: Iterable[_Told]) -> list[_Told]:
        gone = list(events)
        for e in gone:
            self._going[e.event] = self._told.pop(e.event)
        return gone


def _key(table: str, row: Mapping[str, Any]) -> str:
    if table == "conflicts":
        return _hash(*sorted((row["track_a"], row["track_b"])))
    return _hash(row["kind"], row["track"], "" if row["kind"] in _JOURNEY_S else row["place"])


def _hash(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def _span(table: str, row: Mapping[str, Any]) -> float:
    return _SAME_CONFLICT_S if table == "conflicts" else _JOURNEY_S.get(row["kind"], _SAME_S)
