"""How often a rule was right, among its events that somebody has judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from passerby.screen.intervals import wilson
from passerby.serve.marks import Mark


@dataclass(frozen=True)
class Precision:
    """Of one kind: precision and its 95 % limits (Wilson). Only as good as the choice of what was judged."""

    kind: str
    confirmed: int
    false: int
    precision: float
    low: float
    high: float


def precision(marks: Iterable[Mark]) -> list[Precision]:
    """Per kind that has a mark, in the order of the alphabet."""
    n = Counter((m.kind, m.verdict) for m in marks)
    rows = []
    for kind in sorted({k for k, _ in n}):
        right, wrong = n[kind, "confirmed"], n[kind, "false"]
        rows.append(Precision(kind, right, wrong, right / (right + wrong), *wilson(right, right + wrong)))
    return rows
