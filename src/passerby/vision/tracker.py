"""`Tracker`: detections and moving regions in, road users out, at one moment after the other (docs/tracking.md)."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.tracks.classes import PEDESTRIAN
from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision import classes, kalman
from passerby.vision.association import covered
from passerby.vision.births import adopt, claim, newcomers
from passerby.vision.correction import carry, correct, pair
from passerby.vision.deaths import miss, over
from passerby.vision.detections import Detections
from passerby.vision.evidence import evidence
from passerby.vision.outlook import outlook
from passerby.vision.regions import MovingRegions
from passerby.vision.repair import Moment, repaired
from passerby.vision.settings import Settings
from passerby.vision.sightings import Sightings, no_sightings
from passerby.vision.sizes import Sizes, differ, rehang
from passerby.vision.state import Tracks
from passerby.vision.street import Street
from passerby.vision.view import View

LOOKED_AT: Final = 0.7
"""A road user was looked at if so much of its box was."""

LONGEST_GAP_S: Final = 10.0
"""After a longer gap nobody is taken for who was there before."""


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
        if not 0.0 <= dt <= LONGEST_GAP_S:
            tracks.keep(np.empty(0, np.int64))
            dt = 0.0
        self._t = t
        given = found = found.take(found.score >= s.low)
        self._learn(found)
        row = tracks.row
        kalman.predict(
            tracks.x,
            tracks.p,
            dt,
            classes.acceleration_mps2(row["group"], row["rides"], row["looks"]),
            classes.GROWTH[row["group"]],
        )
        look = outlook(self.view, tracks, s)
        still = classes.has_wheels(row["votes"].argmax(1)) & ~row["moved"] & (row["hits"] >= 3)
        clear = evidence(found, moving, look.boxes[row["confirmed"]], look.boxes[still], s.high)
        found = clear.found
        mine, theirs = pair(self.view, tracks, look, found, s)
        row["seen"] = False
        if len(mine):
            correct(self.view, tracks, look, mine, clear, theirs, s, t)
        free = np.ones(len(found), bool)
        free[theirs] = False
        claim(self.view, tracks, found, free, s.high)
        watched = covered(look.boxes, looked).max(1) > LOOKED_AT if len(looked) else np.zeros(len(tracks), bool)
        carry(self.view, tracks, look, moving, watched, s)
        miss(self.view, tracks, look.boxes, watched, s, t, dt)
        self._begin(found.take(free), clear.ridden[free], moving, t)
        adopt(tracks, s, t)
        self._end(t)
        out = self._sightings(t)
        if self._moments is not None:
            self._moments.append(Moment(t, out, tracks.x.copy(), tracks.p.copy()))
            if self._sizes is not None:
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
        view = self._sizes.view()
        if differ(self.view, view):
            rehang(self._tracks, self.view, view)
            self.view = view

    def _begin(self, chosen: Detections, ridden: BoolArray, moving: MovingRegions, t: float) -> None:
        if not len(chosen):
            return
        suspect = self._street.doubts(chosen.boxes, moving.boxes, t)
        self._tracks.add(newcomers(self.view, chosen, ridden, suspect, self.settings, self._next, t))
        self._next += len(chosen)

    def _end(self, t: float) -> None:
        tracks = self._tracks
        gone = over(tracks, self.settings)
        if not gone.any():
            return
        things = gone & ~tracks.row["moved"] & (tracks.row["hit_t"] > tracks.row["born_t"])
        if things.any():
            self._street.learn(kalman.box_of(kalman.expected(self.view, tracks.x[things])[0]))
        tracks.keep(~gone)

    def _sightings(self, t: float) -> Sightings:
        tracks = self._tracks
        if not len(tracks):
            return no_sightings()
        row, view = tracks.row, self.view
        boxes = kalman.box_of(kalman.expected(view, tracks.x)[0])
        boxes = np.clip(view.bent(boxes), 0.0, [view.width, view.height, view.width, view.height])
        if row["seen"].any():
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
            # what stands and is no person may be parked for good, or no road user at all
            row["confirmed"] & (row["moved"] | (row["code"] == PEDESTRIAN)),
            tracks.x[:, :2].copy(),
            tracks.x[:, 2:4].copy(),
            row["moved"].copy(),
        )

    def _shown(self) -> BoolArray:
        row = self._tracks.row
        return np.asarray(row["seen"] | (row["lost_s"] < self.settings.shown_s))
