"""One event over time: the signal, the distance that decides, the speeds, each as certain as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from passerby.screen.incident import AROUND_S, Pass, event_t, footprints, involved
from passerby.screen.ink import (
    CLASS_DASH,
    CLASS_INK,
    CONFLICT,
    INK,
)
from passerby.screen.language import numeric, say
from passerby.screen.markup import Markup, tag
from passerby.screen.signal_timing import band, spans
from passerby.signals.history import SignalHistory
from passerby.site.model import Site, polygon, unit
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import Motion

FloatArray = npt.NDArray[np.float64]

LETTERS: Final = {
    "red": "R",
    "dont_walk": "R",
    "red_amber": "RA",
    "amber": "A",
    "clear": "C",
    "green": "G",
    "walk": "G",
}


def distance_to_place(
    site: Site, motion: Motion, at: npt.NDArray[np.int64], place: str | None
) -> tuple[FloatArray, str] | None:
    """Metres from the front to a stop line (negative beyond it) or to a crosswalk, and what that is called."""
    for line in site.stop_lines:
        if line.id == place:
            fx, fy = motion.front
            ahead = unit(line.heading_deg)
            foot = np.mean(line.points, axis=0)
            return -((fx[at] - foot[0]) * ahead[0] + (fy[at] - foot[1]) * ahead[1]), say("front to stop line")
    for walk in site.crosswalks:
        if walk.id == place:
            shape = polygon(walk.polygon).buffer(0)
            points = shapely.points(motion.x[at], motion.y[at])
            outside = shapely.distance(points, shape)
            inside = shapely.distance(points, shape.exterior)
            return np.where(outside > 0, outside, -inside), say("to the crosswalk")
    return None


def gap(motion: Motion, a: Pass, b: Pass) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Seconds from the event, metres between the footprints, and their standard error, where both were seen."""
    _, i, j = np.intersect1d(motion.k[a.at], motion.k[b.at], return_indices=True)
    first, second = shapely.polygons(footprints(motion, a.at[i])), shapely.polygons(footprints(motion, b.at[j]))
    sigma = np.hypot(motion.sigma_m[a.at[i]], motion.sigma_m[b.at[j]])
    return a.s[i], np.asarray(shapely.distance(first, second), np.float64), sigma


def strip_svg(
    site: Site,
    motion: Motion,
    event: Mapping[str, object],
    *,
    signals: SignalHistory | None = None,
    numbers: Mapping[str, int] | None = None,
    width_px: float = 420,
) -> str:
    """The event over time: the signal's band, the distance that decides it, the speeds, each with its 95 % band."""
    passes = involved(event, motion, numbers)
    t = event_t(event)
    left, right, top = 44.0, 10.0, 16.0
    px = (width_px - left - right) / (2 * AROUND_S)
    parts: list[object] = []
    if signals is not None and event.get("signal"):
        signal = str(event["signal"])
        pieces = spans(signals, signal, t - AROUND_S, t + AROUND_S)
        parts.append(tag("text", signal[:6], x=left - 6, y=top + 11, text_anchor="end"))
        parts.append(tag("g", band(pieces, t, px, 14), transform=f"translate({left + AROUND_S * px:.1f} {top})"))
        for a, b, state in pieces:
            if (b - a) * px > 14:
                x = left + ((a + b) / 2 - t + AROUND_S) * px
                white = "#fff" if state in ("red", "dont_walk") else INK
                letter = LETTERS.get(state, "")
                parts.append(
                    tag("text", letter, x=f"{x:.1f}", y=top + 10.5, text_anchor="middle", style=f"fill:{white}")
                )
        top += 36
    panels: list[tuple[str, list[tuple[FloatArray, FloatArray, FloatArray, str, str | None]], float | None]] = []
    if len(passes) == 2:
        s, metres, sigma = gap(motion, *passes)
        if len(s):
            panels.append((say("gap between A and B, m"), [(s, metres, sigma, CONFLICT, None)], 0.0))
    elif len(passes) == 1:
        p = passes[0]
        place = event.get("place")
        found = distance_to_place(site, motion, p.at, str(place) if place else None)
        if found:
            ink = CLASS_INK[CLASSES[int(motion.cls[p.track])]]
            panels.append((f"{found[1]}, m", [(p.s, found[0], motion.sigma_m[p.at], ink, None)], 0.0))
    speeds = []
    for p in passes:
        name = CLASSES[int(motion.cls[p.track])]
        speeds.append(
            (p.s, motion.speed[p.at] * 3.6, motion.sigma_mps[p.at] * 3.6, CLASS_INK[name], CLASS_DASH.get(name))
        )
    limit = site.speed_limit_kmh if event.get("kind") == "speeding" else None
    if speeds:
        title = say("speed, km/h")
        panels.append((title + (say(" (limit {kmh})", kmh=numeric(f"{limit:g}")) if limit else ""), speeds, limit))
    height = 88.0 if len(panels) > 1 else 130.0
    for title, series, mark in panels:
        parts.append(_panel(title, series, mark, left, top, px, height, floor=0.0 if series is speeds else None))
        top += height + 24
    ticks = [
        tag(
            "text",
            "0 s" if s == 0 else f"{s:+d}".replace("-", "\u2212"),
            x=f"{left + (s + AROUND_S) * px:.1f}",
            y=f"{top - 8:.1f}",
            text_anchor="middle",
            class_="faint",
        )
        for s in (-4, -2, 0, 2, 4)
    ]
    now = f'<path d="M{left + AROUND_S * px:.1f} 8V{top - 22:.1f}" stroke="{INK}" stroke-dasharray="2 2"/>'
    return tag(
        "svg",
        parts,
        Markup(now),
        ticks,
        viewBox=f"0 0 {width_px:.0f} {top:.0f}",
        class_="strip",
        role="img",
        aria_label=say("Distance and speed over the ten seconds around the event"),
        xmlns="http://www.w3.org/2000/svg",
    )


def _panel(
    title: str,
    series: list[tuple[FloatArray, FloatArray, FloatArray, str, str | None]],
    mark: float | None,
    left: float,
    top: float,
    px: float,
    height: float,
    floor: float | None,
) -> Markup:
    values = np.concatenate([v for _, v, _, _, _ in series])
    near = np.concatenate([np.abs(s) <= AROUND_S for s, *_ in series])
    low, high = float(np.min(values[near], initial=0.0)), float(np.max(values[near], initial=1.0))
    if mark is not None:
        low, high = min(low, mark), max(high, mark * 1.1)
    low = floor if floor is not None else low
    step = next((s for s in (0.5, 1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= 4), 200)
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    scale = height / max(high - low, 1e-9)

    def y(v: FloatArray | float) -> FloatArray:
        return np.asarray(top + (high - np.clip(v, low, high)) * scale, np.float64)

    width = 2 * AROUND_S * px
    parts: list[object] = [tag("text", title, x=left, y=f"{top - 5:.1f}", font_weight="600")]
    for v in np.arange(low, high + step / 2, step):
        strong = mark is not None and abs(v - mark) < 1e-9
        ink, weight = (INK, "1.2") if strong else ("#dddcd8", "1")
        parts.append(
            Markup(f'<path d="M{left:.0f} {float(y(v)):.1f}h{width:.1f}" stroke="{ink}" stroke-width="{weight}"/>')
        )
        words = numeric(f"{v:g}").replace("-", "\u2212")
        parts.append(tag("text", words, x=left - 6, y=f"{float(y(v)) + 3.5:.1f}", text_anchor="end", class_="faint"))
    if mark:
        dash = f'<path d="M{left:.0f} {float(y(mark)):.1f}h{width:.1f}" stroke="{INK}" stroke-dasharray="5 3"/>'
        parts.append(Markup(dash))
    for s, v, sigma, ink, dashes in series:
        x = left + (s + AROUND_S) * px
        upper, lower = y(v + 1.96 * sigma), y(v - 1.96 * sigma)
        band_x, band_y = np.concatenate([x, x[::-1]]), np.concatenate([upper, lower[::-1]])
        area = "M" + "L".join(
            f"{p:.0f} {q:.1f}" for p, q in zip(band_x[::2].tolist(), band_y[::2].tolist(), strict=True)
        )
        line = "M" + "L".join(f"{p:.0f} {q:.1f}" for p, q in zip(x[::2].tolist(), y(v)[::2].tolist(), strict=True))
        parts.append(tag("path", d=area + "Z", fill=ink, fill_opacity=".16"))
        parts.append(tag("path", d=line, fill="none", stroke=ink, stroke_width="1.8", stroke_dasharray=dashes))
    return tag("g", parts)
