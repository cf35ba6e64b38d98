"""What a camera saw as the table `tracks`: places on the ground, and beside them where the box was in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from passerby.tables import TRACKS
from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M

if TYPE_CHECKING:
    from passerby.vision.rows import Placed


def tracks_table(parts: Sequence[Placed], format: str) -> pa.Table:
    """Rows of all cameras: format version 1, then confidence and the box (left, top, width, height in pixels).

    A Delta table holds the columns of the format alone.
    """
    table = pa.concat_tables([_table(part) for part in parts])
    return table.select(TRACKS.names) if format == "delta" else table


def _table(part: Placed) -> pa.Table:
    tracks, seen = part.tracks, part.sightings
    size = np.array([DEFAULT_FOOTPRINT_M[c] for c in CLASSES])[tracks.cls]
    box = seen.box
    return pa.table(
        {
            "track": pa.array(np.array(tracks.ids, object)[tracks.track], pa.string()),
            "class": pa.array(np.array(CLASSES, object)[tracks.cls], pa.string()),
            "t": pa.array(np.rint(tracks.t * 1e6).astype(np.int64)).cast(TRACKS.field("t").type),
            "x": pa.array(np.round(tracks.x, 2)),
            "y": pa.array(np.round(tracks.y, 2)),
            "heading": pa.array(np.round(np.degrees(tracks.heading) % 360, 1), from_pandas=True),
            "speed_mps": pa.array(np.round(np.hypot(seen.velocity[:, 0], seen.velocity[:, 1]), 2)),
            "length": pa.array(size[:, 0]),
            "width": pa.array(size[:, 1]),
            "confidence": pa.array(np.round(seen.score, 3)),
            "left_px": pa.array(np.round(box[:, 0], 1)),
            "top_px": pa.array(np.round(box[:, 1], 1)),
            "width_px": pa.array(np.round(box[:, 2] - box[:, 0], 1)),
            "height_px": pa.array(np.round(box[:, 3] - box[:, 1], 1)),
        }
    )
