"""The result tables of format version 1: columns, types, and how many decimals are honest."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

TIME: Final = pa.timestamp("us", tz="UTC")

VIOLATIONS: Final = pa.schema(
    [
        ("event", pa.string()),
        ("kind", pa.string()),
        ("class", pa.string()),
        ("track", pa.string()),
        ("t", TIME),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("place", pa.string()),
        ("signal", pa.string()),
        ("state", pa.string()),
        ("into_state_s", pa.float64()),
        ("speed_mps", pa.float64()),
        ("duration_s", pa.float64()),
        ("confidence", pa.float64()),
        ("linked", pa.list_(pa.string())),
    ]
)

CONFLICTS: Final = pa.schema(
    [
        ("event", pa.string()),
        ("kind", pa.string()),
        ("class_a", pa.string()),
        ("track_a", pa.string()),
        ("class_b", pa.string()),
        ("track_b", pa.string()),
        ("t", TIME),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("ttc_s", pa.float64()),
        ("pet_s", pa.float64()),
        ("drac_mps2", pa.float64()),
        ("max_speed_mps", pa.float64()),
        ("delta_v_mps", pa.float64()),
        ("severity", pa.string()),
        ("confidence", pa.float64()),
        ("linked", pa.list_(pa.string())),
        ("angle_deg", pa.float64()),
    ]
)

COUNTS: Final = pa.schema(
    [
        ("t0", TIME),
        ("t1", TIME),
        ("place", pa.string()),
        ("movement", pa.string()),
        ("class", pa.string()),
        ("n", pa.int64()),
    ]
)

# Optional table: the rows as smoothed, for a plan view of an incident. Shortest time to live of all.
TRACKS: Final = pa.schema(
    [
        ("track", pa.string()),
        ("class", pa.string()),
        ("t", TIME),
        ("x", pa.float64()),
        ("y", pa.float64()),
        ("heading", pa.float64()),
        ("speed_mps", pa.float64()),
        ("length", pa.float64()),
        ("width", pa.float64()),
    ]
)

TABLES: Final = {"violations": VIOLATIONS, "conflicts": CONFLICTS, "counts": COUNTS, "tracks": TRACKS}
