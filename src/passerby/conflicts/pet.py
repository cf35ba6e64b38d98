"""Post-encroachment time: from when the first footprint leaves a place until the second one reaches it.

PET (Allen, Shin and Cooper 1978; SSAM, FHWA-HRT-08-051) is here the least t_b - t_a >= 0 for which the footprint of `a`
at t_a and that of `b` at t_b share ground, `a` before `b`, found exactly between the ticks of the clock. It is 0 where
two crossing ones were there at once.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.conflicts.arrival import alike, crosses, follows, from_elsewhere, sample
from passerby.conflicts.attested import attested
from passerby.conflicts.doubles import BACK_S, trust
from passerby.conflicts.footprint import Footprints, footprints, meeting_point, oriented, overlapping, penetration
from passerby.conflicts.gap import least_gap
from passerby.conflicts.measures import NONE, Measures, angle_between_deg, delta_v_mps
from passerby.conflicts.pairs import blocks, expand
from passerby.conflicts.path import KEY_OFFSET
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.visits import BLOCK, Visits, crossing_visits, visits
from passerby.tracks.classes import PEDESTRIAN
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import FloatArray, IntArray

LOOKAHEAD_S: Final = 3.0
LOOKBACK_S: Final = 18.0
_ARRIVES_M: Final = 0.3  # moved in the last second
_STEPS: Final = 8


def post_encroachment(motion: Motion, k0: int, k1: int, settings: ConflictSettings) -> Measures:
    """PET up to `pet_max_s` of every ordered pair whose second one arrives at k0 <= k < k1, one row per pair and k.

    Only where the second came from off the first one's path, crossing it or merging into it: one who follows in the
    same path has a headway, which becomes a conflict by TTC alone. The motion must be complete from k0 - LOOKBACK_S to
    k1 + LOOKAHEAD_S. Whoever stands costs nothing.
    """
    motion = attested(motion)
    back = round((settings.pet_max_s + 1) / STEP_S) + BLOCK
    v = visits(motion, (k0 // BLOCK) * BLOCK - back, ((k1 + BLOCK) // BLOCK + 1) * BLOCK)
    later = (motion.k[v.last] >= k0) & (motion.k[v.first] < k1) if len(v.first) else np.empty(0, bool)
    within = -(-round(settings.pet_max_s / STEP_S) // BLOCK) + 1
    key = motion.track * KEY_OFFSET + motion.k
    walks = motion.cls[v.track] == PEDESTRIAN
    found: list[tuple[IntArray, IntArray, FloatArray]] = []
    for p, q in crossing_visits(v, later, within):
        if not settings.pedestrian_pairs:
            keep = ~(walks[p] & walks[q])
            p, q = p[keep], q[keep]
        keep = ~follows(motion, key, v, p, q)
        found.extend(_encroachments(motion, v, p[keep], q[keep], k0, k1, settings))
    if not found:
        return NONE
    i, j, depth = (np.concatenate(parts) for parts in zip(*found, strict=True))
    i, j, depth = _latest(motion, i, j, depth)
    return _measured(motion, key, i, j, depth, settings)


def _encroachments(
    motion: Motion, v: Visits, p: IntArray, q: IntArray, k0: int, k1: int, settings: ConflictSettings
) -> list[tuple[IntArray, IntArray, FloatArray]]:
    """Samples (i of a, j of b), b later, whose footprints share ground, and by how much."""
    m = motion
    most = round(settings.pet_max_s / STEP_S) + 1
    np_, nq = v.last[p] - v.first[p] + 1, v.last[q] - v.first[q] + 1
    radius = np.hypot(m.length, m.width) / 2
    out = []
    for part in blocks(np_ * nq):
        row, number = expand(np.zeros(len(np_[part]), np.int64), (np_ * nq)[part])
        a0, b0, wide = v.first[p[part]][row], v.first[q[part]][row], nq[part][row]
        i, j = a0 + number // wide, b0 + number % wide
        dk = m.k[j] - m.k[i]
        near = (m.x[j] - m.x[i]) ** 2 + (m.y[j] - m.y[i]) ** 2 < (radius[m.track[i]] + radius[m.track[j]]) ** 2
        keep = np.flatnonzero(near & (dk >= 0) & (dk <= most) & (m.k[j] >= k0) & (m.k[j] < k1))
        i, j = i[keep], j[keep]
        depth = penetration(footprints(m, i), footprints(m, j))
        keep = np.flatnonzero(depth > 0)
        if len(keep):
            out.append((i[keep], j[keep], depth[keep]))
    return out


def _latest(motion: Motion, i: IntArray, j: IntArray, depth: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Per second sample and first track: the last moment of the first that overlaps, and the greatest depth of all."""
    order = np.lexsort((i, motion.track[i], j))
    i, j, depth = i[order], j[order], depth[order]
    end = np.ones(len(i), bool)
    end[:-1] = (j[1:] != j[:-1]) | (motion.track[i][1:] != motion.track[i][:-1])
    start = np.append(0, np.flatnonzero(end)[:-1] + 1)
    return i[end], j[end], np.maximum.reduceat(depth, start)


def _measured(
    motion: Motion, key: IntArray, i: IntArray, j: IntArray, depth: FloatArray, settings: ConflictSettings
) -> Measures:
    m = motion
    # While both are on the place nobody has encroached upon it after another; and who stands does not arrive.
    now = np.minimum(np.searchsorted(key, m.track[i] * KEY_OFFSET + m.k[j]), len(m) - 1)
    once = (key[now] == m.track[i] * KEY_OFFSET + m.k[j]) & overlapping(footprints(m, now), footprints(m, j))
    was = sample(key, m, j, BLOCK)
    keep = ~once & (np.hypot(m.x[j] - m.x[was], m.y[j] - m.y[was]) > _ARRIVES_M)
    i, j, depth = i[keep], j[keep], depth[keep]
    if not len(i):
        return NONE
    gap, gone = _refined(m, i, j)
    # Less than no time between them: they were there at once, if only between two ticks, and then one went on.
    pet = np.maximum(gap, 0.0)
    merges = alike(m, key, i, j, settings)
    most = np.where(merges, min(settings.merge_pet_max_s, settings.pet_max_s), settings.pet_max_s)
    keep = ((gap > 1e-6) | (~merges & crosses(m, key, i, j, settings))) & (pet <= most + 1e-9)
    i, j, merges, arrives = i[keep], j[keep], merges[keep], (gone + gap)[keep]
    depth, pet, most = depth[keep], pet[keep], most[keep]
    keep = from_elsewhere(m, key, i, j, merges, settings)
    i, j, depth, pet, arrives, most = i[keep], j[keep], depth[keep], pet[keep], arrives[keep], most[keep]
    if not len(i):
        return NONE
    a, b = oriented(footprints(m, i), footprints(m, j))
    x, y = meeting_point(a, b)
    va, vb = m.speed[i], m.speed[j]
    ids = np.asarray(m.ids, dtype=object)
    sigma_m = np.nan_to_num(np.hypot(m.sigma_m[i], m.sigma_m[j]))
    sigma_a, sigma_b = (np.hypot(np.nan_to_num(m.sigma_m[s]), settings.position_sigma_m) for s in (i, j))
    sigma_s = np.hypot(sigma_a / np.maximum(va, 0.5), sigma_b / np.maximum(vb, 0.5))
    cls_a, cls_b = m.cls[m.track[i]], m.cls[m.track[j]]
    return Measures(
        a=ids[m.track[i]],
        b=ids[m.track[j]],
        cls_a=cls_a,
        cls_b=cls_b,
        k=m.k[j],
        t=m.k[i] * STEP_S + arrives,
        ttc_s=np.full(len(i), np.nan),
        pet_s=pet,
        drac_mps2=np.full(len(i), np.nan),
        speed_mps=np.maximum(va, vb),
        delta_v_mps=delta_v_mps(cls_a, cls_b, m.vx[i], m.vy[i], m.vx[j], m.vy[j]),
        angle_deg=angle_between_deg(m.hx[i], m.hy[i], m.hx[j], m.hy[j]),
        x=x,
        y=y,
        depth_m=depth,
        reach_m=m.width[m.track[i]] / 2 + m.width[m.track[j]] / 2,
        sigma_s=sigma_s,
        sigma_m=sigma_m,
        limit_s=most,
        trust=trust(m, key, i, j, 2 * np.sqrt(2) * settings.position_sigma_m, settings.pet_max_s + BACK_S),
        fast=np.ones(len(i), bool),
        until_k=m.k[j],
        settled=np.zeros(len(i), bool),
    )


def _refined(m: Motion, i: IntArray, j: IntArray) -> tuple[FloatArray, FloatArray]:
    """Least gap near the overlapping samples (i of a, j of b), between the ticks, and when `a` left, s after i.

    The least gap of one clock step each is found; where it lies at a step's end, the search goes on in the next one.
    """
    gap, left = np.full(len(i), np.inf), np.zeros(len(i))
    # Whoever was last seen there left no sooner.
    nxt = np.minimum(i + 1, len(m) - 1)
    goes_on = (m.track[nxt] == m.track[i]) & (m.k[nxt] == m.k[i] + 1) & m.joined[nxt]
    da, db = np.where(goes_on, 0, -1), np.zeros(len(i), np.int64)
    rows = np.arange(len(i))
    for _ in range(_STEPS):
        g, alpha = _cell_gap(m, i[rows], da[rows], j[rows], db[rows])
        beta = g + (m.k[i[rows]] + da[rows] - m.k[j[rows]] + 1 + db[rows]) * STEP_S + alpha
        better = g < gap[rows] - 1e-9
        rows, g, alpha, beta = rows[better], g[better], alpha[better], beta[better]
        gap[rows], left[rows] = g, da[rows] * STEP_S + alpha
        move_a = (alpha > STEP_S - 1e-6).astype(np.int64) - (alpha < 1e-6)
        move_b = (beta < 1e-6).astype(np.int64) - (beta > STEP_S - 1e-6)
        da[rows] += move_a
        db[rows] += move_b
        rows = rows[(move_a != 0) | (move_b != 0)]
        if not len(rows):
            break
    return gap, left


def _cell_gap(m: Motion, i: IntArray, da: IntArray, j: IntArray, db: IntArray) -> tuple[FloatArray, FloatArray]:
    """Least gap between `a` in the clock step from da after sample i and `b` in the one from db + 1 before j.

    And when `a` left, in s within its step. Infinite where one of them has no such step.
    """
    last = len(m) - 1
    ia, ja = np.clip(i + da, 0, last), np.clip(j - 1 - db, 0, last)
    ib, jb = np.minimum(ia + 1, last), np.minimum(ja + 1, last)
    whole = (
        (m.track[ib] == m.track[i])
        & (m.k[ib] == m.k[i] + da + 1)
        & (m.k[ia] == m.k[i] + da)
        & (ib == ia + 1)
        & m.joined[ib]
    )
    whole &= (m.track[jb] == m.track[j]) & (m.k[ja] == m.k[j] - 1 - db) & (jb == ja + 1) & m.joined[jb]
    gap, left = np.full(len(i), np.inf), np.zeros(len(i))
    rows = np.flatnonzero(whole)
    ia, ib, ja, jb = ia[rows], ib[rows], ja[rows], jb[rows]
    va = ((m.x[ib] - m.x[ia]) / STEP_S, (m.y[ib] - m.y[ia]) / STEP_S)
    vb = ((m.x[jb] - m.x[ja]) / STEP_S, (m.y[jb] - m.y[ja]) / STEP_S)
    a, b = footprints(m, ia), footprints(m, jb)
    b = Footprints(m.x[ja], m.y[ja], b.hx, b.hy, b.half_l, b.half_w)
    gamma, alpha = least_gap(a, b, va, vb, STEP_S)
    gap[rows] = (m.k[ja] - m.k[ia]) * STEP_S + gamma
    left[rows] = alpha
    return gap, left
