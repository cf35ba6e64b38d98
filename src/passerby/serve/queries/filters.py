"""The part of NGSI-LD's query language that tables of counts need: comparisons joined by `;` (and).

ETSI GS CIM 009, clause 4.9: `intensity>=100;dateObservedFrom>=2026-03-01T00:00:00Z`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final

from passerby.errors import InputError

TIMES: Final = ("dateObservedFrom", "dateObservedTo")
ATTRIBUTES: Final = ("intensity", "peopleCount", *TIMES)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"==": eq, "!=": ne, ">=": ge, "<=": le, ">": gt, "<": lt}
_CLAUSE: Final = re.compile(r"\s*([A-Za-z]+)\s*(==|!=|>=|<=|>|<)\s*(\S+)\s*")


@dataclass(frozen=True)
class Clause:
    """attribute, operator, and a number or an instant."""

    attribute: str
    operator: str
    value: float | datetime

    def holds(self, values: Mapping[str, Any]) -> bool:
        """Whether values have the attribute and it compares so."""
        have = values.get(self.attribute)
        return have is not None and _COMPARE[self.operator](have, self.value)


def clauses(q: str | None) -> list[Clause]:
    """The comparisons of a query. InputError for what is none of those."""
    return [_clause(part) for part in q.split(";")] if q else []


def span(wanted: list[Clause], default: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """The period that holds everything the comparisons leave; ends that they do not give are the default's.

    Where only the beginning is given, the end is the default's; where only the end is, the default's length before it.
    """
    at = [(c.operator, c.value) for c in wanted if c.attribute in TIMES and isinstance(c.value, datetime)]
    low = max((t for o, t in at if o in ("==", ">=", ">")), default=None)
    high = min((t for o, t in at if o in ("==", "<=", "<")), default=None)
    length = default[1] - default[0]
    return low or (high - length if high else default[0]), high or default[1]


def _clause(text: str) -> Clause:
    found = _CLAUSE.fullmatch(text)
    if found is None or found[1] not in ATTRIBUTES:
        raise InputError(f'q: wanted comparisons of {", ".join(ATTRIBUTES)} joined by ";", got "{text[:80]}"')
    try:
        value = _instant(found[3]) if found[1] in TIMES else float(found[3])
    except (ValueError, OverflowError):
        raise InputError(f'q: {found[1]} cannot be compared with "{found[3][:80]}"') from None
    return Clause(found[1], found[2], value)


def _instant(text: str) -> datetime:
    t = datetime.fromisoformat(text.strip('"'))
    t = t.replace(tzinfo=UTC) if t.tzinfo is None else t.astimezone(UTC)
    if not datetime(1970, 1, 1, tzinfo=UTC) <= t <= datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError
    return t
