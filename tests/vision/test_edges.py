"""Who passes a picture is counted once, by where they came in and left; who stays put is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.vision.edges import passing, side


def path(x0: float, x1: float, n: int = 20) -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(x0, x1, n)
    return np.arange(n) / 10, np.column_stack([x, np.full(n, 200.0), x + 40, np.full(n, 300.0)])


def test_from_left_to_right() -> None:
    t, boxes = path(0, 600)
    found = passing(t, boxes, 640, 480)
    assert found is not None
    assert found.movement == "left to right"
    assert (found.t0, found.t1) == (t[0], t[-1])


def test_who_stands_is_not_counted() -> None:
    t, boxes = path(300, 310)
    assert passing(t, boxes, 640, 480) is None


@pytest.mark.parametrize(
    ("box", "name"),
    [
        ((0, 100, 40, 200), "left"),
        ((300, 0, 340, 80), "top"),
        ((600, 200, 640, 300), "right"),
        ((9, 380, 50, 480), "bottom"),
    ],
)
def test_sides(box: tuple[float, ...], name: str) -> None:
    assert side(np.array(box, float), 640, 480) == name


@given(st.floats(0, 560), st.floats(0, 560))
def test_the_way_back_swaps_the_sides(x0: float, x1: float) -> None:
    t, boxes = path(x0, x1)
    there, back = passing(t, boxes, 600, 480), passing(t, boxes[::-1], 600, 480)
    assert (there is None) == (back is None)
    if there and back:
        assert (there.entered, there.left) == (back.left, back.entered)
