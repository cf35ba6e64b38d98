"""Rates with their intervals, and what it means that nothing was found."""

from __future__ import annotations

from passerby.screen.findings import Findings
from passerby.screen.intervals import garwood
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, tag
from passerby.screen.words import decimal, duration, number

ONLY_ON_FOOT = term("Only pedestrians were observed, and near misses among themselves are not looked for.")
MORE_THAN_ALL = term(
    "A rate above 1,000 per 1,000 means more events than passings counted: one may be in several events, and some of "
    "those who were in them passed uncounted. It tells that this is frequent, not how frequent."
)


def per_thousand(n: int, exposed: int) -> tuple[str, str]:
    """A rate per 1,000 and its exact 95 % interval, as words."""
    if exposed <= 0:
        return "–", "–"
    low, high = garwood(n)
    digits = 1 if 1000 * n / exposed < 100 else 0
    scale = 1000 / exposed
    return decimal(n * scale, digits), f"{decimal(low * scale, digits)}\u2060–\u2060{decimal(high * scale, digits)}"


def none_found(f: Findings, one: str) -> Markup:
    """That nothing was found, in how long, among how many, and what that rules out."""
    return tag("p", none_found_words(f, one), class_="none")


def none_found_words(f: Findings, one: str) -> str:
    """The same as plain text."""
    if one == "near miss" and f.only_on_foot:
        return f"{say(ONLY_ON_FOOT)} {say('This recording therefore says nothing about near misses.')}"
    span = say(" in {span}", span=duration(f.observed_s)) if f.observed_s else ""
    # without a place at which passings are counted, those seen are all there is
    n, whom = f.total, say("passing" if f.total == 1 else "passings")
    if not n and f.seen:
        n = sum(f.seen.values())
        whom = say("road user" if n == 1 else "road users")
    among = say(" among {n} {whom}", n=number(n), whom=whom) if n else ""
    rules_out = ""
    if n:
        rules_out = say(
            " That does not mean none ever happens: with 95 % confidence the true rate is below {rate} "
            "per 1,000 {whom}.",
            rate=decimal(garwood(0, 0.90)[1] * 1000 / n, 1),
            whom=say("passings" if f.total else "road users"),
        )
    nothing = say("No violation was found") if one == "violation" else say("No near miss was found")
    return f"{nothing}{span}{among}.{rules_out}"
