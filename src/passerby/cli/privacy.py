"""`passerby privacy`: check a data folder, and write the papers that an operator owes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.options import Json, SitePath
from passerby.cli.terminal import err, out, print_json

app = typer.Typer(no_args_is_help=True, help="Check a data folder; write the impact assessment and the street sign.")


class Paper(StrEnum):
    """The papers."""

    assessment = "assessment"
    sign = "sign"


@app.command()
def verify(
    folder: Annotated[Path, typer.Argument(help="The data folder.", show_default=False)],
    k: Annotated[int, typer.Option(help="Smallest group that may be published (at least 10).")] = 10,
    json: Json = False,
) -> None:
    """Fail on anything in a data folder that a person could be recognised by.

    Pictures, columns that look like identifiers, tables past their time to live, small groups in anything published,
    ids that recur, a broken audit log. Exit code 5 if something was found.
    """
    from passerby.privacy.verify import verify as check

    if err.is_terminal and not json:
        with err.status("checking") as status:
            findings = check(folder, k=k, progress=lambda name: status.update(f"checking {name}"))
    else:
        findings = check(folder, k=k)
    errors = [f for f in findings if f.severity == "error"]
    if json:
        print_json({"clean": not errors, "findings": [f.__dict__ for f in findings]})
    else:
        for f in findings:
            mark = "[red]found[/]" if f.severity == "error" else "[yellow]advice[/]"
            out.print(f"{mark}  {f}", soft_wrap=True)
        if not errors:
            out.print(f"[green]{folder}: nothing found that anybody could be recognised by[/]")
    if errors:
        raise typer.Exit(5)


@app.command()
def report(
    site: SitePath,
    paper: Annotated[Paper, typer.Option(help="Which paper.")] = Paper.assessment,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="Where to write (.md or .html); else the terminal.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="passerby.toml with times to live.")] = None,
) -> None:
    """Write the data-protection impact assessment, or the street sign, from the running configuration."""
    from passerby.privacy.report import impact_assessment, street_sign, to_html
    from passerby.site.toml import read_site
    from passerby.store.files import replace
    from passerby.store.ttl import read_ttl

    ttl = read_ttl(config) if config is not None else None
    junction = read_site(site)
    text = impact_assessment(junction, ttl) if paper is Paper.assessment else street_sign(junction, ttl)
    if out_file is None:
        typer.echo(text)
        return
    page = to_html(text, junction.name) if out_file.suffix == ".html" else text
    replace(out_file, page.encode())
    out.print(f"Written to [bold]{out_file}[/]")
