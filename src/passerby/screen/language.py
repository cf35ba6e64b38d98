"""The language a report or a sheet is written in: English sentences are the keys of a catalogue per other language.

As gettext has it: what is not said in another language is said in English; where a word has two senses, one of them has
its sense after a bar. `tests/screen/test_language.py` holds every catalogue to have it all. The language holds for what
runs within `speaking`, in its thread alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from passerby.errors import InputError
from passerby.screen.german import GERMAN

CATALOGUES: Final[Mapping[str, Mapping[str, str]]] = {"en": {"no|answer": "no"}, "de": GERMAN}
LANGUAGES: Final = tuple(CATALOGUES)
_NAMES: Final = {"en": "English", "de": "German"}
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_GERMAN_MONTHS: Final = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
_GERMAN_DATES: Final = (
    # how English writes a date, how German does
    ("%-d %B", "%-d. %B"),
    ("%d %B", "%-d. %B"),
    ("%-d %b", "%-d.%-m."),
    ("%d %b", "%-d.%-m."),
)
_current: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Write everything within in a language; InputError where reports are not written in it."""
    if language not in CATALOGUES:
        known = " and ".join(f"{name} ({code})" for code, name in _NAMES.items())
        raise InputError(f'language: reports are written in {known} so far, got "{language[:20]}"; choose one of them')
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def spoken() -> str:
    """The code of the language in use."""
    return _current.get()


def term(text: str) -> str:
    """Marks a text that is kept in a table and said later."""
    return text


def say(text: str, /, **values: object) -> str:
    """An English text in the language in use, {names} filled in."""
    own = CATALOGUES[_current.get()].get(text, text)
    return own.format(**values) if values else own


def numeric(text: str) -> str:
    """A number written with a decimal point, as the language writes it; a thousand's comma does not occur."""
    return text.replace(".", ",") if _current.get() == "de" else text


def dated(pattern: str) -> str:
    """A pattern of `strftime` for a date, in the order in which the language has it."""
    if _current.get() == "de":
        for english, german in _GERMAN_DATES:
            pattern = pattern.replace(english, german)
    return pattern


def month_named(text: str) -> str:
    """A date with its month's English name, named in the language."""
    if _current.get() == "de":
        return re.sub("|".join(_MONTHS), lambda m: _GERMAN_MONTHS[_MONTHS.index(m[0])], text)
    return text
