"""A site.toml as text, checked: what is wrong, what is doubtful, and where on the plan."""

from __future__ import annotations

import re
import tomllib
import warnings
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np

from passerby.errors import InputError
from passerby.live.engine import Engine
from passerby.signals.history import SignalHistory
from passerby.site.fields import SiteWarning
from passerby.site.model import Site
from passerby.site.toml import parse_site

_WHO: Final = re.compile(r'(?P<who>(?P<kind>[a-z_]+) (?:"(?P<id>[^"]*)"|number (?P<number>\d+)))(?:: | )(?P<what>.*)')
_GEOMETRY: Final = ("points", "polygon", "centreline")
# warnings are recorded for the whole process
_RECORDING: Final = Lock()


@dataclass(frozen=True)
class Drawing:
    """What became of a text: the site, None where it is wrong; errors and doubts as {who, message, x, y}."""

    site: Site | None
    errors: list[dict[str, Any]]
    doubts: list[dict[str, Any]]


def read_drawing(text: str) -> Drawing:
    """Check a site.toml that somebody has drawn."""
    with _RECORDING, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", SiteWarning)
        try:
            site = parse_site(text)
            # settings of rules and the ground they stand on are checked where they are used
            Engine(site, SignalHistory({}))
        except InputError as e:
            return Drawing(None, [placed(str(e), text)], [])
    doubts = [placed(str(w.message), text) for w in said if issubclass(w.category, SiteWarning)]
    return Drawing(site, [], doubts)


def placed(sentence: str, text: str) -> dict[str, Any]:
    """A sentence about a part of the drawing, taken apart, with the middle of that part (m) where it has one."""
    found = _WHO.match(sentence)
    if found is None:
        who, colon, what = sentence.partition(": ")
        return {"who": who if colon else "site", "message": what if colon else sentence, "x": None, "y": None}
    x, y = _middle(text, found["kind"], found["id"], found["number"])
    return {"who": found["who"], "message": found["what"], "x": x, "y": y}


def _middle(text: str, kind: str, id: str | None, number: str | None) -> tuple[float | None, float | None]:
    try:
        tables = tomllib.loads(text).get(kind, [])
        for i, table in enumerate(tables, 1):
            if not (table.get("id") == id if number is None else i == int(number)):
                continue
            for name in _GEOMETRY:
                points = np.array(table.get(name, []), np.float64)
                if "camera" not in table and points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all():
                    x, y = points.mean(axis=0)
                    return round(float(x), 2), round(float(y), 2)
    except (tomllib.TOMLDecodeError, ValueError, TypeError, AttributeError, RecursionError):
        pass
    return None, None
