"""Times as files write them, in seconds since the Unix epoch."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import TracksError
from passerby.tracks.record import FloatArray

RFC_3339: Final = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?$")
HAS_OFFSET: Final = re.compile(r"([Zz]|[+-]\d\d:?\d\d)$")
_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def start_seconds(start: str | float | datetime) -> float:
    """Seconds since the epoch of a start given as RFC 3339 text with offset, datetime with zone, or seconds."""
    if isinstance(start, int | float):
        return float(start)
    if isinstance(start, str):
        try:
            start = datetime.fromisoformat(start.strip().upper().replace("Z", "+00:00"))
        except ValueError:
            raise TracksError(
                f'start: wanted a time as in 2026-05-04T07:00:00+02:00 (RFC 3339), got "{start}"'
            ) from None
    if start.tzinfo is None:
        raise TracksError(f'start: "{start.isoformat()}" has no offset from UTC; write it as in 07:00:00+02:00')
    return start.timestamp()


def timestamps_to_seconds(array: pa.Array) -> FloatArray:
    """Seconds since the epoch, NaN where null, of an Arrow array of timestamps; exact to the microsecond."""
    per_second = _PER_SECOND[array.type.unit]
    ticks = array.cast(pa.int64())
    missing = np.asarray(pc.is_null(ticks)) if ticks.null_count else None
    n = np.asarray(pc.fill_null(ticks, 0) if ticks.null_count else ticks)
    if per_second == 10**9:
        # Nanoseconds since 1970 need more than a float's 53 bits: whole microseconds first, as decimal text gives.
        us = n // 1000
        seconds = us / 1e6 + (n - us * 1000) * 1e-9
    else:
        seconds = n / float(per_second)
    if missing is not None:
        seconds[missing] = np.nan
    return np.asarray(seconds, np.float64)
