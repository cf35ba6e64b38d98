"""Whether a rate changed: the ratio of two Poisson rates, exactly, and what would have been needed to see a change."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import Final

from scipy.special import betainc, betaincc, betaincinv, ndtri
from scipy.stats import nchypergeom_fisher
from scipy.stats.contingency import odds_ratio

POWER: Final = 0.8


@dataclass(frozen=True)
class Ratio:
    """A ratio of rates after / before with its confidence limits; p: two-sided, that nothing changed.

    ratio is NaN where there was nothing before and nothing after; high is infinite where nothing was before.
    """

    ratio: float
    low: float
    high: float
    p: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 1."""
        return self.low > 1 or self.high < 1


def rate_ratio(
    before: int,
    exposed_before: float,
    after: int,
    exposed_after: float,
    level: float = 0.95,
    dispersion: float = 1.0,
) -> Ratio:
    """The ratio of the rates of two Poisson counts, conditional on their sum: exact limits (Clopper and Pearson).

    Given the sum, the count after is binomial with share q = θE₁ / (E₀ + θE₁), E the exposures and θ the ratio
    (Przyborowski and Wilenski 1940, Biometrika 31:313-323). p is twice the smaller tail, so that it agrees with the
    interval. ValueError where an exposure is not above 0.
    dispersion: variance of the counts over that of independent events; so many times fewer events are then behind the
    limits, as in surveys (Korn and Graubard 1998, Survey Methodology 24:193-201).
    """
    if not (exposed_before > 0 and exposed_after > 0):
        raise ValueError(f"exposure must be above 0 in both periods, got {exposed_before} and {exposed_after}")
    tail = (1 - level) / 2
    scale = exposed_before / exposed_after
    if before + after == 0:
        return Ratio(nan, 0.0, inf, 1.0)
    b, a = before / dispersion, after / dispersion
    low = float(betaincinv(a, b + 1, tail)) if after else 0.0
    high = float(betaincinv(a + 1, b, 1 - tail)) if before else 1.0
    share = exposed_after / (exposed_before + exposed_after)
    # the tails of the binomial, as incomplete beta functions: effective numbers of events need not be whole
    at_most = float(betaincc(a + 1, b, share)) if before else 1.0
    at_least = float(betainc(a, b + 1, share)) if after else 1.0
    p = 2 * min(at_most, at_least)
    point = after / before * scale if before else inf
    return Ratio(point, low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else inf, min(1.0, p))


def ratio_of_ratios(
    treated: tuple[int, float, int, float],
    comparison: tuple[int, float, int, float],
    level: float = 0.95,
    dispersion: tuple[float, float] = (1.0, 1.0),
) -> Ratio:
    """How much more the treated rate changed than that of a comparison group: (after / before) / (after / before).

    treated, comparison: count and exposure before, count and exposure after. Exact given the margins of the four
    counts (Fisher's noncentral hypergeometric distribution), which takes out whatever changed in both: weather,
    season, what else went on (Hauer 1997, Observational Before-After Studies in Road Safety, chapter 9).
    NaN with limits 0 and infinity where the counts say nothing. dispersion: as in `rate_ratio`, of both; the law is of
    whole numbers, so effective numbers of events are rounded.
    """
    (b, eb, a, ea), (cb, ceb, ca, cea) = treated, comparison
    if min(eb, ea, ceb, cea) <= 0:
        raise ValueError("exposure must be above 0 in both periods of both groups")
    if 0 in (a + b, ca + cb, a + ca, b + cb):
        return Ratio(nan, 0.0, inf, 1.0)
    scale = (eb / ea) / (ceb / cea)
    # the point is that of the four rates themselves, as readers work it out from the table
    point = (a * cb) / (b * ca) * scale if b * ca else inf
    a, b = (round(v / dispersion[0]) for v in (a, b))
    ca, cb = (round(v / dispersion[1]) for v in (ca, cb))
    if 0 in (a + b, ca + cb, a + ca, b + cb):
        return Ratio(point, 0.0, inf, 1.0)
    found = odds_ratio([[a, b], [ca, cb]], kind="conditional")
    limits = found.confidence_interval(level)
    null = odds_ratio_p(a, b, ca, cb, 1 / scale)
    return Ratio(point, float(limits.low) * scale, float(limits.high) * scale, null)


def odds_ratio_p(a: int, b: int, ca: int, cb: int, odds: float) -> float:
    """Two-sided p of a 2 x 2 table whose odds ratio were `odds`, given its margins: twice the smaller tail."""
    law = nchypergeom_fisher(a + b + ca + cb, a + b, a + ca, odds)
    return min(1.0, 2 * min(float(law.cdf(a)), float(law.sf(a - 1))))


def least_change(before: float, exposure_ratio: float, level: float = 0.95, power: float = POWER) -> float | None:
    """The ratio after / before nearest below 1 that would be seen with this power; None where not even 0 would.

    before: events expected in the period before; exposure_ratio: exposure after / before. Square roots of Poisson
    counts have nearly the same variance whatever their mean (Huffman 1984, Applied Statistics 33:224-226).
    """
    if before <= 0 or exposure_ratio <= 0 or not isfinite(exposure_ratio):
        return None
    z = float(ndtri((1 + level) / 2) + ndtri(power))
    root = 1 - z / 2 * sqrt((1 + exposure_ratio) / (exposure_ratio * before))
    return root * root if root >= 0 else None


def events_needed(ratio: float, exposure_ratio: float = 1.0, level: float = 0.95, power: float = POWER) -> float:
    """Events needed before the change for a ratio after / before to be seen with this power (Huffman 1984)."""
    if ratio == 1 or ratio < 0 or exposure_ratio <= 0:
        raise ValueError(f"wanted a ratio from 0, not 1, and an exposure above 0; got {ratio} and {exposure_ratio}")
    z = float(ndtri((1 + level) / 2) + ndtri(power))
    return (z / 2) ** 2 * (1 + exposure_ratio) / exposure_ratio / (1 - sqrt(ratio)) ** 2
