"""Calibrations judged by their own pairs and by what people and cars measure in them."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.site import Calibration
from passerby.tracks.classes import CODE
from passerby.vision.pose import CameraPose
from passerby.vision.self_check import SelfCheck
from passerby.vision.survey import survey
from tests.vision.test_pose import CORNERS, HIGH, WIDE, calibrated, pinhole
from tests.vision.tsai import PETS, pets

CAMERA = pinhole(7.0, 22.0, 30.0, 0.0, 1000.0)


def scaled(calibration: Calibration, factor: float) -> Calibration:
    return Calibration(calibration.image, tuple((x * factor, y * factor) for x, y in calibration.ground))


def watched(factor: float, cls: str, n: int = 60) -> SelfCheck:
    true = CameraPose(calibrated(CAMERA, CORNERS), WIDE, HIGH)
    check = SelfCheck(CameraPose(scaled(calibrated(CAMERA, CORNERS), factor), WIDE, HIGH))
    rng = np.random.default_rng(1)
    for i in range(n):
        for k in range(4):
            ground = true.to_ground(rng.uniform([200, 350], [1000, 600], (1, 2)))
            if cls == "pedestrian":
                box = true.person_box(ground[:, 0], ground[:, 1], rng.normal(1.74, 0.12))
            else:
                size = rng.normal(1.0, 0.07)
                box = true.footprint_box(ground, rng.uniform(0, 6.3), 4.5 * size, 1.8 * size, 1.5 * size)
            check.add(i * 20.0 + 3 * k, np.array([i]), box, np.array([CODE[cls]]))
    return check


@pytest.mark.parametrize("cls", ["pedestrian", "car"])
@pytest.mark.parametrize("factor", [0.6, 0.8, 1.0, 1.3, 2.0])
def test_the_factor_by_which_a_calibration_is_off(cls: str, factor: float) -> None:
    said = watched(factor, cls).scale()
    assert said.factor == pytest.approx(factor, rel=0.07)
    assert said.off == (factor != 1.0)
    assert f"{said.factor:.2f} times" in said.sentence


def test_few_and_hidden_road_users_accuse_nobody() -> None:
    check = watched(2.0, "pedestrian", 10)
    assert not check.scale().off
    assert "10 of 12" in check.scale().sentence
    pose = CameraPose(calibrated(CAMERA, CORNERS), WIDE, HIGH)
    check = SelfCheck(pose)
    pair = np.array([[500.0, 300, 540, 420], [520.0, 310, 560, 430]])  # one before the other
    for i in range(200):
        check.add(i * 3.0, np.array([2 * i, 2 * i + 1]), pair, np.zeros(2, int))
    assert check.scale().n == 0


def test_people_of_the_pets_recording_have_the_size_of_people() -> None:
    truth = pets()
    pixels = np.array([[60, 300], [700, 260], [740, 540], [90, 550], [400, 250], [380, 420.0]])
    ground = truth.to_ground(pixels)
    rows = np.loadtxt(PETS / "det_mot15.txt", delimiter=",")
    for factor in (1.0, 1.3):
        g = tuple((x * factor, y * factor) for x, y in ground.tolist())
        check = SelfCheck(CameraPose(Calibration(tuple(map(tuple, pixels.tolist())), g), truth.width, truth.height))
        for frame in np.unique(rows[:, 0])[::10]:
            r = rows[rows[:, 0] == frame]
            boxes = np.column_stack([r[:, 2:4], r[:, 2:4] + r[:, 4:6]])
            for k in range(3):  # public detections have no ids: each is looked at three times
                check.add(
                    frame * 10 + 2.5 * k, (frame * 100 + np.arange(len(r))).astype(int), boxes, np.zeros(len(r), int)
                )
        assert check.scale().factor == pytest.approx(factor, rel=0.1)
        assert check.scale().off == (factor > 1.15)


def test_what_a_surveyor_is_told() -> None:
    image = np.vstack([CORNERS, [[640, 450], [300, 560], [900, 600], [500, 660.0]]])
    good = calibrated(CAMERA, image, noise=0.5)
    said = survey(good, (WIDE, HIGH))
    assert said.height_m == pytest.approx(7.0, rel=0.05)
    assert said.doubts == ()
    assert said.mean_cm is not None
    assert said.mean_cm < 20
    assert "8 pairs agree within" in said.summary
    assert "7.0 m up, 22 degrees below" in said.summary.replace("6.9", "7.0").replace("7.1", "7.0")
    assert "write size" in survey(good).summary

    ground = list(good.ground)
    ground[5] = (ground[5][0] + 4.0, ground[5][1])
    wrong = survey(Calibration(good.image, tuple(ground)), (WIDE, HIGH))
    assert wrong.wrong_pair == 6
    assert "pair 6 contradicts the others" in wrong.doubts[0]

    few = survey(Calibration(good.image[:4], good.ground[:4]), (WIDE, HIGH))
    assert few.mean_cm is None
    assert "a fifth and sixth" in few.doubts[0]
    down = survey(Calibration(good.image, tuple((x, -y) for x, y in good.ground)), (WIDE, HIGH))
    assert any("mirrored" in d for d in down.doubts)
    feet = survey(scaled(good, 0.1), (WIDE, HIGH))
    assert any("in metres?" in d for d in feet.doubts)
    stretched = survey(Calibration(good.image, tuple((2 * x, y) for x, y in good.ground)), (WIDE, HIGH))
    assert any("no camera sees squares so" in d for d in stretched.doubts)


def test_a_matrix_alone_is_described_too() -> None:
    said = survey(Calibration(matrix=((0.02, 0.0, -12.8), (0.0, -0.02, 7.2), (0.0, 0.0, 1.0))), (WIDE, HIGH))
    assert "no pairs to test it by" in said.summary
    assert "this view hardly tells" in said.summary
