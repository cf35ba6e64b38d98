"""A site.toml as text, checked: what is wrong, what is doubtful, and where on the plan."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np
import shapely

from passerby.errors import InputError, SiteError
from passerby.live.engine import Engine
from passerby.signals.history import SignalHistory
from passerby.site.calibration import to_ground
from passerby.site.doubts import Doubt, doubts, questions
from passerby.site.fields import SiteWarning
from passerby.site.model import Site
from passerby.site.toml import parse_tables, site_of

MOST_ERRORS: Final = 20
MOST_OF_A_KIND: Final = 200
MOST_POINTS: Final = 500
"""Of one object: more than anybody draws, and few enough that checking them is quick."""

MOST_POINTS_IN_ALL: Final = 10_000

_WHO: Final = re.compile(r'(?P<who>(?P<kind>[a-z_]+) (?:"(?P<id>[^"]*)"|number (?P<number>\d+)))(?:: | )(?P<what>.*)')
_SHAPED: Final = ("stop_line", "crosswalk", "lane", "zone")
_GEOMETRY: Final = ("points", "polygon", "centreline")
# reading such a key takes time with the square of its parts
_LONG_KEY: Final = re.compile(r"""(?<![\w"'-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){12}""")
# ids get into tables that others open in a spreadsheet; a minus before a plain word runs nothing
_FORMULA: Final = re.compile(r"[=+@]|-.*[^\w.:#-]")
# warnings are recorded for the whole process
_RECORDING: Final = Lock()


@dataclass(frozen=True)
class Drawing:
    """What became of a text: the site, None where it is wrong; errors and doubts as {who, message, x, y, fix}.

    rest: where it is wrong, the site without what is wrong in it, None where there is none; unsure: which doubts about
    the rest may come from what it lacks, by their part (kind and id) and fix.
    """

    site: Site | None
    errors: list[dict[str, Any]]
    doubts: list[dict[str, Any]]
    rest: Site | None = None
    unsure: Callable[[str, str, str | None], bool] = lambda kind, id, fix: False


def read_drawing(text: str) -> Drawing:
    """Check a site.toml that somebody has drawn: at most `MOST_ERRORS` errors, one for each object drawn wrong.

    What would take long to check, and no junction needs, is an error.
    """
    try:
        if (long := _LONG_KEY.search(text)) is not None:
            line = text.count("\n", 0, long.start()) + 1
            raise SiteError(f"line {line}: wanted a key without dots, got 12 words with dots between them")
        tables = dict(parse_tables(text))
        _require_bounded(tables)
        _require_no_formulas(tables)
    except SiteError as e:
        return Drawing(None, [placed(e, {})], [])
    drawn, errors, unnamed, lacking = tables, list[dict[str, Any]](), list[str](), list[tuple[str, Any]]()
    with _RECORDING, warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", SiteWarning)
        while len(errors) < MOST_ERRORS:
            said.clear()
            try:
                site = site_of(drawn)
                # settings of rules and the ground they stand on are checked where they are used
                Engine(site, SignalHistory({}))
                break
            except (InputError, shapely.errors.GEOSException) as e:
                # numbers that are none any more once they are multiplied
                told = isinstance(e, InputError)
                errors.append(placed(e if told else SiteError("site: its shapes make no ground"), drawn))
                rest = _without(drawn, errors[-1]["who"])
                if rest is None:
                    return Drawing(None, errors, [])
                drawn = rest[0]
                lacking.append(rest[1:])
        else:
            return Drawing(None, errors, [])
        unnamed += [str(w.message) for w in said if issubclass(w.category, SiteWarning)]
    known = {str(d): d for d in doubts(site)}
    found = [_doubt(known[s]) if s in known else placed(InputError(s), tables) for s in unnamed]
    unsure = _unsure(lacking)
    found += [_doubt(d) for d in questions(site) if not unsure(d.kind, d.id, d.fix)]
    return Drawing(site, [], found) if not errors else Drawing(None, errors, found, site, unsure)


def _unsure(lacking: list[tuple[str, Any]]) -> Callable[[str, str, str | None], bool]:
    """Whether a doubt may come from objects that were left out: a signal that only they use, what faces another way."""
    kinds = {kind for kind, _ in lacking}
    used = {t.get("signal") for _, t in lacking} | {
        m.get("signal") for _, t in lacking for m in t.get("movement") or [] if isinstance(m, dict)
    }

    def unsure(kind: str, id: str, fix: str | None) -> bool:
        return (fix == "assign" and id in used) or (fix == "turn_round" and bool(kinds - {"zone"}))

    return unsure


def _require_bounded(tables: Mapping[str, Any]) -> None:
    """SiteError where there are more objects, or more points, than a junction has."""
    total = 0
    for kind, every in tables.items():
        objects = every if isinstance(every, list) else []
        if len(objects) > MOST_OF_A_KIND:
            raise SiteError(f"{kind}: wanted at most {MOST_OF_A_KIND} of them, got {len(objects)}")
        for i, table in enumerate(objects, 1):
            found = table if isinstance(table, dict) else {}
            n = sum(len(v) for v in found.values() if isinstance(v, list))
            if n > MOST_POINTS:
                who = f'{kind} "{found["id"]}"' if isinstance(found.get("id"), str) else f"{kind} number {i}"
                raise SiteError(f"{who}: wanted at most {MOST_POINTS} points, got {n}")
            total += n
    if total > MOST_POINTS_IN_ALL:
        raise SiteError(f"site: wanted at most {MOST_POINTS_IN_ALL} points in all, got {total}")


def _require_no_formulas(tables: Mapping[str, Any]) -> None:
    """SiteError where an id would run in a spreadsheet."""
    for kind, every in tables.items():
        for table in every if isinstance(every, list) else []:
            id = table.get("id") if isinstance(table, dict) else None
            if isinstance(id, str) and _FORMULA.match(id):
                raise SiteError(f'{kind} "{id}": id must not begin as a formula of a spreadsheet does, with = + @ or -')


def _without(tables: dict[str, Any], who: str) -> tuple[dict[str, Any], str, Any] | None:
    """The tables but for one object with a shape, its kind and table; None where `who` is none."""
    found = _WHO.fullmatch(f"{who}: ")
    if found is None or found["kind"] not in _SHAPED:
        return None
    at = _index(tables, found["kind"], found["id"], found["number"])
    mine = tables.get(found["kind"])
    if at is None or not isinstance(mine, list):
        return None
    return tables | {found["kind"]: mine[:at] + mine[at + 1 :]}, found["kind"], mine[at]


def _doubt(d: Doubt) -> dict[str, Any]:
    who = f'{d.kind} "{d.id}"' if d.kind else "site"
    x, y = d.at if d.at is not None else (None, None)
    return {"who": who, "message": d.what, "x": x, "y": y, "fix": d.fix}


def placed(error: InputError, tables: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence about a part of the drawing, taken apart, with its place (m): its own, else the middle of the part."""
    sentence = str(error)
    at, fix = (error.at, error.fix) if isinstance(error, SiteError) else (None, None)
    found = _WHO.match(sentence)
    if found is None:
        who, colon, what = sentence.partition(": ")
        out = {"who": who if colon else "site", "message": what if colon else sentence}
    else:
        out = {"who": found["who"], "message": found["what"]}
        at = at or _middle(tables, found["kind"], found["id"], found["number"])
    # what is too far away to be a place may be too far away for a number
    x, y = at if at is not None and np.isfinite(at).all() else (None, None)
    return out | {"x": None if x is None else round(x, 2), "y": None if y is None else round(y, 2), "fix": fix}


def _index(tables: Mapping[str, Any], kind: str, id: str | None, number: str | None) -> int | None:
    mine = tables.get(kind)
    if not isinstance(mine, list):
        return None
    for i, table in enumerate(mine):
        if isinstance(table, dict) and (table.get("id") == id if number is None else i + 1 == int(number)):
            return i
    return None


def _middle(tables: Mapping[str, Any], kind: str, id: str | None, number: str | None) -> tuple[float, float] | None:
    """The middle of an object's points, of those that were drawn in a camera's picture through its calibration."""
    at = _index(tables, kind, id, number)
    if at is None:
        return None
    table = tables[kind][at]
    for name in _GEOMETRY:
        try:
            points = np.array(table.get(name, []), np.float64)
            if points.ndim != 2 or points.shape[1] != 2 or not np.isfinite(points).all():
                continue
            if "camera" in table:
                bare = {"version": 1, "site": {"name": "-"}, "camera": tables.get("camera", [])}
                calibration = next(c.calibration for c in site_of(bare).cameras if c.id == table["camera"])
                if calibration is None:
                    return None
                points = to_ground(calibration, points)
            x, y = points.mean(axis=0)
            return float(x), float(y)
        except (InputError, ValueError, TypeError, StopIteration):
            continue
    return None
