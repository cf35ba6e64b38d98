"""Which events a map shows: near misses or violations, of a kind or a severity."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import InputError
from passerby.screen.words import KINDS

Severity = Literal["slight", "moderate", "serious"]


def table_of(kind: str | None) -> Literal["violations", "conflicts"]:
    """The table that a kind of event is in; None, for all near misses, and `near_miss` are conflicts."""
    return "violations" if kind in KINDS or kind == "violations" else "conflicts"


def mapped(rows: pa.Table, kind: str | None, severity: Severity | None = None) -> pa.Table:
    """Rows of `table_of(kind)` of the kind and the severity; InputError where violations are to have one."""
    if kind not in (None, "near_miss", "violations"):
        rows = rows.filter(pc.fill_null(pc.equal(rows["kind"], kind), False))
    if severity is None:
        return rows
    if table_of(kind) == "violations":
        raise InputError("severity: near misses have one, violations have none; leave it out")
    return rows.filter(pc.fill_null(pc.equal(rows["severity"], severity), False))
