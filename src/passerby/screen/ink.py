"""Colours that colour-blind readers and black-and-white printers tell apart, and the symbols of the plans.

Hues are Okabe and Ito's (Color Universal Design, 2008), darkened where they stand for a thin line on paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.screen.markup import Markup, tag

INK: Final = "#1d2530"
QUIET: Final = "#66707c"
PAPER: Final = "#ffffff"
GROUND: Final = "#f4f2ec"
ROAD: Final = "#dcdcd9"
KERB: Final = "#a9a9a3"
ALARM: Final = "#a3230f"
CONFLICT: Final = "#5b2a86"

CLASS_INK: Final = {
    "pedestrian": "#d55e00",
    "cyclist": "#00795a",
    "motorcycle": "#b07800",
    "car": "#3b5673",
    "van": "#3b5673",
    "truck": "#0067a5",
    "bus": "#0067a5",
    "tram": "#a2447e",
    "other": "#555555",
}
# Dashes in pixels: what colour says must also be said in black and white.
CLASS_DASH: Final = {"pedestrian": "1.5 2.5", "cyclist": "6 2.5", "motorcycle": "9 2 2 2", "tram": "12 3"}

STATE_INK: Final = {
    "red": "#c8401a",
    "dont_walk": "#c8401a",
    "red_amber": "#e07b39",
    "amber": "#f0b429",
    "flashing_amber": "#f0b429",
    "clear": "#f0b429",
    "green": "#009e73",
    "walk": "#009e73",
    "flashing_red": "#c8401a",
    "dark": "#444444",
    "unknown": "#c9c9c4",
}

SEVERITY_RADIUS_PX: Final = {1: 5.0, 2: 8.0, 3: 12.0}
_SEVERITIES: Final = {"slight": 1, "moderate": 2, "serious": 3}

# Each shape recalls the road sign a driver would see: no-entry bar, yield triangle, no-stopping slash.
_DISC = '<circle r="7"/>'
_SHAPES: Final = {
    "red_light": '<path d="M0-8 8 0 0 8-8 0z"/>',
    "late_start": '<path class="hollow" d="M0-7 7 0 0 7-7 0z"/>',
    "outside_crosswalk": '<path d="M0-7.5 7.5 6-7.5 6z"/>',
    "wrong_way": _DISC + '<path class="bar" d="M-4.5-1.4h9v2.8h-9z"/>',
    "speeding": '<path d="M-7-7h4.5l5 7-5 7H-7l5-7zM0-7h4.5l5 7-5 7H0l5-7z"/>',
    "stopped_on_crosswalk": '<path d="M-6-6H6V6H-6z"/>',
    "blocked_box": '<path class="hollow" d="M-6-6H6V6H-6zM-6-6 6 6M6-6-6 6"/>',
    "illegal_stop": '<circle class="hollow" r="6.5"/><path class="hollow" d="M-4.6-4.6 4.6 4.6"/>',
    "stop_line_overrun": '<path d="M-7-7H7v3.5H1.8V7h-3.6V-3.5H-7z"/>',
    "prohibited_turn": '<path d="M-4 7V-1q0-3.5 3.5-3.5H2V-8l6 5-6 5V-1.5H0q-.5 0-.5.5v8z"/>',
    "failure_to_yield": '<path class="hollow" d="M-7-6H7L0 6.5z"/>',
    "lane_misuse": '<path d="M0-7.5 7-2.5 4.5 6.5h-9L-7-2.5z"/>',
}


def violation_symbol(kind: str, x: float, y: float, scale: float = 1.0, **attributes: object) -> Markup:
    """The symbol of one kind of violation at a point in pixels."""
    shape = Markup(_SHAPES.get(kind, _DISC))
    move = f"translate({x:.1f} {y:.1f})" + (f" scale({scale:g})" if scale != 1 else "")
    return tag("g", shape, class_="violation", transform=move, **attributes)


def severity_rank(severity: object) -> int:
    """1 (slight) to 3 (serious) from the severity's word; an unknown word counts as slight."""
    return _SEVERITIES.get(str(severity).lower(), 1)


def conflict_symbol(rank: int, x: float, y: float, **attributes: object) -> Markup:
    """A near miss as a circle sized by its severity, at a point in pixels."""
    dot = Markup(f'<circle r="{SEVERITY_RADIUS_PX[rank]:g}"/><circle class="dot" r="1.3"/>')
    return tag("g", dot, class_="conflict", transform=f"translate({x:.1f} {y:.1f})", **attributes)


def swatch(class_name: str) -> Markup:
    """A short stroke in a class's colour and dash, for legends."""
    line = Markup(
        f'<path d="M1 6H25" stroke="{CLASS_INK[class_name]}" stroke-width="2.4" fill="none"'
        f' stroke-dasharray="{CLASS_DASH.get(class_name, "none")}"/>'
    )
    return tag("svg", line, viewBox="0 0 26 12", width="26", height="12", aria_hidden="true")


def key(symbol: Markup, half: float = 10) -> Markup:
    """A symbol drawn around (0, 0) as a small picture, for legends and tables."""
    size = f"{2 * half:g}"
    box = f"{-half:g} {-half:g} {size} {size}"
    return tag("svg", symbol, viewBox=box, width=size, height=size, aria_hidden="true", class_="key")


def chart(parts: Iterable[object], width_px: float, height_px: float, label: str) -> Markup:
    """A drawing that grows with its column; label: what it shows, for those who do not see it."""
    return tag(
        "svg",
        parts,
        viewBox=f"0 0 {width_px:.0f} {height_px:.0f}",
        class_="chart",
        role="img",
        aria_label=label,
        xmlns="http://www.w3.org/2000/svg",
        fill=INK,
    )
