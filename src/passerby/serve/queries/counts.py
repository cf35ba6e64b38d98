"""Counts in bins of the length asked for."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from passerby.tables import COUNTS, TIME

Bin = Literal[5, 15, 60]
_ORDER: Final = ("t0", "place", "movement", "class")


def binned(counts: pa.Table, minutes: Bin, zone: tzinfo = UTC) -> pa.Table:
    """The counts summed into bins of so many minutes on the clock of the zone; columns and types as they are.

    A row counted over longer than a bin is passed on with its own t0 and t1: nothing tells when in it somebody came.
    """
    if not len(counts):
        return COUNTS.empty_table()
    width = minutes * 60_000_000
    t0, t1 = (counts[c].cast(TIME).cast(pa.int64()).to_numpy() for c in ("t0", "t1"))
    shift = _offsets_us(t0, zone)
    start = (t0 + shift) // width * width - shift
    fits = t1 <= start + width
    ends = {"t0": np.where(fits, start, t0), "t1": np.where(fits, start + width, t1)}
    rows = counts.select(COUNTS.names)
    for name, us in ends.items():
        rows = rows.set_column(COUNTS.names.index(name), name, pa.array(us).cast(TIME))
    keys = [c for c in COUNTS.names if c != "n"]
    summed = rows.group_by(keys).aggregate([("n", "sum")]).rename_columns([*keys, "n"])
    return summed.cast(COUNTS).sort_by([(c, "ascending") for c in _ORDER])


def _offsets_us(t: npt.NDArray[np.int64], zone: tzinfo) -> npt.NDArray[np.int64]:
    """How far the zone's clock is ahead of UTC at each instant: hours of zones that are half an hour off begin then."""
    instants, index = np.unique(t, return_inverse=True)
    ahead = [datetime.fromtimestamp(us / 1e6, zone).utcoffset() for us in instants.tolist()]
    return np.array([0 if a is None else round(a.total_seconds() * 1e6) for a in ahead], np.int64)[index.reshape(-1)]
