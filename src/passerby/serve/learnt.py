"""What motion says about a junction's drawing: ways to draw along, a proposal, doubts. Pure, and takes seconds."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final

import numpy as np
import shapely
from pydantic import BaseModel, ConfigDict, Field

from passerby.serve.findings import Finding
from passerby.serve.motions import Remembered
from passerby.site.model import Site
from passerby.site.write import write_site
from passerby.survey import misdrawn, propose, undrawn
from passerby.survey import proposal as learnt
from passerby.survey.paths import ways
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion
from passerby.tracks.record import FloatArray

MOST_PATHS: Final = 400
_LEAST_M: Final = 3.0
_STRAIGHT_M: Final = 0.2
"""A thinned path keeps as near as this to the whole one."""

_CHOICE: Final = random.SystemRandom()


class Way(BaseModel):
    """A way that one road user took."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)
    cls: str = Field(alias="class")
    points: list[tuple[float, float]] = Field(description="[x, y] in m")


class Ways(BaseModel):
    """Some of the ways taken in the last half hour, in random order."""

    paths: list[Way]
    road_users: int = Field(description="How many were seen in that time.")
    seen_s: float = Field(description="How much of the last half hour is in memory, s.")


class Grounds(Finding):
    """What speaks for one part of a proposal."""

    road_users: int = Field(description="How many it rests on.")
    confidence: float = Field(description="0-1, a rank for whoever checks the drawing, not a probability.")


class Proposed(BaseModel):
    """A site.toml that is not saved, what speaks for each of its parts, what was not clear."""

    toml: str
    findings: list[Grounds]
    unclear: list[Finding]


def ways_of(seen: Remembered | None, most: int = MOST_PATHS) -> Ways:
    """At most so many ways that road users took, none where nobody was seen."""
    if seen is None:
        return Ways(paths=[], road_users=0, seen_s=0.0)
    return Ways(
        paths=sampled(seen.motion, most),
        road_users=len(seen.motion.ids),
        seen_s=round(float(np.ptp(seen.motion.t)), 1),
    )


def learn(seen: Remembered, known: Site) -> Proposed:
    """The proposal of a motion; name, time zone, origin, side of the road and cameras are those already known.

    TracksError where too few were seen.
    """
    found = propose(
        seen.motion,
        seen.signals,
        name=known.name,
        timezone=known.timezone,
        origin=known.origin,
        drives_on=known.drives_on,
        heads=known.signals,
    )
    site = replace(found.site, cameras=known.cameras)
    places = _places(site)
    return Proposed(
        toml=write_site(site),
        findings=[_said(f, places) for f in found.findings],
        unclear=[_unclear(sentence) for sentence in found.unclear],
    )


def sampled(motion: Motion, most: int) -> list[Way]:
    """Some ways of every class, drawn at random; a class of few is not crowded out by a class of many."""
    by_class: list[list[Way]] = []
    for code in np.unique(motion.cls):
        found = ways(motion, motion.cls == code, _LEAST_M)
        edges = np.flatnonzero(np.diff(found.piece, prepend=-1, append=-1)) if len(found) else np.empty(0, np.int64)
        spans = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
        points = np.stack([found.x, found.y], 1)
        by_class.append([_way(CLASSES[code], points[a:b]) for a, b in _some(spans, most) if b - a > 1])
    out: list[Way] = []
    for i, mine in enumerate(sorted(by_class, key=len)):
        out += mine[: (most - len(out)) // (len(by_class) - i)]
    _CHOICE.shuffle(out)
    return out


def doubts_of(seen: Remembered, site: Site) -> list[Finding]:
    """What the motion and the lights say is wrong with a drawing."""
    found = [
        Finding(who=f'{m.kind} "{m.id}"', message=m.sentence, x=_cm(m.x), y=_cm(m.y), fix=m.fix)
        for m in misdrawn(site, seen.motion, seen.signals)
    ]
    lacking = undrawn(site, seen.signals)
    return found + ([_unclear(lacking)] if lacking is not None else [])


def _some(spans: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    return _CHOICE.sample(spans, min(most, len(spans)))


def _way(cls: str, points: FloatArray) -> Way:
    thin = shapely.get_coordinates(shapely.simplify(shapely.linestrings(points), _STRAIGHT_M))
    return Way.model_validate({"class": cls, "points": thin.round(1).tolist()})


def _said(f: learnt.Finding, places: dict[tuple[str, str], tuple[float, float]]) -> Grounds:
    x, y = places.get((f.kind, f.id), (None, None))
    rests = f"rests on {f.tracks} road user{'s' if f.tracks != 1 else ''}"
    spread = f", spread {f.spread_m:.2f} m" if f.spread_m is not None else ""
    note = f"; {f.note}" if f.note else ""
    return Grounds(
        who=f'{f.kind} "{f.id}"',
        message=f"{rests}{spread}, confidence {f.confidence:.2f}{note}",
        x=x,
        y=y,
        road_users=f.tracks,
        confidence=f.confidence,
    )


def _unclear(sentence: str) -> Finding:
    return Finding(who="site", message=sentence, x=None, y=None)


def _places(site: Site) -> dict[tuple[str, str], tuple[float, float]]:
    """The middle of each part by its kind and id."""
    drawn = [("lane", p.id, p.centreline) for p in site.lanes]
    drawn += [("stop_line", p.id, p.points) for p in site.stop_lines]
    drawn += [("crosswalk", p.id, p.polygon) for p in site.crosswalks]
    drawn += [("zone", p.id, p.polygon) for p in site.zones]
    middles = ((kind, id, np.mean(np.asarray(points, np.float64), axis=0)) for kind, id, points in drawn)
    return {(kind, id): (round(float(m[0]), 2), round(float(m[1]), 2)) for kind, id, m in middles}


def _cm(metres: float | None) -> float | None:
    return None if metres is None else round(float(metres), 2)
