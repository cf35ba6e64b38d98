"""Direction arrows on the lanes, and the names of turns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from passerby.screen.markup import Markup, tag
from passerby.site.model import Site, StopLine, unit

FloatArray = npt.NDArray[np.float64]

_HEAD: Final = "l-.55 1.3h1.1z"
_ARROWS: Final = {
    # A stem, then a head turned the way the movement goes.
    "through": f'<path d="M0 2V-.9"/><path class="tip" d="M0-2.1{_HEAD}"/>',
    "left": '<path d="M0 2V.6Q0-.3-.8-.3"/>'
    f'<path class="tip" transform="translate(-1.9-.3)rotate(-90)" d="M0 0{_HEAD}"/>',
    "right": '<path d="M0 2V.6Q0-.3 .8-.3"/>'
    f'<path class="tip" transform="translate(1.9-.3)rotate(90)" d="M0 0{_HEAD}"/>',
    "u_turn": '<path d="M0 2V-.6Q0-1.4-.6-1.4T-1.2-.6V.2"/>'
    f'<path class="tip" transform="translate(-1.2 1.4)rotate(180)" d="M0 0{_HEAD}"/>',
}


def turns(line: StopLine) -> frozenset[str]:
    """Which of left, through, right, u_turn a stop line's movements are; empty where they do not say."""
    known = [m.exit_heading_deg - line.heading_deg for m in line.movements if m.exit_heading_deg is not None]
    return frozenset(turn_of(a) for a in known)


def turn_of(angle_deg: float) -> str:
    """The name of a change of heading, degrees clockwise: through within 35, a U-turn beyond 150."""
    a = (angle_deg + 180) % 360 - 180
    if abs(a) <= 35:
        return "through"
    if abs(a) >= 150:
        return "u_turn"
    return "right" if a > 0 else "left"


def _arrow(at: FloatArray, heading: FloatArray, ways: Iterable[str]) -> Markup:
    """A lane arrow four metres long, drawn with its tip pointing where its movements go."""
    turn = float(np.degrees(np.arctan2(heading[0], heading[1])))
    inner = Markup("".join(_ARROWS[w] for w in sorted(ways) or ["through"]))
    return tag("g", inner, transform=f"translate({at[0]:.2f} {-at[1]:.2f}) rotate({turn:.1f})")


def arrows(site: Site) -> Markup:
    """Direction arrows on every lane: with the stop line's movements where it leads to one, else straight on."""
    made = []
    for lane in site.lanes:
        line = shapely.LineString(lane.centreline)
        if line.length < 8 or lane.kind == "sidewalk":
            continue
        end = np.subtract(lane.centreline[-1], lane.centreline[-2])
        end = end / max(float(np.hypot(*end)), 1e-9)
        stop = next(
            (
                s
                for s in site.stop_lines
                if shapely.distance(shapely.LineString(s.points), shapely.Point(lane.centreline[-1])) < 2.5
                and float(unit(s.heading_deg) @ end) > 0.8
            ),
            None,
        )
        ways = turns(stop) if stop else frozenset[str]()
        at = [line.length - 7, line.length - 27] if stop else [12.0]
        for s in at:
            if not 3 < s < line.length - 2:
                continue
            p, q = line.interpolate(s), line.interpolate(min(s + 1, line.length))
            step = np.array([q.x - p.x, q.y - p.y])
            made.append(_arrow(np.array([p.x, p.y]), step, ways))
    return tag("g", made, class_="arrows")
