"""Who is new: what is found and belongs to nobody yet, unless it is part of somebody, or somebody just lost."""

from __future__ import annotations

import numpy as np

from passerby.tracks.record import BoolArray
from passerby.vision import classes, kalman
from passerby.vision.association import area, assign, covered, overlap
from passerby.vision.detections import Detections
from passerby.vision.evidence import rider_fit
from passerby.vision.outlook import UNKNOWN, cut, noise_px2
from passerby.vision.settings import Settings
from passerby.vision.state import FIELDS, Tracks
from passerby.vision.view import View


def claim(view: View, tracks: Tracks, found: Detections, free: BoolArray, high: float) -> None:
    """Two-wheelers under a person belong to that person; doubles of who is tracked start nothing.

    free: shape (m,), whether a detection belongs to nobody yet, changed in place: only sure ones stay free, with scores
    of high or more.
    """
    free &= (found.score >= high) | classes.has_wheels(found.kind)
    if not free.any() or not len(tracks):
        free &= found.score >= high
        return
    row = tracks.row
    seen = np.flatnonzero(row["seen"])
    if not len(seen):
        free &= found.score >= high
        return
    spare = np.flatnonzero(free)
    now = kalman.box_of(kalman.expected(view, tracks.x[seen])[0])
    within = covered(found.boxes[spare], now)
    both = overlap(found.boxes[spare], now)
    same = classes.GROUP[found.kind[spare]][:, None] == row["group"][seen][None, :]
    wheels = classes.has_wheels(found.kind[spare])
    best = np.where(same, within, 0.0)
    which = best.argmax(1)
    rides = wheels & (best.max(1) > 0.4)
    np.add.at(row["rides"], seen[which[rides]], found.score[spare[rides]])
    # somebody at the place of a rider whose bicycle is tracked
    cycles = row["votes"][seen, classes.BICYCLE] + row["votes"][seen, classes.MOTORCYCLE] > 0.5
    rider = (found.kind[spare] == classes.PERSON) & (rider_fit(found.boxes[spare], now)[:, cycles] > 0.0).any(1)
    rides |= rider
    double = (np.where(same, both, 0.0).max(1) > 0.45) | (best.max(1) > 0.7) | rides
    free[spare[double]] = False
    free &= found.score >= high


def newcomers(
    view: View, chosen: Detections, ridden: BoolArray, suspect: BoolArray, settings: Settings, first: int, t: float
) -> Tracks:
    """Tracks that begin at t with the chosen detections, numbered from first.

    ridden: shape (n,), whether a person on a two-wheeler; suspect: (n,), see Street.
    """
    n = len(chosen)
    measured = kalman.measured(view.straight(chosen.boxes))

    size, sd = classes.PRIOR_SIZE[chosen.kind], classes.PRIOR_SIZE_SD[chosen.kind]
    x = np.zeros((n, 6))
    x[:, :2] = view.ground(measured[:, :2])
    x[:, 4:6] = size
    p = np.zeros((n, 6, 6))
    p[:, 2, 2] = p[:, 3, 3] = classes.USUAL_SPEED_MPS[np.where(ridden, classes.BICYCLE, chosen.kind)] ** 2
    p[:, [4, 5], [4, 5]] = (sd * (1.0 if view.calibrated else 1.5)) ** 2
    reach = np.hypot(*(x[:, :2] - view.centre[:2]).T)
    p[:, 0, 0] = p[:, 1, 1] = (0.3 * reach + 1.0) ** 2
    expected, jacobian = kalman.expected(view, x)
    given = np.where(cut(view, chosen.boxes), UNKNOWN, noise_px2(measured, settings))
    kalman.update(x, p, measured - expected, jacobian, given)
    x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
    row = np.zeros(n, FIELDS)
    row["track"] = np.arange(first, first + n)
    row["belief"] = 5.0 * (chosen.score - 0.35)
    row["hits"] = row["looks"] = 1
    row["born_t"] = row["hit_t"] = row["seen_t"] = t
    row["best"] = row["score"] = chosen.score
    row["seen"] = True
    row["start"] = row["trail"] = x[:, :2]
    row["start_px"][:, :2] = 0.5 * (chosen.boxes[:, :2] + chosen.boxes[:, 2:])
    row["start_px"][:, 2] = np.sqrt(area(chosen.boxes))
    row["trail_t"] = t
    row["votes"][np.arange(n), chosen.kind] = chosen.score
    row["votes"][:, classes.BICYCLE] += np.where(ridden, chosen.score, 0.0)
    row["rides"] = ridden
    row["group"] = classes.GROUP[chosen.kind]
    row["suspect"] = suspect
    return Tracks(x, p, row)


def adopt(tracks: Tracks, settings: Settings, t: float) -> None:
    """A newcomer within the picture, where somebody was lost a moment ago, is that somebody."""
    row, x = tracks.row, tracks.x
    lost = np.flatnonzero(row["confirmed"] & ~row["seen"])
    young = np.flatnonzero(row["seen"] & (t - row["born_t"] <= settings.adopt_s) & (row["hits"] >= 2))
    if not len(lost) or not len(young):
        return
    away = x[lost, None, :2] - x[None, young, :2]
    usual = np.hypot(x[lost, 2], x[lost, 3])
    since = t - row["seen_t"][lost]
    reach = settings.adopt_m + np.maximum(1.0, 0.5 * usual) * since
    ratio = np.hypot(away[..., 0], away[..., 1]) / reach[:, None]
    fits = (row["group"][lost][:, None] == row["group"][young][None, :]) & (
        row["seen_t"][lost][:, None] <= row["born_t"][young][None, :] + settings.adopt_s
    )
    mine, theirs = assign(np.where(fits, ratio, np.inf), 1.0)
    if not len(mine):
        return
    a, b = lost[mine], young[theirs]
    tracks.x[a], tracks.p[a] = x[b], tracks.p[b]
    for name in ("hit_t", "seen_t", "lost_s", "score", "seen", "trail", "trail_t"):
        row[name][a] = row[name][b]
    row["hits"][a] += row["hits"][b]
    row["looks"][a] += row["looks"][b]
    row["votes"][a] += row["votes"][b]
    keep = np.ones(len(row), bool)
    keep[b] = False
    tracks.keep(keep)
