"""Where blocks of one picture are found in another, and the shift, turn and zoom that most of them agree on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

Structure = npt.NDArray[np.float32]

BLOCK: Final = 32
REACH: Final = 10
MOST: Final = 30
FEWEST: Final = 4

_ALIKE: Final = 0.45
_AGREE_PX: Final = 0.9
_CORNER_SHARE: Final = 0.08


@dataclass(frozen=True, eq=False)
class Template:
    """A block of the reference: its left top corner and content."""

    left: int
    top: int
    content: Structure

    def renewed(self, reference: Structure) -> Template:
        """The same place in a newer reference."""
        return Template(
            self.left, self.top, reference[self.top : self.top + BLOCK, self.left : self.left + BLOCK].copy()
        )


@dataclass(frozen=True, eq=False)
class Match:
    """matrix: (2, 3), from reference to picture, pixels; share of the blocks that agree with it.

    displacement: their mean shift, pixels; well_spread: whether they lie apart enough to tell a turn from a shift.
    """

    matrix: npt.NDArray[np.float64]
    share: float
    displacement: float
    well_spread: bool


def choose_templates(reference: Structure) -> list[Template]:
    """The blocks that pin down both directions best (smaller eigenvalue of the structure tensor, Shi and Tomasi 1994).

    One of each cell of a grid at most, so that they are spread; an empty list where too few have any structure.
    """
    height, width = reference.shape
    corner = cv2.boxFilter(cv2.cornerMinEigenVal(reference, 5), cv2.CV_32F, (BLOCK - 8, BLOCK - 8))
    best = []
    half = BLOCK // 2
    for y in range(half + 2, height - half - 2, BLOCK + 4):
        for x in range(half + 2, width - half - 2, BLOCK + 4):
            cell = corner[y : min(y + BLOCK, height - half - 1), x : min(x + BLOCK, width - half - 1)]
            at = np.unravel_index(int(cell.argmax()), cell.shape)
            cy, cx = y + int(at[0]), x + int(at[1])
            best.append((float(cell[at]), cx - half, cy - half))
    if not best:
        return []
    best.sort(reverse=True)
    least = _CORNER_SHARE * best[0][0]
    chosen = [(x, y) for value, x, y in best[:MOST] if value >= least]
    if len(chosen) < FEWEST:
        return []
    return [Template(x, y, reference[y : y + BLOCK, x : x + BLOCK].copy()) for x, y in chosen]


def match(templates: list[Template], picture: Structure, guess: tuple[float, float]) -> Match | None:
    """Find blocks near where they were plus `guess` (pixels) and fit a similarity; None where too few are found."""
    before, after = [], []
    height, width = picture.shape
    gx, gy = round(guess[0]), round(guess[1])
    for template in templates:
        left, top = max(0, template.left + gx - REACH), max(0, template.top + gy - REACH)
        right, bottom = template.left + gx + BLOCK + REACH, template.top + gy + BLOCK + REACH
        area = picture[top : min(height, max(bottom, 0)), left : min(width, max(right, 0))]
        if area.shape[0] < BLOCK + 4 or area.shape[1] < BLOCK + 4:
            continue
        scores = np.asarray(cv2.matchTemplate(area, template.content, cv2.TM_CCOEFF_NORMED), np.float64)
        y, x = np.unravel_index(int(scores.argmax()), scores.shape)
        if scores[y, x] < _ALIKE or y in (0, scores.shape[0] - 1) or x in (0, scores.shape[1] - 1):
            continue
        sx = _vertex(scores[y, x - 1], scores[y, x], scores[y, x + 1])
        sy = _vertex(scores[y - 1, x], scores[y, x], scores[y + 1, x])
        before.append((template.left + BLOCK / 2, template.top + BLOCK / 2))
        after.append((left + x + sx + BLOCK / 2, top + y + sy + BLOCK / 2))
    if len(before) < FEWEST:
        return None
    a, b = np.array(before), np.array(after)
    matrix, inside = cv2.estimateAffinePartial2D(a, b, method=cv2.RANSAC, ransacReprojThreshold=_AGREE_PX)
    if matrix is None:
        return None
    agree = np.asarray(inside).ravel() > 0
    if agree.sum() < FEWEST:
        return None
    shift = np.hypot(*(a[agree] @ matrix[:, :2].T + matrix[:, 2] - a[agree]).T)
    spread = float(np.sqrt(a[agree].var(axis=0).sum()))
    return Match(
        np.asarray(matrix, np.float64),
        float(agree.sum()) / len(templates),
        float(shift.mean()),
        bool(agree.sum() >= 8 and spread >= 0.15 * width),
    )


def _vertex(before: float, at: float, after: float) -> float:
    """Where the parabola through three values has its top, from -0.5 to 0.5."""
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else float(np.clip((before - after) / (2 * bend), -0.5, 0.5))
