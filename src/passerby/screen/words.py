"""The report's words: names of kinds, classes and places, numbers, times of day, as its language has them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from passerby.offsets import offset_named
from passerby.screen.language import dated, month_named, numeric, say, spoken, term

KINDS: Final = {
    # kind: (one, many, what it means in one line)
    "red_light": (
        term("red light violation"),
        term("red light violations"),
        term("Crossed the stop line, or stepped onto the crosswalk, on red."),
    ),
    "late_start": (
        term("late start"),
        term("late starts"),
        term("Stepped onto the crosswalk while it was being cleared."),
    ),
    "outside_crosswalk": (
        term("crossing away from a crosswalk"),
        term("crossings away from a crosswalk"),
        term("Crossed the carriageway on foot where there is no crosswalk."),
    ),
    "wrong_way": (term("wrong-way run"), term("wrong-way runs"), term("Travelled against the direction of a lane.")),
    "speeding": (
        term("case of speeding"),
        term("cases of speeding"),
        term("Faster than the limit plus tolerance for at least a second."),
    ),
    "stopped_on_crosswalk": (
        term("stop on a crosswalk"),
        term("stops on a crosswalk"),
        term("A vehicle stood on a crosswalk."),
    ),
    "blocked_box": (term("blocked box"), term("blocked boxes"), term("A vehicle stood in a box junction.")),
    "illegal_stop": (
        term("illegal stop"),
        term("illegal stops"),
        term("A vehicle stood where stopping is not allowed."),
    ),
    "stop_line_overrun": (
        term("stop line overrun"),
        term("stop line overruns"),
        term("A vehicle came to rest beyond the stop line on red."),
    ),
    "prohibited_turn": (
        term("prohibited turn"),
        term("prohibited turns"),
        term("Left the junction by a movement not allowed there."),
    ),
    "failure_to_yield": (
        term("failure to yield"),
        term("failures to yield"),
        term("Drove through a crosswalk close to a pedestrian who had priority."),
    ),
    "lane_misuse": (
        term("case of lane misuse"),
        term("cases of lane misuse"),
        term("Used a bus lane, cycle lane or sidewalk not meant for it."),
    ),
}

CLASS_WORDS: Final = {
    "pedestrian": (term("pedestrian"), term("pedestrians")),
    "cyclist": (term("cyclist"), term("cyclists")),
    "motorcycle": (term("motorcycle"), term("motorcycles")),
    "car": (term("car"), term("cars")),
    "van": (term("van"), term("vans")),
    "truck": (term("truck"), term("trucks")),
    "bus": (term("bus"), term("buses")),
    "tram": (term("tram"), term("trams")),
    "other": (term("other road user"), term("other road users")),
}

STATE_WORDS: Final = {
    "red": term("red"),
    "amber": term("amber"),
    "green": term("green"),
    "dark": term("dark"),
    "walk": term("walk"),
    "unknown": term("unknown"),
    "red_amber": term("red and amber"),
    "flashing_amber": term("flashing amber"),
    "flashing_red": term("flashing red"),
    "dont_walk": term("don't walk"),
    "clear": term("clearing"),
}

CONFLICT_WORDS: Final = {
    "crossing": term("crossing paths"),
    "rear_end": term("one behind the other"),
    "rear-end": term("one behind the other"),
    "lane_change": term("at an acute angle"),
    "lane-change": term("at an acute angle"),
    "head_on": term("head on"),
}


ZONES: Final = {
    "no_stopping": term("no stopping"),
    "box": term("box"),
    "carriageway": term("carriageway"),
    "sidewalk": term("sidewalk"),
    "parking": term("parking"),
    "waiting": term("waiting"),
    "region": term("region"),
}

_ONE_OF: Final = {
    "pedestrian": term("a pedestrian"),
    "cyclist": term("a cyclist"),
    "motorcycle": term("a motorcycle"),
    "car": term("a car"),
    "van": term("a van"),
    "truck": term("a truck"),
    "bus": term("a bus"),
    "tram": term("a tram"),
    "other": term("another road user"),
}


def kind_word(kind: str, n: int = 1, cls: str | None = None) -> str:
    """A violation's name for one or many, of one class where that is told; an unknown kind by its own."""
    if kind == "red_light" and cls == "pedestrian":
        return say("crossing on red" if n == 1 else "crossings on red")
    one, many, _ = KINDS.get(kind, (kind.replace("_", " "),) * 3)
    return say(one if n == 1 else many)


def class_word(name: str, n: int = 1) -> str:
    """A class's name for one or many."""
    one, many = CLASS_WORDS.get(name, (name, name))
    return say(one if n == 1 else many)


def a_class(name: str) -> str:
    """One of a class, with the indefinite article."""
    return say(_ONE_OF.get(name, name))


def two(first: str, second: str) -> str:
    """Two of a near miss by their classes."""
    if first == second:
        return say("two {whom}", whom=class_word(first, 2))
    return say("{a} and {b}", a=class_word(first), b=class_word(second))


def conflict_word(kind: str | None) -> str:
    """How two met."""
    return say(CONFLICT_WORDS.get(kind or "", kind or "–"))


def state_word(state: str | None) -> str:
    """A signal state as people say it."""
    return say(STATE_WORDS.get(state or "", state or "unknown"))


def capital(sentence: str) -> str:
    """The same with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def inner(name: str) -> str:
    """A name that begins with a capital, as it is written within a sentence: German nouns keep it."""
    return name[:1].lower() + name[1:] if spoken() == "en" else name


def listed(items: Sequence[str]) -> str:
    """Items as "a, b and c"."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + say(" and ") + items[-1] if items else ""


def number(n: float) -> str:
    """A whole number with thin spaces between the thousands, in German with points."""
    return f"{round(n):,}".replace(",", "." if spoken() == "de" else "\u202f")


def count(n: int, one: str, many: str) -> str:
    """A number with its noun (English, said in the language), "no" for zero."""
    return f"{say('no') if n == 0 else number(n)} {say(one if n == 1 else many)}"


def decimal(value: object, digits: int = 1, unit: str = "") -> str:
    """A number with fixed decimals and its unit; a dash where there is none."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    shown = numeric(f"{value:.{digits}f}").replace("-", "\u2212")
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


_COMPASS: Final = (
    term("north"),
    term("north-east"),
    term("east"),
    term("south-east"),
    term("south"),
    term("south-west"),
    term("west"),
    term("north-west"),
)


def zone(name: str) -> tzinfo:
    """The site's time zone; UTC where this machine does not know the name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return UTC


def clock(t: float, tz: tzinfo, pattern: str = "%H:%M:%S", *beside: float) -> str:
    """An instant (epoch seconds) as local time of day; beside: instants that it is read together with."""
    return written(datetime.fromtimestamp(t, tz), pattern, *(datetime.fromtimestamp(b, tz) for b in beside))


def written(when: datetime, pattern: str, *beside: datetime) -> str:
    """A time by a pattern of `strftime`, dates in the language's own way.

    A time of day has its offset where that changes near it, or between it and the times it stands beside.
    """
    offset = offset_named(when, *beside) if "%H:%M" in pattern else ""
    return month_named(when.strftime(dated(pattern))) + (f"\u00a0{offset}" if offset else "")


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 as per cent."""
    return decimal(100 * share, digits, "%")


def minute(t: float, tz: tzinfo, *beside: float) -> str:
    """An instant as local time of day, to the nearest minute; beside: as of `clock`."""
    return clock(t + 30, tz, "%H:%M", *beside)


def compass(bearing_deg: float) -> str:
    """The nearest of eight compass points."""
    return say(_COMPASS[round(bearing_deg / 45) % 8])


def who(classes: Iterable[tuple[str, int]]) -> str:
    """Classes and numbers as "316 cars, 40 cyclists and 3 buses", zero left out."""
    return listed([count(n, *CLASS_WORDS.get(c, (c, c))) for c, n in classes if n])
