"""Road users per interval as stacked bars, by class: the counts of a day at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Final

import numpy as np
import numpy.typing as npt

from passerby.screen.ink import CLASS_INK, QUIET, chart
from passerby.screen.language import say
from passerby.screen.markup import Markup, tag
from passerby.screen.words import class_word, number, written

WIDTH_PX: Final = 1000.0
HEIGHT_PX: Final = 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 24.0, 12.0, 46.0
_TICKS_S: Final = (300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800)
_MOST_TICKS: Final = 12


def bars_svg(
    t0: npt.NDArray[np.float64], width_s: float, classes: Sequence[str], n: npt.NDArray[np.int64], tz: tzinfo
) -> str:
    """t0: starts of the bins (epoch s, rising, shape (b,)); n: road users, shape (b, len(classes)); clock of tz.

    Bins that are not there were not counted; they are shaded, so that they are not taken for quiet ones.
    """
    first, last = float(t0[0]), float(t0[-1]) + width_s
    px = (WIDTH_PX - _LEFT - _RIGHT) / (last - first)
    foot = HEIGHT_PX - _BOTTOM
    top = max(int(n.sum(axis=1).max()), 1)
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10**6) if top / s <= 5)
    scale = (foot - _TOP) / (top * 1.04)
    parts: list[object] = [_gaps(t0, width_s, first, px, foot)]
    for v in range(0, top + 1, step):
        y = foot - v * scale
        parts.append(tag("path", d=f"M{_LEFT} {y:.1f}H{WIDTH_PX - _RIGHT}", stroke="#e2e1dc"))
        parts.append(tag("text", number(v), x=_LEFT - 6, y=f"{y + 4:.1f}", text_anchor="end"))
    wide = max(width_s * px - (1.2 if width_s * px > 4 else 0.0), 0.6)
    for b, start in enumerate(t0.tolist()):
        y = foot
        for c, name in enumerate(classes):
            high = n[b, c] * scale
            if high:
                y -= high
                box = {"x": f"{_LEFT + (start - first) * px:.2f}", "y": f"{y:.2f}", "width": f"{wide:.2f}"}
                parts.append(tag("rect", height=f"{high:.2f}", fill=CLASS_INK[name], **box))
    parts += _times(first, last, px, foot, tz)
    x = _LEFT
    for name in classes:
        parts.append(tag("rect", x=x, y=HEIGHT_PX - 14, width=10, height=10, fill=CLASS_INK[name]))
        said = class_word(name, 2)
        parts.append(tag("text", said, x=x + 14, y=HEIGHT_PX - 5))
        x += 30 + 6.2 * len(said)
    return chart(parts, WIDTH_PX, HEIGHT_PX, say("Road users per interval by class"))


def _gaps(t0: npt.NDArray[np.float64], width_s: float, first: float, px: float, foot: float) -> Markup:
    holes = np.flatnonzero(np.diff(t0) > 1.5 * width_s)
    return tag(
        "g",
        [
            tag(
                "rect",
                x=f"{_LEFT + (float(t0[i]) + width_s - first) * px:.1f}",
                y=_TOP,
                width=f"{(float(t0[i + 1] - t0[i]) - width_s) * px:.1f}",
                height=foot - _TOP,
                fill="#efeee9",
            )
            for i in holes
        ],
    )


def _times(first: float, last: float, px: float, foot: float, tz: tzinfo) -> list[Markup]:
    every = next((s for s in _TICKS_S if (last - first) / s <= _MOST_TICKS), _TICKS_S[-1])
    ahead = datetime.fromtimestamp(first, tz).utcoffset()
    shift = ahead.total_seconds() if ahead is not None else 0.0
    made = []
    for t in np.arange(np.ceil((first + shift) / every) * every - shift, last + 1, every).tolist():
        when = datetime.fromtimestamp(t, tz)
        pattern = "%H:%M" if every < 86400 and (when.hour, when.minute) != (0, 0) else "%d %b"
        x = f"{_LEFT + (t - first) * px:.1f}"
        made.append(tag("path", d=f"M{x} {foot:.1f}v4", stroke=QUIET))
        made.append(tag("text", written(when, pattern), x=x, y=foot + 16, text_anchor="middle"))
    return made
