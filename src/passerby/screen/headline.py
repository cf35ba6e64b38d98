"""What happened, in plain words and few numbers: the report's first half page."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from passerby.screen.evidence import sentence
from passerby.screen.findings import Findings, closeness_s
from passerby.screen.intervals import wilson
from passerby.screen.markup import Markup, tag
from passerby.screen.rates import ONLY_ON_FOOT, per_thousand
from passerby.screen.turning import MOVEMENTS, turning
from passerby.screen.words import capital, clock, count, decimal, duration, kind_word, listed, minute, number, who

_BEATS: Final = ("left", "through", "right")


def when(f: Findings) -> str:
    """The period observed, in local time."""
    if f.period is None:
        return "Period unknown"
    start, end = f.period
    zone = f.site.timezone
    first, last = clock(start, f.tz, "%-d %B %Y"), clock(end, f.tz, "%-d %B %Y")
    if first == last:
        return f"{first}, {minute(start, f.tz)} to {minute(end, f.tz)} ({zone})"
    return f"{first}, {minute(start, f.tz)} to {last}, {minute(end, f.tz)} ({zone})"


def tile(figure: str, words: str, more: str = "") -> Markup:
    """One figure with its words."""
    return tag("div", tag("b", figure), tag("span", words), tag("small", more) if more else None, class_="tile")


def headline(f: Findings) -> Markup:
    """Tiles and three or four sentences."""
    violations, conflicts = f.violation_rows, f.conflict_rows
    span = duration(f.period[1] - f.period[0]) if f.period else ""
    miss = per_thousand(len(conflicts), f.total)
    worst = next((r for r in conflicts if closeness_s(r) < np.inf), None)
    tiles = [
        tile(number(f.total), "road users", f"in {span}" if span else ""),
        tile(
            number(len(violations)),
            "violation" if len(violations) == 1 else "violations",
            _by_how_many(f),
        ),
        tile("–", "near misses", "only pedestrians were observed")
        if f.only_on_foot
        else tile(
            number(len(conflicts)),
            "near miss" if len(conflicts) == 1 else "near misses",
            f"{miss[0]} per 1,000 road users ({miss[1]})" if f.total else "",
        ),
        tile(decimal(closeness_s(worst), 1, "s"), "the closest call", f"at {clock(worst['t'], f.tz)}")
        if worst
        else tile("–", "the closest call", "" if f.only_on_foot else "no near miss"),
    ]
    return tag("div", tag("div", tiles, class_="tiles"), tag("div", (tag("p", s) for s in sentences(f)), class_="lead"))


def _by_how_many(f: Findings) -> str:
    """How many of the road users committed a violation, with Wilson's interval: one may commit several."""
    by = len({r["track"] for r in f.violation_rows})
    if not by or by > f.total:
        return ""
    low, high = (100 * share for share in wilson(by, f.total))
    whom = count(f.total, "road user", "road users")
    return f"by {number(by)} of {whom} ({low:.0f}\u2060–\u2060{high:.0f}\u00a0%)"


def sentences(f: Findings) -> list[str]:
    """Who came, which movement was the busiest, what went wrong, the worst near miss."""
    span = duration(f.period[1] - f.period[0]) if f.period else None
    out = [f"{f'In {span}, ' if span else ''}{who(f.users.items()) or 'nobody'} used the junction."]
    out[0] = capital(out[0])
    t = turning(f.site, f.counts, f.period)
    sums = t.n.sum(axis=0)
    if sums.sum():
        a, m = np.unravel_index(int(np.argmax(sums)), sums.shape)
        way = {"through": "straight on", "left": "turning left", "right": "turning right", "u_turn": "turning back"}
        does = way.get(MOVEMENTS[int(m)], "by another movement")
        out[0] += (
            f" The busiest movement came from the {t.approaches[int(a)].lower()}, {does}: "
            f"{number(sums[a, m])} of {number(sums.sum())} vehicles and cyclists counted at the stop lines."
        )
    rows = f.violation_rows
    if rows:
        kinds = Counter(r["kind"] for r in rows).most_common()
        first, n = kinds[0]
        by = Counter(cls for _, cls in {(r["track"], r["class"]) for r in rows if r["kind"] == first})
        others = [count(v, kind_word(k), kind_word(k, 2)) for k, v in kinds[1:]]
        words = f"{capital(count(n, kind_word(first), kind_word(first, 2)))} ({who(by.most_common())})"
        words += f", {listed(others)}" if others else ""
        places = Counter(r["place"] for r in rows if r["place"]).most_common(1)
        where = f" Most often at: {f.place(places[0][0])} ({places[0][1]})." if places and places[0][1] > 1 else ""
        out.append(f"What went wrong: {words[:1].lower() + words[1:]}.{where}")
    else:
        out.append(f"No violation was found{f' in {span}' if span else ''}.")
    misses = f.conflict_rows
    if misses:
        worst = [f"{clock(r['t'], f.tz)}: {sentence(f, r)}" for r in misses[:2]]
        out.append(f"{'The worst near misses' if len(worst) > 1 else 'The near miss'}: {' '.join(worst)}")
    elif f.only_on_foot:
        out.append(ONLY_ON_FOOT)
    else:
        out.append(f"No near miss was found{f' in {span}' if span else ''}.")
    return out
