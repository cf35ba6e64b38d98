"""One thing on a page of its own, to be handed on: title, what was measured, pictures, tables, where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from passerby.errors import DependencyError
from passerby.screen.pdf import alone, fonts_for
from passerby.screen.typeset import string

SheetFormat = Literal["pdf", "png", "svg"]
SHEET_MEDIA: Final = {"pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml"}
PPI: Final = 150.0

_STYLE: Final = """
#let ink = rgb("#1d2530")
#let quiet = rgb("#5b6570")
#let line-ink = rgb("#d9d8d3")
#let facts(..cells) = grid(columns: (auto, auto) * 3, column-gutter: (5pt, 22pt), row-gutter: 5pt,
  ..cells.pos().map(c => c))
#let data(columns, ..cells) = table(columns: columns, align: (x, _) => if x == 0 { left } else { right },
  inset: (x: 5pt, y: 3.4pt), stroke: (_, y) => (bottom: if y == 0 { 0.9pt + ink } else { 0.4pt + line-ink }), ..cells)
"""


@dataclass(frozen=True)
class Table:
    """A table: caption, header and rows, all text."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """A drawing with what is said in its place to who does not see it; share: of the page's width."""

    svg: str
    alt: str
    share: float = 1.0


@dataclass(frozen=True)
class Sheet:
    """What is on the page. facts: name and value. source: lines set small at the foot. ground: what `use` refers to."""

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    pictures: Sequence[Picture]
    tables: Sequence[Table]
    source: Sequence[str]
    ground: str = ""


def sheet_bytes(sheet: Sheet, format: SheetFormat) -> bytes:
    """The page as PDF (A4 across, as many pages as it takes), or as one picture; the same sheet gives the same bytes.

    DependencyError where Typst is not installed.
    """
    try:
        import typst
    except ImportError as e:
        raise DependencyError(f"sheet: needs the package typst ({e}); pip install typst") from e
    code = _code(sheet)
    families, plain = fonts_for(code)
    high = 'paper: "a4", flipped: true' if format == "pdf" else "width: 297mm, height: auto"
    fonts = ", ".join(string(f) for f in families)
    head = (
        f'{_STYLE}#set document(title: {string(sheet.title)}, author: "Passerby", date: none)\n'
        f"#set page({high}, margin: 14mm, fill: white)\n#set text(font: ({fonts},), size: 9.5pt, fill: ink)\n"
        "#show heading: set text(16pt)\n"
    )
    sources = {f"p{i}.svg": alone(p.svg, sheet.ground).encode() for i, p in enumerate(sheet.pictures)}
    sources["main.typ"] = (head + code).encode()
    # several sources at once are documented, the package's own type stub does not know them
    made = typst.compile(sources, format=format, ppi=PPI, ignore_system_fonts=plain)  # type: ignore[call-overload]
    return bytes(made)


def _code(sheet: Sheet) -> str:
    parts = [f"#heading(text({string(sheet.title)}))", f"#text(fill: quiet, {string(sheet.subtitle)})", "#v(4pt)"]
    if sheet.facts:
        cells = ", ".join(f"text(fill: quiet, {string(n)}), strong({string(v)})" for n, v in sheet.facts)
        parts.append(f"#facts({cells})")
    if sheet.pictures:
        columns = ", ".join(f"{p.share:g}fr" for p in sheet.pictures)
        shown = ", ".join(f'image("p{i}.svg", width: 100%, alt: {string(p.alt)})' for i, p in enumerate(sheet.pictures))
        parts.append(f"#v(6pt)\n#grid(columns: ({columns},), column-gutter: 14pt, {shown})")
    for table in sheet.tables:
        columns = ", ".join(["auto"] * len(table.head))
        head = ", ".join(f"strong({string(h)})" for h in table.head)
        body = ", ".join(string(cell) for row in table.rows for cell in row)
        parts.append(f"#v(4pt)\n#strong({string(table.caption)})\n#data(({columns},), table.header({head}), {body})")
    parts.append("#v(6pt)\n#line(length: 100%, stroke: 0.6pt + line-ink)")
    parts += [f"#text(7.5pt, fill: quiet, {string(line)}) \\" for line in sheet.source]
    return "\n".join(parts) + "\n"
