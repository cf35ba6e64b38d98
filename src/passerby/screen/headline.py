"""The period, the largest figures, and who came: what the report's first page begins with."""

from __future__ import annotations

import numpy as np

from passerby.screen.findings import Findings, Row, closeness_s
from passerby.screen.intervals import wilson
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, tag
from passerby.screen.near_misses import SEVERITY_WORDS
from passerby.screen.rates import per_thousand
from passerby.screen.turning import MOVEMENTS, turning
from passerby.screen.words import capital, clock, count, decimal, duration, inner, minute, number, who

WAYS = {
    "through": term("straight on"),
    "left": term("turning left"),
    "right": term("turning right"),
    "u_turn": term("turning back"),
    "unknown": term("by another movement"),
}


def when(f: Findings) -> str:
    """The period observed, in local time."""
    if f.period is None:
        return say("Period unknown")
    start, end = f.period
    zone = f.site.timezone
    first, last = clock(start, f.tz, "%-d %B %Y"), clock(end, f.tz, "%-d %B %Y")
    if first == last:
        last = ""
    since, until = minute(start, f.tz, end), minute(end, f.tz, start)
    ends = {"since": f"{first}, {since}", "until": f"{last}, {until}".removeprefix(", ")}
    return say("{since} to {until} ({zone})", **ends, zone=zone)


def tile(figure: str, words: str, more: str = "") -> Markup:
    """One figure with its words."""
    return tag("div", tag("b", figure), tag("span", words), tag("small", more) if more else None, class_="tile")


def headline(f: Findings) -> Markup:
    """The largest figures in tiles."""
    violations, conflicts = f.violation_rows, f.conflict_rows
    span = duration(f.observed_s) if f.observed_s else ""
    miss = per_thousand(len(conflicts), f.total)
    closest = min(conflicts, key=closeness_s, default=None)
    tiles = [
        tile(number(f.total), f.unit(f.total), say("in {span}", span=span) if span else ""),
        tile(
            number(len(violations)),
            say("violation" if len(violations) == 1 else "violations"),
            _by_how_many(f),
        ),
        tile("–", say("near misses"), say("only pedestrians were observed"))
        if f.only_on_foot
        else tile(
            number(len(conflicts)),
            say("near miss" if len(conflicts) == 1 else "near misses"),
            say("{rate} per 1,000 {whom} ({interval})", rate=miss[0], whom=f.unit(2), interval=miss[1])
            if f.total >= len(conflicts) > 0
            else "",
        ),
        tile(decimal(closeness_s(closest), 1, "s"), say("the closest call"), _how_close(f, closest))
        if closest and closeness_s(closest) < np.inf
        else tile("–", say("the closest call"), "" if f.only_on_foot else say("no near miss")),
    ]
    return tag("div", tiles, class_="tiles")


def _how_close(f: Findings, r: Row) -> str:
    """Which measure the seconds of the closest call are, what they mean, how many are alike, and when it was."""
    least = closeness_s(r)
    measure = say("time to collision" if r["ttc_s"] == least else "post-encroachment time")
    if least == 0:
        measure += say(" 0: footprints touched or overlapped, within position error")
    alike = sum(closeness_s(q) == least for q in f.conflict_rows)
    more = say("; {n} such, the worst", n=number(alike)) if alike > 1 else ","
    at = clock(r["t"], f.tz, "%H:%M:%S" if f.one_day else "%-d %b %Y, %H:%M")
    return f"{measure}{more} {say(SEVERITY_WORDS[r['rank']])}, {at}"


def _by_how_many(f: Findings) -> str:
    """How many of the road users committed a violation, with Wilson's interval: one may commit several."""
    by = len({r["track"] for r in f.violation_rows})
    if not by or by > f.total:
        return ""
    if f.motion is None:
        if len(f.violation_rows) > f.total:
            return ""
        rate, interval = per_thousand(len(f.violation_rows), f.total)
        return say("{rate} per 1,000 {whom} ({interval})", rate=rate, whom=say("passings"), interval=interval)
    low, high = (100 * share for share in wilson(by, f.total))
    whom = count(f.total, "road user", "road users")
    return say(
        "by {n} of {whom} ({interval})", n=number(by), whom=whom, interval=f"{low:.0f}\u2060–\u2060{high:.0f}\u00a0%"
    )


def used(f: Findings) -> str:
    """Who came in how long, and which movement was the busiest."""
    span = duration(f.observed_s) if f.observed_s else None
    came = who(f.users.items()) or say("nobody")
    if f.motion is not None:
        said = say("in {span}, {who} used the junction.") if span else say("{who} used the junction.")
    else:
        said = (
            say("in {span}, {who} passed a stop line or a crosswalk, each passing counted.")
            if span
            else say("{who} passed a stop line or a crosswalk, each passing counted.")
        )
    out = capital(said.format(span=span, who=came))
    t = turning(f.site, f.counts, f.spans)
    sums = t.n.sum(axis=0)
    if sums.sum():
        a, m = np.unravel_index(int(np.argmax(sums)), sums.shape)
        out += say(
            " The busiest movement came from the {where}, {does}: {n} of {all} vehicles and cyclists "
            "counted at the stop lines.",
            where=inner(t.approaches[int(a)]),
            does=say(WAYS.get(MOVEMENTS[int(m)], "by another movement")),
            n=number(sums[a, m]),
            all=number(sums.sum()),
        )
    return out
