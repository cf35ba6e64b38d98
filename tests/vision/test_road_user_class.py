"""What a track is, from what the detector called it, its size and its speed."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.tracks.classes import CODE
from passerby.vision.classes import road_user
from passerby.vision.detections import KINDS


def named(
    votes: dict[str, float], *, rides: int = 0, size: tuple[float, float] = (1.7, 0.6), speed: float = 1.3
) -> int:
    row = np.array([[votes.get(kind, 0.0) for kind in KINDS]])
    one = np.array([10])
    code = road_user(
        row, np.array([float(rides)]), one, np.array([size[0]]), np.array([size[1]]), np.array([speed]), True
    )
    return int(code[0])


@pytest.mark.parametrize(
    ("votes", "more", "wanted"),
    [
        ({"person": 7.0}, {}, "pedestrian"),
        ({"person": 7.0, "bicycle": 3.0}, {"rides": 6, "speed": 4.5}, "cyclist"),
        ({"person": 7.0, "bicycle": 3.0}, {"rides": 6, "speed": 1.2}, "pedestrian"),
        ({"bicycle": 6.0}, {"speed": 5.0}, "cyclist"),
        ({"person": 7.0}, {"speed": 5.5}, "cyclist"),
        ({"person": 2.0, "motorcycle": 5.0}, {"speed": 9.0}, "motorcycle"),
        ({"car": 7.0}, {"size": (1.5, 4.0), "speed": 9.0}, "car"),
        ({"car": 4.0, "truck": 3.0}, {"size": (1.6, 3.5), "speed": 9.0}, "car"),
        ({"car": 6.0}, {"size": (2.5, 4.5), "speed": 9.0}, "van"),
        ({"bus": 7.0, "car": 1.0}, {"size": (3.2, 9.0), "speed": 9.0}, "bus"),
        ({"truck": 7.0, "bus": 1.0}, {"size": (3.3, 8.0), "speed": 9.0}, "truck"),
    ],
)
def test_class(votes: dict[str, float], more: dict[str, object], wanted: str) -> None:
    assert named(votes, **more) == CODE[wanted]  # type: ignore[arg-type]
