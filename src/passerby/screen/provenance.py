"""The report's parts on signals, the method, its limits, and what is never done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from passerby.screen.findings import Findings
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.signal_timing import Timing, spans, timing, timing_svg
from passerby.screen.words import capital, decimal, duration, number, percent

REFERENCES: Final = (
    "Gettman, Pu, Sayed, Shelby (2008): Surrogate Safety Assessment Model and Validation. FHWA-HRT-08-051. "
    "(TTC, PET, MaxS, DeltaV, conflict angles)",
    "Hayward (1972): Near-miss determination through use of a scale of danger. Highway Research Record 384. (TTC)",
    "Allen, Shin, Cooper (1978): Analysis of traffic conflicts and collisions. "
    "Transportation Research Record 667. (PET)",
    "Cooper, Ferguson (1976): Traffic studies at T-junctions. Traffic Engineering and Control 17. (DRAC)",
    "Laureshyn, Svensson, Hydén (2010): Evaluation of traffic safety, based on micro-level behavioural data. "
    "Accident Analysis and Prevention 42.",
    "Transportation Research Board (2022): Highway Capacity Manual, 7th edition. (peak hour factor, turning movements)",
    "FHWA (2021): Traffic Signal Timing Manual, 2nd edition, NCHRP 812. (cycle, split)",
    "Hauer (1997): Observational Before-After Studies in Road Safety. Pergamon. (before and after)",
    "Przyborowski, Wilenski (1940): Homogeneity of results in testing samples from Poisson series. Biometrika 31.",
    "Garwood (1936): Fiducial limits for the Poisson distribution. Biometrika 28.",
    "Wilson (1927): Probable inference, the law of succession, and statistical inference. JASA 22.",
)

TABLES: Final = {
    "violations": term("violations"),
    "conflicts": term("conflicts"),
    "counts": term("counts"),
    "tracks": term("tracks"),
}


def signal_section(f: Findings) -> Markup:
    """Cycle, green and share of green per signal, and the programme as it ran."""
    assert f.signals is not None
    assert f.period is not None
    t0, t1 = f.period
    groups = _alike(f, t0, t1)
    timings: list[tuple[str, Timing]] = [(name, timing(f.signals, ids[0], t0, t1)) for name, ids in groups]
    body = []
    for name, t in timings:
        cycle = decimal(t.cycle_s, 0) if t.cycles else "–"
        spread = f"{t.cycle_low_s:.0f}–{t.cycle_high_s:.0f}" if t.cycles else "–"
        body.append(
            [
                name,
                cycle,
                spread,
                number(t.cycles),
                decimal(t.green_s, 0),
                decimal(t.amber_s, 0),
                percent(t.green_share),
            ]
        )
    head = [say("Signals"), say("Cycle, s"), say("from–to"), say("Cycles seen")]
    head += [say("Green, s"), say("Amber, s"), say("Share of green")]
    shown = table(
        head,
        body,
        numeric=range(1, 7),
        caption=say("Signal timing (medians); signals that always show the same are one row"),
    )
    cycles = [t.cycle_s for _, t in timings if t.cycles]
    length = min(t1 - t0, max(120.0, 2.5 * float(np.median(cycles))) if cycles else 300.0)
    picture = timing_svg(f.signals, [ids[0] for _, ids in groups][:40], t0, t0 + length, f.site.timezone)
    caption = say("The programme over the first {span}: red tall, amber half, green thin.", span=duration(length))
    return tag(
        "div", shown, tag("figure", tag("div", picture, class_="scroll", tabindex="0"), tag("figcaption", caption))
    )


def _alike(f: Findings, t0: float, t1: float) -> list[tuple[str, list[str]]]:
    assert f.signals is not None
    groups: dict[tuple[tuple[float, float, str], ...], list[str]] = {}
    for signal in f.signals.signals:
        groups.setdefault(tuple(spans(f.signals, signal, t0, t1)), []).append(signal)
    named = [(", ".join(ids) if len(ids) < 5 else f"{', '.join(ids[:3])} … {ids[-1]}", ids) for ids in groups.values()]
    return named


def method_section(f: Findings) -> Markup:
    """How each number came about, with its source, and how far it can be trusted."""
    terms = [
        (
            say("Tracks"),
            say(
                "Each road user's footprint on the ground over time, smoothed, with the uncertainty of position and "
                "speed. A stop line is crossed by the front of a vehicle, not by its centre."
            ),
        ),
        (
            say("Violations"),
            say(
                "Each rule compares tracks with the site's drawing and the signal log. A verdict within "
                "the error of position or clock is kept and given a lower confidence."
            ),
        ),
        (
            "TTC",
            say(
                "Time to collision: seconds until two footprints would touch if both kept their speed and heading. "
                "Reported at 1.5 s or less."
            ),
        ),
        (
            "PET",
            say(
                "Post-encroachment time: seconds between one road user leaving a spot and the other reaching it. "
                "Reported at 5 s or less."
            ),
        ),
        ("DRAC", say("Deceleration needed to avoid a crash. Above about 3.4 m/s² braking is harder than comfortable.")),
        ("ΔV", say("Change of speed the less lucky of the two would have had in a crash: how bad it could have been.")),
        (
            say("Rates"),
            say(
                "Events per 1,000 road users, with Garwood's exact Poisson interval; shares with Wilson's. "
                "Both treat events as independent, which a queue running one red together is not."
            ),
        ),
    ]
    rows = [
        [name.replace("_", " "), ", ".join(f"{k} = {v}" for k, v in settings.items()) or say("defaults")]
        for name, settings in f.site.rules.items()
    ]
    limits = (
        say(
            "A near miss measures exposure to danger, it foretells no crash: no crash rate follows from "
            "this report alone."
        ),
        say("Minutes or hours of one day are not a year. Weather, season and events are not corrected for."),
        say("A road user hidden from the camera, or a track that breaks, may be missed or counted twice."),
        say(
            "The site's drawing decides what is a stop line, a lane or a crosswalk; when the street "
            "changes, so must it."
        ),
    )
    return tag(
        "div",
        tag("dl", ([tag("dt", t), tag("dd", d)] for t, d in terms), class_="terms"),
        table(
            [say("Rule"), say("Thresholds set for this site")],
            rows,
            class_="narrow facts",
            caption=say("Thresholds that differ from the defaults"),
        )
        if rows
        else None,
        tag("h3", say("Limits")),
        tag("ul", (tag("li", s) for s in limits)),
        tag("h3", say("References")),
        tag("ol", (tag("li", s) for s in REFERENCES), class_="references"),
    )


def privacy_section(f: Findings, names: Mapping[str, str] | None = None) -> Markup:
    """What this report does not do, and how long anything behind it is kept."""
    said = [
        say(
            "Nobody is identified: no faces, no number plates, no appearance, no link to any register. "
            "The drawings are made from positions; no picture of anyone exists behind them."
        ),
        say(
            "Nobody is followed: a track begins and ends at this junction and is matched with nothing anywhere else. "
            "Its id is the one that the tracks came with; Passerby's own camera makes random ones, anew in every run."
        ),
        say("Nothing here is evidence against anyone. Events serve to improve signals, markings and sight lines."),
    ]
    if f.public:
        said.append(
            say(
                "Numbers below {k} are withheld, and others where they would give one away by subtraction. "
                "Times are given to the hour, places to 5 m.",
                k=f.k,
            )
        )
    else:
        said.append(
            say(
                "This version shows single events and exact times. It is for the operator and the engineer; for "
                "publication there is a public version, in which small numbers are withheld."
            )
        )
    kept: list[Any] = [
        [capital(say(TABLES.get(name, name))), say("{n} days", n=numeric(f"{days:g}"))]
        for name, days in f.keep_days.items()
    ]
    ttl = (
        table(
            [say("Table"), say("Deleted after")], kept, class_="narrow facts", caption=say("How long the data is kept")
        )
        if kept
        else None
    )
    return tag("div", tag("ul", (tag("li", s) for s in said)), ttl)
