"""Who stands and who walks on where positions scatter."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.survey.standing import rests, still
from passerby.tracks.classes import CODE
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion
from passerby.tracks.record import Tracks

WALKING_MPS = 1.1
WAITS_S = (20.0, 40.0)
"""Walks, waits from the first to the second, walks on."""


def walker(noise_m: float) -> Motion:
    """One person, ten positions a second, each off by noise of its own."""
    rng = np.random.default_rng(7)
    t = np.arange(0.0, 60.0, 0.1)
    x = WALKING_MPS * (np.minimum(t, WAITS_S[0]) + np.maximum(t - WAITS_S[1], 0.0))
    n = len(t)
    one = np.full(n, 0.5)
    xy = np.stack([x, np.zeros(n)]) + rng.normal(0, noise_m, (2, n))
    zero = np.zeros(n, np.int64)
    return smooth(Tracks(("p",), zero, zero + CODE["pedestrian"], 1e9 + t, *xy, one, one, np.full(n, np.nan)))


@pytest.mark.parametrize("noise_m", [0.0, 0.1, 0.2, 0.3])
def test_who_walks_does_not_stand_however_positions_scatter(noise_m: float) -> None:
    motion = walker(noise_m)
    t = motion.t - 1e9
    stands = still(motion)
    walks = ((t > 4) & (t < WAITS_S[0] - 2)) | ((t > WAITS_S[1] + 2) & (t < 56))
    assert stands[walks].mean() < 0.05
    assert stands[(t > WAITS_S[0] + 3) & (t < WAITS_S[1] - 3)].mean() > 0.95


@pytest.mark.parametrize("noise_m", [0.0, 0.3])
def test_a_wait_is_seen_from_its_beginning_to_its_end(noise_m: float) -> None:
    motion = walker(noise_m)
    found = rests(motion, motion.cls == CODE["pedestrian"])
    longest = int(np.argmax(found.t1 - found.t0))
    assert abs(found.t0[longest] - 1e9 - WAITS_S[0]) < 2.5
    assert abs(found.t1[longest] - 1e9 - WAITS_S[1]) < 2.5
