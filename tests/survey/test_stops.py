"""Where stop lines are put: by fronts, by crossings, by what the other arms show."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.survey.carriageways import Carriageway, Reference
from passerby.survey.lanes import Ridge
from passerby.survey.paths import Paths
from passerby.survey.standing import Rests
from passerby.survey.stops import CROSSING, Before, Heads, heads_of, stop_of

E = np.empty(0)
N = np.empty(0, np.int64)
NOBODY = Rests(N, E, E, E, E, E, E, np.empty(0, bool))
LENGTH_M = 60


def road() -> Carriageway:
    """A straight road north, 60 m long."""
    y = np.arange(LENGTH_M + 1.0)
    reference = Reference(np.stack([np.zeros_like(y), y], 1), np.tile([0.0, 1.0], (len(y), 1)))
    return Carriageway(reference, Paths(N, N, E, E, E, E, E, E, E, E), E, E)


def lanes(n: int) -> list[Ridge]:
    """Lanes 3.2 m apart to the right of it."""
    s = np.array([0.0, LENGTH_M])
    return [Ridge(s, np.full(2, 3.2 * k), N, 0.3, 3.2, np.empty(0, bool)) for k in range(n)]


def fronts(*places: float, lane: int = 0) -> Heads:
    return Heads(np.array(places), np.full(len(places), lane))


def found(heads: Heads, n: int = 1, crossing: float = 51.0, before: Before = CROSSING) -> np.ndarray:
    stop = stop_of(road(), lanes(n), heads, np.full(n, crossing), before)
    assert stop is not None
    return stop.s


def test_fronts_stand_a_little_before_the_line() -> None:
    assert found(fronts(*[49.0] * 6))[0] == pytest.approx(50.0, abs=0.3)
    rng = np.random.default_rng(3)
    assert found(fronts(*(50 - rng.uniform(0.6, 3, 20))))[0] == pytest.approx(50.0, abs=0.5)


def test_who_stopped_far_back_or_waits_in_the_junction_moves_no_line() -> None:
    usual = found(fronts(*[49.0] * 6))
    assert found(fronts(*[49.0] * 6, 31.0, 38.0, 45.0, 51.9)) == pytest.approx(usual, abs=0.2)


def test_few_fronts_that_agree_with_no_line_before_the_crossing_count_for_little() -> None:
    assert found(fronts(44.9, 45.0))[0] == pytest.approx(50.0, abs=0.6)


def test_many_fronts_outvote_the_crossing() -> None:
    assert found(fronts(*[44.0] * 12))[0] == pytest.approx(45.0, abs=0.5)


def test_a_lane_that_hardly_anybody_stood_in_has_its_line_abreast_of_its_neighbours() -> None:
    both = Heads(np.array([*[48.0] * 8, 45.0]), np.array([0] * 8 + [1]))
    assert found(both, 2, crossing=50.0) == pytest.approx([49.0, 49.0], abs=0.4)


def test_a_lane_with_a_line_of_its_own_keeps_it() -> None:
    both = Heads(np.array([*[49.0] * 12, *[45.0] * 12]), np.array([0] * 12 + [1] * 12))
    assert found(both, 2) == pytest.approx([50.0, 46.0], abs=0.5)


def test_too_few_say_nothing() -> None:
    assert stop_of(road(), lanes(1), fronts(49.0), np.array([51.0]), CROSSING) is None


def test_other_arms_tell_how_far_before_a_crossing_lines_lie() -> None:
    far = CROSSING.learnt([3.0, 3.2, 2.8, 3.0])
    assert far.mean_m == pytest.approx(2.6)
    assert far.spread_m < CROSSING.spread_m < CROSSING.learnt([1.0, 4.0]).spread_m
    assert CROSSING.learnt([]) == Before(CROSSING.mean_m, CROSSING.spread_m)


def rest(*places: float, x: float = 0.0, t0: float = 0.0) -> Rests:
    n = len(places)
    one = np.ones(n)
    return Rests(np.arange(n), one * t0, one * t0 + 20, one * x, np.array(places), one * 0, one, np.ones(n, bool))


def test_who_stands_behind_a_car_or_a_bicycle_is_not_first() -> None:
    where = {"road": road(), "lanes": lanes(1), "end_s": 52.0, "crossing_s": 51.0}
    assert heads_of(standing=rest(49.0, 42.0), riders=NOBODY, **where).s.tolist() == [49.0]
    assert heads_of(standing=rest(45.0), riders=NOBODY, **where).s.tolist() == [45.0]
    assert heads_of(standing=rest(45.0), riders=rest(49.0), **where).s.tolist() == []
    assert heads_of(standing=rest(45.0), riders=rest(49.0, x=1.4), **where).s.tolist() == [45.0]
    assert heads_of(standing=rest(45.0), riders=rest(49.0, t0=300.0), **where).s.tolist() == [45.0]
