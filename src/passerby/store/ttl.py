"""How long each table is kept: defaults, the [ttl] section of passerby.toml, and how it is written into a table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from passerby.errors import StoreError
from passerby.tables import TABLES

Clock = Literal["event", "stored"]

# Tracks are the most personal table: EDPB Guidelines 3/2019 (v2.0, para. 121) expect video data to be erased
# after a few days and ask for ever more reasons beyond 72 hours; the same measure is taken for what is made of it.
# Events are needed over one signal-timing review (a season); a before/after study works on counts and rates.
# Counts name nobody; five years is the span of a road-safety inspection cycle and of before/after studies.
DEFAULT_TTL: Final[Mapping[str, timedelta]] = {
    "violations": timedelta(days=90),
    "conflicts": timedelta(days=90),
    "counts": timedelta(days=5 * 365),
    "tracks": timedelta(hours=72),
}

TTL_PROPERTY: Final = "passerby.ttl_seconds"
CLOCK_PROPERTY: Final = "passerby.ttl_clock"
PUBLISHED_PROPERTY: Final = "passerby.published"
EPSILON_PROPERTY: Final = "passerby.epsilon"

_UNIT_S: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_DURATION: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|min|h|d|w|y)\s*", re.ASCII)


def parse_duration(text: str) -> timedelta:
    """A length of time typed as number and unit (s, min, h, d, w, y): `72h`, `90 d`; ValueError on anything else."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" is no duration')
    try:
        return timedelta(seconds=float(match[1]) * _UNIT_S[match[2]])
    except OverflowError:
        raise ValueError(f'"{text}" is too long') from None


def checked_ttl(ttl: Mapping[str, timedelta], who: str) -> dict[str, timedelta]:
    """The defaults with `ttl` laid over them; StoreError for an unknown table or a time that is not above zero."""
    for table, keep in ttl.items():
        if table not in TABLES:
            raise StoreError(f'{who}: time to live: no table "{table}", there are {", ".join(TABLES)}')
        if keep < timedelta(seconds=1):
            raise StoreError(f"{who}: time to live of {table} must be at least one second, got {keep}")
    return {**DEFAULT_TTL, **ttl}


def read_ttl(path: Path | str) -> dict[str, timedelta]:
    """Times to live from the `[ttl]` section of a passerby.toml (`tracks = "72h"`), defaults for what is not there."""
    path = Path(path)
    try:
        section = tomllib.loads(path.read_text(encoding="utf-8")).get("ttl", {})
    except OSError as e:
        raise StoreError(f"{path}: cannot be read: {e.strerror or e}") from e
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise StoreError(f"{path}: is not TOML: {e}") from e
    if not isinstance(section, dict):
        raise StoreError(f"{path}: ttl must be a section ([ttl]), got {section!r}")
    given: dict[str, timedelta] = {}
    for table, text in section.items():
        try:
            given[table] = parse_duration(text if isinstance(text, str) else repr(text))
        except ValueError:
            raise StoreError(f'{path}: ttl.{table} must be a duration such as "72h" or "90d", got {text!r}') from None
    return checked_ttl(given, str(path))


def describe(keep: timedelta) -> str:
    """A time to live for a person: `72 hours`, `90 days`, `5 years`."""
    seconds = keep.total_seconds()
    for name, unit, least in (("year", 365 * 86400, 1), ("day", 86400, 4), ("hour", 3600, 1), ("minute", 60, 1)):
        if seconds >= unit * least and seconds % unit == 0:
            n = int(seconds // unit)
            return f"{n} {name}{'' if n == 1 else 's'}"
    return f"{seconds:g} seconds"
