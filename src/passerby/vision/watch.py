"""Several cameras through one detector: round by round, the newest frame of each, looks shared out fairly."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Final

from passerby.vision.budget import Budget
from passerby.vision.camera import Camera, Glance, Sight
from passerby.vision.detector import Detector
from passerby.vision.frame import Frame
from passerby.vision.looking import look

IDLE_S: Final = 0.5
"""So long nothing may come before the caller is told so."""


def watch(cameras: Sequence[Camera], detector: Detector, wake: Event, *, workers: int = 2) -> Iterator[Sight | None]:
    """What every frame of every camera brings, until all sources are over; None where nothing comes for a while.

    Recordings are gone through frame by frame, each look taken when it is due, so the same recording gives the same
    result on any machine. Where a source is live, looks are rationed so that rounds keep up with the pictures; what is
    late all the same is dropped by the source, the newest picture winning. wake: set by live sources (`on_frame`).
    """
    live = any(c.source.live for c in cameras)
    budget = Budget() if live else None
    with ThreadPoolExecutor(workers, thread_name_prefix="passerby-eye") as pool:
        ended = time.monotonic()
        while True:
            wake.clear()
            waiting = [c for c in cameras if not c.source.state.over]
            frames = [(c, f) for c in waiting if (f := c.source.read(0.0)) is not None]
            if not frames:
                if all(c.source.state.over for c in cameras):
                    return
                if not wake.wait(IDLE_S):
                    yield None
                continue
            began = time.monotonic()
            glances = list(pool.map(_glance, frames))
            wishes = [g.wish for g in glances]
            chosen = budget.choose(wishes) if budget else [i for i, w in enumerate(wishes) if w.due]
            before = time.monotonic()
            found = look(detector, [glances[i] for i in chosen])
            looking_s = time.monotonic() - before
            by_camera = dict(zip(chosen, found, strict=True))
            for i, ((camera, _), glance) in enumerate(zip(frames, glances, strict=True)):
                yield camera.settle(glance, by_camera.get(i))
            now = time.monotonic()
            if budget:
                # what the caller does with a sight is part of the round's price
                budget.spent([wishes[i] for i in chosen], looking_s, now - ended, now - began - looking_s)
            ended = now


def _glance(of: tuple[Camera, Frame]) -> Glance:
    camera, frame = of
    return camera.glance(frame)
