"""The report's part on who used the junction: classes, turning movements per interval, flow diagram, crosswalks."""

from __future__ import annotations

from typing import Final

import numpy as np

from passerby.screen.findings import Findings
from passerby.screen.ink import CLASS_INK, INK, QUIET, swatch
from passerby.screen.markup import Markup, table, tag
from passerby.screen.turning import MOVEMENTS, Turning, at_crosswalks, epoch_s, intervals, peak_hour, place_in, turning
from passerby.screen.words import capital, class_word, minute, number

WORDS: Final = {"left": "Left", "through": "Through", "right": "Right", "u_turn": "U-turn", "unknown": "Unknown"}
SHORT: Final = {"left": "L", "through": "T", "right": "R", "u_turn": "U", "unknown": "?"}
TURN_DEG: Final = {"left": -90.0, "through": 0.0, "right": 90.0, "u_turn": 180.0}


def counting(f: Findings) -> Markup:
    """Counts by class, by approach and movement, per interval."""
    if not f.users and not len(f.counts):
        return tag("p", "Nobody was seen in this period.", class_="none")
    parts: list[object] = [_classes(f)]
    t = turning(f.site, f.counts, f.period)
    if t.n.sum() == 0:
        nobody = "No vehicle or cyclist was observed, so none was counted at the stop lines."
        said = nobody if set(f.users) == {"pedestrian"} else "No road user was counted over a stop line."
        parts.append(tag("p", said, class_="none"))
    else:
        parts.append(
            tag("div", tag("figure", flow_svg(t, f.site.drives_on), _flow_caption(t)), _totals(t), class_="pair")
        )
        parts.append(_sheet(f, t))
    parts.append(_crosswalks(f))
    return tag("div", parts)


def _classes(f: Findings) -> Markup:
    total = max(f.total, 1)
    rows = []
    for name, n in f.users.items():
        bar = tag("span", class_="bar", style=f"width:{100 * n / total:.1f}%;background:{CLASS_INK[name]}")
        label = tag("span", swatch(name), " ", capital(class_word(name, 2)), class_="who")
        rows.append([label, number(n), f"{100 * n / total:.1f}\u00a0%", tag("td", bar, class_="bars")])
    foot = [["All", number(f.total), "100\u00a0%", tag("td", class_="bars")]]
    return table(
        ["Class", capital(f.unit(2)), "Share", tag("span", "Share as a bar", class_="unseen")],
        rows,
        foot=foot,
        numeric=(1, 2),
        caption=f"{capital(f.unit(2))} by class",
        name="by-class",
        class_="narrow",
    )


def _used(t: Turning) -> list[list[int]]:
    """Per approach, the movements that occur at all; left, through and right always."""
    sums = t.n.sum(axis=0)
    return [[m for m in range(len(MOVEMENTS)) if m < 3 or sums[a, m]] for a in range(len(t.approaches))]


def _totals(t: Turning) -> Markup:
    sums = t.n.sum(axis=0)
    columns = [m for m in range(len(MOVEMENTS)) if m < 3 or sums[:, m].any()]
    whole = sums.sum()
    rows = [
        [
            f"From the {name.lower()}",
            *(number(sums[a, m]) for m in columns),
            number(sums[a].sum()),
            f"{100 * sums[a].sum() / whole:.0f}\u00a0%",
        ]
        for a, name in enumerate(t.approaches)
    ]
    foot = [["All", *(number(sums[:, m].sum()) for m in columns), number(whole), "100\u00a0%"]]
    head = ["Approach", *(WORDS[MOVEMENTS[m]] for m in columns), "Total", "Share"]
    return table(
        head,
        rows,
        foot=foot,
        numeric=range(1, len(head)),
        caption="Vehicles and cyclists over the stop lines, by movement",
    )


def _sheet(f: Findings, t: Turning) -> Markup:
    used = _used(t)
    top = [tag("th", "Interval", rowspan="2", scope="col")]
    second = []
    for name, movements in zip(t.approaches, used, strict=True):
        top.append(tag("th", f"From the {name.lower()}", colspan=len(movements) + 1, scope="colgroup", class_="group"))
        for m in movements:
            second.append(tag("th", SHORT[MOVEMENTS[m]], scope="col", class_="n", title=WORDS[MOVEMENTS[m]]))
        second.append(tag("th", "Σ", scope="col", class_="n sum"))
    top.append(tag("th", "Total", rowspan="2", scope="col", class_="n"))

    def line(label: object, n: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> list[object]:
        cells: list[object] = [label]
        for a, movements in enumerate(used):
            cells += [tag("td", number(n[a, m]), class_="n") for m in movements]
            cells.append(tag("td", number(n[a].sum()), class_="n sum"))
        return [*cells, tag("td", number(n.sum()), class_="n total")]

    volume = t.n.sum(axis=(1, 2))
    rows, marks = [], []
    peak = peak_hour(t)
    for i in range(len(volume)):
        rows.append(line(_span(f, t.t0[i], t.t1[i]), t.n[i]))
        marks.append("peak" if peak and peak[0] <= i < peak[0] + 4 else "")
    foot = [line("All", t.n.sum(axis=0))] if len(volume) > 1 else []
    busiest = int(np.argmax(volume))
    notes = ""
    if len(volume) > 1:
        at = _span(f, t.t0[busiest], t.t1[busiest])
        notes = f"Busiest interval: {at}, {number(volume[busiest])} vehicles and cyclists. "
    if peak:
        start, hour, phf = peak
        notes += (
            f"Peak hour from {minute(t.t0[start], f.tz)} (shaded): {number(hour)}; peak hour factor {phf:.2f}"
            " (HCM: hourly volume over four times its busiest quarter)."
        )
    elif f.period and f.period[1] - f.period[0] < 3600:
        notes += "No peak hour is given: less than an hour was observed."
    head = Markup(str(tag("tr", top)) + str(tag("tr", second)))
    sheet = table(
        head,
        rows,
        foot=foot,
        caption="Turning movement counts (L left, T through, R right, Σ approach)",
        class_="sheet",
        row_classes=marks,
    )
    return Markup(str(sheet) + str(tag("p", notes, class_="note")))


def _span(f: Findings, t0: float, t1: float) -> str:
    return f"{minute(t0, f.tz)}\u2060–\u2060{minute(t1, f.tz)}"


def _crosswalks(f: Findings) -> Markup | None:
    counts = at_crosswalks(f.site, f.counts)
    if not len(counts):
        return tag("p", "Nobody was counted on a crosswalk.", class_="none") if f.site.crosswalks else None
    begin, end = intervals(f.counts, f.period)
    places = [c.id for c in f.site.crosswalks]
    n = np.zeros((len(begin), len(places)), np.int64)
    column = np.array([places.index(p) for p in counts["place"].to_pylist()])
    np.add.at(n, (place_in(begin, epoch_s(counts["t0"])), column), counts["n"].to_numpy())
    rows = [
        [_span(f, b, e), *(number(v) for v in line), number(line.sum())]
        for b, e, line in zip(begin, end, n, strict=True)
    ]
    foot = [["All", *(number(v) for v in n.sum(axis=0)), number(n.sum())]] if len(begin) > 1 else []
    caption = "On the crosswalks"
    return table(["Interval", *places, "Total"], rows, foot=foot, numeric=range(1, len(places) + 2), caption=caption)


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
            title = tag("title", f"From the {t.approaches[a].lower()}, {movement}: {n}")
            ink = {"left": "#0067a5", "through": "#3b4754", "right": "#b86a00"}[movement]
            wide = f"{max(1.2, 17.0 * n / top):.1f}"
            bands.append((n, tag("path", title, d=d, stroke=ink, stroke_width=wide, fill="none", stroke_opacity=".62")))
            at = lane(heading, -ring - 14, place)
            labels.append(
                tag(
                    "text",
                    number(n),
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
        aria_label="Flow diagram of the movements",
        fill=QUIET,
    )


def _flow_caption(t: Turning) -> Markup:
    sums = t.n.sum(axis=0)[:, :3]
    a, m = np.unravel_index(int(np.argmax(sums)), sums.shape)
    busiest = f"{MOVEMENTS[int(m)]} from the {t.approaches[int(a)].lower()}"
    return tag(
        "figcaption",
        f"Flows from each approach: left blue, through grey, right orange; widths in proportion. The busiest movement: "
        f"{busiest}, {number(sums[a, m])}.",
    )
