"""`LampView`: what one signal head looks like in one picture, and whether it is the head at all that is seen.

Every picture is measured against what the same head looked like in each of its own aspects before, in logarithms of
brightness, so that exposure, night and low sun shift what is compared but not which fits best. What surrounds the
lenses tells whether something stands in front; what has not been seen yet needs brightness, colour and patience.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from passerby.site.model import Box, Lamps
from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision.frame import Picture

Aspect = tuple[str, ...]
"""The lamps that are lit, from the top down; () where none is."""

BLACK: Final = 12.0
"""Added to brightness before logarithms: sensor noise and the codec's rounding in the dark."""

LEARN_S: Final = 5.0
LIT_RATIO: Final = 1.5
"""Before a head is known: a lit lamp outshines its dark neighbours at least so often (brightness and colour)."""

LIT_COLOUR: Final = 20.0
CLEAR_FIT: Final = 0.4
CLEAR_LEAD: Final = 0.15
LEAST_CONTRAST: Final = 0.2

STRANGE_SHARE: Final = 0.25
STRANGE_BESIDE: Final = 0.45
STRANGE_LOG: Final = 0.22
GRAIN: Final = 7.0
"""Grey levels by which noise moves a dark cell, whose logarithm is then worth little."""

NIGHT: Final = 30.0
FIRST_S: Final = 0.4
NEW_S: Final = 1.5
CHANGED_S: Final = 10.0
SHIFTS: Final = sorted(
    ((x, y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1, 2)), key=lambda s: s[0] ** 2 + s[1] ** 2
)


@dataclass
class _Known:
    """What an aspect looks like: lamps (k,) and surroundings (c,), logarithms, and how much the latter vary."""

    lamps: FloatArray
    around: FloatArray
    noise: FloatArray


@dataclass(frozen=True)
class Look:
    """aspect: lit lamps, None where it cannot be said. whole: the head's surroundings were recognised."""

    aspect: Aspect | None
    whole: bool


@dataclass
class LampView:
    """One head in pictures of width x height; scale: pixels of these per pixel in which the lamps were drawn."""

    lamps: Lamps
    width: int
    height: int
    scale: tuple[float, float] = (1.0, 1.0)
    names: Aspect = field(init=False)
    _known: dict[Aspect, _Known] = field(init=False, default_factory=dict)
    _shift: tuple[int, int] = field(init=False, default=(0, 0))
    _guess: Aspect | None = field(init=False, default=None)
    _guess_since: float = field(init=False, default=0.0)
    _guess_around: FloatArray | None = field(init=False, default=None)
    _t: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        drawn = [(n, b) for n in ("red", "amber", "green") if (b := getattr(self.lamps, n)) is not None]
        self.names = tuple(n for n, _ in drawn)
        boxes = [self._scaled(b) for _, b in drawn]
        lens = float(np.median([min(w, h) for _, _, w, h in boxes]))
        pad = max(5.0, lens)
        x0, y0 = min(b[0] for b in boxes) - pad, min(b[1] for b in boxes) - pad
        x1, y1 = max(b[0] + b[2] for b in boxes) + pad, max(b[1] + b[3] for b in boxes) + pad
        self._at = int(np.floor(x0)), int(np.floor(y0)), int(np.ceil(x1)), int(np.ceil(y1))
        cell = max(1.0, lens / 4)
        left, top, right, bottom = self._at
        self._grid = max(4, round((right - left) / cell)), max(4, round((bottom - top) / cell))
        gx = left + (np.arange(self._grid[0]) + 0.5) * (right - left) / self._grid[0]
        gy = top + (np.arange(self._grid[1]) + 0.5) * (bottom - top) / self._grid[1]
        xx, yy = np.meshgrid(gx, gy)
        self._lens: list[BoolArray] = []
        near = np.zeros(xx.shape, bool)
        for x, y, w, h in boxes:
            dx, dy = np.maximum(np.abs(xx - x - w / 2) - w / 2, 0), np.maximum(np.abs(yy - y - h / 2) - h / 2, 0)
            inside = (dx == 0) & (dy == 0)
            self._lens.append(inside if inside.any() else (dx + dy) == (dx + dy).min())
            near |= (dx <= 0.3 * lens) & (dy <= 0.3 * lens)
        self._around = ~near
        # each lens has its own part of the surroundings, so that one that is covered alone is noticed
        apart = [np.hypot(xx - x - w / 2, yy - y - h / 2)[self._around] for x, y, w, h in boxes]
        self._beside = [(a == np.min(apart, 0)) & (a <= np.quantile(a[a == np.min(apart, 0)], 0.6)) for a in apart]
        self._blur = cell / 2

    def inside(self) -> bool:
        """Whether every lamp lies inside the picture."""
        return all(
            x + w <= self.width and y + h <= self.height
            for b in (self.lamps.red, self.lamps.amber, self.lamps.green)
            if b is not None
            for x, y, w, h in [self._scaled(b)]
        )

    def look(self, bgr: Picture, t: float) -> Look:
        """What the head shows in a picture, uint8, shape (h, w, 3), at t (s, rising)."""
        dt = 0.0 if self._t is None else max(t - self._t, 0.0)
        self._t = t
        value, colour, around = self._measure(bgr, self._shift)
        if self._known and self._strangest(around, self._known.values()) > STRANGE_SHARE:
            # the mast sways, or something stands in front: look a pixel or two beside
            best = self._strangest(around, self._known.values())
            for shift in SHIFTS:
                other = self._measure(bgr, shift)
                strange = self._strangest(other[2], self._known.values())
                if strange < best - 0.05:
                    best, self._shift, (value, colour, around) = strange, shift, other
                if best <= STRANGE_SHARE / 2:
                    break
        lit = np.log(value + np.maximum(colour, 0.0) + BLACK)
        guess = self._outshines(lit, colour)
        steady = guess is not None and guess == self._guess and self._same(around)
        if not steady:
            self._guess, self._guess_since, self._guess_around = guess, t, around
        since = t - self._guess_since if guess is not None else 0.0
        aspect = self._fits(lit, around)
        if aspect is not None:
            self._learn(aspect, lit, around, dt)
            return Look(aspect, bool(aspect) or self._recognised(around))
        if guess is not None:
            wait = FIRST_S if not self._known else NEW_S if guess not in self._known else CHANGED_S
            if since >= wait:
                if guess in self._known:
                    self._known.clear()
                self._known[guess] = _Known(lit.copy(), around.copy(), np.full(around.shape, 0.04))
                return Look(guess, True)
        return Look(None, False)

    def _measure(self, bgr: Picture, shift: tuple[int, int]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Brightness and colour of each lamp, shape (k,), and the logarithms of what is around them, shape (c,)."""
        left, top, right, bottom = self._at
        xs = np.clip(np.arange(left, right) + shift[0], 0, self.width - 1)
        ys = np.clip(np.arange(top, bottom) + shift[1], 0, self.height - 1)
        crop = (
            bgr[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
            if len(set(ys)) == len(ys) and len(set(xs)) == len(xs)
            else (bgr[np.ix_(ys, xs)])
        )
        soft = cv2.GaussianBlur(crop.astype(np.float32), (0, 0), self._blur)
        grid = cv2.resize(soft, self._grid, interpolation=cv2.INTER_AREA).astype(np.float64)
        b, g, r = grid[..., 0], grid[..., 1], grid[..., 2]
        own = {"red": r - np.maximum(g, b), "amber": np.minimum(r, g + 40) - b, "green": g - r}
        high = grid.max(2)
        value, colour = np.empty(len(self.names)), np.empty(len(self.names))
        for i, (name, lens) in enumerate(zip(self.names, self._lens, strict=True)):
            n = max(1, int(lens.sum()) // 2)
            value[i] = np.sort(high[lens])[-n:].mean()
            colour[i] = np.sort(own[name][lens])[-n:].mean()
        return value, colour, np.log((b + g + r)[self._around] / 3 + BLACK)

    def _outshines(self, lit: FloatArray, colour: FloatArray) -> Aspect | None:
        """The one lamp that is brighter than the others and has its colour (or the picture has none at all)."""
        order = np.argsort(lit)
        top, second = order[-1], order[-2]
        if lit[top] - lit[second] < np.log(LIT_RATIO):
            return None
        if colour[top] < LIT_COLOUR and (np.abs(colour) > LIT_COLOUR / 3).any():
            return None
        if colour[top] < LIT_COLOUR and lit[top] - lit[second] < 2 * np.log(LIT_RATIO):
            return None
        return (self.names[top],)

    def _aspects(self) -> list[Aspect]:
        both = [("red", "amber")] if "amber" in self.names else []
        return [(), *((n,) for n in self.names), *both]

    def _fits(self, lit: FloatArray, around: FloatArray) -> Aspect | None:
        """The aspect that explains lamps and surroundings, if one does and no other nearly as well."""
        on, off = self._levels()
        if on is None or off is None:
            return None
        contrast = on - off
        if np.nanmin(contrast) < LEAST_CONTRAST or np.isnan(off).any():
            return None
        misfit: dict[Aspect, float] = {}
        expected: dict[Aspect, _Known] = {}
        for aspect in self._aspects():
            known = self._expected(aspect, off)
            if known is None:
                continue
            span = np.where(np.isnan(contrast), np.nanmin(contrast), contrast)
            off_by = lit - known.lamps
            if aspect == () and aspect not in self._known:
                off_by = np.maximum(off_by, 0.0)  # so dark they never were, beside one that glowed
            misfit[aspect] = float((np.abs(off_by) / span).max())
            expected[aspect] = known
        if len(misfit) < 2:
            return None
        ranked = sorted(misfit, key=lambda a: misfit[a])
        best = ranked[0]
        if misfit[best] > CLEAR_FIT or misfit[ranked[1]] < misfit[best] + CLEAR_LEAD:
            return None
        if best == () and best not in self._known:
            # without a lamp's glow the night around it is darker than ever seen, but nothing is brighter
            night = np.quantile(expected[()].around, 0.8) < np.log(NIGHT + BLACK)
            brighter = float((around - expected[()].around > self._allowed(expected[()])).mean())
            return () if self._recognised(around) or (night and brighter <= STRANGE_SHARE) else None
        return best if self._strangest(around, [expected[best]]) <= STRANGE_SHARE else None

    def _expected(self, aspect: Aspect, off: FloatArray) -> _Known | None:
        """What an aspect looks like: as seen, else put together from others; None for one to be seen on its own."""
        if aspect in self._known:
            return self._known[aspect]
        if aspect == ():
            parts = list(self._known.values())
            return _Known(off, np.min([k.around for k in parts], 0), np.max([k.noise for k in parts], 0))
        parts = [self._known[(n,)] for n in aspect if (n,) in self._known]
        if len(aspect) < 2 or len(parts) < 2:
            return None
        base = np.min([k.around for k in self._known.values()], 0)
        lamps = np.logaddexp.reduce([k.lamps for k in parts])
        lamps = np.log(np.maximum(np.exp(lamps) - np.exp(off), 1.0))
        around = np.log(np.maximum(sum(np.exp(k.around) for k in parts) - np.exp(base), 1.0))
        noise = np.max([k.noise for k in parts], 0) + 0.05
        top = np.max([k.lamps for k in self._known.values()], 0)
        return _Known(np.minimum(lamps, top), np.minimum(around, np.log(255 + BLACK)), noise)

    def _levels(self) -> tuple[FloatArray | None, FloatArray | None]:
        """Logarithm of each lamp lit and dark, shape (k,) each, NaN where not seen so yet."""
        if not self._known:
            return None, None
        rows = np.array([k.lamps for k in self._known.values()])
        lit = np.array([[n in a for n in self.names] for a in self._known])
        on = np.array([r[m].mean() if m.any() else np.nan for r, m in zip(rows.T, lit.T, strict=True)])
        off = np.array([r[~m].min() if (~m).any() else np.nan for r, m in zip(rows.T, lit.T, strict=True)])
        # a lamp that has not been dark yet: as dark as the others, which have the same lens and sun
        return on, np.where(np.isnan(off), np.nanmean(off) if not np.isnan(off).all() else np.nan, off)

    def _strangest(self, around: FloatArray, known: Iterable[_Known]) -> float:
        """Share of the surroundings that look otherwise than expected; of what is likest, where several may be."""
        shares = []
        for k in known:
            off = around - k.around
            strange = np.abs(off - np.clip(np.median(off), -0.7, 0.7)) > self._allowed(k)
            # a lens counts as covered when most of what is beside it looks strange
            beside = max(float(strange[b].mean()) for b in self._beside)
            shares.append(max(float(strange.mean()), beside * STRANGE_SHARE / STRANGE_BESIDE))
        return min(shares)

    @staticmethod
    def _allowed(known: _Known) -> FloatArray:
        return np.maximum(np.maximum(STRANGE_LOG, 5 * known.noise), GRAIN * np.exp(-known.around))

    def _recognised(self, around: FloatArray) -> bool:
        """Whether these are the head's own surroundings: their pattern, not only their brightness."""
        for k in self._known.values():
            if np.std(k.around) > 0.15 and np.std(around) > 0.1:
                alike = float(np.corrcoef(around, k.around)[0, 1])
                if alike > 0.8 and self._strangest(around, [k]) <= STRANGE_SHARE:
                    return True
        return False

    def _same(self, around: FloatArray) -> bool:
        """Whether the surroundings have stood still since the guess began."""
        if self._guess_around is None:
            return False
        off = around - self._guess_around
        return float((np.abs(off - np.median(off)) > STRANGE_LOG).mean()) <= STRANGE_SHARE

    def _learn(self, aspect: Aspect, lit: FloatArray, around: FloatArray, dt: float) -> None:
        known = self._known.get(aspect)
        if known is None:
            if aspect:
                self._known[aspect] = _Known(lit.copy(), around.copy(), np.full(around.shape, 0.04))
            return
        share = 1 - np.exp(-dt / LEARN_S)
        known.lamps += share * (lit - known.lamps)
        off = around - known.around
        known.around += share * off
        known.noise += share * (np.minimum(np.abs(off - np.median(off)), 0.3) - known.noise)

    def _scaled(self, box: Box) -> Box:
        x, y, w, h = box
        sx, sy = self.scale
        return x * sx, y * sy, w * sx, h * sy
