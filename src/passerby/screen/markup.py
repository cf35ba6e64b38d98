"""HTML and SVG as text in which everything that is not `Markup` is escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Final

# Control characters break parsers; bidirectional overrides let an id rewrite the words around it on the page.
_UNSEEN: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


class Markup(str):
    """Text that is already HTML or SVG."""

    __slots__ = ()


def text(value: object) -> Markup:
    """One value as escaped text; `Markup` as it is, an iterable joined, None as nothing."""
    if value is None:
        return Markup("")
    if isinstance(value, Markup):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return Markup("".join(text(v) for v in value))
    return Markup(html.escape(_UNSEEN.sub("\ufffd", str(value)), quote=True))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element; attribute names lose a trailing `_` and get `-` for `_`; None and False leave one out."""
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        parts.append(key if value is True else f'{key}="{text(str(value))}"')
    return Markup(f"<{' '.join(parts)}>{text(children)}</{name}>")


def table(
    head: Iterable[object] | Markup,
    body: Iterable[Iterable[object]],
    *,
    foot: Iterable[Iterable[object]] = (),
    caption: str | None = None,
    name: str | None = None,
    class_: str = "",
    numeric: Iterable[int] = (),
    row_classes: Iterable[str] | None = None,
    all_: str | None = None,
) -> Markup:
    """A table in a box that scrolls sideways; `numeric` columns are set flush right in tabular figures.

    name: what references to it call it (`numbered.see`). all_: what a filter that leaves nothing out is called.
    """
    right = frozenset(numeric)

    def row(cells: Iterable[object], class_: str | None = None) -> Markup:
        made = []
        for i, cell in enumerate(cells):
            if isinstance(cell, Markup) and cell.startswith(("<td", "<th")):
                made.append(cell)
            elif i == 0 and 0 not in right:
                made.append(tag("th", cell, scope="row"))
            else:
                made.append(tag("td", cell, class_="n" if i in right else None))
        return tag("tr", made, class_=class_)

    if not isinstance(head, Markup):
        head = tag("tr", (tag("th", c, scope="col", class_="n" if i in right else None) for i, c in enumerate(head)))
    names = list(row_classes) if row_classes is not None else None
    rows = [row(r, names[i] if names else None) for i, r in enumerate(body)]
    feet = [row(r) for r in foot]
    inner = [tag("thead", head), tag("tbody", rows)]
    if feet:
        inner.append(tag("tfoot", feet))
    box = tag(
        "div",
        tag("table", inner, class_=class_ or None, aria_label=caption, data_all=all_),
        class_="scroll",
        tabindex="0",
    )
    return tag("div", tag("p", caption, class_="caption", id=name), box) if caption else box
