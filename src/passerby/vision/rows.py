"""Sightings of a calibrated camera as rows of tracks: metres, footprints, and names that mean nothing elsewhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import BoolArray, Tracks
from passerby.vision.footprint import foot_points
from passerby.vision.pose import CameraPose
from passerby.vision.sightings import Sightings

HEADING_FROM_MPS = 1.5
"""Slower than this, where somebody is going is not where they face."""


FARTHEST_M: Final = 300.0
"""What seems farther away stands so near the horizon that it may be anywhere."""

WIDTH_M: Final = np.array([DEFAULT_FOOTPRINT_M[c][1] for c in CLASSES])


def placeable(sightings: Sightings, pose: CameraPose) -> BoolArray:
    """Who is near enough to have a place, shape (n,): a pixel shifts them by less than half their own width."""
    feet = np.column_stack([(sightings.box[:, 0] + sightings.box[:, 2]) / 2, sightings.box[:, 3]])
    shift_m = np.linalg.norm(pose.jacobian(feet), axis=(1, 2))
    return np.asarray(shift_m < WIDTH_M[sightings.code] / 2, bool)


class Names:
    """A random name for each number of a track: drawn anew in every run, of no use in any other camera or day."""

    def __init__(self) -> None:
        self._name: dict[int, str] = {}

    def of(self, track: int) -> str:
        """The name of a track's number."""
        name = self._name.get(track)
        if name is None:
            name = self._name[track] = secrets.token_hex(5)
        return name

    def keep(self, tracks: set[int]) -> None:
        """Forget all others: they have left the view."""
        self._name = {track: name for track, name in self._name.items() if track in tracks}


@dataclass(frozen=True, eq=False)
class Placed:
    """Rows of tracks, sorted by (track, t), and the sightings they come from, row by row."""

    tracks: Tracks
    sightings: Sightings


def placed(sightings: Sightings, pose: CameraPose, names: Names) -> Placed:
    """The rows of those who are certain to be road users; who seems to stand beyond the horizon is left out.

    x, y: middle of the footprint; length and width are left to the class, since a box shows neither.
    """
    sure = sightings.take(sightings.confirmed)
    speed = np.hypot(sure.velocity[:, 0], sure.velocity[:, 1])
    heading = np.where(speed > HEADING_FROM_MPS, np.arctan2(sure.velocity[:, 0], sure.velocity[:, 1]), np.nan)
    middle = foot_points(pose, sure.box, sure.code, heading)
    reach_m = np.hypot(*(middle - pose.position_m[:2]).T)
    there: BoolArray = np.asarray(np.isfinite(middle).all(1) & (reach_m < FARTHEST_M), bool)
    sure, middle, heading = sure.take(there), middle[there], heading[there]
    order = np.lexsort((sure.t, sure.track))
    sure, middle, heading = sure.take(order), middle[order], heading[order]
    numbers, index = np.unique(sure.track, return_inverse=True)
    nan = np.full(len(sure), np.nan)
    ids = tuple(names.of(int(n)) for n in numbers)
    return Placed(Tracks(ids, index, sure.code, sure.t, middle[:, 0], middle[:, 1], nan, nan, heading), sure)
