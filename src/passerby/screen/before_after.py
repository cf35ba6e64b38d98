"""Two periods of one junction compared: did rates change, by how much, and could a change have been seen at all?

Rates are per 1,000 passings counted in the same period, so that a busier month or an hour without a camera is no
change by itself. Method: Hauer (1997), Observational Before-After Studies in Road Safety; see docs/report.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from math import isnan
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import InputError
from passerby.screen.dispersion import dispersion
from passerby.screen.findings import Findings, Row, findings
from passerby.screen.intervals import garwood
from passerby.screen.language import say, term
from passerby.screen.ratio import Ratio, events_needed, least_change, rate_ratio, ratio_of_ratios
from passerby.screen.turning import at_crosswalks, at_stop_lines, epoch_s
from passerby.screen.words import capital, kind_word, percent
from passerby.site.model import Site

ALL: Final = "violations"
NEAR_MISSES: Final = "near_misses"
SERIOUS: Final = "serious_near_misses"
_NAMES: Final = {
    ALL: term("All violations"),
    NEAR_MISSES: term("Near misses"),
    SERIOUS: term("Serious near misses"),
}
_TOO_SHORT: Final = term(
    " So short a time does not tell whether events come in clusters; if they do, this may be chance."
)
_BIN: Final = timedelta(minutes=15)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """since <= t < until, both aware."""

    since: datetime
    until: datetime

    def __str__(self) -> str:
        return f"{self.since.isoformat()}/{self.until.isoformat()}"

    @property
    def whole(self) -> Period:
        """The whole counting intervals in it: events and passings are to be of the same time."""
        first = _EPOCH + -(-(self.since - _EPOCH) // _BIN) * _BIN
        return Period(first, _EPOCH + (self.until - _EPOCH) // _BIN * _BIN)


@dataclass(frozen=True)
class Measured:
    """Events and the passings they were among; rate and its exact 95 % limits per 1,000 passings."""

    n: int
    passings: int
    rate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Compared:
    """One kind of event before and after. whom: whose passings count.

    comparison: the same two of the comparison group; ratio is then how much more this junction's rate changed than
    theirs. least: the largest ratio below 1 that would be seen with 80 % power; needed: events before with which a
    halving would be. Both None where nothing says. dispersion: how many times more the numbers vary than those of
    independent events, None where that cannot be told; ratio, least and needed allow for it.
    """

    kind: str
    whom: str
    before: Measured
    after: Measured
    comparison: tuple[Measured, Measured] | None
    ratio: Ratio | None
    least: float | None
    needed: float | None
    dispersion: float | None = None

    @property
    def label(self) -> str:
        """What the kind is called."""
        return say(_NAMES[self.kind]) if self.kind in _NAMES else capital(kind_word(self.kind, 2))

    @property
    def verdict(self) -> str:
        """What may be said, in one sentence."""
        if self.ratio is None:
            return say("Nobody was counted in one of the periods, so there is no rate to compare.")
        if isnan(self.ratio.ratio):
            return say("Too few events to compare.")
        if self.ratio.clear:
            fell = self.ratio.high < 1
            if self.comparison:
                did = (
                    say("Fell more than at the comparison sites")
                    if fell
                    else say("Rose more than at the comparison sites")
                )
            else:
                did = say("Fell") if fell else say("Rose")
            doubt = "" if self.dispersion is not None else say(_TOO_SHORT)
            return f"{did}: {_percent(self.ratio)}.{doubt}"
        if self.comparison:
            return say("No difference to the comparison sites can be told from chance.")
        if self.least is None:
            return say("No change can be told from chance; not even the end of all of them could have been seen.")
        if self.dispersion is None:
            return say(
                "No change can be told from chance. Which fall could have been seen cannot be said: so short a time "
                "does not tell whether events come in clusters."
            )
        return say(
            "No change can be told from chance; a fall by {share} could have been seen.", share=percent(1 - self.least)
        )


@dataclass(frozen=True)
class BeforeAfter:
    """The comparison of two periods, the sums first; observed_s: seconds of each in which anybody was counted."""

    before: Period
    after: Period
    rows: tuple[Compared, ...]
    observed_s: tuple[float, float]


def period(text: str, who: str, tz: tzinfo = UTC) -> Period:
    """A period from "A/B", each a date or an RFC 3339 instant with its offset; dates and bare times are those of tz.

    InputError where it is none, or holds no whole quarter of an hour.
    """
    first, slash, last = text.partition("/")
    try:
        if not slash:
            raise ValueError
        ends = [datetime.fromisoformat(e.strip()) for e in (first, last)]
        since, until = ((e.replace(tzinfo=tz) if e.tzinfo is None else e).astimezone(UTC) for e in ends)
    except (ValueError, OverflowError):
        raise InputError(f'{who}: wanted BEGIN/END, such as 2026-03-01/2026-03-15, got "{text[:80]}"') from None
    if not (since.year >= 1970 and until.year <= 2200):
        raise InputError(f"{who}: must lie from 1970 to 2200")
    found = Period(since, until)
    if found.whole.since >= found.whole.until:
        raise InputError(f'{who}: wanted a period of a quarter of an hour or more, got "{text[:80]}"')
    return found


def compare(
    site: Site,
    results: Mapping[str, pa.Table],
    before: Period,
    after: Period,
    comparison: tuple[Site, Mapping[str, pa.Table]] | None = None,
) -> BeforeAfter:
    """Each kind of violation and the near misses of two periods, per 1,000 passings of whom it concerns.

    results: tables as in `passerby.tables`. comparison: site and results of another junction over the same periods
    at which nothing was done. InputError where the periods overlap.
    """
    if before.since < after.until and after.since < before.until:
        raise InputError("before and after: the periods overlap; name two that do not")
    pair = tuple(_within(site, results, p.whole) for p in (before, after))
    other = tuple(_within(*comparison, p.whole) for p in (before, after)) if comparison is not None else None
    kinds = sorted({r["kind"] for f in pair for r in f.violation_rows})
    if len(kinds) == 1:
        kinds = []
    rows = [_compared(kind, pair, other) for kind in (ALL, NEAR_MISSES, SERIOUS, *kinds)]
    first, second = (float(np.sum(f.spans[:, 1] - f.spans[:, 0])) for f in pair)
    return BeforeAfter(before.whole, after.whole, tuple(rows), (first, second))


def within(results: Mapping[str, pa.Table], p: Period) -> dict[str, pa.Table]:
    """The rows of violations, conflicts and counts that lie in a period."""
    cut = {}
    for name, rows in results.items():
        if name in ("violations", "conflicts", "counts"):
            t = rows["t0" if name == "counts" else "t"]
            cut[name] = rows.filter(
                pc.and_(pc.greater_equal(t, pa.scalar(p.since, t.type)), pc.less(t, pa.scalar(p.until, t.type)))
            )
    return cut


def _within(site: Site, results: Mapping[str, pa.Table], p: Period) -> Findings:
    return findings(site, within(results, p), None, None, {}, None, False, 10)


def _compared(kind: str, pair: tuple[Findings, ...], other: tuple[Findings, ...] | None) -> Compared:
    (n0, e0), (n1, e1) = (_counted(f, kind) for f in pair)
    least = needed = ratio = None
    theirs = None
    known = _spread(pair, kind)
    spread = known or 1.0
    if e0 and e1:
        least, needed = least_change(n0 / spread, e1 / e0), events_needed(0.5, e1 / e0) * spread
        ratio = rate_ratio(n0, e0, n1, e1, dispersion=spread)
    if other is not None:
        (m0, f0), (m1, f1) = (_counted(f, kind) for f in other)
        theirs = _measured(m0, f0), _measured(m1, f1)
        both = (spread, _spread(other, kind) or 1.0)
        ratio = None
        if min(e0, e1, f0, f1):
            ratio = ratio_of_ratios((n0, e0, n1, e1), (m0, f0, m1, f1), dispersion=both)
    return Compared(
        kind,
        pair[0].exposed(kind)[1],
        _measured(n0, e0),
        _measured(n1, e1),
        theirs,
        ratio,
        least,
        needed,
        known,
    )


def _spread(pair: tuple[Findings, ...], kind: str) -> float | None:
    """How much more the kind's numbers vary than those of independent events, about each period's own rate."""
    periods = []
    for f in pair:
        if not len(f.counts):
            return None
        among = pa.concat_tables([at_stop_lines(f.site, f.counts), at_crosswalks(f.site, f.counts)])
        classes = None if kind in _NAMES else f.classes_exposed(kind)
        if classes is not None:
            among = among.filter(pc.is_in(among["class"], pa.array(sorted(classes), pa.string())))
        t = np.array([r["t"] for r in _events(f, kind)], np.float64)
        periods.append((t, epoch_s(among["t0"]), among["n"].to_numpy(zero_copy_only=False)))
    offset = pair[0].tz.utcoffset(datetime.fromtimestamp(pair[0].period[0], UTC)) if pair[0].period else None
    return dispersion(periods, offset.total_seconds() if offset else 0.0)


def _counted(f: Findings, kind: str) -> tuple[int, int]:
    """Events of the kind, and passings of those who could have been in one."""
    whole = kind in (ALL, NEAR_MISSES, SERIOUS)
    return len(_events(f, kind)), f.total if whole else f.exposed(kind)[0]


def _events(f: Findings, kind: str) -> list[Row]:
    if kind in (NEAR_MISSES, SERIOUS):
        return [r for r in f.conflict_rows if kind == NEAR_MISSES or r["rank"] == 3]
    return [r for r in f.violation_rows if kind in (ALL, r["kind"])]


def _measured(n: int, passings: int) -> Measured:
    if not passings:
        return Measured(n, 0, None, None, None)
    low, high = garwood(n)
    scale = 1000 / passings
    return Measured(n, passings, n * scale, low * scale, high * scale)


def _percent(r: Ratio) -> str:
    low, high = (100 * (v - 1) for v in (r.low, r.high))
    if not np.isfinite(high):
        return say("at least {share}", share=f"{low:+.0f}\u00a0%".replace("-", "\u2212"))
    signed = (f"{v:+.0f}".replace("-", "\u2212") for v in (100 * (r.ratio - 1), low, high))
    middle, least, most = signed
    return say("{middle}\u00a0% (95\u00a0% interval {low} to {high}\u00a0%)", middle=middle, low=least, high=most)
