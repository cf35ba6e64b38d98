"""`Sightings`: where the road users of one camera are at one moment, columnar."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Sightings:
    """One row per road user and moment.

    t: shape (n,), epoch s. track: (n,), a number within this camera's run. box: (n, 4), left, top, right, bottom px,
    within the picture. code: (n,), index into passerby.tracks.classes.CLASSES. score: (n,), 0 to 1. seen: (n,), False
    where predicted through a gap. confirmed: (n,), whether this is certainly a road user: vehicles only once they have
    moved. ground: (n, 2), metres, where the box stands; velocity: (n, 2), m/s, on the same ground (a guess where the
    camera is uncalibrated). moved: (n,), whether it has ever gone anywhere.
    """

    t: FloatArray
    track: IntArray
    box: FloatArray
    code: IntArray
    score: FloatArray
    seen: BoolArray
    confirmed: BoolArray
    ground: FloatArray
    velocity: FloatArray
    moved: BoolArray

    def __len__(self) -> int:
        return len(self.track)

    def take(self, rows: IntArray | BoolArray) -> Sightings:
        """The chosen rows (index or mask)."""
        return Sightings(*(getattr(self, name)[rows] for name in COLUMNS))


COLUMNS = tuple(Sightings.__dataclass_fields__)


def joined_sightings(parts: list[Sightings]) -> Sightings:
    """Several as one, in their order."""
    if not parts:
        return no_sightings()
    return Sightings(*(np.concatenate([getattr(p, name) for p in parts]) for name in COLUMNS))


def no_sightings() -> Sightings:
    """Nobody."""
    return Sightings(
        np.empty(0),
        np.empty(0, np.int64),
        np.empty((0, 4)),
        np.empty(0, np.int64),
        np.empty(0),
        np.empty(0, bool),
        np.empty(0, bool),
        np.empty((0, 2)),
        np.empty((0, 2)),
        np.empty(0, bool),
    )
