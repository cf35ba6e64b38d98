"""`passerby demo`: a quarter of an hour at a real junction, from the recording to the report."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.analyse import Format, print_summary, report_quality, summarise
from passerby.cli.options import Json, Quiet
from passerby.cli.terminal import err, out, plain, print_json


def demo(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("passerby-demo"),
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Show the screens afterwards, once there are any.")
    ] = True,
    format: Annotated[Format, typer.Option(help="How to write the tables.")] = Format.csv,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Analyse 15 real minutes at a junction in Braunschweig.

    The recording (DLR Urban Traffic dataset) is fetched once from the package index and kept in the user's cache.
    """
    from importlib.resources import as_file, files

    from passerby.demo.recording import load_recording
    from passerby.demo.rows import batches, history
    from passerby.live.analyse import analyse
    from passerby.screen.report import write_report
    from passerby.site.toml import read_site
    from passerby.store.files import write_results

    if not quiet and not json:
        err.print("[dim]reading the recording (fetched from the package index the first time, 50 MB)[/]")
    recording = load_recording()
    began = time.perf_counter()
    with as_file(files("passerby.demo") / "site.toml") as path:
        site = read_site(path)
    signals = history(recording)
    result = analyse(batches(recording), site, signals)
    summary = summarise(result, Counter(), time.perf_counter() - began)
    paths = write_results(out_dir, result.tables, format.value)
    target = out_dir / "report.html"
    paths.append(write_report(target, site, result.tables, result.motion, signals, report_quality(summary)))
    if json:
        print_json(summary | {"written": [str(p) for p in paths]})
    elif not quiet:
        print_summary(site, result, summary)
        out.print(f"\nTables and report are in [bold]{plain(out_dir)}[/]. Open [bold]{plain(target)}[/] in a browser.")
