"""The report's part on violations: by kind and class with rates, and by place."""

from __future__ import annotations

from collections import Counter
from typing import Final

from passerby.screen.exposure import exposed_at, key_of
from passerby.screen.findings import SURE, Findings, Row, doubtful
from passerby.screen.ink import key, violation_symbol
from passerby.screen.intervals import wilson
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.obedience import obedience
from passerby.screen.rates import MORE_THAN_ALL, none_found, per_thousand
from passerby.screen.words import KINDS, capital, class_word, decimal, kind_word, number, percent
from passerby.tracks.classes import CLASSES

TOLERANCE: Final = 0.10
"""That of `[rules.speeding]` where the site gives none."""
WITHIN_ERRORS: Final = term(
    "≈: the errors of clocks and positions, as far as they are stated, could turn the verdict (confidence below "
    "{limit}). An offset of the clocks that was estimated and not applied comes on top of that: see the quality of "
    "the data."
)
_PLACES = (
    term("Place"),
    term("Kind"),
    term("Violations"),
    term("Counted there"),
    term("Share"),
    term("95 % interval"),
)


def violations(f: Findings) -> Markup:
    """By kind and class with rates, then by place, then the crosswalks beside their signals."""
    rows = f.violation_rows
    if not rows:
        return Markup(str(none_found(f, "violation")) + str(obedience(f) or ""))
    n = Counter((r["kind"], r["class"]) for r in rows)
    kinds = sorted({k for k, _ in n}, key=lambda k: -sum(v for (q, _), v in n.items() if q == k))
    classes = [c for c in CLASSES if any(k == c for _, k in n)]
    doubt = Counter(r["kind"] for r in rows if doubtful(r))
    body = []
    for kind in kinds:
        total = sum(n[kind, c] for c in classes)
        exposed, whom = f.exposed(kind)
        rate, interval = per_thousand(total, exposed)
        name = tag("span", key(violation_symbol(kind, 0, 0)), capital(kind_word(kind, 2)), class_="who")
        cells = [number(n[kind, c]) if n[kind, c] else "·" for c in classes]
        close = number(doubt[kind]) if doubt[kind] else "·"
        body.append([name, *cells, tag("strong", number(total)), close, rate, interval, f"{number(exposed)} {whom}"])
    rate, interval = per_thousand(len(rows), f.total)
    sums = [number(sum(n[k, c] for k in kinds)) for c in classes]
    foot = [
        [
            say("All"),
            *sums,
            number(len(rows)),
            number(doubt.total()),
            rate,
            interval,
            f"{number(f.total)} {say('passing' if f.total == 1 else 'passings')}",
        ]
    ]
    classed = (capital(class_word(c, 2)) for c in classes)
    head = [say("Kind"), *classed, say("All"), say("of them ≈"), say("Per 1,000"), say("95 % interval"), say("of")]
    first = table(
        head,
        body,
        foot=foot,
        numeric=range(1, len(head) - 1),
        class_="sortable",
        caption=say("Violations by kind and class; rates with exact (Garwood) Poisson intervals"),
        name="by-kind",
    )
    legend = tag(
        "dl",
        ([tag("dt", capital(kind_word(k, 2))), tag("dd", _meaning(f, k))] for k in kinds if k in KINDS),
        class_="terms",
    )
    many = any(sum(n[k, c] for c in classes) > f.exposed(k)[0] > 0 for k in kinds) or len(rows) > f.total > 0
    first = Markup(str(first) + str(tag("p", say(MORE_THAN_ALL), class_="note"))) if many else first
    note = tag("p", say(WITHIN_ERRORS, limit=numeric(f"{SURE:g}")), class_="note")
    return Markup(str(first) + str(note) + str(_by_place(f, rows)) + str(legend) + str(obedience(f) or ""))


def _meaning(f: Findings, kind: str) -> str:
    """What a kind means; of speeding with the speeds from which it is one at this site."""
    words = say(KINDS[kind][2])
    limits = sorted({v for v in (f.site.speed_limit_kmh, *(q.speed_limit_kmh for q in f.site.lanes)) if v is not None})
    if kind != "speeding" or not limits:
        return words
    given = f.site.rules.get("speeding", {}).get("tolerance")
    tolerance = float(given) if isinstance(given, int | float) else TOLERANCE
    above = [
        say(
            "{limit} km/h + {tolerance} = above {threshold} km/h",
            limit=numeric(f"{v:g}"),
            tolerance=percent(tolerance),
            threshold=numeric(f"{v * (1 + tolerance):.4g}"),
        )
        for v in limits
    ]
    return f"{words} {say('Here: ')}{'; '.join(above)}."


def _by_place(f: Findings, rows: list[Row]) -> Markup:
    counted = exposed_at(f.site, f.counts)
    at = Counter((r["place"], r["kind"]) for r in rows)
    passing = {s.id for s in f.site.stop_lines} | {c.id for c in f.site.crosswalks}
    body = []
    for (place, kind), n in sorted(at.items(), key=lambda i: (-i[1], str(i[0]))):
        share, interval = "–", "–"
        among = counted[key_of(f.site, place, kind)] if place else 0
        if place in passing and kind in ("red_light", "late_start") and among >= n:
            low, high = wilson(n, among)
            share = percent(n / among, 1)
            interval = f"{decimal(100 * low, 1)}–{percent(high, 1)}"
        where = capital(f.place(place)) if place else say("Elsewhere")
        name = tag("span", key(violation_symbol(kind, 0, 0)), where, class_="who")
        users = number(among) if among else "–"
        body.append([name, capital(kind_word(kind, 2)), number(n), users, share, interval])
    head = [say(h) for h in _PLACES]
    caption = say("Violations by place; of those who could have done it and were counted there, with Wilson intervals")
    return table(head, body, numeric=(2, 3, 4, 5), caption=caption, name="by-place", class_="sortable")
