"""`passerby convert`: tracks from one format into another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.options import CameraId, ClassMap, Fps, Quiet, Start, TrackPaths, class_map
from passerby.cli.terminal import out, plain, reading, warn
from passerby.errors import InputError

_SUFFIXES = (".csv", ".csv.gz", ".parquet", ".trj", ".geojson")


def convert(
    tracks: TrackPaths,
    out_file: Annotated[Path, typer.Option("--out", help="File to write: .csv .csv.gz .parquet .trj .geojson.")],
    site: Annotated[
        Path | None, typer.Option("--site", help="The junction, where its origin or camera is needed.")
    ] = None,
    smooth: Annotated[bool, typer.Option("--smooth", help="Write smoothed tracks at ten rows a second.")] = False,
    class_map_: ClassMap = None,
    start: Start = None,
    fps: Fps = None,
    camera: CameraId = None,
    quiet: Quiet = False,
) -> None:
    """Convert tracks into another format: CSV, Parquet, SSAM .trj (always smoothed) or GeoJSON."""
    from passerby.site.toml import read_site
    from passerby.tracks.geojson import track_features, write_geojson
    from passerby.tracks.history import smooth as smoothed
    from passerby.tracks.read import read_all
    from passerby.tracks.resample import rows_of
    from passerby.tracks.ssam import write_trj
    from passerby.tracks.write import write_tracks

    name = out_file.name.lower()
    if not name.endswith(_SUFFIXES):
        raise InputError(f"--out: wanted a name that ends in {', '.join(_SUFFIXES)}, got {out_file.name}")
    if name.endswith(".geojson") and site is None:
        raise InputError("--out: GeoJSON needs longitude and latitude, so name the --site whose origin counts")
    junction = read_site(site) if site is not None else None
    with reading("reading tracks", quiet):
        rows = read_all(
            tracks,
            junction,
            class_map=class_map(class_map_),
            start=start,
            fps=fps,
            camera=camera,
            on_warning=None if quiet else warn,
        )
    if name.endswith(".trj"):
        left_out = write_trj(smoothed(rows), out_file)
        if left_out and not quiet:
            warn(f"{out_file}: {left_out} samples left out that the format cannot hold")
    else:
        rows = rows_of(smoothed(rows)) if smooth else rows
        if name.endswith(".geojson"):
            assert junction is not None
            write_geojson(track_features(rows, junction.origin), out_file)
        else:
            write_tracks(rows, out_file)
    if not quiet:
        out.print(f"{len(rows.ids)} tracks written to [bold]{plain(out_file)}[/]")
