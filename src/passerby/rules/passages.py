"""Passages: who crossed which stop line when, and which movement it turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from passerby.rules.crossings import crossing_sigma_s, crossings
from passerby.rules.entries import around, where_stood
from passerby.rules.ground import LineFrame
from passerby.rules.scene import Scene
from passerby.site.model import Movement, StopLine
from passerby.tracks.classes import VEHICLES
from passerby.tracks.record import FloatArray, IntArray

COMMIT_M = 2.0
LATERAL_M = 0.75
_BEFORE_M = 40.0
_EXIT_AFTER_M = 25.0
_MOVEMENT_DEG = 60.0
_EXIT_STEPS = 5
_AT_LINE_M = 1.0
_STOOD_BEFORE = 15
_SET_OFF_SIGMA_S = 0.4
_ON_LINE_M = 0.3
_FACES_COS = 0.5
# starting from rest: cars 1.5-2.5 m/s2 (AASHTO Green Book 2018, 2.3.2), cyclists about 1.2 (CROW, Design Manual)
_START_MPS2 = {"cyclist": 1.2, "bus": 1.2, "truck": 1.2, "tram": 1.0}
_CAR_START_MPS2 = 2.0


@dataclass(frozen=True)
class Passage:
    """A road user's front over a stop line: track and line index, t (s), front x, y (m), speed (m/s), error of t (s).

    after: first sample beyond the line. exit_heading_deg: heading with which it left the junction, or the last one
    seen; left: whether it really was seen to leave; known: whether that can still change. stood: it had stood with its
    front at the line, `stood_m` beyond it (negative: before it), since `arrived_t`, and crossed it on setting off;
    line_t: when the front passed the line for good by position alone. commit: the first sample definitely beyond it.
    """

    track: int
    line: int
    t: float
    x: float
    y: float
    speed_mps: float
    sigma_t_s: float
    after: int
    exit_heading_deg: float | None
    left: bool
    known: bool
    beside: float
    line_t: float
    stood: bool
    stood_m: float
    arrived_t: float
    commit: int


def passages(scene: Scene) -> list[Passage]:
    """Every passage of a vehicle or cyclist over a stop line, in the order (track, t); one per passing."""
    found: list[Passage] = []
    if not len(scene.motion):
        return found
    governed = np.flatnonzero(scene.is_class(VEHICLES | {"cyclist"})[scene.motion.track])
    fx, fy = (v[governed] for v in scene.motion.front)
    for index, frame in enumerate(scene.ground.lines):
        half = (frame.u[-1] - frame.u[0]) / 2
        reach = _BEFORE_M + 2 * half + COMMIT_M
        # the box first: distances are dear
        dx, dy = fx - frame.origin[0], fy - frame.origin[1]
        boxed = np.flatnonzero((np.abs(dx) < reach) & (np.abs(dy) < reach))
        near = governed[boxed[np.hypot(dx[boxed], dy[boxed]) < reach]]
        if len(near):
            found.extend(_line_passages(scene, index, frame, near))
    found.sort(key=lambda p: (p.track, p.t, p.beside, p.line))
    return _one_per_passing(found, scene)


def _line_passages(scene: Scene, index: int, frame: LineFrame, near: IntArray) -> list[Passage]:
    m = scene.motion
    fx, fy = m.front
    half = (frame.u[-1] - frame.u[0]) / 2
    u, s = frame.place(fx[near], fy[near])
    close = (s > -_BEFORE_M) & (np.abs(u - frame.u[0] - half) < half + 4.0)
    near, u, s = near[close], u[close], s[close]
    # who turns round just beyond the line never gets far from it, but comes back beside it, facing away; who drives
    # away over the line itself has left the junction against the traffic, and is nobody who waits before it
    facing = m.hx[near] * frame.ahead[0] + m.hy[near] * frame.ahead[1]
    facing = np.where(np.isnan(facing), 1.0, facing)
    beside = np.abs(u - frame.u[0] - half) > half + LATERAL_M
    stays = ~((facing < -_FACES_COS) & ~beside & (s < 0) & (m.speed[near] > 1.0))
    s = np.where((facing < _FACES_COS) & beside & ~m.standing[near], COMMIT_M, s)
    rows, s = near[stays], s[stays]
    c = crossings(m, rows, s, COMMIT_M)
    if len(c) == 0:
        return []
    t, sigma = c.t(m), crossing_sigma_s(m, c)
    x, y, speed = c.at(fx), c.at(fy), c.at(m.speed)
    cu, _ = frame.place(x, y)
    outside = np.maximum(np.abs(cu - frame.u[0] - half) - half, 0.0)
    result = []
    s_at = np.full(len(m), np.nan)
    s_at[rows] = s
    for i in np.flatnonzero(outside <= LATERAL_M):
        after = int(c.after[i])
        line_t = float(t[i])
        commit = int(c.commit[i])
        set_off = _set_off(scene, s_at, after, commit)
        if set_off is not None:
            after, t[i] = set_off.row, set_off.t
            sigma[i], speed[i] = _SET_OFF_SIGMA_S, m.speed[after]
        heading, left, known = _exit(scene, after)
        beside = float(outside[i] * 10 + abs(cu[i] - frame.u[0] - half) / max(half, 0.1))
        track = int(m.track[after])
        result.append(
            Passage(
                track,
                index,
                float(t[i]),
                float(x[i]),
                float(y[i]),
                float(speed[i]),
                float(sigma[i]),
                after,
                heading,
                left,
                known,
                beside,
                line_t,
                set_off is not None,
                0.0 if set_off is None else set_off.stood_m,
                float(t[i]) if set_off is None else set_off.arrived_t,
                commit,
            )
        )
    return result


class _SetOff(NamedTuple):
    row: int
    t: float
    stood_m: float
    arrived_t: float


def _set_off(scene: Scene, s: FloatArray, after: int, commit: int) -> _SetOff | None:
    """First sample beyond the line and instant of crossing of somebody who set off with its front at the line.

    None for who did not stand there, or stood clearly before or beyond the line: then positions tell. Noise of the
    size of the distance moves a standing front over the line and back, so the crossing is reckoned from the start,
    a constant acceleration from rest.
    """
    m = scene.motion
    begin = max(int(m.starts[m.track[after]]), after - _STOOD_BEFORE)
    stood = begin + np.flatnonzero(m.standing[begin : commit + 1] & (s[begin : commit + 1] > -_AT_LINE_M))
    stood = where_stood(m, stood)
    if len(stood) == 0:
        return None
    first, last = around(m, stood, commit)
    at = s[first : last + 1]
    if not np.isfinite(at).any():
        # it stood somewhere beside the line
        return None
    stood_at = float(np.nanmedian(at))
    if stood_at > max(_ON_LINE_M, 2 * float(m.sigma_m[first : last + 1].mean())):
        return None
    a = _START_MPS2.get(scene.class_name(int(m.track[after])), _CAR_START_MPS2)
    moved = float(np.hypot(m.x[last] - np.median(m.x[stood]), m.y[last] - np.median(m.y[stood])))
    t = float(m.t[last]) - np.sqrt(2 * moved / a) + np.sqrt(2 * max(-stood_at, 0.0) / a)
    row = int(np.searchsorted(m.t[begin : commit + 1], t)) + begin
    return _SetOff(min(max(row, begin + 1), commit), float(t), stood_at, float(m.t[first]))


def _one_per_passing(found: list[Passage], scene: Scene) -> list[Passage]:
    """Of several lines of one approach that a road user touched at once, the one it was most squarely on."""
    kept: list[Passage] = []
    for p in found:
        heading = scene.ground.lines[p.line].line.heading_deg
        rival = next(
            (
                i
                for i, q in enumerate(kept)
                if q.track == p.track
                and abs(q.t - p.t) < 4.0
                and abs(turn_deg(scene.ground.lines[q.line].line.heading_deg, heading)) < 45
            ),
            None,
        )
        if rival is None:
            kept.append(p)
        elif p.beside < kept[rival].beside:
            kept[rival] = p
    return kept


def _exit(scene: Scene, after: int) -> tuple[float | None, bool, bool]:
    """Heading (degrees) on leaving the junction after a sample, whether it left, and whether that is final."""
    m = scene.motion
    track = int(m.track[after])
    end = int(m.starts[track + 1])
    path = slice(after, end)
    inside = scene.in_junction[path]
    x, y = m.x[path], m.y[path]
    away = np.hypot(x - x[0], y - y[0])
    entered = np.maximum.accumulate(inside)
    gone = (entered & ~inside & (away > 3.0)) | (away > max(_EXIT_AFTER_M, scene.ground.junction_m))
    closed = bool(m.closed[track])
    if gone.any():
        e = int(np.argmax(gone))
        last = min(e + _EXIT_STEPS, len(x) - 1)
        known = closed or e + _EXIT_STEPS < len(x)
        back = max(e - _EXIT_STEPS, 0)
        return _bearing(x[last] - x[back], y[last] - y[back]), True, known
    if away[-1] < 5.0:
        return None, False, closed
    back = int(np.flatnonzero(away < away[-1] - 2.0)[-1]) if (away < away[-1] - 2.0).any() else 0
    return _bearing(x[-1] - x[back], y[-1] - y[back]), False, closed


def _bearing(dx: float, dy: float) -> float:
    return float(np.degrees(np.arctan2(dx, dy)) % 360)


def turn_deg(start_deg: float, end_deg: float) -> float:
    """Turn from one heading to another, -180..180, clockwise positive."""
    return (end_deg - start_deg + 180) % 360 - 180


def turn_name(start_deg: float, end_deg: float) -> str:
    """The turning movement's name: through, right, left or u_turn."""
    turn = turn_deg(start_deg, end_deg)
    if abs(turn) <= 45:
        return "through"
    if abs(turn) > 150:
        return "u_turn"
    return "right" if turn > 0 else "left"


def governing(scene: Scene, line: StopLine, cls: str) -> tuple[Movement, ...]:
    """The movements whose signal governs a class: a cyclist's own head, where there is one, before the vehicles'."""
    kinds = {m: scene.ground.site.signal_by_id[m.signal].kind if m.signal else "vehicle" for m in line.movements}
    bicycle = tuple(m for m, kind in kinds.items() if kind == "bicycle")
    vehicle = tuple(m for m, kind in kinds.items() if kind == "vehicle")
    return bicycle if cls == "cyclist" and bicycle else vehicle


def movement_of(passage: Passage, movements: tuple[Movement, ...]) -> Movement | None:
    """The listed movement that the road user made, None while that is unknown or when it made none of them."""
    if len(movements) == 1 and movements[0].exit_heading_deg is None:
        return movements[0]
    if passage.exit_heading_deg is None or not movements:
        return None
    heading = passage.exit_heading_deg
    best = min(movements, key=lambda m: _off(m, heading))
    return best if _off(best, heading) <= _MOVEMENT_DEG else None


def _off(movement: Movement, heading_deg: float) -> float:
    return 0.0 if movement.exit_heading_deg is None else abs(turn_deg(movement.exit_heading_deg, heading_deg))
