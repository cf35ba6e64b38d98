from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.errors import SignalsError
from passerby.signals import STATES, Stage, cyclic, staged

TWO = (
    Stage(("N",), 30.0, walk=("FN",), walk_s=10.0, red_amber_s=1.0),
    Stage(("E",), 20.0, red_amber_s=1.0),
)


def test_two_stages() -> None:
    history = staged(TWO, 0.0, 62.0)
    shown = {s: [(a, STATES[c]) for a, c in zip(*history.changes[s], strict=True)] for s in history.signals}
    assert shown["N"] == [(0, "red_amber"), (1, "green"), (31, "amber"), (34, "red"), (62, "red_amber")]
    assert shown["E"] == [(0, "red"), (36, "red_amber"), (37, "green"), (57, "amber"), (60, "red")]
    assert shown["FN"] == [(0, "dont_walk"), (1, "walk"), (11, "clear"), (34, "dont_walk")]


@given(t=st.floats(0, 5000), offset=st.floats(-100, 100), cycles=st.integers(1, 20))
def test_a_cycle_later_it_is_the_same_and_never_two_greens(t: float, offset: float, cycles: int) -> None:
    history = staged(TWO, -200.0, 10_000.0, offset)
    cycle = sum(s.length_s for s in TWO)
    edges = np.concatenate([c[0] for c in history.changes.values()])
    if np.min(np.abs(edges - t)) > 1e-6:
        for signal in history.signals:
            assert history.at(signal, t)[0] == history.at(signal, t + cycles * cycle)[0]
    assert not (STATES[history.at("N", t)[0]] == "green" == STATES[history.at("E", t)[0]])


def test_a_plan_is_known_from_its_begin() -> None:
    history = cyclic({"K": [(0, "red"), (30, "green")]}, 60, 100.0, 200.0)
    assert [(a, STATES[c]) for a, c in zip(*history.changes["K"], strict=True)] == [
        (100, "green"),
        (120, "red"),
        (150, "green"),
        (180, "red"),
    ]


def test_what_does_not_fit_the_cycle_is_refused() -> None:
    with pytest.raises(SignalsError, match=r"plan: signal \"K\": .*61"):
        cyclic({"K": [(61, "red")]}, 60, 0, 100)
    with pytest.raises(SignalsError, match="yellow"):
        cyclic({"K": [(1, "yellow")]}, 60, 0, 100)
    with pytest.raises(SignalsError, match="cycle must be longer"):
        cyclic({}, 0, 0, 100)
