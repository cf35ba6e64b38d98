"""`passerby live`: the running junction, rows from a pipe or a growing file, events into a store."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from passerby.cli.options import Json, Quiet, SitePath
from passerby.cli.terminal import clock_time, err, out, plain, print_json, warn
from passerby.errors import InputError, SignalsError, TracksError


def live(
    site: SitePath,
    store: Annotated[Path, typer.Option("--store", help="Folder of the store (Delta tables).", show_default=False)],
    tracks: Annotated[str, typer.Option("--tracks", help="CSV of tracks: a file or pipe, - for standard input.")] = "-",
    signals: Annotated[
        Path | None, typer.Option("--signals", help="State table t,signal,state that grows meanwhile.")
    ] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on reading a file that grows, until stopped.")] = False,
    lateness: Annotated[float, typer.Option(help="Seconds that a row may come late and still count.")] = 2.0,
    signal_lateness: Annotated[
        float, typer.Option(help="Seconds by which the signal log may lag behind the tracks.")
    ] = 5.0,
    step: Annotated[float, typer.Option(help="Seconds of event time between two looks at the rules.")] = 1.0,
    clock_sigma: Annotated[float, typer.Option(help="Standard error (s) between the clocks.")] = 0.0,
    config: Annotated[Path | None, typer.Option(help="passerby.toml with times to live.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the rules on tracks as they come and keep the events in a store.

    Every row that is in the store stays there whatever happens; the same tracks read again add nothing twice. While it
    runs, `passerby serve` with the same store shows what happens.
    """
    from passerby.live.broadcast import Broadcast, drawing_of
    from passerby.live.run import State, run
    from passerby.live.sources import blocks_of, growing
    from passerby.signals.history import SignalHistory
    from passerby.site.toml import read_site
    from passerby.store.tables import open_store
    from passerby.store.ttl import read_ttl

    drawing = drawing_of(site)
    junction = read_site(site)
    wrong = [
        f"--{name.replace('_', '-')} must be {least}, got {value:g}"
        for name, value, least, fits in (
            ("lateness", lateness, "0 to 3600 s", 0 <= lateness <= 3600),
            ("signal_lateness", signal_lateness, "0 to 3600 s", 0 <= signal_lateness <= 3600),
            ("step", step, "0.1 to 3600 s", 0.1 <= step <= 3600),
            ("clock_sigma", clock_sigma, "0 to 60 s", 0 <= clock_sigma <= 60),
        )
        if not fits
    ]
    if wrong:
        raise InputError(wrong[0])
    if junction.signals and signals is None and not quiet:
        warn("no --signals given: nothing that needs a light (red_light, late_start, stop_line_overrun) is looked for")
    if signals is not None and not signals.exists() and not quiet:
        warn(f"{signals}: is not there yet; until it is, every signal is unknown")
    if signals is not None and signals.exists() and not signals.is_file():
        raise SignalsError(f"{signals}: is no regular file; wanted a state table that is appended to")
    watching = err.status("waiting for rows") if err.is_terminal and not quiet else None

    def show(s: State) -> None:
        if watching is not None:
            at = clock_time(s.watermark, junction.timezone) if s.watermark > 0 else "-"
            watching.update(f"{at}  {s.tracks} in view  {s.violations} violations  {s.conflicts} near misses")

    with ExitStack() as stack:
        kept = stack.enter_context(open_store(store, read_ttl(config) if config is not None else None))
        stream = _opened(tracks)
        broadcast = stack.enter_context(Broadcast(store, drawing, None if quiet else warn))
        if watching is not None:
            watching.start()
        try:
            done = run(
                junction,
                blocks_of(stream, follow),
                growing(signals) if signals is not None else SignalHistory({}),
                kept,
                lateness_s=lateness,
                signal_lateness_s=signal_lateness,
                step_s=step,
                clock_sigma_s=clock_sigma,
                on_warning=None if quiet else warn,
                on_state=show,
                broadcast=broadcast,
                name="standard input" if tracks == "-" else tracks,
            )
        finally:
            if watching is not None:
                watching.stop()
    summary = {"rows": done.rows, "late_rows": done.late_rows, "bad_lines": done.bad_lines} | {
        "violations": done.violations,
        "conflicts": done.conflicts,
    }
    if json:
        print_json(summary)
    elif not quiet:
        out.print(
            f"{done.rows:,} rows ({done.late_rows} late, {done.bad_lines} lines left out): "
            f"{done.violations} new violations, {done.conflicts} new near misses in [bold]{plain(store)}[/]"
        )


def _opened(tracks: str) -> BinaryIO:
    if tracks == "-":
        return sys.stdin.buffer
    path = Path(tracks)
    try:
        if path.is_dir():
            raise TracksError(f"{path}: is a folder, wanted a file or pipe of CSV lines")
        return path.open("rb")
    except FileNotFoundError:
        raise TracksError(f"{path}: there is no such file") from None
    except OSError as e:
        raise TracksError(f"{path}: cannot be read: {e.strerror}") from None
