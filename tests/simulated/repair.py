"""Sew up the places where SUMO's pedestrian model jumps between two stretches of its own path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .run import Recording

JUMP_M = 0.30  # in one 0.1 s step; nobody here walks faster than 2.3 m/s
BROKEN_M = 2.5  # longer jumps are no walk at all: the person is left out


def sew(recording: Recording) -> Recording:
    """Spread each pedestrian's jumps over the seconds around them; people who jump too far are removed.

    Where one side of the jump is a crosswalk, that side stays put and the wait or walk beside it gives way, so
    the entry onto the crosswalk keeps its place and time.
    """
    rows, people = recording.rows, recording.people
    x, y = rows.x.copy(), rows.y.copy()
    keep = np.ones(len(x), bool)
    broken: set[int] = set()
    starts = np.flatnonzero(np.r_[True, np.diff(rows.track) != 0])
    for a, b in zip(starts, np.r_[starts[1:], len(x)], strict=True):
        who = int(rows.track[a])
        if people.classes[who] != "pedestrian" or b - a < 3:
            continue
        p = np.column_stack([x[a:b], y[a:b]])
        step = np.diff(p, axis=0)
        jumps = np.flatnonzero(np.hypot(*step.T) > JUMP_M)
        if len(jumps) and np.hypot(*step[jumps].T).max() > BROKEN_M:
            broken.add(who)
            keep[a:b] = False
            continue
        t, on = rows.t[a:b], rows.on_crosswalk[a:b]
        for k in jumps:
            jump = p[k + 1] - p[k]
            gap = jump * (1 - 0.12 / np.hypot(*jump))
            last = max(1.5, float(np.hypot(*gap)) / 0.6)
            before = gap * (0.0 if on[k] and not on[k + 1] else 1.0 if on[k + 1] and not on[k] else 0.5)
            ramp = np.clip(1 - (t[k] - t[: k + 1]) / last, 0, 1)
            p[: k + 1] += ramp[:, None] * before
            ramp = np.clip(1 - (t[k + 1 :] - t[k + 1]) / last, 0, 1)
            p[k + 1 :] -= ramp[:, None] * (gap - before)
        x[a:b], y[a:b] = p.T
    fields = {f: getattr(rows, f)[keep] for f in ("track", "t", "heading", "speed_mps", "on_crosswalk")}
    return replace(
        recording,
        rows=replace(rows, x=x[keep], y=y[keep], **fields),
        entries=[e for e in recording.entries if e.track not in broken],
    )
