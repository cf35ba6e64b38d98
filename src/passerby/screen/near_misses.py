"""The report's part on near misses, the worst first."""

from __future__ import annotations

from collections import Counter
from typing import Final

from passerby.screen.evidence import card, kmh, nowrap, pair, sure
from passerby.screen.findings import LISTED, SURE, Findings
from passerby.screen.ink import conflict_symbol, key
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.rates import MORE_THAN_ALL, none_found, per_thousand
from passerby.screen.spread import spread
from passerby.screen.words import (
    capital,
    conflict_word,
    count,
    decimal,
    number,
)

SEVERITY_WORDS: Final = {1: term("slight"), 2: term("moderate"), 3: term("serious")}
ALONE: Final = term(
    "Serious ones first, and of each severity those on collision course (with a TTC) before those that rest on "
    "post-encroachment time alone. PET alone does not tell whether anybody had to brake: who waits and goes closely "
    "behind the last one, gap acceptance, has a short one too. TTC and DRAC beside it tell; a dash means that at no "
    "instant the two would have touched had both gone on. ≈: the errors of positions could turn it (confidence below "
    "{limit})."
)
CONTACT: Final = term(
    "A time of 0 s means that the footprints touched or overlapped as they were measured, at one instant (time to "
    "collision) or in passing the same spot (post-encroachment time). Positions and sizes are known within an error "
    "of some decimetres: it is contact or a passing closer than that error, not a collision that is proven."
)


def near_misses(f: Findings, top: int) -> Markup:
    """All near misses, the worst first, and plans of the first few."""
    rows = f.conflict_rows
    if not rows:
        return none_found(f, "near miss")
    rate, interval = per_thousand(len(rows), f.total)
    ranks = Counter(r["rank"] for r in rows)
    graded = ", ".join(f"{ranks[i]} {say(SEVERITY_WORDS[i])}" for i in (3, 2, 1) if ranks[i])
    lead = f"{capital(count(len(rows), 'near miss', 'near misses'))} ({graded})"
    lead += (
        say(": {rate} per 1,000 {whom} (95 % interval {interval}).", rate=rate, whom=say("passings"), interval=interval)
        if f.total
        else "."
    )
    body = []
    for i, r in enumerate(rows[:LISTED], 1):
        drawn = f.motion is not None and i <= top
        name = tag("a", f"N{i}", href=f"#n{i}") if drawn else f"N{i}"
        mark = tag("span", key(conflict_symbol(r["rank"], 0, 0), 14), name, class_="who", id=None if drawn else f"n{i}")
        body.append(
            [
                mark,
                tag("td", f.moment(r["t"]), data_t=f"{r['t']:.3f}"),
                nowrap(capital(pair(r))),
                nowrap(conflict_word(r["kind"])),
                decimal(r["ttc_s"], 1),
                decimal(r["pet_s"], 1),
                decimal(r["drac_mps2"], 1),
                decimal(kmh(r["delta_v_mps"]), 0),
                decimal(kmh(r["max_speed_mps"]), 0),
                say(SEVERITY_WORDS[r["rank"]]),
                sure(r),
            ]
        )
    head = [
        *(say("No."), say("Time"), say("Who"), say("How they met"), "TTC, s", "PET, s", "DRAC, m/s²"),
        *("ΔV, km/h", say("Top, km/h"), say("Severity"), say("Confidence")),
    ]
    shown = table(
        head,
        body,
        numeric=(4, 5, 6, 7, 8, 10),
        class_="sortable",
        caption=say("Near misses, serious ones first"),
        name="near-miss-list",
    )
    rest = say("{n} more are in the table of conflicts.", n=number(len(rows) - LISTED)) if len(rows) > LISTED else None
    touched = any(r[c] == 0 for r in rows[:LISTED] for c in ("ttc_s", "pet_s"))
    cards = (
        [card(f, r, f"n{i}", f"N{i}") for i, r in enumerate(rows[: min(top, LISTED)], 1)]
        if f.motion is not None
        else []
    )
    return tag(
        "div",
        tag("p", lead),
        tag("p", say(MORE_THAN_ALL), class_="note") if len(rows) > f.total > 0 else None,
        spread(f),
        shown,
        tag("p", say(ALONE, limit=numeric(f"{SURE:g}")), class_="note"),
        tag("p", say(CONTACT), class_="note") if touched else None,
        tag("p", rest, class_="note") if rest else None,
        tag("div", cards, class_="cards"),
    )
