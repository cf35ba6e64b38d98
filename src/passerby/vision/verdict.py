"""Something has stopped changing: an object that stands there, one that was there and left, or only light?"""

from __future__ import annotations

from enum import Enum
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from passerby.vision.frame import Picture
from passerby.vision.pieces import Piece

_FAINT: Final = 6.0
_CLEARER: Final = 1.25
_FIVE: Final = np.ones((5, 5), np.uint8)
_THREE: Final = np.ones((3, 3), np.uint8)


class Verdict(Enum):
    """OBJECT stands there now; GHOST: what the street remembers there has left; LIGHT: neither has an outline.

    A sliver, as of an edge that the camera has shaken off its place, is LIGHT too.
    """

    OBJECT = 1
    GHOST = 2
    LIGHT = 3


def verdict(now: Picture, street: Picture, piece: Piece) -> Verdict:
    """Judge a piece of the mask by its outline in the frame and in the remembered street (both uint8 (h, w), reduced).

    An object has edges along its outline in the frame, a ghost has them in the street: the test usual for abandoned and
    removed objects (e.g. Spagnolo et al. 2006; Tian et al. 2008).
    """
    if cv2.countNonZero(cv2.erode(piece.own, _THREE, borderType=cv2.BORDER_CONSTANT, borderValue=0)) < 0.1 * piece.area:
        return Verdict.LIGHT
    top, left = max(0, piece.top - 3), max(0, piece.left - 3)
    window = np.s_[top : piece.bottom + 3, left : piece.right + 3]
    h, w = now[window].shape
    own = np.zeros((h, w), np.uint8)
    y, x = piece.top - top, piece.left - left
    own[y : y + piece.bottom - piece.top, x : x + piece.right - piece.left] = piece.own
    ring = np.asarray(cv2.subtract(cv2.dilate(own, _FIVE), cv2.erode(own, _THREE)), np.uint8)
    here, there = (cv2.mean(_edges(p[window]), ring)[0] for p in (now, street))
    if _same_grain(now[piece.window], street[piece.window], piece.own):
        return Verdict.LIGHT
    if here >= _CLEARER * there and here > _FAINT:
        return Verdict.OBJECT
    if there >= _CLEARER * here and there > _FAINT:
        return Verdict.GHOST
    return Verdict.LIGHT if max(here, there) <= _FAINT else Verdict.OBJECT


def _same_grain(now: Picture, street: Picture, own: Picture) -> bool:
    """Whether the ground's own fine structure is still to be seen, only brighter or darker."""
    a, b = (p.astype(np.float32) - cv2.blur(p.astype(np.float32), (7, 7)) for p in (now, street))
    inside = own > 0
    x, y = a[inside], b[inside]
    power = float(np.sqrt(np.mean(x * x) * np.mean(y * y)))
    return power > 2 and float(np.mean(x * y)) > 0.7 * power


def _edges(picture: Picture) -> npt.NDArray[np.float32]:
    gx = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=0.25)
    gy = cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=0.25)
    return np.asarray(cv2.magnitude(gx, gy), np.float32)
