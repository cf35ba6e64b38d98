"""What must hold of the values of a site, each broken rule one sentence: who, wanted, got."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import shapely

from passerby.errors import SiteError

Points = tuple[tuple[float, float], ...]

SAME_PLACE_M: Final = 0.05
"""Drawn points closer than this are one place; nobody surveys kerbs more finely."""

FARTHEST_M: Final = 2.1e7
"""Half way around the Earth; also where metres are those of a country's grid."""

LONGEST_NAME: Final = 200
LONGEST_ID: Final = 100
NEEDED: Final = frozenset("\u00ad\u061c\u06dd\u070f\u08e2\u180e\u200b\u200c\u200d\u200e\u200f") | frozenset(
    map(chr, range(0x600, 0x606))
)
"""Format characters that languages need: joiners, marks of direction, breaks inside words, signs of Arabic numbers."""

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

PARALLEL_DEG: Final = 15.0
"""Traffic that runs closer than this to along its stop line cannot be said to cross it."""


def hint(got: str, choices: Iterable[str]) -> str:
    """'; did you mean "x"?' where something alike was wanted, else nothing."""
    close = difflib.get_close_matches(str(got), list(choices), 1, 0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def unseen_in(text: str) -> str | None:
    """The first character that nobody sees and that no language needs, None where there is none.

    Control characters, line and paragraph separators, surrogates, and format characters (Unicode category Cf) but for
    `NEEDED`: above all those that turn the direction of what follows (UAX 9), by which one name can look like another.
    """
    return next((c for c in text if c not in NEEDED and unicodedata.category(c) in _UNSEEN), None)


def require_readable(who: str, name: str, value: str, longest: int) -> None:
    """Words that a person reads as they are: not empty, not endless, nothing in them that nobody sees."""
    if not value.strip():
        raise SiteError(f"{who}: {name} must not be empty; write what people call it")
    if len(value) > longest:
        raise SiteError(f"{who}: {name} must be at most {longest} characters, got {len(value):,}")
    if (odd := unseen_in(value)) is not None:
        raise SiteError(f"{who}: {name} must hold no character that nobody sees, got U+{ord(odd):04X}; delete it")


def require_id(kind: str, value: str) -> None:
    """An id that a person can read and a table can hold."""
    if not value or value != value.strip():
        raise SiteError(f"{kind}: id must be a readable word without blanks around it, got {value[:60]!r}")
    require_readable(kind, "id", value, LONGEST_ID)
    if not all(c.isprintable() or c in NEEDED for c in value):
        raise SiteError(f"{kind}: id must be a readable word without unusual blanks in it, got {value!r}")


def require_choice(who: str, name: str, value: str, choices: Sequence[str]) -> None:
    """One of the words of the format."""
    if value not in choices:
        if len(choices) > 16 or not choices:
            raise SiteError(f'{who}: {name} "{value}" is not in the file{hint(value, choices)}')
        raise SiteError(f'{who}: {name} must be one of {", ".join(choices)}, got "{value}"{hint(value, choices)}')


def require_heading(who: str, name: str, value: float) -> None:
    """Degrees clockwise from north."""
    if not 0 <= value <= 360:
        raise SiteError(f"{who}: {name} must be 0-360 degrees, got {value:g}")


def require_positive(who: str, name: str, value: float | None, unit: str) -> None:
    """A positive finite number, or none."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise SiteError(f"{who}: {name} must be more than 0 {unit}, got {value:g}")


def require_timezone(who: str, value: str) -> None:
    """A name of the IANA time zone database."""
    try:
        ZoneInfo(value)
    except (ValueError, OSError, KeyError) as e:
        raise SiteError(f'{who}: timezone must be an IANA name such as "Europe/Berlin", got "{value}"') from e


def require_points(who: str, name: str, points: Points, least: int) -> None:
    """Enough points, each of two finite numbers."""
    if len(points) < least:
        raise SiteError(f"{who}: {name} needs at least {least} points, got {len(points)}")
    for i, point in enumerate(points, 1):
        if len(point) != 2 or not all(math.isfinite(v) for v in point):
            got = ", ".join(f"{v:g}" for v in point)
            raise SiteError(f"{who}: {name} must be finite [x, y] pairs, got [{got}] as point {i}")
        if max(abs(v) for v in point) > FARTHEST_M:
            raise SiteError(f"{who}: {name} must be places on Earth, got [{point[0]:g}, {point[1]:g}] m as point {i}")


def require_length(who: str, name: str, points: Points) -> None:
    """A line that goes somewhere."""
    if shapely.LineString(points).length < SAME_PLACE_M:
        x, y = points[0]
        raise SiteError(f"{who}: {name} must not be all in one place, got a line of no length at ({x:g}, {y:g})")


def require_direction(who: str, points: Points, heading_deg: float) -> None:
    """A heading that crosses its stop line rather than runs along it."""
    (x0, y0), (x1, y1) = points[0], points[-1]
    if math.hypot(x1 - x0, y1 - y0) < SAME_PLACE_M:
        raise SiteError(f"{who}: points must lead from one side of the road to the other, got a closed loop")
    along = math.degrees(math.atan2(x1 - x0, y1 - y0))
    apart = abs((heading_deg - along + 90) % 180 - 90)
    if apart < PARALLEL_DEG:
        raise SiteError(
            f"{who}: heading must cross the line, got {heading_deg:g} degrees, "
            f"which runs along it ({along % 180:.0f} degrees)"
        )


def require_outline(who: str, points: Points) -> None:
    """A polygon that encloses an area and does not cross itself; the last point may repeat the first."""
    require_points(who, "polygon", points, 3)
    if len(set(points)) < 3:
        raise SiteError(f"{who}: polygon needs at least 3 different points, got {len(set(points))}")
    shape = shapely.Polygon(points)
    # the halves of a bow tie have areas of opposite signs
    if shape.convex_hull.area < SAME_PLACE_M**2:
        raise SiteError(f"{who}: polygon must enclose an area, got points that lie on one line")
    why = shapely.is_valid_reason(shape)
    if why != "Valid Geometry":
        at = re.search(r"\[(\S+) (\S+)\]", why)
        where = f" at ({float(at[1]):.2f}, {float(at[2]):.2f})" if at else ""
        empty = shape.area < SAME_PLACE_M**2
        wanted = "enclose an area, but its sides cross over" if empty else "not cross itself, but it does"
        raise SiteError(
            f"{who}: polygon must {wanted}{where}; list its corners in order",
            at=None if at is None else (float(at[1]), float(at[2])),
            fix="uncross",
        )
    if shape.area < SAME_PLACE_M**2:
        raise SiteError(f"{who}: polygon must enclose an area, got hardly any")
