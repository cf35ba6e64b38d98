"""`passerby site propose`: a junction's drawing, learnt from recorded tracks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table

from passerby.cli.options import (
    CameraId,
    ClassMap,
    Device,
    Fps,
    Json,
    Quiet,
    SignalsPath,
    Start,
    TrackPaths,
    class_map,
)
from passerby.cli.terminal import err, out, plain, print_json, reading, warn
from passerby.errors import InputError

if TYPE_CHECKING:
    from passerby.site.model import Site
    from passerby.survey import Proposal

_SHOWN = (("lane", "lanes"), ("stop_line", "stop lines"), ("crosswalk", "crosswalks"))


def propose(
    tracks: TrackPaths,
    out_file: Annotated[Path, typer.Option("--out", help="site.toml to write.", show_default=False)],
    signals: SignalsPath = None,
    plan: Annotated[Path | None, typer.Option("--plan", help="Also draw the proposal (SVG).")] = None,
    site: Annotated[
        Path | None,
        typer.Option("--site", help="What is known already: name, time zone, origin, cameras are taken from it."),
    ] = None,
    name: Annotated[str, typer.Option(help="The junction's name.")] = "A junction",
    timezone: Annotated[str, typer.Option(help="Its time zone, for instance Europe/Berlin.")] = "UTC",
    origin: Annotated[str, typer.Option(help="LATITUDE,LONGITUDE of the ground's (0, 0).")] = "0,0",
    drives_on: Annotated[str | None, typer.Option(help="right or left; learnt from the tracks by default.")] = None,
    device: Device = None,
    class_map_: ClassMap = None,
    start: Start = None,
    fps: Fps = None,
    camera: CameraId = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Learn lanes, stop lines, crosswalks and signals from tracks, as a site.toml to check and correct."""
    from passerby.site.toml import read_site
    from passerby.site.write import write_site
    from passerby.store.files import replace as write
    from passerby.survey import propose as learn
    from passerby.survey import read_signal_log
    from passerby.tracks.read import read_all

    known = read_site(site) if site is not None else bare(name, timezone, origin)
    if drives_on not in (None, "right", "left"):
        raise InputError(f'--drives-on: wanted right or left, got "{drives_on}"')
    history, heads = read_signal_log(signals, known.timezone, device) if signals is not None else (None, ())
    began = time.perf_counter()
    with reading("reading tracks", quiet or json):
        rows = read_all(
            tracks,
            known,
            class_map=class_map(class_map_),
            start=start,
            fps=fps,
            camera=camera,
            on_warning=None if quiet else warn,
        )
    found = learn(
        rows,
        history,
        name=known.name,
        timezone=known.timezone,
        origin=known.origin,
        drives_on=drives_on or (known.drives_on if site is not None else None),
        heads=heads,
    )
    found = replace(found, site=replace(found.site, cameras=known.cameras))
    write(out_file, (_head(rows.ids, found) + write_site(found.site)).encode())
    if plan is not None:
        from passerby.screen.plan import plan_svg

        write(plan, str(plan_svg(found.site)).encode())
    if json:
        print_json(_as_json(found, time.perf_counter() - began))
    elif not quiet:
        _show(found)
        out.print(f"\nWritten to [bold]{plain(out_file)}[/]; look at it and correct it before anybody relies on it.")
        if plan is not None:
            out.print(f"Drawn in [bold]{plain(plan)}[/]")


def bare(name: str, timezone: str, origin: str) -> Site:
    """A junction with nothing drawn; origin: LATITUDE,LONGITUDE as typed."""
    from passerby.site.model import Site

    try:
        latitude, longitude = (float(v) for v in origin.split(","))
    except ValueError:
        raise InputError(f'--origin: wanted LATITUDE,LONGITUDE such as 52.2755,10.5356, got "{origin}"') from None
    return Site(name, timezone=timezone, origin=(latitude, longitude))


def _head(ids: Sequence[str], found: Proposal) -> str:
    """Comments for whoever opens the file: what it rests on, and what was not clear."""
    lines = [f"Proposed from {len(ids)} tracks: to be checked and corrected.", *found.unclear]
    return "".join(f"# {' '.join(line.split())}\n" for line in lines) + "\n"


def _as_json(found: Proposal, seconds: float) -> dict[str, Any]:
    return {
        "name": found.site.name,
        "drives_on": found.site.drives_on,
        "speed_limit_kmh": found.site.speed_limit_kmh,
        "findings": [asdict(f) for f in found.findings],
        "unclear": list(found.unclear),
        "seconds": round(seconds, 2),
    }


def _show(found: Proposal) -> None:
    site = found.site
    for kind, words in _SHOWN:
        mine = [f for f in found.findings if f.kind == kind]
        if not mine:
            out.print(f"no {words}")
            continue
        table = Table(title=f"{len(mine)} {words}", title_justify="left", box=None, pad_edge=False)
        right: Literal["right"] = "right"
        table.add_column("id")
        for column in ("road users", "spread m", "confidence"):
            table.add_column(column, justify=right)
        table.add_column("governed by" if kind != "lane" else "kind")
        for finding in mine:
            spread = "" if finding.spread_m is None else f"{finding.spread_m:.2f}"
            table.add_row(
                plain(finding.id), str(finding.tracks), spread, f"{finding.confidence:.2f}", _said(site, finding)
            )
        out.print(table)
    limit = f", {site.speed_limit_kmh:g} km/h" if site.speed_limit_kmh is not None else ""
    out.print(f"traffic keeps to the {site.drives_on}{limit}")
    for sentence in found.unclear:
        err.print(f"[yellow]unclear:[/] {plain(sentence)}", soft_wrap=True)


def _said(site: Site, finding: Any) -> str:
    if finding.kind == "lane":
        return plain(next(lane.kind for lane in site.lanes if lane.id == finding.id))
    if finding.kind == "stop_line":
        line = next(p for p in site.stop_lines if p.id == finding.id)
        return plain(", ".join(dict.fromkeys(m.signal for m in line.movements if m.signal is not None)))
    return plain(next(w.signal for w in site.crosswalks if w.id == finding.id) or "")
