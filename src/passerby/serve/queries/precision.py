"""How often a rule was right, among its events that somebody has judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from passerby.screen.intervals import wilson
from passerby.serve.marks import Mark


@dataclass(frozen=True)
class Precision:
    """Of one kind: precision and its 95 % limits (Wilson), None where nothing was judged.

    stored, unmarked: events that are kept, and those of them nobody has judged. Only as good as the choice of what was.
    """

    kind: str
    confirmed: int
    false: int
    precision: float | None
    low: float | None
    high: float | None
    stored: int
    unmarked: int


def precision(marks: Mapping[str, Mark], stored: Iterable[tuple[str, str]] = ()) -> list[Precision]:
    """Per kind that has a mark or is stored, in the order of the alphabet; marks by event, stored: event and kind."""
    n = Counter((m.kind, m.verdict) for m in marks.values())
    kept, left = Counter[str](), Counter[str]()
    for event, kind in stored:
        kept[kind] += 1
        left[kind] += event not in marks
    return [
        _of(kind, n[kind, "confirmed"], n[kind, "false"], kept[kind], left[kind])
        for kind in sorted({k for k, _ in n} | kept.keys())
    ]


def _of(kind: str, right: int, wrong: int, stored: int, unmarked: int) -> Precision:
    judged = right + wrong
    if not judged:
        return Precision(kind, 0, 0, None, None, None, stored, unmarked)
    return Precision(kind, right, wrong, right / judged, *wilson(right, judged), stored, unmarked)
