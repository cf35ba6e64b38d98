"""The report's plain English: names of kinds, classes and places, numbers, times of day."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

KINDS: Final = {
    # kind: (one, many, what it means in one line)
    "red_light": ("entry on red", "entries on red", "Crossed the stop line, or stepped onto the crosswalk, on red."),
    "late_start": ("late start", "late starts", "Stepped onto the crosswalk while it was being cleared."),
    "outside_crosswalk": (
        "crossing away from a crosswalk",
        "crossings away from a crosswalk",
        "Crossed the carriageway on foot where there is no crosswalk.",
    ),
    "wrong_way": ("wrong-way run", "wrong-way runs", "Travelled against the direction of a lane."),
    "speeding": ("speeding", "cases of speeding", "Faster than the limit plus tolerance for at least a second."),
    "stopped_on_crosswalk": ("stop on a crosswalk", "stops on a crosswalk", "A vehicle stood on a crosswalk."),
    "blocked_box": ("blocked box", "blocked boxes", "A vehicle stood in a box junction."),
    "illegal_stop": ("illegal stop", "illegal stops", "A vehicle stood where stopping is not allowed."),
    "stop_line_overrun": (
        "stop beyond the line",
        "stops beyond the line",
        "A vehicle came to rest beyond the stop line on red.",
    ),
    "prohibited_turn": ("prohibited turn", "prohibited turns", "Left the junction by a movement not allowed there."),
    "failure_to_yield": (
        "failure to yield",
        "failures to yield",
        "Drove through a crosswalk close to a pedestrian who had priority.",
    ),
    "lane_misuse": ("lane misuse", "cases of lane misuse", "Used a bus lane, cycle lane or sidewalk not meant for it."),
}

CLASS_WORDS: Final = {
    "pedestrian": ("pedestrian", "pedestrians"),
    "cyclist": ("cyclist", "cyclists"),
    "motorcycle": ("motorcycle", "motorcycles"),
    "car": ("car", "cars"),
    "van": ("van", "vans"),
    "truck": ("truck", "trucks"),
    "bus": ("bus", "buses"),
    "tram": ("tram", "trams"),
    "other": ("other road user", "other road users"),
}

STATE_WORDS: Final = {
    "red_amber": "red and amber",
    "flashing_amber": "flashing amber",
    "flashing_red": "flashing red",
    "dont_walk": "don't walk",
    "clear": "clearing",
}

CONFLICT_WORDS: Final = {
    "crossing": "crossing paths",
    "rear_end": "one behind the other",
    "rear-end": "one behind the other",
    "lane_change": "changing lanes",
    "lane-change": "changing lanes",
    "head_on": "head on",
}


def kind_word(kind: str, n: int = 1) -> str:
    """A violation's name for one or many; an unknown kind with its underscores opened up."""
    one, many, _ = KINDS.get(kind, (kind.replace("_", " "),) * 3)
    return one if n == 1 else many


def class_word(name: str, n: int = 1) -> str:
    """A class's name for one or many."""
    one, many = CLASS_WORDS.get(name, (name, name))
    return one if n == 1 else many


def state_word(state: str | None) -> str:
    """A signal state as people say it."""
    return STATE_WORDS.get(state or "", state or "unknown")


def capital(sentence: str) -> str:
    """The same with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def a(noun: str) -> str:
    """The noun with its indefinite article."""
    return f"an {noun}" if noun[:1].lower() in "aeio" else f"a {noun}"


def listed(items: Sequence[str]) -> str:
    """Items as "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""


def number(n: float) -> str:
    """A whole number with thin spaces between the thousands."""
    return f"{round(n):,}".replace(",", "\u202f")


def count(n: int, one: str, many: str) -> str:
    """A number with its noun, "no" for zero."""
    return f"{'no' if n == 0 else number(n)} {one if n == 1 else many}"


def decimal(value: object, digits: int = 1, unit: str = "") -> str:
    """A number with fixed decimals and its unit; a dash where there is none."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    shown = f"{value:.{digits}f}".replace("-", "\u2212")
    return f"{shown}\u00a0{unit}" if unit else shown


def duration(seconds: float) -> str:
    """A length of time in the largest units that fit."""
    s = round(seconds)
    if s >= 300 and min(s % 60, 60 - s % 60) <= 2:
        s = round(s / 60) * 60
    if s < 120:
        return f"{s}\u00a0s"
    if s < 7200:
        minutes, rest = divmod(s, 60)
        return f"{minutes}\u00a0min" + (f" {rest}\u00a0s" if rest and s < 1200 else "")
    hours, rest = divmod(round(s / 60), 60)
    return f"{hours}\u00a0h" + (f" {rest}\u00a0min" if rest else "")


def zone(name: str) -> tzinfo:
    """The site's time zone; UTC where this machine does not know the name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def clock(t: float, tz: tzinfo, pattern: str = "%H:%M:%S") -> str:
    """An instant (epoch seconds) as local time of day."""
    return datetime.fromtimestamp(t, tz).strftime(pattern)


def minute(t: float, tz: tzinfo) -> str:
    """An instant as local time of day, to the nearest minute."""
    return clock(t + 30, tz, "%H:%M")


def compass(bearing_deg: float) -> str:
    """The nearest of eight compass points."""
    names = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
    return names[round(bearing_deg / 45) % 8]


def who(classes: Iterable[tuple[str, int]]) -> str:
    """Classes and numbers as "316 cars, 40 cyclists and 3 buses", zero left out."""
    return listed([count(n, class_word(c), class_word(c, 2)) for c, n in classes if n])
