"""Rows of the result tables as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any


def rfc3339(t: datetime | float) -> str:
    """An instant as RFC 3339 in UTC, to the millisecond."""
    when = datetime.fromtimestamp(t, UTC) if isinstance(t, float | int) else t.astimezone(UTC)
    return when.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def row_json(table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with its table's name, times as RFC 3339, numbers that are none as null."""
    return {"table": table} | {name: _plain(value) for name, value in row.items()}


def encode(value: object) -> bytes:
    """JSON on one line."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, float) and not isfinite(value):
        return None
    return value
