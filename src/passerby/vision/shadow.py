"""The shadow that a road user drags along, as far as brightness alone tells it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from passerby.vision.frame import Picture
from passerby.vision.pieces import Piece

_DARKEST: Final = 0.4
_LIGHTEST: Final = 0.95
_UNEVEN: Final = 3.0
_BODY: Final = 0.3
_THREE: Final = np.ones((3, 3), np.uint8)
_FIVE: Final = np.ones((5, 5), np.uint8)


def without_shadow(piece: Piece, now: Picture, street: Picture) -> tuple[int, int, int, int]:
    """left, top, right, bottom of a piece without its shadow: where the street shows through, evenly darkened.

    now, street: uint8 (h, w). The whole piece where little else would remain: a plain dark car looks like a shadow too
    (Jacques, Jung and Musse 2005 for the test by local ratio).
    """
    whole = piece.left, piece.top, piece.right, piece.bottom
    seen = now[piece.window].astype(np.float32)
    under = cv2.max(street[piece.window].astype(np.float32), np.ones(seen.shape, np.float32))
    ratio = cv2.divide(cv2.blur(seen, (3, 3)), cv2.blur(under, (3, 3)))
    uneven = cv2.blur(cv2.absdiff(seen, cv2.multiply(np.asarray(under), np.asarray(ratio))), (3, 3))
    even = np.asarray(uneven) < _UNEVEN
    shadow = np.where(even & (ratio > _DARKEST) & (ratio < _LIGHTEST), 255, 0).astype(np.uint8)
    over_rim = cv2.dilate(cv2.morphologyEx(shadow, cv2.MORPH_OPEN, _THREE), _FIVE)
    body = np.asarray(cv2.morphologyEx(cv2.subtract(piece.own, over_rim), cv2.MORPH_OPEN, _THREE), np.uint8)
    if cv2.countNonZero(body) < _BODY * piece.area:
        return whole
    x, y, w, h = cv2.boundingRect(body)
    if h < 0.5 * (piece.bottom - piece.top):
        return whole
    return piece.left + x, piece.top + y, piece.left + x + w, piece.top + y + h
