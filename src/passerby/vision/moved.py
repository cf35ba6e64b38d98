"""Does the camera still see what it was calibrated on? Moved, covered, dark and frozen, told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
import numpy.typing as npt

from passerby.vision.blockmatch import Match, Template, choose_templates, match
from passerby.vision.frame import Picture
from passerby.vision.shift import shift_between

Status = Literal["learning", "still", "moved", "covered", "dark", "frozen"]

EVERY_S: Final = 2.0
ALARM_AFTER: Final = 3
LOST_AFTER: Final = 15
"""Checks in a row: for a shift that was measured, and for a view that was not found again (a lorry may stand in it)."""
FROZEN_S: Final = 10.0
LEARN: Final = 3
REDUCED_WIDTH_PX: Final = 400

_SHIFT: Final = 1.6 / 768
_ROTATION_DEG: Final = 0.4
_ZOOM: Final = 0.008
_DARK_LEVEL: Final = 24.0
_PLAIN: Final = 0.3
_RENEW: Final = 0.01


@dataclass(frozen=True)
class CameraState:
    """status, since when (t of the first check that said so), and how the picture lies against the reference.

    dx_px, dy_px: shift of the picture's middle, frame pixels, right and down; rotation_deg: clockwise on the screen;
    zoom: ratio; displacement_px: mean over the places compared. All NaN where nothing could be compared.
    """

    status: Status
    since: float
    dx_px: float = math.nan
    dy_px: float = math.nan
    rotation_deg: float = math.nan
    zoom: float = math.nan
    displacement_px: float = math.nan

    @property
    def usable(self) -> bool:
        """Whether positions may be trusted: outputs are suspended while not."""
        return self.status in ("learning", "still")

    @property
    def sentence(self) -> str:
        """For a person: what is the matter and what to do; empty while all is well."""
        if self.status == "moved":
            if math.isnan(self.displacement_px):
                return "the camera looks somewhere else: turn it back or calibrate again"
            return (
                f"the camera has moved: the picture lies {self.displacement_px:.1f} px off "
                f"(turned {self.rotation_deg:+.2f} degrees, zoom {100 * (self.zoom - 1):+.1f} %); "
                "turn it back or calibrate again"
            )
        return {
            "covered": "the camera's view is blocked or blurred: clean or clear it",
            "dark": "the camera sees nothing: the picture is dark",
            "frozen": "the picture stands still: the camera repeats one frame",
        }.get(self.status, "")


class CameraMoved:
    """Watches a fixed camera's pose against a reference of its own first seconds.

    height, width: of the frames, pixels. Structure (gradients, evened out, so that light and night count little) is
    compared in blocks, and a similarity fitted to those that agree: traffic in some blocks does no harm. The reference
    is renewed slowly, brought back to where it was at the start, so that a slow slip adds up and is seen.
    """

    def __init__(self, height: int, width: int, *, every_s: float = EVERY_S, frozen_s: float = FROZEN_S) -> None:
        self._step = max(1.0, width / REDUCED_WIDTH_PX)
        self._size = (max(32, round(width / self._step)), max(32, round(height / self._step)))
        self._width, self._every_s, self._frozen_s = width, every_s, frozen_s
        self.accept()

    def accept(self) -> None:
        """Take what the camera sees from now on as the reference, as after a calibration."""
        self._reference: npt.NDArray[np.float32] | None = None
        self._templates: list[Template] = []
        self._learnt = 0
        self._energy = 0.0
        self._guess: tuple[float, float] = (0.0, 0.0)
        self._last: Picture | None = None
        self._checked = -math.inf
        self._same_since = math.inf
        self._leaning: Status = "learning"
        self._leaning_for = 0
        self.state = CameraState("learning", math.nan)

    def due(self, t: float) -> bool:
        """Whether a check is due."""
        return not self._checked <= t < self._checked + self._every_s

    def check(self, luma: Picture, t: float) -> CameraState:
        """Look at a frame (luma uint8 (h, w), t epoch s); does nothing until the next check is due."""
        if not self.due(t):
            return self.state
        if math.isnan(self.state.since):
            self.state = replace(self.state, since=t)
        self._checked = t
        now = np.asarray(cv2.resize(luma, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        same = self._last is not None and not cv2.countNonZero(cv2.absdiff(now, self._last))
        self._same_since = min(self._same_since, t) if same else math.inf
        self._last = now
        if t - self._same_since >= self._frozen_s:
            return self._say(CameraState("frozen", t), after=1)
        level, spread = (float(v[0, 0]) for v in cv2.meanStdDev(now))
        structure, energy = structure_of(now)
        if level < _DARK_LEVEL and spread < 6:
            return self._say(CameraState("dark", t))
        if not self._templates:
            return self._learn(structure, energy, t)
        return self._compare(structure, energy, t)

    def _learn(self, structure: npt.NDArray[np.float32], energy: float, t: float) -> CameraState:
        """Gather the reference; it holds once the next picture is found in it (noise is not)."""
        if self._reference is not None and self._learnt >= LEARN:
            templates = choose_templates(self._reference)
            found = match(templates, structure, (0.0, 0.0)) if templates else None
            if found is not None and found.share >= 0.5:
                self._templates = templates
                return self._say(CameraState("still", t))
            self._learnt, self._reference = 0, None
        self._learnt += 1
        if self._reference is None:
            self._reference, self._energy = structure.copy(), energy
        else:
            cv2.accumulateWeighted(structure, self._reference, 1.0 / self._learnt)
            self._energy += (energy - self._energy) / self._learnt
        return self._say(CameraState("learning", t))

    def _compare(self, structure: npt.NDArray[np.float32], energy: float, t: float) -> CameraState:
        assert self._reference is not None
        found = match(self._templates, structure, self._guess)
        if found is None or found.share < 0.5:
            for guess in {(0.0, 0.0), shift_between(self._reference, structure)} - {self._guess}:
                again = match(self._templates, structure, guess)
                if again is not None and (found is None or again.share > found.share):
                    found = again
        if found is None or found.share < 0.25:
            lost: Status = "covered" if energy < _PLAIN * self._energy else "moved"
            return self._say(CameraState(lost, t), after=LOST_AFTER)
        state = self._state(found, t)
        if state.status == "still" and found.share > 0.5:
            self._renew(structure, energy, found)
        return self._say(state)

    def _state(self, found: Match, t: float) -> CameraState:
        middle = np.array([self._size[0] / 2, self._size[1] / 2])
        shift = found.matrix[:, :2] @ middle + found.matrix[:, 2] - middle
        self._guess = (round(float(shift[0])), round(float(shift[1])))
        dx, dy = shift * self._step
        rotation = math.degrees(math.atan2(found.matrix[1, 0], found.matrix[0, 0]))
        zoom = math.hypot(found.matrix[0, 0], found.matrix[1, 0])
        off = found.displacement * self._step
        turned = found.well_spread and (abs(rotation) >= _ROTATION_DEG or abs(zoom - 1) >= _ZOOM)
        status: Status = "moved" if off >= _SHIFT * self._width or turned else "still"
        return CameraState(status, t, float(dx), float(dy), rotation, zoom, off)

    def _renew(self, structure: npt.NDArray[np.float32], energy: float, found: Match) -> None:
        assert self._reference is not None
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        back = cv2.warpAffine(structure, found.matrix, self._size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        cv2.accumulateWeighted(back, self._reference, _RENEW)
        self._energy += _RENEW * (energy - self._energy)
        self._learnt += 1
        if self._learnt % 60 == 0:
            self._templates = choose_templates(self._reference) or self._templates
        else:
            self._templates = [x.renewed(self._reference) for x in self._templates]

    def _say(self, found: CameraState, *, after: int = ALARM_AFTER) -> CameraState:
        """A new status counts when it was found `after` times in a row; measurements are taken over at once."""
        if found.status == self.state.status:
            self._leaning_for = 0
            self.state = replace(found, since=self.state.since)
            return self.state
        self._leaning_for = self._leaning_for + 1 if found.status == self._leaning else 1
        self._leaning = found.status
        if self.state.status == "learning" or self._leaning_for >= after:
            self.state = found
            self._leaning_for = 0
        return self.state


def structure_of(picture: Picture) -> tuple[npt.NDArray[np.float32], float]:
    """Gradient strength evened out over the picture, float32 (h, w), and how much structure there was.

    picture: uint8 (h, w). The second number is the share of the picture with gradients above sensor noise.
    """
    smooth = cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32)
    strong = cv2.magnitude(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.25)
    )
    noise = float(np.median(strong[::4, ::4]))
    around = cv2.blur(strong, (31, 31))
    even = strong / (around + np.float32(max(1.0, noise)))
    return np.minimum(even, 4.0).astype(np.float32), float((strong[::2, ::2] > max(4.0, 2 * noise)).mean())
