"""`Tracker`: detections and moving regions in, road users out, at one moment after the other (docs/tracking.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray, IntArray
from passerby.vision import classes, kalman
from passerby.vision.association import GATE, assign, covered, likelihood_cost, overlap
from passerby.vision.detections import Detections
from passerby.vision.evidence import Evidence, evidence, rider_fit
from passerby.vision.regions import MovingRegions
from passerby.vision.repair import Moment, repaired
from passerby.vision.sightings import Sightings, no_sightings
from passerby.vision.sizes import Sizes
from passerby.vision.state import FIELDS, Tracks
from passerby.vision.street import Street
from passerby.vision.view import View

EDGE_PX: Final = 3.0

FAINT_DOUBT: Final = 9.0
CROWD_DOUBT: Final = 2.0
LOWGATE: Final = 0.2
LOGDET: Final = 1.0
ADOPT_S: Final = 0.6
ADOPT_M: Final = 0.8
MEET_DOUBT: Final = 2.0
REGION_DOUBT: Final = 12.0
REGION_FIT: Final = 0.45
MOVED: Final = 0.5
"""A road user whose box has gone so many of its own widths or heights has moved; boxes of parked cars breathe."""


@dataclass(frozen=True)
class Settings:
    """How sure, how long. Scores are the detector's, 0 to 1; times in seconds."""

    high: float = 0.45
    """Detections above are first to choose a track, and may start one."""
    low: float = 0.15
    """Detections below are noise."""
    patience_s: float = 1.5
    """A road user not detected for so long where nothing hides it has gone."""
    hidden_share: float = 0.2
    """How much of its time counts against a road user while something hides it."""
    faint_share: float = 0.5
    """How much of its time counts against a road user that stands and is only faintly detected."""
    shown_s: float = 1.5
    """So long a road user who is not detected is still reported, in the open."""
    confirm: float = 2.5
    """Log odds from which a road user is certain."""
    noise: tuple[float, float, float, float] = (0.05, 0.06, 0.04, 0.12)
    """Standard deviation of a box's middle, bottom, top and width, in box heights; middle and width in mean sides."""


class Tracker:
    """The road users before one camera, followed from box to box by where they are and how they move alone."""

    def __init__(self, view: View, settings: Settings | None = None, *, record: bool = False) -> None:
        self.view = view
        self.settings = settings or Settings()
        self._sizes = None if view.calibrated else Sizes(view.width, view.height)
        self._tracks = Tracks()
        self._street = Street()
        self._t: float | None = None
        self._next = 1
        self._moments: list[Moment] | None = [] if record else None
        self._inputs: list[tuple[float, Detections, FloatArray, MovingRegions]] = []

    def update(self, t: float, found: Detections, looked: FloatArray, moving: MovingRegions) -> Sightings:
        """Who is where at t (epoch s), given what the detector found in the boxes it looked at, and what moves.

        looked: shape (k, 4), px; none where the detector did not look this time.
        """
        tracks, s = self._tracks, self.settings
        dt = 0.0 if self._t is None else t - self._t
        if dt < 0.0 or dt > 10.0:
            tracks.keep(np.empty(0, np.int64))
            dt = 0.0
        self._t = t
        given = found = found.take(found.score >= s.low)
        self._learn(found)
        row = tracks.row
        kalman.predict(tracks.x, tracks.p, dt, classes.ACCELERATION_MPS2[row["group"]], classes.GROWTH[row["group"]])
        expected, jacobian = kalman.expected(self.view, tracks.x)
        boxes = kalman.box_of(expected)
        noise = self._noise(expected)
        variance = kalman.innovation_variance(tracks.p, jacobian, noise)
        still = classes.has_wheels(row["votes"].argmax(1)) & ~row["moved"] & (row["hits"] >= 3)
        clear = evidence(found, moving, boxes[row["confirmed"]], boxes[still], s.high)
        found = clear.found
        pairs = self._pair(found, expected, variance)
        mine, theirs = pairs
        row["seen"] = False
        if len(mine):
            self._correct(mine, clear, theirs, expected, jacobian, noise, t)
        free = np.ones(len(found), bool)
        free[theirs] = False
        self._ride_along(found, free, boxes)
        watched = covered(boxes, looked).max(1) > 0.7 if len(looked) else np.zeros(len(boxes), bool)
        self._carry(boxes, expected, jacobian, noise, moving, watched)
        self._miss(mine, boxes, watched, t, dt)
        free &= found.score >= s.high
        if free.any():
            self._begin(found, free, moving, t)
        self._adopt(t)
        self._end(t)
        out = self._sightings(t)
        if self._moments is not None:
            self._moments.append(Moment(out, tracks.x.copy(), tracks.p.copy()))
            self._inputs.append((t, given, looked, moving))
        return out.take(self._shown()) if len(out) else out

    def finish(self) -> Sightings:
        """For a recording: all rows again, revised with what came later; nothing unless made with record=True."""
        if self._moments is None:
            return no_sightings()
        if self._sizes is None:
            return repaired(self.view, self._moments)
        # where the view was learnt on the way, the beginning is tracked again with what is known at the end
        again = Tracker(self.view, self.settings, record=True)
        again._sizes = None
        for t, found, looked, moving in self._inputs:
            again.update(t, found, looked, moving)
        return repaired(again.view, again._moments or [])

    def _learn(self, found: Detections) -> None:
        if self._sizes is None or not len(found) or not self._sizes.add(found):
            return
        old, new = self.view, self._sizes.view()
        ratio = new.centre[2] / old.centre[2]
        if abs(ratio - 1.0) < 0.05 and np.abs(new.camera - old.camera).max() < 0.02 * np.abs(old.camera).max():
            return
        x = self._tracks.x
        if len(x):
            now = old.project(x[:, :2])
            later = old.project(x[:, :2] + 0.2 * x[:, 2:4])
            good = np.isfinite(now).all(1) & np.isfinite(later).all(1)
            z, _ = kalman.expected(old, x)
            x[good, :2] = new.ground(now[good])
            x[good, 2:4] = (new.ground(later[good]) - x[good, :2]) / 0.2
            for name in ("start", "trail"):
                place = old.project(self._tracks.row[name])
                self._tracks.row[name] = np.where(np.isfinite(place), new.ground(np.nan_to_num(place)), x[:, :2])
            again, _ = kalman.expected(new, x)
            tall = (z[:, 1] - z[:, 2]) / np.maximum(again[:, 1] - again[:, 2], 1.0)
            wide = z[:, 3] / np.maximum(again[:, 3], 1.0)
            x[:, 4] *= np.clip(tall, 0.2, 5.0)
            x[:, 5] *= np.clip(wide, 0.2, 5.0)
            self._tracks.keep(np.flatnonzero(good))
        self.view = new

    def _noise(self, expected: FloatArray) -> FloatArray:
        """Measurement variances, shape (n, 4), px2."""
        n = self.settings.noise
        height = np.maximum(expected[:, 1] - expected[:, 2], 4.0)
        side = np.sqrt(height * np.maximum(expected[:, 3], 4.0))
        return np.asarray(
            (np.column_stack([n[0] * side, n[1] * height, n[2] * height, n[3] * side]) + 1.0) ** 2, np.float64
        )

    def _cut(self, boxes: FloatArray) -> BoolArray:
        """Which numbers of a measurement the picture's edge cuts, shape (n, 4)."""
        view = self.view
        side = (boxes[:, 0] < EDGE_PX) | (boxes[:, 2] > view.width - EDGE_PX)
        bottom = boxes[:, 3] > view.height - EDGE_PX
        return np.column_stack([side, bottom, boxes[:, 1] < EDGE_PX, side])

    def _pair(self, found: Detections, expected: FloatArray, variance: FloatArray) -> tuple[IntArray, IntArray]:
        row = self._tracks.row
        if not len(found) or not len(row):
            return np.empty(0, np.int64), np.empty(0, np.int64)
        cost = likelihood_cost(
            expected, variance, kalman.measured(self.view.straight(found.boxes)), self._cut(found.boxes)
        )
        cost[row["group"][:, None] != classes.GROUP[found.kind][None, :]] = np.inf
        base = np.log(self._noise(expected)).sum(1)
        cost += LOGDET * (np.log(variance).sum(1) - base)[:, None]
        cost += np.where(row["confirmed"], 0.0, 2.0)[:, None]
        high = np.flatnonzero(found.score >= self.settings.high)
        low = np.flatnonzero(found.score < self.settings.high)
        first, to = assign(cost[:, high])
        rest = np.setdiff1d(np.arange(len(row)), first)
        second, then = assign(cost[np.ix_(rest, low)], LOWGATE * GATE)
        return np.concatenate([first, rest[second]]), np.concatenate([high[to], low[then]])

    def _correct(
        self,
        mine: IntArray,
        clear: Evidence,
        theirs: IntArray,
        expected: FloatArray,
        jacobian: FloatArray,
        noise: FloatArray,
        t: float,
    ) -> None:
        tracks = self._tracks
        x, p = tracks.x[mine], tracks.p[mine]
        found = clear.found
        boxes, score, kind = found.boxes[theirs], found.score[theirs], found.kind[theirs]
        residual = kalman.measured(self.view.straight(boxes)) - expected[mine]
        both = overlap(boxes, found.boxes)
        both[np.arange(len(mine)), theirs] = 0.0
        doubt = np.where(score < self.settings.high, FAINT_DOUBT, 1.0)[:, None]
        doubt = doubt * (1.0 + CROWD_DOUBT * both.max(1))[:, None] ** 2
        near = overlap(kalman.box_of(expected[mine]), kalman.box_of(expected))
        near[np.arange(len(mine)), mine] = 0.0
        doubt = doubt * (1.0 + MEET_DOUBT * near.max(1))[:, None] ** 2
        given = np.where(self._cut(boxes), 1e4, noise[mine] * doubt)
        kalman.update(x, p, residual, jacobian[mine], given)
        x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
        tracks.x[mine], tracks.p[mine] = x, p
        row = tracks.row
        new = row[mine]
        sure = score >= self.settings.high
        new["trail"] += np.minimum(np.maximum(t - new["trail_t"], 0.0), 1.0)[:, None] * (x[:, :2] - new["trail"])
        new["trail_t"] = t
        going = np.hypot(*(x[:, :2] - new["trail"]).T) > 0.25 + np.sqrt(p[:, 0, 0] + p[:, 1, 1])
        gain = 5.0 * (score - 0.4)
        new["belief"] = np.clip(new["belief"] + np.where(going, np.maximum(gain, 0.0) + 0.5, gain), -2.0, 8.0)
        new["hits"] += sure
        new["looks"] += 1
        # what is seen faintly, always in one place, was never a road user, or is none any more
        aged = new["lost_s"] + self.settings.faint_share * (t - new["hit_t"])
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
        gone = np.hypot(*(x[:, :2] - new["start"]).T) > np.maximum(1.0, 3.0 * np.sqrt(p[:, 0, 0] + p[:, 1, 1]))
        away = 0.5 * np.abs(boxes[:, :2] + boxes[:, 2:] - 2.0 * new["start_px"]) / (boxes[:, 2:] - boxes[:, :2])
        new["moved"] |= gone & (away.max(1) > MOVED)
        certain = (new["belief"] > self.settings.confirm) & (new["hits"] >= 2)
        new["confirmed"] |= certain & (new["moved"] | ~new["suspect"])
        row[mine] = new

    def _carry(
        self,
        boxes: FloatArray,
        expected: FloatArray,
        jacobian: FloatArray,
        noise: FloatArray,
        moving: MovingRegions,
        watched: BoolArray,
    ) -> None:
        """Moving regions that show one road user alone carry its track where the detector did not."""
        row = self._tracks.row
        row["carried"] = False
        idle = np.flatnonzero(~row["seen"] & ~watched)
        if not len(idle) or not len(moving):
            return
        share = covered(boxes, moving.boxes)
        alone = (share > 0.3).sum(0) == 1
        fit = np.where(alone[None, :], overlap(boxes[idle], moving.boxes), 0.0)
        best = fit.argmax(1)
        good = fit[np.arange(len(idle)), best] > REGION_FIT
        mine, theirs = idle[good], best[good]
        row["carried"][mine] = True
        if not len(mine):
            return
        x, p = self._tracks.x[mine], self._tracks.p[mine]
        region = moving.boxes[theirs]
        given = np.where(self._cut(region), 1e4, noise[mine] * REGION_DOUBT)
        kalman.update(x, p, kalman.measured(self.view.straight(region)) - expected[mine], jacobian[mine], given)
        x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
        self._tracks.x[mine], self._tracks.p[mine] = x, p

    def _ride_along(self, found: Detections, free: BoolArray, boxes: FloatArray) -> None:
        """Two-wheelers under a person belong to that person; doubles of who is tracked start nothing."""
        if not free.any() or not len(boxes):
            return
        row = self._tracks.row
        seen = np.flatnonzero(row["seen"])
        if not len(seen):
            return
        spare = np.flatnonzero(free)
        now = kalman.box_of(kalman.expected(self.view, self._tracks.x[seen])[0])
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

    def _miss(self, mine: IntArray, boxes: FloatArray, watched: BoolArray, t: float, dt: float) -> None:
        row = self._tracks.row
        missed = np.ones(len(row), bool)
        missed[mine] = False
        if not missed.any():
            return
        s = self.settings
        view = self.view
        frame = np.array([[0.0, 0.0, view.width, view.height]])
        watched = missed & watched
        inside = covered(boxes, frame)[:, 0]
        # who stands lower in the picture stands in front
        front = covered(boxes, boxes) * (boxes[None, :, 3] > boxes[:, None, 3]) * row["confirmed"][None, :]
        np.fill_diagonal(front, 0.0)
        hidden = front.max(1) > 0.35
        share = np.where(hidden | row["carried"], s.hidden_share, 1.0)
        row["lost_s"][missed] += (dt * share)[missed]
        row["hit_t"][missed] = t
        row["belief"][watched] -= np.where(hidden | row["carried"], 0.1, 1.0)[watched]
        leaving = missed & (inside < 0.6)
        row["lost_s"][leaving] += 2.0 * dt
        row["lost_s"][missed & (inside < 0.25)] = np.inf

    def _begin(self, found: Detections, free: BoolArray, moving: MovingRegions, t: float) -> None:
        chosen = found.take(free)
        n = len(chosen)
        measured = kalman.measured(self.view.straight(chosen.boxes))

        size, sd = classes.PRIOR_SIZE[chosen.kind], classes.PRIOR_SIZE_SD[chosen.kind]
        x = np.zeros((n, 6))
        x[:, :2] = self.view.ground(measured[:, :2])
        x[:, 4:6] = size
        p = np.zeros((n, 6, 6))
        p[:, 2, 2] = p[:, 3, 3] = classes.USUAL_SPEED_MPS[chosen.kind] ** 2
        p[:, [4, 5], [4, 5]] = (sd * (1.0 if self.view.calibrated else 1.5)) ** 2
        reach = np.hypot(*(x[:, :2] - self.view.centre[:2]).T)
        p[:, 0, 0] = p[:, 1, 1] = (0.3 * reach + 1.0) ** 2
        expected, jacobian = kalman.expected(self.view, x)
        given = np.where(self._cut(chosen.boxes), 1e4, self._noise(measured))
        kalman.update(x, p, measured - expected, jacobian, given)
        x[:, 4:6] = np.maximum(x[:, 4:6], 0.2)
        row = np.zeros(n, FIELDS)
        row["track"] = np.arange(self._next, self._next + n)
        self._next += n
        row["belief"] = 5.0 * (chosen.score - 0.35)
        row["hits"] = row["looks"] = 1
        row["born_t"] = row["hit_t"] = row["seen_t"] = t
        row["best"] = row["score"] = chosen.score
        row["seen"] = True
        row["start"] = row["trail"] = x[:, :2]
        row["start_px"] = 0.5 * (chosen.boxes[:, :2] + chosen.boxes[:, 2:])
        row["trail_t"] = t
        row["votes"][np.arange(n), chosen.kind] = chosen.score
        row["group"] = classes.GROUP[chosen.kind]
        row["suspect"] = self._street.doubts(chosen.boxes, moving.boxes, t)
        self._tracks.add(Tracks(x, p, row))

    def _adopt(self, t: float) -> None:
        """A newcomer within the picture, where somebody was lost a moment ago, is that somebody."""
        row, x = self._tracks.row, self._tracks.x
        lost = np.flatnonzero(row["confirmed"] & ~row["seen"])
        young = np.flatnonzero(row["seen"] & (t - row["born_t"] <= ADOPT_S) & (row["hits"] >= 2))
        if not len(lost) or not len(young):
            return
        away = x[lost, None, :2] - x[None, young, :2]
        usual = np.hypot(x[lost, 2], x[lost, 3])
        since = t - row["seen_t"][lost]
        reach = ADOPT_M + np.maximum(1.0, 0.5 * usual) * since
        ratio = np.hypot(away[..., 0], away[..., 1]) / reach[:, None]
        fits = (row["group"][lost][:, None] == row["group"][young][None, :]) & (
            row["seen_t"][lost][:, None] <= row["born_t"][young][None, :] + ADOPT_S
        )
        mine, theirs = assign(np.where(fits, ratio, np.inf), 1.0)
        if not len(mine):
            return
        a, b = lost[mine], young[theirs]
        self._tracks.x[a], self._tracks.p[a] = x[b], self._tracks.p[b]
        for name in ("hit_t", "seen_t", "lost_s", "score", "seen", "trail", "trail_t"):
            row[name][a] = row[name][b]
        row["hits"][a] += row["hits"][b]
        row["looks"][a] += row["looks"][b]
        row["votes"][a] += row["votes"][b]
        keep = np.ones(len(row), bool)
        keep[b] = False
        self._tracks.keep(keep)

    def _end(self, t: float) -> None:
        row = self._tracks.row
        s = self.settings
        patience = np.where(row["confirmed"], np.minimum(s.patience_s, 0.3 + row["hits"] * 0.2), 0.5)
        over = (row["lost_s"] > patience) | (~row["confirmed"] & (row["belief"] <= -1.0))
        if over.any():
            things = over & ~row["moved"] & (row["hit_t"] > row["born_t"])
            if things.any():
                x = self._tracks.x[things]
                self._street.learn(kalman.box_of(kalman.expected(self.view, x)[0]), t)
            self._tracks.keep(~over)

    def _sightings(self, t: float) -> Sightings:
        tracks = self._tracks
        if not len(tracks):
            return no_sightings()
        row, view = tracks.row, self.view
        boxes = kalman.box_of(kalman.expected(view, tracks.x)[0])
        boxes = np.clip(view.bent(boxes), 0.0, [view.width, view.height, view.width, view.height])
        row["code"] = classes.road_user(
            row["votes"], row["rides"], row["looks"], tracks.x[:, 4], tracks.x[:, 5], row["speed"], view.calibrated
        )
        return Sightings(
            np.full(len(row), t),
            row["track"].copy(),
            boxes,
            row["code"].copy(),
            row["score"].copy(),
            row["seen"].copy(),
            row["confirmed"].copy(),
            tracks.x[:, :2].copy(),
            tracks.x[:, 2:4].copy(),
            row["moved"].copy(),
        )

    def _shown(self) -> BoolArray:
        row = self._tracks.row
        return np.asarray(row["seen"] | (row["lost_s"] < self.settings.shown_s))
