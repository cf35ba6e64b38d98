"""Which signal governs whom where two explain it about as well."""

from __future__ import annotations

import numpy as np

from passerby.signals.history import from_changes
from passerby.survey.governs import Evidence, Lights

CYCLES = 8
CYCLE_S = 90.0


def lights() -> Lights:
    """Two signals that turn green together, of which one stays so for longer, and one of the other road."""
    rows: dict[str, list[tuple[float, str]]] = {"ahead": [], "turn": [], "other": []}
    for k in range(CYCLES):
        t = k * CYCLE_S
        rows["ahead"] += [(t, "green"), (t + 32, "amber"), (t + 35, "red")]
        rows["turn"] += [(t, "green"), (t + 41, "amber"), (t + 44, "red")]
        rows["other"] += [(t, "red"), (t + 48, "green"), (t + 84, "amber"), (t + 87, "red")]
    return Lights(from_changes(rows), 0.0, CYCLES * CYCLE_S)


def went(*seconds: float) -> Evidence:
    """One a cycle, so long after the green of both began."""
    t = np.array([k * CYCLE_S + s for k, s in enumerate(seconds)])
    return Evidence(t, np.empty(0), np.empty(0))


def test_of_two_that_fit_alike_who_turns_across_gets_the_longer_and_the_verdict_names_the_other() -> None:
    among = ["ahead", "turn", "other"]
    few = went(4, 9, 15, 22)
    turning = lights().governing(few, among, across=True)
    straight = lights().governing(few, among, across=False)
    assert turning is not None
    assert (turning.signal, turning.rival) == ("turn", "ahead")
    assert straight is not None
    assert (straight.signal, straight.rival) == ("ahead", "turn")
    assert turning.confidence < 0.9
    assert straight.confidence < 0.9


def test_what_was_seen_outweighs_what_is_usual() -> None:
    among = ["ahead", "turn", "other"]
    late = lights().governing(went(38, 39, 37, 40, 38, 39), among, across=False)
    other = lights().governing(went(60, 62, 70, 75), among, across=True)
    assert late is not None
    assert late.signal == "turn"
    assert other is not None
    assert other.signal == "other"
