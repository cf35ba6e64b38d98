"""`propose`: a junction's drawing, learnt from the tracks of those who use it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from passerby.errors import TracksError
from passerby.signals.history import SignalHistory
from passerby.site.model import Signal, Site
from passerby.survey.arms import Arm, arms, legs
from passerby.survey.carriageways import carriageways
from passerby.survey.crosswalks import LEAST, Crossing, crossings
from passerby.survey.draft import Draft, beside, people, roads, signals_of, zones
from passerby.survey.governs import Lights
from passerby.survey.heart import hearts
from passerby.survey.paths import ways
from passerby.survey.people import at_mouths, split_at_islands
from passerby.survey.proposal import Proposal
from passerby.survey.road import mouths, road_of
from passerby.survey.speeds import limit_kmh
from passerby.survey.standing import rests
from passerby.tracks.classes import CLASSES, CODE, MOTOR_VEHICLES
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion
from passerby.tracks.record import Tracks

LEAST_TRACKS: Final = 10
MOST_TRACKS: Final = 4000
"""Of each kind of road user; more add time and nothing to the drawing."""

_MOTOR: Final = np.array([c in MOTOR_VEHICLES for c in CLASSES])
_MOUTH_M: Final = 14.0
_APART_M: Final = 15.0


def propose(
    tracks: Motion | Tracks,
    signals: SignalHistory | None = None,
    *,
    name: str,
    timezone: str,
    origin: tuple[float, float],
    drives_on: str | None = None,
    heads: Sequence[Signal] = (),
) -> Proposal:
    """The junction that minutes to hours of tracks show: lanes, stop lines, crosswalks, zones, and who obeys what.

    signals: the log of the same time; without it no signal is proposed. heads: its signals where phases or groups tie
    them to the log (`read_signal_log`). drives_on: "right" or "left", else learnt.
    TracksError where the tracks are too few to show anything.
    """
    motion = tracks if isinstance(tracks, Motion) else smooth(tracks)
    motor = ways(motion, _some(motion, _MOTOR[motion.cls]), 8.0)
    walkers = ways(motion, _some(motion, motion.cls == CODE["pedestrian"]), 3.0)
    cyclists = ways(motion, _some(motion, motion.cls == CODE["cyclist"]), 5.0)
    n = motor.n_tracks + walkers.n_tracks + cyclists.n_tracks
    if n < LEAST_TRACKS:
        raise TracksError(
            f"tracks: a proposal needs at least {LEAST_TRACKS} road users that move some metres, got {n}; "
            "record for longer"
        )
    draft = Draft()
    waiting = rests(motion, motion.cls == CODE["pedestrian"])
    standing = rests(motion, _MOTOR[motion.cls])
    riders = rests(motion, motion.cls == CODE["cyclist"])
    lights = None
    if signals is not None and signals.signals and len(motion):
        lights = Lights(signals, float(motion.t.min()), float(motion.t.max()))

    road = road_of(motor)
    if road is None:
        draft.unclear.append("no motor vehicle was seen to drive, so neither lanes nor crosswalks are proposed")
    middles = hearts(motor)
    around = shapely.union_all(middles).buffer(_MOUTH_M) if middles else None
    found: list[Crossing] = []
    if road is not None:
        found, _ = crossings(road, walkers, cyclists, waiting, around)
    centres = [*middles, *_midblock(found, middles)]
    ground, wrong = arms(carriageways(motor, centres), centres, motor)
    if road is not None and ground:
        # again, on the lanes alone: what people do at corners that turning traffic cuts is no crossing
        found, strays = crossings(mouths(road, legs(ground)), walkers, cyclists, waiting, around)
        busy = [c for c in found if _is_busy(c)]
        found = [*busy, *at_mouths([c for c in found if not _is_busy(c)], busy, ground)]
        if strays:
            draft.unclear.append(f"{strays} people crossed the carriageway where too few did to make it a crosswalk")
    if wrong:
        draft.unclear.append(
            f"{wrong} drove against the lanes of others, or where nobody gets to the junction; no lane is there"
        )
    side = drives_on or _side(ground, draft)

    roads(motion, ground, found, standing, riders, lights, side, draft)
    parted: list[Crossing] = []
    islands: list[shapely.Polygon] = []
    for crossing in found:
        halves, between = split_at_islands(crossing, ground, waiting)
        parted += halves
        islands += between
    heart = shapely.union_all(centres).centroid if centres else None
    centre = (heart.x, heart.y) if heart is not None else (float(np.median(motion.x)), float(np.median(motion.y)))
    people(motion, parted, waiting, lights, centre, draft)
    outline = road.outline if road is not None else shapely.Polygon()
    beside(cyclists, walkers, ground, outline, centre, draft)
    zones(outline, islands, middles, draft)
    limit = limit_kmh(motor)
    if limit is not None:
        draft.unclear.append(
            f"speed_limit_kmh {limit[0]:g} is a guess: of those whom nothing stops, 85 of 100 drive at most "
            f"{limit[1]:.0f} km/h"
        )
    chosen = signals_of(signals, heads, draft)
    site = Site(
        name=name,
        timezone=timezone,
        origin=origin,
        drives_on=side,
        speed_limit_kmh=None if limit is None else limit[0],
        signals=chosen,
        stop_lines=tuple(draft.stop_lines),
        crosswalks=tuple(draft.crosswalks),
        lanes=tuple(draft.lanes),
        zones=tuple(draft.zones),
    )
    return Proposal(site, tuple(draft.findings), tuple(dict.fromkeys(draft.unclear)))


def _is_busy(crossing: Crossing) -> bool:
    return len(crossing.walkers) + len(crossing.cyclists) >= LEAST


def _midblock(found: list[Crossing], middles: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Crossings far from where flows of motor traffic cross: junctions of people and traffic."""
    return [c.polygon for c in found if _is_busy(c) and all(c.polygon.distance(m) > _APART_M for m in middles)]


def _some(motion: Motion, mask: np.ndarray) -> np.ndarray:
    """At most `MOST_TRACKS` of the masked tracks, evenly over the recording."""
    chosen = np.flatnonzero(mask)
    if len(chosen) <= MOST_TRACKS:
        return mask
    begins = motion.k[motion.starts[chosen]]
    order = chosen[np.argsort(begins, kind="stable")]
    out = np.zeros(len(mask), bool)
    out[order[np.linspace(0, len(order) - 1, MOST_TRACKS).astype(np.int64)]] = True
    return out


def _side(ground: list[Arm], draft: Draft) -> str:
    """The side of the road on which oncoming traffic is not: right where it passes on the left."""
    votes = Counter[str]()
    for arm in ground:
        for other in ground:
            if other is arm:
                continue
            s, d = arm.road.reference.measure(other.road.paths.x, other.road.paths.y)
            k = np.clip(np.rint(s).astype(np.int64), 0, len(arm.road.reference.points) - 1)
            u = arm.road.reference.tangents[k]
            oncoming = (other.road.paths.ux * u[:, 0] + other.road.paths.uy * u[:, 1] < -0.9) & (np.abs(d) < 25)
            oncoming &= (s > 0) & (s < arm.road.reference.length_m)
            if oncoming.sum() >= 20:
                own = float(np.median(arm.road.d))
                votes["right" if np.median(d[oncoming]) < own else "left"] += 1
    if not votes or (len(votes) == 2 and votes.most_common()[1][1] * 2 > votes.most_common()[0][1]):
        draft.unclear.append('drives_on: oncoming traffic does not tell the side of the road; "right" is assumed')
        return "right"
    return votes.most_common(1)[0][0]
