"""The counts per interval: turning movements as engineers tabulate them, and the crosswalks.

Up to a day's worth of quarters of an hour stands as it was counted; longer periods are averaged by the hour of the day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.screen.findings import Findings
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.turning import (
    MOVEMENTS,
    FloatArray,
    IntArray,
    Turning,
    at_crosswalks,
    epoch_s,
    intervals,
    peak_hour,
    place_in,
    seen_s,
)
from passerby.screen.words import clock, decimal, inner, minute, number

WORDS: Final = {
    "left": term("Left"),
    "through": term("Through"),
    "right": term("Right"),
    "u_turn": term("U-turn"),
    "unknown": term("Unknown"),
}
SHORT: Final = {"left": term("L"), "through": term("T"), "right": term("R"), "u_turn": term("U"), "unknown": "?"}
MOST: Final = 96
"""A day's quarters of an hour: with more of them, hours of the day are shown."""


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a sheet: labels, which intervals each sums, and the hours it averages over, None where it sums."""

    head: tuple[str, ...]
    labels: tuple[tuple[str, ...], ...]
    members: tuple[IntArray, ...]
    hours: tuple[float, ...] | None
    note: str

    def shown(self, i: int, n: IntArray) -> str:
        """A sum over line i's intervals as the sheet shows it."""
        return number(int(n)) if self.hours is None else decimal(float(n) / self.hours[i], 1)


def lines(f: Findings, begin: FloatArray, end: FloatArray) -> Lines:
    """Which lines a sheet of these intervals (epoch s) has.

    An interval of which nothing was observed is left out. Hours are those observed.
    """
    length = seen_s(f.spans, begin, end)
    seen = length > 0
    if len(f.counts):
        seen[place_in(begin, epoch_s(f.counts["t0"]))] = True
    kept = np.flatnonzero(seen)
    left = len(begin) - len(kept)
    note = say("{n} intervals that were not observed are left out. ", n=number(left)) if left else ""
    labels: tuple[tuple[str, ...], ...]
    if len(kept) <= MOST:
        labels = tuple((span(f, begin[i], end[i]),) for i in kept)
        return Lines((say("Interval"),), labels, tuple(kept[j : j + 1] for j in range(len(kept))), None, note)
    hour = np.array([int(clock(t, f.tz, "%H")) for t in begin[kept]])
    groups = tuple(kept[hour == h] for h in np.unique(hour))
    hours = tuple(float(length[g].sum()) / 3600 for g in groups)
    labels = tuple(
        (f"{h:02}:00\u2060–\u2060{(h + 1) % 24:02}:00", decimal(d, 2))
        for h, d in zip(np.unique(hour), hours, strict=True)
    )
    note += say(
        "Each line is the mean per hour over the hours observed at that time of day; the last line is the sum. "
    )
    return Lines((say("Hour of the day"), say("Hours observed")), labels, groups, hours, note)


def span(f: Findings, t0: float, t1: float) -> str:
    """An interval as local time, with its date where the period has several."""
    day = "" if f.one_day else f"{clock(t0, f.tz, '%-d %b')} "
    return f"{day}{minute(t0, f.tz)}\u2060–\u2060{minute(t1, f.tz)}"


def movements_used(t: Turning) -> list[list[int]]:
    """Per approach, the movements that occur at all; left, through and right always."""
    sums = t.n.sum(axis=0)
    return [[m for m in range(len(MOVEMENTS)) if m < 3 or sums[a, m]] for a in range(len(t.approaches))]


def turning_sheet(f: Findings, t: Turning) -> Markup:
    """Turning movement counts per interval, with the busiest one and the peak hour."""
    used = movements_used(t)
    kept = lines(f, t.t0, t.t1)
    top = [tag("th", name, rowspan="2", scope="col", class_="n" if i else None) for i, name in enumerate(kept.head)]
    second = []
    for name, movements in zip(t.approaches, used, strict=True):
        top.append(
            tag(
                "th",
                say("From the {where}", where=inner(name)),
                colspan=len(movements) + 1,
                scope="colgroup",
                class_="group",
            )
        )
        for m in movements:
            second.append(tag("th", say(SHORT[MOVEMENTS[m]]), scope="col", class_="n", title=say(WORDS[MOVEMENTS[m]])))
        second.append(tag("th", "Σ", scope="col", class_="n sum"))
    top.append(tag("th", say("Total"), rowspan="2", scope="col", class_="n"))
    peak = peak_hour(t)
    rows, marks = [], []
    for i, (label, members) in enumerate(zip(kept.labels, kept.members, strict=True)):
        n = t.n[members].sum(axis=0)
        cells: list[object] = [label[0], *(tag("td", v, class_="n") for v in label[1:])]
        for a, movements in enumerate(used):
            cells += [tag("td", kept.shown(i, n[a, m]), class_="n") for m in movements]
            cells.append(tag("td", kept.shown(i, n[a].sum()), class_="n sum"))
        rows.append([*cells, tag("td", kept.shown(i, n.sum()), class_="n total")])
        shaded = peak is not None and kept.hours is None and peak[0] <= members[0] < peak[0] + 4
        marks.append("peak" if shaded else "")
    foot = [_all(kept, [[*(t.n[:, a, m].sum() for m in ms), t.n[:, a].sum()] for a, ms in enumerate(used)], t.n.sum())]
    sheet = table(
        Markup(str(tag("tr", top)) + str(tag("tr", second))),
        rows,
        foot=foot if len(rows) > 1 else [],
        caption=say("Turning movement counts (L left, T through, R right, Σ approach)"),
        name="turning-movements",
        class_="sheet",
        row_classes=marks,
    )
    return Markup(str(sheet) + str(tag("p", kept.note, _busiest(f, t, peak, kept.hours is None), class_="note")))


def _all(kept: Lines, approaches: list[list[int]], total: int) -> list[object]:
    cells: list[object] = [say("All")]
    if kept.hours is not None:
        cells.append(tag("td", decimal(sum(kept.hours), 2), class_="n"))
    for values in approaches:
        cells += [tag("td", number(v), class_="n") for v in values[:-1]]
        cells.append(tag("td", number(values[-1]), class_="n sum"))
    return [*cells, tag("td", number(total), class_="n total")]


def _busiest(f: Findings, t: Turning, peak: tuple[int, int, float] | None, shaded: bool) -> str:
    volume = t.n.sum(axis=(1, 2))
    notes = ""
    if len(volume) > 1:
        busiest = int(np.argmax(volume))
        at = span(f, t.t0[busiest], t.t1[busiest])
        n = number(volume[busiest])
        notes = say("Busiest interval: {at}, {n} {whom}. ", at=at, n=n, whom=f.over_lines)
    if peak is not None:
        start, hour, phf = peak
        day = "" if f.one_day else f"{clock(t.t0[start], f.tz, '%-d %b')} "
        notes += say(
            "Peak hour from {at}: {n}; peak hour factor {factor} (HCM: hourly volume over four times its "
            "busiest quarter).",
            at=f"{day}{minute(t.t0[start], f.tz)}{say(' (shaded)') if shaded else ''}",
            n=number(hour),
            factor=decimal(phf, 2),
        )
    else:
        notes += say("No peak hour is given: no four quarters of an hour in a row were observed from begin to end.")
    return notes


def crosswalk_sheet(f: Findings) -> Markup | None:
    """Passings of each crosswalk per interval."""
    counts = at_crosswalks(f.site, f.counts)
    if not len(counts):
        return tag("p", say("Nobody was counted on a crosswalk."), class_="none") if f.site.crosswalks else None
    begin, end = intervals(f.counts, f.spans)
    places = [c.id for c in f.site.crosswalks]
    n: npt.NDArray[np.int64] = np.zeros((len(begin), len(places)), np.int64)
    column = np.array([places.index(p) for p in counts["place"].to_pylist()])
    np.add.at(n, (place_in(begin, epoch_s(counts["t0"])), column), counts["n"].to_numpy())
    kept = lines(f, begin, end)
    rows = []
    for i, (label, members) in enumerate(zip(kept.labels, kept.members, strict=True)):
        sums = n[members].sum(axis=0)
        rows.append([*label, *(kept.shown(i, v) for v in sums), kept.shown(i, sums.sum())])
    whole = [decimal(sum(kept.hours), 2)] if kept.hours is not None else []
    foot = [[say("All"), *whole, *(number(v) for v in n.sum(axis=0)), number(n.sum())]] if len(rows) > 1 else []
    head = [*kept.head, *places, say("Total")]
    shown = table(
        head, rows, foot=foot, numeric=range(1, len(head)), caption=say("On the crosswalks"), name="on-crosswalks"
    )
    return Markup(str(shown) + str(tag("p", kept.note, class_="note"))) if kept.note else shown
