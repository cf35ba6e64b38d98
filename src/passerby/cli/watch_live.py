"""Cameras as they run: frames in, events into the store within the second, pictures nowhere."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from passerby.cli.terminal import clock_time, err, out, plain, print_json, warn
from passerby.errors import TracksError

if TYPE_CHECKING:
    from passerby.cli.watch import Wishes
    from passerby.live.lights import Given
    from passerby.live.run import LiveRun
    from passerby.signals.lamps import LampLog
    from passerby.site.model import Site
    from passerby.store.tables import Store
    from passerby.vision.camera import Camera, Sight
    from passerby.vision.detector import Detector
    from passerby.vision.rows import Placed

LATENESS_S = 1.0
"""A camera that says nothing for so long is not waited for: the others' events must not be late because of it."""

GLANCE_S = 0.1
SHOW_S = 1.0


def watch_live(
    site: Site, drawing: str, cameras: Sequence[Camera], detector: Detector, wake: Event, wishes: Wishes
) -> None:
    """Run until the sources end or somebody stops it; what is in the store by then stays there.

    drawing: SHA-256 of the site.toml, for screens that show what is in the store.
    """
    from passerby.live.broadcast import Broadcast
    from passerby.live.run import LiveRun
    from passerby.signals.lamps import LampLog
    from passerby.store.tables import open_store
    from passerby.store.ttl import read_ttl
    from passerby.vision.health import CameraWatch
    from passerby.vision.watch import watch

    lamps = LampLog()
    with ExitStack() as stack:
        folder = wishes.store or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passerby-")))
        ttl = read_ttl(wishes.config) if wishes.config is not None else None
        store = stack.enter_context(open_store(folder, ttl))
        broadcast = Broadcast(folder, drawing, None if wishes.quiet else warn) if wishes.store is not None else None
        live = LiveRun(
            site,
            _signals(site, cameras, lamps, wishes),
            store,
            sources=[c.name for c in cameras],
            lateness_s=LATENESS_S,
            glance_s=GLANCE_S,
            on_warning=None if wishes.quiet else warn,
            onlooker=broadcast,
        )
        kept: list[tuple[Sight, Placed]] = []
        stack.callback(_end, live, store, kept, wishes)
        if broadcast is not None:
            stack.enter_context(broadcast)
        show = stack.enter_context(_Watching(site, cameras, wishes))
        hand_on = _hand_on(cameras, live, lamps)
        watched = {c.name: CameraWatch(c) for c in cameras}
        for sight in watch(cameras, detector, wake):
            if sight is not None:
                watched[sight.camera].saw(sight)
                part = hand_on(sight)
                if part is not None and (wishes.out is not None or wishes.mot is not None):
                    kept.append((sight, part))
            show(live, sight)
            if broadcast is not None and broadcast.report_due:
                broadcast.report([asdict(w.health()) for w in watched.values()])


def _signals(site: Site, cameras: Sequence[Camera], lamps: LampLog, wishes: Wishes) -> Given:
    from passerby.live.sources import growing
    from passerby.signals.history import SignalHistory

    if wishes.signals is not None:
        return growing(wishes.signals)
    ids = {c.name for c in cameras}
    if any(lamp.camera in ids for s in site.signals for lamp in s.lamps):
        # read whenever the rules look; a camera that has seen no picture yet knows nothing
        return lambda: lamps.history(min((c.lamps.known_until if c.lamps else float("-inf")) for c in cameras))
    if site.signals and not wishes.quiet:
        warn("neither --signals nor a lamp in the picture: nothing that needs a light (red_light, ...) is looked for")
    return SignalHistory({})


def _hand_on(cameras: Sequence[Camera], live: LiveRun, lamps: LampLog) -> Callable[[Sight], Placed | None]:
    """What gives a sight to the rules; returns its rows where there are any."""
    from passerby.tracks.record import empty_tracks
    from passerby.vision.rows import Names, placed

    by_name = {c.name: (c, Names()) for c in cameras}

    def hand_on(sight: Sight) -> Placed | None:
        camera, names = by_name[sight.camera]
        lamps.add(sight.lamps)
        part = None
        if camera.pose is not None and len(sight.sightings):
            part = placed(sight.sightings, camera.pose, names)
            names.keep(set(sight.sightings.track.tolist()))
        live.take(part.tracks if part is not None else empty_tracks(), sight.t, sight.camera)
        return part

    return hand_on


def _end(live: LiveRun, store: Store, kept: list[tuple[Sight, Placed]], wishes: Wishes) -> None:
    """Decide what is left, then write and say what came of it; also where somebody stopped the run."""
    from passerby.cli.analyse import keep_drawing
    from passerby.cli.watch_recorded import write_mot
    from passerby.cli.watch_tables import tracks_table
    from passerby.store.files import write_results
    from passerby.vision.sightings import joined_sightings

    try:
        live.end()
    except TracksError:
        warn("nobody was seen by any camera")
    names = ("violations", "conflicts", "counts")
    written: list[Path] = []
    if wishes.out is not None:
        tables = {n: store.read(n) for n in names}
        if kept:
            tables["tracks"] = tracks_table([part for _, part in kept], wishes.format)
        written = write_results(wishes.out, tables, wishes.format)  # type: ignore[arg-type]
        written += [keep_drawing(wishes.out, *wishes.drawn)] if wishes.drawn is not None else []
    if wishes.mot is not None:
        index = {sight.t: sight.index for sight, _ in kept}
        write_mot(wishes.mot, joined_sightings([sight.sightings for sight, _ in kept]), index)
        written.append(wishes.mot)
    state = live.state
    summary: dict[str, Any] = {
        "rows": state.rows,
        "late_rows": state.late_rows,
        "violations": state.violations,
        "conflicts": state.conflicts,
        "written": [str(p) for p in written],
    }
    if wishes.json:
        print_json(summary)
    elif not wishes.quiet:
        where = f" in [bold]{plain(wishes.store)}[/]" if wishes.store is not None else ""
        out.print(f"{state.violations} new violations, {state.conflicts} new near misses{where}")
        if written:
            out.print(f"Written: {', '.join(plain(p) for p in written)}", soft_wrap=True)


class _Watching:
    """One line on the terminal, each second: how every camera does, and what was found so far."""

    def __init__(self, site: Site, cameras: Sequence[Camera], wishes: Wishes) -> None:
        self._site, self._cameras, self._wishes = site, cameras, wishes
        self._line = err.status("waiting for pictures") if err.is_terminal and not wishes.quiet else None
        self._shown = 0.0
        self._told: dict[str, str] = {}

    def __enter__(self) -> _Watching:
        if self._line is not None:
            self._line.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._line is not None:
            self._line.stop()

    def __call__(self, live: LiveRun, sight: Sight | None) -> None:
        if sight is not None:
            self._tell(sight.camera, sight.state.status, sight.state.sentence)
        now = time.monotonic()
        if now - self._shown < SHOW_S:
            return
        self._shown = now
        parts = []
        for c in self._cameras:
            s = c.source.state
            if s.status in ("stalled", "reconnecting", "failed"):
                self._tell(f"{c.name} source", s.status, s.message)
            elif s.status == "running":
                self._tell(f"{c.name} source", s.status, "")
            rate = f"{s.fps:.0f}/s" if s.fps else s.status
            parts.append(f"{c.name} {rate}" + (f" ({s.dropped} dropped)" if s.dropped else ""))
        if self._line is not None:
            state = live.state
            at = clock_time(state.watermark, self._site.timezone) if state.watermark > 0 else "-"
            self._line.update(
                f"{at}  {plain(', '.join(parts))}  {state.tracks} in view  "
                f"{state.violations} violations  {state.conflicts} near misses"
            )

    def _tell(self, who: str, status: str, sentence: str) -> None:
        if self._told.get(who, "") != status:
            self._told[who] = status
            if sentence and not self._wishes.quiet:
                warn(f"{who}: {sentence}")
