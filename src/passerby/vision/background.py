"""What moves before a fixed camera: a background model that remembers what has stopped (why so: docs/background.md)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from passerby.tracks.record import FloatArray
from passerby.vision.frame import Picture
from passerby.vision.pieces import pieces
from passerby.vision.regions import MovingRegions, regions_of
from passerby.vision.shift import shift_between
from passerby.vision.verdict import Verdict, verdict

HOLD_S: Final = 120.0
REDUCED_WIDTH_PX: Final = 400
TICK_S: Final = 0.2
FOLLOW_S: Final = 0.4
SETTLE_S: Final = 1.5

_LEARN_S: Final = 8.0
_NOISE_S: Final = 15.0
_NEW_PART: Final = 0.65
_FLOOR: Final = 7
_SIGMAS: Final = 5.0
_STRONG: Final = 1.6
_HARDLY: Final = np.uint8(10)
_CALM: Final = np.float32(30)
_WILD: Final = 0.5
_BLOCK: Final = np.ones((3, 3), np.uint8)
_CROSS: Final = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
_KEEP: Final = cv2.BORDER_TRANSPARENT
_UPRIGHT: Final = np.ones((5, 3), np.uint8)
_AROUND: Final = np.ones((5, 5), np.uint8)


@dataclass(frozen=True, eq=False)
class Motion:
    """The moving part of one frame, reduced: mask uint8 (h, w) of 0 and 255; `scale_xy` frame pixels per mask pixel.

    share: part of the picture that is moving, 0 to 1. relit: the whole picture changed its brightness with this frame.
    learning: the model has just begun or begun anew, so that something already in view may be missing.
    """

    t: float
    mask: Picture
    scale_xy: tuple[float, float]
    share: float
    relit: bool
    learning: bool


class Background:
    """The street without what moves, learnt from brightness alone.

    height, width: of the frames, pixels. hold_s: how long something that has stopped stays foreground before it becomes
    street. A pixel's background is a slow mean of the values it has while nothing covers it, its threshold a multiple
    of its own noise (running-average Gaussian, Wren et al. 1997, with selective update), raised where it flickers
    without going anywhere (leaves, rain; after SuBSENSE, St-Charles et al. 2015).
    """

    def __init__(self, height: int, width: int, *, hold_s: float = HOLD_S) -> None:
        step = max(1, round(width / REDUCED_WIDTH_PX))
        self.hold_s = hold_s
        self.height, self.width = height, width
        self._size = (max(8, round(width / step)), max(8, round(height / step)))
        self.scale_xy = (width / self._size[0], height / self._size[1])
        self._ready = False
        self._ticked = -math.inf
        self._began = self._followed = self._judged = math.inf
        self._crowded = 0.0
        self._quick: Picture | None = None
        self.drift_px = (0.0, 0.0)

    @property
    def ready(self) -> bool:
        """Whether a first frame was seen."""
        return self._ready

    def unchanged(self, luma: Picture, *, tolerance: float = 3.0) -> bool:
        """Whether a frame shows what the last one asked about showed, seen from afar (about 0.05 core-ms).

        luma: uint8 (h, w). tolerance: greatest change of an 8x8-pixel patch, grey levels. The picture compared with
        stays while the answer is yes, so that a slow change adds up.
        """
        small = _reduced(luma[::2], (max(4, self.width // 8), max(4, self.height // 8)))
        if self._quick is not None:
            change = cv2.absdiff(small, self._quick)
            noise = cv2.mean(change)[0]
            if noise <= 2 and float(change.max()) <= tolerance + 2 * noise:
                return True
        self._quick = small
        return False

    def update(self, luma: Picture, t: float) -> Motion:
        """What moves in a frame: luma uint8 (h, w) of the size given at the start, t epoch s, never going back."""
        now = _reduced(luma, self._size)
        if not self._ready or t - self._ticked > 10 * self.hold_s or t < self._ticked:
            return self._begin(now, t)
        relit = self._relight(now)
        off = cv2.max(cv2.subtract(now, self._brightest), cv2.subtract(self._darkest, now))
        self._change = np.asarray(cv2.blur(off, (3, 3)), np.uint8)
        raw = np.asarray(cv2.compare(self._change, self._threshold, cv2.CMP_GT), np.uint8)
        mask = np.asarray(cv2.morphologyEx(raw, cv2.MORPH_OPEN, _CROSS), np.uint8)
        mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _UPRIGHT), np.uint8)
        share = cv2.countNonZero(mask) / mask.size
        if t - self._ticked >= TICK_S:
            if t - self._followed >= FOLLOW_S:
                self._follow(now, t)
            if self._crowded_out(share, t):
                return self._begin(now, t)
            self._learn(now, raw, mask, t)
        self._mask, self._now = mask, now
        learning = t - self._began < 2 * SETTLE_S
        return Motion(t, mask, self.scale_xy, share, relit, learning)

    def regions(self, min_area_px: float | None = None) -> MovingRegions:
        """What of the last frame moves or has lately stopped, in pieces; min_area_px: frame pixels.

        Default: a twelve-thousandth of the picture, at least 40 pixels: a person 0.03 of the picture's height tall.
        """
        if not self._ready:
            return MovingRegions.none()
        least = max(40.0, self.width * self.height / 12_000) if min_area_px is None else min_area_px
        return regions_of(
            self._mask,
            self._change,
            self._threshold,
            self._now,
            self._shown,
            self._since,
            self._ticked - self._began,
            self.scale_xy,
            least,
            _STRONG,
        )

    def background(self) -> Picture | None:
        """The street as learnt, reduced, uint8; may show who stands since the start: never to leave this room."""
        return self._shown.copy() if self._ready else None

    def foreground(self) -> Picture | None:
        """The last mask, uint8 of 0 and 255, reduced."""
        return self._mask.copy() if self._ready else None

    def _begin(self, now: Picture, t: float) -> Motion:
        shape = now.shape
        self._street = now.astype(np.float32)
        self._show()
        self._noise = np.full(shape, 2.5, np.float32)
        self._flicker = np.zeros(shape, np.float32)
        self._threshold = np.full(shape, 20, np.uint8)
        self._change = np.zeros(shape, np.uint8)
        self._mask = np.zeros(shape, np.uint8)
        self._raw = np.zeros(shape, np.uint8)
        self._now = now
        self._candidate = now.copy()
        self._since = np.zeros(shape, np.float32)
        self._ticked = self._began = t
        self._judged = self._followed = t
        self._crowded = 0.0
        self._ready = True
        return Motion(t, self._mask, self.scale_xy, 0.0, False, True)

    def _crowded_out(self, share: float, t: float) -> bool:
        """Whether nearly everything differs for a second: another picture (night filter, restart), learnt anew."""
        self._crowded = self._crowded + (t - self._ticked) if share > _NEW_PART else 0.0
        return self._crowded > 1.0

    def _relight(self, now: Picture) -> bool:
        """Follow a step of exposure or of the light: the street is brought to the new brightness (affine fit)."""
        grid = (32, 24)
        x = cv2.resize(now, grid, interpolation=cv2.INTER_AREA).ravel().astype(np.float64)
        b = cv2.resize(self._shown, grid, interpolation=cv2.INTER_AREA).ravel().astype(np.float64)
        free = cv2.resize(self._mask, grid, interpolation=cv2.INTER_AREA).ravel() < 128
        seen = free & (x < 245) & (b < 245)
        if seen.sum() < 100:
            return False
        x, b = x[seen], b[seen]
        step = np.median(x - b)
        if abs(step) < 1.5:
            return False
        gain, offset = _line(b, x)
        before = np.median(np.abs(x - b))
        after = np.median(np.abs(x - gain * b - offset))
        if after > 0.6 * before or not 0.3 < gain < 3.0:
            return False
        self._street = np.clip(self._street * np.float32(gain) + np.float32(offset), 0, 255).astype(np.float32)
        self._candidate = np.asarray(cv2.convertScaleAbs(self._candidate, alpha=gain, beta=offset), np.uint8)
        self._show()
        return True

    def _follow(self, now: Picture, t: float) -> None:
        """Go with a camera that sways or slips: the street is moved under the picture, by phase correlation."""
        self._followed = t
        dx, dy = shift_between(self._shown, now)
        if max(abs(dx), abs(dy)) < 0.4:
            return
        here = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
        street = cv2.warpAffine(
            self._street, here, self._size, now.astype(np.float32), flags=cv2.INTER_CUBIC, borderMode=_KEEP
        )
        before = cv2.mean(cv2.absdiff(now, self._shown))[0]
        if cv2.mean(cv2.absdiff(now, np.asarray(cv2.convertScaleAbs(street), np.uint8)))[0] >= 0.95 * before:
            return
        self._street = np.asarray(street, np.float32)
        self._noise, self._flicker, self._since = (
            np.asarray(
                cv2.warpAffine(a, here, self._size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE),
                np.float32,
            )
            for a in (self._noise, self._flicker, self._since)
        )
        self.drift_px = (self.drift_px[0] + dx * self.scale_xy[0], self.drift_px[1] + dy * self.scale_xy[1])
        self._show()

    def _learn(self, now: Picture, raw: Picture, mask: Picture, t: float) -> None:
        dt = t - self._ticked
        young = t - self._began < 2 * SETTLE_S
        free = np.asarray(cv2.bitwise_not(cv2.dilate(mask, _AROUND)), np.uint8)
        cv2.accumulateWeighted(now, self._street, 1 - math.exp(-dt / (1.0 if young else _LEARN_S)), mask=free)
        cv2.accumulateWeighted(self._change, self._noise, 1 - math.exp(-dt / (2.0 if young else _NOISE_S)), mask=free)
        turned = np.asarray(cv2.bitwise_xor(raw, self._raw), np.uint8)
        cv2.accumulateWeighted(turned, self._flicker, 1 - math.exp(-dt / 20.0))
        self._raw = raw
        self._wait(now, mask, t)
        # flicker: mean of 255 x (turned this tick); a road user turns a pixel twice a passage, leaves turn it all day.
        wild = np.maximum(self._flicker, _CALM)
        threshold = cv2.convertScaleAbs(cv2.addWeighted(self._noise, _SIGMAS, wild, _WILD, -_WILD * float(_CALM)))
        self._threshold = np.clip(threshold, _FLOOR, 90).astype(np.uint8)
        self._show()
        self._ticked = t

    def _wait(self, now: Picture, mask: Picture, t: float) -> None:
        """Time how long covered pixels keep their value; what only looks like something becomes street soon."""
        moved = cv2.compare(
            cv2.blur(cv2.absdiff(now, self._candidate), (3, 3)), np.maximum(self._threshold, _HARDLY), cv2.CMP_GT
        )
        restart = np.asarray(cv2.bitwise_or(moved, cv2.bitwise_not(mask)), np.uint8)
        cv2.copyTo(now, restart, self._candidate)
        age = t - self._began
        cv2.copyTo(np.full(mask.shape, age, np.float32), restart, self._since)
        if t - self._judged < 0.5:
            return
        self._judged = t
        for piece in pieces(mask, 6):
            still = age - self._since[piece.window][piece.own > 0]
            if np.mean(still >= SETTLE_S) < 0.7:
                continue
            if verdict(now, self._shown, piece) is not Verdict.OBJECT or np.mean(still >= self.hold_s) > 0.5:
                cv2.copyTo(now[piece.window].astype(np.float32), piece.own, self._street[piece.window])

    def _show(self) -> None:
        """The street as whole numbers, and each neighbourhood's extremes: an edge may tremble by a pixel."""
        self._shown = np.asarray(cv2.convertScaleAbs(self._street), np.uint8)
        self._brightest = cv2.dilate(self._shown, _BLOCK)
        self._darkest = cv2.erode(self._shown, _BLOCK)


def _reduced(luma: Picture, size: tuple[int, int]) -> Picture:
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _line(b: FloatArray, x: FloatArray) -> tuple[float, float]:
    """x = gain * b + offset, by least squares over those that agree (three rounds of leaving out the rest)."""
    keep = np.ones(len(b), bool)
    gain, offset = 1.0, float(np.median(x - b))
    for _ in range(3):
        off = np.abs(x - gain * b - offset)
        keep = off <= max(2.0, 2.5 * float(np.median(off)))
        if keep.sum() < 20 or float(np.ptp(b[keep])) < 8:
            return 1.0, float(np.median(x - b))
        gain, offset = (float(v) for v in np.polyfit(b[keep], x[keep], 1))
    return gain, offset
