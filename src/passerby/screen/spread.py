"""The report's figures and tables on how close near misses came, and how severe they were by who met and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from passerby.screen.closeness import Group, Histogram, Measure, by_classes, by_kind, histogram, limit_of
from passerby.screen.findings import Findings
from passerby.screen.ink import ALARM, chart
from passerby.screen.language import numeric, say, term
from passerby.screen.markup import Markup, table, tag
from passerby.screen.words import capital, conflict_word, decimal, number, two

WIDTH_PX: Final = 480.0
HEIGHT_PX: Final = 240.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 12.0, 26.0, 42.0
_SHADES: Final = ("#cdb9dd", "#8f63b5", "#43186b")
_NAMES: Final[dict[Measure, str]] = {
    "ttc": term("Time to collision"),
    "pet": term("Post-encroachment time"),
}
_GRADES: Final = (term("slight"), term("moderate"), term("serious"))


def spread(f: Findings) -> Markup | None:
    """Histograms of TTC and PET with their numbers, and severities by classes and by type; None for no near miss."""
    if not len(f.conflicts):
        return None
    found = [histogram(f.conflicts, m, limit_of(f.site, m)) for m in ("ttc", "pet")]
    drawn = [_figure(h) for h in found if h.n.sum()]
    return tag(
        "div",
        tag("div", drawn, class_="halves") if drawn else None,
        tag("div", [_numbers(h) for h in found if h.n.sum()], class_="halves") if drawn else None,
        _groups(say("Near misses by who met"), "severity-classes", say("Who"), by_classes(f.conflicts)),
        _groups(say("Near misses by how they met"), "severity-types", say("How they met"), by_kind(f.conflicts)),
        tag(
            "p",
            say(
                "A near miss can have both times, or one. Grades also weigh the speed of a collision and the "
                "confidence. The limits are those of FHWA's Surrogate Safety Assessment Model, 1.5 s and 5 "
                "s, unless the site sets its own; what is above them is no near miss and was not kept, so "
                "the histograms end there."
            ),
            class_="note",
        ),
    )


def _figure(h: Histogram) -> Markup:
    name = f"closeness-{h.measure}"
    caption = say(
        "{measure} ({short}) of {n} near misses, by severity; dashed: the limit of {limit} s.",
        measure=say(_NAMES[h.measure]),
        short=h.measure.upper(),
        n=number(int(h.n.sum())),
        limit=numeric(f"{h.limit_s:g}"),
    )
    return tag("figure", Markup(histogram_svg(h)), tag("figcaption", caption, id=name))


def histogram_svg(h: Histogram) -> str:
    """Stacked bars by severity, serious at the foot, and the limit as a dashed line."""
    foot, wide = HEIGHT_PX - _BOTTOM, WIDTH_PX - _LEFT - _RIGHT
    most = max(int(h.n.sum(axis=1).max()), 1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**6) if most / s <= 5)
    px, scale = wide / float(h.edges_s[-1]), (foot - _TOP) / (most * 1.05)
    parts: list[object] = []
    for v in range(0, most + 1, step):
        y = foot - v * scale
        parts.append(tag("path", d=f"M{_LEFT} {y:.1f}H{WIDTH_PX - _RIGHT}", stroke="#e2e1dc"))
        parts.append(tag("text", number(v), x=_LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    for b in range(len(h.n)):
        y, x = foot, _LEFT + float(h.edges_s[b]) * px
        bar = float(h.edges_s[b + 1] - h.edges_s[b]) * px - 1.5
        for grade in (2, 1, 0):
            high = int(h.n[b, grade]) * scale
            if high:
                y -= high
                box = {"x": f"{x:.2f}", "y": f"{y:.2f}", "width": f"{bar:.2f}", "height": f"{high:.2f}"}
                parts.append(tag("rect", fill=_SHADES[grade], **box))
    # a label for every bin, or for as many as there is room
    every = -(-len(h.edges_s) // 12)
    for edge in h.edges_s[::every].tolist():
        parts.append(
            tag("text", numeric(f"{edge:g}"), x=f"{_LEFT + edge * px:.1f}", y=f"{foot + 16:.1f}", text_anchor="middle")
        )
    at = _LEFT + h.limit_s * px
    line = f"M{at:.1f} {_TOP - 8:.1f}V{foot:.1f}"
    parts.append(tag("path", d=line, stroke=ALARM, stroke_width="1.6", stroke_dasharray="5 3"))
    parts.append(tag("text", numeric(f"{h.limit_s:g} s"), x=f"{at:.1f}", y=_TOP - 12, text_anchor="middle", fill=ALARM))
    parts.append(tag("text", f"{h.measure.upper()}, s", x=WIDTH_PX - _RIGHT, y=HEIGHT_PX - 6, text_anchor="end"))
    x = _LEFT
    for grade in (2, 1, 0):
        parts.append(tag("rect", x=x, y=HEIGHT_PX - 15, width=10, height=10, fill=_SHADES[grade]))
        parts.append(tag("text", say(_GRADES[grade]), x=x + 14, y=HEIGHT_PX - 6))
        x += 32 + 6.4 * len(say(_GRADES[grade]))
    return chart(parts, WIDTH_PX, HEIGHT_PX, say("{measure} of near misses", measure=say(_NAMES[h.measure])))


def _numbers(h: Histogram) -> Markup:
    body = [
        [numeric(f"{a:g}\u2060–\u2060{b:g}"), *map(number, n[::-1]), number(sum(n))]
        for a, b, n in zip(h.edges_s[:-1].tolist(), h.edges_s[1:].tolist(), h.n.tolist(), strict=True)
        if b <= h.limit_s + 1e-9 or sum(n)
    ]
    foot = [[say("All"), *map(number, h.n.sum(axis=0).tolist()[::-1]), number(int(h.n.sum()))]]
    head = [f"{h.measure.upper()}, s", *(capital(say(g)) for g in _GRADES[::-1]), say("All")]
    caption = say("{measure} of near misses", measure=say(_NAMES[h.measure]))
    return table(head, body, foot=foot, numeric=range(1, 5), caption=caption, name=f"closeness-{h.measure}-numbers")


def _groups(caption: str, name: str, what: str, groups: Sequence[Group]) -> Markup:
    body = [
        [
            _said(g.key),
            *map(number, (g.serious, g.moderate, g.slight, g.total)),
            decimal(g.ttc_s, 1),
            decimal(g.pet_s, 1),
        ]
        for g in groups
    ]
    head = [what, *(capital(say(g)) for g in _GRADES[::-1]), say("All"), say("Median TTC, s"), say("Median PET, s")]
    return table(head, body, numeric=range(1, 7), caption=caption, name=name, class_="sortable")


def _said(key: tuple[str, ...]) -> str:
    if len(key) == 1:
        return capital(conflict_word(key[0]))
    a, b = key
    return capital(two(a, b))
