"""Today's figures for everybody: rounded, withheld below k, compared with the same weekday a week ago.

Each figure stands alone: no total is published that a withheld one could be taken from, so nothing has to be withheld
beside it. Rounding to a base keeps the arrival of a single further event from showing. Of a time that was not observed
nothing is said.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa

from passerby.serve.observed import Span, hours_of_day, length, shared, spans_of, within

K: Final = 10
BASE: Final = 5
NEAR_MISS: Final = "near_miss"
HOURS_OVER_DAYS: Final = 28
LEAST_OF_AN_HOUR: Final = timedelta(hours=3)
"""An hour of the day is compared with others once it was observed for so long, on three days at least."""
LEAST_HOURS: Final = 6
"""Of fewer hours of the day none is called the most dangerous."""
ALIKE: Final = 0.8
"""Two days are compared where both were observed for such a share of the time in which either was."""

Observed = Literal["nothing", "part", "most"]


def public_number(n: int, k: int = K) -> int | None:
    """A number to the nearest 5; None where 1 to k - 1 were."""
    if 0 < n < k:
        return None
    return BASE * ((n + BASE // 2) // BASE)


def figures(
    violations: pa.Table, conflicts: pa.Table, counts: pa.Table, now: datetime, timezone: str, k: int = K
) -> dict[str, Any]:
    """Events of today up to an instant and of the same weekday last week up to the same time of its clock.

    violations: columns t, kind; conflicts: t; counts: t0, t1; of the last `HOURS_OVER_DAYS` days. `last_week` is empty
    where the two days were not observed alike. The most dangerous hour is the hour of the day with the most events per
    hour observed in all those days, of hours observed long enough; None where it has fewer than k, or where too few
    hours can be compared.
    """
    zone = ZoneInfo(timezone)
    here = now.astimezone(zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    past = here.replace(tzinfo=None) - midnight.replace(tzinfo=None)
    then = midnight.replace(tzinfo=None) - timedelta(days=7)
    today0, last0, last1 = (t.replace(tzinfo=zone).astimezone(UTC) for t in (midnight, then, then + past))
    kinds = violations["kind"].to_pylist() + [NEAR_MISS] * conflicts.num_rows
    times = violations["t"].to_pylist() + conflicts["t"].to_pylist()
    today: Counter[str] = Counter()
    week: Counter[str] = Counter()
    hours: Counter[int] = Counter()
    for kind, t in zip(kinds, times, strict=True):
        hours[t.astimezone(zone).hour] += t < now
        today[kind] += today0 <= t < now
        week[kind] += last0 <= t < last1
    shown = sorted(today.keys() | week.keys())
    spans = spans_of(counts, times, now)
    now_seen, then_seen = within(spans, today0, now), within(spans, last0, last1)
    alike = _alike(now_seen, [(a + (today0 - last0), b + (today0 - last0)) for a, b in then_seen])
    return {
        "today": {kind: public_number(today[kind], k) for kind in shown},
        "last_week": {kind: public_number(week[kind], k) for kind in shown} if alike else {},
        "most_dangerous_hour": _most_dangerous(hours, hours_of_day(spans, zone), k),
        "until_min": int(past.total_seconds() // 60),
        "observed": _observed(length(now_seen), now - today0),
        "k": k,
    }


def _alike(one: list[Span], other: list[Span]) -> bool:
    both = shared(one, other)
    return both > timedelta() and both >= ALIKE * (length(one) + length(other) - both)


def _observed(seen: timedelta, since_midnight: timedelta) -> Observed:
    if not seen:
        return "nothing"
    return "most" if seen >= since_midnight / 2 else "part"


def _most_dangerous(events: Counter[int], seen: dict[int, timedelta], k: int) -> int | None:
    rates = {hour: events[hour] / t.total_seconds() for hour, t in seen.items() if t >= LEAST_OF_AN_HOUR}
    if len(rates) < LEAST_HOURS:
        return None
    worst = max(rates, key=lambda hour: (rates[hour], -hour))
    return worst if events[worst] >= k else None
