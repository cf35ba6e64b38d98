"""Middles of footprints from boxes: cuboids of known place are drawn, only their boxes are handed in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M
from passerby.vision.footprint import DEFAULT_HEIGHT_M, foot_points
from passerby.vision.pose import CameraPose
from tests.vision.test_pose import CORNERS, HIGH, WIDE, calibrated, pinhole


def pose(height: float = 7.0, tilt: float = 22.0, focal: float = 1000.0) -> CameraPose:
    return CameraPose(calibrated(pinhole(height, tilt, 30.0, 0.0, focal), CORNERS), WIDE, HIGH)


def standing(camera: CameraPose, name: str, n: int, seed: int, grown: float = 0.0):
    rng = np.random.default_rng(seed)
    ground = camera.to_ground(rng.uniform([250, 330], [1030, 560], (n, 2)))
    heading = rng.uniform(0, 2 * np.pi, n)
    length, width = DEFAULT_FOOTPRINT_M[name]
    size = np.exp(rng.normal(0, grown, n))
    boxes = camera.footprint_box(ground, heading, length * size, width * size, DEFAULT_HEIGHT_M[name] * size)
    whole = (boxes[:, 3] < HIGH - 2) & (boxes[:, 0] > 0) & (boxes[:, 2] < WIDE)
    return ground[whole], heading[whole], boxes[whole]


@pytest.mark.parametrize(("name", "within"), [("car", 0.03), ("van", 0.03), ("bus", 0.2), ("cyclist", 0.02)])
def test_with_its_heading_a_vehicle_is_where_it_was_drawn(name: str, within: float) -> None:
    camera = pose()
    ground, heading, boxes = standing(camera, name, 60, 1)
    got = foot_points(camera, boxes, np.full(len(boxes), CODE[name]), heading)
    assert np.median(np.linalg.norm(got - ground, axis=1)) < within


@pytest.mark.parametrize(("name", "within"), [("car", 0.3), ("van", 0.4), ("bus", 2.0), ("cyclist", 0.15)])
def test_without_it_the_box_says_enough(name: str, within: float) -> None:
    camera = pose()
    ground, _, boxes = standing(camera, name, 80, 2, 0.07)
    got = foot_points(camera, boxes, np.full(len(boxes), CODE[name]))
    off = np.linalg.norm(got - ground, axis=1)
    naive = np.linalg.norm(
        camera.to_ground(np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])) - ground, axis=1
    )
    assert np.median(off) < within
    assert np.median(off) < 0.45 * np.median(naive)


def test_people_stand_a_little_behind_the_lower_edge() -> None:
    camera = pose()
    ground = camera.to_ground(np.random.default_rng(4).uniform([250, 330], [1030, 600], (40, 2)))
    boxes = camera.person_box(ground[:, 0], ground[:, 1], 1.65)
    got = foot_points(camera, boxes, np.zeros(40, int))
    assert np.median(np.linalg.norm(got - ground, axis=1)) < 0.05


def test_feet_below_the_picture_are_where_the_head_says() -> None:
    camera = pose()
    ground = camera.to_ground([[640.0, HIGH + 60.0], [500.0, HIGH + 20.0]])
    boxes = camera.person_box(ground[:, 0], ground[:, 1], 1.7)
    boxes[:, 3] = np.minimum(boxes[:, 3], HIGH)
    assert foot_points(camera, boxes, [0, 0]) == pytest.approx(ground, abs=0.1)


@settings(max_examples=40, deadline=None)
@given(
    boxes=st.lists(
        st.tuples(*[st.floats(-100, 1400)] * 2, st.floats(0.5, 600), st.floats(0.5, 600), st.integers(0, 8)), max_size=6
    )
)
def test_no_box_is_refused(boxes) -> None:
    b = np.array([(x, y, x + w, y + h) for x, y, w, h, _ in boxes]).reshape(-1, 4)
    got = foot_points(pose(), b, np.array([c for *_, c in boxes], int))
    assert got.shape == (len(boxes), 2)
