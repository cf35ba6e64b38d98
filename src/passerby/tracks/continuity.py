"""Each track is one road user: rows given twice are dropped, tracks that jump are split where they do.

A road user can be `SLACK_M` plus its class's top speed times the time away from where it was. A row beyond that of
every stretch of its track begins a new one, `id~2`, `id~3` ...; a row within reach of several joins the nearest. So
an id reused for another road user, or shared by two, falls into one track each, and a lone wild position stands
alone while the track goes on. The state is each track's last row, so the cut into chunks changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from passerby.errors import TracksError
from passerby.tracks.classes import CLASSES
from passerby.tracks.plausible import Where
from passerby.tracks.record import BoolArray, IntArray
from passerby.tracks.rows import Chunk, Codes, IdTable

SLACK_M: Final = 8.0
"""What position noise may add, one sample to the next: far from a camera a pixel is metres."""
_TOP_SPEED_MPS: Final = {"pedestrian": 12.0, "cyclist": 25.0, "tram": 40.0}
TOP_SPEED_MPS: Final = np.array([_TOP_SPEED_MPS.get(c, 70.0) for c in CLASSES])
_STRETCHES_LOOKED_AT: Final = 4
_MOST_STRETCHES: Final = 200


@dataclass
class _Stretch:
    code: int
    t: float
    x: float
    y: float
    cls: int


class Continuity:
    """Passes rows on in order of t, without duplicates, every track one that a road user can have travelled."""

    def __init__(self, ids: IdTable, where: Where) -> None:
        self.ids = ids
        self.where = where
        self.dropped: Counter[str] = Counter()
        self.splits = 0
        n = len(ids)
        self._t, self._x, self._y = np.full(n, -np.inf), np.zeros(n), np.zeros(n)
        self._cls = np.zeros(n, np.int8)
        self._stretches: dict[int, list[_Stretch]] = {}
        self._first_duplicate = -1
        self._first_split = ""

    def admit(self, rows: Chunk) -> Chunk:
        """The rows, sorted by t and none older than any given before, with their final track numbers."""
        if not len(rows):
            return rows
        order = _by_track(rows)
        track, t = rows.track[order], rows.t[order]
        first = np.concatenate([[True], track[1:] != track[:-1]])
        before = np.concatenate([[0.0], t[:-1]])
        before[first] = self._t[track[first]]
        double = t == before
        if double.any():
            at = order[double]
            self.dropped["duplicate"] += len(at)
            if self._first_duplicate < 0:
                self._first_duplicate = int(rows.row[at].min())
            keep = np.ones(len(rows), bool)
            keep[at] = False
            return self.admit(rows.take(keep))
        new = self._split(rows, order, first)
        last = order[np.concatenate([first[1:], [True]])]
        of = rows.track[last]
        self._t[of], self._x[of], self._y[of], self._cls[of] = rows.t[last], rows.x[last], rows.y[last], rows.cls[last]
        return replace(rows, track=new)

    def warnings(self) -> list[str]:
        """What was dropped and split, naming the first row of each."""
        out = []
        n = self.dropped["duplicate"]
        if n:
            out.append(
                f"{self.where(self._first_duplicate)}: its track has a row at the same time already; kept the first "
                f"and left out {n} such row{'s' * (n > 1)}, this is the first"
            )
        if self.splits:
            more = f" ({self.splits} such splits in all, this is the first)" if self.splits > 1 else ""
            out.append(self._first_split + more)
        return out

    def _split(self, rows: Chunk, order: IntArray, first: BoolArray) -> Codes:
        track, t, x, y, cls = (getattr(rows, c)[order] for c in ("track", "t", "x", "y", "cls"))
        px, py, pt, pc = (np.concatenate([[0], a[:-1]]) for a in (x, y, t, cls))
        head = track[first]
        px[first], py[first], pt[first], pc[first] = self._x[head], self._y[head], self._t[head], self._cls[head]
        top = np.maximum(TOP_SPEED_MPS[cls], TOP_SPEED_MPS[pc])
        jump = np.hypot(x - px, y - py) > SLACK_M + top * (t - pt)
        if not jump.any() and not self._stretches:
            return rows.track
        new = rows.track.copy()
        begins = np.flatnonzero(first)
        ends = np.append(begins[1:], len(track))
        suspect = np.add.reduceat(jump, begins) > 0
        if self._stretches:
            suspect |= np.isin(track[begins], np.fromiter(self._stretches, np.int64))
        for a, b in zip(begins[suspect], ends[suspect], strict=True):
            new[order[a:b]] = self._follow(int(track[a]), rows, order[a:b])
        return new

    def _follow(self, code: int, rows: Chunk, at: IntArray) -> list[int]:
        stretches = self._stretches.get(code)
        if stretches is None:
            stretches = self._stretches[code] = []
            if np.isfinite(self._t[code]):
                stretches.append(
                    _Stretch(code, float(self._t[code]), self._x[code], self._y[code], int(self._cls[code]))
                )
        out = []
        columns = (rows.row, rows.t, rows.x, rows.y, rows.cls)
        for row, t, x, y, cls in zip(*(c[at].tolist() for c in columns), strict=True):
            best, least = None, np.inf
            for s in stretches[-_STRETCHES_LOOKED_AT:]:
                away = float(np.hypot(x - s.x, y - s.y))
                if away <= SLACK_M + max(TOP_SPEED_MPS[cls], TOP_SPEED_MPS[s.cls]) * (t - s.t) and away < least:
                    best, least = s, away
            if best is None:
                best = _Stretch(code if not stretches else self._another(code, stretches, row, t, x, y), t, x, y, cls)
                stretches.append(best)
            best.t, best.x, best.y, best.cls = t, x, y, cls
            out.append(best.code)
        return out

    def _another(self, code: int, stretches: list[_Stretch], row: int, t: float, x: float, y: float) -> int:
        name = self.ids.names[code]
        if len(stretches) >= _MOST_STRETCHES:
            raise TracksError(
                f'{self.where(row)}: track "{name}" jumps beyond a road user\'s reach the {_MOST_STRETCHES}th time; '
                "is track really the column of one road user's id?"
            )
        number = len(stretches) + 1
        while f"{name}~{number}" in self.ids:
            number += 1
        if not self.splits:
            last = max(stretches, key=lambda s: s.t)
            self._first_split = (
                f'{self.where(row)}: track "{name}" is {np.hypot(x - last.x, y - last.y):.1f} m from where it was '
                f'{t - last.t:.3g} s before, beyond any road user\'s reach; it goes on as "{name}~{number}"'
            )
        self.splits += 1
        new = self.ids.code(f"{name}~{number}")
        grow = len(self.ids) - len(self._t)
        self._t = np.append(self._t, np.full(grow, -np.inf))
        self._x, self._y = np.append(self._x, np.zeros(grow)), np.append(self._y, np.zeros(grow))
        self._cls = np.append(self._cls, np.zeros(grow, np.int8))
        return new


def _by_track(rows: Chunk) -> IntArray:
    # Sixteen bits are sorted by radix, several times faster than by comparison.
    small = rows.track.max() < 1 << 16
    return np.argsort(rows.track.astype(np.uint16) if small else rows.track, kind="stable")
