"""Where a crossing ends: at those who wait, wherever along it that is."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.survey.crosswalks import kerb


@pytest.mark.parametrize(
    ("waiting", "end"),
    [
        ([], 10.0),
        ([9.8, 10.4], 10.0),  # two are no kerb
        ([9.6, 10.1, 10.6], 9.75),  # the foremost who wait at it
        ([15.0, 15.2, 15.4, 15.6], 15.09),  # beyond lanes that nobody drove
        ([6.0, 6.2, 6.4], 6.06),  # a way that goes straight on at a corner
        ([9.6, 10.1, 10.6, 15.0, 15.2, 15.4], 9.75),  # who waits at it comes first
        ([20.0, 20.2, 20.4], 10.0),  # too far to be its kerb
        ([1.0, 1.2, 1.4], 10.0),  # the other end's
    ],
)
def test_a_crossing_ends_where_people_wait(waiting: list[float], end: float) -> None:
    assert kerb(10.0, 5.0, np.array(waiting)) == pytest.approx(end)
