"""What a ranked place is, without words: so that a page can name it in any language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from passerby.screen.exposure import PARTIES
from passerby.screen.turning import approaches
from passerby.screen.where import ELSEWHERE, INSIDE
from passerby.site.model import Site

What = Literal["approach", "crosswalk", "lane", "zone", "inside", "elsewhere", "gone"]
Party = Literal["vehicles", "near_misses", "on_foot"]


@dataclass(frozen=True)
class Placed:
    """what: "gone" where the drawing no longer has it. id: of the part. kind: of a zone.

    bearing_deg: whence an approach's traffic comes, clockwise from north. whom: whose events, None for those of all or,
    at a crosswalk, of those who cross.
    """

    what: What
    id: str | None = None
    kind: str | None = None
    bearing_deg: float | None = None
    whom: Party | None = None


def placed(site: Site, key: str) -> Placed:
    """The place that a key of `passerby.screen.ranked.ranking` by place stands for."""
    if key in (INSIDE, ELSEWHERE):
        return Placed("inside" if key == INSIDE else "elsewhere")
    found = _part(site, key)
    if found is not None:
        return found
    id, _, party = key.rpartition(":")
    part = _part(site, id) if party in PARTIES else None
    if part is None:
        return Placed("gone", key)
    whom: Party = "vehicles" if party == "vehicles" else "near_misses" if party == "near_misses" else "on_foot"
    return Placed(part.what, part.id, part.kind, part.bearing_deg, whom)


def _part(site: Site, id: str) -> Placed | None:
    lines = approaches(site)
    if id in lines:
        return Placed("approach", id, bearing_deg=round(lines[id][1], 1))
    if any(c.id == id for c in site.crosswalks):
        return Placed("crosswalk", id)
    if any(q.id == id for q in site.lanes):
        return Placed("lane", id)
    zone = next((z for z in site.zones if z.id == id), None)
    return None if zone is None else Placed("zone", id, zone.kind)
