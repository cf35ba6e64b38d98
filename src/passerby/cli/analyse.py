"""`passerby analyse`: a recording in, violations, near misses and counts out."""

from __future__ import annotations

import time
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from passerby.cli.options import (
    CameraId,
    ClassMap,
    Device,
    Fps,
    Json,
    Quiet,
    SignalsPath,
    SitePath,
    Start,
    TrackPaths,
    class_map,
)
from passerby.cli.terminal import err, out, plain, print_json, reading, warn, working, writable
from passerby.errors import InputError, SignalsError

if TYPE_CHECKING:
    from passerby.live.analyse import Analysis
    from passerby.signals.history import SignalHistory
    from passerby.site.model import Site


_FARTHEST_S = 366 * 86400.0
DRAWING = "site.toml"


class Format(StrEnum):
    """How result tables are written."""

    csv = "csv"
    parquet = "parquet"
    delta = "delta"


def analyse(
    site: SitePath,
    tracks: TrackPaths,
    out_dir: Annotated[Path, typer.Option("--out", help="Folder for the results.", show_default=False)],
    signals: SignalsPath = None,
    format: Annotated[Format, typer.Option(help="How to write the tables.")] = Format.csv,
    report: Annotated[bool, typer.Option(help="Also write report.html.")] = True,
    keep_tracks: Annotated[bool, typer.Option("--keep-tracks", help="Also write the smoothed tracks.")] = False,
    clock_offset: Annotated[
        str,
        typer.Option(
            help="Seconds by which the tracks' clock is ahead of the signals', or 'auto' to take the estimate."
        ),
    ] = "0",
    clock_sigma: Annotated[
        float | None, typer.Option(help="Standard error (s) between the clocks; marks close verdicts down.")
    ] = None,
    device: Device = None,
    class_map_: ClassMap = None,
    start: Start = None,
    fps: Fps = None,
    camera: CameraId = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find every violation and near miss in recorded tracks.

    Writes violations, conflicts and counts (format version 1), a copy of the site file (site.toml) and a report into
    the folder --out.
    """
    from passerby.live.analyse import tracks_table
    from passerby.signals.history import SignalHistory
    from passerby.signals.read import read_signals
    from passerby.site.toml import read_site
    from passerby.store.files import write_results
    from passerby.tracks.read import open_tracks

    began = time.perf_counter()
    writable(out_dir)
    shift = _offset(clock_offset)
    if clock_sigma is not None and not 0 <= clock_sigma <= 60:
        raise InputError(f"--clock-sigma: wanted 0 to 60 seconds, got {clock_sigma:g}")
    junction = read_site(site)
    drawn = site.read_bytes()
    may_hold(out_dir, junction)
    history = read_signals(signals, junction, device=device) if signals is not None else SignalHistory({})
    if signals is None and junction.signals and not quiet:
        warn("no --signals given: nothing that needs a light (red_light, late_start, stop_line_overrun) is looked for")
    if clock_sigma is not None:
        history = SignalHistory(history.changes, history.known_until, clock_sigma)
    with reading("reading tracks", quiet or json) as progress:
        source = open_tracks(
            tracks,
            junction,
            class_map=class_map(class_map_),
            start=start,
            fps=fps,
            camera=camera,
            on_warning=None if quiet else warn,
            progress=progress,
        )
        batches = source.batches()
        try:
            history, result, applied_s = _run(batches, lambda: source.batches(), junction, history, shift)
        except SignalsError as e:
            raise SignalsError(f"{signals}: {e}") from None
    for doubt in () if quiet else result.doubts:
        warn(doubt)
    tables = dict(result.tables)
    if keep_tracks:
        if result.motion is None:
            raise InputError("--keep-tracks: the recording is too long for that; give parts of it")
        tables["tracks"] = tracks_table(result.motion)
    paths = write_results(out_dir, tables, format.value)
    paths.append(keep_drawing(out_dir, drawn, site.stat().st_mode))
    summary = summarise(result, source.dropped, time.perf_counter() - began, applied_s)
    if report:
        from passerby.screen.report import write_report

        with working("writing report", quiet or json):
            paths.append(
                write_report(out_dir / "report.html", junction, tables, result.motion, history, report_quality(summary))
            )
    if json:
        print_json(summary | {"written": [str(p) for p in paths]})
    elif not quiet:
        print_summary(junction, result, summary)
        out.print(f"\nWritten to [bold]{plain(out_dir)}[/]: {', '.join(sorted(p.name for p in paths))}")


def may_hold(folder: Path, site: Site) -> None:
    """InputError where a folder's site.toml is of another junction: its results and its drawing belong together."""
    from passerby.errors import PasserbyError
    from passerby.site.toml import read_site

    there = folder / DRAWING
    if not there.exists():
        return
    try:
        name = read_site(there).name
    except PasserbyError:
        name = None
    if name != site.name:
        whose = f'of another junction, "{name}"' if name is not None else "that cannot be read"
        raise InputError(f'--out: {there} is a drawing {whose}; name another folder for "{site.name}"')


def keep_drawing(folder: Path, drawn: bytes, mode: int) -> Path:
    """Put a copy of the site file beside the results that were measured with it, byte for byte; the path written.

    mode: who may read the site file, and so the copy: a camera's address may hold a password. What it replaces is an
    earlier drawing of the same junction, and that is said.
    """
    from passerby.store.files import replace

    path = folder / DRAWING
    if path.exists():
        if path.read_bytes() == drawn:
            return path
        warn(f"{path}: an earlier drawing of the junction is replaced by the one given with --site")
    replace(path, drawn)
    path.chmod(mode & 0o777)
    return path


def _offset(text: str) -> float | None:
    if text == "auto":
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = float("nan")
    if not abs(seconds) <= _FARTHEST_S:
        raise InputError(f"--clock-offset: wanted a number of seconds (a year at most) or auto, got {text!r}")
    return seconds


def _run(
    batches: Any, again: Any, site: Site, signals: SignalHistory, shift: float | None
) -> tuple[SignalHistory, Analysis, float]:
    """Analyse, with the offset applied; `shift` None: a first run finds the clocks' offset, a second one applies it."""
    from passerby.live.analyse import analyse as run

    if shift is not None:
        shifted = signals.shifted(shift) if shift else signals
        return shifted, run(batches, site, shifted), shift
    first = run(batches, site, signals)
    if first.clock is None or not first.clock.significant:
        return signals, first, 0.0
    shifted = signals.shifted(first.clock.offset_s)
    return shifted, run(again(), site, shifted), first.clock.offset_s


def summarise(result: Analysis, dropped: Counter[str], seconds: float, applied_s: float = 0.0) -> dict[str, Any]:
    """The run in figures, for a script; applied_s: the clocks' offset that was taken out, the rest is estimated."""
    tables = result.tables
    kinds = Counter(tables["violations"]["kind"].to_pylist())
    severities = Counter(tables["conflicts"]["severity"].to_pylist())
    counted: Counter[str] = Counter()
    for cls, n in zip(tables["counts"]["class"].to_pylist(), tables["counts"]["n"].to_pylist(), strict=True):
        counted[cls] += n
    clock = result.clock
    return result.quality | {
        "dropped_rows": dict(dropped),
        "violations": dict(kinds.most_common()),
        "conflicts": dict(severities),
        "passings": dict(counted.most_common()),
        "clock_offset_applied_s": applied_s,
        "clock_offset_s": None if clock is None else clock.offset_s,
        "clock_offset_sigma_s": None if clock is None else clock.sigma_s,
        "clock_offset_from": None if clock is None else clock.set_offs,
        "seconds": round(seconds, 2),
    }


def report_quality(summary: dict[str, Any]) -> dict[str, object]:
    """What the report says about the data, in words."""
    offset, applied = summary["clock_offset_s"], summary["clock_offset_applied_s"]
    said = "could not be estimated"
    if offset is not None:
        said = (
            f"{offset:+.1f} ± {summary['clock_offset_sigma_s']:.1f}, from {summary['clock_offset_from']} queue starts"
        )
    return {
        "rows read": summary["rows"],
        "rows left out": sum(summary["dropped_rows"].values()) + summary["late_rows"],
        "rows per second and road user": summary["rows_per_second_and_road_user"],
        "position noise within a second (m)": summary["position_noise_m"],
        "tracks' clock ahead of the signals', applied (s)": f"{applied:+.1f}" if applied else "none",
        "tracks' clock ahead of the signals', estimated and not applied (s)": said,
    }


def print_summary(site: Site, result: Analysis, summary: dict[str, Any]) -> None:
    """The run in words and tables, for a person."""
    from passerby.cli.summary import print_summary as show

    show(site, result, summary)
    if summary["clock_offset_s"] is not None and result.clock is not None and result.clock.significant:
        err.print(
            f"[yellow]warning:[/] queues start {summary['clock_offset_s'] + 1:.1f} s after green, so the clocks seem "
            f"{summary['clock_offset_s']:+.1f} s apart; --clock-offset auto corrects that",
            soft_wrap=True,
        )
