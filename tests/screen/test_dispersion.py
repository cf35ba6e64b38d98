"""Events that come in clusters make no change out of chance; independent ones lose next to nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.screen.dispersion import dispersion
from passerby.screen.ratio import rate_ratio, ratio_of_ratios

DAY = 86400.0
DAYS = 14
HOURS = np.arange(DAYS * 24) * 3600.0
EVENLY = np.full(DAYS * 24, 50.0)


def clustered(chance: np.random.Generator, clusters: float, size: float) -> np.ndarray:
    """Clusters at random times of a fortnight, of a geometric number of events each, seconds apart."""
    begun = chance.uniform(0, DAYS * DAY, chance.poisson(clusters))
    return np.repeat(begun, chance.geometric(1 / size, len(begun)))


def wrongly_seen(size: float, allowed: bool, times: int = 400) -> float:
    """How often a change is seen where there was none."""
    chance = np.random.default_rng(8)
    seen = 0
    for _ in range(times):
        two = [clustered(chance, 100 / size, size) for _ in range(2)]
        spread = dispersion([(t, HOURS, EVENLY) for t in two]) if allowed else None
        seen += rate_ratio(len(two[0]), 1.0, len(two[1]), 1.0, dispersion=spread or 1.0).clear
    return seen / times


def test_clusters_make_false_changes_unless_they_are_allowed_for() -> None:
    assert wrongly_seen(3.0, allowed=False) > 0.2
    assert wrongly_seen(3.0, allowed=True) < 0.075


def test_independent_events_are_left_alone() -> None:
    assert wrongly_seen(1.0, allowed=True) < 0.06
    chance = np.random.default_rng(2)
    found = [dispersion([(clustered(chance, 100, 1.0), HOURS, EVENLY)] * 1) for _ in range(200)]
    assert 1.0 <= np.mean(found) < 1.25


def test_the_variance_of_clusters_is_found() -> None:
    # a compound Poisson count has E[size^2] / E[size] times the variance: for a geometric size of mean 3 that is 5
    chance = np.random.default_rng(5)
    found = [dispersion([(clustered(chance, 60, 3.0), HOURS, EVENLY) for _ in range(2)]) for _ in range(200)]
    assert np.mean(found) == pytest.approx(5.0, rel=0.1)


def test_a_busier_day_and_a_changed_rate_are_no_clusters() -> None:
    busy = np.where((HOURS // DAY) % 7 < 5, 90.0, 10.0)
    per_hour = np.rint(busy / 10).astype(int)
    t = np.repeat(HOURS, per_hour)
    assert dispersion([(t, HOURS, busy), (np.repeat(HOURS, per_hour * 3), HOURS, busy)]) == 1.0


def test_too_little_to_tell_is_left_alone() -> None:
    t0 = np.arange(3) * 900.0
    assert dispersion([(np.zeros(50), t0, np.ones(3))]) is None
    assert dispersion([(np.empty(0), HOURS, EVENLY)]) is None
    assert dispersion([]) is None


@settings(deadline=None)
@given(b=st.integers(0, 60), a=st.integers(0, 60), phi=st.floats(1.0, 9.0))
def test_more_dispersion_is_never_more_certain(b: int, a: int, phi: float) -> None:
    plain, wide = rate_ratio(b, 10.0, a, 20.0), rate_ratio(b, 10.0, a, 20.0, dispersion=phi)
    assert wide.low <= plain.low * (1 + 1e-9)
    assert wide.high >= plain.high * (1 - 1e-9)
    assert wide.clear == (wide.p < 0.05)
    if b:
        assert wide.ratio == plain.ratio


@settings(deadline=None, max_examples=50)
@given(n=st.tuples(*[st.integers(1, 60)] * 4), phi=st.floats(1.0, 5.0))
def test_a_comparison_is_allowed_for_too(n: tuple[int, int, int, int], phi: float) -> None:
    b, a, cb, ca = n
    plain = ratio_of_ratios((b, 10.0, a, 20.0), (cb, 5.0, ca, 5.0))
    wide = ratio_of_ratios((b, 10.0, a, 20.0), (cb, 5.0, ca, 5.0), dispersion=(phi, 1.0))
    assert wide.ratio == plain.ratio
    assert wide.clear == (wide.p < 0.05)
    assert wide.low <= wide.ratio <= wide.high
