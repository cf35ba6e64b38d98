"""The report in other languages: every text is there, with the same blanks; nothing English is left on the page."""

from __future__ import annotations

import ast
import re
from html import unescape
from pathlib import Path
from string import Formatter

import pytest

from passerby.errors import InputError
from passerby.screen import language as language_module
from passerby.screen.before_after import Period, compare
from passerby.screen.language import CATALOGUES, LANGUAGES, say, speaking
from passerby.screen.report import report_html
from passerby.screen.words import clock, count, decimal, listed, zone
from passerby.signals.history import from_changes
from passerby.tracks.geojson import NOTE

from .street import T0, conflict, count_row, counts, crossing, passing, violation, when

CAMERAS = [{"camera": "c1", "state": "late", "rate_fps": 4.5, "calibration": "untested"}]
IDS = {"a car", "a walker", "a car, a walker"}
SOURCES = [
    *sorted(Path(language_module.__file__).parent.glob("*.py")),
    Path(language_module.__file__).parents[1] / "serve/queries/drawn.py",
]


def texts(node: ast.expr) -> list[str]:
    """The literal texts of an argument, of both sides of a choice."""
    sides = [node.body, node.orelse] if isinstance(node, ast.IfExp) else [node]
    return [s.value for s in sides if isinstance(s, ast.Constant) and isinstance(s.value, str)]


def used() -> set[str]:
    """Every text that is said somewhere."""
    found = {NOTE}
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in ("say", "term") and call.args:
                found.update(texts(call.args[0]))
            elif call.func.id == "count":
                found.update(t for a in call.args[1:3] for t in texts(a))
    return found


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", [c for c in LANGUAGES if c != "en"])
def test_every_text_is_said_with_the_same_blanks_and_none_is_left_over(language: str) -> None:
    catalogue, wanted = CATALOGUES[language], used()
    assert len(wanted) > 400
    assert wanted - catalogue.keys() == set()
    assert catalogue.keys() - wanted == set()
    for text, own in catalogue.items():
        assert blanks(own) == blanks(text), text
        assert own.strip(), text
        # pieces of a sentence keep the blanks that part them
        assert own[:1].isspace() == text[:1].isspace(), text
        assert own[-1:].isspace() == text[-1:].isspace(), text


def test_numbers_and_dates_are_written_as_the_language_has_them() -> None:
    t, tz = 1_772_625_600.0, zone("Europe/Berlin")
    assert (decimal(1.25, 2, "s"), clock(t, tz, "%-d %B %Y")) == ("1.25\u00a0s", "4 March 2026")
    with speaking("de"):
        assert decimal(-1.25, 2, "s") == "\u22121,25\u00a0s"
        assert clock(t, tz, "%-d %B %Y, %H:%M") == "4. März 2026, 13:00"
        assert clock(t, tz, "%-d %b %H:%M:%S") == "4.3. 13:00:00"
        assert count(0, "near miss", "near misses") == "keine Beinahe-Unfälle"
        assert listed(["A", "B"]) == "A und B"
    assert say("All") == "All"


def test_other_languages_are_refused_in_a_sentence() -> None:
    with (
        pytest.raises(InputError, match=r'written in English \(en\) and German \(de\) so far, got "zh"'),
        speaking("zh"),
    ):
        pass


def broken() -> None:
    """Fails in the middle of a German page."""
    with speaking("de"):
        assert say("All") == "Alle"
        raise ZeroDivisionError


def test_the_language_ends_with_what_it_was_for() -> None:
    with pytest.raises(ZeroDivisionError):
        broken()
    assert say("All") == "All"


def shown(page: str) -> set[str]:
    """What a reader sees and hears of a page, piece by piece."""
    body = re.sub(
        r"<(style|script)\b.*?</\1>|<ol class=\"references\">.*?</ol>", "", page[page.index("<body>") :], flags=re.S
    )
    labels = re.findall(r'(?:aria-label|title|data-all)="([^"]*)"', body)
    return {unescape(t).strip() for t in (*re.split(r"<[^>]*>", body), *labels)} - {""}


@pytest.mark.parametrize("public", [False, True])
def test_a_german_page_has_no_english_left(public: bool) -> None:
    rows = counts(*(count_row(T0 + 900 * k, "in", "through", "car", 30 + k) for k in range(5)))
    tables = {"violations": violation(), "conflicts": conflict(), "counts": rows}
    first = Period(when(T0).replace(minute=0), when(T0).replace(minute=30))
    second = Period(first.until, when(T0 + 7200).replace(minute=0))
    change = compare(crossing(), tables, first, second)
    lamps = from_changes({"K1": [(T0 - 60, "green"), (T0 + 2, "red")]}, clock_sigma_s=0.1)

    def read(language: str) -> set[str]:
        motion = None if public else passing()
        more = {"public": public, "change": change, "cameras": CAMERAS, "keep_days": {"tracks": 2}}
        return shown(report_html(crossing(), tables, motion, lamps, language=language, **more))

    english, german = read("en"), read("de")
    same = english & german
    catalogue = CATALOGUES["de"]
    assert {t for t in same if catalogue.get(t, t) != t} == set()
    assert {t for t in same if re.search(r"\b[a-z]{3,} [a-z]{3,}\b", t)} - IDS == set()
    assert len(german - english) > 50
    assert not [t for t in german if re.search(r"[{}]", t)]
