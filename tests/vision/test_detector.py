"""The packaged detector on real street video, and what holds for any detector."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import DependencyError, InputError
from passerby.vision import packaged_model
from passerby.vision.detections import KINDS, Detections
from passerby.vision.detector import Detector, load_detector
from passerby.vision.letterbox import fitted, free_size_for, size_for
from passerby.vision.suppression import GROUPS, Candidates, without_doubles
from tests.vision.scoring import pets_truth

DATA = Path(os.environ.get("PASSERBY_DATA", Path(__file__).parents[3] / "shared" / "data"))
PERSON, BICYCLE, CAR, MOTORCYCLE, BUS, TRUCK, TRAIN = range(7)


@cache
def packaged(threads: int = 1) -> Detector:
    if not packaged_model.MODEL.exists():
        pytest.skip("the packaged detector is not made here: python -m model.build")
    return load_detector(threads=threads)


@cache
def frames(clip: str, every: int, most: int) -> tuple[np.ndarray, ...]:
    path = DATA / clip
    if not path.exists():
        pytest.skip(f"{clip} is not there: set PASSERBY_DATA")
    found = []
    with av.open(str(path)) as container:
        for i, frame in enumerate(container.decode(video=0)):
            if i % every == 0:
                found.append(frame.to_ndarray(format="bgr24"))
            if len(found) == most:
                break
    return tuple(found)


def pets(most: int = 8) -> tuple[np.ndarray, ...]:
    return frames("pets09/vtest.avi", 60, most)


def overlaps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    area = [(x[:, 2:] - x[:, :2]).prod(axis=1) for x in (a, b)]
    return shared / np.maximum(area[0][:, None] + area[1][None] - shared, 1e-9)


def test_people_are_found_where_they_are() -> None:
    """At least 80 % of the people annotated, with at most 10 % of the boxes on nobody, at a score of 0.35."""
    truth = pets_truth()
    found_there = wanted = on_nobody = boxes = 0
    for i, found in enumerate(packaged().detect(pets(), 0.35)):
        people = found.take(found.kind == PERSON).boxes
        rows = truth[truth[:, 0] == 60 * i + 1][:, 2:6]
        there = np.concatenate([rows[:, :2], rows[:, :2] + rows[:, 2:]], axis=1)
        pairs = overlaps(there, people)
        found_there += int((pairs.max(axis=1, initial=0.0) >= 0.5).sum())
        on_nobody += int((pairs.max(axis=0, initial=0.0) < 0.3).sum())
        wanted, boxes = wanted + len(there), boxes + len(people)
    assert found_there >= 0.8 * wanted, (found_there, wanted)
    assert on_nobody <= 0.15 * boxes, (on_nobody, boxes)


def test_cars_are_cars() -> None:
    clip = "otvision/Testvideo_Cars-Truck_FR20_2020-01-01_00-00-00.mp4"
    for found in packaged().detect(frames(clip, 20, 2), 0.5):
        assert set(found.kind[found.score > 0.5]) <= {CAR, TRUCK, PERSON}
        assert (found.kind == CAR).sum() >= 3


def test_boxes_lie_in_the_picture() -> None:
    for found in packaged().detect(pets(3), 0.05):
        assert (found.boxes >= 0).all()
        assert (found.boxes <= [768, 576, 768, 576]).all()
        assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
        assert (found.score >= 0.05).all()
        assert found.boxes.dtype == found.score.dtype == np.float64


def test_several_at_once_are_as_one_by_one() -> None:
    pictures = [*pets(2), pets(1)[0][:300, :200]]
    both = packaged(2).detect(pictures)
    for together, picture in zip(both, pictures, strict=True):
        (alone,) = packaged(2).detect([picture])
        assert np.allclose(together.boxes, alone.boxes, atol=1e-3)
        assert np.array_equal(together.kind, alone.kind)


def test_a_padded_picture_has_the_same_people() -> None:
    """What lies beside the picture on the input is nothing to the network: boxes move less than they are wide."""
    (picture,) = pets(1)
    plain = packaged().detect([picture], 0.5)[0]
    padded = packaged().detect([picture], 0.3, size=(640, 832))[0]
    assert (overlaps(plain.boxes, padded.boxes).max(axis=1) > 0.7).all()


def test_nothing_is_found_in_nothing() -> None:
    blank = [np.full((200, 300, 3), level, np.uint8) for level in (0, 114, 255)]
    assert [len(found) for found in packaged().detect(blank, 0.25)] == [0, 0, 0]
    assert packaged().detect([]) == []


def test_pictures_of_odd_sizes() -> None:
    rng = np.random.default_rng(1)
    for shape in ((1, 1), (7, 900), (900, 7), (33, 65), (1080, 1920)):
        packaged().detect([rng.integers(0, 255, (*shape, 3), np.uint8)])


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(InputError, match="wanted"):
        packaged().detect([wrong])


def test_sizes() -> None:
    detector = packaged()
    assert detector.any_size
    assert detector.size_for(576, 768) == (576, 768)
    assert detector.size_for(100, 130) == (128, 160)
    height, width = detector.size_for(1080, 1920)
    assert 0.8 < height * width / (576 * 768) < 1.25
    with pytest.raises(InputError, match="no input of 100"):
        detector.detect([pets(1)[0]], size=(100, 100))
    with pytest.raises(InputError, match="threads"):
        load_detector(threads=0)


def test_a_harmed_model_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged_model.packaged_model.cache_clear()
    monkeypatch.setattr(packaged_model, "MODEL", tmp_path / "m.onnx")
    monkeypatch.setattr(packaged_model, "CARD", tmp_path / "m.json")
    with pytest.raises(DependencyError, match="not installed"):
        load_detector()
    (tmp_path / "m.onnx").write_bytes(b"harmed")
    (tmp_path / "m.json").write_text('{"sha256": "00"}')
    with pytest.raises(DependencyError, match="wanted SHA-256 00"):
        load_detector()
    packaged_model.packaged_model.cache_clear()


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_free_sizes_hold_the_picture_or_shrink_it_evenly(height: int, width: int) -> None:
    most = 576 * 768
    rows, columns = free_size_for(height, width, most)
    assert rows % 32 == columns % 32 == 0
    if height * width <= most:
        assert rows >= height
        assert columns >= width
    _, fit = fitted(np.zeros((height, width, 3), np.uint8), (rows, columns), pad=0)
    assert max(fit.scale_x, fit.scale_y) <= 1.0


@given(st.integers(8, 700), st.integers(8, 700), st.booleans())
def test_letterbox_and_back(height: int, width: int, stretch: bool) -> None:
    picture = np.full((height, width, 3), 200, np.uint8)
    whole, fit = fitted(picture, (192, 256), pad=3, stretch=stretch)
    assert whole.shape == (192, 256, 3)
    box = np.array([[0.25 * width, 0.25 * height, 0.5 * width, 0.75 * height]])
    there = box * np.array([fit.scale_x, fit.scale_y] * 2)
    assert np.allclose(fit.to_picture(there), box)
    shown = whole[: round(height * fit.scale_y), : round(width * fit.scale_x)]
    assert (shown == 200).all()
    assert (whole == 200).sum() == shown.size


def test_the_smallest_input_that_holds_the_picture() -> None:
    sizes = [(320, 320), (416, 416), (480, 640)]
    assert size_for(300, 310, sizes) == (320, 320)
    assert size_for(330, 310, sizes) == (416, 416)
    assert size_for(1080, 1920, sizes) == (480, 640)


def boxes_of(*rows: tuple[list[float], dict[int, float]]) -> Candidates:
    scores = np.zeros((len(rows), len(KINDS)))
    for i, (_, kinds) in enumerate(rows):
        for kind, score in kinds.items():
            scores[i, kind] = score
    return Candidates(np.array([box for box, _ in rows], np.float64).reshape(-1, 4), scores)


def told(found: Detections) -> list[tuple[str, float]]:
    return [(KINDS[k], float(s)) for k, s in zip(found.kind, found.score, strict=True)]


def test_one_vehicle_of_three_kinds_is_one_with_the_kind_most_say() -> None:
    place = [10.0, 10.0, 110.0, 60.0]
    candidates = boxes_of((place, {TRUCK: 0.5, BUS: 0.45}), (place, {BUS: 0.4}), (place, {CAR: 0.3, BUS: 0.2}))
    assert told(without_doubles(candidates, 0.1)) == [("bus", 0.5)]


def test_a_long_bus_has_one_box() -> None:
    whole, front = [0.0, 0.0, 300.0, 80.0], [0.0, 2.0, 150.0, 78.0]
    assert told(without_doubles(boxes_of((whole, {BUS: 0.6}), (front, {TRUCK: 0.5})), 0.1)) == [("bus", 0.6)]


def test_a_car_before_a_bus_stays() -> None:
    candidates = boxes_of(([0.0, 0.0, 300.0, 100.0], {BUS: 0.6}), ([100.0, 50.0, 190.0, 98.0], {CAR: 0.7}))
    assert sorted(told(without_doubles(candidates, 0.1))) == [("bus", 0.6), ("car", 0.7)]


def test_two_cars_taken_for_one_are_two() -> None:
    one, other, both = [0.0, 0.0, 100.0, 50.0], [100.0, 0.0, 200.0, 50.0], [0.0, 0.0, 200.0, 50.0]
    candidates = boxes_of((one, {CAR: 0.7}), (other, {CAR: 0.7}), (both, {CAR: 0.4}))
    assert told(without_doubles(candidates, 0.1)) == [("car", 0.7), ("car", 0.7)]


def test_rider_and_bicycle_of_one_cell_are_two() -> None:
    found = without_doubles(boxes_of(([0.0, 0.0, 30.0, 60.0], {PERSON: 0.6, BICYCLE: 0.5})), 0.1)
    assert told(found) == [("person", 0.6), ("bicycle", 0.5)]


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 2**32 - 1))
def test_suppression_leaves_no_doubles_and_loses_no_place(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 200, (n, 2))
    candidates = Candidates(np.concatenate([low, low + rng.uniform(5, 80, (n, 2))], axis=1), rng.uniform(0, 1, (n, 7)))
    found = without_doubles(candidates, 0.4)
    assert (found.score >= 0.4).all()
    for group in GROUPS:
        kinds = [KINDS.index(k) for k in group]
        mine = found.take(np.isin(found.kind, kinds))
        pairs = overlaps(mine.boxes, mine.boxes)
        np.fill_diagonal(pairs, 0.0)
        assert (pairs < 0.6 + 1e-9).all()
        best = candidates.scores[:, kinds].max(axis=1)
        if (best >= 0.4).any():
            assert mine.score.max() == best.max()
    again = without_doubles(Candidates(candidates.boxes[::-1], candidates.scores[::-1]), 0.4)
    assert sorted(again.score.tolist()) == sorted(found.score.tolist())
