"""`OpenTracks`: what is remembered of every open track of a stream, one entry each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M, MOTOR_VEHICLES
from passerby.tracks.motion import RATE_HZ
from passerby.tracks.record import BoolArray, FloatArray, IntArray, Tracks

SETTLE_S: Final = 3.0
"""Class and footprint of a track are settled from its first seconds: the majority and the mean of its rows."""

_FOOTPRINT: Final = np.array([DEFAULT_FOOTPRINT_M[c] for c in CLASSES])
_CAN_REVERSE: Final = np.array([c in MOTOR_VEHICLES for c in CLASSES])


@dataclass
class OpenTracks:
    """names: ids. first_t, last_t: of its rows (s). next_k: the next tick to be fitted. moved_k: the last at which it
    was not standing. votes: rows of each class, size_sum and size_n: of its footprints, while not settled. closed:
    whether it has ended.
    """

    names: list[str] = field(default_factory=list)
    first_t: FloatArray = field(default_factory=lambda: np.empty(0))
    last_t: FloatArray = field(default_factory=lambda: np.empty(0))
    next_k: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    moved_k: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    votes: IntArray = field(default_factory=lambda: np.empty((0, len(CLASSES)), np.int64))
    size_sum: FloatArray = field(default_factory=lambda: np.empty((0, 2)))
    size_n: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    closed: BoolArray = field(default_factory=lambda: np.empty(0, bool))

    def __len__(self) -> int:
        return len(self.names)

    def copy(self) -> OpenTracks:
        """The same, to be gone on with apart."""
        return OpenTracks(list(self.names), *(v.copy() for v in list(vars(self).values())[1:]))

    def only(self, keep: BoolArray) -> OpenTracks:
        """Those of a mask."""
        names = [n for n, k in zip(self.names, keep, strict=True) if k]
        return OpenTracks(names, *(v[keep] for v in list(vars(self).values())[1:]))

    def begin(self, names: list[str], t: FloatArray) -> None:
        """Open tracks whose first rows are at t (s)."""
        m = len(names)
        self.names.extend(names)
        self.first_t = np.append(self.first_t, t)
        self.last_t = np.append(self.last_t, t)
        self.next_k = np.append(self.next_k, tick_from(t))
        self.moved_k = np.append(self.moved_k, tick_from(t))
        self.votes = np.concatenate([self.votes, np.zeros((m, len(CLASSES)), np.int64)])
        self.size_sum = np.concatenate([self.size_sum, np.zeros((m, 2))])
        self.size_n = np.append(self.size_n, np.zeros(m, np.int64))
        self.closed = np.append(self.closed, np.zeros(m, bool))

    def take(self, slot: IntArray, rows: Tracks) -> None:
        """Note rows, each of the track in its slot: how far it has come, and its class and footprint until settled."""
        early = rows.t <= self.first_t[slot] + SETTLE_S
        np.add.at(self.votes, (slot[early], rows.cls[early]), 1)
        sized = early & np.isfinite(rows.length) & np.isfinite(rows.width)
        np.add.at(self.size_sum, slot[sized], np.stack([rows.length[sized], rows.width[sized]], 1))
        np.add.at(self.size_n, slot[sized], 1)
        np.maximum.at(self.last_t, slot, rows.t)

    def settled(self, watermark: float) -> BoolArray:
        """Whether class and footprint of each will not change any more."""
        return self.closed | (self.first_t + SETTLE_S <= watermark)

    @property
    def cls(self) -> IntArray:
        """The class of each, by majority."""
        return np.asarray(self.votes.argmax(1), np.int64)

    @property
    def can_reverse(self) -> BoolArray:
        """Whether each may drive backwards."""
        return _CAN_REVERSE[self.cls]

    def size(self) -> FloatArray:
        """Length and width of each (m), shape (n, 2): the mean of what was measured, else that of its class."""
        size = self.size_sum / np.maximum(self.size_n, 1)[:, None]
        return np.where(self.size_n[:, None] > 0, size, _FOOTPRINT[self.cls])


def tick_at(t: FloatArray) -> IntArray:
    """The last tick at or before t (s)."""
    return np.floor(np.round(np.where(np.isfinite(t), t, -1e9) * RATE_HZ, 5)).astype(np.int64)


def tick_from(t: FloatArray) -> IntArray:
    """The first tick at or after t (s)."""
    return np.ceil(np.round(t * RATE_HZ, 5)).astype(np.int64)
