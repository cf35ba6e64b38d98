"""The report's table of signalised crosswalks: how many crossed, how many of them on red, beside what was shown."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np
import shapely

from passerby.screen.findings import Findings, Row
from passerby.screen.intervals import garwood, wilson
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.signal_timing import GO, spans
from passerby.screen.turning import at_crosswalks
from passerby.screen.words import capital, number, percent
from passerby.signals.history import STATE_CODE
from passerby.site.model import polygon
from passerby.tracks.classes import CLASSES

EARLY_S: Final = 5.0
_EDGE_M: Final = 0.4
STOP: Final = ("red", "dont_walk")

_NOTE: Final = term(
    "Early: on red, less than 5 s before the signal let people go. Late: while the crosswalk was being cleared. "
    "If nobody heeded the signal, the share on red would be near the share of time it is red. Who crosses together "
    "decides together, so the intervals are, if anything, too narrow. On red also holds who stepped on and did not "
    "cross there."
)


def obedience(f: Findings) -> Markup | None:
    """Per signalised crosswalk: crossings and their rate, entries on red and their share, how long the light is red."""
    counted: Counter[str] = Counter()
    for row in at_crosswalks(f.site, f.counts).to_pylist():
        counted[row["place"]] += row["n"]
    lit = {c.id: c.signal for c in f.site.crosswalks if c.signal is not None}
    if f.signals is None or f.period is None or not any(counted[c] for c in lit):
        return None
    hours = f.observed_s / 3600
    red = [r for r in f.violation_rows if r["kind"] == "red_light" and r["place"] in lit]
    late = Counter(r["place"] for r in f.violation_rows if r["kind"] == "late_start")
    body = [
        _line(
            capital(f.place(place)),
            counted[place],
            [r for r in red if r["place"] == place],
            late[place],
            hours,
            _share_red(f, signal),
            f,
        )
        for place, signal in lit.items()
    ]
    whole = _line(say("All"), sum(counted[c] for c in lit), red, sum(late[c] for c in lit), hours, None, f)
    head = [say("Crosswalk"), say("Crossings"), say("Per hour"), say("On red"), say("Share"), say("95 % interval")]
    head += [say("Early"), say("Late"), say("Light red")]
    caption = say("Crossings at signals: rates with Garwood's, shares with Wilson's 95 % interval")
    shown = table(head, body, foot=[whole] if len(body) > 1 else [], numeric=range(1, len(head)), caption=caption)
    unjudged = _first_seen_on_it(f)
    doubt = say(
        "{n} pedestrians were first seen on a crosswalk already: on which state they entered is not known, and no "
        "crossing on red is reported for them. The shares are too low by as many as those did."
        if unjudged != 1
        else "{n} pedestrian was first seen on a crosswalk already: on which state they entered is not known, and no "
        "crossing on red is reported for them. The shares are too low by as many as those did.",
        n=number(unjudged),
    )
    return tag("div", shown, tag("p", doubt, class_="note") if unjudged else None, tag("p", say(_NOTE), class_="note"))


def _line(
    name: str, n: int, red: list[Row], late: int, hours: float, share_red: float | None, f: Findings
) -> list[object]:
    low, high = garwood(n)
    rate = f"{n / hours:.0f} ({low / hours:.0f}\u2060–\u2060{high / hours:.0f})" if hours > 0 else "–"
    share, interval = "–", "–"
    if n and len(red) <= n:
        a, b = wilson(len(red), n)
        share, interval = percent(len(red) / n), f"{100 * a:.0f}\u2060–\u2060{percent(b)}"
    time = "" if share_red is None else say("{share} of time", share=percent(share_red))
    return [name, number(n), rate, number(len(red)), share, interval, number(_early(f, red)), number(late), time]


def _first_seen_on_it(f: Findings) -> int:
    """How many pedestrians' tracks begin on a crosswalk with a signal, beyond its edge."""
    if f.motion is None:
        return 0
    m = f.motion
    begun = m.starts[:-1][(np.diff(m.starts) > 0) & (m.cls == CLASSES.index("pedestrian"))]
    areas = [polygon(c.polygon).buffer(-_EDGE_M) for c in f.site.crosswalks if c.signal is not None]
    return int(np.sum(shapely.contains_xy(shapely.union_all(areas), m.x[begun], m.y[begun])))


def _early(f: Findings, red: list[Row]) -> int:
    """How many of the entries on red came less than EARLY_S before the signal let people go."""
    assert f.signals is not None
    n = 0
    for r in red:
        t, code = f.signals.changes.get(r["signal"], (np.empty(0), np.empty(0, np.int8)))
        soon = (t > r["t"]) & (t <= r["t"] + EARLY_S)
        n += any(int(c) in {STATE_CODE[s] for s in GO} for c in code[soon])
    return n


def _share_red(f: Findings, signal: str) -> float | None:
    """The share of the time with a known state during which a signal stops people; None where it is never known."""
    assert f.signals is not None
    assert f.period is not None
    observed = f.spans.tolist() or [f.period]
    known = [(b - a, s) for p, q in observed for a, b, s in spans(f.signals, signal, p, q) if s != "unknown"]
    whole = sum(d for d, _ in known)
    return sum(d for d, s in known if s in STOP) / whole if whole > 0 else None
