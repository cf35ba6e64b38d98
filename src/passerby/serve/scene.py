"""`Scene`: everybody at one instant, and what of it the public may see."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from passerby.serve.plan import Box
from passerby.tracks.classes import CLASSES
from passerby.tracks.record import FloatArray, IntArray

PUBLIC_GRID_M: Final = 0.1
PUBLIC_HEADING_DEG: Final = 5.0
PUBLIC_SPEED_MPS: Final = 0.5
MOST_NUMBERED: Final = 5000
EVERYWHERE: Final[Box] = (-np.inf, -np.inf, np.inf, np.inf)

# Nobody may learn an order from the state of a generator that can be guessed.
_SHUFFLE: Final = random.SystemRandom()


@dataclass(frozen=True, eq=False)
class Scene:
    """Who is where at one instant, arrays of shape (n,).

    t: epoch seconds. tracks: ids, for this process alone. cls: code into CLASSES. x, y: m. heading_deg: clockwise from
    north, NaN where unknown. speed_mps: NaN where not known yet. length, width: m. lights: state of each signal by its
    id.
    """

    t: float
    tracks: tuple[str, ...]
    cls: IntArray
    x: FloatArray
    y: FloatArray
    heading_deg: FloatArray
    speed_mps: FloatArray
    length: FloatArray
    width: FloatArray
    lights: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.tracks)


def public_users(scene: Scene, bounds: Box) -> list[list[Any]]:
    """[class, x, y, heading, speed] of everyone on the plan: rounded, in random order, without anything to link by."""
    rows = _rounded(scene, _inside(scene, bounds))
    _SHUFFLE.shuffle(rows)
    return rows


def acted_users(
    scene: Scene, x: float, y: float, radius_m: float, involved: frozenset[str], bounds: Box = EVERYWHERE
) -> list[list[Any]]:
    """As `public_users`, for everyone around a place; each row ends with 1 for who was part of what happened.

    Who was part of it is seen twice as far away, so that the way there and from there is whole.
    """
    part = np.array([track in involved for track in scene.tracks], bool)
    near = _inside(scene, bounds) & ((scene.x - x) ** 2 + (scene.y - y) ** 2 <= (radius_m * (1 + part)) ** 2)
    marks = [int(scene.tracks[i] in involved) for i in np.flatnonzero(near)]
    rows = [[*row, mark] for row, mark in zip(_rounded(scene, near), marks, strict=True)]
    _SHUFFLE.shuffle(rows)
    return rows


def public_lights(lights: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """States by the public names (s0: first stop line, c0: first crosswalk) of what each light governs."""
    return {name: lights[signal] for name, signal in names.items() if signal in lights}


class Numbers:
    """Numbers for road users, from 1, that hold for one connection; who has not been seen for long is forgotten."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}
        self._last = 0

    def of(self, tracks: tuple[str, ...]) -> list[int]:
        """A number for each, new or known."""
        if len(self._given) > MOST_NUMBERED:
            self._given = {track: self._given[track] for track in tracks if track in self._given}
        for track in tracks:
            if track not in self._given:
                self._last += 1
                self._given[track] = self._last
        return [self._given[track] for track in tracks]


def operator_users(scene: Scene, numbers: Numbers) -> list[list[Any]]:
    """[number, class, x, y, heading, speed] of everyone; numbers: those of this connection."""
    heading = np.nan_to_num(scene.heading_deg)
    return [
        [number, CLASSES[c], round(x, 2), round(y, 2), round(h, 1), round(v, 2)]
        for number, c, x, y, h, v in zip(
            numbers.of(scene.tracks),
            *(a.tolist() for a in (scene.cls, scene.x, scene.y, heading, np.nan_to_num(scene.speed_mps))),
            strict=True,
        )
    ]


def _inside(scene: Scene, bounds: Box) -> Any:
    x0, y0, x1, y1 = bounds
    return (scene.x >= x0) & (scene.x <= x1) & (scene.y >= y0) & (scene.y <= y1)


def _rounded(scene: Scene, keep: Any) -> list[list[Any]]:
    def steps(values: FloatArray, step: float, digits: int) -> list[float]:
        # plus nothing: -0 would tell on which side of it somebody is
        return (np.round(np.rint(values[keep] / step) * step, digits) + 0.0).tolist()  # type: ignore[no-any-return]

    heading = np.nan_to_num(scene.heading_deg) % 360
    return [
        [CLASSES[c], x, y, h % 360, v]
        for c, x, y, h, v in zip(
            scene.cls[keep].tolist(),
            steps(scene.x + 0.0, PUBLIC_GRID_M, 1),
            steps(scene.y + 0.0, PUBLIC_GRID_M, 1),
            steps(heading, PUBLIC_HEADING_DEG, 0),
            steps(np.nan_to_num(scene.speed_mps), PUBLIC_SPEED_MPS, 1),
            strict=True,
        )
    ]
