"""When something definitely crosses a line, from noisy positions.

Counting libraries have shipped wrong counts for years because a position flickered at a line. Here a crossing has
hysteresis: it runs from definitely before the line to definitely beyond it, and its instant is the last time the
line was passed in between. Flicker, standing at the line and a step across and back yield nothing or exactly one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

APPROACH_M = 0.4
_TRACK_ENDS_BEYOND_M = 0.5


@dataclass(frozen=True, eq=False)
class Crossings:
    """Definite crossings, shape (n,): the sample before, the sample after, the share between, and the commit sample."""

    before: IntArray
    after: IntArray
    share: FloatArray
    commit: IntArray

    def __len__(self) -> int:
        return len(self.before)

    def t(self, motion: Motion) -> FloatArray:
        """Instant of each crossing, epoch seconds."""
        t0, t1 = motion.t[self.before], motion.t[self.after]
        return t0 + self.share * (t1 - t0)

    def at(self, values: FloatArray) -> FloatArray:
        """Per-sample values at the instants of crossing."""
        return values[self.before] + self.share * (values[self.after] - values[self.before])


def crossings(motion: Motion, rows: IntArray, depth: FloatArray, commit_m: float) -> Crossings:
    """Crossings from below zero to above in `depth` (m), given at some rows of the motion, shape (n,), rows rising.

    A crossing is definite once the depth reaches `commit_m`, or more where the position is noisier than that allows
    to tell; the track must have been APPROACH_M before the line, or have begun before it.
    """
    n = len(rows)
    if n == 0:
        return Crossings(rows, rows, depth, rows)
    track = motion.track[rows]
    fresh = np.append(True, (track[1:] != track[:-1]) | (rows[1:] != rows[:-1] + 1))
    beyond = depth > 0
    if not (beyond[1:] & ~beyond[:-1] & ~fresh[1:]).any():
        none = np.empty(0, np.int64)
        return Crossings(none, none, np.empty(0), none)
    cut = fresh | np.append(True, beyond[1:] != beyond[:-1])
    run = np.flatnonzero(cut)
    ends = np.append(run[1:], n) - 1
    # measured in units in which commit_m is certain despite the noise
    scale = commit_m / np.maximum(commit_m, 5 * motion.sigma_m[rows])
    sure = depth * scale
    high = np.maximum.reduceat(sure, run)
    low = np.minimum.reduceat(sure, run)
    positive = beyond[run]
    last_of_track = motion.starts[1:][track[ends]] - 1
    ended = (rows[ends] == last_of_track) & motion.closed[track[ends]]
    clear = depth - np.maximum(_TRACK_ENDS_BEYOND_M, 4 * motion.sigma_m[rows])
    committed = positive & ((high >= commit_m) | (ended & (np.maximum.reduceat(clear, run) >= 0)))
    opening = fresh[run]
    retreated = ~positive & ((low <= -APPROACH_M) | (opening & (low < -0.05)))
    verdict = np.where(committed, 1, np.where(retreated, -1, 0))
    verdict = np.where(opening & (verdict == 0), np.where(positive, 1, 0), verdict)
    # a new chain starts afresh: nothing before it counts
    state = np.where((verdict != 0) | opening, np.arange(len(run)), 0)
    previous = np.append(-1, np.maximum.accumulate(state)[:-1])
    found = committed & ~opening & (previous >= 0)
    found[found] = verdict[previous[found]] == -1
    first = run[found]
    target = np.minimum(commit_m, np.maximum(high[found], 1e-9))
    commit = np.array(
        [a + int(np.argmax(sure[a : b + 1] >= m)) for a, b, m in zip(first, ends[found], target, strict=True)], np.int64
    )
    gap = depth[first] - depth[first - 1]
    share = np.where(gap > 0, -depth[first - 1] / np.where(gap > 0, gap, 1.0), 1.0)
    return Crossings(rows[first - 1], rows[first], np.clip(share, 0.0, 1.0), rows[np.minimum(commit, n - 1)])


def at_time(motion: Motion, track: int, t: float) -> tuple[int, int, float] | None:
    """The samples of a track around an instant and the share between; None where the track does not reach it."""
    a, b = int(motion.starts[track]), int(motion.starts[track + 1])
    i = a + int(np.searchsorted(motion.t[a:b], t))
    if i in (a, b):
        return (i, i, 0.0) if i < b and motion.t[i] == t else None
    t0, t1 = float(motion.t[i - 1]), float(motion.t[i])
    return i - 1, i, (t - t0) / (t1 - t0)


def crossing_sigma_s(motion: Motion, found: Crossings) -> FloatArray:
    """Standard error of each crossing's instant: position error over speed, and the width of a gap in the track."""
    speed = np.maximum(found.at(motion.speed), 0.5)
    position = np.maximum(motion.sigma_m[found.before], motion.sigma_m[found.after])
    gap = (motion.k[found.after] - motion.k[found.before]) * STEP_S
    return np.sqrt((position / speed) ** 2 + np.where(gap > STEP_S * 1.5, gap, 0.0) ** 2 / 12)


def interval_runs(mask: BoolArray, track: IntArray, t: FloatArray, bridge_s: float) -> tuple[IntArray, IntArray]:
    """First and last index of every run of True within a track; interruptions shorter than `bridge_s` are bridged."""
    hit = np.flatnonzero(mask)
    if len(hit) == 0:
        return hit, hit
    split = (track[hit[1:]] != track[hit[:-1]]) | ((t[hit[1:]] - t[hit[:-1]]) > bridge_s)
    return hit[np.append(True, split)], hit[np.append(split, True)]
