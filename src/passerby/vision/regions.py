"""`MovingRegions`: the moving part of a picture in pieces, each about one road user or group."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.tracks.record import FloatArray
from passerby.vision.frame import Picture
from passerby.vision.pieces import pieces
from passerby.vision.shadow import without_shadow


@dataclass(frozen=True, eq=False)
class MovingRegions:
    """boxes: (n, 4), left, top, right, bottom, frame pixels; area_px: (n,), frame pixels that really differ.

    contrast: (n,), mean difference from the street in thresholds (1: barely seen). still_s: (n,), how long the
    region has not changed, mean of its pixels (0: moving); what stands long is still a region until it becomes street.
    """

    boxes: FloatArray
    area_px: FloatArray
    contrast: FloatArray
    still_s: FloatArray

    def __len__(self) -> int:
        return len(self.area_px)

    @staticmethod
    def none() -> MovingRegions:
        """Nothing moves."""
        return MovingRegions(np.empty((0, 4)), np.empty(0), np.empty(0), np.empty(0))


def regions_of(
    mask: Picture,
    change: Picture,
    threshold: Picture,
    now: Picture,
    street: Picture,
    since_s: npt.NDArray[np.float32],
    age_s: float,
    scale_xy: tuple[float, float],
    min_area_px: float,
    strong: float,
) -> MovingRegions:
    """Pieces of a mask with a pixel `strong` times over its threshold; pieces one above the other joined.

    mask, change, threshold, now, street: uint8 (h, w), reduced; since_s, of age_s: when
    each pixel last changed; boxes come out in frame pixels.
    """
    sx, sy = scale_xy
    rows = []
    for piece in pieces(mask, max(2, int(0.25 * min_area_px / (sx * sy)))):
        ratio = cv2.divide(change[piece.window], threshold[piece.window], dtype=cv2.CV_32F)
        if cv2.minMaxLoc(ratio, piece.own)[1] < strong:
            continue
        still = age_s - cv2.mean(since_s[piece.window], piece.own)[0]
        contrast = cv2.mean(ratio, piece.own)[0]
        rows.append((*without_shadow(piece, now, street), piece.area, contrast, still))
    if not rows:
        return MovingRegions.none()
    table = _joined(np.array(rows, np.float64))
    table = table[table[:, 4] * sx * sy >= min_area_px]
    return MovingRegions(table[:, :4] * (sx, sy, sx, sy), table[:, 4] * sx * sy, table[:, 5], table[:, 6])


def _joined(table: FloatArray) -> FloatArray:
    """Pieces one above the other are one: legs, body and head of a person come apart at low contrast."""
    merged = True
    while merged and len(table) > 1:
        merged = False
        x0, y0, x1, y1 = table[:, :4].T
        w, h = x1 - x0, y1 - y0
        over = np.minimum(x1[:, None], x1) - np.maximum(x0[:, None], x0)
        gap = np.maximum(y0[:, None], y0) - np.minimum(y1[:, None], y1)
        union_w = np.maximum(x1[:, None], x1) - np.minimum(x0[:, None], x0)
        near = (
            (over >= 0.6 * np.minimum(w[:, None], w))
            & (gap <= 0.25 * np.maximum(h[:, None], h))
            & (union_w <= 1.4 * np.maximum(w[:, None], w))
        )
        np.fill_diagonal(near, False)
        if near.any():
            i, j = (int(v) for v in np.argwhere(near)[0])
            a, b = table[i], table[j]
            area = a[4] + b[4]
            one = np.array(
                [
                    min(a[0], b[0]),
                    min(a[1], b[1]),
                    max(a[2], b[2]),
                    max(a[3], b[3]),
                    area,
                    (a[5] * a[4] + b[5] * b[4]) / area,
                    min(a[6], b[6]),
                ]
            )
            table = np.vstack([np.delete(table, (i, j), axis=0), one])
            merged = True
    return table
