"""Counts as NGSI-LD entities of the Smart Data Models: TrafficFlowObserved and CrowdFlowObserved.

One entity per place and interval: vehicles and cyclists over a stop line (`intensity`), people walking over a crosswalk
(`peopleCount`). What counts cannot tell (occupancy, speeds, headways, whether a way leads into or out of town) is left
out. Models: smart-data-models/dataModel.Transportation; representation: ETSI GS CIM 009, clause 5.2.4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, unquote

import pyarrow as pa

from passerby.serve.figures import public_number
from passerby.site.model import Site
from passerby.tracks.classes import CLASSES
from passerby.tracks.geojson import site_features

TRAFFIC: Final = "TrafficFlowObserved"
CROWD: Final = "CrowdFlowObserved"
TYPES: Final = (TRAFFIC, CROWD)
VOCABULARY: Final = "https://smartdatamodels.org/dataModel.Transportation/"
CONTEXT: Final = (
    "https://raw.githubusercontent.com/smart-data-models/dataModel.Transportation/master/context.jsonld",
    "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context.jsonld",
)
COUNTED: Final = {TRAFFIC: "intensity", CROWD: "peopleCount"}
_ON_FOOT: Final = frozenset({"pedestrian"})
_WHO: Final = {TRAFFIC: frozenset(CLASSES) - _ON_FOOT, CROWD: _ON_FOOT}
_SAID: Final = {TRAFFIC: "Vehicles and bicycles over the stop line", CROWD: "People walking over the crosswalk"}


@dataclass(frozen=True)
class Observed:
    """How many passed a place from t0 to t1."""

    type: str
    junction: str
    place: str
    t0: datetime
    t1: datetime
    n: int

    @property
    def id(self) -> str:
        """The entity's URN."""
        minutes = round((self.t1 - self.t0) / timedelta(minutes=1))
        start = self.t0.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        return f"urn:ngsi-ld:{self.type}:{self.junction}:{quote(self.place, safe='')}:{start}:PT{minutes}M"


def named(urn: str) -> tuple[str, str, str, datetime] | None:
    """Type, junction, place and start that a URN names; None where it is none of ours."""
    parts = urn.split(":")
    if len(parts) != 7 or parts[:2] != ["urn", "ngsi-ld"] or parts[2] not in TYPES:
        return None
    try:
        start = datetime.strptime(parts[5], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return (parts[2], parts[3], unquote(parts[4]), start) if start.year >= 1970 else None


def observed(junction: str, site: Site, counts: pa.Table, type: str) -> list[Observed]:
    """What was observed at each stop line or crosswalk in each interval of the counts, newest first.

    An interval in which anybody was counted anywhere was observed everywhere: places where nobody passed have 0.
    """
    places = [s.id for s in site.stop_lines] if type == TRAFFIC else [c.id for c in site.crosswalks]
    spans: set[tuple[datetime, datetime]] = set()
    n: Counter[tuple[datetime, datetime, str]] = Counter()
    for row in counts.to_pylist():
        spans.add((row["t0"], row["t1"]))
        if row["class"] in _WHO[type]:
            n[row["t0"], row["t1"], row["place"]] += row["n"]
    newest = sorted(spans, reverse=True)
    return [Observed(type, junction, p, t0, t1, n[t0, t1, p]) for t0, t1 in newest for p in dict.fromkeys(places)]


def published(everything: Iterable[Observed]) -> Iterator[Observed]:
    """What anyone may see of intervals that are over: numbers to the nearest 5, none where 1 to k - 1 passed.

    No sum of several is published, so that nothing can be taken from one.
    """
    for o in everything:
        n = public_number(o.n)
        if n is not None:
            yield Observed(o.type, o.junction, o.place, o.t0, o.t1, n)


def entity(o: Observed, site: Site, public: bool) -> dict[str, Any]:
    """The entity in NGSI-LD's normalized form, without @context."""
    start, end = _instant(o.t0), _instant(o.t1)
    said = f"{_SAID[o.type]} {o.place}" + (", to the nearest 5; fewer than 10 are not published" if public else "")
    made: dict[str, Any] = {"id": o.id, "type": o.type}
    made["name"] = _property(f"{site.name}: {o.place}")
    made["description"] = _property(said)
    made["source"] = _property("Passerby")
    made["dateObserved"] = _property(f"{start}/{end}")
    made["dateObservedFrom"] = _property({"@type": "DateTime", "@value": start})
    made["dateObservedTo"] = _property({"@type": "DateTime", "@value": end})
    made[COUNTED[o.type]] = _property(o.n) | {"observedAt": end}
    if site.origin != (0.0, 0.0):
        shapes = {
            f["properties"]["id"]: f["geometry"] for f in site_features(site) if f["properties"]["what"] in _DRAWN
        }
        made["location"] = {"type": "GeoProperty", "value": shapes[o.place]}
    else:
        # a site that does not say where on Earth it is has an address at most, and the models want one of the two
        made["address"] = _property({"type": "PostalAddress", "streetAddress": site.name})
    return made


def simplified(entity: dict[str, Any]) -> dict[str, Any]:
    """The entity in NGSI-LD's simplified form: attributes as their values."""
    return {k: _value(v) if isinstance(v, dict) else v for k, v in entity.items()}


_DRAWN: Final = ("stop_line", "crosswalk")


def _value(attribute: dict[str, Any]) -> Any:
    value = attribute["value"]
    return value["@value"] if isinstance(value, dict) and "@value" in value else value


def _property(value: Any) -> dict[str, Any]:
    return {"type": "Property", "value": value}


def _instant(t: datetime) -> str:
    return t.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
