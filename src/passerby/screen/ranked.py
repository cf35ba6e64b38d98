"""The worst places and hours, so that one of three passings does not outrank thirty of a thousand.

Rank is by the lower 95 % limit of the rate (Garwood): what the rate is at least, as far as the data can tell. Shrinking
towards a mean (empirical Bayes, Highway Safety Manual, chapter 4) needs a population of similar places, which the
handful of one junction is not. Like the rate quality control method (Norden, Orlansky and Jacobs 1956, Highway Research
Board Bulletin 117), the limit asks more evidence of a place that few pass.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from passerby.screen.exposure import exposed_at, key_of, near_miss_key
from passerby.screen.intervals import garwood
from passerby.screen.turning import at_stop_lines, epoch_s
from passerby.screen.where import ELSEWHERE, INSIDE, place_of
from passerby.screen.words import clock, zone
from passerby.site.model import Site

By = Literal["place", "hour", "weekday_hour"]


@dataclass(frozen=True)
class Ranked:
    """One place or hour; rate, low and high per 1,000 passings of those who could have been in the events.

    key: an hour, or a place with whom (`passerby.screen.exposure.key_of`). The rate is None where nobody is counted, or
    fewer than there were events: then most of those who were in them passed uncounted.
    """

    key: str
    violations: int
    conflicts: int
    severe: int
    passings: int
    rate: float | None
    low: float | None
    high: float | None

    @property
    def events(self) -> int:
        """Violations and near misses."""
        return self.violations + self.conflicts


def ranking(site: Site, results: Mapping[str, pa.Table], by: By) -> list[Ranked]:
    """Places ("place"), hours of the day ("hour", "17") or of the week ("weekday_hour", "0-17", Monday 0), worst first.

    results: violations, conflicts, counts as in `passerby.tables`. Hours are the site's. Near misses belong to places
    as `place_of` says; those inside the junction are among all who passed a stop line. A crosswalk is ranked thrice:
    what those who cross do among them, what vehicles do among those that pass over it, near misses among both. Events
    at no place at which passings are counted have no rate and come last, by number.
    """
    if by == "place":
        return _ranked(*(_places(site, name, results[name]) for name in ("violations", "conflicts", "counts")))
    keys = {name: _hours(site, rows, "t0" if name == "counts" else "t", by) for name, rows in results.items()}
    return _ranked(
        zip(keys["violations"], [None] * len(keys["violations"]), strict=True),
        zip(keys["conflicts"], results["conflicts"]["severity"].to_pylist(), strict=True),
        zip(keys["counts"], results["counts"]["n"].to_pylist(), strict=True),
    )


def _ranked(
    violations: Iterable[tuple[str, Any]], conflicts: Iterable[tuple[str, Any]], counts: Iterable[tuple[str, Any]]
) -> list[Ranked]:
    wrong, near, severe, passed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for key, _ in violations:
        wrong[key] += 1
    for key, severity in conflicts:
        near[key] += 1
        severe[key] += severity == "serious"
    for key, n in counts:
        passed[key] += n
    rows = [_row(key, wrong[key], near[key], severe[key], passed[key]) for key in wrong.keys() | near.keys()]
    return sorted(rows, key=lambda r: (-(r.low if r.low is not None else -1.0), -r.events, r.key))


def _row(key: str, violations: int, conflicts: int, severe: int, passings: int) -> Ranked:
    n = violations + conflicts
    if n > passings:
        return Ranked(key, violations, conflicts, severe, passings, None, None, None)
    low, high = (1000 * v / passings for v in garwood(n))
    return Ranked(key, violations, conflicts, severe, passings, 1000 * n / passings, low, high)


def _places(site: Site, table: str, rows: pa.Table) -> list[tuple[str, Any]]:
    if table == "violations":
        pairs = zip(rows["place"].to_pylist(), rows["kind"].to_pylist(), strict=True)
        return [(key_of(site, p, kind) if p else ELSEWHERE, None) for p, kind in pairs]
    if table == "conflicts":
        x, y = (rows[c].to_numpy(zero_copy_only=False) for c in ("x", "y"))
        pairs = zip(rows["class_a"].to_pylist(), rows["class_b"].to_pylist(), strict=True)
        keys = (near_miss_key(site, p) for p in place_of(site, x, y, pairs))
        return list(zip(keys, rows["severity"].to_pylist(), strict=True))
    inside = sum(at_stop_lines(site, rows)["n"].to_pylist())
    return [*exposed_at(site, rows).items(), (INSIDE, inside)]


def _hours(site: Site, rows: pa.Table, column: str, by: By) -> list[str]:
    tz = zone(site.timezone)
    instants, index = np.unique(epoch_s(rows[column]), return_inverse=True)
    made = [clock(t, tz, "%w %H").split() for t in instants.tolist()]
    named = [str(int(hour)) if by == "hour" else f"{(int(day) - 1) % 7}-{int(hour)}" for day, hour in made]
    return [named[i] for i in index.reshape(-1).tolist()]
