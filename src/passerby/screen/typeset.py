"""The report's own HTML as Typst code: the few elements that the report uses, nothing else.

Everything that is text becomes a Typst string, never markup: what comes from a file cannot be taken for code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import Final
from xml.etree import ElementTree as ET

_SVG: Final = re.compile(r"<svg\b[^>]*>.*?</svg>", re.S)
_SCRIPT: Final = re.compile(r"<script\b.*?</script>", re.S)
_SIZE: Final = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')
_WIDTH: Final = re.compile(r"width:([\d.]+)%")
_ALT: Final = re.compile(r'^<svg[^>]* aria-label="([^"]*)"')
_FILL: Final = re.compile(r"background:(#[0-9a-f]{6})")
_PX_PT: Final = 0.45
_SKIPPED: Final = frozenset({"script", "style"})


@dataclass(eq=False)
class Document:
    """The body of a report and the pictures it uses, by file name."""

    pictures: dict[str, str] = field(default_factory=dict)
    sheet: str = ""
    ids: frozenset[str] = frozenset()
    _names: dict[str, str] = field(default_factory=dict)

    def picture(self, svg: str) -> str:
        """The file name of a picture; equal ones share a file."""
        if svg not in self._names:
            self._names[svg] = f"p{len(self._names)}.svg"
            self.pictures[self._names[svg]] = svg
        return self._names[svg]


def string(text: str) -> str:
    """A Typst string literal."""
    made = [f"\\u{{{ord(c):x}}}" if ord(c) < 32 or c in '\\"' else c for c in text]
    return '"' + "".join(made) + '"'


def typeset(page: str) -> tuple[str, dict[str, str], str]:
    """Typst code of a report's page, its SVG pictures by file name, and its ground: what `use` in them refers to."""
    body = _SCRIPT.sub("", page[page.index("<body>") + 6 : page.rindex("</body>")]).replace(
        "<details open>", "<details>"
    )
    doc = Document()
    found: list[str] = []

    def cut(match: re.Match[str]) -> str:
        if 'class="sheet"' in match[0]:
            doc.sheet = match[0][match[0].index(">") + 1 : -len("</svg>")]
            return ""
        found.append(match[0])
        return f'<img n="{len(found) - 1}"/>'

    root = ET.fromstring(f"<root>{_SVG.sub(cut, body)}</root>")
    doc.ids = frozenset(i for e in root.iter() if (i := e.get("id")))
    for image in root.iter("img"):
        image.set("svg", found[int(image.get("n", "0"))])
    return _inside(doc, root), doc.pictures, doc.sheet


def _join(parts: Iterable[str]) -> str:
    kept = [p for p in parts if p]
    return "{" + "\n".join(kept) + "}" if kept else "[]"


def _inside(doc: Document, e: ET.Element, skip: frozenset[str] = frozenset()) -> str:
    parts = [_text(e.text)]
    for child in e:
        if child.tag not in skip:
            parts.append(_element(doc, child))
        parts.append(_text(child.tail))
    return _join(parts)


def _text(text: str | None) -> str:
    if not text:
        return ""
    shown = re.sub(r"[ \n\t]+", " ", text)
    return string(shown)


def _element(doc: Document, e: ET.Element) -> str:
    if e.tag in _SKIPPED:
        return ""
    classes = (e.get("class") or "").split()
    make = next((m for c in classes if (m := _BY_CLASS.get(f"{e.tag}.{c}"))), None) or _BY_TAG.get(e.tag, _inside)
    made = make(doc, e)
    name = e.get("id")
    if name and e.tag != "section":
        made = f"[#metadata(none)#label({string('at-' + name)})#{made}]"
    return made


def _call(name: str, **fixed: str) -> Callable[[Document, ET.Element], str]:
    more = "".join(f", {k.replace('_', '-')}: {v}" for k, v in fixed.items())
    return lambda doc, e: f"{name}({_inside(doc, e)}{more})"


def _image(doc: Document, e: ET.Element) -> str:
    svg = e.get("svg", "")
    size = _SIZE.search(svg)
    name = string(doc.picture(svg))
    said = _ALT.search(svg)
    alt = string(unescape(said[1])) if said is not None else '""'
    if size is not None and float(size[1]) <= 40:
        return f"mark({name}, {float(size[1]) * _PX_PT:.1f}pt)"
    wide = 'class="plan' in svg and "incident" not in svg
    tallest = "150mm" if wide else "54mm" if "incident" in svg or "strip" in svg else "130mm"
    return f"picture({name}, {tallest}, {alt})"


def _link(doc: Document, e: ET.Element) -> str:
    target = (e.get("href") or "").removeprefix("#")
    return f"link(label({string('at-' + target)}), {_inside(doc, e)})" if target in doc.ids else _inside(doc, e)


def _section(doc: Document, e: ET.Element) -> str:
    title = next((h for h in e if h.tag == "h2"), None)
    words = "".join(title.itertext()) if title is not None else ""
    number = "".join(title[0].itertext()) if title is not None and len(title) else ""
    plain = "" if number else "numbering: none, outlined: false, "
    label = string("at-" + (e.get("id") or ""))
    heading = f"[#heading(level: 1, {plain}{string(words.removeprefix(number))})#label({label})]"
    return _join([heading, _inside(doc, e, frozenset({"h2"}))])


def _grid(columns: str) -> Callable[[Document, ET.Element], str]:
    def made(doc: Document, e: ET.Element) -> str:
        cells = [_element(doc, child) for child in e]
        wide = columns.format(n=len(cells))
        return f"side-by-side({wide}, {', '.join(cells)})"

    return made


def _terms(doc: Document, e: ET.Element) -> str:
    cells = [f"strong({_inside(doc, c)})" if c.tag == "dt" else _inside(doc, c) for c in e]
    return f"terms-grid({', '.join(cells)})"


def _apart(name: str) -> Callable[[Document, ET.Element], str]:
    """Children one by one, to be kept apart."""
    return lambda doc, e: f"{name}({', '.join(_element(doc, c) for c in e)})"


def _list(name: str) -> Callable[[Document, ET.Element], str]:
    return lambda doc, e: f"{name}({', '.join(_inside(doc, c) for c in e)})"


def _bar(doc: Document, e: ET.Element) -> str:
    style = e.get("style") or ""
    width, fill = _WIDTH.search(style), _FILL.search(style)
    share = width[1] if width else "0"
    return f"rect(width: {share}%, height: 6pt, fill: rgb({string(fill[1] if fill else '#555555')}))"


def _shade(doc: Document, e: ET.Element) -> str:
    fill = _FILL.search(e.get("style") or "")
    return f"box(width: 14pt, height: 6pt, fill: rgb({string(fill[1] if fill else '#555555')}))"


def _table(doc: Document, e: ET.Element) -> str:
    classes = (e.get("class") or "").split()
    rows = {part.tag: [list(r) for r in part] for part in e}
    head, body, foot = (rows.get(p, []) for p in ("thead", "tbody", "tfoot"))
    n = max((sum(int(c.get("colspan", "1")) for c in r) for r in [*body, *head[:1]]), default=1)
    sample = (body or head)[0]
    right = ["right" if "n" in (c.get("class") or "").split() else "left" for c in sample]
    bars = next((i for i, c in enumerate(sample) if "bars" in (c.get("class") or "").split()), None)
    columns = ["auto"] * n
    if bars is not None:
        columns[bars] = "1fr"
    elif "facts" in classes:
        columns[-1] = "1fr"
    size = 9.0 if n <= 7 else 8.0 if n <= 9 else 7.2 if n <= 12 else max(6.2, 7.2 - 0.2 * (n - 12))
    cells = [f"table.header({', '.join(_cell(doc, c, head=True) for r in head for c in r)})"] if head else []
    cells += [_cell(doc, c) for r in body for c in r]
    cells += ["table.hline(stroke: 0.8pt + ink)"] if foot else []
    cells += [_cell(doc, c, strong=True) for r in foot for c in r]
    return (
        f"data-table({size:.1f}pt, ({', '.join(columns)},), ({', '.join([*right, *['left'] * (n - len(right))])},), "
        f"{max(len(head), 1)}, {', '.join(cells)})"
    )


def _cell(doc: Document, e: ET.Element, head: bool = False, strong: bool = False) -> str:
    inner = _inside(doc, e)
    inner = f"strong({inner})" if strong or head else inner
    spans = "".join(f", {k}: {e.get(k)}" for k in ("colspan", "rowspan") if e.get(k))
    group = ", align: center" if "group" in (e.get("class") or "").split() else ""
    return f"table.cell({inner}{spans}{group})"


_BY_TAG: Final[dict[str, Callable[[Document, ET.Element], str]]] = {
    "a": _link,
    "article": _call("card"),
    "b": _call("strong"),
    "details": _inside,
    "dl": _terms,
    "figcaption": _call("caption"),
    "figure": _call("figured"),
    "footer": _apart("foot"),
    "h1": _call("headline"),
    "h3": lambda doc, e: f"heading(level: 2, {_inside(doc, e)})",
    "img": _image,
    "li": _inside,
    "nav": lambda doc, e: "contents",
    "ol": _list("enum"),
    "p": _call("para"),
    "section": _section,
    "small": _call("aside"),
    "strong": _call("strong"),
    "summary": lambda doc, e: f"heading(level: 2, {_inside(doc, e)})",
    "table": _table,
    "ul": _list("list"),
}
_BY_CLASS: Final[dict[str, Callable[[Document, ET.Element], str]]] = {
    "div.legend": _apart("legend"),
    "div.lead": _call("lead"),
    "div.summary": _call("summary-box"),
    "div.maps": _grid("(1fr,) * calc.min(3, {n})"),
    "div.pair": _grid("(1fr, 1.2fr)"),
    "div.halves": _grid("(1fr,) * calc.min(2, {n})"),
    "div.tile": _apart("tile"),
    "div.tiles": _grid("(1fr,) * {n}"),
    "div.views": _grid("(1fr,) * {n}"),
    "footer.end": _call("ending"),
    "header.top": _call("top"),
    "p.badge": _call("badge"),
    "p.caption": _call("title-of"),
    "p.mark": _call("brand"),
    "p.none": _call("nothing"),
    "p.note": _call("note"),
    "p.when": _call("when"),
    "span.bar": _bar,
    "span.ramp": lambda doc, e: _join(["h(4pt)", *(_shade(doc, c) for c in e), "h(4pt)"]),
    "span.number": _call("numbering-of"),
    "span.unseen": lambda doc, e: "",
    "span.sure": _call("aside"),
    "span.time": _call("spaced"),
}
