"""Regions on a canvas: none overlaps, none is lost, and what is found there comes back to where it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.vision.canvas import (
    GUTTER_PX,
    Canvas,
    Placement,
    Region,
    compose,
    cut,
    pack,
    separated,
    used_size,
    whole_px,
)
from passerby.vision.detections import Detections

SIZE = (160, 224)
PICTURE = (300, 400)


@st.composite
def regions(draw: st.DrawFn) -> list[Region]:
    found = []
    for camera in draw(st.lists(st.integers(0, 3), min_size=1, max_size=14)):
        left, top = draw(st.integers(0, PICTURE[1] - 1)), draw(st.integers(0, PICTURE[0] - 1))
        right, bottom = draw(st.integers(left + 1, PICTURE[1])), draw(st.integers(top + 1, PICTURE[0]))
        found.append(Region(camera, left, top, right, bottom))
    return found


def extent(p: Placement) -> tuple[int, int, int, int]:
    return p.left, p.top, p.left + p.width, p.top + p.height


def pictures(cameras: int = 4) -> dict[int, np.ndarray]:
    rng = np.random.default_rng(7)
    return {c: rng.integers(1, 255, (*PICTURE, 3), np.uint8) for c in range(cameras)}


@given(regions(), st.sampled_from([0, 4, GUTTER_PX]))
def test_every_region_is_placed_once_inside_and_apart(found: list[Region], gutter: int) -> None:
    canvases = pack(found, SIZE, gutter)
    assert sorted((p.region for c in canvases for p in c), key=repr) == sorted(found, key=repr)
    for canvas in canvases:
        boxes = [extent(p) for p in canvas]
        for i, (left, top, right, bottom) in enumerate(boxes):
            assert left >= 0
            assert top >= 0
            assert right <= SIZE[1]
            assert bottom <= SIZE[0]
            for other in boxes[i + 1 :]:
                across = max(left, other[0]) - min(right, other[2])
                down = max(top, other[1]) - min(bottom, other[3])
                assert max(across, down) >= gutter


@given(regions())
def test_scale_is_kept_unless_larger_than_the_canvas(found: list[Region]) -> None:
    for p in (p for c in pack(found, SIZE) for p in c):
        if p.region.height <= SIZE[0] and p.region.width <= SIZE[1]:
            assert (p.width, p.height) == (p.region.width, p.region.height)
        else:
            across, down = p.scale
            assert across <= 1.0
            assert down <= 1.0
            # one whole pixel is the difference that rounding can make
            assert abs(p.width - p.region.width * down) <= max(p.region.width / p.region.height, 1.0) + 1


@settings(max_examples=50)
@given(regions())
def test_the_used_part_holds_all(found: list[Region]) -> None:
    for canvas in pack(found, SIZE):
        height, width = used_size(canvas)
        assert height % 32 == width % 32 == 0
        assert all(p.left + p.width <= width and p.top + p.height <= height for p in canvas)


@settings(max_examples=30, deadline=None)
@given(regions())
def test_the_canvas_shows_the_pictures_and_nothing_else(found: list[Region]) -> None:
    shown = pictures()
    for canvas in pack(found, SIZE):
        image = compose(canvas, shown, SIZE, pad=0)
        left_over = np.ones(SIZE, bool)
        for p in canvas:
            r = p.region
            part = image[p.top : p.top + p.height, p.left : p.left + p.width]
            if p.scale == (1.0, 1.0):
                assert np.array_equal(part, shown[r.camera][r.top : r.bottom, r.left : r.right])
            left_over[p.top : p.top + p.height, p.left : p.left + p.width] = False
        assert not image[left_over].any()


@settings(max_examples=60)
@given(regions(), st.integers(0, 2**32 - 1))
def test_back_mapping_is_exact(found: list[Region], seed: int) -> None:
    """A box well inside a region comes back to the pixels that it was drawn on."""
    rng = np.random.default_rng(seed)
    sizes = dict.fromkeys(range(4), PICTURE)
    for canvas in pack(found, SIZE):
        wanted: list[tuple[int, np.ndarray]] = []
        boxes = []
        for p in canvas:
            r = p.region
            if min(r.width, r.height) < 40:
                continue
            low = np.array([r.left, r.top]) + rng.uniform(8, 12, 2)
            box = np.concatenate([low, low + rng.uniform(8, 16, 2)])
            boxes.append(_on(p, box))
            wanted.append((r.camera, box))
        n = len(boxes)
        if n == 0:
            continue
        back = separated(Detections(np.array(boxes), np.full(n, 0.5), np.zeros(n, np.int64)), canvas, sizes)
        for camera, box in wanted:
            # a box of another region of this camera that shows the same place may stand for it
            assert any(_iou(box, b) > 0.59 for b in back[camera].boxes)
        for camera, some in back.items():
            for b in some.boxes:
                assert any(c == camera and np.allclose(b, box, atol=1e-6) for c, box in wanted)


def _on(p: Placement, box: np.ndarray) -> np.ndarray:
    scale = np.array([*p.scale, *p.scale])
    return (box - [p.region.left, p.region.top] * 2) * scale + [p.left, p.top, p.left, p.top]


def _iou(a: np.ndarray, b: np.ndarray) -> float:
    shared = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None).prod()
    return float(shared / ((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared))


def only(box: tuple[float, float, float, float], region: Region, **how: float) -> int:
    canvas: Canvas = (Placement(region, 0, 0, region.width, region.height),)
    found = Detections(np.array([box]), np.array([0.6]), np.array([0]))
    return len(separated(found, canvas, {region.camera: PICTURE}, **how)[region.camera])


def test_who_is_cut_by_a_region_is_left_out_unless_sure() -> None:
    inner = Region(0, 100, 100, 200, 200)
    assert only((20, 20, 40, 60), inner) == 1
    for box in ((0, 20, 40, 60), (20, 0, 40, 60), (60, 20, 100, 60), (20, 60, 40, 100)):
        assert only(box, inner) == 0
        assert only(box, inner, sure=0.5) == 1


def test_who_is_cut_by_the_picture_stays() -> None:
    assert only((0, 20, 40, 60), Region(0, 0, 100, 100, 200)) == 1
    assert only((20, 0, 40, 60), Region(0, 100, 0, 200, 100)) == 1
    assert only((60, 20, 100, 60), Region(0, 300, 100, 400, 200)) == 1
    assert only((20, 60, 40, 100), Region(0, 100, 200, 200, 300)) == 1


def test_what_was_found_in_the_gutter_is_nothing() -> None:
    region = Region(0, 100, 100, 150, 150)
    assert only((60, 10, 90, 40), region) == 0


def test_overlapping_looks_give_one_detection() -> None:
    one, other = Region(0, 0, 0, 200, 100), Region(0, 100, 0, 300, 100)
    (canvas,) = pack([one, other], (224, 416))
    boxes = np.array([_on(p, np.array([130.0, 20.0, 150.0, 60.0])) for p in canvas])
    found = Detections(boxes, np.array([0.5, 0.6]), np.array([0, 0]))
    back = separated(found, canvas, {0: PICTURE})[0]
    assert back.score.tolist() == [0.6]


def test_cut_says_which() -> None:
    region = Region(0, 100, 0, 200, 300)
    boxes = np.array([[100.0, 50, 120, 80], [150, 0, 170, 300], [190, 10, 199.5, 20], [120, 20, 140, 40]])
    assert cut(boxes, region, PICTURE).tolist() == [True, False, True, False]


def test_whole_px_stays_in_the_picture() -> None:
    assert whole_px(2, (-3.5, 10.2, 20.1, 900.0), 400, 300) == Region(2, 0, 10, 21, 300)
    assert whole_px(2, (500.0, 10.0, 600.0, 20.0), 400, 300) is None


def test_many_small_regions_fill_one_canvas() -> None:
    """Packing is worth it: 12 regions of 60 x 90 px and gutters cover 60 % of a canvas, and one canvas is enough."""
    found = [Region(i, 0, 0, 60, 90) for i in range(12)]
    assert len(pack(found, (416, 416))) == 1


@pytest.mark.parametrize("gutter", [0, 16])
def test_a_region_of_the_canvas_size_fits(gutter: int) -> None:
    (canvas,) = pack([Region(0, 10, 10, 10 + SIZE[1], 10 + SIZE[0])], SIZE, gutter)
    assert extent(canvas[0]) == (0, 0, SIZE[1], SIZE[0])
