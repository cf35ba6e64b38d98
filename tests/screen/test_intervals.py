from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.screen.intervals import garwood, wilson


@pytest.mark.parametrize(
    ("n", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (10, 4.795, 18.39), (100, 81.36, 121.63)]
)
def test_garwood_gives_the_tabulated_limits(n, low, high):
    assert garwood(n) == pytest.approx((low, high), rel=2e-3)


def test_wilson_gives_a_published_example():
    # Newcombe (1998), Statistics in Medicine 17: 81 of 263 and 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(0, 500))
def test_intervals_hold_their_estimate(n, more):
    low, high = garwood(n)
    assert low <= n <= high
    low, high = wilson(n, n + more)
    assert 0 <= low <= (n / (n + more) if n + more else 0.5) <= high <= 1
