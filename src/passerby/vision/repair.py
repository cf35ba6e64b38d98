"""What a recording's tracks look like once its end is known: smooth, whole, without what turned out to be nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from passerby.tracks.classes import CODE, PEDESTRIAN
from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision import classes, kalman
from passerby.vision.association import covered
from passerby.vision.joining import Ends, followers
from passerby.vision.sightings import Sightings, joined_sightings, no_sightings
from passerby.vision.smoother import smoothed, way
from passerby.vision.view import View

CYCLIST: Final = CODE["cyclist"]
LEAST_S: Final = 0.4
SURE: Final = 0.45
AHEAD_S: Final = 1.0
BEYOND_S: Final = 1.5
LEAST_IN_VIEW: Final = 0.5
UNLOOKED_S: Final = 0.5

GONE: Final = 0.6
"""In sides of its box."""

SLIDE: Final = 0.5
"""A box that makes so much of its way at once has gone over to another vehicle that stands there."""

EDGE: Final = 0.04
"""Who begins or ends so close to the picture's edge, in shares of its size, came or went there."""


@dataclass(frozen=True, eq=False)
class Moment:
    """The tracks at t as the filter had them: their rows, states x (n, 6), covariances p (n, 6, 6)."""

    t: float
    sightings: Sightings
    x: FloatArray
    p: FloatArray


@dataclass(frozen=True, eq=False)
class Piece:
    """One track: its rows in time, states and whether each was seen."""

    rows: Sightings
    x: FloatArray


def repaired(view: View, moments: Sequence[Moment]) -> Sightings:
    """All rows of a recording again, one per road user and moment from its first to its last sighting."""
    if not moments:
        return no_sightings()
    times = np.unique([m.t for m in moments])
    pieces = _pieces(view, moments)
    if not pieces:
        return no_sightings()
    pieces = [_to_the_edge(view, p, times) for p in _joined(view, pieces, times)]
    kept = _riders_once([p for p in pieces if _believable(p)])
    return joined_sightings([p.rows for p in kept])


def _pieces(view: View, moments: Sequence[Moment]) -> list[Piece]:
    rows = joined_sightings([m.sightings for m in moments])
    x = np.concatenate([m.x for m in moments])
    p = np.concatenate([m.p for m in moments])
    out = []
    end = max(m.t for m in moments)
    order = np.lexsort((rows.t, rows.track))
    starts = np.flatnonzero(np.diff(rows.track[order], prepend=-1))
    for part in np.split(order, starts[1:]):
        if not len(part):
            continue
        gone = not _light(rows.code[part[-1:]])[0] and _gone(rows.take(part))
        if not (rows.confirmed[part].any() or gone):
            continue
        seen = np.flatnonzero(rows.seen[part])
        if not len(seen):
            continue
        # between the last look and the recording's end nobody has gone
        if rows.t[part[-1]] < end or end - rows.t[part[seen[-1]]] > UNLOOKED_S:
            part = part[: seen[-1] + 1]
        light = bool(_light(rows.code[part[-1:]])[0])
        group = classes.LIGHT if light else classes.HEAVY
        state = smoothed(
            rows.t[part], x[part], p[part], float(classes.ACCELERATION_MPS2[group]), float(classes.GROWTH[group])
        )
        mine = rows.take(part)
        last = np.full(len(part), mine.code[-1])
        mine = replace(
            mine, code=last, confirmed=np.ones(len(part), bool), moved=np.full(len(part), gone or mine.moved.any())
        )
        out.append(_drawn(view, Piece(mine, state)))
    return out


def _gone(rows: Sightings) -> bool:
    """Whether a vehicle that was surely seen, however shortly, went farther than boxes of parked ones ever breathe."""
    sure = np.flatnonzero(rows.seen & (rows.score >= SURE))
    if len(sure) < 3:
        return False
    middle = 0.5 * (rows.box[sure, :2] + rows.box[sure, 2:])
    side = np.sqrt((rows.box[sure, 2:] - rows.box[sure, :2]).prod(1).mean())
    way = float(np.hypot(*(middle[-1] - middle[0])))
    steps = np.hypot(*np.diff(middle, axis=0).T)
    return bool(way > GONE * side and steps.max() < SLIDE * way)


def _light(code: IntArray) -> BoolArray:
    return np.asarray(code <= 2)


def _drawn(view: View, piece: Piece) -> Piece:
    """With boxes, places and velocities as the states say."""
    boxes = view.bent(kalman.box_of(kalman.expected(view, piece.x)[0]))
    boxes = np.clip(boxes, 0.0, [view.width, view.height, view.width, view.height])
    rows = replace(piece.rows, box=boxes, ground=piece.x[:, :2].copy(), velocity=piece.x[:, 2:4].copy())
    return Piece(rows, piece.x)


def _at_edge(view: View, box: FloatArray) -> bool:
    mx, my = EDGE * view.width, EDGE * view.height
    return bool(box[0] < mx or box[1] < my or box[2] > view.width - mx or box[3] > view.height - my)


def _over_the_edge(view: View, piece: Piece, row: int, sign: float) -> bool:
    """Whether a path leads out of the picture after (sign 1) or came into it before (-1) one of its rows."""
    if not _at_edge(view, piece.rows.box[row]):
        return False
    x = np.repeat(piece.x[row][None], 2, axis=0)
    x[1, :2] += sign * AHEAD_S * x[1, 2:4]
    now, then = _inside(view, view.bent(kalman.box_of(kalman.expected(view, x)[0])))
    return bool(then < 0.7 * now)


def _joined(view: View, pieces: list[Piece], times: FloatArray) -> list[Piece]:
    sure = [np.flatnonzero(p.rows.seen & (p.rows.score >= SURE)) for p in pieces]
    first = [int(s[0]) if len(s) else 0 for s in sure]
    last = [int(s[-1]) if len(s) else len(p.rows) - 1 for s, p in zip(sure, pieces, strict=True)]
    ends = Ends(
        np.array([p.x[i] for p, i in zip(pieces, first, strict=True)]),
        np.array([p.x[i] for p, i in zip(pieces, last, strict=True)]),
        np.array([p.rows.t[i] for p, i in zip(pieces, first, strict=True)]),
        np.array([p.rows.t[i] for p, i in zip(pieces, last, strict=True)]),
        np.array([0 if _light(p.rows.code[-1:])[0] else 1 for p in pieces]),
        np.array([_over_the_edge(view, p, i, -1.0) for p, i in zip(pieces, first, strict=True)]),
        np.array([_over_the_edge(view, p, i, 1.0) for p, i in zip(pieces, last, strict=True)]),
    )
    after = followers(ends)
    out = []
    for i in range(len(pieces)):
        if i in after:
            continue
        whole, k = pieces[i], i
        while after[k] >= 0:
            n = len(whole.rows) - len(pieces[k].rows) + last[k] + 1
            k = int(after[k])
            whole = _bridged(view, _cut(whole, 0, n), _cut(pieces[k], first[k], len(pieces[k].rows)), times)
        out.append(whole)
    return out


def _cut(piece: Piece, begin: int, end: int) -> Piece:
    return Piece(piece.rows.take(np.arange(begin, end)), piece.x[begin:end])


def _bridged(view: View, a: Piece, b: Piece, times: FloatArray) -> Piece:
    t0, t1 = float(a.rows.t[-1]), float(b.rows.t[0])
    if t1 <= t0:
        a = _cut(a, 0, max(1, int(np.searchsorted(a.rows.t, t1 - 1e-6))))
        t0 = float(a.rows.t[-1])
    between = times[(times > t0 + 1e-6) & (times < t1 - 1e-6)]
    parts, states = [a.rows], [a.x]
    if len(between):
        x = way(between, t0, a.x[-1], t1, b.x[0])
        n = len(between)
        last = a.rows.take(np.full(n, len(a.rows) - 1))
        gap = replace(last, t=between, seen=np.zeros(n, bool), score=np.full(n, min(a.rows.score[-1], b.rows.score[0])))
        piece = _drawn(view, Piece(gap, x))
        parts.append(piece.rows)
        states.append(piece.x)
    longer = a if len(a.rows) >= len(b.rows) else b
    rows = joined_sightings([*parts, b.rows])
    n = len(rows)
    rows = replace(
        rows,
        track=np.full(n, a.rows.track[0]),
        code=np.full(n, longer.rows.code[-1]),
        moved=np.full(n, bool(rows.moved.any())),
    )
    return Piece(rows, np.concatenate([*states, b.x]))


def _to_the_edge(view: View, piece: Piece, times: FloatArray) -> Piece:
    """Who left or came over the picture's edge did so entirely: the path goes on until hardly anything is in view."""
    parts = [piece]
    for end, sign in ((0, -1.0), (len(piece.rows) - 1, 1.0)):
        t, x = float(piece.rows.t[end]), piece.x[end]
        more = times[(sign * (times - t) > 1e-6) & (sign * (times - t) <= BEYOND_S)]
        if not len(more) or not _at_edge(view, piece.rows.box[end]):
            continue
        ahead = np.repeat(x[None], len(more), axis=0)
        ahead[:, :2] += (more - t)[:, None] * x[2:4]
        whole = view.bent(kalman.box_of(kalman.expected(view, ahead)[0]))
        there = np.abs(whole - piece.rows.box[end]).max(1) > 0.0
        inside = _inside(view, whole)
        order = np.argsort(np.abs(more - t))
        good = (inside > LEAST_IN_VIEW) & (inside < 0.98) & there
        run = order[np.cumprod(good[order]).astype(bool)]
        # it must really go out, not stand at the edge
        if not len(run) or not (len(run) < len(more)):
            continue
        run = np.sort(run)
        n = len(run)
        rows = piece.rows.take(np.full(n, end))
        rows = replace(rows, t=more[run], seen=np.zeros(n, bool))
        part = _drawn(view, Piece(rows, ahead[run]))
        parts = [part, *parts] if sign < 0 else [*parts, part]
    return Piece(joined_sightings([p.rows for p in parts]), np.concatenate([p.x for p in parts]))


def _inside(view: View, boxes: FloatArray) -> FloatArray:
    """Which part of each box, shape (n,), lies in the picture."""
    frame = np.array([[0.0, 0.0, view.width, view.height]])
    return np.asarray(covered(boxes, frame)[:, 0])


def _riders_once(pieces: list[Piece]) -> list[Piece]:
    """A rider and a bicycle tracked apart for a while are one cyclist: the longer track stays."""
    gone: set[int] = set()
    order = sorted(range(len(pieces)), key=lambda i: -len(pieces[i].rows))
    out = list(pieces)
    for n, i in enumerate(order):
        if i in gone:
            continue
        for j in order[n + 1 :]:
            a, b = out[i], out[j]
            codes = {int(a.rows.code[0]), int(b.rows.code[0])}
            if j in gone or not codes <= {CYCLIST, PEDESTRIAN} or CYCLIST not in codes or not _together(a, b):
                continue
            gone.add(j)
            out[i] = Piece(replace(a.rows, code=np.full(len(a.rows), CYCLIST)), a.x)
    return [p for i, p in enumerate(out) if i not in gone]


def _together(a: Piece, b: Piece) -> bool:
    """Whether b, for most of its life, was where a was."""
    _, i, j = np.intersect1d(a.rows.t, b.rows.t, return_indices=True)
    if len(i) < 0.6 * len(b.rows) or len(i) < 3:
        return False
    p, q = a.rows.box[i], b.rows.box[j]
    apart = np.abs(p[:, :2] + p[:, 2:] - q[:, :2] - q[:, 2:]) / 2.0
    size = np.maximum(p[:, 2:] - p[:, :2], q[:, 2:] - q[:, :2])
    return bool(np.median((apart / size).max(1)) < 0.75)


def _believable(piece: Piece) -> bool:
    rows = piece.rows
    return bool(rows.t[-1] - rows.t[0] >= LEAST_S and rows.seen.sum() >= 3)
