"""A live source's clock: single wild times are left out, a clock that was set anew is followed.

A camera that boots before it knows the time, a daylight-saving mistake or one corrupt row would otherwise carry the
watermark far ahead, and every true row after it would count as late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from passerby.tracks.record import Tracks

AHEAD_S: Final = 1800.0
"""Farther ahead of the newest row than this the rows stop, or the clock has jumped."""

BEHIND_S: Final = 60.0
"""Farther behind the newest row than this no row is merely late."""

ENOUGH: Final = 50
"""Rows of one another's time that make it the source's time; fewer are single errors."""


class Jumps:
    """admit(rows) gives the rows of the source's time, in parts: a part with `anew` begins at another time.

    lateness_s: how late a row may come. left_out: rows whose time was no time of the source.
    """

    def __init__(self, lateness_s: float = 0.0, on_warning: Callable[[str], None] | None = None) -> None:
        self.left_out = 0
        self._newest = -np.inf
        self._behind_s = max(BEHIND_S, 2 * lateness_s)
        self._warn = on_warning or (lambda _: None)
        self._held: list[Tracks] = []

    def admit(self, rows: Tracks) -> Iterator[tuple[Tracks, bool]]:
        """Parts of the rows, each with whether it begins anew."""
        rest = rows
        if len(rest) and not np.isfinite(self._newest):
            self._newest = float(rest.t.min())
        here = self._here(rest)
        if here.any():
            yield rest.take(here), False
            rest = rest.take(~here)
            self._let_go()
        while len(rest) or self._held:
            group = self._group(rest, bool(here.any()))
            if group is None:
                break
            again, mask = group
            began = self._newest
            self._newest = float(again.t.max())
            self._warn(_said(began, float(again.t.min())))
            yield again, True
            rest = rest.take(~mask)
            t0, t1 = float(again.t.min()), float(again.t.max())
            self._held = [q for q in (p.take((p.t < t0) | (p.t > t1)) for p in self._held) if len(q)]
        if len(rest):
            self._held.append(rest)
        if sum(map(len, self._held)) > 4 * ENOUGH:
            self._let_go()

    def end(self) -> None:
        """No row comes any more."""
        self._let_go()

    def _here(self, rows: Tracks) -> np.ndarray:
        """Which rows are of the time reached so far, or follow on it without a long pause."""
        order = np.argsort(rows.t, kind="stable")
        t = rows.t[order]
        ahead = t > self._newest
        step = np.diff(np.append(self._newest, t[ahead]))
        broken = np.flatnonzero(step > AHEAD_S)
        until = np.inf if len(broken) == 0 else float(t[ahead][broken[0]])
        here = (rows.t >= self._newest - self._behind_s) & (rows.t < until)
        if here.any():
            self._newest = max(self._newest, float(rows.t[here].max()))
        return here

    def _group(self, rows: Tracks, here: bool) -> tuple[Tracks, np.ndarray] | None:
        """The earliest group of rows, with those held back, that is large enough to be the source's time now."""
        every = [*self._held, rows] if len(rows) else self._held
        t = np.sort(np.concatenate([p.t for p in every]))
        for part in np.split(t, np.flatnonzero(np.diff(t) > AHEAD_S) + 1):
            forward = part[0] > self._newest
            # behind: only where no row of the old time comes any more, else it is one source of several that is wrong
            if len(part) < ENOUGH or (here and not forward):
                continue
            wanted = [p.take((p.t >= part[0]) & (p.t <= part[-1])) for p in every]
            mask = (rows.t >= part[0]) & (rows.t <= part[-1])
            return _together([w for w in wanted if len(w)]), mask
        return None

    def _let_go(self) -> None:
        n = sum(map(len, self._held))
        if n and not self.left_out:
            t = float(self._held[0].t[0])
            self._warn(
                f"tracks: rows left out whose time is not that of the others, the first is t = {t:.2f} "
                f"while the newest is {self._newest:.2f}"
            )
        self.left_out += n
        self._held = []


def _said(before: float, after: float) -> str:
    way = "on" if after > before else "back"
    return (
        f"tracks: time goes {way} by {abs(after - before) / 60:.0f} minutes from t = {before:.2f}: "
        "what was in view then is taken to have left"
    )


def _together(parts: list[Tracks]) -> Tracks:
    if len(parts) == 1:
        return parts[0]
    names: dict[str, int] = {}
    codes = [np.array([names.setdefault(p.ids[i], len(names)) for i in p.track], np.int64) for p in parts]
    columns = (np.concatenate([getattr(p, c) for p in parts]) for c in ("cls", "t", "x", "y"))
    sizes = (np.concatenate([getattr(p, c) for p in parts]) for c in ("length", "width", "heading"))
    rows = Tracks(tuple(names), np.concatenate(codes), *columns, *sizes)
    return rows.take(np.lexsort((rows.t, rows.track)))
