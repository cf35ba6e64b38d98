"""Regions of one or several cameras on one detector input, at their own scale, and what was found there back again.

Looking at where something moves costs as much as the regions are large, not as much as the pictures; and a network runs
faster over one full input than over many small ones. Between regions lies a gutter of the padding colour, so that a
network sees a border, not a scene that goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision.detections import Detections, joined, no_detections
from passerby.vision.frame import Picture
from passerby.vision.suppression import merged_views

GUTTER_PX: Final = 16
"""Between regions: half the network's largest stride, so that no cell has its centre in two regions' neighbourhood."""

CUT_PX: Final = 2.0
"""A box that ends this near to a region's edge may go on beyond it."""


@dataclass(frozen=True)
class Region:
    """A part of a camera's picture: left, top, right, bottom in whole px. camera: index or name, the caller's."""

    camera: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns, px."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Rows, px."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Placement:
    """Where a region lies on a canvas: left, top in canvas px, times scale (1 unless it is larger than the canvas)."""

    region: Region
    left: int
    top: int
    width: int
    height: int

    @property
    def scale(self) -> tuple[float, float]:
        """Canvas px per picture px, across and down."""
        return self.width / self.region.width, self.height / self.region.height


Canvas = tuple[Placement, ...]


def whole_px(camera: int, box: Sequence[float], width: int, height: int) -> Region | None:
    """The region of whole pixels around a box (left, top, right, bottom px) within a picture; None if outside it."""
    left, top = max(0, int(np.floor(box[0]))), max(0, int(np.floor(box[1])))
    right, bottom = min(width, int(np.ceil(box[2]))), min(height, int(np.ceil(box[3])))
    return Region(camera, left, top, right, bottom) if right > left and bottom > top else None


def pack(regions: Sequence[Region], size: tuple[int, int], gutter: int = GUTTER_PX) -> list[Canvas]:
    """Place every region on as few canvases of size (height, width) px as a shelf packing finds.

    Regions keep their scale; one that is larger than the canvas is shrunk to it and has it to itself. Shelves, tallest
    region first, each region on the lowest shelf of the first canvas that has room (best-fit decreasing height;
    Coffman et al. 1980). On each canvas the placements come in the order of regions.
    """
    height, width = size
    order = sorted(range(len(regions)), key=lambda i: (-regions[i].height, -regions[i].width, i))
    shelves: list[list[_Shelf]] = []
    placed: list[list[tuple[int, Placement]]] = []
    for i in order:
        region = regions[i]
        shrink = min(1.0, height / region.height, width / region.width)
        rows, columns = max(1, int(region.height * shrink)), max(1, int(region.width * shrink))
        spot = _spot(shelves, rows, columns, size, gutter)
        canvas, left, top = spot
        if canvas == len(placed):
            placed.append([])
        placed[canvas].append((i, Placement(region, left, top, columns, rows)))
    return [tuple(p for _, p in sorted(canvas, key=lambda item: item[0])) for canvas in placed]


@dataclass
class _Shelf:
    top: int
    height: int
    used: int


def _spot(
    canvases: list[list[_Shelf]], rows: int, columns: int, size: tuple[int, int], gutter: int
) -> tuple[int, int, int]:
    """Canvas, left and top of a free place; opens a shelf or a canvas where there is none."""
    height, width = size
    for at, shelves in enumerate(canvases):
        fitting = [s for s in shelves if rows <= s.height and s.used + gutter + columns <= width]
        if fitting:
            shelf = min(fitting, key=lambda s: s.height)
            left = shelf.used + gutter
            shelf.used = left + columns
            return at, left, shelf.top
        top = shelves[-1].top + shelves[-1].height + gutter
        if top + rows <= height:
            shelves.append(_Shelf(top, rows, columns))
            return at, 0, top
    canvases.append([_Shelf(0, rows, columns)])
    return len(canvases) - 1, 0, 0


def used_size(canvas: Canvas, step: int = 32) -> tuple[int, int]:
    """The smallest (height, width) px, in multiples of step, that holds all placements: less to compute."""
    bottom = max(p.top + p.height for p in canvas)
    right = max(p.left + p.width for p in canvas)
    return -(-bottom // step) * step, -(-right // step) * step


def compose(canvas: Canvas, pictures: Mapping[int, Picture], size: tuple[int, int], pad: int = 0) -> Picture:
    """The canvas, uint8 (h, w, 3) BGR, of size (h, w); pictures: each camera's, by the regions' camera."""
    image = np.full((*size, 3), pad, np.uint8)
    for p in canvas:
        r = p.region
        part = pictures[r.camera][r.top : r.bottom, r.left : r.right]
        if part.shape[:2] != (p.height, p.width):
            part = np.asarray(cv2.resize(part, (p.width, p.height), interpolation=cv2.INTER_AREA), np.uint8)
        image[p.top : p.top + p.height, p.left : p.left + p.width] = part
    return image


def separated(
    found: Detections, canvas: Canvas, sizes: Mapping[int, tuple[int, int]], *, sure: float = 1.1
) -> dict[int, Detections]:
    """What was found on a canvas, per camera, in px of its picture; cameras without a region on it are left out.

    sizes: height, width px of each camera's picture. A detection belongs to the region that holds its centre; it is cut
    at the region's border. One that reaches a border inside the picture may be a part of someone: it is left out unless
    its score reaches sure, as is one in the gutter. Where a camera's regions overlap, doubles are merged.
    """
    parts: dict[int, list[Detections]] = {p.region.camera: [] for p in canvas}
    centre = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    for p in canvas:
        low, high = np.array([p.left, p.top]), np.array([p.left + p.width, p.top + p.height])
        mine = found.take(np.asarray(((centre >= low) & (centre < high)).all(axis=1)))
        if len(mine) == 0:
            continue
        boxes = np.clip(mine.boxes, [*low, *low], [*high, *high])
        region = p.region
        picture = (boxes - [*low, *low]) / [*p.scale, *p.scale] + [region.left, region.top, region.left, region.top]
        keep = ~cut(picture, region, sizes[region.camera]) | (mine.score >= sure)
        parts[region.camera].append(Detections(picture, mine.score, mine.kind).take(keep))
    return {camera: merged_views(joined(some)) if some else no_detections() for camera, some in parts.items()}


def cut(boxes: FloatArray, region: Region, size: tuple[int, int]) -> BoolArray:
    """Which boxes, shape (n, 4) in px of the picture, reach a border of the region that is none of the picture's.

    size: height, width px of the picture.
    """
    height, width = size
    return np.asarray(
        ((boxes[:, 0] <= region.left + CUT_PX) & (region.left > 0))
        | ((boxes[:, 1] <= region.top + CUT_PX) & (region.top > 0))
        | ((boxes[:, 2] >= region.right - CUT_PX) & (region.right < width))
        | ((boxes[:, 3] >= region.bottom - CUT_PX) & (region.bottom < height))
    )
