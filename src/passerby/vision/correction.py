"""Tracks corrected by what is found: detections, and moving regions where the detector did not look."""

from __future__ import annotations

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision import classes, kalman
from passerby.vision.association import GATE, assign, covered, likelihood_cost, overlap
from passerby.vision.detections import Detections
from passerby.vision.evidence import Evidence
from passerby.vision.outlook import UNKNOWN, Outlook, cut
from passerby.vision.regions import MovingRegions
from passerby.vision.settings import Settings
from passerby.vision.state import Tracks
from passerby.vision.view import View


def pair(view: View, tracks: Tracks, look: Outlook, found: Detections, settings: Settings) -> tuple[IntArray, IntArray]:
    """Tracks and detections that belong together, as indices: sure detections first, then faint ones for the rest."""
    row = tracks.row
    if not len(found) or not len(row):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    cost = likelihood_cost(
        look.expected, look.variance, kalman.measured(view.straight(found.boxes)), cut(view, found.boxes)
    )
    cost[row["group"][:, None] != classes.GROUP[found.kind][None, :]] = np.inf
    base = np.log(look.noise).sum(1)
    cost += (np.log(look.variance).sum(1) - base)[:, None]
    cost += np.where(row["confirmed"], 0.0, 2.0)[:, None]
    high = np.flatnonzero(found.score >= settings.high)
    low = np.flatnonzero(found.score < settings.high)
    first, to = assign(cost[:, high])
    rest = np.setdiff1d(np.arange(len(row)), first)
    second, then = assign(cost[np.ix_(rest, low)], settings.faint_gate * GATE)
    return np.concatenate([first, rest[second]]), np.concatenate([high[to], low[then]])


def correct(
    view: View,
    tracks: Tracks,
    look: Outlook,
    mine: IntArray,
    clear: Evidence,
    theirs: IntArray,
    settings: Settings,
    t: float,
) -> None:
    """Tracks `mine` corrected by the detections `theirs` of the evidence, at t, in place."""
    x, p = tracks.x[mine], tracks.p[mine]
    found = clear.found
    boxes, score = found.boxes[theirs], found.score[theirs]
    residual = kalman.measured(view.straight(boxes)) - look.expected[mine]
    both = overlap(boxes, found.boxes)
    both[np.arange(len(mine)), theirs] = 0.0
    doubt = np.where(score < settings.high, settings.faint_doubt, 1.0)[:, None]
    doubt = doubt * (1.0 + settings.crowd_doubt * both.max(1))[:, None] ** 2
    near = overlap(look.boxes[mine], look.boxes)
    near[np.arange(len(mine)), mine] = 0.0
    doubt = doubt * (1.0 + settings.meet_doubt * near.max(1))[:, None] ** 2
    given = np.where(cut(view, boxes), UNKNOWN, look.noise[mine] * doubt)
    kalman.update(x, p, residual, look.jacobian[mine], given)
    x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
    tracks.x[mine], tracks.p[mine] = x, p
    _credit(tracks, mine, clear, theirs, settings, t)


def _credit(tracks: Tracks, mine: IntArray, clear: Evidence, theirs: IntArray, settings: Settings, t: float) -> None:
    """What being detected says of tracks `mine`: that they are there, what they are, whether they go anywhere."""
    found = clear.found
    boxes, score, kind = found.boxes[theirs], found.score[theirs], found.kind[theirs]
    x, p = tracks.x[mine], tracks.p[mine]
    row = tracks.row
    new = row[mine]
    sure = score >= settings.high
    new["trail"] += np.minimum(np.maximum(t - new["trail_t"], 0.0), 1.0)[:, None] * (x[:, :2] - new["trail"])
    new["trail_t"] = t
    going = np.hypot(*(x[:, :2] - new["trail"]).T) > 0.25 + np.sqrt(p[:, 0, 0] + p[:, 1, 1])
    gain = 5.0 * (score - 0.4)
    new["belief"] = np.clip(new["belief"] + np.where(going, np.maximum(gain, 0.0) + 0.5, gain), -2.0, 8.0)
    new["hits"] += sure
    new["looks"] += 1
    # what is seen faintly, always in one place, was never a road user, or is none any more
    aged = new["lost_s"] + settings.faint_share * (t - new["hit_t"])
    new["lost_s"] = np.where(sure, 0.0, np.where(going, new["lost_s"], aged))
    new["hit_t"] = t
    new["best"] = np.maximum(new["best"], score)
    new["score"] = score
    new["seen"] = True
    new["seen_t"] = np.where(sure, t, new["seen_t"])
    new["votes"][np.arange(len(mine)), kind] += score
    new["votes"][:, classes.BICYCLE] += np.where(clear.ridden[theirs], score, 0.0)
    new["rides"] += clear.ridden[theirs]
    new["speed"] += 0.1 * (np.hypot(x[:, 2], x[:, 3]) - new["speed"])
    new["moved"] |= _has_moved(x, p, boxes, new["start"], new["start_px"], settings)
    certain = (new["belief"] > settings.confirm) & (new["hits"] >= 2)
    new["confirmed"] |= certain & (new["moved"] | ~new["suspect"])
    row[mine] = new


def _has_moved(
    x: FloatArray, p: FloatArray, boxes: FloatArray, start: FloatArray, start_px: FloatArray, settings: Settings
) -> BoolArray:
    """Who is certainly elsewhere than where they were first seen, on the ground and in the picture, shape (n,)."""
    away = np.hypot(*(0.5 * (boxes[:, :2] + boxes[:, 2:]) - start_px[:, :2]).T) / start_px[:, 2]
    return np.asarray(_far(x[:, :2] - start, p[:, :2, :2]) & (away > settings.moved))


def _far(away: FloatArray, covariance: FloatArray) -> BoolArray:
    """Whether ways, shape (n, 2), m, are longer than a metre and than three standard deviations in their direction."""
    a, b, c = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    x, y = away[:, 0], away[:, 1]
    square = (c * x**2 - 2.0 * b * x * y + a * y**2) / np.maximum(a * c - b**2, 1e-12)
    return np.asarray((np.hypot(x, y) > 1.0) & (square > 9.0))


def carry(
    view: View, tracks: Tracks, look: Outlook, moving: MovingRegions, watched: BoolArray, settings: Settings
) -> None:
    """Moving regions that show one road user alone carry its track where the detector did not.

    Vehicles also where it looked in vain: it hardly knows them from above, and nothing else is so large and moves.
    """
    row = tracks.row
    row["carried"] = False
    idle = np.flatnonzero(~row["seen"] & (~watched | (row["group"] == classes.HEAVY)))
    if not len(idle) or not len(moving):
        return
    share = covered(look.boxes, moving.boxes)
    alone = (share > 0.3).sum(0) == 1
    fit = np.where(alone[None, :], overlap(look.boxes[idle], moving.boxes), 0.0)
    best = fit.argmax(1)
    good = fit[np.arange(len(idle)), best] > settings.region_fit
    mine, theirs = idle[good], best[good]
    row["carried"][mine] = True
    if not len(mine):
        return
    x, p = tracks.x[mine], tracks.p[mine]
    region = moving.boxes[theirs]
    given = np.where(cut(view, region), UNKNOWN, look.noise[mine] * settings.region_doubt)
    kalman.update(x, p, kalman.measured(view.straight(region)) - look.expected[mine], look.jacobian[mine], given)
    x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
    tracks.x[mine], tracks.p[mine] = x, p
    row["moved"][mine] |= _has_moved(x, p, region, row["start"][mine], row["start_px"][mine], settings)
