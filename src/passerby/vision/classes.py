"""What a track is: kinds the detector named, weighed against size and speed on the ground."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.classes import CODE
from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision.detections import KINDS

PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK, TRAIN = range(len(KINDS))

LIGHT, HEAVY = 0, 1
GROUP: Final = np.array([LIGHT, LIGHT, HEAVY, LIGHT, HEAVY, HEAVY, HEAVY])
"""People and two-wheelers may be one road user; a person and a car may not."""

# height, width (m) as they appear in a box, with standard deviations: design vehicles (RBSt 2020) seen from any side
PRIOR_SIZE: Final = np.array([[1.7, 0.65], [1.5, 1.2], [1.7, 3.0], [1.6, 1.4], [3.2, 6.0], [3.0, 5.0], [3.6, 9.0]])
PRIOR_SIZE_SD: Final = np.array([[0.15, 0.25], [0.4, 0.5], [0.6, 1.5], [0.4, 0.5], [1.0, 4.0], [1.0, 3.0], [1.0, 6.0]])
ACCELERATION_MPS2: Final = np.array([0.8, 3.0])
"""By group; riders like vehicles."""
GROWTH: Final = np.array([0.03, 0.6])
"""By group: how fast the size that a box shows changes, m per root second; vehicles turn."""

USUAL_SPEED_MPS: Final = np.array([1.2, 4.0, 6.0, 7.0, 6.0, 6.0, 6.0])

CYCLING_MPS: Final = 2.6
"""Above, whoever has a bicycle rides it; nobody pushes one faster for long (walking 0.8 to 2 m/s: Bohannon 1997)."""


LARGE_SHARE: Final = 0.6
LARGE_SCORE: Final = 0.4
LARGE_LEAST: Final = 4.0
"""A bus, truck or tram needs votes of so much in total: a few looks at a car from an odd side are not one."""


def road_user(
    votes: FloatArray,
    rides: FloatArray,
    looks: IntArray,
    height_m: FloatArray,
    width_m: FloatArray,
    speed: FloatArray,
    calibrated: bool,
) -> IntArray:
    """Codes, shape (n,), of road users from the scores gathered per kind, shape (n, 7), size and speed."""
    total = np.maximum(votes.sum(1), 1e-9)
    share = votes / total[:, None]
    code = np.full(len(votes), CODE["pedestrian"])
    often = rides / np.maximum(looks, 1)
    cycle = (often > 0.2) | (share[:, BICYCLE] + share[:, MOTORCYCLE] > 0.35)
    fast = speed > CYCLING_MPS
    # without a calibration speeds are guesses: who often has a bicycle is taken to ride it
    code[cycle & (fast | (share[:, PERSON] < 0.5) | ((often > 0.35) & (not calibrated)))] = CODE["cyclist"]
    code[fast & (speed > 1.4 * CYCLING_MPS) & ~cycle] = CODE["cyclist"] if calibrated else CODE["pedestrian"]
    code[share[:, MOTORCYCLE] > 0.4] = CODE["motorcycle"]
    motor = votes[:, [CAR, BUS, TRUCK, TRAIN]]
    heavy = motor.sum(1) > 0.5 * total
    code[heavy] = CODE["car"]
    # cars are by far the most frequent: a larger vehicle needs most of the votes, and sure ones
    best = motor.argmax(1)
    most = motor.max(1) > LARGE_SHARE * np.maximum(motor.sum(1), 1e-9)
    sure = motor.max(1) > np.maximum(LARGE_SCORE * looks, LARGE_LEAST)
    for kind, name in ((1, "bus"), (2, "truck"), (3, "tram")):
        code[heavy & most & sure & (best == kind)] = CODE[name]
    if calibrated:
        tall = np.maximum(height_m, 0.0)
        code[heavy & (tall < 1.9) & (width_m < 6.0)] = CODE["car"]
        code[heavy & (code == CODE["car"]) & (tall > 2.1) & (width_m < 7.0) & (height_m < 3.2)] = CODE["van"]
    return code


def acceleration_mps2(group: IntArray, rides: FloatArray, looks: IntArray) -> FloatArray:
    """How strongly each may change its velocity, shape (n,); rides: (n,), of how many looks on a two-wheeler."""
    return np.asarray(np.where(rides > 0.4 * looks, ACCELERATION_MPS2[HEAVY], ACCELERATION_MPS2[group]), np.float64)


def has_wheels(kind: IntArray) -> BoolArray:
    """Whether a detection is a bicycle or motorcycle."""
    return np.asarray((kind == BICYCLE) | (kind == MOTORCYCLE))
