"""A junction's tables as the routes that answer from them read them."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
from fastapi import Response

from passerby.serve.events import within
from passerby.serve.guard import SANDBOX
from passerby.serve.junction import Junction
from passerby.tables import TABLES


def read(
    junction: Junction, table: str, since: datetime | None, until: datetime | None, place: str | None = None
) -> pa.Table:
    """A table's rows with since <= time < until, at one place if it is named; empty where nothing is kept."""
    within(since, until)
    if junction.store is None:
        return TABLES[table].empty_table()
    filters = {"place": place} if place is not None else None
    return junction.store.read(table, since=since, until=until, filters=filters)


def results(junction: Junction, since: datetime | None, until: datetime | None) -> dict[str, pa.Table]:
    """Violations, conflicts and counts."""
    return {t: read(junction, t, since, until) for t in ("violations", "conflicts", "counts")}


def shown(page: bytes, policy: str, name: str) -> Response:
    """A whole HTML page to be read at once, with its own policy, in a sandbox that shares nothing with other pages.

    policy: what the page itself may load, as its author says; scripts run in an origin of their own without cookies.
    """
    headers = {
        "content-disposition": f'inline; filename="{name}"',
        "content-security-policy": f"{SANDBOX}; {policy}; frame-ancestors 'none'",
    }
    return Response(page, media_type="text/html; charset=utf-8", headers=headers)


def file(data: bytes, media: str, name: str) -> Response:
    """Bytes to be saved under a name."""
    return Response(data, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})
