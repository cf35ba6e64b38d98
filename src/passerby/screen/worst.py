"""The report's part on where and how things go wrong most: places, movements that meet, hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
import shapely.ops

from passerby.screen.arrows import turn_of
from passerby.screen.findings import Findings, Row
from passerby.screen.ground import heart
from passerby.screen.headline import WAYS
from passerby.screen.intervals import garwood
from passerby.screen.language import say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.ranked import Ranked, ranking
from passerby.screen.turning import FloatArray
from passerby.screen.where import ELSEWHERE, INSIDE
from passerby.screen.words import capital, class_word, compass, conflict_word, decimal, number
from passerby.tracks.classes import CLASSES, PEDESTRIAN, VEHICLES

LISTED: Final = 12
PLACES: Final = {INSIDE: term("Inside the junction"), ELSEWHERE: term("Elsewhere")}
_FEWEST_HOURS: Final = 3
_WAY_M: Final = 8.0

RANKED: Final = (
    term("Violations"),
    term("Near misses"),
    term("of them serious"),
    term("Passings"),
    term("Per 1,000"),
    term("95 % interval"),
)


def worst(f: Findings) -> Markup | None:
    """Places, pairs of movements and hours, the worst first; None where nothing went wrong at all."""
    if not f.violation_rows and not f.conflict_rows:
        return None
    results = {"violations": f.violations, "conflicts": f.conflicts, "counts": f.counts}
    hours = ranking(f.site, results, "hour")
    explained = say(
        "Places and hours are ranked by the lower end of the rate's 95 % interval (Garwood): few passings must show "
        "more to rank high. A near miss of somebody on foot or a bicycle belongs to the crosswalk within 4 m, others "
        "to the stop line within 8 m; those inside the junction are among all who passed a stop line. At a crosswalk, "
        "what people crossing do is among those who crossed, what vehicles do among the vehicles over the stop lines "
        "that lead over it and by the movements that leave over it, near misses among both. No rate is given where "
        "the site does not tell who passes, or fewer were counted than there were events."
    )
    return tag(
        "div",
        tag("p", explained, class_="note"),
        _table(f, ranking(f.site, results, "place"), "Place", say("The worst places")),
        _meetings(f),
        _table(f, hours, "Hour", say("The worst hours of the day")) if len(hours) >= _FEWEST_HOURS else None,
    )


def _table(f: Findings, rows: Sequence[Ranked], what: str, caption: str) -> Markup | None:
    if not rows:
        return None
    body = []
    for r in rows[:LISTED]:
        rate, interval = "–", "–"
        if r.rate is not None and r.low is not None and r.high is not None:
            rate, interval = decimal(r.rate, 1), f"{decimal(r.low, 1)}\u2060–\u2060{decimal(r.high, 1)}"
        passed = number(r.passings) if r.passings else "–"
        body.append(
            [_name(f, r.key, what), number(r.violations), number(r.conflicts), number(r.severe), passed, rate, interval]
        )
    head = [say("Place" if what == "Place" else "Hour"), *map(say, RANKED)]
    name = f"worst-{what.lower()}s"
    shown = table(head, body, numeric=range(1, 7), caption=caption, name=name, class_="sortable")
    left = len(rows) - len(body)
    return tag("div", shown, tag("p", say("{n} more are not listed.", n=number(left)), class_="note") if left else None)


def _name(f: Findings, key: str, what: str) -> str:
    if what == "Hour":
        return f"{int(key):02}:00\u2060–\u2060{(int(key) + 1) % 24:02}:00"
    return capital(place_name(f, key))


def place_name(f: Findings, key: str) -> str:
    """A ranked place as people find it on the plan."""
    return say(PLACES[key]) if key in PLACES else f.place(key)


def meetings(f: Findings) -> list[tuple[tuple[str, str], int, int]]:
    """Who met whom and how (with movements where there are tracks), near misses, serious ones; the worst first."""
    met: Counter[tuple[str, str]] = Counter()
    serious: Counter[tuple[str, str]] = Counter()
    for r in f.conflict_rows:
        who = sorted((_moving(f, r, side) for side in ("a", "b")), key=str.lower)
        pair = (say("{a} and {b}", a=capital(who[0]), b=who[1]), conflict_word(r["kind"]))
        met[pair] += 1
        serious[pair] += r["rank"] == 3
    return [(p, met[p], serious[p]) for p in sorted(met, key=lambda p: (-serious[p], -met[p], p))]


def _meetings(f: Findings) -> Markup | None:
    """The pairs that met worst, with their rates an hour."""
    met = meetings(f)
    if not met:
        return None
    hours = f.observed_s / 3600
    body = []
    for pair, n, serious in met[:LISTED]:
        low, high = garwood(n)
        rate = "–"
        if hours > 0:
            rate = f"{decimal(n / hours, 1)} ({decimal(low / hours, 1)}\u2060–\u2060{decimal(high / hours, 1)})"
        body.append([*pair, number(n), number(serious), rate])
    head = [say("Movements"), say("How they met"), say("Near misses"), say("of them serious"), say("Per hour (95 %)")]
    shown = table(
        head, body, numeric=(2, 3, 4), caption=say("The movements that meet worst"), name="meetings", class_="sortable"
    )
    left = max(0, len(met) - LISTED)
    return tag(
        "div", shown, tag("p", say("{n} more pairs are not listed.", n=left), class_="note") if left > 0 else None
    )


def _moving(f: Findings, row: Row, side: str) -> str:
    word = class_word(row[f"class_{side}"] or "other")
    track = f.numbers.get(str(row[f"track_{side}"]))
    said = _way(f, track) if track is not None else None
    return f"{word}{said or ''}"


def _way(f: Findings, track: int) -> str | None:
    """From where and which way a road user went, from the headings of the first and last metres of the track."""
    assert f.motion is not None
    m, (a, b) = f.motion, (int(f.motion.starts[track]), int(f.motion.starts[track + 1]))
    x, y = m.x[a:b], m.y[a:b]
    if len(x) < 2 or np.hypot(x[-1] - x[0], y[-1] - y[0]) < _WAY_M:
        return None
    first = int(np.argmax(np.hypot(x - x[0], y - y[0]) >= _WAY_M / 2))
    last = len(x) - 1 - int(np.argmax(np.hypot(x[::-1] - x[-1], y[::-1] - y[-1]) >= _WAY_M / 2))
    came = _bearing(x[first] - x[0], y[first] - y[0])
    left = _bearing(x[-1] - x[last], y[-1] - y[last])
    if int(m.cls[track]) == PEDESTRIAN:
        return " " + say("walking {where}", where=compass(_bearing(x[-1] - x[0], y[-1] - y[0])))
    begun = say("from the {where}", where=compass(came + 180))
    if CLASSES[int(m.cls[track])] in VEHICLES and not _whole(f, x, y, float(m.length[track])):
        return say(", movement not known")
    return f" {begun}, {say(WAYS[turn_of(left - came)])}"


def _whole(f: Findings, x: FloatArray, y: FloatArray, length_m: float) -> bool:
    """Whether a vehicle's front was seen over a stop line and it out of the junction again, as counting asks."""
    path = shapely.LineString(np.column_stack([x, y]))
    front = shapely.ops.substring(path, length_m / 2, path.length)
    entered = any(front.intersects(shapely.LineString(s.points)) for s in f.site.stop_lines)
    corners = heart(f.site)
    middle = shapely.convex_hull(shapely.MultiPoint(corners)) if len(corners) else shapely.Polygon()
    return entered and not middle.contains(shapely.Point(x[-1], y[-1]))


def _bearing(dx: float, dy: float) -> float:
    return float(np.degrees(np.arctan2(dx, dy)) % 360)
