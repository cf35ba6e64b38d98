"""`passerby live`: the running junction, rows from a pipe or a growing file, events into a store."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.options import Json, Quiet, SitePath
from passerby.cli.terminal import clock_time, err, out, print_json, warn
from passerby.errors import InputError


def live(
    site: SitePath,
    store: Annotated[Path, typer.Option("--store", help="Folder of the store (Delta tables).", show_default=False)],
    tracks: Annotated[str, typer.Option("--tracks", help="CSV of tracks: a file or pipe, - for standard input.")] = "-",
    signals: Annotated[
        Path | None, typer.Option("--signals", help="State table t,signal,state that grows meanwhile.")
    ] = None,
    lateness: Annotated[float, typer.Option(help="Seconds that a row may come late and still count.")] = 2.0,
    step: Annotated[float, typer.Option(help="Seconds of event time between two looks at the rules.")] = 1.0,
    clock_sigma: Annotated[float, typer.Option(help="Standard error (s) between the clocks.")] = 0.0,
    config: Annotated[Path | None, typer.Option(help="passerby.toml with times to live.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the rules on tracks as they come and keep the events in a store.

    Every row that is in the store stays there whatever happens; the same tracks read again add nothing twice.
    """
    from passerby.live.run import State, blocks_of, growing, run
    from passerby.signals.history import SignalHistory
    from passerby.site.toml import read_site
    from passerby.store.tables import open_store
    from passerby.store.ttl import read_ttl

    junction = read_site(site)
    if lateness < 0 or step <= 0:
        raise InputError(f"--lateness must be at least 0 and --step above 0, got {lateness:g} and {step:g}")
    if tracks != "-" and not Path(tracks).exists():
        raise InputError(f"--tracks: there is no file {tracks}")
    watching = err.status("waiting for rows") if err.is_terminal and not quiet else None

    def show(s: State) -> None:
        if watching is not None:
            at = clock_time(s.watermark, junction.timezone) if s.watermark > 0 else "-"
            watching.update(f"{at}  {s.tracks} in view  {s.violations} violations  {s.conflicts} near misses")

    with open_store(store, read_ttl(config) if config is not None else None) as kept:
        stream = sys.stdin.buffer if tracks == "-" else Path(tracks).open("rb")  # noqa: SIM115
        if watching is not None:
            watching.start()
        try:
            done = run(
                junction,
                blocks_of(stream),
                growing(signals) if signals is not None else SignalHistory({}),
                kept,
                lateness_s=lateness,
                step_s=step,
                clock_sigma_s=clock_sigma,
                on_warning=None if quiet else warn,
                on_state=show,
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
            f"{done.violations} new violations, {done.conflicts} new near misses in [bold]{store}[/]"
        )
