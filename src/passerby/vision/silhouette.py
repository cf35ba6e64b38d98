"""Silhouettes drawn from tracks: what may be shown of a road user. One shape per class, one size per class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

import numpy as np

from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import FloatArray, IntArray

INK: Final = {
    "pedestrian": "#d55e00",
    "cyclist": "#00795a",
    "motorcycle": "#b07800",
    "car": "#3b5673",
    "van": "#3b5673",
    "truck": "#0067a5",
    "bus": "#0067a5",
    "tram": "#a2447e",
    "other": "#555555",
}
HEADINGS: Final = 16
"""Directions a plan silhouette is turned to: finer ones are of no use to the eye and carry gait."""
STEPS: Final = 4
"""Heights per octave a camera silhouette is drawn in: two people at one place are drawn equally tall."""

_Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Shape:
    """A drawn road user: class name, and closed outlines, each (k, 2), in the unit of the view."""

    kind: str
    outlines: tuple[FloatArray, ...]


def _round(cx: float, cy: float, rx: float, ry: float, n: int = 12) -> _Outline:
    return tuple((cx + rx * math.cos(2 * math.pi * k / n), cy + ry * math.sin(2 * math.pi * k / n)) for k in range(n))


_BOX_BODY: Final = (
    (-0.5, -0.45),
    (-0.46, -0.5),
    (0.42, -0.5),
    (0.5, -0.38),
    (0.5, 0.38),
    (0.42, 0.5),
    (-0.46, 0.5),
    (-0.5, 0.45),
)
_TWO_WHEELS: Final = (
    (-0.5, -0.06),
    (-0.05, -0.1),
    (0.1, -0.5),
    (0.22, -0.5),
    (0.2, -0.1),
    (0.5, -0.06),
    (0.5, 0.06),
    (0.2, 0.1),
    (0.22, 0.5),
    (0.1, 0.5),
    (-0.05, 0.1),
    (-0.5, 0.06),
)
_PLAN: Final[dict[str, tuple[_Outline, ...]]] = {
    "pedestrian": (_round(0, 0, 0.5, 0.5),),
    "cyclist": (_TWO_WHEELS, _round(-0.05, 0, 0.13, 0.32)),
    "motorcycle": (_TWO_WHEELS, _round(-0.05, 0, 0.16, 0.36)),
    "other": (_round(0, 0, 0.5, 0.5),),
}

# Camera view: x from -0.5 to 0.5 of the width, y from 0 (ground) up to 1 (top).
_STANDING: Final = (
    _round(0, 0.91, 0.19, 0.08),
    (
        (-0.34, 0.80),
        (0.34, 0.80),
        (0.42, 0.45),
        (0.28, 0.43),
        (0.24, 0.0),
        (0.04, 0.0),
        (0, 0.38),
        (-0.04, 0.0),
        (-0.24, 0.0),
        (-0.28, 0.43),
        (-0.42, 0.45),
    ),
)
_RIDING: Final = (
    _round(0.05, 0.92, 0.13, 0.07),
    ((-0.16, 0.82), (0.2, 0.82), (0.26, 0.5), (0.12, 0.28), (-0.12, 0.28), (-0.26, 0.5)),
    _round(-0.28, 0.18, 0.2, 0.18),
    _round(0.28, 0.18, 0.2, 0.18),
)
_CAMERA: Final[dict[str, tuple[_Outline, ...]]] = {
    "pedestrian": _STANDING,
    "cyclist": _RIDING,
    "motorcycle": _RIDING,
    "car": (
        (
            (-0.5, 0.12),
            (-0.5, 0.5),
            (-0.36, 0.58),
            (-0.22, 0.96),
            (0.22, 0.96),
            (0.36, 0.58),
            (0.5, 0.5),
            (0.5, 0.12),
            (0.42, 0.0),
            (-0.42, 0.0),
        ),
    ),
    "van": (
        ((-0.5, 0.05), (-0.5, 0.75), (-0.4, 1.0), (0.4, 1.0), (0.5, 0.75), (0.5, 0.05), (0.42, 0.0), (-0.42, 0.0)),
    ),
    "truck": (
        (
            (-0.5, 0.06),
            (-0.5, 1.0),
            (0.2, 1.0),
            (0.2, 0.72),
            (0.42, 0.72),
            (0.5, 0.5),
            (0.5, 0.06),
            (0.42, 0.0),
            (-0.42, 0.0),
        ),
    ),
    "bus": (
        ((-0.5, 0.05), (-0.5, 0.95), (-0.46, 1.0), (0.46, 1.0), (0.5, 0.95), (0.5, 0.05), (0.44, 0.0), (-0.44, 0.0)),
    ),
    "tram": (((-0.5, 0.05), (-0.42, 1.0), (0.42, 1.0), (0.5, 0.05), (0.44, 0.0), (-0.44, 0.0)),),
    "other": (((-0.5, 0.0), (-0.5, 1.0), (0.5, 1.0), (0.5, 0.0)),),
}


def plan_shapes(cls: IntArray, x: FloatArray, y: FloatArray, heading_rad: FloatArray) -> list[Shape]:
    """Road users from above, outlines in metres; cls: (n,), codes; x, y: (n,), centre, metres; heading: (n,), radians.

    Sized by class, never as measured, and turned in steps of 22.5 degrees; NaN heading: straight along x.
    """
    shapes = []
    for code, cx, cy, heading in zip(cls, x, y, heading_rad, strict=True):
        kind = CLASSES[int(code)]
        length, width = DEFAULT_FOOTPRINT_M[kind]
        turn = 2 * math.pi / HEADINGS
        angle = 0.0 if math.isnan(heading) else round(heading / turn) * turn
        c, s = math.cos(angle), math.sin(angle)
        outlines = tuple(
            np.array(o) * (length, width) @ np.array([[c, s], [-s, c]]) + (cx, cy)
            for o in _PLAN.get(kind, (_BOX_BODY,))
        )
        shapes.append(Shape(kind, outlines))
    return shapes


def camera_shapes(cls: IntArray, boxes: FloatArray) -> list[Shape]:
    """Road users as the camera sees them, outlines in pixels; cls: (n,) codes; boxes: (n, 4), left, top, right, bottom.

    The foot of the box is kept to the pixel. Height comes in quarter octaves, so that nobody is known by size,
    and width by height for who walks or rides; for vehicles, which turn, by the box in the same steps.
    """
    shapes = []
    for code, (x0, y0, x1, y1) in zip(cls, boxes, strict=True):
        kind = CLASSES[int(code)]
        height = _stepped(y1 - y0)
        width = {"pedestrian": 0.4, "cyclist": 0.62, "motorcycle": 0.7}.get(kind, 0.0) * height or _stepped(x1 - x0)
        foot = (round((x0 + x1) / 2), round(y1))
        outlines = tuple(np.array(o) * (width, -height) + foot for o in _CAMERA[kind])
        shapes.append(Shape(kind, outlines))
    return shapes


def to_svg(shapes: Sequence[Shape], view: tuple[float, float, float, float], *, up: bool = False) -> str:
    """One SVG of shapes, alone, for a page; view: left, top, width, height in the shapes' unit. up: y grows upwards.

    Nothing but class and outline is in it: no id, no time, no link.
    """
    left, top, width, height = view
    frame = f'viewBox="{left:g} {-top - height if up else top:g} {width:g} {height:g}"'
    sign = -1 if up else 1
    paths = []
    for shape in shapes:
        d = "".join(
            "M" + "L".join(f"{px:.2f} {sign * py:.2f}" for px, py in outline) + "Z" for outline in shape.outlines
        )
        paths.append(f'<path class={quoteattr(shape.kind)} fill="{INK[shape.kind]}" d="{d}"/>')
    return f'<svg xmlns="http://www.w3.org/2000/svg" {frame}>{"".join(paths)}</svg>'


def _stepped(px: float) -> float:
    return float(2.0 ** (round(STEPS * math.log2(max(px, 4.0))) / STEPS))
