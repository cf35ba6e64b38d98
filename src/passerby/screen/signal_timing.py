"""What a signal log says about the signal programme: cycle, splits, and one picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.screen.ink import STATE_INK, chart
from passerby.screen.language import say
from passerby.screen.markup import Markup, tag
from passerby.screen.words import clock, zone
from passerby.signals.history import STATES, SignalHistory

FloatArray = npt.NDArray[np.float64]
GO: Final = ("green", "walk")
# Height of each state in a band: tall = stop, thin = go, so that it reads without colour, as in signal plans on paper.
_BAND: Final = {"green": (0.36, 0.28), "walk": (0.36, 0.28), "amber": (0.2, 0.6), "clear": (0.2, 0.6)}


@dataclass(frozen=True)
class Timing:
    """One signal over a period: cycle and green in seconds (NaN where no whole one was seen), share of green."""

    signal: str
    cycles: int
    cycle_s: float
    cycle_low_s: float
    cycle_high_s: float
    green_s: float
    amber_s: float
    green_share: float
    last: str


def spans(history: SignalHistory, signal: str, t0: float, t1: float) -> list[tuple[float, float, str]]:
    """The states of one signal from t0 to t1: start, end, state; unknown before its first row."""
    t, _ = history.changes.get(signal, (np.empty(0), np.empty(0, np.int8)))
    edges = np.concatenate([[t0], t[(t > t0) & (t < t1)], [t1]])
    states, _ = history.at(signal, edges[:-1])
    return [(float(a), float(b), STATES[int(c)]) for a, b, c in zip(edges[:-1], edges[1:], states, strict=True)]


def timing(history: SignalHistory, signal: str, t0: float, t1: float) -> Timing:
    """Cycle (from one start of green to the next), green and amber times, and the share of the period with green."""
    pieces = spans(history, signal, t0, t1)
    starts = [a for i, (a, _, s) in enumerate(pieces) if s in GO and i > 0]
    cycles = np.diff(starts)
    whole = [(b - a, s) for a, b, s in pieces[1:-1]]
    green = [d for d, s in whole if s in GO]
    amber = [d for d, s in whole if s in ("amber", "clear")]
    share = sum(b - a for a, b, s in pieces if s in GO) / max(t1 - t0, 1e-9)

    def mid(values: list[float] | FloatArray) -> float:
        return float(np.median(values)) if len(values) else float("nan")

    low, high = (float(cycles.min()), float(cycles.max())) if len(cycles) else (float("nan"), float("nan"))
    return Timing(signal, len(cycles), mid(cycles), low, high, mid(green), mid(amber), share, pieces[-1][2])


def band(pieces: list[tuple[float, float, str]], x0: float, px_per_s: float, height: float) -> Markup:
    """Spans of states as one band of pixels, time zero at x0's second."""
    made = []
    for a, b, state in pieces:
        top, share = _BAND.get(state, (0.0, 1.0))
        fill = STATE_INK.get(state, STATE_INK["unknown"])
        made.append(
            f'<rect x="{(a - x0) * px_per_s:.1f}" y="{top * height:.1f}" width="{(b - a) * px_per_s:.1f}"'
            f' height="{share * height:.1f}" fill="{fill}"/>'
        )
    return Markup("".join(made))


def timing_svg(
    history: SignalHistory, signals: list[str], t0: float, t1: float, timezone: str, width: float = 1040
) -> str:
    """The signal plan as seen: a band per signal from t0 to t1, red tall, green thin."""
    left, row, top = 92.0, 17.0, 24.0
    px = (width - left - 12) / max(t1 - t0, 1e-9)
    height = top + row * len(signals) + 6
    tz = zone(timezone)
    step = next((s for s in (10, 20, 30, 60, 120, 300, 600) if (t1 - t0) / s <= 12), 1800)
    parts: list[object] = []
    for tick in np.arange(np.ceil(t0 / step) * step, t1 + 1e-6, step):
        x = left + (tick - t0) * px
        parts.append(Markup(f'<path d="M{x:.1f} {top - 4:.0f}V{height - 4:.0f}" stroke="#d8d8d4"/>'))
        parts.append(tag("text", clock(float(tick), tz), x=f"{x:.1f}", y="12", text_anchor="middle", class_="tick"))
    for i, signal in enumerate(signals):
        y = top + row * i
        shown = signal if len(signal) <= 12 else signal[:11] + "…"
        parts.append(tag("text", shown, x=left - 8, y=f"{y + 11:.1f}", text_anchor="end"))
        inner = band(spans(history, signal, t0, t1), t0, px, row - 5)
        parts.append(tag("g", tag("title", signal), inner, transform=f"translate({left} {y:.1f})"))
    return chart(parts, width, height, say("Signal states over time"))
