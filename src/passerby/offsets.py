"""How far a clock is ahead of UTC, named where that changes: there an hour of the clock comes twice, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

NEAR: Final = timedelta(hours=3)
"""Whoever reads a time so near to the change cannot tell on which side of it it is."""


def offset_named(when: datetime, *beside: datetime) -> str:
    """The offset of a time's clock, such as "UTC+2"; "" where it is the same near it and those it stands beside."""
    every = [t.astimezone(UTC) for t in (when, *beside)]
    around = (min(every) - NEAR, max(every) + NEAR)
    if when.tzinfo is None or len({t.astimezone(when.tzinfo).utcoffset() for t in around}) == 1:
        return ""
    minutes = round((when.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
