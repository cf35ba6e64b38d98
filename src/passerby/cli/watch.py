"""`passerby watch`: cameras, signals and rules together; or one clip with nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from passerby.cli.analyse import Format, may_hold
from passerby.cli.options import Json, Quiet, SignalsPath, Start
from passerby.cli.terminal import warn, writable
from passerby.errors import InputError

if TYPE_CHECKING:
    from passerby.site.model import Site
    from passerby.vision.camera import Camera
    from passerby.vision.detector import Detector


@dataclass(frozen=True)
class Wishes:
    """What is to come of it. out: folder of results; mot: file of boxes; store: folder of the live store.

    drawn: the site file's bytes and mode, to be kept beside the results; None where a clip alone is watched.
    """

    out: Path | None
    mot: Path | None
    store: Path | None
    signals: Path | None
    format: str
    plate: Path | None
    config: Path | None
    json: bool
    quiet: bool
    drawn: tuple[bytes, int] | None = None


def watch(
    what: Annotated[
        str,
        typer.Argument(help="site.toml, or one video file, folder of images or stream address.", show_default=False),
    ],
    out_dir: Annotated[Path | None, typer.Option("--out", help="Folder for tables, tracks and report.")] = None,
    mot: Annotated[Path | None, typer.Option("--mot", help="MOTChallenge file of the boxes of one camera.")] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder of the store that events are kept in as they happen.")
    ] = None,
    signals: SignalsPath = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Play recordings at their own pace, as cameras would.")
    ] = False,
    camera: Annotated[str | None, typer.Option("--camera", help="Only this one of the site's cameras.")] = None,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="CAMERA=SOURCE in place of what site.toml says.")
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="ONNX detector instead of the packaged one.")] = None,
    provider: Annotated[str | None, typer.Option("--provider", help="Where it runs: cpu, openvino, cuda, ...")] = None,
    look: Annotated[
        float, typer.Option(help="Seconds between two looks of the detector at what moves; more is faster.")
    ] = 0.2,
    start: Start = None,
    fps: Annotated[float | None, typer.Option(help="Pictures a second of a folder of images.")] = None,
    plate: Annotated[
        Path | None, typer.Option("--plate", help="Folder for the background plate, once it is certain to be empty.")
    ] = None,
    format: Annotated[Format, typer.Option(help="How to write the tables.")] = Format.csv,
    config: Annotated[Path | None, typer.Option(help="passerby.toml with times to live.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Watch the street: video in, tracks, violations, near misses and counts out; no picture is kept.

    Recordings are gone through as fast as the machine can, streams and --realtime as they come; the screens of
    `passerby serve` with the same --store then show what happens. A clip without a site.toml gives counts, tracks and a
    proposed site to start from.
    """
    from passerby.cli.watch_live import watch_live
    from passerby.cli.watch_recorded import watch_recorded
    from passerby.live.broadcast import drawing_of
    from passerby.vision.core_dumps import close_the_room
    from passerby.vision.detector import load_detector

    if out_dir is not None:
        writable(out_dir)
    _spare_inputs(what, model, mot, out_dir)
    wishes = Wishes(out_dir, mot, store, signals, format.value, plate, config, json, quiet)
    close_the_room()
    wake = Event()
    drawing = drawing_of(Path(what))
    site = _site(what)
    if site is not None and out_dir is not None:
        may_hold(out_dir, site)
        wishes = replace(wishes, drawn=(Path(what).read_bytes(), Path(what).stat().st_mode))
    if not 0.02 <= look <= 5:
        raise InputError(f"--look: wanted 0.02 to 5 seconds, got {look:g}")
    if site is None and store is not None:
        raise InputError("--store: wanted a site.toml to watch; a clip alone gives no events to keep")
    detector: Detector = load_detector(model, provider=provider)
    cameras = _cameras(what, site, wake, realtime, camera, source, start, fps, quiet, detector, plate is not None, look)
    try:
        if mot is not None and len(cameras) > 1:
            names = ", ".join(c.name for c in cameras)
            raise InputError(f"--mot: wanted one camera, got {len(cameras)}; say which with --camera ({names})")
        if site is not None and any(c.source.live for c in cameras):
            watch_live(site, drawing, cameras, detector, wake, wishes)
        else:
            watch_recorded(what, site, cameras, detector, wake, wishes)
        if plate is not None:
            _plates(cameras, plate, quiet)
    finally:
        for c in cameras:
            c.source.close()


def _spare_inputs(what: str, model: Path | None, mot: Path | None, out_dir: Path | None) -> None:
    """InputError where an output would take the place of what is read."""
    read = [p.resolve() for p in (Path(what), model) if p is not None and "://" not in str(p) and p.exists()]
    if mot is not None and mot.resolve() in read:
        raise InputError(f"--mot: {mot} is what is being read; name another file for the boxes")
    if mot is not None and mot.is_dir():
        raise InputError(f"--mot: {mot} is a folder; name a file for the boxes")
    if out_dir is not None and out_dir.resolve() in read:
        raise InputError(f"--out: {out_dir} is what is being read; name another folder for the results")


def _site(what: str) -> Site | None:
    from passerby.site.toml import read_site

    if not what.lower().endswith(".toml"):
        return None
    site = read_site(Path(what))
    if not site.cameras:
        raise InputError(f"{what}: names no camera; add [[camera]] with id, source and calibration")
    return site


def _cameras(
    what: str,
    site: Site | None,
    wake: Event,
    realtime: bool,
    only: str | None,
    sources: list[str] | None,
    start: str | None,
    fps: float | None,
    quiet: bool,
    detector: Detector,
    plates: bool,
    look_s: float,
) -> list[Camera]:
    """The cameras to watch, their sources open; what is relative in a site file is so to the file."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from passerby.site.model import Camera as Drawn
    from passerby.vision.attention import Pace
    from passerby.vision.camera import Camera
    from passerby.vision.source import open_source

    drawn = site.cameras if site else (Drawn("camera", what),)
    ids = [c.id for c in drawn]
    given = {}
    for pair in sources or []:
        name, equals, path = pair.partition("=")
        if not equals or name not in ids:
            raise InputError(f'--source: wanted CAMERA=SOURCE of {", ".join(ids)}, got "{pair}"')
        given[name] = path
    if only is not None and only not in ids:
        raise InputError(f'--camera: wanted one of {", ".join(ids)}, got "{only}"')
    begin = None
    if start is not None:
        try:
            when = datetime.fromisoformat(start)
        except ValueError:
            raise InputError(f'--start: wanted a time like 2026-05-01T08:00:00+02:00, got "{start}"') from None
        begin = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    zone = ZoneInfo(site.timezone) if site else UTC
    cameras: list[Camera] = []
    for c in drawn:
        if only is not None and c.id != only:
            continue
        spec = given.get(c.id, c.source)
        if spec is None:
            raise InputError(f'{what}: camera "{c.id}" has no source; add one or give --source {c.id}=FILE')
        if site and c.id not in given and "://" not in spec:
            spec = str(Path(what).parent / spec)
        if site and c.calibration is None:
            raise InputError(f'{what}: camera "{c.id}" has no calibration; without it nobody has a place on the ground')
        opened = open_source(
            spec,
            realtime=realtime,
            start=begin,
            fps=fps,
            zone=zone,
            on_warning=None if quiet else warn,
            on_frame=wake.set,
        )
        if "modif" in opened.clock and not quiet:
            warn(f"{c.id}: {opened.clock}: events are dated by that; give --start to date them right")
        cameras.append(
            Camera(
                c,
                opened,
                site.signals if site else (),
                Pace(region_s=look_s, whole_s=max(2.0, look_s)),
                record=site is None or not opened.live,
                plate_with=detector.detect if plates else None,
            )
        )
    return cameras


def _plates(cameras: list[Camera], folder: Path, quiet: bool) -> None:
    from passerby.vision.plate import write_plate

    for c in cameras:
        plate, why = c.plate()
        if plate is not None:
            write_plate(plate, folder, c.name)
        elif not quiet:
            warn(f"{c.name}: {why}")
