from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import SiteError
from passerby.site import Calibration, errors_m, homography, to_ground, to_image
from passerby.site.calibration import better_distortion, distorted, pair_errors


def camera(height: float, pitch_deg: float, yaw_deg: float, focal: float = 800.0) -> np.ndarray:
    """Ground -> image homography of a pinhole camera above (0, 0) that looks down by `pitch_deg`."""
    p, y = np.radians([pitch_deg, yaw_deg])
    forward = np.array([np.sin(y) * np.cos(p), np.cos(y) * np.cos(p), -np.sin(p)])
    right = np.array([np.cos(y), -np.sin(y), 0.0])
    down = np.cross(forward, right)
    rotation = np.stack([right, down, forward])
    k = np.array([[focal, 0, 640.0], [0, focal, 360.0], [0, 0, 1.0]])
    return k @ np.column_stack([rotation[:, 0], rotation[:, 1], rotation @ [0, 0, -height]])


def project(h: np.ndarray, points: np.ndarray) -> np.ndarray:
    out = np.column_stack([points, np.ones(len(points))]) @ h.T
    return out[:, :2] / out[:, 2:]


@settings(max_examples=60, deadline=None)
@given(
    height=st.floats(4, 20),
    pitch=st.floats(15, 70),
    yaw=st.floats(0, 360),
    seed=st.integers(0, 2**31),
    extra=st.integers(0, 4),
)
def test_a_pinhole_camera_is_recovered(height: float, pitch: float, yaw: float, seed: int, extra: int) -> None:
    h = camera(height, pitch, yaw)
    rng = np.random.default_rng(seed)
    image = np.array([[100, 300], [1200, 320], [1150, 700], [150, 680]], float)
    image = np.vstack([image, rng.uniform([100, 300], [1200, 700], (extra, 2))])
    w = np.column_stack([image, np.ones(len(image))]) @ np.linalg.inv(h).T
    if np.any(w[:, 2] < 0.02):
        return  # these pixels look into the sky or nearly so
    ground = w[:, :2] / w[:, 2:]
    calibration = Calibration(tuple(map(tuple, image.tolist())), tuple(map(tuple, ground.tolist())))
    scale = np.abs(ground).max()
    assert errors_m(calibration).max() < 1e-6 * scale
    inside = rng.uniform([200, 350], [1000, 650], (20, 2))
    truth = project(np.linalg.inv(h), inside)
    assert to_ground(calibration, inside) == pytest.approx(truth, rel=1e-5, abs=1e-5 * scale)
    assert to_image(calibration, truth) == pytest.approx(inside, abs=1e-2)


def test_a_matrix_is_taken_as_it_is() -> None:
    calibration = Calibration(matrix=((0.1, 0.0, -3.0), (0.0, -0.1, 4.0), (0.0, 0.0, 1.0)))
    assert to_ground(calibration, [[30, 40], [0, 0]]).tolist() == [[0, 0], [-3, 4]]
    assert len(errors_m(calibration)) == 0
    negated = Calibration(matrix=tuple(tuple(-v for v in row) for row in calibration.matrix or ()))  # type: ignore[misc]
    assert to_ground(negated, [[30, 41]]) == pytest.approx(to_ground(calibration, [[30, 41]]))


def test_errors_in_metres_are_those_of_the_misplaced_point() -> None:
    image = [(0, 0), (100, 0), (100, 100), (0, 100), (50, 50), (25, 75), (75, 25)]
    ground = [(x / 10, y / 10) for x, y in image]
    ground[4] = (5.0, 6.0)
    off = errors_m(Calibration(tuple(map(tuple, image)), tuple(ground)))  # type: ignore[arg-type]
    assert off.argmax() == 4
    assert 0.3 < off.max() < 1.0


def test_the_ground_ends_at_the_horizon() -> None:
    h = np.linalg.inv(camera(6.0, 20.0, 0.0))
    image = ((200.0, 300.0), (1000.0, 300.0), (900.0, 700.0), (300.0, 700.0))
    ground = tuple(map(tuple, project(h, np.array(image)).tolist()))
    calibration = Calibration(image, ground)
    assert np.all(to_ground(calibration, [[640, 200]])[:, 1] > 20)
    with pytest.raises(SiteError, match=r"pixel \(640, 10\) lies on or above the horizon"):
        to_ground(calibration, [[640, 300], [640, 10]])
    assert np.linalg.det(homography(calibration)) != 0


def surveyed(n: int, noise_px: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    image = rng.uniform([100, 300], [1200, 700], (n, 2))
    ground = project(np.linalg.inv(camera(6.0, 25.0, 30.0)), image)
    return image + rng.normal(0, noise_px, image.shape), ground


def paired(image: np.ndarray, ground: np.ndarray, **more) -> Calibration:
    return Calibration(tuple(map(tuple, image.tolist())), tuple(map(tuple, ground.tolist())), **more)


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(7, 12),
    seed=st.integers(0, 999),
    which=st.integers(0, 6),
    metres=st.floats(2, 10),
    way=st.floats(0, 6),
)
def test_the_wrong_pair_is_told_from_the_rest(n: int, seed: int, which: int, metres: float, way: float) -> None:
    image, ground = surveyed(n, 0.3, seed)
    assert pair_errors(paired(image, ground)).wrong is None
    ground[which] += metres * np.array([np.sin(way), np.cos(way)])
    try:
        found = pair_errors(paired(image, ground))
    except SiteError:
        return  # so wrong that no camera sees it: refused with a sentence
    assert found.wrong in (which, None)
    if found.error_px.max() > 6 and n >= 9:
        assert found.wrong == which
        assert found.left_out_m[which] == pytest.approx(metres, rel=0.4)


def test_few_pairs_accuse_nobody() -> None:
    image, ground = surveyed(5, 0.0, 1)
    ground[2] += 3.0
    assert pair_errors(paired(image, ground)).wrong is None
    assert np.isnan(pair_errors(paired(image[:4], ground[:4])).left_out_m).all()
    assert len(pair_errors(Calibration(matrix=((0.1, 0.0, -3.0), (0.0, -0.1, 4.0), (0.0, 0.0, 1.0)))).error_m) == 0


def test_a_lens_is_straightened_where_that_clearly_helps() -> None:
    image, ground = surveyed(12, 0.3, 5)
    assert better_distortion(paired(image, ground), (1280, 720)) is None
    bent = distorted(paired(image, ground, size=(1280, 720), distortion=-0.1), image)
    found = better_distortion(paired(bent, ground), (1280, 720))
    assert found is not None
    assert found[0] == pytest.approx(-0.1, abs=0.01)
    assert found[1] < 0.1
