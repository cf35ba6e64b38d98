"""Following road users: one track each, through gaps and crossings, and none for what stands about."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.tracks.classes import CODE
from passerby.vision.detections import Detections, no_detections
from passerby.vision.regions import MovingRegions
from passerby.vision.sightings import Sightings
from passerby.vision.tracker import Tracker
from tests.vision.walks import HEIGHT, WHOLE, WIDTH, Walker, line, street_view, tracked

NOTHING = MovingRegions.none()


def ids(rows: Sightings) -> set[int]:
    return set(rows.track.tolist())


@pytest.mark.parametrize("every", [1, 2, 4])
@pytest.mark.parametrize("calibrated", [True, False])
def test_each_walker_is_one_track(every: int, calibrated: bool) -> None:
    walkers = [Walker(line(-5, 14, 1.3, 0.0)), Walker(line(4, 20, -0.2, -1.1)), Walker(line(0, 26, 0.9, 0.1))]
    live, final = tracked(walkers, 7.0, every=every, calibrated=calibrated)
    assert len(ids(live)) == 3
    assert len(ids(final)) == 3
    assert set(final.code.tolist()) == {CODE["pedestrian"]}


def test_places_and_speeds_are_those_of_the_walk() -> None:
    _, final = tracked([Walker(line(-5, 15, 1.4, 0.2))], 6.0)
    t = final.t - 1000.0
    truth = np.column_stack([-5 + 1.4 * t, 15 + 0.2 * t])
    assert np.median(np.hypot(*(final.ground - truth).T)) < 0.25
    assert np.allclose(np.median(final.velocity, axis=0), [1.4, 0.2], atol=0.15)


def test_a_gap_is_bridged_and_marked_as_not_seen() -> None:
    gone = lambda t: 2.5 < t < 4.5  # noqa: E731
    live, final = tracked([Walker(line(-5, 15, 1.2, 0.0, gone))], 7.0)
    assert len(ids(final)) == 1
    t = final.t - 1000.0
    hidden = (t > 2.55) & (t < 4.45)
    assert hidden.sum() == 19
    assert not final.seen[hidden].any()
    assert np.hypot(*(final.ground[hidden] - np.column_stack([-5 + 1.2 * t[hidden], 15 + 0 * t[hidden]])).T).max() < 0.6
    assert len(live)


@pytest.mark.parametrize("seed", range(5))
def test_two_who_cross_keep_their_tracks(seed: int) -> None:
    # the one behind is not detected while the one in front covers it
    hidden = lambda t: abs(-3 + 1.2 * t - (3 - 1.2 * t)) < 0.7  # noqa: E731
    front, back = line(-3, 14, 1.2, 0.0), line(3, 15.5, -1.2, 0.0, hidden)
    _, final = tracked([Walker(front), Walker(back)], 5.0, seed=seed)
    assert len(ids(final)) == 2
    for track in ids(final):
        x = final.ground[final.track == track, 0]
        assert abs(x[-1] - x[0]) > 4.0, "each goes through to the other side"


def test_a_cone_seen_faintly_is_nobody() -> None:
    live, final = tracked([Walker(lambda t: (2.0, 15.0), size=(0.9, 0.5), score=0.4)], 8.0)
    assert not len(live)
    assert not len(final)


def test_what_never_moves_and_is_seen_well_only_at_times_is_learnt_as_street() -> None:
    rng = np.random.default_rng(4)
    tracker = Tracker(street_view())
    rows = 0
    box = np.array([[300.0, 250.0, 330.0, 330.0]])
    for k in range(1200):
        score = 0.55 if k % 300 < 2 else 0.3
        found = Detections(box + rng.normal(0, 0.5, (1, 4)), np.array([score]), np.array([0]))
        out = tracker.update(k * 0.1, found, WHOLE, NOTHING)
        rows += int(out.confirmed.sum())
    assert rows == 0


def test_rider_and_bicycle_are_one_cyclist() -> None:
    ride = line(-8, 16, 4.5, 0.0)
    walkers = [Walker(ride, (1.75, 0.6)), Walker(ride, (1.0, 1.6), kind=1, score=0.6)]
    live, final = tracked(walkers, 3.5)
    assert len(ids(final)) == 1
    assert set(final.code.tolist()) == {CODE["cyclist"]}
    assert len(ids(live)) == 1


def test_a_pushed_bicycle_leaves_a_pedestrian() -> None:
    walk = line(-5, 14, 1.2, 0.0)
    _, final = tracked([Walker(walk), Walker(walk, (1.0, 1.6), kind=1, score=0.6)], 6.0)
    assert set(final.code.tolist()) == {CODE["pedestrian"]}


def test_a_walker_passes_a_parked_bicycle() -> None:
    parked = Walker(lambda t: (0.0, 15.0), (1.0, 1.7), kind=1, score=0.6)
    _, final = tracked([Walker(line(-5, 14.6, 1.3, 0.0)), parked], 7.5)
    moving = final.take(final.moved)
    assert len(ids(moving)) == 1
    assert set(moving.code.tolist()) == {CODE["pedestrian"]}


def test_a_parked_car_is_a_road_user_from_when_it_moves() -> None:
    def drive(t: float) -> tuple[float, float]:
        return (-3.0 + (0.0 if t < 4.0 else 1.5 * (t - 4.0) ** 2), 20.0)

    live, final = tracked([Walker(drive, (1.5, 4.0), kind=2)], 6.5)
    assert live.t.min() > 1004.0
    assert len(ids(live)) == len(ids(final)) == 1
    assert final.confirmed.all()
    assert final.t.min() == 1000.0
    live, final = tracked([Walker(lambda t: (3.0, 20.0), (1.5, 4.0), kind=2)], 5.0)
    assert not len(live)
    assert not len(final)


def test_who_leaves_is_gone_and_the_next_is_somebody_else() -> None:
    first = line(-4, 14, 2.0, 0.0, lambda t: t > 3.0)
    later = line(-24, 14, 2.0, 0.0, lambda t: t < 9.0)
    _, final = tracked([Walker(first), Walker(later)], 13.0)
    assert len(ids(final)) == 2


def test_time_that_jumps_and_empty_pictures_are_harmless() -> None:
    tracker = Tracker(street_view(False))
    found = Detections(np.array([[100.0, 100.0, 140.0, 200.0]]), np.array([0.9]), np.array([0]))
    for t in (0.0, 0.1, 0.2, 0.2, 0.1, 500.0, 500.1):
        out = tracker.update(t, found, WHOLE, NOTHING)
        assert len(out) <= 1
    for t in (501.0, 502.0, 504.0):
        out = tracker.update(t, no_detections(), WHOLE, NOTHING)
    assert len(out) == 0
    assert len(Tracker(street_view()).finish()) == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.booleans())
def test_whatever_is_found_the_report_is_sane(seed: int, calibrated: bool) -> None:
    rng = np.random.default_rng(seed)
    tracker = Tracker(street_view(calibrated), record=True)
    t = 0.0
    for _ in range(30):
        t += float(rng.choice([0.04, 0.1, 0.5, 2.0]))
        n = int(rng.integers(0, 12))
        corner = rng.uniform(0, [WIDTH - 5, HEIGHT - 5], (n, 2))
        size = rng.uniform(3, 250, (n, 2))
        boxes = np.clip(np.hstack([corner, corner + size]), 0, [WIDTH, HEIGHT, WIDTH, HEIGHT])
        found = Detections(boxes, rng.uniform(0.05, 1, n), rng.integers(0, 7, n))
        moving = MovingRegions(boxes[: n // 2], np.ones(n // 2), np.ones(n // 2), np.zeros(n // 2))
        out = tracker.update(t, found, WHOLE if rng.random() < 0.7 else np.empty((0, 4)), moving)
        _sane(out)
        assert len(ids(out)) == len(out)
    final = tracker.finish()
    _sane(final)
    assert len(set(zip(final.track.tolist(), final.t.tolist(), strict=True))) == len(final)


def _sane(rows: Sightings) -> None:
    assert np.isfinite(rows.box).all()
    assert np.isfinite(rows.ground).all()
    assert (rows.box >= 0).all()
    assert (rows.box[:, 2:] <= [WIDTH, HEIGHT]).all()
    assert (rows.box[:, 2:] >= rows.box[:, :2]).all()
