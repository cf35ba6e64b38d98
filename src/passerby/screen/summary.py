"""The report's first page: what was measured, what was found, how sure that is and what to do next, in plain words."""

from __future__ import annotations

from collections import Counter
from typing import Final

from passerby.screen.before_after import BeforeAfter
from passerby.screen.findings import SURE, Findings, doubtful
from passerby.screen.headline import LATE_S, late_alone, used
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, tag
from passerby.screen.numbered import see
from passerby.screen.ranked import Ranked, ranking
from passerby.screen.rates import ONLY_ON_FOOT, none_found_words, per_thousand
from passerby.screen.ratio import events_needed
from passerby.screen.where import ELSEWHERE, INSIDE
from passerby.screen.words import capital, count, duration, inner, kind_word, listed, number, who
from passerby.screen.worst import meetings, place_name

_DAY_S: Final = 86400.0

NEXT: Final = {
    "red_light": term(
        "can the signal heads be seen in time, do amber and all-red times fit the speed of approach, and how "
        "long does one wait for green?"
    ),
    "late_start": term("do the walk and clearance times suit the length of the crosswalk and those who use it?"),
    "outside_crosswalk": term(
        "does a crossing lack where people want to cross, or is the wait at the nearest one long?"
    ),
    "wrong_way": term("are signs and markings plain, what do people gain by it, and is the lane drawn as it runs?"),
    "speeding": term(
        "how fast is traffic over a whole week, and what do lane widths and the course of the road invite?"
    ),
    "stopped_on_crosswalk": term(
        "how far back does the queue ahead reach, and does the signal let in more than can leave?"
    ),
    "blocked_box": term("how far back does the queue ahead reach, and does the signal let in more than can leave?"),
    "illegal_stop": term("who stops there, how long and what for, and where else could they?"),
    "stop_line_overrun": term("does the line lie where the signal can be seen from, and is it worn?"),
    "prohibited_turn": term("are the signs seen in time, and where is the way people look for?"),
    "failure_to_yield": term("do drivers and people on foot see each other, and how fast is the turn?"),
    "lane_misuse": term("are marking and separation plain, and what do people avoid by it?"),
}


def summary(f: Findings, change: BeforeAfter | None) -> Markup:
    """The four answers, each number in them with the table that it comes from."""
    answers = [
        (say("What was measured"), tag("p", used(f), see("by-class"))),
        (say("What was found"), tag("ol", (tag("li", s) for s in _found(f, change)))),
        (say("How sure this is"), tag("ul", (tag("li", s) for s in _sure(f)))),
        (say("What to do next"), tag("ul", (tag("li", s) for s in _next(f)))),
    ]
    return tag("div", (tag("div", tag("h3", title), said) for title, said in answers), class_="summary")


def _found(f: Findings, change: BeforeAfter | None) -> list[list[object]]:
    if _nobody(f):
        return [[say("Nobody was observed, so nothing can be said about how safe the junction is.")]]
    return [_violations(f), _near_misses(f), _changed(change) if change is not None else _worst_place(f)]


def _nobody(f: Findings) -> bool:
    return not f.classes and not f.violation_rows and not f.conflict_rows


def _violations(f: Findings) -> list[object]:
    rows = f.violation_rows
    if not rows:
        return [none_found_words(f, "violation")]
    kind, n = Counter(r["kind"] for r in rows).most_common(1)[0]
    exposed, whom = f.exposed(kind)
    of_all = "" if n == len(rows) else say(" of {n} violations", n=number(len(rows)))
    by = Counter(r["class"] for r in rows if r["kind"] == kind)
    said = f"{number(n)} {kind_word(kind, n)} ({who(by.most_common())}){of_all}"
    rate, interval = per_thousand(n, exposed)
    how_often = _often(rate, whom, interval) + _several(n, exposed) if exposed else ""
    place = _commonest(f, kind)
    return [
        tag("strong", said),
        how_often,
        say("; most often at {place} ({n}).", place=place[0], n=number(place[1])) if place else ".",
        see("by-kind", "by-place"),
    ]


def _near_misses(f: Findings) -> list[object]:
    rows = f.conflict_rows
    if f.only_on_foot:
        return [say(ONLY_ON_FOOT)]
    if not rows:
        return [none_found_words(f, "near miss")]
    serious = sum(r["rank"] == 3 for r in rows)
    rate, interval = per_thousand(len(rows), f.total)
    how_often = _often(rate, say("passings"), interval) + _several(len(rows), f.total) if f.total else ""
    (who, _), met = meetings(f)[0][:2]
    pair = say("; worst where these meet: {who} ({n}).", who=inner(who), n=number(met))
    said = capital(count(serious, "serious near miss", "serious near misses"))
    said += say(", {n} in all", n=number(len(rows)))
    late = late_alone(rows)
    rests = (
        say(
            " {n} of them rest on a post-encroachment time above {limit} s alone, as one stream follows another at a "
            "signal.",
            n=number(late),
            limit=f"{LATE_S:g}",
        )
        if late
        else ""
    )
    return [tag("strong", said), how_often, pair, rests, see("near-miss-list", "meetings")]


def _worst_place(f: Findings) -> list[object]:
    """Where most went wrong, by number: of the rates' ranking, places that few passed make a poor headline."""
    ranked = _ranked(f)
    if not ranked:
        return [say("No place stands out.")]
    first = min(ranked, key=lambda r: (-r.events, -(r.low or 0.0), r.key))
    wrong = (
        (first.violations, "violation", "violations"),
        (first.conflicts, "near miss", "near misses"),
    )
    events = listed([count(*w) for w in wrong if w[0]])
    among = ""
    if first.rate is not None:
        rate, interval = per_thousand(first.events, first.passings)
        among = say(
            ", {rate} for every 1,000 who passed there, between {interval}", rate=rate, interval=_between(interval)
        )
    where = _within(f, first.key, place_name(f, first.key))
    return [say("Where most went wrong: "), tag("strong", where), f": {events}{among}.", see("worst-places")]


def _within(f: Findings, place: str, name: str) -> str:
    """A place's name in the middle of a sentence."""
    own = place.removesuffix(":on_foot") not in {s.id for s in f.site.stop_lines} | {INSIDE, ELSEWHERE}
    return name if own else inner(name)


def _changed(change: BeforeAfter) -> list[object]:
    first, second = change.rows[0], change.rows[1]
    return [
        *(say("Before and after: "), tag("strong", inner(first.label)), ": ", first.verdict, " "),
        *(second.label, ": ", second.verdict, see("before-after")),
    ]


def _several(events: int, passings: int) -> str:
    """What a rate above 1,000 per 1,000 means."""
    return (
        say(" (more than passings were counted: one may be in several, and some passed uncounted)")
        if events > passings
        else ""
    )


def _often(rate: str, whom: str, interval: str) -> str:
    return say(": {rate} for every 1,000 {whom}, between {interval}", rate=rate, whom=whom, interval=_between(interval))


def _between(interval: str) -> str:
    return interval.replace("\u2060–\u2060", say(" and "))


def _commonest(f: Findings, kind: str) -> tuple[str, int] | None:
    places = Counter(r["place"] for r in f.violation_rows if r["kind"] == kind and r["place"])
    if not places:
        return None
    place, n = min(places.items(), key=lambda i: (-i[1], i[0]))
    return (_within(f, place, f.place(place)), n) if n > 1 else None


def _ranked(f: Findings) -> list[Ranked]:
    return ranking(f.site, {"violations": f.violations, "conflicts": f.conflicts, "counts": f.counts}, "place")


def _sure(f: Findings) -> list[object]:
    said: list[object] = [
        say("“Between” gives the range that chance leaves open: it holds the true rate in 95 of 100 such measurements.")
    ]
    if f.observed_s and f.observed_s < _DAY_S:
        said.append(
            say(
                "{span} were observed. That shows what goes wrong here; how often it does over a year, with "
                "its nights, weekends and weather, it cannot show.",
                span=duration(f.observed_s),
            )
        )
    if f.violation_rows or f.conflict_rows:
        said.append([_within_errors(f), see("by-kind")] if f.violation_rows else _within_errors(f))
    said.append(
        [say("How complete the data is: "), tag("a", say("quality of the data"), href="#quality"), see("data-quality")]
    )
    return said


def _within_errors(f: Findings) -> str:
    """Of which rules how many verdicts the errors of clocks and positions could turn."""
    kinds = Counter(r["kind"] for r in f.violation_rows)
    close = Counter(r["kind"] for r in f.violation_rows if doubtful(r))
    found = [
        say("{n} of {whom}", n=number(n), whom=f"{number(kinds[kind])} {kind_word(kind, kinds[kind])}")
        for kind, n in close.most_common()
    ]
    near = sum(map(doubtful, f.conflict_rows))
    if near:
        found.append(say("{n} of {whom}", n=number(near), whom=count(len(f.conflict_rows), "near miss", "near misses")))
    if not found:
        return say(
            "No verdict is within the errors of clocks and positions (confidence below {limit}).",
            limit=numeric(f"{SURE:g}"),
        )
    return say(
        "Within the errors of clocks and positions, so that they may be none (confidence below {limit}, marked ≈): "
        "{found}.",
        limit=numeric(f"{SURE:g}"),
        found=listed(found),
    )


def _next(f: Findings) -> list[object]:
    if _nobody(f):
        return [say("Find out why: do period, tracks and the site's drawing belong together, and did the camera see?")]
    said: list[object] = []
    for kind, _ in Counter(r["kind"] for r in f.violation_rows).most_common(2):
        if kind in NEXT:
            place = _commonest(f, kind)
            at = say(" at {place}", place=place[0]) if place else ""
            said.append(f"{capital(kind_word(kind, 2))}{at}: {say(NEXT[kind])}")
    if any(r["rank"] == 3 for r in f.conflict_rows):
        said.append(
            say("The serious near misses: look at each on the spot with its drawing, before anything is decided.")
            if f.tracked
            else say("The serious near misses: look at where they happen, on the spot, before anything is decided.")
        )
    if f.observed_s and f.observed_s < _DAY_S:
        said.append(say("Before money is spent: observe a week or more, the same hours before as after."))
    needed = number(events_needed(0.5))
    said.append(
        say(
            "To show later that a measure halved something, some {n} events must have been seen before "
            "it, in a time as long as the one after.",
            n=needed,
        )
    )
    return said
