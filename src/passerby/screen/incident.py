"""One event drawn so that an engineer can check it: where everybody was each second."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.screen.ground import ground
from passerby.screen.ink import (
    CLASS_DASH,
    CLASS_INK,
    INK,
    QUIET,
    STATE_INK,
    conflict_symbol,
    severity_rank,
    violation_symbol,
)
from passerby.screen.language import say
from passerby.screen.markup import Markup, tag
from passerby.screen.plan import STYLE, Frame
from passerby.screen.words import decimal, state_word
from passerby.signals.history import STATES, SignalHistory
from passerby.site.model import Site
from passerby.tracks.classes import CLASSES
from passerby.tracks.motion import STEP_S, Motion

FloatArray = npt.NDArray[np.float64]

AROUND_S: Final = 5.0
SECOND_INK: Final = "#111418"


@dataclass(frozen=True, eq=False)
class Pass:
    """One road user around an event: sample indices into the motion, seconds from the event, label."""

    label: str
    track: int
    at: npt.NDArray[np.int64]
    s: FloatArray


def event_t(event: Mapping[str, object]) -> float:
    """An event row's instant in epoch seconds, whether it holds a datetime or a number."""
    t = event["t"]
    return t.timestamp() if isinstance(t, datetime) else float(t)  # type: ignore[arg-type]


def involved(event: Mapping[str, object], motion: Motion, numbers: Mapping[str, int] | None = None) -> list[Pass]:
    """The samples of those in the event from `AROUND_S` before to `AROUND_S` after it; tracks gone are left out."""
    t = event_t(event)
    numbers = numbers if numbers is not None else {name: i for i, name in enumerate(motion.ids)}
    out = []
    for label, key in (("A", "track_a"), ("B", "track_b"), ("", "track")):
        i = numbers.get(str(event.get(key))) if event.get(key) is not None else None
        if i is None:
            continue
        a, b = int(motion.starts[i]), int(motion.starts[i + 1])
        k = motion.k[a:b]
        low, high = np.searchsorted(k, [(t - AROUND_S) / STEP_S - 1e-6, (t + AROUND_S) / STEP_S + 1e-6])
        if high > low:
            at = np.arange(a + low, a + high)
            out.append(Pass(label, i, at, np.asarray(motion.k[at] * STEP_S - t, np.float64)))
    return out


def footprints(motion: Motion, at: npt.NDArray[np.int64]) -> FloatArray:
    """Corners of the footprints of some samples, shape (n, 4, 2), metres; unknown headings taken as north."""
    hx, hy = np.nan_to_num(motion.hx[at]), np.nan_to_num(motion.hy[at], nan=1.0)
    track = motion.track[at]
    half_l, half_w = motion.length[track] / 2, motion.width[track] / 2
    corners = [(1, 1), (1, -1), (-1, -1), (-1, 1)]
    x = [motion.x[at] + a * half_l * hx + b * half_w * hy for a, b in corners]
    y = [motion.y[at] + a * half_l * hy - b * half_w * hx for a, b in corners]
    return np.stack([np.stack(x, axis=1), np.stack(y, axis=1)], axis=2)


def incident_svg(
    site: Site,
    motion: Motion,
    event: Mapping[str, object],
    *,
    signals: SignalHistory | None = None,
    numbers: Mapping[str, int] | None = None,
    width_px: float = 420,
    ground_id: str | None = None,
) -> str:
    """A plan zoomed on one row of violations or conflicts: tracks and footprints each second, five seconds around.

    The footprints at the event itself are filled. signals: adds the state shown at that moment. numbers: track id ->
    index in motion, to save building it for every event. ground_id: as in `plan_svg`.
    """
    passes = involved(event, motion, numbers)
    x, y = float(event["x"]), float(event["y"])  # type: ignore[arg-type]
    frame = _frame(passes, motion, x, y, width_px)
    parts: list[object] = []
    for p in passes:
        parts.append(_trail(p, motion, frame))
    if "track_a" in event:
        rank = severity_rank(event.get("severity"))
        parts.append(conflict_symbol(rank, *frame.px(x, y)))
    else:
        parts.append(violation_symbol(str(event["kind"]), *frame.px(x, y), scale=0.8))
    if signals is not None and event.get("signal"):
        parts.append(_lamp(str(event["signal"]), signals, event_t(event), frame))
    base = tag("use", href=f"#{ground_id}") if ground_id else ground(site)
    metres = 5 if frame.px_per_m * 10 > width_px * 0.35 else 10
    bar = f"M12 {frame.height_px - 10:.0f}v-4m0 2h{metres * frame.px_per_m:.1f}m0-2v4"
    return tag(
        "svg",
        None if ground_id else tag("style", Markup(STYLE + INCIDENT_STYLE)),
        tag("g", base, transform=frame.matrix),
        parts,
        tag("path", d=bar, stroke=INK, fill="none", stroke_width="1.4"),
        tag(
            "text",
            f"{metres} m",
            x=f"{18 + metres * frame.px_per_m:.1f}",
            y=f"{frame.height_px - 8:.0f}",
            class_="halo",
        ),
        viewBox=f"0 0 {frame.width_px:.0f} {frame.height_px:.0f}",
        class_="plan incident paper",
        role="img",
        aria_label=say("Plan of the event with the positions each second, north up"),
        xmlns="http://www.w3.org/2000/svg",
    )


INCIDENT_STYLE: Final = f"""
.incident .ground .arrows,.incident .ground{{opacity:.85}}
.plan .halo{{paint-order:stroke;stroke:#fff;stroke-width:3;stroke-linejoin:round}}
.plan .sec{{font-size:10px;text-anchor:middle;fill:{SECOND_INK};paint-order:stroke;stroke:#fff;stroke-width:2.6}}
.plan .who{{font-weight:700;font-size:12px}}
.strip text{{font:10.5px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:{INK}}}
.strip .faint{{fill:{QUIET}}}"""


def _frame(passes: list[Pass], motion: Motion, x: float, y: float, width_px: float) -> Frame:
    reach = 14.0
    for p in passes:
        near = np.abs(p.s) <= 2.5
        if near.any():
            at = p.at[near]
            reach = max(reach, float(np.max(np.maximum(np.abs(motion.x[at] - x), np.abs(motion.y[at] - y)))) + 3)
    reach = min(reach, 32.0)
    return Frame(x - reach, y - reach * 0.8, x + reach, y + reach * 0.8, width_px / (2 * reach))


def _trail(p: Pass, motion: Motion, frame: Frame) -> Markup:
    name = CLASSES[int(motion.cls[p.track])]
    ink = CLASS_INK[name]
    xy = np.column_stack([(motion.x[p.at] - frame.x0) * frame.px_per_m, (frame.y1 - motion.y[p.at]) * frame.px_per_m])
    line = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in xy[::2].tolist())
    parts: list[object] = [
        tag("path", d=line, fill="none", stroke=ink, stroke_width="1.6", stroke_dasharray=CLASS_DASH.get(name))
    ]
    seconds = range(-int(AROUND_S), int(AROUND_S) + 1)
    picks = [int(np.argmin(np.abs(p.s - s))) for s in seconds]
    shown = [(s, i) for s, i in zip(seconds, picks, strict=True) if abs(p.s[i] - s) < 0.3]
    if shown:
        corners = footprints(motion, p.at[[i for _, i in shown]])
        for (s, i), box in zip(shown, corners, strict=True):
            points = " ".join(f"{u:.1f},{v:.1f}" for u, v in (frame.px(*c) for c in box.tolist()))
            now = s == 0
            opacity = "0.95" if now else "0.14"
            parts.append(
                tag(
                    "polygon",
                    points=points,
                    fill=ink,
                    fill_opacity=opacity,
                    stroke=ink,
                    stroke_width="1.6" if now else ".9",
                )
            )
            step = xy[min(i + 3, len(xy) - 1)] - xy[max(i - 3, 0)]
            if float(np.hypot(*step)) > 4 and not now and s % 2 == 0:
                side = np.array([-step[1], step[0]]) / np.hypot(*step) * (13 if p.label != "B" else -13)
                u, v = xy[i] + side
                parts.append(
                    tag("text", f"{s:+d}".replace("-", "\u2212"), x=f"{u:.1f}", y=f"{v + 3.5:.1f}", class_="sec")
                )
    if p.label and len(xy):
        i = int(np.argmin(np.abs(p.s)))
        u, v = xy[i]
        parts.append(tag("text", p.label, x=f"{u + 9:.1f}", y=f"{v - 9:.1f}", class_="who halo", fill=ink))
    return tag("g", parts)


def _lamp(signal: str, signals: SignalHistory, t: float, frame: Frame) -> Markup:
    code, into = signals.at(signal, t)
    state = STATES[int(code)]
    since = say(" for {span}", span=decimal(float(into), 1, "s")) if np.isfinite(into) else ""
    dot = tag("circle", r="6", cx="14", cy="15", fill=STATE_INK.get(state), stroke=INK, stroke_width="1.2")
    shown = signal if len(signal) < 14 else signal[:13] + "…"
    return tag("g", dot, tag("text", f"{shown}: {state_word(state)}{since}", x="26", y="19", class_="halo"))
