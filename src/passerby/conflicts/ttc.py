"""Time to collision: both road users go on along their own paths at their present speeds; when do they touch?

SSAM's definition (FHWA-HRT-08-051, chapter 2). The path is the one really driven, so a car that turns in front of a
waiting one is not on collision course with it; beyond `LOOKAHEAD_S` it goes straight on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from passerby.conflicts.attested import attested
from passerby.conflicts.doubles import BACK_S, trust
from passerby.conflicts.drac import crossing_drac, following_drac, times_in_way
from passerby.conflicts.footprint import (
    Footprints,
    footprints,
    meeting_point,
    moving_touch,
    oriented,
    overlapping,
    placed,
    sidestep,
)
from passerby.conflicts.measures import NONE, Measures, angle_between_deg, delta_v_mps, join
from passerby.conflicts.pairs import expand, overlapping_boxes
from passerby.conflicts.path import Path, ahead, path_ahead
from passerby.conflicts.settings import ConflictSettings
from passerby.tracks.classes import PEDESTRIAN
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import BoolArray, FloatArray, IntArray

LOOKAHEAD_S: Final = 3.0
LOOKBACK_S: Final = 3.2
_SEEN_S: Final = 2.0


def time_to_collision(motion: Motion, k0: int, k1: int, settings: ConflictSettings) -> Measures:
    """TTC up to `ttc_max_s` of every pair at the instants k0 <= k < k1, one row per pair and instant.

    The motion must be complete from k0 - LOOKBACK_S to k1 + LOOKAHEAD_S. A pair that cannot touch within `ttc_max_s`
    costs two entries in a sort.
    """
    path = path_ahead(attested(motion), round(LOOKAHEAD_S / STEP_S))
    out = [_measured(path, *pairs, settings) for pairs in _near(path, k0, k1, settings)]
    return join(out)


def candidate_pairs(motion: Motion, k0: int, k1: int, settings: ConflictSettings) -> int:
    """How many pairs of samples are looked at more closely (what TTC costs beyond the sort)."""
    path = path_ahead(motion, round(LOOKAHEAD_S / STEP_S))
    return sum(len(pairs[0]) for pairs in _near(path, k0, k1, settings))


def _near(
    path: Path, k0: int, k1: int, settings: ConflictSettings
) -> Iterator[tuple[IntArray, IntArray, FloatArray, FloatArray]]:
    """Pairs of samples (i, j) at one instant that may touch, and from when to when (s from now), in portions."""
    m = path.motion
    i = np.flatnonzero((m.k >= k0) & (m.k < k1))
    if len(i) < 2:
        return
    horizon = settings.ttc_max_s
    length = path.speed[i] * horizon
    ex, ey, _, _, reached = ahead(path, i, length)
    cx, cy = ex - m.x[i], ey - m.y[i]
    # A path of that length between two points stays within this of the straight, evenly travelled chord.
    bow = np.sqrt(np.maximum(length**2 - cx**2 - cy**2, 0.0)) / 2
    bow = np.where(bow < 2e-3, 2e-3, bow)
    track = m.track[i]
    half_l, half_w = m.length[track] / 2, m.width[track] / 2
    radius = np.hypot(half_l, half_w)
    swing = bow + radius * np.minimum(path.turned[reached] - path.turned[i], 2.0)
    hx, hy = np.abs(m.hx[i]), np.abs(m.hy[i])
    box_x = np.where(np.isnan(hx), radius, half_l * hx + half_w * hy) + swing
    box_y = np.where(np.isnan(hx), radius, half_l * hy + half_w * hx) + swing
    x, y = m.x[i], m.y[i]
    boxes = overlapping_boxes(
        m.k[i] - k0,
        np.minimum(x, ex) - box_x,
        np.maximum(x, ex) + box_x,
        np.minimum(y, ey) - box_y,
        np.maximum(y, ey) + box_y,
    )
    walks = m.cls[track] == PEDESTRIAN
    rank = id_rank(m)[track]
    for p, q in boxes:
        if not settings.pedestrian_pairs:
            both = walks[p] & walks[q]
            p, q = p[~both], q[~both]
        # The lower id first, so that nothing hangs on how the boxes were sorted and the tracks numbered.
        swap = rank[p] > rank[q]
        p, q = np.where(swap, q, p), np.where(swap, p, q)
        a, b = oriented(footprints(m, i[p]), footprints(m, i[q]))
        unknown = np.isnan(m.hx[i[p]]) | np.isnan(m.hx[i[q]])
        slack = swing[p] + swing[q] + np.where(unknown, radius[p] + radius[q], 0.0)
        touch = moving_touch(a, b, (cx[q] - cx[p]) / horizon, (cy[q] - cy[p]) / horizon, slack)
        # Those that share ground already did not get there by a conflict, unless they touched just now.
        some = (touch.first <= horizon) & (touch.last >= 0)
        some[some] &= ~overlapping(_rows(a, some), _rows(b, some)) | _touched_since_last(path, i[p[some]], i[q[some]])
        if some.any():
            yield i[p[some]], i[q[some]], np.maximum(touch.first[some], 0.0), np.minimum(touch.last[some], horizon)


def _measured(
    path: Path, i: IntArray, j: IntArray, earliest: FloatArray, latest: FloatArray, settings: ConflictSettings
) -> Measures:
    """Measures of the pairs (i, j), that can only touch between `earliest` and `latest` s from now."""
    m = path.motion
    # Steps of the clock ahead, one row each, from the one before the earliest touch; with it the place one step later.
    low = np.maximum(np.floor(earliest / STEP_S - 1e-6).astype(np.int64), 0)
    high = np.ceil(latest / STEP_S + 1e-6).astype(np.int64)
    pair, step = expand(low, np.maximum(high - low, 1) + 1)
    tau = step * STEP_S
    ax, ay, ahx, ahy, _ = ahead(path, i[pair], path.speed[i[pair]] * tau)
    bx, by, bhx, bhy, _ = ahead(path, j[pair], path.speed[j[pair]] * tau)
    here = np.flatnonzero(pair[1:] == pair[:-1])
    then = here + 1
    va = ((ax[then] - ax[here]) / STEP_S, (ay[then] - ay[here]) / STEP_S)
    vb = ((bx[then] - bx[here]) / STEP_S, (by[then] - by[here]) / STEP_S)
    pair, step = pair[here], step[here]
    a, b = oriented(
        placed(m, i[pair], ax[here], ay[here], ahx[here], ahy[here]),
        placed(m, j[pair], bx[here], by[here], bhx[here], bhy[here]),
    )
    touch = moving_touch(a, b, vb[0] - va[0], vb[1] - va[1])
    since = np.maximum(touch.first, 0.0)
    hit = np.flatnonzero((touch.first <= STEP_S) & (touch.last >= 0) & (step * STEP_S + since <= settings.ttc_max_s))
    hit = hit[np.append(True, np.diff(pair[hit]) > 0)[: len(hit)]]
    if not len(hit):
        return NONE
    i, j, ttc, since = i[pair[hit]], j[pair[hit]], (step * STEP_S + since)[hit], since[hit]
    head_a, head_b = (ahx[here[hit]], ahy[here[hit]]), (bhx[here[hit]], bhy[here[hit]])
    va, vb = (va[0][hit], va[1][hit]), (vb[0][hit], vb[1][hit])
    a, b = _moved(_rows(a, hit), va, since), _moved(_rows(b, hit), vb, since)
    closing = np.where(ttc > 0, touch.closing_mps[hit], np.hypot(vb[0] - va[0], vb[1] - va[1]))
    angle = angle_between_deg(*_directions(path, i, va, *head_a), *_directions(path, j, vb, *head_b))
    depth, reach = sidestep(a, b, vb[0] - va[0], vb[1] - va[1])
    sigma_m = np.nan_to_num(np.hypot(m.sigma_m[i], m.sigma_m[j]))
    sigma_v = np.nan_to_num(np.hypot(m.sigma_mps[i], m.sigma_mps[j]))
    least = np.where(ttc > 0, settings.closing_mps, max(settings.contact_mps, settings.closing_mps))
    walks = (m.cls[m.track[i]] == PEDESTRIAN) | (m.cls[m.track[j]] == PEDESTRIAN)
    in_line = np.where(np.isnan(angle) & ~walks, 0.0, angle)
    real = (closing >= least + 2 * sigma_v) & _deep(depth, reach, sigma_m, settings)
    real &= _approached(path, i, j, touch.nx[hit], touch.ny[hit], in_line, sigma_m, settings)
    fastest = np.maximum(path.speed[i], path.speed[j])
    enter_a, leave_a = times_in_way(a, b, *va, *vb)
    enter_b, leave_b = times_in_way(b, a, *vb, *va)
    along = np.nan_to_num(in_line, nan=90.0) < settings.rear_end_deg
    ahead_of = (b.x - a.x) * (va[0] + vb[0]) + (b.y - a.y) * (va[1] + vb[1]) < 0
    stands_a, stands_b = path.speed[i] == 0, path.speed[j] == 0
    a_first = np.where(along, ahead_of, enter_a <= enter_b + 1e-9)
    a_first = np.where(stands_a != stands_b, stands_a, a_first)
    drac = np.where(
        along | (angle > 150.0) | stands_a | stands_b,
        following_drac(closing, ttc),
        np.where(
            a_first,
            crossing_drac(path.speed[j], enter_b + ttc, leave_a + ttc),
            crossing_drac(path.speed[i], enter_a + ttc, leave_b + ttc),
        ),
    )
    # Somebody stands in the way for good: the other one has to stop.
    drac = np.where(np.isfinite(drac), drac, following_drac(closing, ttc))
    x, y = meeting_point(a, b)
    ids = np.asarray(m.ids, dtype=object)
    first, second = np.where(a_first, i, j), np.where(a_first, j, i)
    measures = Measures(
        a=ids[m.track[first]],
        b=ids[m.track[second]],
        cls_a=m.cls[m.track[first]],
        cls_b=m.cls[m.track[second]],
        k=m.k[i],
        t=m.t[i],
        ttc_s=ttc,
        pet_s=np.full(len(i), np.nan),
        drac_mps2=drac,
        speed_mps=fastest,
        delta_v_mps=delta_v_mps(m.cls[m.track[i]], m.cls[m.track[j]], *va, *vb),
        angle_deg=angle,
        x=x,
        y=y,
        depth_m=depth,
        reach_m=reach,
        sigma_s=np.hypot(np.hypot(sigma_m, _systematic(m, i, j, settings)), sigma_v * ttc) / np.maximum(closing, 0.1),
        sigma_m=sigma_m,
        limit_s=np.full(len(i), settings.ttc_max_s),
        trust=np.ones(len(i)),
        fast=~((in_line < settings.rear_end_deg) & (fastest < settings.queue_mps) & ~walks),
        until_k=m.k[i],
        settled=np.zeros(len(i), bool),
    ).take(real)
    margin = 2 * np.sqrt(2) * settings.position_sigma_m
    return replace(measures, trust=trust(m, path.key, i[real], j[real], margin, BACK_S))


def _systematic(m: Motion, i: IntArray, j: IntArray, settings: ConflictSettings) -> FloatArray:
    """Standard error of the distance between two footprints that the rows' noise does not show, m.

    Where one's heading is unknown, its end is somewhere between half a width and half a length from its centre.
    """
    lengths = [np.where(np.isnan(m.hx[s]), m.length[m.track[s]] - m.width[m.track[s]], 0.0) for s in (i, j)]
    turned = np.hypot(*lengths) / np.sqrt(12)
    return np.asarray(np.hypot(np.sqrt(2) * settings.position_sigma_m, turned))


def _deep(depth: FloatArray, reach: FloatArray, sigma_m: FloatArray, settings: ConflictSettings) -> BoolArray:
    """Whether the overlap is more than a graze that the positions' errors explain."""
    return np.asarray(depth >= np.minimum(settings.graze_m + sigma_m, 0.7 * reach) - 1e-9)


def _touched_since_last(path: Path, i: IntArray, j: IntArray) -> BoolArray:
    """Whether two that touch now were apart one clock step ago."""
    m = path.motion
    pi, pj = np.maximum(i - 1, 0), np.maximum(j - 1, 0)
    known = m.joined[i] & m.joined[j] & (m.track[pi] == m.track[i]) & (m.track[pj] == m.track[j])
    known &= (m.k[pi] == m.k[i] - 1) & (m.k[pj] == m.k[j] - 1)
    a, b = oriented(footprints(m, pi), footprints(m, pj))
    wx = (m.x[j] - m.x[pj] - m.x[i] + m.x[pi]) / STEP_S
    wy = (m.y[j] - m.y[pj] - m.y[i] + m.y[pi]) / STEP_S
    touch = moving_touch(a, b, wx, wy)
    return np.asarray(known & (touch.first > 0) & (touch.first <= STEP_S + 1e-9))


def _approached(
    path: Path,
    i: IntArray,
    j: IntArray,
    nx: FloatArray,
    ny: FloatArray,
    angle: FloatArray,
    sigma_m: FloatArray,
    settings: ConflictSettings,
) -> BoolArray:
    """Whether the two have moved against each other, in the last two seconds, by more than the positions' errors.

    Those who go along side by side, or against each other in lanes of their own, must have come nearer across the
    face that would touch: what noise makes of a constant distance is no approach.
    """
    m, key = path.motion, path.key
    back = np.minimum(
        np.minimum(m.k[i] - m.k[m.starts[m.track[i]]], m.k[j] - m.k[m.starts[m.track[j]]]), round(_SEEN_S / STEP_S)
    )
    was_i, was_j = np.searchsorted(key, key[i] - back), np.searchsorted(key, key[j] - back)
    now_x, now_y = m.x[j] - m.x[i], m.y[j] - m.y[i]
    was_x, was_y = m.x[was_j] - m.x[was_i], m.y[was_j] - m.y[was_i]
    moved = np.hypot(now_x - was_x, now_y - was_y)
    nearer = np.abs(was_x * nx + was_y * ny) - np.abs(now_x * nx + now_y * ny)
    parallel = (angle < 30.0) | (angle > 150.0)
    least = np.minimum(settings.closing_mps * back * STEP_S, 0.5) + 3 * sigma_m
    return np.asarray(np.where(parallel, nearer, moved) >= least - 1e-9)


def _moved(f: Footprints, v: tuple[FloatArray, FloatArray], dt: FloatArray) -> Footprints:
    return Footprints(f.x + v[0] * dt, f.y + v[1] * dt, f.hx, f.hy, f.half_l, f.half_w)


def _rows(f: Footprints, rows: IntArray | BoolArray) -> Footprints:
    return Footprints(f.x[rows], f.y[rows], f.hx[rows], f.hy[rows], f.half_l[rows], f.half_w[rows])


def _directions(
    path: Path, i: IntArray, v: tuple[FloatArray, FloatArray], hx: FloatArray, hy: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The body's heading at the touch; the direction of travel where the heading is unknown; else NaN."""
    moving = path.speed[i] > 0.3
    return (
        np.where(np.isnan(hx), np.where(moving, v[0], np.nan), hx),
        np.where(np.isnan(hy), np.where(moving, v[1], np.nan), hy),
    )


def id_rank(motion: Motion) -> IntArray:
    """Each track's place in the order of ids, shape (m,)."""
    rank = np.empty(len(motion.ids), np.int64)
    rank[np.argsort(np.asarray(motion.ids, dtype=object))] = np.arange(len(motion.ids))
    return rank
