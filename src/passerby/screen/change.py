"""The report's part on two periods compared, and what such a comparison can and cannot say."""

from __future__ import annotations

from datetime import tzinfo
from math import isfinite, log
from typing import Final

from passerby.screen.before_after import ALL, NEAR_MISSES, BeforeAfter, Compared, Measured, Period
from passerby.screen.findings import Findings
from passerby.screen.ink import INK, QUIET, chart
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.public import coarse
from passerby.screen.turning import at_crosswalks, at_stop_lines
from passerby.screen.words import decimal, duration, number, written

CAVEATS: Final = (
    term(
        "Rates are per 1,000 passings of those whom the kind concerns, counted in the same quarters "
        "of an hour; limits of rates are Garwood's, those of the ratio are exact given the sum of "
        "both counts (Przyborowski and Wilenski 1940)."
    ),
    term(
        "Regression to the mean: where something was done because a period looked bad, the next one would look better "
        "without it. Compare with a period that did not lead to the decision, or with sites at which nothing was done."
    ),
    term("Without a comparison site, weather, season, roadworks and who was counted how well count as effects, too."),
    term(
        "Events that come in clusters (a platoon, a blocked junction, a bad day) tell less than "
        "independent ones: where numbers scatter more from day to day, or from quarter to quarter of "
        "an hour, than independent events would, the intervals of the ratios are widened by that. "
        "Limits of the rates are not. Of twenty rows without any change, one is expected to look "
        "changed."
    ),
)
_CLUSTERED: Final = 1.05


def change(f: Findings, found: BeforeAfter) -> Markup:
    """The comparison as a table and a picture of the ratios, with what would have been needed to see a change."""
    rows = [r for r in found.rows if not f.public or _may_be_shown(f, r)]
    if not rows:
        return tag(
            "p",
            say("Fewer than {k} events in a period, or outside of both: nothing is published.", k=f.k),
            class_="none",
        )
    compared = any(r.comparison for r in rows)
    lead = tag(
        "p",
        say(
            "Before: {before} ({seen_before} of it observed). After: {after} ({seen_after} of it observed). Time zone: "
            "{zone}.",
            before=_span(found.before, f.tz),
            after=_span(found.after, f.tz),
            seen_before=_seen(found.observed_s[0], f.public),
            seen_after=_seen(found.observed_s[1], f.public),
            zone=f.site.timezone,
        ),
        say(" Time observed is rounded up to quarters of an hour.") if f.public else None,
    )
    head = [say("Kind"), say("Before"), say("per 1,000"), say("After"), say("per 1,000")]
    head += [say("Comparison, before"), say("after")] if compared else []
    head += [say("Ratio"), say("95 % interval"), "p"]
    body = []
    for r in rows:
        cells: list[object] = [r.label, _events(r.before), _rate(r.before), _events(r.after), _rate(r.after)]
        if compared:
            cells += [_rate(m) for m in r.comparison] if r.comparison else ["–", "–"]
        body.append([*cells, *_ratio(r)])
    caption = (
        say("Events and rates before and after, and the ratio of the rates over that of the comparison site")
        if compared
        else say("Events and rates before and after, and the ratio of the rates")
    )
    shown = table(head, body, numeric=range(1, len(head)), caption=caption, name="before-after")
    verdicts = tag("dl", ([tag("dt", r.label), tag("dd", _said(r, f.public))] for r in rows), class_="terms")
    picture = _figure(rows)
    return tag("div", lead, shown, picture, verdicts, tag("h3", say("How to read this")), _list(CAVEATS))


def _may_be_shown(f: Findings, r: Compared) -> bool:
    """Totals alone, those with at least k in every period, and none that leaves 1 to k - 1 of the page's own totals.

    The page gives the totals of all it covers; whoever takes both periods from them must be left with nobody or many.
    A rate with its limits gives its number away, so the comparison site's numbers count, too.
    """
    if r.kind not in (ALL, NEAR_MISSES):
        return False
    if min(m.n for m in (r.before, r.after, *(r.comparison or ()))) < f.k:
        return False
    events = len(f.violations) if r.kind == ALL else len(f.conflicts)
    passings = sum(sum(g(f.site, f.counts)["n"].to_pylist()) for g in (at_stop_lines, at_crosswalks))
    for whole, first, second in ((events, r.before.n, r.after.n), (passings, r.before.passings, r.after.passings)):
        if any(0 < abs(whole - part) < f.k for part in (first, second, first + second)):
            return False
    return True


def _said(r: Compared, public: bool) -> str:
    said = r.verdict
    if r.dispersion is not None and not public and r.dispersion >= _CLUSTERED:
        said += say(
            " The numbers vary {times} times as much as independent events would; this is allowed for.",
            times=decimal(r.dispersion, 1),
        )
    unseen = r.ratio is not None and not r.ratio.clear and r.dispersion is not None
    if unseen and not public and not r.comparison and r.needed is not None:
        said += say(
            " To see a halving with 80\u00a0% power takes {needed} events before, at these exposures; there were {n}.",
            needed=number(r.needed),
            n=number(r.before.n),
        )
    return said


def _ratio(r: Compared) -> list[str]:
    if r.ratio is None or not isfinite(r.ratio.ratio):
        return [
            "–",
            "–" if r.ratio is None or r.ratio.low == 0 else say("above {ratio}", ratio=decimal(r.ratio.low, 2)),
            "–",
        ]
    high = decimal(r.ratio.high, 2) if isfinite(r.ratio.high) else "∞"
    p = numeric("< 0.001" if r.ratio.p < 0.001 else f"{r.ratio.p:.3f}")
    return [decimal(r.ratio.ratio, 2), f"{decimal(r.ratio.low, 2)}\u2060–\u2060{high}", p]


def _events(m: Measured) -> str:
    return say("{n} of {all}", n=number(m.n), all=number(m.passings))


def _rate(m: Measured) -> str:
    if m.rate is None or m.low is None or m.high is None:
        return "–"
    return f"{decimal(m.rate, 1)} ({decimal(m.low, 1)}\u2060–\u2060{decimal(m.high, 1)})"


def _span(p: Period, tz: tzinfo) -> str:
    since, until = (t.astimezone(tz) for t in (p.since, p.until))
    end = "%H:%M" if since.date() == until.date() else "%-d %B %Y, %H:%M"
    return say("{since} to {until}", since=written(since, "%-d %B %Y, %H:%M", until), until=written(until, end, since))


def _seen(observed_s: float, public: bool) -> str:
    return coarse(observed_s) if public and observed_s else duration(observed_s)


def _list(sentences: tuple[str, ...]) -> Markup:
    return tag("ul", (tag("li", say(s)) for s in sentences))


def _figure(rows: list[Compared]) -> Markup | None:
    """Ratios with their intervals on a logarithmic scale, the usual forest plot."""
    drawn = [r for r in rows if r.ratio is not None and isfinite(r.ratio.ratio) and r.ratio.ratio > 0]
    if not drawn:
        return None
    left, right, top, line, wide = 210.0, 20.0, 26.0, 24.0, 720.0
    ticks = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
    low, high = ticks[0], ticks[-1]

    def x(v: float) -> float:
        v = min(max(v, low), high)
        return left + (wide - left - right) * (log(v) - log(low)) / (log(high) - log(low))

    tall = top + line * len(drawn) + 8
    parts: list[Markup] = []
    for v in ticks:
        ink = INK if v == 1 else "#d9d8d3"
        parts.append(tag("path", d=f"M{x(v):.1f} {top - 6:.0f}V{tall - 6:.0f}", stroke=ink, fill="none"))
        parts.append(tag("text", numeric(f"{v:g}"), x=f"{x(v):.1f}", y="12", text_anchor="middle", fill=QUIET))
    for i, r in enumerate(drawn):
        assert r.ratio is not None
        y = top + line * (i + 0.5)
        parts.append(tag("text", r.label, x=f"{left - 14:.0f}", y=f"{y + 4:.1f}", text_anchor="end", fill=INK))
        bar = f"M{x(r.ratio.low):.1f} {y:.1f}H{x(r.ratio.high):.1f}"
        parts.append(tag("path", d=bar, stroke=INK, stroke_width="2", fill="none"))
        parts.append(tag("circle", cx=f"{x(r.ratio.ratio):.1f}", cy=f"{y:.1f}", r="4.5", fill=INK))
    picture = chart(parts, wide, tall, say("Ratios after / before with their 95 % intervals"))
    caption = say("Ratio of the rates, after / before, with its 95 % interval (cut off at 0.1 and 10); 1 is no change.")
    return tag("figure", picture, tag("figcaption", caption))
