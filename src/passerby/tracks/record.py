"""`Tracks`: the rows of many road users' tracks, columnar, in SI units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tracks:
    """Rows of tracks, sorted by (track, t), no duplicates; every array has shape (n,) unless said otherwise.

    ids: the tracks' names, shape (m,), in the order in which `track` numbers them.
    track: index into `ids`, int64. cls: code into `passerby.tracks.classes.CLASSES`, int64.
    t: seconds since the Unix epoch, float64. x, y: centre of the footprint, metres east and north.
    length, width: footprint in metres, NaN where not measured.
    heading: radians clockwise from north where the source gives it, else NaN.
    """

    ids: tuple[str, ...]
    track: IntArray
    cls: IntArray
    t: FloatArray
    x: FloatArray
    y: FloatArray
    length: FloatArray
    width: FloatArray
    heading: FloatArray

    def __len__(self) -> int:
        return len(self.t)

    def take(self, rows: IntArray | BoolArray) -> Tracks:
        """The chosen rows (index or mask, shape (k,)), ids kept as they are."""
        return Tracks(
            self.ids,
            self.track[rows],
            self.cls[rows],
            self.t[rows],
            self.x[rows],
            self.y[rows],
            self.length[rows],
            self.width[rows],
            self.heading[rows],
        )


def empty_tracks() -> Tracks:
    """No rows at all."""
    f = np.empty(0)
    i = np.empty(0, np.int64)
    return Tracks((), i, i, f, f, f, f, f, f)
