"""A camera moved, turned, zoomed, covered, dark or stuck is noticed; traffic, light and night are not taken for it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from passerby.vision.moved import ALARM_AFTER, EVERY_S, FROZEN_S, LOST_AFTER, CameraMoved
from tests.vision.scenes import clip, noisy, person, street

STEADY = ["vtest", "cars-cyclist", "cars-truck", "people-by"]
"""The two other clips are taken from something that sways: by up to 18 px, which is found too."""


def warped(picture, dx=0.0, dy=0.0, degrees=0.0, zoom=1.0):
    h, w = picture.shape
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), -degrees, zoom)
    matrix[:, 2] += (dx, dy)
    return cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)


def night(picture, rng):
    return np.clip(picture * 0.25 + rng.normal(0, 6, picture.shape), 0, 255).astype(np.uint8)


def watch(camera, pictures, start=0):
    states = []
    for i, picture in enumerate(pictures, start):
        states.append(camera.check(picture, i * EVERY_S))
    return states


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture(scope="module")
def ground():
    return street(9, 576, 768)


def pictures_of(ground, rng, count, change=lambda p: p):
    for i in range(count):
        picture = ground.copy()
        person(picture, 60 + 40 * (i % 16), 400, 120)
        yield noisy(change(picture), rng)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", STEADY)
def test_real_cameras_that_stand_still(name, dark, rng):
    camera = None
    for i, (_, luma) in enumerate(clip(name, 40, 14 if name in ("vtest", "people-by") else 2)):
        camera = camera or CameraMoved(*luma.shape)
        state = camera.check(night(luma, rng) if dark else luma, i * EVERY_S)
        assert state.usable, state
        assert not state.displacement_px > 0.8


@pytest.mark.parametrize("name", STEADY)
@pytest.mark.parametrize(
    "change",
    [
        {"dx": 3.0},
        {"dx": -2.2, "dy": 2.2},
        {"degrees": 0.5},
        {"degrees": -0.5},
        {"zoom": 1.01},
        {"zoom": 0.99},
        {"dx": 40.0, "dy": -25.0},
    ],
    ids=str,
)
def test_real_cameras_that_were_moved(name, change):
    frames = [luma for _, luma in clip(name, 20, 2)]
    camera = CameraMoved(*frames[0].shape)
    assert watch(camera, frames[:10])[-1].status == "still"
    state = watch(camera, [warped(f, **change) for f in frames[10:17]], 10)[-1]
    assert state.status == "moved", state
    assert state.dx_px == pytest.approx(change.get("dx", 0), abs=0.7)
    assert state.dy_px == pytest.approx(change.get("dy", 0), abs=0.7)
    assert state.rotation_deg == pytest.approx(change.get("degrees", 0), abs=0.12)
    assert state.zoom == pytest.approx(change.get("zoom", 1), abs=0.003)
    assert "moved" in state.sentence
    assert not state.usable


def test_swaying_is_measured():
    """This clip's camera drifts by 17 pixels (phase correlation of its first and last frame says the same)."""
    camera = None
    for i, (_, luma) in enumerate(clip("person-bicycle-car", 459)):
        camera = camera or CameraMoved(*luma.shape)
        if i % 12 == 0:
            state = camera.check(luma, i / 12 * EVERY_S)
    assert state.status == "moved"
    assert state.dx_px == pytest.approx(-17, abs=2)


def test_it_recovers_when_turned_back(ground, rng):
    camera = CameraMoved(576, 768)
    watch(camera, pictures_of(ground, rng, 6))
    assert watch(camera, pictures_of(ground, rng, 6, lambda p: warped(p, 8)), 6)[-1].status == "moved"
    state = watch(camera, pictures_of(ground, rng, ALARM_AFTER), 12)[-1]
    assert state.status == "still"
    assert state.since == (12 + ALARM_AFTER - 1) * EVERY_S
    watch(camera, pictures_of(ground, rng, 6, lambda p: warped(p, 8)), 20)
    camera.accept()
    assert watch(camera, pictures_of(ground, rng, 6, lambda p: warped(p, 8)), 30)[-1].status == "still"


def test_a_slow_slip_adds_up(ground, rng):
    """Half a pixel a minute is never a step, and yet is found."""
    camera = CameraMoved(576, 768)
    states = []
    for i in range(150):
        (picture,) = pictures_of(ground, rng, 1, lambda p, i=i: warped(p, 0.03 * i))
        states.append(camera.check(picture, i * EVERY_S))
    assert states[-1].status == "moved"
    assert states[-1].dx_px == pytest.approx(4.5, abs=0.8)


def test_a_gust_is_no_move(ground, rng):
    camera = CameraMoved(576, 768)
    watch(camera, pictures_of(ground, rng, 6))
    watch(camera, pictures_of(ground, rng, ALARM_AFTER - 1, lambda p: warped(p, 5)), 6)
    assert watch(camera, pictures_of(ground, rng, 5), 6 + ALARM_AFTER)[-1].status == "still"


def test_dusk_is_no_move(ground, rng):
    camera = CameraMoved(576, 768)
    states = watch(
        camera, [next(pictures_of(ground, rng, 1, lambda p, k=k: p * (1 - 0.02 * k) + 4)) for k in range(42)]
    )
    assert all(s.usable for s in states)


def test_a_lorry_before_the_camera_is_no_move(ground, rng):
    camera = CameraMoved(576, 768)
    watch(camera, pictures_of(ground, rng, 6))
    lorry = street(77, 500, 700)

    def blocked(picture):
        picture[40:540, 40:740] = lorry
        return picture

    states = watch(camera, pictures_of(ground, rng, LOST_AFTER - 2, blocked), 6)
    assert all(s.status == "still" for s in states)


def test_turned_away_altogether(ground, rng):
    camera = CameraMoved(576, 768)
    watch(camera, pictures_of(ground, rng, 6))
    elsewhere = street(78, 576, 768)
    state = watch(camera, [noisy(elsewhere, rng) for _ in range(LOST_AFTER + 1)], 6)[-1]
    assert state.status == "moved"
    assert math.isnan(state.displacement_px)
    assert "somewhere else" in state.sentence


@pytest.mark.parametrize(
    ("status", "change"),
    [
        ("covered", lambda p: np.full_like(p, 120)),
        ("covered", lambda p: cv2.GaussianBlur(p, (0, 0), 25)),
        ("dark", lambda p: np.full_like(p, 8)),
    ],
    ids=["bag", "wet lens", "off"],
)
def test_covered_and_dark(ground, rng, status, change):
    camera = CameraMoved(576, 768)
    watch(camera, pictures_of(ground, rng, 6))
    state = watch(camera, pictures_of(ground, rng, LOST_AFTER + 1, change), 6)[-1]
    assert state.status == status
    assert state.sentence
    assert watch(camera, pictures_of(ground, rng, ALARM_AFTER), 40)[-1].status == "still"


def test_frozen(ground, rng):
    camera = CameraMoved(576, 768)
    frames = list(pictures_of(ground, rng, 6))
    watch(camera, frames)
    count = int(FROZEN_S / EVERY_S) + 2
    assert watch(camera, frames[-1:] * count, 6)[-1].status == "frozen"
    assert watch(camera, pictures_of(ground, rng, ALARM_AFTER), 20)[-1].status == "still"


def test_nothing_to_hold_on_to(rng):
    """A picture without structure never says that the camera stands still, nor that it has moved."""
    camera = CameraMoved(576, 768)
    states = watch(camera, [noisy(np.full((576, 768), 120, np.uint8), rng) for _ in range(20)])
    assert {s.status for s in states} <= {"learning", "covered"}
