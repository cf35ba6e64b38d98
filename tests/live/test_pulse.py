"""How a stream of rows does is told truly, whatever its rate, delay and clock."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.live.pulse import LOST_S, QUIET_S, Pulse

NOW = 1_780_000_000.0


def fed(rate_hz: float, seconds: float, delay_s: float, users: int = 3, block_s: float = 0.1) -> Pulse:
    """A pulse at clock 0 after so many seconds of rows that come in blocks."""
    pulse = Pulse()
    t = np.arange(-seconds, 0.0, 1 / rate_hz)
    for k in range(int(seconds / block_s) + 1):
        a = -seconds + (k - 1) * block_s
        part = np.repeat(t[(t > a) & (t <= a + block_s)], users)
        pulse.take(NOW + part, NOW + a + block_s + delay_s, a + block_s)
    return pulse


@settings(deadline=None)
@given(st.floats(1, 30), st.integers(1, 40), st.sampled_from([0.1, 0.5, 2.0]))
def test_rates_are_those_of_the_rows_own_time_however_they_are_cut(rate: float, users: int, block_s: float) -> None:
    found = fed(rate, 20.0, 0.2, users, block_s).health(0.0)
    assert found["rate_fps"] == pytest.approx(rate, abs=0.5)
    assert found["rows_per_s"] == pytest.approx(rate * users, rel=0.1, abs=0.5 * users)


@pytest.mark.parametrize(
    ("delay_s", "state", "delay", "ahead", "said"),
    [
        (0.2, "ok", 0.3, None, None),
        (-0.5, "ok", 0.0, None, None),
        (5.0, "late", 5.1, None, "s after their time"),
        (-8.0, "unsure", None, 7.9, "s ahead of this machine's"),
        (86400.0 * 300, "unsure", None, None, "a recording, or a clock that is wrong"),
        (-1e9, "unsure", None, None, "a recording"),
    ],
)
def test_delay_and_clock(
    delay_s: float, state: str, delay: float | None, ahead: float | None, said: str | None
) -> None:
    found = fed(5.0, 20.0, delay_s).health(0.0)
    assert found["state"] == state
    assert found["delay_s"] == (None if delay is None else pytest.approx(delay, abs=0.15))
    assert found["clock_offset_s"] == (None if ahead is None else pytest.approx(ahead, abs=0.15))
    assert said is None or said in found["message"]


def test_silence_is_said_then_taken_for_a_loss() -> None:
    pulse = fed(10.0, 20.0, 0.1)
    assert pulse.health(QUIET_S - 1)["state"] == "ok"
    quiet = pulse.health(QUIET_S + 0.2)
    assert (quiet["state"], quiet["rate_fps"]) == ("late", 0.0)
    assert "no row for 10 s" in quiet["message"]
    assert pulse.health(LOST_S)["state"] == "lost"
    pulse.take(np.array([NOW + LOST_S]), NOW + LOST_S, LOST_S)
    assert pulse.health(LOST_S)["state"] == "ok"


def test_a_stream_that_has_not_begun() -> None:
    pulse = Pulse()
    assert pulse.health(5.0)["state"] == "ok"
    pulse.take(np.empty(0), NOW, 5.0)
    assert pulse.health(6.0)["message"] is None
    assert pulse.health(5.0 + LOST_S)["state"] == "lost"


def test_what_is_left_out_is_told() -> None:
    pulse = fed(10.0, 20.0, 0.1)
    assert pulse.health(0.0, 0, 0)["message"] is None
    late = pulse.health(0.5, 12, 3)
    assert late["state"] == "late"
    assert late["late_rows"] == 12
    assert late["message"] == "12 rows came too late and were left out; 3 lines were no rows and were left out"
    pulse.take(np.array([NOW + 70]), NOW + 70, 70.0)
    assert pulse.health(70.0, 12, 3)["state"] == "ok"


def test_time_that_goes_back_is_followed() -> None:
    pulse = fed(10.0, 20.0, 0.1)
    earlier = NOW - 86_400 + np.arange(0, 10, 0.1)
    pulse.take(earlier, NOW + 1, 1.0)
    assert pulse.health(1.0)["rate_fps"] == pytest.approx(10, abs=0.5)
