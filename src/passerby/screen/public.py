"""The version anyone may see: no event, no track, hours instead of seconds, small numbers withheld.

The tables are of separate sets of people (at stop lines, on crosswalks, violations, near misses). Tables of one
set share only its grand total, which is shown alike in all of them, so nothing withheld in one follows from another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa

from passerby.screen.density import density
from passerby.screen.findings import Findings
from passerby.screen.headline import tile
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.near_misses import SEVERITY_WORDS
from passerby.screen.plan import frame_of, plan_svg
from passerby.screen.rates import ONLY_ON_FOOT, per_thousand
from passerby.screen.sheets import WORDS
from passerby.screen.suppress import IntTable, with_totals, withheld
from passerby.screen.turning import (
    MOVEMENTS,
    QUARTER_S,
    approaches,
    at_crosswalks,
    at_stop_lines,
    epoch_s,
    movement_name,
)
from passerby.screen.words import capital, class_word, clock, duration, inner, kind_word, number
from passerby.tracks.classes import CLASSES

CELL_M: Final = 5.0
HIDDEN: Final = "–"


def coarse_when(f: Findings) -> str:
    """The period, to the hour."""
    if f.period is None:
        return say("Period unknown")
    start, end = (np.floor(f.period[0] / 3600) * 3600, np.ceil(f.period[1] / 3600) * 3600)
    one_day = clock(start, f.tz, "%F") == clock(end, f.tz, "%F")
    first = clock(start, f.tz, "%-d %B %Y, %H:%M", end)
    last = clock(end, f.tz, "%H:%M" if one_day else "%-d %B %Y, %H:%M", start)
    said = say("{since} to {until} ({zone}), to the hour", since=first, until=last, zone=f.site.timezone)
    if not f.observed_s:
        return said
    return said + say("; {span} of it observed, rounded up to quarters of an hour", span=coarse(f.observed_s))


def coarse(observed_s: float) -> str:
    """How long was observed, rounded up to quarters of an hour: rates need it, exact times are nobody's."""
    return duration(float(np.ceil(max(observed_s - 1.0, 1.0) / QUARTER_S)) * QUARTER_S)


def safe(n: int, k: int) -> str:
    """A number by itself: withheld between 1 and k - 1."""
    return say("fewer than {k}", k=k) if 0 < n < k else number(n)


def passings(f: Findings) -> int | None:
    """Passings of stop lines and crosswalks; None where one of both sums is withheld."""
    parts = [int(sum(rows["n"].to_pylist())) for rows in (g(f.site, f.counts) for g in (at_stop_lines, at_crosswalks))]
    return None if any(0 < n < f.k for n in parts) else sum(parts)


def cross_table(
    caption: str,
    rows: Sequence[tuple[str, Hashable]],
    columns: Sequence[tuple[str, Hashable]],
    n: Counter[tuple[Hashable, Hashable]],
    k: int,
    corner: str,
) -> Markup:
    """A table of counts with totals in which no small cell can be read or worked out.

    Rows and columns with fewer than k in all are put together first: a coarser table needs less withheld.
    """
    if not rows or not columns:
        return tag("p", say("{what}: none.", what=caption), class_="none")
    cells = np.array([[n[r, c] for _, c in columns] for _, r in rows], np.int64)
    cells, row_names = merged(cells, [name for name, _ in rows], k)
    turned, column_names = merged(cells.T, [name for name, _ in columns], k)
    full, out = with_totals(turned.T), withheld(turned.T, k)
    if len(column_names) == 1:
        # The totals say the same as the only column.
        full, out = full[:, 1:], out[:, 1:]
    else:
        column_names.append(say("All"))
    hidden = tag("td", HIDDEN, class_="n withheld", title=say("withheld"))
    shown = [
        [hidden if hide else number(v) for v, hide in zip(values, hides, strict=True)]
        for values, hides in zip(full.tolist(), out.tolist(), strict=True)
    ]
    body = [[name, *line] for name, line in zip(row_names, shown[:-1], strict=True)]
    words = say("{mark} withheld: fewer than {k}, or needed to protect such a number.", mark=HIDDEN, k=k)
    made = table(
        [corner, *column_names],
        body,
        foot=[[say("All"), *shown[-1]]],
        numeric=range(1, len(column_names) + 1),
        caption=caption,
        class_="narrow",
    )
    return tag("div", made, tag("p", words, class_="note") if out.any() else None)


def merged(cells: IntTable, names: Sequence[str], k: int) -> tuple[IntTable, list[str]]:
    """The rows, shape (r, c), those of 1 to k - 1 in all put into one "Other", with another row if still below k."""
    sums = cells.sum(axis=1)
    small = (sums > 0) & (sums < k)
    if not small.any() or len(names) < 3:
        return cells, list(names)
    if sums[small].sum() < k or small.sum() == 1:
        rest = np.flatnonzero(~small & (sums > 0))
        if len(rest):
            small[rest[np.argmin(sums[rest])]] = True
    if small.all():
        return cells.sum(axis=0, keepdims=True), [say("All")]
    other = cells[small].sum(axis=0, keepdims=True)
    return np.vstack([cells[~small], other]), [*(w for w, s in zip(names, small, strict=True) if not s), say("Other")]


def public_headline(f: Findings) -> Markup:
    """The totals, coarse."""
    total = passings(f)
    v, c = len(f.violation_rows), len(f.conflict_rows)
    tiles = [
        tile(
            "–" if total is None else number(total),
            say("passings"),
            say("in {span}", span=coarse(f.observed_s)) if f.observed_s else "",
        ),
        tile(safe(v, f.k), say("violations"), _rate(v, total, f.k)),
        tile("–", say("near misses"), say("only pedestrians were observed"))
        if f.only_on_foot
        else tile(safe(c, f.k), say("near misses"), _rate(c, total, f.k)),
    ]
    words = say("The numbers describe what happens at this junction and how often. They name and show no one.")
    if f.observed_s and f.observed_s < 86400:
        words += say(" Less than a day was observed: that shows what happens here, not how often it does over a year.")
    if total and max(v, c) >= f.k:
        words += say(
            " The range in brackets is what chance leaves open: it holds the true rate in 95 of 100 such counts."
        )
    return tag("div", tag("div", tiles, class_="tiles"), tag("div", tag("p", words), class_="lead"))


def _rate(n: int, total: int | None, k: int) -> str:
    if not total or n > total or 0 < n < k:
        return ""
    rate, interval = per_thousand(n, total)
    return say("{rate} per 1,000 {whom} ({interval})", rate=rate, whom=say("passings"), interval=interval)


def public_plan(f: Findings) -> Markup:
    """The junction, and how busy each 5 m of it was where at least k passed."""
    frame = frame_of(f.site, 1040, f.motion)
    bounds = (np.floor(frame.x0 / CELL_M) * CELL_M, np.floor(frame.y0 / CELL_M) * CELL_M, frame.x1, frame.y1)
    d = density(f.motion, bounds, CELL_M, least=f.k) if f.motion is not None else None
    caption = say("The junction from above, north up.")
    if d is not None and d.n.any():
        caption += say(
            " Shading: road users per square of {cell} m, darker is more; squares with fewer than {k} are left blank.",
            cell=f"{CELL_M:g}",
            k=f.k,
        )
    return tag(
        "figure", Markup(plan_svg(f.site, density=d, ground_id="ground", frame=frame)), tag("figcaption", caption)
    )


def _sum(counts: pa.Table, a: Sequence[Hashable], b: Sequence[Hashable]) -> Counter[tuple[Hashable, Hashable]]:
    out: Counter[tuple[Hashable, Hashable]] = Counter()
    for x, y, n in zip(a, b, counts["n"].to_pylist(), strict=True):
        out[x, y] += n
    return out


def public_counts(f: Findings) -> Markup:
    """At the stop lines by approach and movement, and by class and hour; on the crosswalks by class."""
    lines, walks = at_stop_lines(f.site, f.counts), at_crosswalks(f.site, f.counts)
    names, heading = approaches(f.site), {s.id: s.heading_deg for s in f.site.stop_lines}
    places = lines["place"].to_pylist()
    arms = [names[p][0] for p in places]
    ways = [movement_name(m, heading[p]) for m, p in zip(lines["movement"].to_pylist(), places, strict=True)]
    classes = lines["class"].to_pylist()
    begun = [float(h) for h in np.floor(epoch_s(lines["t0"]) / 3600) * 3600] if len(lines) else []
    # of the clock alone, also where it is set back: the numbers of an hour that comes twice belong together
    hours = [datetime.fromtimestamp(t, f.tz).strftime("%H:%M") for t in begun]
    alike = say(" of the day, all days together") if len(set(begun)) > len(set(hours)) else ""
    in_turn = sorted(set(hours)) if alike else list(dict.fromkeys(h for _, h in sorted(zip(begun, hours, strict=True))))
    order = [n for n, _ in sorted(set(names.values()), key=lambda a: a[1])]
    one = cross_table(
        say("{whom} at the stop lines, by approach and movement", whom=capital(f.over_lines)),
        [(say("From the {where}", where=inner(a)), a) for a in order],
        [(say(WORDS[m]), m) for m in MOVEMENTS if m in ways or m in MOVEMENTS[:3]],
        _sum(lines, arms, ways),
        f.k,
        say("Approach"),
    )
    two = cross_table(
        say("{whom} at the stop lines, by class and hour{alike}", whom=capital(f.over_lines), alike=alike),
        [(h, h) for h in in_turn],
        [(capital(class_word(c, 2)), c) for c in CLASSES if c in classes],
        _sum(lines, hours, classes),
        f.k,
        say("Hour"),
    )
    on_foot = walks["class"].to_pylist()
    three = cross_table(
        say("On the crosswalks, by class"),
        [(c.id, c.id) for c in f.site.crosswalks],
        [(capital(class_word(c, 2)), c) for c in CLASSES if c in on_foot],
        _sum(walks, walks["place"].to_pylist(), on_foot),
        f.k,
        say("Crosswalk"),
    )
    return tag("div", one, two, three)


def public_violations(f: Findings) -> Markup:
    """By kind and class, and by place."""
    rows = f.violation_rows
    if not rows:
        return tag("p", say("No violation was found in this period."), class_="none")
    kinds = sorted({r["kind"] for r in rows})
    one = cross_table(
        say("Violations by kind and class"),
        [(capital(kind_word(k, 2)), k) for k in kinds],
        [(capital(class_word(c, 2)), c) for c in CLASSES if any(r["class"] == c for r in rows)],
        Counter((r["kind"], r["class"]) for r in rows),
        f.k,
        say("Kind"),
    )
    at: list[str] = [r["place"] if r["place"] in f.places else "" for r in rows]
    places = sorted(set(at))
    two = cross_table(
        say("Violations by place"),
        [(capital(f.place(p)) if p else say("Elsewhere"), p) for p in places],
        [(say("Violations"), 0)],
        Counter((p, 0) for p in at),
        f.k,
        say("Place"),
    )
    return tag("div", one, two)


def public_near_misses(f: Findings) -> Markup:
    """By who met whom and severity."""
    rows = f.conflict_rows
    if not rows:
        return tag(
            "p", say(ONLY_ON_FOOT if f.only_on_foot else term("No near miss was found in this period.")), class_="none"
        )
    pairs = Counter((tuple(sorted((r["class_a"], r["class_b"]), key=CLASSES.index)), r["rank"]) for r in rows)
    whom = sorted({p for p, _ in pairs})
    names = [(capital(say("{a} and {b}", a=class_word(p[0]), b=class_word(p[1]))), p) for p in whom]
    return cross_table(
        say("Near misses by who met whom and severity"),
        names,
        [(capital(say(SEVERITY_WORDS[i])), i) for i in (3, 2, 1)],
        Counter(pairs),
        f.k,
        say("Who"),
    )
