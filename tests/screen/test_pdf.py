"""The PDF holds what the HTML holds, needs nothing else, and takes no text for code."""

from __future__ import annotations

import re
import warnings

import pytest

from passerby.screen.pdf import FONT, FontWarning, fonts_for, report_pdf
from passerby.screen.report import report_html
from passerby.screen.typeset import string, typeset

from .street import T0, conflict, count_row, counts, crossing, passing, violation


def page(**more: object) -> str:
    table = counts(count_row(T0, "in", "through", "car", 1), count_row(T0, "walk", "eastbound", "pedestrian", 1))
    results = {"violations": violation(), "conflicts": conflict(), "counts": table}
    return report_html(crossing(**more), results, passing(), None, {"rows": 322})


def test_pages_contents_and_fonts_are_in_one_small_file() -> None:
    made = report_pdf(page())
    assert made.startswith(b"%PDF-")
    assert len(made) < 400_000
    assert len(re.findall(rb"/Type\s*/Page\b", made)) >= 3
    assert b"/Outlines" in made
    assert b"/FontFile3" in made
    assert not re.search(rb"/(URI|JavaScript|Launch|EmbeddedFile)\b", made)


def test_the_same_page_gives_the_same_bytes() -> None:
    assert report_pdf(page()) == report_pdf(page())


def test_the_public_version_and_an_empty_report_can_be_set() -> None:
    assert report_pdf(report_html(crossing(), {}, public=True)).startswith(b"%PDF-")
    assert report_pdf(report_html(crossing(), {})).startswith(b"%PDF-")


HOSTILE = ('#read("/etc/passwd")', '"] #panic() [', "\\u{41} $x$ *bold* <label> @ref // /*", "人行横道 横断歩道")


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_text_whatever_they_look_like(name: str) -> None:
    assert report_pdf(page(name=name, walk_id=name + "w")).startswith(b"%PDF-")


def test_every_sentence_of_the_page_is_in_the_typst_code() -> None:
    code, pictures, sheet = typeset(page())
    assert string("The worst places and movements") in code
    assert "Nobody is identified" in code
    assert "<" not in re.sub(r'"[^"]*"', "", code)
    assert "ground" in sheet
    assert all(svg.startswith("<svg") for svg in pictures.values())


class Machine:
    """A machine's fonts, as Typst finds them."""

    def __init__(self, *names: str) -> None:
        self._names = [FONT, *names]

    def families(self) -> list[str]:
        return self._names


def test_letters_without_a_font_are_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typst.Fonts", lambda: Machine("Arial"))
    with pytest.warns(FontWarning, match="fonts-noto-cjk"):
        assert fonts_for("Station Road 站前路") == ([FONT, "Arial"], False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts_for("Straße") == ([FONT], True)
        assert fonts_for("شارع") == ([FONT, "Arial"], False)
        monkeypatch.setattr("typst.Fonts", lambda: Machine("Noto Sans CJK JP"))
        assert fonts_for("駅前通り") == ([FONT, "Noto Sans CJK JP"], False)
