"""Samples of many tracks' motion: put after those before, given an attitude, thinned where somebody stands for long."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.attitude import Attitude, attitude
from passerby.tracks.motion import Motion
from passerby.tracks.open_tracks import OpenTracks
from passerby.tracks.record import BoolArray, FloatArray, IntArray

_COLUMNS: Final = (
    *("track", "k", "x", "y", "vx", "vy", "ax", "ay", "sigma_m", "sigma_mps"),
    *("hx", "hy", "standing", "reversing", "joined"),
)
_DTYPES: Final = {"track": np.int64, "k": np.int64, "standing": bool, "reversing": bool, "joined": bool}
_BLANK: Final = {"hx": np.nan, "hy": np.nan, "standing": False, "reversing": False, "joined": False}

_THIN_AFTER: Final = 80
# One sample a second after 8 s at rest, one in ten seconds after 80 s, one a minute after a quarter of an hour.
_THIN_FURTHER: Final = (112, 10, 1)
_THIN_STEPS: Final = (600, 100, 10)
_STILL_MPS: Final = 0.5

Columns = dict[str, np.ndarray]
"""Samples by column, sorted by (track, k); track: its place in `OpenTracks`."""


def no_samples() -> Columns:
    """No samples at all."""
    return {c: np.empty(0, _DTYPES.get(c, np.float64)) for c in _COLUMNS}


def picked(columns: Columns, rows: BoolArray | IntArray) -> Columns:
    """Some rows of every column, by mask or index."""
    return {name: v[rows] for name, v in columns.items()}


def merged(one: Columns, other: Columns, by: str = "k") -> Columns:
    """The rows of both, sorted by (track, by)."""
    both = {c: np.concatenate([v, other[c]]) for c, v in one.items()}
    return picked(both, np.lexsort((both[by], both["track"])))


def joined(recent: Columns, fitted: Columns) -> tuple[Columns, BoolArray]:
    """Recent samples and newly fitted ones, without an attitude yet; and which of them are new."""
    n_old, n_new = len(recent["k"]), len(fitted["k"])
    new = {c: fitted[c] if c in fitted else np.full(n_new, _BLANK[c], _DTYPES.get(c, np.float64)) for c in _COLUMNS}
    both = merged(
        recent | {"fresh": np.zeros(n_old, bool)},
        new | {"fresh": np.ones(n_new, bool)},
    )
    fresh = both.pop("fresh")
    track, k = both["track"], both["k"]
    follows = np.append(False, (track[1:] == track[:-1]) & (k[1:] == k[:-1] + 1))
    both["joined"] = np.where(fresh, follows, both["joined"])
    return both, fresh


def with_attitude(both: Columns, fresh: BoolArray, of: OpenTracks, given: FloatArray) -> Columns:
    """The samples with the attitude of the fresh ones; given: the source's own heading (rad) at each, else NaN."""
    track = both["track"]
    found = attitude(
        np.searchsorted(track, np.arange(len(of) + 1)),
        both["k"],
        both["x"],
        both["y"],
        both["vx"],
        both["vy"],
        both["sigma_m"],
        given,
        of.can_reverse,
        Attitude(both["hx"], both["hy"], both["standing"], both["reversing"]),
        np.bincount(track[~fresh], minlength=len(of)),
    )
    return both | found.__dict__


def thinned(both: Columns, moved_k: IntArray, to_the_end: bool) -> tuple[BoolArray, IntArray]:
    """Which samples stay where long standstills are thinned, and the tick at which each track last moved by them.

    moved_k: that tick before the samples. to_the_end: each track's last sample stays.
    """
    track, k = both["track"], both["k"]
    starts = np.searchsorted(track, np.arange(len(moved_k) + 1))
    filled = np.diff(starts) > 0
    begins, ends = starts[:-1][filled], starts[1:][filled] - 1
    # the last tick at which it was not standing: from the samples, or from before what is left of them
    moved = np.where(both["standing"], np.iinfo(np.int64).min, k)
    moved[begins] = np.maximum(moved[begins], moved_k[track[begins]])
    moved = _running_max(moved, starts)
    moved_k = moved_k.copy()
    moved_k[track[ends]] = moved[ends]
    stood = k - moved
    step = np.select([stood > _THIN_AFTER * n for n in _THIN_FURTHER], _THIN_STEPS, 1)
    still = both["vx"] ** 2 + both["vy"] ** 2 < _STILL_MPS**2
    stays = ~(still & (k % step != 0))
    if to_the_end:
        stays[ends] = True
    return stays, moved_k


def motion_of(samples: Columns, of: OpenTracks) -> Motion:
    """The samples as motion, the tracks that have none left out."""
    c = samples
    here = np.unique(c["track"])
    size = of.size()[here]
    starts = np.append(np.searchsorted(c["track"], here), len(c["track"]))
    return Motion(
        tuple(of.names[i] for i in here),
        of.cls[here],
        size[:, 0],
        size[:, 1],
        of.closed[here],
        starts,
        *(c[n] for n in ("k", "x", "y", "vx", "vy", "ax", "ay", "hx", "hy", "sigma_m", "sigma_mps")),
        *(c[n] for n in ("joined", "standing", "reversing")),
    )


def _running_max(values: IntArray, starts: IntArray) -> IntArray:
    """The greatest value so far within each block that `starts` delimits."""
    if len(values) == 0:
        return values
    low = int(values[values > np.iinfo(np.int64).min].min())
    block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lifted = np.maximum(values, low) - low + (block << 40)
    return np.asarray(np.maximum.accumulate(lifted) - (block << 40) + low)
