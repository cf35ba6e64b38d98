"""Whether the second of two came to the place from elsewhere, or along the first one's way."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.conflicts.footprint import Footprints, footprints, penetration
from passerby.conflicts.measures import angle_between_deg
from passerby.conflicts.path import KEY_OFFSET
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.visits import Visits
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

_WAKE_S: Final = 8.0  # how far before the encroachment the first one's path is known
_WAKE_M: Final = 80.0  # and how far it is drawn on straight backwards from there, for those of like heading
_BACK_S: Final = 2.0  # how long before its arrival the second one must have been off that path
_MERGE_BACK_S: Final = 3.0
_LIKE: Final = 0.8  # cosine of a like heading
_CHORD_S: Final = 3.0
_CHORD_M: Final = 8.0
_SHORT_M: Final = 1.0
_LEFT_M: Final = 1.0  # in the four seconds around leaving, more than the drift of a standing vehicle in video (0.9 m)
_CAME_M: Final = 0.6  # in the two seconds before arriving
_TOGETHER_M: Final = 1.0


def sample(key: IntArray, motion: Motion, i: IntArray, back: int) -> IntArray:
    """The sample `back` steps before each of `i`; the earliest there is, where the track began later."""
    at = np.searchsorted(key, key[i] - back)
    return np.maximum(at, motion.starts[motion.track[i]])


def follows(motion: Motion, key: IntArray, v: Visits, p: IntArray, q: IntArray) -> BoolArray:
    """Whether visit q's user came, well within its middle, along the path of p's user: cheap, and sure when True."""
    m = motion
    out = np.zeros(len(p), bool)
    alike = v.box.hx[p] * v.box.hx[q] + v.box.hy[p] * v.box.hy[q] > 0.5
    some = np.flatnonzero(alike)
    if not len(some):
        return out
    i, j = v.last[p[some]], v.first[q[some]]
    inner = (m.width[m.track[i]] + m.width[m.track[j]]) / 4
    steps = np.arange(0, round(_WAKE_S / STEP_S) + 1, 5)
    line = np.stack([sample(key, m, i, int(b)) for b in steps])
    hx, hy = np.nan_to_num(m.hx[line[-1]]), np.nan_to_num(m.hy[line[-1]])
    sure = np.ones(len(some), bool)
    for back in (_BACK_S, _MERGE_BACK_S):
        was = sample(key, m, j, round(back / STEP_S))
        like = m.hx[was] * hx + m.hy[was] * hy > _LIKE
        fx = np.concatenate([m.x[line], (m.x[line[-1]] - _WAKE_M * hx * like)[None]])
        fy = np.concatenate([m.y[line], (m.y[line[-1]] - _WAKE_M * hy * like)[None]])
        sx, sy = np.diff(fx, axis=0), np.diff(fy, axis=0)
        px, py = m.x[was] - fx[:-1], m.y[was] - fy[:-1]
        size = sx**2 + sy**2
        share = np.clip((px * sx + py * sy) / np.where(size > 0, size, 1.0), 0.0, 1.0)
        off = (px - share * sx) ** 2 + (py - share * sy) ** 2
        sure &= off.min(axis=0) < inner**2
    out[some] = sure
    return out


def alike(m: Motion, key: IntArray, i: IntArray, j: IntArray, settings: ConflictSettings) -> BoolArray:
    """Whether the two go the same way at the place, by their headings or by the three seconds around it.

    A sideways lurch within a lane change is not a crossing.
    """
    heading = angle_between_deg(m.hx[i], m.hy[i], m.hx[j], m.hy[j]) < settings.rear_end_deg
    (ax, ay), (bx, by) = _chord(m, key, i), _chord(m, key, j)
    return np.asarray(heading | (angle_between_deg(ax, ay, bx, by) < settings.rear_end_deg))


def crosses(m: Motion, key: IntArray, i: IntArray, j: IntArray, settings: ConflictSettings) -> BoolArray:
    """Whether the two ways surely cross, so that a touch is neither a double detection nor a brush in passing.

    By the headings and by the three seconds around; the speed of one against the other is that asked of a contact, and
    the first one is still seen when the second one is at j.
    """
    least, most = settings.rear_end_deg, 180.0 - settings.rear_end_deg
    heading = angle_between_deg(m.hx[i], m.hy[i], m.hx[j], m.hy[j])
    (ax, ay), (bx, by) = _chord(m, key, i), _chord(m, key, j)
    way = angle_between_deg(ax, ay, bx, by)
    against = np.hypot(m.vx[j] - m.vx[i], m.vy[j] - m.vy[i])
    sigma_v = np.nan_to_num(np.hypot(m.sigma_mps[i], m.sigma_mps[j]))
    now = np.minimum(np.searchsorted(key, m.track[i] * KEY_OFFSET + m.k[j]), len(m) - 1)
    seen = key[now] == m.track[i] * KEY_OFFSET + m.k[j]
    across = (heading >= least) & (heading <= most) & (way >= least) & (way <= most)
    return np.asarray(seen & across & (against >= max(settings.contact_mps, settings.closing_mps) + 2 * sigma_v))


def _chord(m: Motion, key: IntArray, i: IntArray) -> tuple[FloatArray, FloatArray]:
    """From where each was 1.5 s before to where it is 1.5 s later; NaN for less than a metre."""
    half = round(_CHORD_S / 2 / STEP_S)
    before = sample(key, m, i, half)
    after = np.searchsorted(key, key[i] + half, side="right") - 1
    dx, dy = m.x[after] - m.x[before], m.y[after] - m.y[before]
    short = dx**2 + dy**2 < 1.0
    return np.where(short, np.nan, dx), np.where(short, np.nan, dy)


def from_elsewhere(
    m: Motion, key: IntArray, i: IntArray, j: IntArray, merges: BoolArray, settings: ConflictSettings
) -> BoolArray:
    """Whether the second one came from off the ground that the first one had passed over, and not at its side."""
    back = np.where(merges, round(_MERGE_BACK_S / STEP_S), round(_BACK_S / STEP_S))
    was = np.maximum(np.searchsorted(key, key[j] - back), m.starts[m.track[j]])
    sigma = np.nan_to_num(np.hypot(m.sigma_m[i], m.sigma_m[j]))
    clear = np.where(merges, settings.merge_clear_m + 2 * sigma, np.minimum(settings.graze_m + sigma, 0.5))
    steps = np.arange(0, round(_WAKE_S / STEP_S) + 1, 2)
    line = np.stack([sample(key, m, i, int(s)) for s in steps])
    then, wake = footprints(m, was), footprints(m, line)
    wider = Footprints(then.x, then.y, then.hx, then.hy, then.half_l + clear, then.half_w + clear)
    wider = Footprints(*(np.broadcast_to(f, line.shape) for f in vars(wider).values()))
    on_wake = (penetration(wake, wider) > 0).any(axis=0)
    oldest = footprints(m, line[-1])
    ux, uy = _came_along(m, line)
    known = ux**2 + uy**2 > 0
    tail = Footprints(
        oldest.x - _WAKE_M / 2 * ux,
        oldest.y - _WAKE_M / 2 * uy,
        np.where(known, ux, 1.0),
        uy,
        np.where(known, _WAKE_M / 2, 0.0),
        oldest.half_w,
    )
    like = then.hx * ux + then.hy * uy > _LIKE
    on_wake |= like & (penetration(tail, Footprints(*(f[0] for f in vars(wider).values()))) > 0)
    # A place that only noise or a standing one's slow drift moved somebody to, or away from, was never encroached upon.
    gone = np.searchsorted(key, key[i] + round(_BACK_S / STEP_S), side="right") - 1
    came = sample(key, m, i, round(_BACK_S / STEP_S))
    left = np.hypot(m.x[gone] - m.x[came], m.y[gone] - m.y[came]) > np.maximum(_LEFT_M, 4 * np.nan_to_num(m.sigma_m[i]))
    arrived = np.hypot(m.x[j] - m.x[was], m.y[j] - m.y[was]) > np.maximum(_CAME_M, 3 * np.nan_to_num(m.sigma_m[j]))
    return ~on_wake & (was < j) & left & arrived & ~_together(m, key, i, j)


def _came_along(m: Motion, line: IntArray) -> tuple[FloatArray, FloatArray]:
    """Which way each one came at the oldest sample, line[-1], of its wake; 0, 0 where that is not known.

    From its first `_CHORD_M` metres: the first samples of a track have no heading yet, or a poor one.
    """
    older_first = line[::-2]
    dx, dy = m.x[older_first] - m.x[line[-1]], m.y[older_first] - m.y[line[-1]]
    far = np.hypot(dx, dy)
    enough = far >= _CHORD_M
    pick = np.where(enough.any(axis=0), enough.argmax(axis=0), len(older_first) - 1)[None]
    dx, dy, far = (np.take_along_axis(v, pick, 0)[0] for v in (dx, dy, far))
    moved = far > _SHORT_M
    safe = np.where(moved, far, 1.0)
    hx, hy = np.nan_to_num(m.hx[line[-1]]), np.nan_to_num(m.hy[line[-1]])
    return np.where(moved, dx / safe, hx), np.where(moved, dy / safe, hy)


def _together(m: Motion, key: IntArray, i: IntArray, j: IntArray) -> BoolArray:
    """Whether the two have hardly moved against each other in the last two seconds."""
    now = np.minimum(np.searchsorted(key, m.track[i] * KEY_OFFSET + m.k[j]), len(m) - 1)
    back = round(_BACK_S / STEP_S)
    was_a = np.minimum(np.searchsorted(key, key[now] - back), len(m) - 1)
    was_b = np.minimum(np.searchsorted(key, key[j] - back), len(m) - 1)
    both = (
        (key[now] == m.track[i] * KEY_OFFSET + m.k[j]) & (key[was_a] == key[now] - back) & (key[was_b] == key[j] - back)
    )
    dx = (m.x[j] - m.x[now]) - (m.x[was_b] - m.x[was_a])
    dy = (m.y[j] - m.y[now]) - (m.y[was_b] - m.y[was_a])
    return np.asarray(both & (dx**2 + dy**2 < _TOGETHER_M**2))
