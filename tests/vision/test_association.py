"""Pairs of tracks and boxes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passerby.vision.association import assign, covered, likelihood_cost, overlap
from passerby.vision.detections import Detections
from passerby.vision.evidence import rider_fit, single


def test_the_sum_of_costs_is_least_and_dear_pairs_stay_apart() -> None:
    row, column = assign(np.array([[1.0, 2.0], [1.5, 9.0], [np.inf, 30.0]]), 22.0)
    assert sorted(zip(row.tolist(), column.tolist(), strict=True)) == [(0, 1), (1, 0)]
    row, _ = assign(np.array([[25.0]]), 22.0)
    assert not len(row)


@given(st.lists(st.tuples(*[st.floats(0, 100)] * 4), min_size=1, max_size=6))
def test_overlaps_are_shares(raw: list[tuple[float, ...]]) -> None:
    a = np.array(raw)
    boxes = np.column_stack([a[:, :2], a[:, :2] + a[:, 2:] + 1.0])
    both, within = overlap(boxes, boxes), covered(boxes, boxes)
    assert np.allclose(np.diag(both), 1.0)
    assert np.allclose(both, both.T)
    assert (within <= 1.0 + 1e-9).all()
    assert (within >= both - 1e-9).all()


def test_one_cut_side_does_not_rule_a_pair_out_but_another_place_does() -> None:
    expected = np.array([[100.0, 200.0, 100.0, 40.0]])
    variance = np.full((1, 4), 25.0)
    legs_hidden = np.array([[100.0, 150.0, 100.0, 40.0]])
    elsewhere = np.array([[160.0, 200.0, 100.0, 40.0]])
    free = np.zeros((1, 4), bool)
    assert likelihood_cost(expected, variance, legs_hidden, free)[0, 0] < 10.0
    assert np.isinf(likelihood_cost(expected, variance, elsewhere, free)[0, 0])


def test_doubles_go_and_neighbours_stay() -> None:
    boxes = np.array([[0, 0, 40, 100], [2, 1, 42, 101], [35, 0, 75, 100], [0, 0, 300, 100], [10, 10, 150, 95]], float)
    found = Detections(boxes, np.array([0.9, 0.5, 0.8, 0.7, 0.6]), np.array([0, 0, 0, 4, 2]))
    kept = single(found, 0.45)
    assert sorted(kept.score.tolist()) == [0.7, 0.8, 0.9]


def test_a_rider_sits_above_the_wheels() -> None:
    wheels = np.array([[100.0, 150.0, 180.0, 210.0]])
    people = np.array([[115.0, 90.0, 155.0, 190.0], [115.0, 155.0, 155.0, 330.0], [300.0, 90.0, 340.0, 190.0]])
    fit = rider_fit(people, wheels)[:, 0]
    assert fit[0] > 0.9
    assert fit[1] == 0.0
    assert fit[2] == 0.0
