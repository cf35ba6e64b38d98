"""Recordings through cameras and rules: every frame, then everything again in the light of what came later."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from passerby.cli.analyse import keep_drawing, report_quality, summarise
from passerby.cli.terminal import err, out, plain, print_json, warn, working
from passerby.errors import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

    from passerby.cli.watch import Wishes
    from passerby.signals.history import SignalHistory
    from passerby.site.model import Site
    from passerby.vision.camera import Camera
    from passerby.vision.detector import Detector
    from passerby.vision.sightings import Sightings


def watch_recorded(
    what: str, site: Site | None, cameras: Sequence[Camera], detector: Detector, wake: Event, wishes: Wishes
) -> None:
    """Go through the recordings of all cameras and write what is wished for."""
    from passerby.signals.lamps import LampLog
    from passerby.vision.watch import watch

    began = time.perf_counter()
    index: dict[str, dict[float, int]] = {c.name: {} for c in cameras}
    told = dict.fromkeys(index, "learning")
    lamps = LampLog()
    stopped: BaseException | None = None
    with working("watching", wishes.quiet or wishes.json) as progress:
        try:
            for sight in watch(cameras, detector, wake):
                if sight is None:
                    continue
                index[sight.camera][sight.t] = sight.index
                lamps.add(sight.lamps)
                if sight.state.status != told[sight.camera] and not wishes.quiet:
                    told[sight.camera] = sight.state.status
                    if sight.state.sentence:
                        warn(f"{sight.camera}: {sight.state.sentence}")
                done = [c.source.state.progress or 0.0 for c in cameras]
                progress(sum(done) / len(done))
        except BaseException as e:
            # a stream has no other end than being stopped: what it gave by then is written, then it ends as asked
            if isinstance(e, Exception) or not any(c.source.live for c in cameras):
                raise
            stopped = e
    frames = sum(len(i) for i in index.values())
    seconds = time.perf_counter() - began
    revised = {c.name: c.revised() for c in cameras}
    for c in cameras:
        if c.doubt and not wishes.quiet:
            warn(f"{c.name}: {c.doubt}")
    if wishes.mot is not None:
        (only,) = cameras
        write_mot(wishes.mot, revised[only.name], index[only.name])
    if site is None:
        from passerby.cli.watch_clip import clip_results

        clip_results(what, cameras[0], revised[cameras[0].name], frames, seconds, wishes)
    else:
        _junction_results(what, site, cameras, revised, lamps.history(math.inf), frames, seconds, wishes)
    if stopped is not None:
        raise stopped


def write_mot(path: Path, sightings: Sightings, index: dict[float, int]) -> None:
    """Boxes as MOTChallenge rows: frame from 1, id, left, top, width, height, confidence, class."""
    from passerby.store.files import replace
    from passerby.tracks.class_names import MOT_NUMBER
    from passerby.tracks.classes import CLASSES

    sure = sightings.take(sightings.confirmed)
    lines = []
    for k in range(len(sure)):
        left, top, right, bottom = sure.box[k]
        number = MOT_NUMBER[CLASSES[sure.code[k]]]
        lines.append(
            (
                index[float(sure.t[k])] + 1,
                int(sure.track[k]),
                f"{left:.2f},{top:.2f},{right - left:.2f},{bottom - top:.2f},{sure.score[k]:.3f},{number}",
            )
        )
    text = "".join(f"{frame},{track},{rest}\n" for frame, track, rest in sorted(lines))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, text.encode())
    except OSError as e:
        raise StoreError(f"{path}: cannot be written: {e.strerror or e}") from e


def _junction_results(
    what: str,
    site: Site,
    cameras: Sequence[Camera],
    revised: dict[str, Sightings],
    lamps: SignalHistory,
    frames: int,
    seconds: float,
    wishes: Wishes,
) -> None:
    from passerby.cli.watch_tables import tracks_table
    from passerby.live.analyse import analyse
    from passerby.signals.read import read_signals
    from passerby.store.files import write_results
    from passerby.tracks.rows import tracks_to_batches
    from passerby.vision.rows import Names, placed

    parts = [placed(revised[c.name], c.pose, Names()) for c in cameras if c.pose is not None]
    if not any(len(p.tracks) for p in parts):
        nobody(what, frames, wishes)
        return
    signals = read_signals(wishes.signals, site) if wishes.signals is not None else lamps
    if site.signals and not signals.signals and not wishes.quiet:
        drawn = any(signal.lamps for signal in site.signals)
        why = "no lamp could be read in the picture" if drawn else "neither --signals nor a lamp in the picture"
        warn(f"{why}: nothing that needs a light (red_light, ...) is looked for")
    result = analyse(tracks_to_batches([p.tracks for p in parts]), site, signals)
    for doubt in () if wishes.quiet else result.doubts:
        warn(doubt)
    tables: dict[str, pa.Table] = dict(result.tables)
    summary = summarise(result, Counter(), seconds) | {
        "frames": frames,
        "frames_per_second": round(frames / seconds, 1),
    }
    paths: list[Path] = []
    if wishes.out is not None:
        tables["tracks"] = tracks_table(parts, wishes.format)
        paths = write_results(wishes.out, tables, wishes.format)  # type: ignore[arg-type]
        paths += [keep_drawing(wishes.out, *wishes.drawn)] if wishes.drawn is not None else []
        paths += [wishes.mot] if wishes.mot is not None else []
        from passerby.screen.report import write_report

        with working("writing report", wishes.quiet or wishes.json):
            paths.append(
                write_report(
                    wishes.out / "report.html", site, result.tables, result.motion, signals, report_quality(summary)
                )
            )
    if wishes.store is not None:
        _keep(wishes.store, result.tables, wishes.config)
    if wishes.json:
        print_json(summary | {"written": [str(p) for p in paths]})
    elif not wishes.quiet:
        from passerby.cli.summary import print_summary

        print_summary(site, result, summary)
        err.print(f"[dim]{frames:,} frames, {frames / seconds:.0f} a second[/]")
        if paths:
            out.print(f"\nWritten to [bold]{plain(wishes.out)}[/]: {', '.join(sorted(p.name for p in paths))}")


def _keep(folder: Path, tables: dict[str, pa.Table], config: Path | None) -> None:
    from passerby.store.tables import open_store
    from passerby.store.ttl import read_ttl

    with open_store(folder, read_ttl(config) if config is not None else None) as store:
        for name in ("violations", "conflicts", "counts"):
            store.upsert(name, tables[name])


def nobody(what: str, frames: int, wishes: Wishes) -> None:
    """An empty street: empty tables, and a word on what else it may be."""
    from passerby.store.files import write_results
    from passerby.tables import TABLES

    fits = ", and does the calibration fit the picture" if what.lower().endswith(".toml") else ""
    seen = "1 frame" if frames == 1 else f"{frames} frames"
    warn(f"{what}: nobody was seen in {seen}; if somebody was there: are they 15 pixels or more tall{fits}?")
    if wishes.out is not None:
        write_results(wishes.out, {n: s.empty_table() for n, s in TABLES.items()}, wishes.format)  # type: ignore[arg-type]
        if wishes.drawn is not None:
            keep_drawing(wishes.out, *wishes.drawn)
    if wishes.json:
        print_json({"frames": frames, "rows": 0, "road_users": {}})
