"""What tracks say is wrong with a drawn site, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from passerby.signals.history import SignalHistory
from passerby.site.doubts import Fix
from passerby.site.model import Crosswalk, Lane, Site, StopLine, unit
from passerby.survey.paths import Paths, ways
from passerby.survey.standing import Rests, rests
from passerby.tracks.classes import CLASSES, CODE, MOTOR_VEHICLES
from passerby.tracks.motion import Motion
from passerby.tracks.record import BoolArray, FloatArray

LEAST: Final = 3
"""Road users that count as a pattern."""

_OUTNUMBER: Final = 3.0
_ALONG: Final = 0.7
_BESIDE_M: Final = 1.5
_OFF_M: Final = 1.2
_HEADS: Final = 6
_BEYOND_M: Final = 2.0
_BEFORE_M: Final = 5.0

_MOTOR: Final = np.array([c in MOTOR_VEHICLES for c in CLASSES])


@dataclass(frozen=True)
class Misdrawn:
    """A part of a site that does not fit the tracks: its kind and id, the place (m; None: no place), and a sentence.

    fix: what an editor may offer, as in `passerby.site.doubts`.
    """

    kind: str
    id: str
    x: float | None
    y: float | None
    sentence: str
    fix: Fix | None = None

    def __str__(self) -> str:
        where = "" if self.x is None else f" at ({self.x:.1f}, {self.y:.1f})"
        return f'{self.kind} "{self.id}"{where}: {self.sentence}'


def misdrawn(site: Site, motion: Motion, signals: SignalHistory | None = None) -> list[Misdrawn]:
    """Stop lines that face the wrong way or that nobody crosses, lanes against or beside their traffic, crosswalks
    nobody uses, signals nobody refers to or the log does not hold.

    What nobody used in a short recording may still be right: those sentences say so with their numbers.
    """
    motor = ways(motion, _MOTOR[motion.cls], 8.0)
    by_class = {name: ways(motion, motion.cls == CODE[name], 2.0) for name in ("pedestrian", "cyclist")}
    standing = rests(motion, _MOTOR[motion.cls])
    found = [m for line in site.stop_lines for m in _stop_line(line, motor, standing)]
    found += _lanes(site.lanes, motor, by_class)
    found += [m for walk in site.crosswalks for m in _crosswalk(walk, by_class)]
    return found + _signals(site, signals)


def _stop_line(line: StopLine, motor: Paths, standing: Rests) -> list[Misdrawn]:
    if motor.n_tracks < LEAST:
        return []
    segment = shapely.LineString(line.points)
    x, y = segment.interpolate(0.5, normalized=True).coords[0]
    ahead = unit(line.heading_deg)
    with_it, against = _crossed(segment, ahead, motor)
    if len(against) >= LEAST and len(against) > _OUTNUMBER * len(with_it):
        said = (
            f"faces the wrong way: {len(against)} vehicles cross it against its heading of {line.heading_deg:g} degrees"
        )
        return [Misdrawn("stop_line", line.id, x, y, f"{said}, {len(with_it)} along it", "turn_round")]
    if not len(with_it):
        return [Misdrawn("stop_line", line.id, x, y, f"none of {motor.n_tracks} vehicles crosses it")]
    off = _queues(segment, ahead, standing)
    if off is None:
        return []
    side = "beyond" if off > 0 else "before"
    return [Misdrawn("stop_line", line.id, x, y, f"queues begin {abs(off):.1f} m {side} it")]


def _crossed(segment: shapely.LineString, ahead: FloatArray, motor: Paths) -> tuple[FloatArray, FloatArray]:
    """Tracks that cross a line with and against a direction."""
    same = motor.piece[1:] == motor.piece[:-1]
    near = shapely.contains_xy(segment.buffer(5.0), motor.x[1:], motor.y[1:])
    k = np.flatnonzero(same & near)
    if not len(k):
        return np.empty(0), np.empty(0)
    a, b = np.stack([motor.x[k], motor.y[k]], 1), np.stack([motor.x[k + 1], motor.y[k + 1]], 1)
    hit = shapely.intersects(shapely.linestrings(np.stack([a, b], 1)), segment)
    along = (b - a) @ ahead > 0
    return np.unique(motor.track[k[hit & along]]), np.unique(motor.track[k[hit & ~along]])


def _queues(segment: shapely.LineString, ahead: FloatArray, standing: Rests) -> float | None:
    """How far beyond (before: negative) a line most fronts nearest to it stand, where that is too far."""
    points = np.asarray(segment.coords)
    right = np.array([ahead[1], -ahead[0]])
    across = points @ right
    at = np.stack([standing.x, standing.y], 1)
    d = at @ right
    # where the line is at each one's lateral place: a line may slant
    order = np.argsort(across)
    s = at @ ahead - np.interp(d, across[order], (points @ ahead)[order])
    mine = (d > across.min()) & (d < across.max()) & (standing.ux * ahead[0] + standing.uy * ahead[1] > 0.9)
    mine &= (s > -20) & (s < 8)
    if mine.sum() < _HEADS:
        return None
    near = s[mine & (s > -_BEFORE_M) & (s < _BEYOND_M)]
    far_on, short = s[mine & (s >= _BEYOND_M)], s[mine & (s <= -_BEFORE_M)]
    if len(far_on) >= _HEADS and len(far_on) > 2 * len(near):
        return float(np.median(far_on))
    if len(short) >= _HEADS and not len(near) and not len(far_on):
        return float(np.quantile(short, 0.9))
    return None


def _lanes(lanes: Sequence[Lane], motor: Paths, by_class: dict[str, Paths]) -> list[Misdrawn]:
    """What traffic says against lanes; of lanes side by side each has the traffic that is nearest to it."""
    users = {"cycle": by_class["cyclist"], "sidewalk": by_class["pedestrian"]}
    every = [(lane, users.get(lane.kind, motor)) for lane in lanes]
    beside = [_beside(shapely.LineString(e.centreline), who, e.width_m / 2 + _BESIDE_M) for e, who in every]
    nearest = {id(who): np.full(len(who.x), np.inf) for who in (motor, *users.values())}
    for (_, who), (on, along, off) in zip(every, beside, strict=True):
        least = nearest[id(who)]
        least[on] = np.minimum(least[on], np.where(along > _ALONG, np.abs(off), np.inf))
    return [
        m
        for (lane, who), near in zip(every, beside, strict=True)
        for m in _lane(lane, who, near, nearest[id(who)][near[0]])
    ]


def _lane(
    lane: Lane, users: Paths, beside: tuple[BoolArray, FloatArray, FloatArray], nearest: FloatArray
) -> list[Misdrawn]:
    """beside: as `_beside` gives it; nearest: metres from each of its points to the nearest lane that leads its way."""
    if users.n_tracks < LEAST:
        return []
    x, y = shapely.LineString(lane.centreline).interpolate(0.5, normalized=True).coords[0]
    on, along, off = beside
    inside = np.abs(off) < lane.width_m / 2
    drove = _tracks(users, on, inside & (along > _ALONG))
    against = _tracks(users, on, inside & (along < -_ALONG))
    if lane.kind != "sidewalk" and against >= LEAST and against > _OUTNUMBER * drove:
        said = f"runs against its traffic: {against} drive against it, {drove} along it"
        return [Misdrawn("lane", lane.id, x, y, said, "turn_round")]
    every = drove + (against if lane.kind == "sidewalk" else 0)
    with_it = (along > _ALONG) & (np.abs(off) <= nearest)
    if lane.kind in ("traffic", "bus") and _tracks(users, on, with_it) >= 2 * LEAST:
        shift = float(np.median(off[with_it]))
        if abs(shift) > _OFF_M:
            side = "right" if shift > 0 else "left"
            return [Misdrawn("lane", lane.id, x, y, f"its traffic keeps {abs(shift):.1f} m to the {side} of it")]
    if not every:
        return [Misdrawn("lane", lane.id, x, y, f"none of {users.n_tracks} who could use it does")]
    return []


def _beside(line: shapely.LineString, users: Paths, within_m: float) -> tuple[BoolArray, FloatArray, FloatArray]:
    """Mask of the points within some metres of a line; of those the cosine with its course, and metres to its right."""
    on = shapely.contains_xy(line.buffer(within_m, cap_style="flat"), users.x, users.y)
    points = shapely.points(users.x[on], users.y[on])
    s = shapely.line_locate_point(line, points)
    a = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(s - 0.5, 0)))
    b = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(s + 0.5, line.length)))
    course = (b - a) / np.maximum(np.hypot(*(b - a).T), 1e-9)[:, None]
    middle = shapely.get_coordinates(shapely.line_interpolate_point(line, s))
    out = np.stack([users.x[on], users.y[on]], 1) - middle
    off = out[:, 0] * course[:, 1] - out[:, 1] * course[:, 0]
    return on, users.ux[on] * course[:, 0] + users.uy[on] * course[:, 1], off


def _tracks(users: Paths, on: BoolArray, chosen: BoolArray) -> int:
    """Tracks with at least 3 of the chosen points on a lane."""
    _, n = np.unique(users.track[on][chosen], return_counts=True)
    return int((n >= 3).sum())


def _crosswalk(walk: Crosswalk, by_class: dict[str, Paths]) -> list[Misdrawn]:
    shape = shapely.Polygon(walk.polygon)
    x, y = shape.centroid.coords[0]
    who = [name for name in ("pedestrian", "cyclist") if name in walk.classes]
    seen = sum(by_class[name].n_tracks for name in who)
    used = 0
    for name in who:
        paths = by_class[name]
        _, n = np.unique(paths.track[shapely.contains_xy(shape, paths.x, paths.y)], return_counts=True)
        used += int((n >= 2).sum())
    if used or seen < LEAST:
        return []
    return [Misdrawn("crosswalk", walk.id, x, y, f"none of {seen} seen ({' or '.join(who)}) uses it")]


def _signals(site: Site, signals: SignalHistory | None) -> list[Misdrawn]:
    named = {m.signal for line in site.stop_lines for m in line.movements} | {w.signal for w in site.crosswalks}
    found = []
    for signal in site.signals:
        if signal.id not in named:
            found.append(Misdrawn("signal", signal.id, None, None, "no stop line or crosswalk refers to it", "assign"))
        elif signals is not None and signal.id not in signals.changes:
            found.append(Misdrawn("signal", signal.id, None, None, "the log does not hold it"))
    return found


def undrawn(site: Site, signals: SignalHistory | None) -> str | None:
    """The sentence that a log has signals which the drawing lacks; None where it has none."""
    more = [s for s in signals.signals if s not in site.signal_by_id] if signals is not None else []
    if not more:
        return None
    listed = ", ".join(f'"{s}"' for s in more[:8]) + (f" and {len(more) - 8} more" if len(more) > 8 else "")
    return f"the signal log has {listed}, which the drawing lacks; a proposal learns whom they govern"
