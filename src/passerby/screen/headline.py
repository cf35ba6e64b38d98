"""The period, the largest figures, and who came: what the report's first page begins with."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.screen.findings import Findings, Row, closeness_s, doubtful, on_course
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, tag
from passerby.screen.near_misses import SEVERITY_WORDS
from passerby.screen.rates import per_thousand
from passerby.screen.turning import MOVEMENTS, turning
from passerby.screen.uncounted import uncounted
from passerby.screen.words import capital, clock, decimal, duration, inner, minute, number, who
from passerby.tracks.motion import STEP_S

LATE_S: Final = 3.0
"""A second one who arrives so long after the first is in what a signal does all day: `slight` without a TTC."""

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
    n, one, many = f.total, "passing", "passings"
    if not n and f.seen:
        n, one, many = sum(f.seen.values()), "road user", "road users"
    tiles = [
        tile(number(n), say(one if n == 1 else many), say("in {span}", span=span) if span else ""),
        tile(
            number(len(violations)),
            say("violation" if len(violations) == 1 else "violations"),
            _rate(f, len(violations)),
        ),
        tile("–", say("near misses"), say("only pedestrians were observed"))
        if f.only_on_foot
        else _serious(f, conflicts),
        _closest(f, conflicts),
    ]
    return tag("div", tiles, class_="tiles")


def _rate(f: Findings, n: int) -> str:
    """Events per 1,000 passings, where there are no more of them than passings."""
    if not f.total >= n > 0:
        return ""
    rate, interval = per_thousand(n, f.total)
    return say("{rate} per 1,000 {whom} ({interval})", rate=rate, whom=say("passings"), interval=interval)


def _serious(f: Findings, rows: list[Row]) -> Markup:
    """How many near misses are serious, of how many, and how many rest on a long post-encroachment time alone."""
    n = sum(r["rank"] == 3 for r in rows)
    if not rows:
        return tile("0", say("near misses"))
    said = say("of {n} near misses" if len(rows) != 1 else "of {n} near miss", n=number(len(rows)))
    rate, late = _rate(f, len(rows)), late_alone(rows)
    said += f": {rate}" if rate else ""
    if late:
        said += say("; {n} by a post-encroachment time above {limit} s alone", n=number(late), limit=f"{LATE_S:g}")
    words = say("serious near miss" if n == 1 else "serious near misses")
    return tile(number(n), words, said)


def late_alone(rows: list[Row]) -> int:
    """Near misses that rest on a post-encroachment time above `LATE_S` alone."""
    return sum(not on_course(r) and LATE_S < closeness_s(r) < np.inf for r in rows)


def _closest(f: Findings, rows: list[Row]) -> Markup:
    """The smallest time that the errors of the measurement leave standing, which measure it is, how grave and when."""
    sure = [r for r in rows if not doubtful(r) and STEP_S <= closeness_s(r) < np.inf]
    if not sure:
        why = "" if f.only_on_foot else say("none beyond the measurement's error") if rows else say("no near miss")
        return tile("–", say("the closest call"), why)
    r = min(sure, key=closeness_s)
    least = closeness_s(r)
    if r["ttc_s"] == least:
        measure = say("time to collision")
    else:
        measure = say("post-encroachment time") if on_course(r) else say("post-encroachment time alone")
    at = clock(r["t"], f.tz, "%H:%M:%S" if f.one_day else "%-d %b %Y, %H:%M")
    said = f"{measure}, {say(SEVERITY_WORDS[r['rank']])}, {at}"
    nearer = sum(closeness_s(q) < least for q in rows)
    said += say("; {n} closer within the measurement's error", n=number(nearer)) if nearer else ""
    return tile(decimal(least, 1, "s"), say("the closest call"), said)


def used(f: Findings) -> str:
    """Who came in how long, and which movement was the busiest."""
    span = duration(f.observed_s) if f.observed_s else None
    came = who(f.passed.items()) or say("nobody")
    said = (
        say("in {span}, {who} passed a stop line or a crosswalk, each passing counted.")
        if span
        else say("{who} passed a stop line or a crosswalk, each passing counted.")
    )
    if not f.total and f.seen:
        came = who(f.seen.items())
        said = say("{who} used the junction; nobody was counted at a stop line or a crosswalk.")
    out = capital(said.format(span=span, who=came)) + _seen(f)
    t = turning(f.site, f.counts, f.spans)
    sums = t.n.sum(axis=0)
    if sums.sum():
        a, m = np.unravel_index(int(np.argmax(sums)), sums.shape)
        out += say(
            " The busiest movement came from the {where}, {does}: {n} of {all} {whom} counted at the stop lines.",
            where=inner(t.approaches[int(a)]),
            does=say(WAYS.get(MOVEMENTS[int(m)], "by another movement")),
            n=number(sums[a, m]),
            all=number(sums.sum()),
            whom=f.over_lines,
        )
    return out


def _seen(f: Findings) -> str:
    """How many road users were seen, and how many of them passed no place at which anybody is counted."""
    if f.motion is None or not f.seen or not f.total:
        return ""
    out = say(" {n} road users were seen ({who})", n=number(sum(f.seen.values())), who=who(f.seen.items()))
    missed = uncounted(f.site, f.motion)
    if missed:
        out += say(
            "; {n} of them at no stop line and no crosswalk: seen in part (they came from where the camera does not "
            "see, or their track broke off), or on their way elsewhere",
            n=number(missed),
        )
    return out + "."
