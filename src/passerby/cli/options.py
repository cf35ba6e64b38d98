"""The options that several commands share, read once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.errors import InputError

SitePath = Annotated[Path, typer.Option("--site", help="The junction: site.toml.", show_default=False)]
TrackPaths = Annotated[
    list[Path],
    typer.Option(
        "--tracks",
        help="Tracks: CSV, CSV.gz, Parquet, SUMO FCD, .ottrk or MOTChallenge. Repeat it for parts of one recording.",
        show_default=False,
    ),
]
SignalsPath = Annotated[
    Path | None,
    typer.Option("--signals", help="Signals: state table, controller log or SPaT JSON lines.", show_default=False),
]
Device = Annotated[str | None, typer.Option(help="Which controller, where the signal log holds several.")]
ClassMap = Annotated[
    list[str] | None,
    typer.Option("--class-map", help="FOUND=CLASS for a class of the file that the format does not know; '*' for all."),
]
Start = Annotated[str | None, typer.Option(help="When the recording began (RFC 3339), for formats that do not say.")]
Fps = Annotated[float | None, typer.Option(help="Frames a second, for MOTChallenge.")]
CameraId = Annotated[str | None, typer.Option("--camera", help="The site's camera that the tracks' pixels are of.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def class_map(pairs: list[str] | None) -> dict[str, str]:
    """FOUND=CLASS pairs as a mapping."""
    mapping = {}
    for pair in pairs or []:
        found, equals, wanted = pair.partition("=")
        if not equals or not found or not wanted:
            raise InputError(f'--class-map: wanted FOUND=CLASS, got "{pair}"')
        mapping[found] = wanted
    return mapping
