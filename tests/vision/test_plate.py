"""The background plate: nobody in it, ever; and no plate where that is not certain."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import PrivacyError, StoreError
from passerby.privacy import plates, verify
from passerby.vision import plate as plate_module
from passerby.vision.detections import Detections, no_detections
from passerby.vision.frame import Frame
from passerby.vision.median import BASE, HoledStack
from passerby.vision.plate import Plate, PlateMaker, write_plate
from tests.vision.scenes import noisy, person, street

NOBODY = np.empty((0, 4))


def blind(images, score):
    return [no_detections() for _ in images]


def sees_dark(images, score):
    """A stand-in for a detector: finds dark upright blobs, of which the drawn streets have none but people."""
    out = []
    for image in images:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
        mask = cv2.morphologyEx((grey < 38).astype(np.uint8), cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
        boxes = [cv2.boundingRect(c) for c in cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]]
        rows = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes], float).reshape(-1, 4)
        out.append(Detections(rows, np.full(len(rows), 0.9), np.zeros(len(rows), np.int64)))
    return out


def ground():
    return np.clip(street(3), 70, 190)


def fill(maker, scene, *, frames=130, every_s=5.0, occupied=lambda i: NOBODY):
    rng = np.random.default_rng(0)
    for i in range(frames):
        picture = cv2.merge([noisy(scene(i), rng, 2.0)] * 3)
        maker.add(Frame(i, i * every_s, bgr=picture), occupied(i))


def walking(i):
    picture = ground().copy()
    person(picture, 30 + (37 * i) % 320, 180, shade=15)
    return picture


def test_people_who_walk_by_are_not_in_it():
    maker = PlateMaker(288, 384, sees_dark)
    fill(maker, walking)
    plate = maker.plate()
    assert plate is not None, maker.reason
    assert plate.frames == 121
    assert plate.span_s >= 600
    assert np.abs(plate.bgr()[:, :, 1].astype(int) - ground()).mean() < 3
    assert plate.bgr().min() > 45
    assert plate.filled < 0.02


def test_who_never_leaves_is_filled_from_around():
    def scene(i):
        picture = walking(i)
        person(picture, 200, 260, shade=15)
        return picture

    maker = PlateMaker(288, 384, sees_dark)
    fill(maker, scene)
    plate = maker.plate()
    assert plate is not None, maker.reason
    assert 0.01 < plate.filled < 0.2
    assert plate.bgr().min() > 45
    inside = plate.bgr()[200:260, 192:208]
    assert inside.std(axis=(0, 1)).max() < 12


def test_who_was_missed_all_along_is_found_at_the_last_check():
    """The detector misses a small one in the whole picture and sees it enlarged."""

    def scene(i):
        picture = ground().copy()
        person(picture, 200, 150, height=34, shade=15)
        return picture

    def only_large(images, score):
        return [found.take((found.boxes[:, 3] - found.boxes[:, 1]) > 45) for found in sees_dark(images, score)]

    maker = PlateMaker(288, 384, only_large)
    fill(maker, scene)
    plate = maker.plate()
    assert plate is not None, maker.reason
    assert plate.filled > 0.003
    assert plate.bgr()[120:145, 196:204].min() > 45


def test_no_plate_where_something_is_found_again_and_again():
    def sees_ghosts(images, score):
        return [
            Detections(np.array([[10.0, 10, 30, 60]]), np.array([0.5]), np.array([0]))
            if len(images) > 1
            else no_detections()
            for _ in images
        ]

    maker = PlateMaker(288, 384, sees_ghosts)
    fill(maker, walking)
    assert maker.plate() is None
    assert "still sees" in maker.reason


def test_no_plate_without_a_detector():
    maker = PlateMaker(288, 384, None)
    fill(maker, walking)
    assert maker.plate() is None
    assert "no detector" in maker.reason


def test_no_plate_from_a_detector_that_fails():
    def broken(images, score):
        raise RuntimeError("model lost")

    maker = PlateMaker(288, 384, broken)
    fill(maker, walking)
    assert maker.plate() is None
    assert "the detector failed on 130 frames" in maker.reason

    def fails_late(images, score):
        if len(images) > 1:
            raise RuntimeError("model lost")
        return blind(images, score)

    maker = PlateMaker(288, 384, fails_late)
    fill(maker, walking)
    assert maker.plate() is None
    assert "last check" in maker.reason


@pytest.mark.parametrize(("frames", "every_s"), [(99, 10.0), (130, 0.4), (0, 5.0), (20, 120.0)])
def test_no_plate_from_too_little(frames, every_s):
    maker = PlateMaker(288, 384, blind)
    fill(maker, lambda i: ground(), frames=frames, every_s=every_s)
    assert maker.plate() is None
    assert "wanted 600 s and 100 frames" in maker.reason


def test_no_plate_of_a_street_that_is_never_free():
    maker = PlateMaker(288, 384, blind)
    fill(maker, lambda i: ground(), occupied=lambda i: np.array([[0.0, 0, 300, 288]]))
    assert maker.plate() is None
    assert "never seen free" in maker.reason


def test_the_camera_moved_means_from_the_start():
    maker = PlateMaker(288, 384, blind)
    fill(maker, walking, frames=121)
    maker.restart()
    assert maker.plate() is None


def test_it_lies_certified_without_metadata(tmp_path):
    maker = PlateMaker(288, 384, sees_dark)
    fill(maker, walking)
    plate = maker.plate()
    assert plate is not None
    path = write_plate(plate, tmp_path)
    content = path.read_bytes()
    entry = json.loads((tmp_path / "plate.json").read_text())["pictures"][0]
    assert entry == {
        "file": "plate.png",
        "sha256": hashlib.sha256(content).hexdigest(),
        "frames": plate.frames,
        "span_s": plate.span_s,
    }
    assert chunks(content) <= {b"IHDR", b"IDAT", b"IEND"}
    assert [f for f in verify(tmp_path) if f.severity != "advice"] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plate.json", "plate.png"]


def chunks(png: bytes) -> set[bytes]:
    at, found = 8, set()
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        found.add(png[at + 4 : at + 8])
        at += 12 + length
    return found


def test_nothing_but_a_plate_is_written(tmp_path):
    picture = cv2.merge([ground()] * 3)
    for no_plate in (picture, Frame(0, 0.0, bgr=picture), None):
        with pytest.raises(PrivacyError):
            write_plate(no_plate, tmp_path)
    with pytest.raises(PrivacyError):
        Plate(object(), picture, 200, 700.0, 0.0)
    with pytest.raises(PrivacyError):
        write_plate(Plate(plate_module._MADE_HERE, picture, 20, 700.0, 0.0), tmp_path)
    with pytest.raises(PrivacyError):
        pickle.dumps(Plate(plate_module._MADE_HERE, picture, 200, 700.0, 0.0))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write the plate"):
        write_plate(Plate(plate_module._MADE_HERE, cv2.merge([ground()] * 3), 200, 700.0, 0.0), tmp_path / "file")


def test_the_limits_are_those_of_the_check():
    assert plate_module.MIN_FRAMES >= plates.MIN_FRAMES
    assert plate_module.MIN_SPAN_S >= plates.MIN_SPAN_S


@settings(max_examples=50, deadline=None)
@given(st.integers(1, BASE), st.integers(0, 2**32 - 1))
def test_a_median_with_holes_is_the_median_of_what_is_there(count, seed):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 256, (count, 4, 5, 3)).astype(np.uint8)
    free = rng.random((count, 4, 5)) < 0.6
    stack = HoledStack(4, 5)
    for v, f in zip(values, free, strict=True):
        stack.add(v, f)
    found = stack.median()
    for y in range(4):
        for x in range(5):
            there = np.sort(values[free[:, y, x], y, x], axis=0)
            if len(there):
                assert any((found[y, x] == there[k]).all() for k in ((len(there) - 1) // 2, len(there) // 2))
            assert stack.seen[y, x] == len(there)
