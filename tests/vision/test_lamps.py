"""Lamps drawn with noise, glow, sun, codec, a swaying mast and traffic in front: states read, and never a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.errors import SiteError
from passerby.signals import STATES, from_changes
from passerby.site import Camera, Lamps, Signal
from passerby.vision.lamps import LATE_S, LampReader
from tests.vision.lamp_scenes import CYCLE, HIGH, ON, WIDE, Scene, camera, coded, plan

FPS = 10
LEARNT_S = 20.0
DAY, NIGHT = Scene(), Scene(day=0.03, glare=0.6, noise=6.0)


def play(
    scene: Scene,
    lit: Callable[[float], tuple[str, ...]],
    seconds: float,
    *,
    front: Callable[[np.ndarray, float], None] | None = None,
    gain: Callable[[float], float] = lambda t: 1.0,
    level: Callable[[float], float] = lambda t: 1.0,
    codec: bool = True,
):
    """Rows (t, state, how much later it was told), and the state held at each picture."""
    rng = np.random.default_rng(scene.seed)
    times = np.arange(int(seconds * FPS)) / FPS
    pictures = [
        scene.draw(lit(t), rng, gain(t), level(t), None if front is None else (lambda img, t=t: front(img, t)))
        for t in times
    ]
    reader = LampReader(camera(), [scene.signal()], WIDE, HIGH)
    rows, held = [], []
    for t, picture in zip(times, coded(pictures) if codec else pictures, strict=True):
        settled, before = reader.known_until, len(rows)
        rows += [(at, state, t - at) for at, _, state in reader.read(picture, float(t))]
        assert all(at > settled - 2e-3 for at, _, _ in rows[before:])
        assert reader.known_until >= t - LATE_S
        held.append(reader.states["K1"])
    return rows, times, held


def wrong(rows, times, truth) -> int:
    """Pictures after the first cycle at which the told history claims an aspect that was not shown."""
    history = from_changes({"K1": [(t, s) for t, s, _ in rows]})
    code, _ = history.at("K1", times)
    said = [STATES[c] for c in code]
    near = [{truth(t), truth(t - 0.25), truth(t + 0.15)} for t in times]
    return sum(s not in n and s != "unknown" for s, n, t in zip(said, near, times, strict=True) if t > LEARNT_S)


SCENES = {
    "day": DAY,
    "night": NIGHT,
    "low sun": Scene(sun=0.35, day=0.9),
    "small": Scene(radius=2.5, noise=5),
    "infrared": Scene(colour=False, day=0.05, glare=0.5),
    "swaying": Scene(shake=0.8),
}


@pytest.mark.parametrize("name", SCENES)
def test_every_change_is_told_in_time_once_a_cycle_was_seen(name: str) -> None:
    truth = plan(*CYCLE)
    rows, times, _ = play(SCENES[name], lambda t: ON[truth(t)], 44)
    assert wrong(rows, times, truth) == 0
    late = [(round(t), s) for t, s, _ in rows if t > LEARNT_S + 1]
    assert late == [(28, "red_amber"), (29, "green"), (37, "amber"), (40, "red")]
    for t, _, after in rows:
        if t > LEARNT_S + 1:
            assert abs(t - round(t)) < 0.11  # stamped with the first picture of the change
            assert after < 0.31


def test_a_sun_that_lights_every_lens_gives_no_state_rather_than_a_wrong_one() -> None:
    truth = plan(*CYCLE)
    _, _, held = play(Scene(sun=0.7, day=1.0), lambda t: ON[truth(t)], 25)
    assert set(held) == {"unknown"}


@pytest.mark.parametrize("scene", [DAY, NIGHT], ids=["day", "night"])
def test_exposure_that_jumps(scene: Scene) -> None:
    truth = plan(*CYCLE)
    rows, times, held = play(scene, lambda t: ON[truth(t)], 44, gain=lambda t: 1.0 if int(t / 7) % 2 else 0.6)
    assert wrong(rows, times, truth) == 0
    assert "unknown" not in held[int(LEARNT_S * FPS) :]


def test_led_lamps_whose_pulses_beat_with_the_shutter() -> None:
    truth, rng = plan(*CYCLE), np.random.default_rng(3)
    rows, times, held = play(
        DAY, lambda t: ON[truth(t)], 44, level=lambda t: 0.0 if rng.random() < 0.1 else rng.uniform(0.6, 1)
    )
    assert {s for t, s, _ in rows if t > LEARNT_S} <= {"red", "red_amber", "green", "amber", "unknown"}
    assert held[int(LEARNT_S * FPS) :].count("unknown") < 0.1 * len(held)
    assert wrong(rows, times, truth) <= 4  # a change whose first pictures were dark


@pytest.mark.parametrize(("scene", "state"), [(DAY, "dark"), (NIGHT, "unknown")], ids=["day", "night"])
def test_lamps_that_fail(scene: Scene, state: str) -> None:
    truth = plan(*CYCLE)
    rows, _, _ = play(scene, lambda t: ON[truth(t)] if t < 25 else (), 30)
    assert rows[-1][1] == state  # by night nothing tells a dark head from something dark in front of it
    assert rows[-1][0] == pytest.approx(25, abs=0.11)


@pytest.mark.parametrize("scene", [DAY, NIGHT], ids=["day", "night"])
def test_flashing_amber(scene: Scene) -> None:
    truth = plan(*CYCLE)

    def lit(t: float) -> tuple[str, ...]:
        return ON[truth(t)] if t < 26 else ("red",) if t > 38 else ("amber",) if t % 1 < 0.5 else ()

    rows, _, held = play(scene, lit, 42)
    last = [(t, s) for t, s, _ in rows if t > 25]
    assert [s for _, s in last][-2:] == ["flashing_amber", "red"]
    assert last[-2][0] == pytest.approx(26.5, abs=0.2)
    assert last[-1][0] == pytest.approx(38, abs=0.11)
    assert set(held[300:370]) == {"flashing_amber"}


@pytest.mark.parametrize("lamp", ["red", "green"])
def test_a_flashing_man_is_clearance(lamp: str) -> None:
    scene = Scene(pedestrian=True)
    truth = plan(("dont_walk", 8), ("walk", 6), ("clear", 5))

    def lit(t: float) -> tuple[str, ...]:
        return ON[truth(t)] if truth(t) != "clear" else (lamp,) if (t * 0.999) % 1 < 0.5 else ()

    rows, _, _ = play(scene, lit, 46)
    changes = [(t, s) for t, s, _ in rows if t > 19.5]
    assert "dark" not in [s for _, s in changes]
    clear = next(t for t, s in changes if s == "clear" and t > 27)
    assert clear == pytest.approx(33, abs=0.8)  # the first dark half of a flash


def test_nobody_needs_the_vocabulary_of_the_other_kind() -> None:
    scene = Scene(pedestrian=True)
    truth = plan(("dont_walk", 8), ("walk", 6))
    rows, times, _ = play(scene, lambda t: ON[truth(t)], 40)
    assert {s for _, s, _ in rows} == {"unknown", "dont_walk", "walk"}
    assert wrong(rows, times, truth) == 0


def block(t0: float, t1: float, x: float, y: float, w: float, h: float, speed: float, rgb, lamp) -> Callable:
    """Something in front from t0 to t1 that moves by `speed` px/s and may carry a light."""

    def draw(img: np.ndarray, t: float) -> None:
        if not t0 < t < t1:
            return
        left = x + speed * (t - (t0 + t1) / 2)
        a, b = int(np.clip(left, 0, WIDE)), int(np.clip(left + w, 0, WIDE))
        c, d = int(np.clip(y, 0, HIGH)), int(np.clip(y + h, 0, HIGH))
        img[c:d, a:b] = rgb
        img[c : (c + d) // 2, a : (a + b) // 2] *= 0.5
        if lamp is not None:
            cv2.circle(img, (int(left + lamp[0] * w), int(y + lamp[1] * h)), 5, lamp[2], -1)

    return draw


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    night=st.booleans(),
    start=st.floats(22, 36),
    lasts=st.floats(1, 12),
    width=st.floats(30, 160),
    top=st.floats(0, 50),
    speed=st.sampled_from([0.0, 15.0, 60.0, -30.0]),
    grey=st.floats(15, 120),
    light=st.none()
    | st.tuples(
        st.floats(0.1, 0.9), st.floats(0.1, 0.9), st.sampled_from([(30, 40, 255), (40, 170, 255), (190, 240, 40)])
    ),
)
def test_never_a_wrong_aspect_while_something_stands_in_front(
    night, start, lasts, width, top, speed, grey, light
) -> None:
    truth = plan(*CYCLE)
    shade = np.array([grey, grey * 0.9, grey * 1.1]) * (0.1 if night else 1.0)
    front = block(start, start + lasts, WIDE / 2 - width / 2, top, width, HIGH - top, speed, shade, light)
    rows, times, _ = play(NIGHT if night else DAY, lambda t: ON[truth(t)], 50, front=front, codec=False)
    # what was told before the lamps were hidden may outlast them by the few pictures it takes to notice
    assert wrong(rows, times, truth) <= 3


def test_a_bus_that_stops_in_front_is_unknown_and_gone_again() -> None:
    truth = plan(*CYCLE)
    front = block(42, 47.4, 14, 5, 100, 104, 0.0, (90, 80, 140), (0.3, 0.4, (30, 40, 255)))
    rows, times, held = play(DAY, lambda t: ON[truth(t)], 56, front=front)
    assert wrong(rows, times, truth) == 0
    assert set(held[430:470]) == {"unknown"}
    assert held[495] == "green"


def test_two_heads_of_one_signal_say_one_thing() -> None:
    scene = DAY
    signal = scene.signal()
    both = Signal("K1", lamps=signal.lamps * 2)
    reader = LampReader(camera(), [both, Signal("K9")], WIDE, HIGH)
    assert reader.signals == ("K1",)
    rng = np.random.default_rng(0)
    rows = [r for i in range(20) for r in reader.read(scene.draw(("red",), rng), i / FPS)]
    assert [(s, v) for _, s, v in rows] == [("K1", "red")]
    assert reader.known_until == pytest.approx(1.9)
    assert reader.blind(2.5) == [(2.5, "K1", "unknown")]
    assert reader.blind(2.6) == []


def test_a_stream_that_stops_leaves_nothing_known() -> None:
    scene, rng = DAY, np.random.default_rng(0)
    reader = LampReader(camera(), [scene.signal()], WIDE, HIGH)
    for i in range(20):
        reader.read(scene.draw(("red",), rng), i / FPS)
    rows = reader.read(scene.draw(("red",), rng), 60.0)
    assert [s for _, _, s in rows] == ["unknown"]
    assert rows[0][0] == pytest.approx(1.9, abs=0.01)


def test_lamps_outside_the_picture_are_refused() -> None:
    far = Signal("K1", lamps=(Lamps("c", (150, 10, 20, 20), (150, 50, 20, 20)),))
    with pytest.raises(SiteError, match=r'signal "K1": lamp in camera "c" lies outside its picture of 128 x 112'):
        LampReader(Camera("c"), [far], WIDE, HIGH)
