"""Today's figures for everybody: rounded, withheld below k, compared with the same weekday a week ago.

Each figure stands alone: no total is published that a withheld one could be taken from, so nothing has to be withheld
beside it. Rounding to a base keeps the arrival of a single further event from showing.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa

K: Final = 10
BASE: Final = 5
NEAR_MISS: Final = "near_miss"
HOURS_OVER_DAYS: Final = 28


def public_number(n: int, k: int = K) -> int | None:
    """A number to the nearest 5; None where 1 to k - 1 were."""
    if 0 < n < k:
        return None
    return BASE * ((n + BASE // 2) // BASE)


def figures(violations: pa.Table, conflicts: pa.Table, now: datetime, timezone: str, k: int = K) -> dict[str, Any]:
    """Events of today so far and of the same weekday last week up to the same hour, and the most dangerous hour.

    violations: columns t, kind; conflicts: t; of the last `HOURS_OVER_DAYS` days. The hour is the one of the day with
    the most events in all those days, None where no hour has k.
    """
    zone = ZoneInfo(timezone)
    here = now.astimezone(zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    then = midnight.replace(tzinfo=None) - timedelta(days=7)
    last0 = then.replace(tzinfo=zone).astimezone(UTC)
    last1 = (then + timedelta(hours=here.hour)).replace(tzinfo=zone).astimezone(UTC)
    today: Counter[str] = Counter()
    week: Counter[str] = Counter()
    hours: Counter[int] = Counter()
    begin = midnight.astimezone(UTC)
    kinds = violations["kind"].to_pylist() + [NEAR_MISS] * conflicts.num_rows
    times = violations["t"].to_pylist() + conflicts["t"].to_pylist()
    for kind, t in zip(kinds, times, strict=True):
        hours[t.astimezone(zone).hour] += 1
        today[kind] += begin <= t <= now
        week[kind] += last0 <= t < last1
    shown = sorted(today.keys() | week.keys())
    hour, most = max(hours.items(), key=lambda item: (item[1], -item[0]), default=(0, 0))
    return {
        "today": {kind: public_number(today[kind], k) for kind in shown},
        # nothing was seen then: no figure, which is another thing than none
        "last_week": {kind: public_number(week[kind], k) for kind in shown} if min(times, default=now) < last1 else {},
        "most_dangerous_hour": hour if most >= k else None,
        "k": k,
    }
