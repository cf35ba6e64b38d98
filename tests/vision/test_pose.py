"""The camera's pose from its calibration: against pinhole cameras drawn at random, and the PETS camera as surveyed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.site import Calibration
from passerby.site.calibration import distorted, undistorted
from passerby.vision.pose import CameraPose
from tests.vision.tsai import pets

WIDE, HIGH = 1280, 720


def pinhole(height: float, tilt: float, heading: float, roll: float, focal: float) -> np.ndarray:
    """Ground and height -> pixel, (3, 4), of a camera above (3, -5)."""
    t, h, r = np.radians([tilt, heading, roll])
    forward = np.array([np.sin(h) * np.cos(t), np.cos(h) * np.cos(t), -np.sin(t)])
    right = np.array([np.cos(h), -np.sin(h), 0.0])
    down = np.cross(forward, right)
    # the camera leans clockwise by -roll where its picture leans clockwise by roll
    right, down = np.cos(r) * right - np.sin(r) * down, np.sin(r) * right + np.cos(r) * down
    rotation = np.stack([right, down, forward])
    k = np.array([[focal, 0, WIDE / 2], [0, focal, HIGH / 2], [0, 0, 1.0]])
    return k @ np.column_stack([rotation, -rotation @ [3.0, -5.0, height]])


def seen(camera: np.ndarray, xyz: np.ndarray) -> np.ndarray:
    q = np.column_stack([xyz, np.ones(len(xyz))]) @ camera.T
    return q[:, :2] / q[:, 2:]


def calibrated(camera: np.ndarray, pixels, size=None, noise=0.0, seed=0) -> Calibration:
    q = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(camera[:, [0, 1, 3]]).T
    ground = q[:, :2] / q[:, 2:]
    picked = np.asarray(pixels) + np.random.default_rng(seed).normal(0, noise, (len(pixels), 2))
    return Calibration(tuple(map(tuple, picked.tolist())), tuple(map(tuple, ground.tolist())), None, size)


CORNERS = np.array([[150.0, 420.0], [1100.0, 400.0], [1200.0, 690.0], [60.0, 700.0]])
cameras = st.tuples(
    st.floats(3, 25), st.floats(18, 65), st.floats(0, 359), st.floats(-8, 8), st.floats(500, 3000)
).filter(lambda c: np.degrees(np.arctan(120 / c[4])) < c[1] - 8)


@settings(max_examples=60, deadline=None)
@given(c=cameras)
def test_a_pinhole_camera_is_found_again(c: tuple[float, float, float, float, float]) -> None:
    camera = pinhole(*c)
    pose = CameraPose(calibrated(camera, CORNERS), WIDE, HIGH)
    assert pose.focal_px == pytest.approx(c[4], rel=0.3 if pose.focal_sigma > 0.1 else 0.02 + 2 * pose.focal_sigma)
    if pose.focal_sigma < 0.02:
        assert pose.height_m == pytest.approx(c[0], rel=0.05)
        assert pose.position_m[:2] == pytest.approx([3.0, -5.0], abs=0.15 * c[0])
        assert (pose.tilt_deg, pose.roll_deg) == pytest.approx((c[1], c[3]), abs=1.0)
        assert (pose.heading_deg - c[2] + 180) % 360 - 180 == pytest.approx(0, abs=1.0)
    assert not pose.mirrored
    assert pose.skew == pytest.approx(1.0, abs=0.01 + pose.focal_sigma)


@settings(max_examples=60, deadline=None)
@given(c=cameras, seed=st.integers(0, 99))
def test_there_and_back(c: tuple[float, float, float, float, float], seed: int) -> None:
    pose = CameraPose(calibrated(pinhole(*c), CORNERS), WIDE, HIGH)
    rng = np.random.default_rng(seed)
    pixels = rng.uniform([50, 400], [1230, 715], (20, 2))
    for z in (0.0, 1.2):
        assert pose.to_image(pose.to_ground(pixels, z), z) == pytest.approx(pixels, abs=1e-3)
    ground = pose.to_ground(pixels)
    stature = rng.uniform(1.2, 2.0, 20)
    boxes = pose.person_box(ground[:, 0], ground[:, 1], stature)
    assert np.all(boxes[:, :2] < boxes[:, 2:])
    jacobian = pose.jacobian(pixels)
    covariance = pose.ground_covariance(pixels, np.diag([4.0, 9.0]))
    assert covariance == pytest.approx(jacobian @ np.diag([4.0, 9.0]) @ jacobian.transpose(0, 2, 1))
    step = np.array([0.1, -0.1])
    far = np.linalg.norm(pose.to_ground(pixels + step) - ground - jacobian @ step, axis=1)
    assert np.all(far < 0.05 * np.linalg.norm(jacobian @ step, axis=1) + 1e-6)


def test_people_measure_what_they_are_tall() -> None:
    camera = pinhole(6.0, 22.0, 40.0, 0.0, 1100.0)
    pose = CameraPose(calibrated(camera, CORNERS), WIDE, HIGH)
    ground = pose.to_ground(np.random.default_rng(1).uniform([200, 380], [1100, 600], (50, 2)))
    stature = np.random.default_rng(2).uniform(1.4, 2.0, 50)
    tall, wide = pose.size_m(pose.person_box(ground[:, 0], ground[:, 1], stature, 0.5))
    assert tall == pytest.approx(stature, rel=0.04)
    assert wide == pytest.approx(0.5, rel=0.25)


def test_nothing_lies_above_the_horizon_and_nothing_is_raised() -> None:
    pose = CameraPose(calibrated(pinhole(6.0, 15.0, 0.0, 0.0, 900.0), CORNERS), WIDE, HIGH)
    up = pose.to_ground([[640, 10], [640, 600], [np.nan, 3]])
    assert np.isnan(up[0]).all()
    assert np.isfinite(up[1]).all()
    assert np.isnan(up[2]).all()
    assert np.isnan(pose.person_box(3.0, -50.0)).all()  # behind the camera
    assert np.isnan(pose.size_m([[630, 0, 650, 20]])[0]).all()
    assert pose.to_ground(np.empty((0, 2))).shape == (0, 2)
    assert pose.person_box([], []).shape == (0, 4)


def test_a_matrix_gives_the_same_pose_as_pairs() -> None:
    camera = pinhole(8.0, 30.0, 100.0, 2.0, 1000.0)
    h = np.linalg.inv(camera[:, [0, 1, 3]])
    pairs = CameraPose(calibrated(camera, CORNERS), WIDE, HIGH)
    for sign in (1.0, -1.0):
        matrix = Calibration(matrix=tuple(tuple(float(v) for v in row) for row in sign * h))  # type: ignore[arg-type]
        pose = CameraPose(matrix, WIDE, HIGH)
        assert pose.position_m == pytest.approx(pairs.position_m, abs=0.1)
        assert pose.to_ground(CORNERS) == pytest.approx(pairs.to_ground(CORNERS), abs=1e-4)


def test_pictures_of_another_size_than_the_one_the_points_were_picked_in() -> None:
    camera = pinhole(8.0, 30.0, 100.0, 2.0, 1000.0)
    full = CameraPose(calibrated(camera, CORNERS, (WIDE, HIGH)), WIDE, HIGH)
    half = CameraPose(calibrated(camera, CORNERS, (WIDE, HIGH)), WIDE // 2, HIGH // 2)
    assert half.to_ground(CORNERS / 2) == pytest.approx(full.to_ground(CORNERS))
    assert half.focal_px == pytest.approx(full.focal_px / 2)
    assert half.person_box(20.0, -6.0) == pytest.approx(full.person_box(20.0, -6.0) / 2)


def test_straight_from_above_people_still_have_a_size() -> None:
    matrix = ((0.02, 0.0, -12.8), (0.0, -0.02, 7.2), (0.0, 0.0, 1.0))
    pose = CameraPose(Calibration(matrix=matrix), WIDE, HIGH)
    assert pose.focal_sigma == pytest.approx(0.4)
    assert pose.tilt_deg == pytest.approx(90, abs=1)
    assert 12 < pose.height_m < 30
    box = pose.person_box(0.0, 0.0)[0]
    assert np.hypot(*(box[2:] - box[:2])) == pytest.approx(0.58 / 0.02, rel=0.4)
    away = pose.person_box(8.0, 0.0)[0]
    assert away[2] - away[0] > 1.5 * (box[2] - box[0])  # leans outward


def test_ground_drawn_with_its_y_axis_down_is_noticed() -> None:
    good = calibrated(pinhole(6.0, 25.0, 0.0, 0.0, 900.0), CORNERS)
    down = Calibration(good.image, tuple((x, -y) for x, y in good.ground))
    pose = CameraPose(down, WIDE, HIGH)
    assert pose.mirrored
    assert pose.height_m == pytest.approx(6.0, rel=0.05)
    assert np.all(pose.person_box(3.0, -10.0)[:, 3] > 100)


def test_a_lens_that_bends_lines() -> None:
    good = calibrated(pinhole(6.0, 25.0, 30.0, 0.0, 900.0), np.vstack([CORNERS, [[640, 380], [400, 560], [900, 600]]]))
    straight = CameraPose(good, WIDE, HIGH)
    bent = Calibration(good.image, good.ground, None, (WIDE, HIGH), -0.12)
    image = distorted(bent, good.image)
    assert undistorted(bent, image) == pytest.approx(np.array(good.image), abs=1e-9)
    pose = CameraPose(
        Calibration(tuple(map(tuple, image.tolist())), good.ground, None, (WIDE, HIGH), -0.12), WIDE, HIGH
    )
    assert pose.to_ground(image) == pytest.approx(straight.to_ground(good.image), abs=1e-6)
    assert pose.to_image(pose.to_ground(image)) == pytest.approx(image, abs=1e-6)
    assert pose.focal_px == pytest.approx(straight.focal_px, rel=1e-3)


def test_the_pets_camera_is_where_its_surveyors_put_it() -> None:
    truth = pets()
    pixels = np.array([[60, 300], [700, 260], [740, 540], [90, 550], [400, 250], [380, 420], [200, 200], [560, 330.0]])
    ground = truth.to_ground(pixels)
    rng = np.random.default_rng(3)
    picked = pixels + rng.normal(0, 1.0, pixels.shape)
    pose = CameraPose(
        Calibration(tuple(map(tuple, picked.tolist())), tuple(map(tuple, ground.tolist()))), truth.width, truth.height
    )
    assert pose.position_m == pytest.approx(truth.position_m, abs=1.0)
    assert pose.focal_px == pytest.approx(truth.focal / truth.pitch[1], rel=0.06)
    inside = rng.uniform([40, 220], [740, 560], (300, 2))
    off = np.linalg.norm(pose.to_ground(inside) - truth.to_ground(inside), axis=1)
    assert np.median(off) < 0.15
    assert np.percentile(off, 95) < 0.5
    # a person's head and feet, by the full camera model
    feet = truth.to_ground(inside)
    head = truth.to_image(np.column_stack([feet, np.full(len(feet), 1.7)]))
    boxes = pose.person_box(feet[:, 0], feet[:, 1], 1.7)
    assert boxes[:, 1] == pytest.approx(head[:, 1], abs=6)
