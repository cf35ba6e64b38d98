"""Which rows can be true at all: finite numbers, a sane clock, near the site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from passerby.errors import TracksError
from passerby.tracks.record import BoolArray
from passerby.tracks.rows import Chunk

LATEST_T: Final = 1e10  # the year 2286; a clock in milliseconds passed it in April 1970
LONGEST_RECORDING_S: Final = 366 * 86400.0
FARTHEST_M: Final = 5000.0
MOST_NOT_FINITE: Final = 0.20
MOST_FAR: Final = 0.001
# A junction's tracks within this many degrees of its origin's latitude and longitude are degrees, not metres.
_DEGREES_NEAR: Final = 0.1

Where = Callable[[int], str]


class Sieve:
    """Keeps the rows that can be true, counts the others, and gives its verdict when all have been seen.

    where: how a person finds a row, from its `row`; it names file and line. origin: the site's latitude and longitude.
    """

    def __init__(self, where: Where, origin: tuple[float, float] | None = None) -> None:
        self.where = where
        self.origin = origin
        self.rows = 0
        self.dropped: Counter[str] = Counter()
        self._first: dict[str, tuple[int, str]] = {}
        self._early = (np.inf, -1)
        self._late = (-np.inf, -1)
        self._low = np.array([np.inf, np.inf])
        self._high = -self._low

    def admit(self, chunk: Chunk) -> Chunk:
        """The rows of a chunk that can be true; TracksError where t is no count of seconds."""
        self.rows += len(chunk)
        finite = np.isfinite(chunk.t) & np.isfinite(chunk.x) & np.isfinite(chunk.y)
        chunk = self._drop(chunk, ~finite, "not finite")
        if not len(chunk):
            return chunk
        self._check_clock(chunk)
        reach = np.maximum(np.abs(chunk.x), np.abs(chunk.y))
        chunk = self._drop(chunk, reach > FARTHEST_M, "far from the site")
        if len(chunk):
            self._low = np.minimum(self._low, [chunk.x.min(), chunk.y.min()])
            self._high = np.maximum(self._high, [chunk.x.max(), chunk.y.max()])
        return self._sized(chunk)

    def verdict(self) -> list[str]:
        """Warnings about what was dropped; TracksError where too little is left to trust the rest."""
        warnings = []
        bad, far = self.dropped["not finite"], self.dropped["far from the site"]
        if bad:
            row, what = self._first["not finite"]
            said = f"t, x and y must be finite numbers, got {what}"
            if bad > MOST_NOT_FINITE * self.rows:
                raise TracksError(
                    f"{self.where(row)}: {said}; so it is in {bad} of {self.rows} rows, too many to leave out"
                )
            warnings.append(f"{self.where(row)}: {said}; left out {_rows(bad)} like this, this is the first")
        if far:
            row, what = self._first["far from the site"]
            said = f"wanted metres east and north of the site's origin, at most {FARTHEST_M:.0f}, got {what}"
            if far > MOST_FAR * self.rows:
                raise TracksError(
                    f"{self.where(row)}: {said} ({_rows(far)} of {self.rows}); another coordinate system (UTM? "
                    "subtract the origin's), or two sites in one file?"
                )
            warnings.append(f"{self.where(row)}: {said}; left out {_rows(far)} like this, this is the first")
        self._check_degrees()
        if self.dropped["size"]:
            row, what = self._first["size"]
            warnings.append(
                f"{self.where(row)}: length and width must be above 0, got {what}; "
                f"took them as unknown in {_rows(self.dropped['size'])}"
            )
            del self.dropped["size"]  # a row without a size is no dropped row
        return warnings

    def _drop(self, chunk: Chunk, bad: BoolArray, why: str) -> Chunk:
        if not bad.any():
            return chunk
        at = int(np.flatnonzero(bad)[0])
        self._note(chunk, at, why, ("t", "x", "y") if why == "not finite" else ("x", "y"))
        self.dropped[why] += int(bad.sum())
        return chunk.take(~bad)

    def _sized(self, chunk: Chunk) -> Chunk:
        for name in ("length", "width"):
            size = getattr(chunk, name)
            bad = ~((size > 0) & (size < np.inf)) & ~np.isnan(size)
            if bad.any():
                self._note(chunk, int(np.flatnonzero(bad)[0]), "size", (name,))
                self.dropped["size"] += int(bad.sum())
                chunk = replace(chunk, **{name: np.where(bad, np.nan, size)})
        return chunk

    def _note(self, chunk: Chunk, at: int, why: str, names: Sequence[str]) -> None:
        if why not in self._first:
            values = ", ".join(f"{n} = {float(getattr(chunk, n)[at]):.12g}" for n in names)
            self._first[why] = (int(chunk.row[at]), values)

    def _check_clock(self, chunk: Chunk) -> None:
        bad = (chunk.t >= LATEST_T) | (chunk.t <= -LATEST_T)
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            t = float(chunk.t[at])
            unit = next((u for limit, u in ((1e17, "nano"), (1e14, "micro"), (1e11, "milli")) if abs(t) >= limit), None)
            guess = f"; these look like {unit}seconds: divide them" if unit else ""
            raise TracksError(
                f'{self.where(int(chunk.row[at]))}: column "t": wanted seconds since 1970, got {t:.0f}{guess}'
            )
        first, last = int(chunk.t.argmin()), int(chunk.t.argmax())
        if chunk.t[first] < self._early[0]:
            self._early = (float(chunk.t[first]), int(chunk.row[first]))
        if chunk.t[last] > self._late[0]:
            self._late = (float(chunk.t[last]), int(chunk.row[last]))
        if self._late[0] - self._early[0] > LONGEST_RECORDING_S:
            raise TracksError(
                f"{self.where(self._late[1])}: its time {_date(self._late[0])} is more than a year after "
                f"{_date(self._early[0])} in {self.where(self._early[1])}: has a clock jumped, or are these two "
                "recordings?"
            )

    def _check_degrees(self) -> None:
        if self.origin is None or self.origin == (0.0, 0.0) or not np.isfinite(self._low).all():
            return
        lat, lon = self.origin
        middle, spread = (self._low + self._high) / 2, (self._high - self._low).max()
        for pair in ((lon, lat), (lat, lon)):
            if spread < _DEGREES_NEAR and np.abs(middle - pair).max() < _DEGREES_NEAR:
                raise TracksError(
                    f"{self.where(self._early[1])}: x and y look like longitude and latitude ({middle[0]:.5f}, "
                    f"{middle[1]:.5f}); wanted metres east and north of the site's origin"
                )


def _rows(n: int) -> str:
    return f"{n} row" if n == 1 else f"{n} rows"


def _date(t: float) -> str:
    try:
        return datetime.fromtimestamp(t, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return f"{t:g}"
