"""`passerby report`: the report again from results that were written, as HTML or PDF, for the desk or for everybody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from passerby.cli.options import Quiet
from passerby.cli.terminal import out, plain, writable
from passerby.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from passerby.screen.before_after import BeforeAfter
    from passerby.site.model import Site

DRAWING: Final = "site.toml"


def report(
    results: Annotated[
        Path | None, typer.Argument(help="Folder that analyse, watch or live wrote.", show_default=False)
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="The junction; RESULTS/site.toml if left out.", show_default=False)
    ] = None,
    results_: Annotated[Path | None, typer.Option("--results", hidden=True)] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="The HTML file to write.", show_default=False)] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="The PDF to write.", show_default=False)] = None,
    public: Annotated[bool, typer.Option("--public", help="No event, no track, small numbers withheld.")] = False,
    before: Annotated[
        str | None, typer.Option("--before", help="BEGIN/END of the period before, such as 2026-03-01/2026-03-15.")
    ] = None,
    after: Annotated[str | None, typer.Option("--after", help="BEGIN/END of the period after.")] = None,
    comparison: Annotated[
        Path | None,
        typer.Option("--comparison", help="Results, with site.toml, of a junction at which nothing was done."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write the report from results that are there already, as HTML (--out) or PDF (--pdf)."""
    from passerby.screen.report import report_html
    from passerby.store.files import read_results, replace

    folder = results or results_
    if folder is None:
        raise InputError("report: name the folder of results")
    if out_file is None and pdf is None:
        raise InputError("report: name a file to write with --out FILE.html or --pdf FILE.pdf")
    if (before is None) != (after is None) or (comparison is not None and before is None):
        raise InputError("--before and --after: give both or neither; --comparison needs them")
    for target in (out_file, pdf):
        if target is not None:
            writable(target.parent)
    junction, tables = _site(site, folder), read_results(folder)
    change = _change(junction, tables, before, after, comparison) if before and after else None
    page = report_html(junction, tables, public=public, change=change)
    written = []
    if out_file is not None:
        out_file.parent.mkdir(parents=True, exist_ok=True)
        replace(out_file, page.encode())
        written.append(out_file)
    if pdf is not None:
        from passerby.screen.pdf import report_pdf

        data = report_pdf(page)
        pdf.parent.mkdir(parents=True, exist_ok=True)
        replace(pdf, data)
        written.append(pdf)
    if not quiet:
        out.print(f"Written to [bold]{' and '.join(plain(p) for p in written)}[/]")


def _site(path: Path | None, folder: Path) -> Site:
    from passerby.site.toml import read_site

    if path is None and not (folder / DRAWING).is_file():
        raise InputError(f"report: {folder} holds no {DRAWING}; name the junction with --site")
    return read_site(path or folder / DRAWING)


def _change(site: Site, tables: dict[str, pa.Table], before: str, after: str, comparison: Path | None) -> BeforeAfter:
    from passerby.screen.before_after import compare, period
    from passerby.store.files import read_results

    other = (_site(None, comparison), read_results(comparison)) if comparison is not None else None
    return compare(site, tables, period(before, "--before"), period(after, "--after"), other)
