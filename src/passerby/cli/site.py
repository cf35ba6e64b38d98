"""`passerby site`: begin, check and draw a junction."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.options import CameraId, ClassMap, Device, Fps, Json, SignalsPath, Start, class_map
from passerby.cli.propose import propose
from passerby.cli.terminal import out, plain, print_json, warn, writable
from passerby.errors import InputError

if TYPE_CHECKING:
    from passerby.survey import Misdrawn

app = typer.Typer(no_args_is_help=True, help="Begin, check and draw a junction.")
app.command()(propose)
SiteFile = Annotated[Path, typer.Argument(help="The junction: site.toml.", show_default=False)]


@app.command()
def check(
    path: SiteFile,
    tracks: Annotated[
        list[Path] | None,
        typer.Option("--tracks", help="Tracks to hold the drawing against: what does not fit them is said."),
    ] = None,
    signals: SignalsPath = None,
    device: Device = None,
    class_map_: ClassMap = None,
    start: Start = None,
    fps: Fps = None,
    camera: CameraId = None,
    json: Json = False,
) -> None:
    """Say whether a site file is right, and what in it is doubtful; with --tracks, what traffic says against it."""
    from passerby.conflicts.settings import conflict_settings
    from passerby.rules.settings import rule_settings
    from passerby.site.doubts import questions
    from passerby.site.toml import read_site
    from passerby.vision.survey import picture_size, survey

    site = read_site(path)
    rule_settings(site.rules)
    conflict_settings(site.rules.get("conflicts"))
    parts = {
        name: len(getattr(site, name)) for name in ("signals", "stop_lines", "crosswalks", "lanes", "zones", "cameras")
    }
    against: list[Misdrawn] = []
    lacking: str | None = None
    asked = questions(site)
    if tracks:
        from passerby.survey import misdrawn, read_signal_log, undrawn
        from passerby.tracks.history import smooth
        from passerby.tracks.read import read_all

        rows = read_all(
            tracks, site, class_map=class_map(class_map_), start=start, fps=fps, camera=camera, on_warning=warn
        )
        history = read_signal_log(signals, site.timezone, device)[0] if signals is not None else None
        against = misdrawn(site, smooth(rows), history)
        lacking = undrawn(site, history)
    surveys = {c.id: survey(c.calibration, picture_size(c, path)) for c in site.cameras if c.calibration is not None}
    if json:
        drawn: dict[str, object] = {"name": site.name, **parts}
        drawn["calibration"] = {i: asdict(s) for i, s in surveys.items()}
        drawn["questions"] = [str(q) for q in asked]
        print_json(drawn | ({"misdrawn": [asdict(m) for m in against], "undrawn": lacking} if tracks else {}))
        return
    listed = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in parts.items() if n)
    out.print(f"[green]{plain(path)}[/]: {plain(site.name)}: {listed or 'nothing drawn yet'}")
    for id, found in surveys.items():
        out.print(f'camera "{plain(id)}": {plain(found.summary)}', soft_wrap=True)
        for doubt in found.doubts:
            warn(f'camera "{id}": calibration: {doubt}')
    said = {(m.kind, m.id) for m in against}
    for question in asked:
        if (question.kind, question.id) not in said:
            warn(str(question))
    for part in against:
        warn(str(part))
    if lacking is not None:
        warn(lacking)
    if tracks and not against:
        out.print("nothing in it contradicts the tracks")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="site.toml to write; never one that is there.", show_default=False)],
    name: Annotated[str, typer.Option(help="The junction's name.", show_default=False)],
    origin: Annotated[
        str, typer.Option(help="LATITUDE,LONGITUDE of the ground's (0, 0): the middle.", show_default=False)
    ],
    timezone: Annotated[str, typer.Option(help="Its time zone, for instance Europe/Berlin.")] = "UTC",
    drives_on: Annotated[str, typer.Option(help="right or left.")] = "right",
    camera: Annotated[
        list[str] | None, typer.Option("--camera", help="ID=SOURCE of a camera, or an ID; repeat it for several.")
    ] = None,
) -> None:
    """Begin a junction with nothing drawn yet, for the site editor (`passerby serve SITE`)."""
    from passerby.cli.propose import bare
    from passerby.site.model import Camera
    from passerby.site.write import write_site
    from passerby.store.files import replace

    if path.exists():
        raise InputError(f"{path}: is there already; name another file")
    cameras = [Camera(id, source or None) for id, _, source in (c.partition("=") for c in camera or [])]
    site = dataclasses.replace(bare(name, timezone, origin), drives_on=drives_on, cameras=tuple(cameras))
    replace(path, write_site(site).encode())
    out.print(f"Written to [bold]{plain(path)}[/]. Draw it with: [bold]passerby serve {plain(path)}[/]", soft_wrap=True)


@app.command()
def plan(
    path: SiteFile, out_file: Annotated[Path, typer.Option("--out", help="SVG file to write.", show_default=False)]
) -> None:
    """Draw the junction as configured (SVG), to see whether it is right."""
    from passerby.screen.plan import plan_svg
    from passerby.site.toml import read_site
    from passerby.store.files import replace

    if out_file.suffix.lower() != ".svg":
        raise InputError(f'--out: the plan is SVG; wanted a file that ends in .svg, got "{out_file}"')
    if out_file.is_dir():
        raise InputError(f"--out: {out_file} is a folder; name a file in it")
    writable(out_file.parent)
    drawn = str(plan_svg(read_site(path))).encode()
    out_file.parent.mkdir(parents=True, exist_ok=True)
    replace(out_file, drawn)
    out.print(f"Written to [bold]{plain(out_file)}[/]")
