"""When a recording began: from what was said, its metadata, its name, or when it was written."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
DAY_S = 86400.0

_CIVIL = re.compile(
    r"(?<!\d)(?P<Y>(?:19[7-9]|20\d)\d)(?P<d>[-_.]?)(?P<m>0[1-9]|1[0-2])(?P=d)(?P<D>0[1-9]|[12]\d|3[01])"
    r"(?:[T _.-]|__|--|_-_)?(?P<H>[01]\d|2[0-3])(?P<c>[-_.:h]?)(?P<M>[0-5]\d)(?P<e>[-_.:m]?)(?P<S>[0-5]\d)"
    r"(?:[.,](?P<f>\d{3}|\d{6}))?(?!\d)(?P<z>Z|[+-](?:0\d|1[0-4]):?(?:00|30|45)(?!\d))?"
)
_EPOCH = re.compile(r"(?<!\d)(\d{10})(?:(\d{3})|[._](\d{3}|\d{6}))?(?!\d)")


@dataclass(frozen=True)
class StartTime:
    """t: epoch s of the first picture; origin: a clause that says where it comes from."""

    t: float
    origin: str


def time_in_name(name: str, zone: tzinfo = UTC) -> float | None:
    """The epoch s that a file's name tells, or None.

    Read are a date and a time to the second in this order (`2020-01-01_00-00-00`, `20200101T000000Z`,
    `2020-01-01T00:00:00.250+0200`) and seconds or milliseconds since 1970 (10 or 13 digits). A time without an offset
    is in zone.
    """
    for found in _CIVIL.finditer(name):
        part = found.groupdict()
        offset = _offset(part["z"]) if part["z"] else zone
        micro = int((part["f"] or "0").ljust(6, "0"))
        try:
            year, month, day, hour, minute, second = (int(part[k]) for k in "YmDHMS")
            civil = datetime(year, month, day, hour, minute, second, micro, offset)
        except ValueError:
            continue
        return civil.timestamp()
    for found in _EPOCH.finditer(name):
        t = int(found[1]) + float(f"0.{found[2] or found[3] or 0}")
        if _plausible(t):
            return t
    return None


def start_of_file(path: Path, metadata: Mapping[str, str], duration_s: float, zone: tzinfo = UTC) -> StartTime:
    """When the recording at path began: its `creation_time` if plausible, else its name, else when it was written.

    A `creation_time` before 2000 or in the future is a camera without a clock or no time at all, one more than a day
    away from the time in the name is that of a later copy.
    """
    named = time_in_name(path.name, zone)
    created = _creation_time(metadata)
    if created is not None and _plausible(created) and (named is None or abs(created - named) <= DAY_S):
        return StartTime(created, "its creation_time")
    if named is not None:
        return StartTime(named, f"its name, read in {_zone_name(zone)} unless it tells")
    return StartTime(path.stat().st_mtime - duration_s, "when it was last written, less its length")


def _creation_time(metadata: Mapping[str, str]) -> float | None:
    text = {k.lower(): v for k, v in metadata.items()}.get("creation_time", "")
    try:
        civil = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (civil if civil.tzinfo else civil.replace(tzinfo=UTC)).timestamp()


def _plausible(t: float) -> bool:
    return EARLIEST <= t <= time.time() + DAY_S


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    off = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(off if text[0] == "+" else -off)


def _zone_name(zone: tzinfo) -> str:
    return getattr(zone, "key", None) or str(zone)
