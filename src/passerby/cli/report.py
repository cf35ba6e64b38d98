"""`passerby report`: the report again from results that were written, as HTML or PDF, for the desk or for everybody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from passerby.cli.options import Quiet, SignalsPath
from passerby.cli.terminal import out, plain, writable
from passerby.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    from passerby.screen.before_after import BeforeAfter
    from passerby.signals.history import SignalHistory
    from passerby.site.model import Site

DRAWING: Final = "site.toml"
ENDINGS: Final = {"--out": (".html", ".htm"), "--pdf": (".pdf",)}


def report(
    results: Annotated[
        Path | None,
        typer.Argument(help="Folder that analyse, watch or live wrote, or the store of a running junction."),
    ] = None,
    site: Annotated[
        Path | None, typer.Option("--site", help="The junction; RESULTS/site.toml if left out.", show_default=False)
    ] = None,
    results_: Annotated[Path | None, typer.Option("--results", hidden=True)] = None,
    out_file: Annotated[Path | None, typer.Option("--out", help="The HTML file to write.", show_default=False)] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="The PDF to write.", show_default=False)] = None,
    title: Annotated[str | None, typer.Option("--title", help="A heading of your own.", show_default=False)] = None,
    public: Annotated[bool, typer.Option("--public", help="No event, no track, small numbers withheld.")] = False,
    signals: SignalsPath = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--period", help="BEGIN/END to report on, in whole quarters of an hour; all there is if left out."
        ),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before",
            help="BEGIN/END of the period before, such as 2026-03-01/2026-03-15; the site's own time if none is given.",
        ),
    ] = None,
    after: Annotated[str | None, typer.Option("--after", help="BEGIN/END of the period after.")] = None,
    comparison: Annotated[
        Path | None,
        typer.Option("--comparison", help="Results, with site.toml, of a junction at which nothing was done."),
    ] = None,
    language: Annotated[
        str, typer.Option("--language", help="What it is written in: en (English) or de (German).")
    ] = "en",
    quiet: Quiet = False,
) -> None:
    """Write the report from results that are there already, as HTML (--out) or PDF (--pdf).

    Two periods are compared with --before and --after, the change at another junction taken out with --comparison.
    """
    from passerby.screen.before_after import period, within
    from passerby.screen.report import report_html
    from passerby.screen.words import zone
    from passerby.store.files import replace

    folder = results or results_
    if folder is None:
        raise InputError("report: name the folder of results")
    if out_file is None and pdf is None:
        raise InputError("report: name a file to write with --out FILE.html or --pdf FILE.pdf")
    if (before is None) != (after is None) or (comparison is not None and before is None):
        raise InputError("--before and --after: give both or neither; --comparison needs them")
    for option, target in (("--out", out_file), ("--pdf", pdf)):
        _may_be_written(option, target)
    junction, tables = _read(site, folder)
    if comparison is not None and comparison.resolve() == folder.resolve():
        raise InputError("--comparison: is the same folder; name the results of another junction")
    change = _change(junction, tables, before, after, comparison) if before and after else None
    if of is not None:
        asked = period(of, "--period", zone(junction.timezone)).whole
        tables = within(tables, asked)
        if not any(map(len, tables.values())):
            raise InputError(f"--period: nothing was observed in {of}; {_span(_read(site, folder)[1], junction)}")
    page = report_html(
        junction,
        tables,
        signals=_signals(signals, junction),
        title=title,
        public=public,
        keep_days=_kept(folder),
        change=change,
        language=language,
    )
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


def _may_be_written(option: str, target: Path | None) -> None:
    """InputError where a file would be written over something that is no report."""
    if target is None:
        return
    if target.suffix.lower() not in ENDINGS[option]:
        raise InputError(f'{option}: wanted a file that ends in {ENDINGS[option][0]}, got "{target}"')
    if target.is_dir():
        raise InputError(f"{option}: {target} is a folder; name a file in it")
    writable(target.parent)


def _read(path: Path | None, folder: Path, option: str = "report") -> tuple[Site, dict[str, pa.Table]]:
    """The junction and its results; InputError where one does not belong to the other or a table is missing.

    A missing table is not an empty one: a report that took it for that would say that nothing happened.
    """
    from passerby.site.toml import read_site
    from passerby.store.files import read_results

    if not folder.is_dir():
        raise InputError(f"{option}: {folder} is no folder; name one that analyse, watch or live wrote")
    tables = read_results(folder)
    for name in ("violations", "conflicts", "counts"):
        if name not in tables:
            raise InputError(
                f"{option}: {folder} holds no table of {name}; run passerby analyse again to have all three"
            )
    if path is None and not (folder / DRAWING).is_file():
        do = "put it there" if option == "--comparison" else "name the junction with --site"
        raise InputError(f"{option}: {folder} holds no {DRAWING}; {do}")
    site = read_site(path or folder / DRAWING)
    parts = (site.stop_lines, site.crosswalks, site.lanes, site.zones)
    known = {p.id for part in parts for p in part}
    found = {p for name in ("counts", "violations") for p in tables[name]["place"].to_pylist() if p}
    if found and not found & known:
        raise InputError(
            f'{option}: {path or folder / DRAWING} draws none of the places in {folder}, such as "{min(found)}"; '
            "use the site.toml that they were measured with"
        )
    return site, tables


def _change(site: Site, tables: dict[str, pa.Table], before: str, after: str, comparison: Path | None) -> BeforeAfter:
    from passerby.screen.before_after import compare, period
    from passerby.screen.words import zone

    tz = zone(site.timezone)
    other = _read(None, comparison, "--comparison") if comparison is not None else None
    found = compare(site, tables, period(before, "--before", tz), period(after, "--after", tz), other)
    first = found.rows[0]
    theirs = first.comparison or (None, None)
    for option, text, here, there in (
        ("--before", before, first.before, theirs[0]),
        ("--after", after, first.after, theirs[1]),
    ):
        if not here.passings:
            raise InputError(f"{option}: nobody was counted in {text}; {_span(tables, site)}")
        if other is not None and there is not None and not there.passings:
            raise InputError(
                f"{option}: at the comparison site nobody was counted in {text}; {_span(other[1], other[0])}"
            )
    return found


def _span(tables: dict[str, pa.Table], site: Site) -> str:
    """What the results are of, for an error."""
    from passerby.screen.findings import findings
    from passerby.screen.headline import when

    f = findings(site, tables, None, None, {}, None, False, 10)
    return f"the results are of {when(f)}" if f.period else "the results are empty"


def _signals(path: Path | None, site: Site) -> SignalHistory | None:
    from passerby.signals.read import read_signals

    return read_signals(path, site) if path is not None else None


def _kept(folder: Path) -> dict[str, float]:
    """Table -> days until it is deleted, as the folder itself says; nothing where it does not."""
    from passerby.store.files import RETENTION
    from passerby.store.tables import open_store

    store = open_store(folder, read_only=True)
    if store.tables:
        return {t: ttl.total_seconds() / 86400 for t in store.tables if (ttl := store.ttl(t))}
    try:
        files = json.loads((folder / RETENTION).read_text(encoding="utf-8"))["files"]
        return {name.split(".")[0]: float(entry["ttl_s"]) / 86400 for name, entry in files.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
