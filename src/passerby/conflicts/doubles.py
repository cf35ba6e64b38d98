"""One road user under two names: split boxes, ids handed on, tracks that jump to another road user."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.conflicts.footprint import Footprints, penetration
from passerby.conflicts.path import KEY_OFFSET
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

DOUBTED: Final = 0.2
"""What is left of the confidence of an event between two that may be one."""

BACK_S: Final = 2.5
_BORN_S: Final = 2.0
_ENDS_S: Final = 1.0
_OTHER_S: Final = 0.5  # the other one was there that much before, or is after
_ALIKE_MPS: Final = 3.0
# Nobody gains this much speed within a second and loses it in the next: full throttle (5 m/s2) and full braking
# (10 m/s2) would make 7.5, and no driver changes from one to the other at once.
_SPIKE_MPS: Final = 5.5
_SPIKE_S: Final = 1.0


def trust(motion: Motion, key: IntArray, i: IntArray, j: IntArray, margin_m: float, back_s: float) -> FloatArray:
    """1 for each pair of samples (i, j) of two tracks, `DOUBTED` where they are hardly two road users.

    So where one track was born in the `back_s` before, or ends within a second after, at the other one's footprint
    (widened by `margin_m`) and moving like it, while the other goes on; where the two footprints have overlapped in
    the two seconds before; where one's speed leaps up and down again. The motion must be complete from `back_s` plus
    half a second before the earlier to 1.5 s after the later sample.
    """
    m = motion
    start, stop = m.starts[:-1], m.starts[1:] - 1
    now = np.maximum(m.k[i], m.k[j])
    doubt = np.zeros(len(i), bool)
    other_steps = round(_OTHER_S / STEP_S)
    for p, q in ((m.track[i], m.track[j]), (m.track[j], m.track[i])):
        born = start[p]
        fresh = (now - m.k[born] <= round(back_s / STEP_S)) & (m.k[start[q]] <= m.k[born] - other_steps)
        doubt[fresh] |= _one_body(m, key, born[fresh], q[fresh], margin_m)
        end = stop[p]
        lost = (m.k[end] - now <= round(_ENDS_S / STEP_S)) & (m.k[stop[q]] >= m.k[end] + other_steps)
        doubt[lost] |= _one_body(m, key, end[lost], q[lost], margin_m)
    radius = np.hypot(m.length, m.width) / 2
    reach2 = (radius[m.track[i]] + radius[m.track[j]]) ** 2
    for back in range(5, round(_BORN_S / STEP_S) + 1, 5):
        was, known = _at(m, key, m.track[i], m.k[j] - back)
        other, seen = _at(m, key, m.track[j], m.k[j] - back)
        near = (m.x[was] - m.x[other]) ** 2 + (m.y[was] - m.y[other]) ** 2 < reach2
        both = np.flatnonzero(known & seen & near & (m.k[i] == m.k[j]))
        doubt[both] |= _depth(m, was[both], other[both], 0.0) > 0
    doubt |= _leaps(m, key, i) | _leaps(m, key, j)
    return np.where(doubt, DOUBTED, 1.0)


def _at(m: Motion, key: IntArray, track: IntArray, k: IntArray) -> tuple[IntArray, BoolArray]:
    """The sample of each track at tick k, and whether there is one."""
    want = track * KEY_OFFSET + k
    at = np.minimum(np.searchsorted(key, want), len(m) - 1)
    return at, key[at] == want


def _one_body(m: Motion, key: IntArray, sample: IntArray, other: IntArray, margin_m: float) -> BoolArray:
    """Whether track `other` was then at the sample's footprint and moved like it."""
    at, there = _at(m, key, other, m.k[sample])
    apart = np.hypot(m.vx[at] - m.vx[sample], m.vy[at] - m.vy[sample])
    alike = apart <= np.maximum(_ALIKE_MPS, np.maximum(m.speed[at], m.speed[sample]) / 2)
    return np.asarray(there & alike & (_depth(m, sample, at, margin_m) > 0))


def _depth(m: Motion, i: IntArray, j: IntArray, margin_m: float) -> FloatArray:
    a, b = m.track[i], m.track[j]
    grown = Footprints(m.x[i], m.y[i], m.hx[i], m.hy[i], m.length[a] / 2 + margin_m, m.width[a] / 2 + margin_m)
    return penetration(grown, Footprints(m.x[j], m.y[j], m.hx[j], m.hy[j], m.length[b] / 2, m.width[b] / 2))


def _leaps(m: Motion, key: IntArray, i: IntArray) -> BoolArray:
    """Whether the speed at samples i stands out from that a second before and after."""
    steps = round(_SPIKE_S / STEP_S)
    before, was = _at(m, key, m.track[i], m.k[i] - steps)
    after, will = _at(m, key, m.track[i], m.k[i] + steps)
    spike = m.speed[i] - (m.speed[before] + m.speed[after]) / 2
    return np.asarray(was & will & (spike > _SPIKE_MPS + 2.5 * np.nan_to_num(m.sigma_mps[i])))
