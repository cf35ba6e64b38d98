"""`History`: rows in, in any order within the watermark; smoothed motion out, each instant exactly once.

The same code serves a live stream and a recording: a recording is a stream whose watermark jumps. What comes out
for an instant depends only on the rows around it, never on how the rows were cut into batches.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from passerby.tracks.attitude import Attitude, attitude
from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M, MOTOR_VEHICLES
from passerby.tracks.motion import RATE_HZ, STEP_S, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray, Tracks
from passerby.tracks.smoothing import GAP_S, WINDOW_S, clock_ticks, fit

CLOSE_S: Final = 10.0
"""A track without a row for longer than this has ended; a later row of the same id begins a new one."""

SETTLE_S: Final = 3.0
"""Class and footprint of a track are settled from its first seconds: the majority and the mean of its rows."""

RECENT_S: Final = 12.0

_SURE_S: Final = 1.0
"""Hardly anything can be said of a track that has just begun."""

_BEFORE_REST: Final = 20
_ATTITUDE_STEPS: Final = 40
_THIN_AFTER: Final = 80
# One sample a second after 8 s at rest, one in ten seconds after 80 s, one a minute after a quarter of an hour.
_THIN_FURTHER: Final = (112, 10, 1)
_THIN_STEPS: Final = (600, 100, 10)
_STILL_MPS: Final = 0.5
_JUST_BEFORE_S: Final = 1e-5

_FOOTPRINT: Final = np.array([DEFAULT_FOOTPRINT_M[c] for c in CLASSES])
_CAN_REVERSE: Final = np.array([c in MOTOR_VEHICLES for c in CLASSES])

_SAMPLE_COLUMNS: Final = (
    *("track", "k", "x", "y", "vx", "vy", "ax", "ay", "sigma_m", "sigma_mps"),
    *("hx", "hy", "standing", "reversing", "joined"),
)
_DTYPES: Final = {"track": np.int64, "k": np.int64, "standing": bool, "reversing": bool, "joined": bool}
Columns = dict[str, np.ndarray]


def _empty() -> Columns:
    return {c: np.empty(0, _DTYPES.get(c, np.float64)) for c in _SAMPLE_COLUMNS}


@dataclass
class _Open:
    """What is remembered of every open track, one entry each."""

    names: list[str] = field(default_factory=list)
    first_t: FloatArray = field(default_factory=lambda: np.empty(0))
    last_t: FloatArray = field(default_factory=lambda: np.empty(0))
    next_k: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    moved_k: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    votes: IntArray = field(default_factory=lambda: np.empty((0, len(CLASSES)), np.int64))
    size_sum: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
    size_n: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    closed: BoolArray = field(default_factory=lambda: np.empty(0, bool))


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
        self._open = _Open()
        self._slot: dict[str, int] = {}
        e, i = np.empty(0), np.empty(0, np.int64)
        self._rows: Columns = {"track": i, "t": e, "x": e, "y": e, "heading": e}
        self._recent = _empty()
        self._history = _empty()
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
        return self._as_motion(self._recent)

    def trim(self, before_k: int) -> None:
        """Let go of the samples in `recent` before a tick, those that the track's own next samples need excepted."""
        c = self._recent
        keep = c["k"] >= np.minimum(before_k, self._open.next_k - round(RECENT_S * RATE_HZ))[c["track"]]
        self._recent = {name: v[keep] for name, v in c.items()}

    def motion(self) -> Motion:
        """Everything since each track began, long standstills thinned; tracks not yet settled are left out."""
        o = self._open
        settled = o.closed | (o.first_t + SETTLE_S <= self.watermark)
        keep = settled[self._history["track"]]
        return self._as_motion({c: v[keep] for c, v in self._history.items()})

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
        return ahead._as_motion({name: v[sure] for name, v in c.items()})

    def forget(self, before_t: float = np.inf) -> Motion | None:
        """Drop the tracks that have ended and had their last row before `before_t` (s), and return their motion."""
        o = self._open
        gone = o.closed & (o.last_t < before_t)
        if not gone.any():
            return None
        self._base = None
        last = gone[self._history["track"]]
        dropped = self._as_motion({c: v[last] for c, v in self._history.items()})
        keep = ~gone
        new = np.cumsum(keep) - 1
        for columns in (self._rows, self._recent, self._history):
            rows = keep[columns["track"]]
            for c in columns:
                columns[c] = columns[c][rows]
            columns["track"] = new[columns["track"]]
        self._open = _Open(
            [n for n, k in zip(o.names, keep, strict=True) if k],
            o.first_t[keep],
            o.last_t[keep],
            o.next_k[keep],
            o.moved_k[keep],
            o.votes[keep],
            o.size_sum[keep],
            o.size_n[keep],
            o.closed[keep],
        )
        slots = {}
        for name, slot in self._slot.items():
            if keep[slot]:
                slots[name] = int(new[slot])
        self._slot = slots
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
        cut._history = {name: v[near] for name, v in c.items()}
        cut._recent = {name: v[last] for name, v in r.items()}
        return cut

    def _copy(self) -> History:
        """The same tracks, to be gone on with apart; columns are never changed in place, what is known of tracks is."""
        other = copy(self)
        other._open = _Open(list(self._open.names), *(v.copy() for v in list(vars(self._open).values())[1:]))
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
        self._begin([names[c] for c in code[begins]], t[begins])
        for i in np.flatnonzero(np.append(head[1:], True)):
            self._slot[names[code[i]]] = int(slot[i])

        fresh = t > previous
        rows, slot = rows.take(fresh), slot[fresh]
        early = rows.t <= o.first_t[slot] + SETTLE_S
        np.add.at(o.votes, (slot[early], rows.cls[early]), 1)
        sized = early & np.isfinite(rows.length) & np.isfinite(rows.width)
        np.add.at(o.size_sum, slot[sized], np.stack([rows.length[sized], rows.width[sized]], 1))
        np.add.at(o.size_n, slot[sized], 1)
        np.maximum.at(o.last_t, slot, rows.t)
        new = {"track": slot, "t": rows.t, "x": rows.x, "y": rows.y, "heading": rows.heading}
        both = {c: np.concatenate([self._rows[c], new[c]]) for c in new}
        order = np.lexsort((both["t"], both["track"]))
        self._rows = {c: v[order] for c, v in both.items()}

    def _begin(self, names: list[str], t: FloatArray) -> None:
        o, m = self._open, len(names)
        o.names.extend(names)
        o.first_t = np.append(o.first_t, t)
        o.last_t = np.append(o.last_t, t)
        o.next_k = np.append(o.next_k, _tick_from(t))
        o.moved_k = np.append(o.moved_k, _tick_from(t))
        o.votes = np.concatenate([o.votes, np.zeros((m, len(CLASSES)), np.int64)])
        o.size_sum = np.concatenate([o.size_sum, np.zeros((m, 2))])
        o.size_n = np.append(o.size_n, np.zeros(m, np.int64))
        o.closed = np.append(o.closed, np.zeros(m, bool))

    def _fit(self, to_the_end: bool = False) -> None:
        """Fit every tick that became final, or all up to the last row; cut the rows that no later tick can need."""
        r, o = self._rows, self._open
        m = len(o.names)
        if m == 0 or len(r["t"]) == 0:
            return
        starts = np.searchsorted(r["track"], np.arange(m + 1))
        w, n = self.watermark, np.diff(starts)
        end = _tick(o.last_t)
        second = np.where(n >= 2, r["t"][np.maximum(starts[1:] - 2, 0)], -np.inf)
        # a fit wants two rows after the tick itself, so the tick of the last row but one has to wait
        sure = np.minimum(w - WINDOW_S, second - _JUST_BEFORE_S)
        final = end if to_the_end else np.where(o.closed, end, np.minimum(end, _tick(np.maximum(sure, w - GAP_S))))
        # the rows before a long gap may be gone by its end: no tick before the first row that is left
        first = o.next_k.copy()
        first[n > 0] = np.maximum(first, _tick_from(r["t"][np.minimum(starts[:-1], len(r["t"]) - 1)]))[n > 0]
        track, k = clock_ticks(r["t"], starts, first, np.where(n > 0, final, first - 1))
        o.next_k = np.maximum(o.next_k, final + 1)
        if len(k):
            self._append(fit(r["t"], r["x"], r["y"], starts, track, k).__dict__, to_the_end)
        keep = r["t"] >= (o.next_k / RATE_HZ - GAP_S - STEP_S)[r["track"]]
        self._rows = {c: v[keep] for c, v in r.items()}

    def _append(self, new: Columns, to_the_end: bool = False) -> None:
        """Add fitted samples: join them to what is there, find their attitude, thin what stands for long.

        to_the_end: each track's last sample stays.
        """
        o, old = self._open, self._recent
        n_old, n_new = len(old["k"]), len(new["k"])
        blank = {"hx": np.nan, "hy": np.nan, "standing": False, "reversing": False, "joined": False}
        both = {
            c: np.concatenate([old[c], new[c] if c in new else np.full(n_new, blank[c], _DTYPES.get(c, np.float64))])
            for c in _SAMPLE_COLUMNS
        }
        fresh = np.append(np.zeros(n_old, bool), np.ones(n_new, bool))
        order = np.lexsort((both["k"], both["track"]))
        both, fresh = {c: v[order] for c, v in both.items()}, fresh[order]
        track, k = both["track"], both["k"]
        starts = np.searchsorted(track, np.arange(len(o.names) + 1))
        found = attitude(
            starts,
            k,
            both["x"],
            both["y"],
            both["vx"],
            both["vy"],
            both["sigma_m"],
            self._given_heading(track, k),
            _CAN_REVERSE[o.votes.argmax(1)],
            Attitude(both["hx"], both["hy"], both["standing"], both["reversing"]),
            np.bincount(track[~fresh], minlength=len(o.names)),
        )
        both |= found.__dict__
        joined = np.append(False, (track[1:] == track[:-1]) & (k[1:] == k[:-1] + 1))
        both["joined"] = np.where(fresh, joined, both["joined"])

        # the last tick at which it was not standing: from the buffer, or from before what is left of it
        moved = np.where(both["standing"], np.iinfo(np.int64).min, k)
        begins = starts[:-1][np.diff(starts) > 0]
        moved[begins] = np.maximum(moved[begins], o.moved_k[track[begins]])
        moved = _running_max(moved, starts)
        ends = starts[1:][np.diff(starts) > 0] - 1
        o.moved_k[track[ends]] = moved[ends]
        stood = k - moved
        step = np.select([stood > _THIN_AFTER * n for n in _THIN_FURTHER], _THIN_STEPS, 1)
        still = both["vx"] ** 2 + both["vy"] ** 2 < _STILL_MPS**2
        thin = still & (k % step != 0)
        if to_the_end:
            thin[ends] = False
        add = fresh & ~thin
        history = {c: np.concatenate([self._history[c], both[c][add]]) for c in _SAMPLE_COLUMNS}
        order = np.lexsort((history["k"], history["track"]))
        self._history = {c: v[order] for c, v in history.items()}
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

    def _as_motion(self, c: Columns) -> Motion:
        o = self._open
        here = np.unique(c["track"])
        cls = o.votes[here].argmax(1)
        size = o.size_sum[here] / np.maximum(o.size_n[here], 1)[:, None]
        size = np.where(o.size_n[here][:, None] > 0, size, _FOOTPRINT[cls])
        starts = np.append(np.searchsorted(c["track"], here), len(c["track"]))
        return Motion(
            tuple(o.names[i] for i in here),
            cls,
            size[:, 0],
            size[:, 1],
            o.closed[here],
            starts,
            *(c[n] for n in ("k", "x", "y", "vx", "vy", "ax", "ay", "hx", "hy", "sigma_m", "sigma_mps")),
            *(c[n] for n in ("joined", "standing", "reversing")),
        )


def smooth(tracks: Tracks) -> Motion:
    """The motion of whole recorded tracks; the same as a stream of them run to its end."""
    history = History()
    history.push(tracks)
    history.advance(np.inf, finish=True)
    return history.motion()


def _running_max(values: IntArray, starts: IntArray) -> IntArray:
    """The greatest value so far within each block that `starts` delimits."""
    if len(values) == 0:
        return values
    low = int(values[values > np.iinfo(np.int64).min].min())
    block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lifted = np.maximum(values, low) - low + (block << 40)
    return np.asarray(np.maximum.accumulate(lifted) - (block << 40) + low)


def _tick(t: FloatArray) -> IntArray:
    """The last tick at or before t."""
    return np.floor(np.round(np.where(np.isfinite(t), t, -1e9) * RATE_HZ, 5)).astype(np.int64)


def _tick_from(t: FloatArray) -> IntArray:
    """The first tick at or after t."""
    return np.ceil(np.round(t * RATE_HZ, 5)).astype(np.int64)


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
