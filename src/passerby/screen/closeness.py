"""How close near misses came: histograms of TTC and PET, and severities by who met and how.

As the Surrogate Safety Assessment Model gives them (FHWA-HRT-08-051): the values of the conflicts that its limits let
in, 1.5 s (TTC) and 5 s (PET), by conflict type. A bin holds its upper edge and not its lower one, the first both, so
that what is within a limit stands on its near side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from passerby.site.model import Site

Measure = Literal["ttc", "pet"]
MEASURES: Final[tuple[Measure, ...]] = ("ttc", "pet")
SEVERITIES: Final = ("slight", "moderate", "serious")
BIN_S: Final[Mapping[Measure, float]] = {"ttc": 0.25, "pet": 0.5}
LIMIT_S: Final[Mapping[Measure, float]] = {"ttc": 1.5, "pet": 5.0}
"""SSAM's, and those of `[rules.conflicts]` where the site gives none."""

_MOST_BINS: Final = 60


@dataclass(frozen=True, eq=False)
class Histogram:
    """n: near misses per bin and severity, shape (len(edges_s) - 1, 3), `SEVERITIES` in their order.

    limit_s: up to where a near miss is one by this measure. What lies beyond the last edge is in the last bin.
    """

    measure: Measure
    edges_s: npt.NDArray[np.float64]
    n: npt.NDArray[np.int64]
    limit_s: float


@dataclass(frozen=True)
class Group:
    """Near misses that have something in common: both classes, or the type. Medians in s, None where nobody has one."""

    key: tuple[str, ...]
    slight: int
    moderate: int
    serious: int
    ttc_s: float | None
    pet_s: float | None

    @property
    def total(self) -> int:
        """All severities."""
        return self.slight + self.moderate + self.serious


def limit_of(site: Site, measure: Measure) -> float:
    """Up to how many seconds the site's rules make a near miss of a measure."""
    given = site.rules.get("conflicts", {}).get(f"{measure}_max_s")
    return float(given) if isinstance(given, int | float) and given > 0 else LIMIT_S[measure]


def histogram(rows: pa.Table, measure: Measure, limit_s: float) -> Histogram:
    """Near misses (rows of `conflicts`) that have a measure, by its value; a bin lies beyond the limit."""
    width = BIN_S[measure]
    values = rows[f"{measure}_s"].to_numpy(zero_copy_only=False).astype(np.float64)
    rank = np.array([SEVERITIES.index(s) if s in SEVERITIES else 0 for s in rows["severity"].to_pylist()], np.int64)
    have = np.isfinite(values)
    furthest = max(limit_s, float(values[have].max(initial=0.0)))
    bins = min(int(np.ceil(furthest / width - 1e-9)) + 1, _MOST_BINS)
    at = np.clip(np.ceil(values[have] / width - 1e-9).astype(np.int64) - 1, 0, bins - 1)
    n = np.zeros((bins, len(SEVERITIES)), np.int64)
    np.add.at(n, (at, rank[have]), 1)
    return Histogram(measure, np.asarray(width * np.arange(bins + 1), np.float64), n, limit_s)


def by_classes(rows: pa.Table) -> list[Group]:
    """Groups by who met, classes in alphabetical order; those with the most serious near misses first."""
    return _groups(rows, _pairs(rows))


def by_kind(rows: pa.Table) -> list[Group]:
    """Groups by conflict type; those with the most serious near misses first."""
    return _groups(rows, [(kind,) for kind in rows["kind"].to_pylist()])


def of_group(rows: pa.Table, classes: tuple[str, ...] | None, kind: str | None) -> pa.Table:
    """The near misses of two classes (in any order), of a type, or both."""
    wanted = None if classes is None else tuple(sorted(classes))
    every = zip(_pairs(rows), rows["kind"].to_pylist(), strict=True)
    keep = [wanted in (None, pair) and kind in (None, how) for pair, how in every]
    return rows.filter(pa.array(keep, pa.bool_()))


def _pairs(rows: pa.Table) -> list[tuple[str, ...]]:
    met = zip(rows["class_a"].to_pylist(), rows["class_b"].to_pylist(), strict=True)
    return [tuple(sorted((a or "other", b or "other"))) for a, b in met]


def _groups(rows: pa.Table, keys: Iterable[tuple[str, ...]]) -> list[Group]:
    severity = rows["severity"].to_pylist()
    columns: dict[str, npt.NDArray[Any]] = {m: rows[f"{m}_s"].to_numpy(zero_copy_only=False) for m in MEASURES}
    members: dict[tuple[str, ...], list[int]] = {}
    for i, key in enumerate(keys):
        members.setdefault(key, []).append(i)
    made = []
    for key, mine in members.items():
        said = [severity[i] for i in mine]
        serious, moderate = said.count("serious"), said.count("moderate")
        medians = (_median(columns[m][mine].astype(np.float64)) for m in MEASURES)
        made.append(Group(key, len(mine) - serious - moderate, moderate, serious, *medians))
    return sorted(made, key=lambda g: (-g.serious, -g.moderate, -g.total, g.key))


def _median(values: npt.NDArray[np.float64]) -> float | None:
    have = values[np.isfinite(values)]
    return round(float(np.median(have)), 3) if len(have) else None
