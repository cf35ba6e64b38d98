"""`History`: rows in, in any order within the watermark; smoothed motion out, each instant exactly once.

The same code serves a live stream and a recording: a recording is a stream whose watermark jumps. What comes out
for an instant depends only on the rows around it, never on how the rows were cut into batches.
"""

from __future__ import annotations

from copy import copy
from typing import Final

import numpy as np

from passerby.tracks.motion import RATE_HZ, STEP_S, Motion
from passerby.tracks.open_tracks import OpenTracks, tick_at, tick_from
from passerby.tracks.record import FloatArray, IntArray, Tracks
from passerby.tracks.samples import Columns, joined, merged, motion_of, no_samples, picked, thinned, with_attitude
from passerby.tracks.smoothing import GAP_S, WINDOW_S, clock_ticks, fit

CLOSE_S: Final = 10.0
"""A track without a row for longer than this has ended; a later row of the same id begins a new one."""

RECENT_S: Final = 12.0

_SURE_S: Final = 1.0
"""Hardly anything can be said of a track that has just begun."""

_BEFORE_REST: Final = 20
_ATTITUDE_STEPS: Final = 40
_JUST_BEFORE_S: Final = 1e-5


class History:
    """The open tracks of a stream: their last rows, their motion so far, and what is already final.

    push(rows) takes rows; advance(watermark) promises that no earlier row will come, and returns the tick up to
    which motion is now final; recent() and motion() give that motion; forget() drops tracks that have ended. now()
    guesses on, up to the newest row.
    """

    def __init__(self) -> None:
        self.late_rows = 0
        self.watermark = -np.inf
        self._pending: list[Tracks] = []
        self._open = OpenTracks()
        self._slot: dict[str, int] = {}
        e, i = np.empty(0), np.empty(0, np.int64)
        self._rows: Columns = {"track": i, "t": e, "x": e, "y": e, "heading": e}
        self._recent = no_samples()
        self._history = no_samples()
        self._base: History | None = None

    def push(self, rows: Tracks) -> None:
        """Take rows; those older than the watermark are counted in `late_rows` and left out."""
        late = rows.t <= self.watermark
        if late.any():
            self.late_rows += int(late.sum())
            rows = rows.take(~late)
        if len(rows):
            self._pending.append(rows)

    def advance(self, watermark: float, finish: bool = False) -> int | None:
        """Release rows up to the watermark (s) and fit whatever became final.

        Returns the tick up to which every track is final, None for the end of all.
        """
        self.watermark = max(self.watermark, watermark)
        self._base = None
        self._release()
        o = self._open
        o.closed = o.closed | finish | (o.last_t + CLOSE_S <= self.watermark)
        self._fit()
        return None if finish else int(np.floor((self.watermark - GAP_S) * RATE_HZ))

    def recent(self) -> Motion:
        """Every sample since `trim` was last called, and at least the last `RECENT_S` of each track."""
        return motion_of(self._recent, self._open)

    def trim(self, before_k: int) -> None:
        """Let go of the samples in `recent` before a tick, those that the track's own next samples need excepted."""
        c = self._recent
        keep = c["k"] >= np.minimum(before_k, self._open.next_k - round(RECENT_S * RATE_HZ))[c["track"]]
        self._recent = picked(c, keep)

    def motion(self) -> Motion:
        """Everything since each track began, long standstills thinned; tracks not yet settled are left out."""
        settled = self._open.settled(self.watermark)
        return motion_of(picked(self._history, settled[self._history["track"]]), self._open)

    def now(self, window_s: float) -> Motion:
        """The motion up to the newest row of each track, as if it ended there: what `motion` will say but for errors.

        Every row counts, whatever the watermark. Of each track the last `window_s` are shown, or all since it last
        moved, from `_SURE_S` after its first row on. Nothing final changes.
        """
        if self._base is None:
            self._base = self._cut(window_s)
        ahead = self._base._copy()
        ahead._pending = self._pending
        ahead.watermark = np.inf
        ahead._release()
        ahead._fit(to_the_end=True)
        o, c = ahead._open, ahead._history
        sure = (o.last_t - o.first_t >= _SURE_S)[c["track"]]
        return motion_of(picked(c, sure), o)

    def forget(self, before_t: float = np.inf) -> Motion | None:
        """Drop the tracks that have ended and had their last row before `before_t` (s), and return their motion."""
        o = self._open
        gone = o.closed & (o.last_t < before_t)
        if not gone.any():
            return None
        self._base = None
        last = gone[self._history["track"]]
        dropped = motion_of(picked(self._history, last), o)
        keep = ~gone
        new = np.cumsum(keep) - 1
        for columns in (self._rows, self._recent, self._history):
            columns.update(picked(columns, keep[columns["track"]]))
            columns["track"] = new[columns["track"]]
        self._open = o.only(keep)
        self._slot = {name: int(new[slot]) for name, slot in self._slot.items() if keep[slot]}
        return dropped

    @property
    def names(self) -> list[str]:
        """Ids of the tracks that are still held."""
        return self._open.names

    @property
    def since(self) -> float:
        """When the first track that is still held began (epoch s), inf where none is."""
        return float(self._open.first_t.min()) if self._open.names else float(np.inf)

    @property
    def next_t(self) -> float:
        """When the first row is that waits for the watermark (epoch s), inf where none does."""
        return min((float(p.t.min()) for p in self._pending), default=np.inf)

    @property
    def held(self) -> int:
        """How many samples and rows are held in memory."""
        columns = (self._rows["t"], self._recent["k"], self._history["k"])
        return sum(map(len, columns)) + sum(map(len, self._pending))

    def __len__(self) -> int:
        return len(self._open.names)

    def _cut(self, window_s: float) -> History:
        """What `now` begins from: the last seconds alone."""
        o, c, r = self._open, self._history, self._recent
        shown = np.minimum(o.next_k - round(window_s * RATE_HZ), o.moved_k - _BEFORE_REST)
        near = c["k"] >= shown[c["track"]]
        last = r["k"] >= (o.next_k - _ATTITUDE_STEPS)[r["track"]]
        cut = self._copy()
        cut._history, cut._recent = picked(c, near), picked(r, last)
        return cut

    def _copy(self) -> History:
        """The same tracks, to be gone on with apart; columns are never changed in place, what is known of tracks is."""
        other = copy(self)
        other._open = self._open.copy()
        other._slot = dict(self._slot)
        return other

    def _release(self) -> None:
        """Move the pending rows up to the watermark into the row buffer, opening tracks as they appear."""
        taken = [q for q in (p.take(p.t <= self.watermark) for p in self._pending) if len(q)]
        self._pending = [q for q in (p.take(p.t > self.watermark) for p in self._pending) if len(q)]
        if not taken:
            return
        rows, names = _concatenate(taken)
        code, t, o = rows.track, rows.t, self._open
        slot_of = np.array([self._slot.get(n, -1) for n in names], np.int64)[code]
        head = np.append(True, code[1:] != code[:-1])
        previous = np.append(-np.inf, t[:-1])
        alive = head & (slot_of >= 0)
        alive[alive] = ~o.closed[slot_of[alive]]
        previous[head] = -np.inf
        previous[alive] = o.last_t[slot_of[alive]]
        begins = t - previous > CLOSE_S
        anchor = np.maximum.accumulate(np.where(begins | head, np.arange(len(code)), 0))
        slot = np.where(begins[anchor], len(o.names) + np.cumsum(begins)[anchor] - 1, slot_of)
        o.begin([names[c] for c in code[begins]], t[begins])
        for i in np.flatnonzero(np.append(head[1:], True)):
            self._slot[names[code[i]]] = int(slot[i])

        fresh = t > previous
        rows, slot = rows.take(fresh), slot[fresh]
        o.take(slot, rows)
        new = {"track": slot, "t": rows.t, "x": rows.x, "y": rows.y, "heading": rows.heading}
        self._rows = merged(self._rows, new, by="t")

    def _fit(self, to_the_end: bool = False) -> None:
        """Fit every tick that became final, or all up to the last row; cut the rows that no later tick can need."""
        r, o = self._rows, self._open
        m = len(o.names)
        if m == 0 or len(r["t"]) == 0:
            return
        starts = np.searchsorted(r["track"], np.arange(m + 1))
        w, n = self.watermark, np.diff(starts)
        end = tick_at(o.last_t)
        second = np.where(n >= 2, r["t"][np.maximum(starts[1:] - 2, 0)], -np.inf)
        # a fit wants two rows after the tick itself, so the tick of the last row but one has to wait
        sure = np.minimum(w - WINDOW_S, second - _JUST_BEFORE_S)
        final = end if to_the_end else np.where(o.closed, end, np.minimum(end, tick_at(np.maximum(sure, w - GAP_S))))
        # the rows before a long gap may be gone by its end: no tick before the first row that is left
        first = o.next_k.copy()
        first[n > 0] = np.maximum(first, tick_from(r["t"][np.minimum(starts[:-1], len(r["t"]) - 1)]))[n > 0]
        track, k = clock_ticks(r["t"], starts, first, np.where(n > 0, final, first - 1))
        o.next_k = np.maximum(o.next_k, final + 1)
        if len(k):
            self._append(fit(r["t"], r["x"], r["y"], starts, track, k).__dict__, to_the_end)
        keep = r["t"] >= (o.next_k / RATE_HZ - GAP_S - STEP_S)[r["track"]]
        self._rows = picked(r, keep)

    def _append(self, fitted: Columns, to_the_end: bool = False) -> None:
        """Add fitted samples to what is there; to_the_end: each track's last sample stays, however long it stood."""
        o = self._open
        both, fresh = joined(self._recent, fitted)
        both = with_attitude(both, fresh, o, self._given_heading(both["track"], both["k"]))
        stays, o.moved_k = thinned(both, o.moved_k, to_the_end)
        self._history = merged(self._history, picked(both, fresh & stays))
        self._recent = both

    def _given_heading(self, track: IntArray, k: IntArray) -> FloatArray:
        """The source's own heading at each sample: that of the last row at or before it, where it has any."""
        r = self._rows
        if len(r["t"]) == 0 or not np.isfinite(r["heading"]).any():
            return np.full(len(k), np.nan)
        starts = np.searchsorted(r["track"], np.arange(len(self._open.names) + 1))
        base = np.floor(min(r["t"][0], k.min() / RATE_HZ if len(k) else r["t"][0])) - CLOSE_S
        key = r["track"] * 1e7 + (r["t"] - base)
        i = np.searchsorted(key, track * 1e7 + (k / RATE_HZ - base) + 1e-6, side="right") - 1
        return np.where(i >= starts[track], r["heading"][np.maximum(i, 0)], np.nan)


def smooth(tracks: Tracks) -> Motion:
    """The motion of whole recorded tracks; the same as a stream of them run to its end."""
    history = History()
    history.push(tracks)
    history.advance(np.inf, finish=True)
    return history.motion()


def _concatenate(parts: list[Tracks]) -> tuple[Tracks, list[str]]:
    """One record of several, sorted by (track, t), with one numbering of names."""
    names: dict[str, int] = {}
    codes = []
    for p in parts:
        used, inverse = np.unique(p.track, return_inverse=True)
        codes.append(np.array([names.setdefault(p.ids[i], len(names)) for i in used], np.int64)[inverse])
    code = np.concatenate(codes)
    t = np.concatenate([p.t for p in parts])
    order = np.lexsort((t, code))
    columns = (np.concatenate([getattr(p, c) for p in parts])[order] for c in ("cls", "t", "x", "y"))
    sizes = (np.concatenate([getattr(p, c) for p in parts])[order] for c in ("length", "width", "heading"))
    return Tracks(tuple(names), code[order], *columns, *sizes), list(names)
