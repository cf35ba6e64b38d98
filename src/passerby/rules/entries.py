"""Entries: who stepped onto which crosswalk when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from passerby.rules.crossings import crossing_sigma_s, crossings
from passerby.rules.ground import CrosswalkFrame
from passerby.rules.scene import Scene
from passerby.tracks.motion import STANDING_WINDOW_S, STEP_S, Motion
from passerby.tracks.record import FloatArray, IntArray

COMMIT_M = 1.5
"""Farther onto the crosswalk than anybody stands who waits at the kerb edge."""

_BESIDE_M = 1.5
_ALONG_COS = 0.3
_STRAYS_M = 0.3
_CORNER = 3.0
_KERB_EDGE_M = 0.3
_AROUND_M = 12.0
_SAME_WALK_S = 90.0
_SET_OFF_M = 0.5
_WAITS_WITHIN_M = 1.0
_WAITED_BEFORE = 15
_ONE_WALK_S = 4.0
_WELL_INTO_M = 2.5
_DECIDED_S = 8.0
_SET_OFF_SIGMA_S = 0.4


@dataclass(frozen=True)
class Entry:
    """A road user entering a crosswalk along its walking direction: track index, t (s), x, y (m), error of t (s).

    edge_t: when it crossed the crosswalk's edge, earlier than t where it then waited there. aligned: how well it
    walked along the crosswalk (cosine). part: index into `Ground.crosswalks`; commit: the first sample definitely on
    it. stood_m: how far beyond the edge it stood (negative: before it), None where it did not wait there; arrived_t:
    when it had come to stand there, t where it did not.
    """

    track: int
    cls: str
    place: str
    signal: str | None
    t: float
    x: float
    y: float
    speed_mps: float
    sigma_t_s: float
    after: int
    direction: int
    edge_t: float
    aligned: float
    part: int
    commit: int
    stood_m: float | None
    arrived_t: float


def entries(scene: Scene) -> list[Entry]:
    """Every entry of those whom each crosswalk's `classes` name, in the order (track, t)."""
    found: list[Entry] = []
    for part, frame in enumerate(scene.ground.crosswalks):
        found.extend(_crosswalk_entries(scene, part, frame))
    found.sort(key=lambda e: (e.track, e.t, e.place))
    return _without_second_halves(_one_crosswalk_each(found, scene), scene)


def _one_crosswalk_each(found: list[Entry], scene: Scene) -> list[Entry]:
    """Where crosswalks overlap, only the one at whose edge somebody waited, or that it walked along best.

    There an entry is held back until it is decided, `_DECIDED_S` after the first step that leads well into it.
    """
    t, m = scene.motion.t, scene.motion
    areas = {f.crosswalk.id: f.area for f in scene.ground.crosswalks}
    crowded = {p for p, a in areas.items() if any(q != p and a.intersects(areas[q]) for q in areas)}
    if not crowded:
        return found

    def fit(e: Entry) -> tuple[bool, float, str]:
        return e.stood_m is not None, e.aligned, e.place

    def rivals(e: Entry, q: Entry, decided_t: float) -> bool:
        if q.track != e.track or q.place == e.place or not areas[q.place].intersects(areas[e.place]):
            return False
        at_once = q.t - float(t[e.commit]) < _ONE_WALK_S and e.t - float(t[q.commit]) < _ONE_WALK_S
        waits = q.stood_m is not None and q.t >= e.t and q.arrived_t <= decided_t - _DECIDED_S
        return (at_once or waits) and float(t[q.commit]) <= decided_t

    kept = []
    for e in found:
        decided_t = _well_into_t(scene, e) + _DECIDED_S if e.place in crowded else -np.inf
        if not m.closed[e.track] and float(t[m.starts[e.track + 1] - 1]) < decided_t:
            continue
        if not any(rivals(e, q, decided_t) and fit(q) > fit(e) for q in found):
            kept.append(e)
    return kept


def _well_into_t(scene: Scene, e: Entry) -> float:
    """When somebody had gone so far into a crosswalk that it is no waiting place any more; inf while it has not."""
    m, begin, end = scene.motion, e.commit, int(scene.motion.starts[e.track + 1])
    low, high, _ = scene.ground.crosswalks[e.part].place(m.x[begin:end], m.y[begin:end])
    deep = np.flatnonzero((low if e.direction > 0 else high) >= _WELL_INTO_M)
    return float(m.t[begin + deep[0]]) if len(deep) else np.inf


def _crosswalk_entries(scene: Scene, part: int, frame: CrosswalkFrame) -> list[Entry]:
    m = scene.motion
    x0, y0, x1, y1 = frame.area.bounds
    walks = scene.is_class(frame.crosswalk.classes)[m.track]
    r = _AROUND_M
    near = np.flatnonzero(walks & (m.x > x0 - r) & (m.x < x1 + r) & (m.y > y0 - r) & (m.y < y1 + r))
    if len(near) == 0:
        return []
    low, high, beside = frame.place(m.x[near], m.y[near])
    strip = beside <= _BESIDE_M
    rows, low, high, beside = near[strip], low[strip], high[strip], beside[strip]
    found = []
    for direction, depth in ((1, low), (-1, high)):
        # deeper than the far end is out again, so the depth from this end alone decides; who comes along the road
        # to the crosswalk's corner is not on it yet
        depth = depth - _CORNER * np.maximum(beside - _STRAYS_M, 0.0)
        c = crossings(m, rows, depth, COMMIT_M)
        t, sigma = c.t(m), crossing_sigma_s(m, c)
        depth_at = np.full(len(m), np.nan)
        depth_at[rows] = depth
        for i in range(len(c)):
            after, commit = int(c.after[i]), int(c.commit[i])
            dx, dy = m.x[commit] - m.x[after - 1], m.y[commit] - m.y[after - 1]
            aligned = float(dx * frame.axis[0] + dy * frame.axis[1]) * direction / max(float(np.hypot(dx, dy)), 1e-6)
            if aligned < _ALONG_COS:
                continue
            instant = _instant(m, depth_at, after, commit, float(t[i]), float(sigma[i]))
            found.append(
                Entry(
                    int(m.track[after]),
                    scene.class_name(int(m.track[after])),
                    frame.crosswalk.id,
                    frame.crosswalk.signal,
                    instant.t,
                    float(m.x[instant.row]),
                    float(m.y[instant.row]),
                    float(m.speed[commit]),
                    instant.sigma_t_s,
                    instant.row,
                    direction,
                    instant.edge_t,
                    aligned,
                    part,
                    commit,
                    instant.stood_m,
                    instant.arrived_t,
                )
            )
    return found


class _Instant(NamedTuple):
    t: float
    sigma_t_s: float
    row: int
    edge_t: float
    stood_m: float | None
    arrived_t: float


def _instant(m: Motion, depth: FloatArray, after: int, commit: int, t: float, sigma: float) -> _Instant:
    """When somebody entered who crossed the crosswalk's edge at t and walked on to the commit depth.

    Who waited at the edge enters on setting off. Who walked enters where the walk beyond the edge, drawn backwards,
    meets it: that forgives dawdling along the kerb. `edge_t`: when the edge itself was crossed for good.
    """
    begin = max(int(m.starts[m.track[after]]), after - _WAITED_BEFORE)
    near = begin + np.flatnonzero(m.standing[begin : commit + 1] & (depth[begin : commit + 1] > -_WAITS_WITHIN_M))
    near = where_stood(m, near)
    if len(near):
        first, last = around(m, near, commit)
        stood_m = float(np.nanmedian(depth[first : last + 1]))
        arrived_t = float(m.t[first])
        if stood_m > kerb_edge_m(float(m.sigma_m[first : last + 1].mean())):
            return _Instant(t, sigma, after, t, None, t)
        row = max(last, after)
        return _Instant(float(m.t[row]), _SET_OFF_SIGMA_S, row, min(t, float(m.t[row])), stood_m, arrived_t)
    half = after + int(np.argmax(depth[after : commit + 1] >= _SET_OFF_M))
    walked, took = float(depth[commit] - depth[half]), float(m.t[commit] - m.t[half])
    if half >= commit or walked <= 0.2 or took <= 0.0:
        return _Instant(t, sigma, after, t, None, t)
    entered = float(m.t[half]) - float(depth[half]) * took / walked
    entered = min(max(entered, t), float(m.t[commit]))
    return _Instant(entered, sigma, after, t, None, entered)


def kerb_edge_m(sigma_m: float) -> float:
    """How far over a crosswalk's edge one who waits at it may seem to stand: the drawing's error, or two sigma."""
    return max(_KERB_EDGE_M, 2 * sigma_m)


def where_stood(m: Motion, standing: IntArray) -> IntArray:
    """Samples in the middle of the time to which `standing` refers: it is still true for a moment after setting off."""
    first = m.starts[m.track[standing]]
    return np.unique(np.maximum(standing - round(STANDING_WINDOW_S / STEP_S) // 2, first))


def around(m: Motion, stood: IntArray, end: int) -> tuple[int, int]:
    """The first and last sample, of the same track and up to `end`, of the stay around where somebody stood."""
    x, y = float(np.median(m.x[stood])), float(np.median(m.y[stood]))
    begin, middle = int(m.starts[m.track[end]]), int(stood[len(stood) // 2])
    away = np.hypot(m.x[begin : end + 1] - x, m.y[begin : end + 1] - y)
    left = away > np.maximum(_SET_OFF_M, 3 * m.sigma_m[begin : end + 1])
    before = np.flatnonzero(left[: middle - begin])
    near = middle + np.flatnonzero(~left[middle - begin :])
    return begin + (int(before[-1]) + 1 if len(before) else 0), int(near[-1]) if len(near) else middle


def last_near(m: Motion, stood: IntArray, after: int, commit: int) -> int:
    """The last sample up to the commit one that is no farther than a step from where somebody stood."""
    return max(around(m, stood, commit)[1], after)


def _without_second_halves(found: list[Entry], scene: Scene) -> list[Entry]:
    """Leave out the entry into the next part of the same crosswalk by someone who did not stop on the island."""
    m = scene.motion
    kept: list[Entry] = []
    for e in found:
        before = next(
            (
                q
                for q in reversed(kept)
                if q.track == e.track and q.place == e.place and e.t - q.t < _SAME_WALK_S and q.direction == e.direction
            ),
            None,
        )
        if before is not None and not m.standing[before.after : e.after].any():
            continue
        kept.append(e)
    return kept
