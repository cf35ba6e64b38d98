"""Where on the ground the middle of a road user is, whose box in the picture shows its near edge.

A box's lower edge touches the ground at the footprint's nearest corner, not below its middle: for a car seen from the
front that is more than two metres apart. So the cuboid of the class is moved over the ground until its picture ends
where the box does; where the heading is not known, the one whose picture has the box's proportions is taken.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.tracks.classes import CLASSES, DEFAULT_FOOTPRINT_M, PEDESTRIAN
from passerby.vision.pose import PERSON_M, STANCE_M, CameraPose

FloatArray = npt.NDArray[np.float64]

DEFAULT_HEIGHT_M: Final = {
    # riders upright; vehicles as in FGSV RBSt 2020 and, for trams, VDV 101
    "pedestrian": PERSON_M,
    "cyclist": 1.75,
    "motorcycle": 1.6,
    "car": 1.5,
    "van": 2.2,
    "truck": 3.4,
    "bus": 3.1,
    "tram": 3.5,
    "other": 1.5,
}

SPREAD: Final = {"truck": 0.6, "bus": 0.4, "tram": 0.4}
"""Largest logarithm by which a vehicle's size may differ from its class's; a third for all others."""

_CUBOID: Final = np.array([[*DEFAULT_FOOTPRINT_M[c], DEFAULT_HEIGHT_M[c], SPREAD.get(c, 0.3)] for c in CLASSES])
_TURNS: Final = np.radians(np.arange(0, 91, 15))
_ROUNDS: Final = 6


def foot_points(
    pose: CameraPose, boxes: npt.ArrayLike, cls: npt.ArrayLike, heading: npt.ArrayLike | None = None
) -> FloatArray:
    """Middles of the footprints, east and north, shape (n, 2); NaN where the box ends above the horizon.

    boxes: (n, 4) px; cls: (n,) codes of `passerby.tracks.classes`; heading: (n,) radians from north, NaN or None where
    unknown. A box that the picture's lower edge cuts is placed by its upper edge and the height of its class.
    """
    b = np.asarray(boxes, np.float64).reshape(-1, 4)
    code = np.asarray(cls, np.int64).reshape(-1)
    n = len(b)
    cut = b[:, 3] >= pose.height - 1.5
    middle = (b[:, 0] + b[:, 2]) / 2
    anchor = np.column_stack([middle, np.where(cut, b[:, 1], b[:, 3])])
    tall = np.where(cut, _CUBOID[code, 2], 0.0)
    seen = pose.to_ground(anchor, tall)
    if n == 0:
        return seen
    away = pose.sight(seen)
    walks = code == PEDESTRIAN
    out = seen + away * (STANCE_M / 2)
    lean = pose.person_box(out[:, 0], out[:, 1])
    edge = np.column_stack([(lean[:, 0] + lean[:, 2]) / 2, np.where(cut, lean[:, 1], lean[:, 3])])
    out += seen - pose.to_ground(edge, tall)
    rest = np.flatnonzero(~walks & np.isfinite(seen).all(1))
    if not len(rest):
        return out
    view = np.arctan2(away[rest, 0], away[rest, 1])
    known = np.full(len(rest), np.nan) if heading is None else np.asarray(heading, np.float64).reshape(-1)[rest]
    turns = np.where(np.isfinite(known)[:, None], known[:, None], view[:, None] + _TURNS)
    cuboid, size = _CUBOID[code[rest]], np.column_stack([b[rest, 2] - b[rest, 0], b[rest, 3] - b[rest, 1]])

    def box(at: FloatArray, turn: FloatArray, scale: FloatArray, who: npt.NDArray[np.intp]) -> FloatArray:
        metres = cuboid[who, :3] * scale[:, None]
        return pose.footprint_box(at, turn, metres[:, 0], metres[:, 1], metres[:, 2])

    who = np.repeat(np.arange(len(rest)), len(_TURNS))
    guess = box(seen[rest][who] + away[rest][who] * cuboid[who, 1:2] / 2, turns.ravel(), np.ones(len(who)), who)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(size[who] / (guess[:, 2:] - guess[:, :2]))
    scale = np.clip(np.where(cut[rest][who], 0.0, ratio.mean(1)), -cuboid[who, 3], cuboid[who, 3])
    misfit = np.nan_to_num(((ratio - scale[:, None]) ** 2).sum(1) + 0.5 * (scale / cuboid[who, 3]) ** 2, nan=np.inf)
    best = misfit.reshape(len(rest), -1).argmin(1)
    each = np.arange(len(rest))
    turn, grown = turns[each, best], scale.reshape(len(rest), -1)[each, best]
    # Left or right of the line of sight the box looks the same: what is in the middle of both is nearest to either.
    turn = np.concatenate([turn, np.where(np.isfinite(known), turn, 2 * view - turn)])
    each, grown = np.tile(each, 2), np.tile(grown, 2)
    who, spread = rest[each], cuboid[each, 3]
    at = seen[who] + away[who] * cuboid[each, 1:2] / 2
    for _ in range(_ROUNDS):
        now = box(at, turn, np.exp(grown), each)
        edge = np.column_stack([(now[:, 0] + now[:, 2]) / 2, np.where(cut[who], now[:, 1], now[:, 3])])
        with np.errstate(invalid="ignore", divide="ignore"):
            more = np.nan_to_num(np.log(size[each] / (now[:, 2:] - now[:, :2])).mean(1), posinf=0.0, neginf=0.0)
        grown = np.clip(grown + np.where(cut[who], 0.0, more), -spread, spread)
        step = seen[who] - pose.to_ground(edge, tall[who])
        at = at + np.where(np.isfinite(step), step, 0.0)
    out[rest] = (at[: len(rest)] + at[len(rest) :]) / 2
    return out
