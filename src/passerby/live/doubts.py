"""What makes a result emptier than the street was: clocks or places that do not meet, things that were not drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from passerby.errors import SignalsError
from passerby.signals.history import SignalHistory
from passerby.site.model import Site
from passerby.tracks.record import FloatArray

UNKNOWN_S: Final = 60.0
"""Shorter without a state at the beginning is the ordinary wait for the first change."""

SILENT_S: Final = 300.0
"""A log whose signals do not change for this long, and three times its longest pause before, has probably ended."""

NEAR_M: Final = 30.0


@dataclass(frozen=True)
class Nearness:
    """How many of some rows came near what the site draws, and the box around all of them (x0, y0, x1, y1), m."""

    rows: int = 0
    near: int = 0
    box: tuple[float, float, float, float] = (np.inf, np.inf, -np.inf, -np.inf)

    def add(self, site_box: tuple[float, float, float, float] | None, x: FloatArray, y: FloatArray) -> Nearness:
        """The same with some more rows."""
        if site_box is None or len(x) == 0:
            return Nearness(self.rows + len(x), self.near + len(x), self.box)
        x0, y0, x1, y1 = site_box
        near = (x >= x0 - NEAR_M) & (x <= x1 + NEAR_M) & (y >= y0 - NEAR_M) & (y <= y1 + NEAR_M)
        a, b, c, d = self.box
        low, high = (min(a, float(x.min())), min(b, float(y.min()))), (max(c, float(x.max())), max(d, float(y.max())))
        return Nearness(self.rows + len(x), self.near + int(near.sum()), (*low, *high))


def drawn_box(site: Site) -> tuple[float, float, float, float] | None:
    """The box around everything that a site draws (x0, y0, x1, y1), m; None where it draws nothing."""
    points = [p for line in site.stop_lines for p in line.points]
    points += [p for crosswalk in site.crosswalks for p in crosswalk.polygon]
    points += [p for zone in site.zones for p in zone.polygon]
    points += [p for lane in site.lanes for p in lane.centreline]
    if not points:
        return None
    x0, y0, x1, y1 = shapely.MultiPoint(points).bounds
    return float(x0), float(y0), float(x1), float(y1)


def place_doubts(site: Site, nearness: Nearness) -> list[str]:
    """Sentences where road users and drawing do not meet."""
    box = drawn_box(site)
    if box is None or nearness.rows == 0 or nearness.near > 0.01 * nearness.rows:
        return []
    said = "no row" if nearness.near == 0 else f"only {nearness.near} of {nearness.rows} rows"
    return [
        f"{said} of the tracks came near what the site draws: tracks lie in {_box(nearness.box)}, the drawing in "
        f"{_box(box)} (m east and north of the origin); is it the same junction and origin?"
    ]


def undrawn(site: Site) -> list[str]:
    """Sentences about what cannot be looked for because the site does not draw it."""
    missing = [
        (not site.stop_lines, "no stop lines", "red_light of vehicles, stop_line_overrun, prohibited_turn, movements"),
        (not site.crosswalks, "no crosswalks", "red_light of pedestrians, late_start, failure_to_yield"),
        (not site.lanes, "no lanes", "wrong_way, lane_misuse"),
    ]
    without = [what for absent, what, _ in missing if absent]
    if not without:
        return []
    rules = ", ".join(rules for absent, _, rules in missing if absent)
    return [f"the site draws {', '.join(without)}: {rules} cannot be looked for"]


def clock_doubts(signals: SignalHistory, begin: float, end: float) -> list[str]:
    """Sentences where the log covers the tracks, begin..end (epoch s), in part; SignalsError where it begins after."""
    spans = {s: t for s, (t, _) in signals.changes.items() if len(t)}
    if not spans or not np.isfinite(begin):
        return []
    times = np.unique(np.concatenate(list(spans.values())))
    first, last = float(times[0]), float(times[-1])
    if first > end:
        raise SignalsError(
            f"the signals begin {_span(first - end)} after the tracks end, so every signal would be unknown"
            f"{_hour_hint(first - begin)}"
        )
    said = []
    if first > begin + UNKNOWN_S:
        said.append(f"the signals begin {_span(first - begin)} after the tracks: until then every signal is unknown")
    pause = float(np.diff(times).max()) if len(times) > 3 else 0.0
    if last < begin - max(SILENT_S, 3 * pause):
        said.append(
            f"the signals' last change is {_span(begin - last)} before the tracks begin, and is taken to hold all along"
            f"{_hour_hint(last - begin)}"
        )
    elif pause and last < end - max(SILENT_S, 3 * pause):
        said.append(
            f"the signals' last change is {_span(end - last)} before the tracks end, and is taken to hold until then: "
            "did the log break off?"
        )
    return said


def _hour_hint(seconds: float) -> str:
    hours = seconds / 3600
    if 0.9 < abs(hours) < 15 and abs(hours - round(hours)) < 0.1:
        return f"; that is {abs(round(hours))} h, as if one of the two clocks were not UTC"
    return "; are they of the same day and clock?"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172800 else f"{seconds / 86400:.0f} days"


def _box(box: tuple[float, float, float, float]) -> str:
    x0, y0, x1, y1 = box
    return f"x {x0:.0f} to {x1:.0f}, y {y0:.0f} to {y1:.0f}"
