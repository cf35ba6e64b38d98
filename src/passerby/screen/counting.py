"""The report's part on who used the junction: classes, turning movements per interval, flow diagram, crosswalks."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.screen.findings import Findings
from passerby.screen.ink import CLASS_INK, INK, QUIET, swatch
from passerby.screen.language import numeric, say
from passerby.screen.markup import Markup, table, tag
from passerby.screen.sheets import WORDS, crosswalk_sheet, turning_sheet
from passerby.screen.turning import MOVEMENTS, Turning, turning
from passerby.screen.words import capital, class_word, inner, number, percent

TURN_DEG: Final = {"left": -90.0, "through": 0.0, "right": 90.0, "u_turn": 180.0}


def counting(f: Findings) -> Markup:
    """Counts by class, by approach and movement, per interval."""
    if not f.classes and not len(f.counts):
        return tag("p", say("Nobody was seen in this period."), class_="none")
    parts: list[object] = [_classes(f)] if f.total else []
    t = turning(f.site, f.counts, f.spans)
    if t.n.sum() == 0:
        nobody = say("No vehicle or cyclist was observed, so none was counted at the stop lines.")
        said = nobody if f.classes == {"pedestrian"} else say("No road user was counted over a stop line.")
        parts.append(tag("p", said, class_="none"))
    else:
        parts.append(
            tag("div", tag("figure", flow_svg(t, f.site.drives_on), _flow_caption(t)), _totals(f, t), class_="pair")
        )
        parts.append(turning_sheet(f, t))
    parts.append(crosswalk_sheet(f))
    return tag("div", parts)


def _classes(f: Findings) -> Markup:
    total = max(f.total, 1)
    rows = []
    for name, n in f.passed.items():
        bar = tag("span", class_="bar", style=f"width:{100 * n / total:.1f}%;background:{CLASS_INK[name]}")
        label = tag("span", swatch(name), " ", capital(class_word(name, 2)), class_="who")
        rows.append([label, number(n), percent(n / total, 1), tag("td", bar, class_="bars")])
    foot = [[say("All"), number(f.total), "100\u00a0%", tag("td", class_="bars")]]
    return table(
        [say("Class"), say("Passings"), say("Share"), tag("span", say("Share as a bar"), class_="unseen")],
        rows,
        foot=foot,
        numeric=(1, 2),
        caption=say("Passings of stop lines and crosswalks by class"),
        name="by-class",
        class_="narrow",
    )


def _totals(f: Findings, t: Turning) -> Markup:
    sums = t.n.sum(axis=0)
    columns = [m for m in range(len(MOVEMENTS)) if m < 3 or sums[:, m].any()]
    whole = sums.sum()
    rows = [
        [
            say("From the {where}", where=inner(name)),
            *(number(sums[a, m]) for m in columns),
            number(sums[a].sum()),
            percent(sums[a].sum() / whole),
        ]
        for a, name in enumerate(t.approaches)
    ]
    foot = [[say("All"), *(number(sums[:, m].sum()) for m in columns), number(whole), "100\u00a0%"]]
    head = [say("Approach"), *(say(WORDS[MOVEMENTS[m]]) for m in columns), say("Total"), say("Share")]
    return table(
        head,
        rows,
        foot=foot,
        numeric=range(1, len(head)),
        caption=say("{whom} over the stop lines, by movement", whom=capital(f.over_lines)),
        name="by-movement",
    )


def flow_svg(t: Turning, drives_on: str = "right", width: float = 460) -> Markup:
    """The junction's flow diagram: a band per movement from its approach to its exit, as wide as it is busy."""
    sums = t.n.sum(axis=0)
    top = max(int(sums.max()), 1)
    half, ring, bend = width / 2, width / 2 - 96, 34.0
    hand = 1.0 if drives_on == "right" else -1.0
    # The turn across the opposing traffic lies next to the centre line, the turn to the kerb outermost.
    slot = {"left": 0, "through": 1, "right": 2} if drives_on == "right" else {"right": 0, "through": 1, "left": 2}
    bands: list[tuple[int, Markup]] = []
    labels: list[Markup] = []

    def lane(heading_deg: float, out: float, place: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        h = np.radians(heading_deg)
        ahead, side = np.array([np.sin(h), -np.cos(h)]), np.array([np.cos(h), np.sin(h)]) * hand
        return np.asarray(half + ahead * out + side * (13 + 21 * place))

    for a, bearing in enumerate(t.bearing_deg):
        heading = bearing + 180
        for m, movement in enumerate(MOVEMENTS[:3]):
            n = int(sums[a, m])
            if n == 0:
                continue
            leave, place = heading + TURN_DEG[movement], slot[movement]
            ends = (
                lane(heading, -ring, place),
                lane(heading, -bend, place),
                lane(leave, bend, place),
                lane(leave, ring, place),
            )
            d = "M{} {}C{} {} {} {} {} {}".format(*(f"{v:.1f}" for p in ends for v in p))
            title = tag(
                "title", f"{say('From the {where}', where=inner(t.approaches[a]))}, {inner(say(WORDS[movement]))}: {n}"
            )
            ink = {"left": "#0067a5", "through": "#3b4754", "right": "#b86a00"}[movement]
            wide = f"{max(1.2, 17.0 * n / top):.1f}"
            bands.append((n, tag("path", title, d=d, stroke=ink, stroke_width=wide, fill="none", stroke_opacity=".62")))
            at = lane(heading, -ring - 14, place)
            labels.append(
                tag(
                    "text",
                    short(n),
                    x=f"{at[0]:.1f}",
                    y=f"{at[1] + 4:.1f}",
                    text_anchor="middle",
                    fill=ink,
                    class_="strong",
                )
            )
        x, y = half + np.sin(np.radians(bearing)) * (ring + 58), half - np.cos(np.radians(bearing)) * (ring + 52)
        name = tag("tspan", t.approaches[a], x=f"{x:.1f}", font_weight="600")
        total = tag("tspan", number(sums[a].sum()), x=f"{x:.1f}", dy="16")
        labels.append(tag("text", name, total, y=f"{y - 2:.1f}", text_anchor="middle", fill=INK))
    bands.sort(key=lambda b: -b[0])
    return tag(
        "svg",
        [b for _, b in bands],
        labels,
        viewBox=f"0 0 {width:.0f} {width:.0f}",
        class_="chart flow",
        role="img",
        aria_label=say("Flow diagram of the movements"),
        fill=QUIET,
    )


def short(n: int) -> str:
    """A number in the room of three digits: thousands as "1.2k"."""
    return number(n) if n < 1000 else numeric(f"{n / 1000:.1f}k") if n < 99_950 else f"{n / 1000:.0f}k"


def _flow_caption(t: Turning) -> Markup:
    sums = t.n.sum(axis=0)[:, :3]
    a, m = np.unravel_index(int(np.argmax(sums)), sums.shape)
    thousands = say(", k for thousands") if sums.max() >= 1000 else ""
    return tag(
        "figcaption",
        say(
            "Flows from each approach: left blue, through grey, right orange; widths in "
            "proportion{thousands}. The busiest movement: {movement} from the {where}, {n}.",
            thousands=thousands,
            movement=inner(say(WORDS[MOVEMENTS[int(m)]])),
            where=inner(t.approaches[int(a)]),
            n=number(sums[a, m]),
        ),
    )
