"""`Measures`: how close two road users came at an instant, one row per pair and instant; and the physics of a crash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from passerby.tracks.classes import CLASSES
from passerby.tracks.record import BoolArray, FloatArray, IntArray

# Mass on the road in kg, round figures for a typical one with its driver; SSAM takes length x width.
MASS_KG: Final = {
    "pedestrian": 75.0,
    "cyclist": 90.0,
    "motorcycle": 270.0,
    "car": 1500.0,
    "van": 2500.0,
    "truck": 12000.0,
    "bus": 14000.0,
    "tram": 40000.0,
    "other": 500.0,
}
_MASS: Final = np.array([MASS_KG[name] for name in CLASSES])


@dataclass(frozen=True, eq=False)
class Measures:
    """Measures of pairs at instants, every array of shape (n,); the first of a pair is a, the second b.

    a, b: track ids (str). cls_a, cls_b: codes into CLASSES. k: the clock step it belongs to; t: its time in s.
    ttc_s, pet_s: NaN where it is not that measure. drac_mps2, speed_mps (the faster one's), delta_v_mps,
    angle_deg (0-180, NaN while a heading is unknown). x, y: where they would touch, or did pass.
    depth_m: by how much the footprints would overlap. reach_m: the most that could be.
    sigma_s: standard error of the time, systematic errors included; sigma_m: of the depth, from the rows' noise alone.
    limit_s: at or below which the time makes an event.
    trust: 1, less where the two may be one road user seen twice, or one of them jumped to another.
    fast: whether it is not a queue closing up.
    until_k: up to where the encounter is known to have gone on without a pause; settled: already found to be no
    flicker (both for `compaction`).
    """

    a: npt.NDArray[np.object_]
    b: npt.NDArray[np.object_]
    cls_a: IntArray
    cls_b: IntArray
    k: IntArray
    t: FloatArray
    ttc_s: FloatArray
    pet_s: FloatArray
    drac_mps2: FloatArray
    speed_mps: FloatArray
    delta_v_mps: FloatArray
    angle_deg: FloatArray
    x: FloatArray
    y: FloatArray
    depth_m: FloatArray
    reach_m: FloatArray
    sigma_s: FloatArray
    sigma_m: FloatArray
    limit_s: FloatArray
    trust: FloatArray
    fast: BoolArray
    until_k: IntArray
    settled: BoolArray

    def __len__(self) -> int:
        return len(self.k)

    def take(self, rows: npt.NDArray[Any]) -> Measures:
        """The chosen rows (index or mask)."""
        return Measures(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


_TYPES: Final = {
    "a": object,
    "b": object,
    "cls_a": np.int64,
    "cls_b": np.int64,
    "k": np.int64,
    "until_k": np.int64,
    "settled": bool,
}
NONE: Final = Measures(**{f.name: np.empty(0, _TYPES.get(f.name, np.float64)) for f in fields(Measures)})


def join(parts: Sequence[Measures]) -> Measures:
    """All rows of several Measures."""
    some = [p for p in parts if len(p)]
    if not some:
        return NONE
    if len(some) == 1:
        return some[0]
    return Measures(**{f.name: np.concatenate([getattr(p, f.name) for p in some]) for f in fields(Measures)})


def angle_between_deg(ax: FloatArray, ay: FloatArray, bx: FloatArray, by: FloatArray) -> FloatArray:
    """Angle between two directions, 0-180 degrees; NaN where one is NaN."""
    return np.asarray(np.degrees(np.abs(np.arctan2(ax * by - ay * bx, ax * bx + ay * by))))


def delta_v_mps(
    cls_a: IntArray, cls_b: IntArray, vax: FloatArray, vay: FloatArray, vbx: FloatArray, vby: FloatArray
) -> FloatArray:
    """The greater change of velocity of the two in a perfectly inelastic collision, m/s.

    SSAM's MaxDeltaV (FHWA-HRT-08-051, chapter 2; Shelby 2011): both go on at the velocity of their common centre of
    mass, so each changes by the relative velocity times the other's share of the mass.
    """
    ma, mb = _MASS[cls_a], _MASS[cls_b]
    return np.asarray(np.hypot(vbx - vax, vby - vay) * np.maximum(ma, mb) / (ma + mb))
