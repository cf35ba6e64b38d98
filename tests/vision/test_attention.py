"""Where the detector looks: nobody is cut, nothing due is forgotten, a still picture costs little."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passerby.vision.attention import Attention, Pace, merged, widened

boxes = st.lists(st.tuples(*[st.floats(0, 700)] * 2, *[st.floats(2, 150)] * 2), max_size=12).map(
    lambda rows: np.array([[x, y, x + w, y + h] for x, y, w, h in rows]).reshape(-1, 4)
)


@given(boxes)
def test_merged_regions_are_apart_and_hold_every_box(found: np.ndarray) -> None:
    hulls = merged(found)
    for i, a in enumerate(hulls):
        for b in hulls[i + 1 :]:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3])
    for box in found:
        assert any((h[:2] <= box[:2]).all() and (h[2:] >= box[2:]).all() for h in hulls)


@given(boxes)
def test_widened_boxes_stay_in_the_picture(found: np.ndarray) -> None:
    out = widened(found, 640, 480)
    assert (out >= 0).all()
    assert (out[:, [0, 2]] <= 640).all()
    assert (out[:, [1, 3]] <= 480).all()


def test_a_still_picture_is_looked_at_seldom_and_a_moving_one_often() -> None:
    none = np.empty((0, 4))
    mover = np.array([[100.0, 100.0, 140.0, 200.0]])
    for moving, least, most in ((none, 10, 30), (mover, 140, 170)):
        attention = Attention(768, 576, Pace(region_s=0.2, whole_s=2.0, settling_s=1.0))
        looks = 0
        for k in range(300):
            t = k / 10
            wish = attention.wish(t, moving, none)
            if wish.due:
                attention.looked(t, wish)
                looks += 1
        assert least <= looks <= most


def test_the_whole_picture_is_taken_where_most_of_it_moves() -> None:
    attention = Attention(768, 576, Pace(settling_s=0.0))
    first = attention.wish(0.0, np.empty((0, 4)), np.empty((0, 4)))
    assert first.whole
    attention.looked(0.0, first)
    crowd = np.array([[0.0, 0.0, 700.0, 500.0]])
    assert attention.wish(0.3, crowd, np.empty((0, 4))).whole
    assert not attention.wish(0.3, crowd / 4, np.empty((0, 4))).whole
