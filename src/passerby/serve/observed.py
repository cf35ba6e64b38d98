"""When a junction was observed at all, as its counts and events show it: what has to be known before "few" is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from passerby.screen.turning import stretches

Span = tuple[datetime, datetime]


def spans_of(counts: pa.Table, events: Iterable[datetime], until: datetime) -> list[Span]:
    """Spans before an instant in which somebody was counted, or something happened: the report's `stretches`.

    counts: columns t0, t1. In order of time, none touching another.
    """
    bins = counts.select(["t0", "t1"]).group_by("t0").aggregate([("t1", "max")])
    seen = list(zip(bins["t0"].to_pylist(), bins["t1_max"].to_pylist(), strict=True))
    seen += [(t, t) for t in events]
    begun = np.array([(t0.timestamp(), min(t1, until).timestamp()) for t0, t1 in seen if t0 < until]).reshape(-1, 2)
    found = stretches(begun[:, 0], begun[:, 1]).tolist()
    return [(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in found]


def within(spans: Sequence[Span], since: datetime, until: datetime) -> list[Span]:
    """The parts of spans that lie between two instants."""
    cut = ((max(a, since), min(b, until)) for a, b in spans)
    return [(a, b) for a, b in cut if a < b]


def length(spans: Iterable[Span]) -> timedelta:
    """How long spans are together."""
    return sum((b - a for a, b in spans), timedelta())


def shared(one: Sequence[Span], other: Sequence[Span]) -> timedelta:
    """How long both were observed."""
    return sum((length(within(one, *span)) for span in other), timedelta())


def hours_of_day(spans: Iterable[Span], zone: ZoneInfo) -> dict[int, timedelta]:
    """How long each hour of the day was observed, over all days, by the clock of the place."""
    found: dict[int, timedelta] = defaultdict(timedelta)
    for a, b in spans:
        while a < b:
            here = a.astimezone(zone)
            # offsets are of whole quarters of an hour
            past = timedelta(minutes=here.minute, seconds=here.second, microseconds=here.microsecond)
            end = min(b, a + timedelta(hours=1) - past)
            found[here.hour] += end - a
            a = end
    return dict(found)
