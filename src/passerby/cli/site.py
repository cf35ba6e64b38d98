"""`passerby site`: look at a junction as configured."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.options import Json
from passerby.cli.terminal import out, plain, print_json, warn

app = typer.Typer(no_args_is_help=True, help="Check and draw a junction.")
SiteFile = Annotated[Path, typer.Argument(help="The junction: site.toml.", show_default=False)]


@app.command()
def check(path: SiteFile, json: Json = False) -> None:
    """Say whether a site file is right, and what in it is doubtful."""
    from passerby.conflicts.settings import conflict_settings
    from passerby.rules.settings import rule_settings
    from passerby.site.toml import read_site
    from passerby.vision.survey import picture_size, survey

    site = read_site(path)
    rule_settings(site.rules)
    conflict_settings(site.rules.get("conflicts"))
    parts = {
        name: len(getattr(site, name)) for name in ("signals", "stop_lines", "crosswalks", "lanes", "zones", "cameras")
    }
    surveys = {c.id: survey(c.calibration, picture_size(c, path)) for c in site.cameras if c.calibration is not None}
    if json:
        print_json({"name": site.name} | parts | {"calibration": {i: asdict(s) for i, s in surveys.items()}})
        return
    listed = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in parts.items() if n)
    out.print(f"[green]{plain(path)}[/]: {plain(site.name)}: {listed or 'nothing drawn yet'}")
    for camera, found in surveys.items():
        out.print(f'camera "{plain(camera)}": {plain(found.summary)}', soft_wrap=True)
        for doubt in found.doubts:
            warn(f'camera "{camera}": calibration: {doubt}')


@app.command()
def plan(
    path: SiteFile, out_file: Annotated[Path, typer.Option("--out", help="SVG file to write.", show_default=False)]
) -> None:
    """Draw the junction as configured (SVG), to see whether it is right."""
    from passerby.screen.plan import plan_svg
    from passerby.site.toml import read_site
    from passerby.store.files import replace

    replace(out_file, str(plan_svg(read_site(path))).encode())
    out.print(f"Written to [bold]{plain(out_file)}[/]")
