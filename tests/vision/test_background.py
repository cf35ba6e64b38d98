"""What the background model keeps as moving, and what it lets go."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from passerby.vision.background import Background
from tests.vision.scenes import CLIPS, clip, covered, noisy, person, street

FPS = 10


def run(model, scene, start_s, seconds, rng, sigma=3.0):
    """Feed scene(t) -> picture; the regions of the last frame."""
    for i in range(round(seconds * FPS)):
        t = start_s + i / FPS
        model.update(noisy(scene(t), rng, sigma), t)
    return model.regions()


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_empty_street_is_empty(rng, sigma):
    ground = street()
    assert len(run(Background(*ground.shape), lambda t: ground, 0, 8, rng, sigma)) == 0


@pytest.mark.parametrize("height", [18, 60, 120])
def test_a_walker_is_one_region_all_the_way(rng, height):
    ground, model = street(), Background(288, 384)
    run(model, lambda t: ground, 0, 4, rng)
    for i in range(60):
        picture = ground.copy()
        box = person(picture, 40 + 4 * i, 250, height)
        model.update(noisy(picture, rng), 4 + i / FPS)
        found = model.regions(30)
        assert covered(found.boxes, box) > 0.7
        assert len(found) <= 2


def test_what_stops_stays_for_the_hold_time_and_no_longer(rng):
    ground, model = street(), Background(288, 384, hold_s=60)
    there = ground.copy()
    box = person(there, 200, 200)
    run(model, lambda t: ground, 0, 5, rng)
    found = run(model, lambda t: there, 5, 55, rng)
    assert covered(found.boxes, box) > 0.8
    assert found.still_s[0] > 45
    assert covered(run(model, lambda t: there, 60, 20, rng).boxes, box) < 0.1


def test_a_ghost_clears_within_seconds(rng):
    """Somebody in view from the first frame on walks away: the place is free again soon, the walker is not lost."""
    ground, model = street(), Background(288, 384)
    there = ground.copy()
    box = person(there, 120, 200)
    run(model, lambda t: there, 0, 10, rng)
    for i in range(40):
        picture = ground.copy()
        walker = person(picture, 120 + 5 * i, 200)
        model.update(noisy(picture, rng), 10 + i / FPS)
    found = model.regions()
    assert covered(found.boxes, box) < 0.1
    assert covered(found.boxes, walker) > 0.7


def test_start_with_people_walking_about(rng):
    ground, model = street(), Background(288, 384)
    for i in range(60):
        picture = ground.copy()
        boxes = [person(picture, 60 + 4 * i, 150), person(picture, 330 - 4 * i, 250)]
        model.update(noisy(picture, rng), i / FPS)
    found = model.regions()
    assert all(covered(found.boxes, b) > 0.7 for b in boxes)
    assert len(found) == 2


@pytest.mark.parametrize(("gain", "offset"), [(1.25, 0), (0.75, 0), (1.0, 25), (0.8, -15)])
def test_a_step_of_the_exposure_moves_nothing(rng, gain, offset):
    ground, model = street(), Background(288, 384)

    def scene(t):
        picture = ground.copy()
        person(picture, 40 + 20 * t, 200)
        return np.clip(gain * picture.astype(float) + offset, 0, 255) if t >= 5 else picture

    run(model, scene, 0, 5, rng)
    for i in range(10):
        t = 5 + i / FPS
        model.update(noisy(scene(t), rng), t)
        assert len(model.regions()) <= 1
        assert covered(model.regions().boxes, (int(40 + 20 * t) - 8, 145, int(40 + 20 * t) + 8, 198)) > 0.7


def test_a_cloud_is_street_again_within_seconds(rng):
    """A soft shadow comes over half of the picture and stays."""
    ground, model = street(), Background(288, 384)
    edge = np.clip((np.arange(384) - 150) / 80, 0, 1)

    def scene(t):
        dim = min(max(t - 5, 0) / 2, 1) * 0.35 * edge
        return ground * (1 - dim)

    run(model, scene, 0, 8, rng)
    found = run(model, scene, 8, 5, rng)
    assert found.area_px.sum() < 0.02 * ground.size


def test_leaves_grow_quiet(rng):
    """A tree that tosses all the time ends as background, someone walking elsewhere does not."""
    ground, model = street(), Background(288, 384)
    leaves = np.random.default_rng(1)

    def scene(t):
        picture = ground.copy()
        blobs = cv2.resize(leaves.integers(40, 160, (10, 12)).astype(np.uint8), (90, 75))
        picture[10:85, 10:100] = blobs
        return picture

    early = run(model, scene, 0, 3, rng).area_px.sum()
    late = run(model, scene, 3, 40, rng).area_px.sum()
    assert late < 0.35 * max(early, 90 * 75 * 0.5)


def test_a_shadow_is_cut_off(rng):
    ground, model = street(), Background(288, 384)
    run(model, lambda t: ground, 0, 5, rng)
    picture = ground.astype(float)
    picture[190:200, 210:270] *= 0.65
    picture = picture.astype(np.uint8)
    box = person(picture, 200, 200)
    for i in range(3):
        model.update(noisy(picture, rng, 1.0), 5 + i / FPS)
    found = model.regions()
    assert covered(found.boxes, box) > 0.7
    assert found.boxes[:, 2].max() < 245


def test_a_camera_that_slips_is_followed(rng):
    ground = street(height=328, width=424)
    model = Background(288, 384)
    for i in range(80):
        off = max(0, i - 40) * 0.15
        shift = np.array([[1, 0, -off], [0, 1, -off / 2]])
        picture = cv2.warpAffine(ground, shift, (384, 288))
        model.update(noisy(picture, rng), i / FPS)
    assert model.regions().area_px.sum() < 0.02 * 288 * 384
    assert model.drift_px[0] == pytest.approx(-off, abs=1.5)


def test_another_picture_is_learnt_anew(rng):
    model = Background(288, 384)
    one, two = street(1), 255 - street(2)
    run(model, lambda t: one, 0, 5, rng)
    assert len(run(model, lambda t: two, 5, 6, rng)) == 0


def test_unchanged_pictures_are_known(rng):
    ground, model = street(), Background(288, 384)
    assert not model.unchanged(ground)
    assert model.unchanged(ground)
    assert all(model.unchanged(noisy(ground, rng, 4.0)) for _ in range(20))
    picture = ground.copy()
    person(picture, 200, 200, 24)
    assert not model.unchanged(picture)


def test_odd_sizes_and_gaps_in_time(rng):
    model = Background(241, 321)
    ground = street(height=241, width=321)
    for t in (0.0, 0.1, 5.0, 5.0, 400.0, 1e6, 3.0):
        motion = model.update(ground, t)
        assert motion.mask.shape == (241, 321)
    assert len(model.regions()) == 0


@pytest.mark.parametrize("name", list(CLIPS))
def test_real_clips_have_a_handful_of_regions(name):
    model = None
    counts, shares = [], []
    for t, luma in clip(name, 100):
        model = model or Background(*luma.shape)
        motion = model.update(luma, t)
        counts.append(len(model.regions()))
        shares.append(motion.share)
    assert np.mean(counts[30:]) < 15
    assert np.mean(shares[30:]) < 0.3


def test_people_of_the_plaza_are_found():
    """PETS09: where the public detections see somebody for sure, something moves there nine times in ten."""
    from tests.vision.scenes import clip_path

    sure = {}
    for row in np.loadtxt(clip_path("vtest").with_name("det_mot15.txt"), delimiter=","):
        if row[6] > 0.9:
            sure.setdefault(int(row[0]) - 1, []).append((row[2], row[3], row[2] + row[4], row[3] + row[5]))
    model, hits = None, []
    for i, (t, luma) in enumerate(clip("vtest", 200)):
        model = model or Background(*luma.shape)
        model.update(luma, t)
        if i > 40:
            hits += [covered(model.regions().boxes, b) > 0.5 for b in sure.get(i, [])]
    assert np.mean(hits) > 0.9
