"""Every conflict of a whole recording: the same functions as live, with one window."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from passerby.conflicts.encounters import encounters
from passerby.conflicts.measures import Measures, join
from passerby.conflicts.pet import post_encroachment
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.ttc import time_to_collision
from passerby.tables import CONFLICTS
from passerby.tracks.motion import Motion


def conflicts(motion: Motion, settings: ConflictSettings | None = None) -> pa.Table:
    """The conflicts of a whole Motion as tables.CONFLICTS, `event` null and `linked` empty."""
    settings = settings or ConflictSettings()
    if not len(motion) or not settings.enabled:
        return CONFLICTS.empty_table()
    k1 = int(motion.k.max()) + 1
    found = join(list(_measures(motion, int(motion.k.min()), k1, settings)))
    return encounters(found, k1, settings, closed=True)[0]


def _measures(motion: Motion, k0: int, k1: int, settings: ConflictSettings) -> Iterator[Measures]:
    yield time_to_collision(motion, k0, k1, settings)
    yield post_encroachment(motion, k0, k1, settings)
