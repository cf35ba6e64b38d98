"""`passerby report`: the report again from results that were written, or its public version."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.options import Quiet, SitePath
from passerby.cli.terminal import out, plain


def report(
    site: SitePath,
    results: Annotated[Path, typer.Option("--results", help="Folder that analyse or live wrote.", show_default=False)],
    out_file: Annotated[Path, typer.Option("--out", help="The HTML file to write.", show_default=False)],
    public: Annotated[bool, typer.Option("--public", help="No event, no track, small numbers withheld.")] = False,
    quiet: Quiet = False,
) -> None:
    """Write the report from results that are there already; --public for everybody."""
    from passerby.screen.report import write_report
    from passerby.site.toml import read_site
    from passerby.store.files import read_results

    write_report(out_file, read_site(site), read_results(results), public=public)
    if not quiet:
        out.print(f"Written to [bold]{plain(out_file)}[/]")
