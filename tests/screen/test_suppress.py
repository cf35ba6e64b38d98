"""No withheld cell can be worked out: proved by solving for the narrowest range a reader could give each one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.optimize import linprog

from passerby.screen.suppress import with_totals, withheld

K = 10
tables = arrays(
    np.int64,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.one_of(st.integers(0, 12), st.integers(0, 400)),
)


def sums(rows: int, columns: int) -> np.ndarray:
    """The equations every reader knows: each row and each column adds up to its total. Shape (equations, cells)."""
    at = np.arange((rows + 1) * (columns + 1)).reshape(rows + 1, columns + 1)
    lines = []
    for line in (*at, *at.T):
        e = np.zeros(at.size)
        e[line[:-1]], e[line[-1]] = 1, -1
        lines.append(e)
    return np.array(lines)


def reader_range(full: np.ndarray, out: np.ndarray, cell: int) -> tuple[float, float]:
    equations = sums(full.shape[0] - 1, full.shape[1] - 1)
    value, hidden = full.ravel().astype(float), out.ravel()
    bounds = [(0, None) if h else (v, v) for v, h in zip(value, hidden, strict=True)]
    goal = np.zeros(full.size)
    goal[cell] = 1
    low = linprog(goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
    high = linprog(-goal, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=bounds)
    return low.fun, (np.inf if high.status == 3 else -high.fun)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_a_reader_is_left_with_a_range_at_least_k_wide(cells):
    full, out = with_totals(cells), withheld(cells, K)
    for cell in np.flatnonzero(out & (full > 0) & (full < K)):
        low, high = reader_range(full, out, int(cell))
        assert high - low >= K - 1e-6


@settings(max_examples=200)
@given(tables)
def test_small_numbers_are_withheld_and_no_sum_of_the_withheld_in_a_line_is_small(cells):
    full, out = with_totals(cells), withheld(cells, K)
    assert out[(full > 0) & (full < K)].all()
    inner = out[:-1, :-1]
    for i in range(len(cells)):
        if inner[i].any() and not out[i, -1]:
            assert inner[i].sum() >= 2
            assert cells[i][inner[i]].sum() >= K
    for j in range(cells.shape[1]):
        if inner[:, j].any() and not out[-1, j]:
            assert inner[:, j].sum() >= 2
            assert cells[:, j][inner[:, j]].sum() >= K


@settings(max_examples=100)
@given(tables)
def test_the_grand_total_is_shown_unless_it_is_small_itself(cells):
    assert withheld(cells, K)[-1, -1] == (0 < cells.sum() < K)


@settings(max_examples=100)
@given(tables)
def test_turning_the_table_on_its_side_protects_it_as_well(cells):
    small = (with_totals(cells) > 0) & (with_totals(cells) < K)
    assert withheld(cells.T, K).T[small].all()


def test_nothing_is_withheld_from_a_table_of_large_numbers_and_zeros():
    assert not withheld([[10, 0], [200, 37]]).any()


def test_one_small_cell_takes_three_others_with_it():
    out = withheld([[3, 50, 60], [40, 70, 80], [90, 100, 110]])
    assert out[0, 0]
    assert out.sum() == 4


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="no negative cell"):
        withheld([[-1, 2]])
