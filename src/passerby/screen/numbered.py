"""Tables and figures numbered in the order in which they stand on the page, and the references to them filled in."""

from __future__ import annotations

import re
from typing import Final

from passerby.screen.language import say, term
from passerby.screen.markup import Markup, text

_CAPTION: Final = re.compile(r'<(p class="caption"|figcaption)(?: id="([\w-]+)")?>')
_REFERENCE: Final = re.compile(r'<a class="see" href="#([\w-]+)"></a>')
_REFERENCES: Final = re.compile(rf"(?:{_REFERENCE.pattern})+")


def see(*names: str) -> Markup:
    """References to tables or figures by name: " (Table 4, Figure 1)" once the page is numbered, nothing for none."""
    return Markup("".join(f'<a class="see" href="#{text(name)}"></a>' for name in names))


def numbered(page: Markup) -> Markup:
    """The page with "Table 1", "Figure 1" and so on before its captions, and those words in the place of references."""
    last = {term("Table"): 0, term("Figure"): 0}
    named: dict[str, str] = {}

    def count(match: re.Match[str]) -> str:
        kind = "Figure" if match[1] == "figcaption" else "Table"
        last[kind] += 1
        name = match[2] or f"{kind.lower()}-{last[kind]}"
        named[name] = f"{say(kind)}\u00a0{last[kind]}"
        return f'<{match[1]} id="{name}"><span class="number">{named[name]}</span> '

    def fill(match: re.Match[str]) -> str:
        there = [name for name in _REFERENCE.findall(match[0]) if name in named]
        links = ", ".join(f'<a href="#{name}">{named[name]}</a>' for name in there)
        return f" ({links})" if there else ""

    return Markup(_REFERENCES.sub(fill, _CAPTION.sub(count, page)))
