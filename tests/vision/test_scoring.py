"""The judge judged: scores of made-up tracks that are known beforehand, and the annotation itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.scoring import (
    clips,
    feet,
    ground_error,
    iou,
    judged,
    mot_rows,
    pets_truth,
    pets_truth_without_outskirts,
    score,
)
from tests.vision.tsai import pets

pytest.importorskip("trackeval")


def walkers(n: int = 3, frames: int = 40) -> np.ndarray:
    """People side by side, 100 px apart, who walk 3 px a frame."""
    return np.array(
        [(f, i, 100.0 * i + 3 * f, 50.0, 30.0, 80.0) for f in range(1, frames + 1) for i in range(1, n + 1)]
    )


def test_the_truth_against_itself_is_perfect() -> None:
    found = score(walkers(), walkers())
    assert (found.mota, found.idf1, found.switches, found.hota) == (1.0, 1.0, 0, 1.0)


def test_nothing_found() -> None:
    found = score(walkers(), np.empty((0, 6)))
    assert (found.mota, found.idf1, found.missed, found.false) == (0.0, 0.0, 120, 0)


@given(st.integers(1, 39))
def test_a_track_that_begins_anew_costs_one_switch(when: int) -> None:
    truth = walkers()
    found = truth.copy()
    found[(found[:, 1] == 1) & (found[:, 0] > when), 1] = 9
    result = score(truth, found)
    assert result.switches == 1
    assert result.mota == pytest.approx(1 - 1 / 120)
    assert result.idf1 == pytest.approx(1 - min(when, 40 - when) / 120)


@given(st.integers(0, 120))
def test_what_is_missed_and_what_is_false(gone: int) -> None:
    truth = walkers()
    found = np.concatenate([truth[gone:], truth[:gone] + np.array([0, 50, 2000, 0, 0, 0])])
    result = score(truth, found)
    assert (result.missed, result.false) == (gone, gone)
    assert result.mota == pytest.approx(1 - (2 * gone + result.switches) / 120)


def test_people_who_do_not_count_are_neither_wanted_nor_false() -> None:
    truth = np.column_stack([walkers(), np.ones(120)])
    truth[truth[:, 1] == 2, 6] = 0
    without = truth[truth[:, 1] != 2]
    for found in (truth[:, :6], without[:, :6]):
        assert score(truth, found).mota == 1.0


def test_overlaps() -> None:
    boxes = np.array([[0.0, 0, 10, 10], [5, 0, 10, 10], [20, 20, 0, 0]])
    assert iou(boxes, boxes)[0] == pytest.approx([1, 1 / 3, 0])
    assert iou(boxes, boxes)[2].tolist() == [0, 0, 0]


def test_distance_on_the_ground() -> None:
    truth, found = walkers(1), walkers(1)
    found[:, 2] += 4
    error = ground_error(truth, found, lambda px: px / 100, size=(1000, 1000))
    assert (error.median_m, error.p95_m, error.boxes) == (pytest.approx(0.04), pytest.approx(0.04), 40)
    assert np.isnan(ground_error(truth, found[:0], lambda px: px, size=(1000, 1000)).median_m)


def test_mot_text() -> None:
    assert mot_rows("frame,id,left,top,width,height\n1,2,3,4,5,6\n").tolist() == [[1, 2, 3, 4, 5, 6]]
    assert len(mot_rows("\n")) == 0


def test_everyone_in_the_annotation_is_as_tall_and_as_fast_as_people_are() -> None:
    """A slip of the annotator is someone who grows, shrinks or jumps."""
    tsai, rows = pets(), pets_truth()
    rows = rows[rows[:, 6] == 1]
    whole = rows[(rows[:, 2] > 1) & (rows[:, 2] + rows[:, 4] < 767) & (rows[:, 3] + rows[:, 5] < 575)]
    for number in np.unique(whole[:, 1]):
        person = whole[whole[:, 1] == number]
        spots = tsai.to_ground(feet(person[:, 2:6]))
        heights = np.linspace(1.2, 2.4, 121)
        tops = np.stack([tsai.to_image(np.column_stack([spots, np.full(len(spots), h)]))[:, 1] for h in heights], 1)
        tall = heights[np.abs(tops - person[:, 3, None]).argmin(1)]
        assert 1.5 < np.median(tall) < 2.0, number
        far = np.linalg.norm(tsai.position_m[:2] - spots, axis=1).max()
        gaps = np.diff(person[:, 0])
        speed = np.linalg.norm(np.diff(spots, axis=0), axis=1)[gaps == 1] * 7
        smooth = np.convolve(speed, np.ones(7) / 7, "valid")
        assert smooth.max() < (3.5 if far < 40 else 6), number


def test_the_annotation_is_whole() -> None:
    rows = pets_truth()
    assert len(np.unique(rows[:, :2], axis=0)) == len(rows)
    for number in np.unique(rows[:, 1]):
        assert np.all(np.diff(rows[rows[:, 1] == number, 0]) == 1), number
    assert (len(rows[rows[:, 6] == 1]), len(np.unique(rows[:, 1]))) == (4885, 21)
    assert len(pets_truth_without_outskirts()) < len(rows)
    assert np.all(rows[:, 2:4] >= 0)
    assert np.all(rows[:, 4:6] > 0)
    assert np.all(rows[:, 2] + rows[:, 4] <= 768)
    assert np.all(rows[:, 3] + rows[:, 5] <= 576)


@pytest.mark.parametrize("clip", sorted(clips()))
def test_the_judge_of_clips(clip: str) -> None:
    """Tracks made from the truth are without fault; halved, doubled, misnamed or made up ones are not."""
    users = tuple(u for u in clips()[clip] if u.state == "moving")
    numbers = {"pedestrian": 1, "car": 3, "cyclist": 4, "truck": 15}
    kinds = {n: k for k, n in numbers.items()}
    rows = np.array(
        [(f, u.number, *u.at(f), 1.0, numbers[u.kind]) for u in users for f in range(u.first, u.last + 1)], float
    )
    assert judged(users, rows, kinds).faults(users) == []
    one = users[0]
    mine = rows[:, 1] == one.number
    broken = rows.copy()
    broken[mine & (rows[:, 0] > (one.first + one.last) / 2), 1] = 90
    assert judged(users, broken, kinds).faults(users) == [
        f"{one.kind} {one.number} (frames {one.first} to {one.last}): counted 2 times"
    ]
    assert "counted 0 times" in judged(users, rows[~mine], kinds).faults(users)[0]
    renamed = rows.copy()
    renamed[mine, 7] = 15 if one.kind != "truck" else 1
    assert "taken for" in judged(users, renamed, kinds).faults(users)[0]
    nobody = np.array([(f, 91, 700.0, 300.0, 20.0, 20.0, 1.0, 1) for f in range(1, 6)])
    assert judged(users, np.concatenate([rows, nobody]), kinds).faults(users) == ["track 91: nobody is there"]
