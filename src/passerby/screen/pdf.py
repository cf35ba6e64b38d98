"""The report as a PDF on A4: the HTML report set by Typst, which comes as one wheel and needs nothing of the system."""

from __future__ import annotations

import re
import warnings
from html import unescape
from importlib.resources import files
from typing import Final

from passerby.errors import DependencyError
from passerby.screen.incident import INCIDENT_STYLE
from passerby.screen.ink import GROUND
from passerby.screen.plan import STYLE
from passerby.screen.typeset import string, typeset

FONT: Final = "Libertinus Serif"
"""Comes with Typst, as do DejaVu Sans Mono and New Computer Modern: the same on every machine."""

OF_CJK: Final = (
    *("Noto Serif CJK SC", "Noto Sans CJK SC", "Noto Serif CJK JP", "Noto Sans CJK JP", "Source Han Serif SC"),
    *("Hiragino Mincho ProN", "Songti SC", "SimSun", "Yu Mincho", "MS Mincho"),
)
OTHER_SCRIPTS: Final = (*OF_CJK, "Noto Serif", "Noto Sans", "Arial")
_EMBEDDED: Final = re.compile(r"[\u0000-\u04ff\u1e00-\u1fff\u2000-\u27ff]*")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ON_SCREEN: Final = re.compile(r'<span class="onscreen">.*?</span>')
_LANGUAGE: Final = re.compile(r'<html lang="(\w+)"')
_TITLE: Final = re.compile(r"<title>(.*?)</title>", re.S)
_FONT: Final = re.compile(r"font:([\d.]+px)[^;}]*")
_SVG_STYLE: Final = _FONT.sub(
    rf'font-size:\1;font-family:"{FONT}"',
    STYLE
    + INCIDENT_STYLE
    + ".chart text{font:11px x}.chart .tick{fill:#5b6570}.flow text{font-size:15px}"
    + ".flow .strong{font-weight:600;font-size:14px}",
)


class FontWarning(UserWarning):
    """A text has letters that no font of this machine has."""


def report_pdf(page: str) -> bytes:
    """A report's HTML (`report_html`) as PDF; the same page gives the same bytes.

    Fonts of this machine are used only where the text has letters that Typst's own fonts lack. DependencyError where
    Typst is not installed.
    """
    try:
        import typst
    except ImportError as e:
        raise DependencyError(f"report: a PDF needs the package typst ({e}); pip install typst, or write HTML") from e
    code, pictures, sheet = typeset(_ON_SCREEN.sub("", page))
    found = _TITLE.search(page)
    title = unescape(found[1]) if found else "Report"
    spoken = _LANGUAGE.search(page)
    language = spoken[1] if spoken else "en"
    families, plain = fonts_for(code)
    fonts = ", ".join(string(f) for f in families)
    sources = {name: alone(svg, sheet).encode() for name, svg in pictures.items()}
    sources["style.typ"] = (files("passerby.screen") / "report.typ").read_bytes()
    head = f'#import "style.typ": *\n#show: body => report({string(title)}, ({fonts},), {string(language)}, body)\n'
    sources["main.typ"] = f"{head}#{code}\n".encode()
    # several sources at once are documented, the package's own type stub does not know them
    made: bytes = typst.compile(sources, format="pdf", ignore_system_fonts=plain, pdf_standards=["ua-1"])  # type: ignore[call-overload]
    return made


def fonts_for(text: str) -> tuple[list[str], bool]:
    """The fonts that set a text, and whether Typst's own are all of them.

    FontWarning where the text has Chinese, Japanese or Korean letters and this machine no font for them.
    """
    import typst

    if _EMBEDDED.fullmatch(text):
        return [FONT], True
    here = typst.Fonts().families()
    found = [f for f in OTHER_SCRIPTS if f in here]
    if _CJK.search(text) and not any(f in OF_CJK for f in found):
        warnings.warn(
            "PDF: this machine has no font with Chinese and Japanese letters, which are empty boxes; install one, on "
            "Debian and Ubuntu: apt install fonts-noto-cjk",
            FontWarning,
            stacklevel=3,
        )
    return [FONT, *found], False


def alone(svg: str, sheet: str) -> str:
    """A picture of the page that needs nothing else of it."""
    begin = svg.index(">")
    opening, rest = svg[:begin], svg[begin:]
    if "xmlns=" not in opening:
        opening += ' xmlns="http://www.w3.org/2000/svg"'
    within = f"<style>{_SVG_STYLE}</style>"
    if " paper" in opening:
        within += f'<rect width="100%" height="100%" fill="{GROUND}"/>'
    if "<use" in rest:
        within += f"<defs>{sheet}</defs>"
    return f"{opening}>{within}{rest[1:]}"
