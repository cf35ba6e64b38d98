"""Several cameras through one detector: each frame as it comes, looks shared out to those who waited longest."""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from typing import Final

from passerby.vision.camera import Camera, Glance, Perception, Sight
from passerby.vision.detections import Detections
from passerby.vision.detector import Detector
from passerby.vision.frame import Frame
from passerby.vision.looking import look

IDLE_S: Final = 0.5
"""So long nothing may come before the caller is told so."""

FAIR: Final = 0.5
"""Who is less than this share as overdue as the most overdue camera lets it go first."""

TOGETHER: Final = 4
"""So many cameras are looked at in one go at most: more would make the first of them wait."""

AHEAD: Final = 4
"""So many frames of a recording are looked over together, and as many held ready."""

SWITCH_S: Final = 0.0005
"""Threads that come back from the network wait for the interpreter no longer than this."""


def watch(cameras: Sequence[Camera], detector: Detector, wake: Event, *, looks: int = 2) -> Iterator[Sight | None]:
    """What every frame of every camera brings, until all sources are over; None where nothing comes for a while.

    Recordings are gone through frame by frame, each look taken when it is due, so the same recording gives the same
    result on any machine. Live cameras get `looks` looks at a time between them: where that is not enough, each is
    looked at less often, none is waited for, and a picture that nobody has time for gives way to the next. wake: set
    by live sources (`on_frame`).
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    posts = [_Post(c) for c in cameras]
    try:
        with (
            ThreadPoolExecutor(looks, thread_name_prefix="passerby-eye") as eyes,
            ThreadPoolExecutor(looks, thread_name_prefix="passerby-look") as lookers,
        ):
            yield from _rounds(posts, detector, wake, eyes, lookers, looks)
    finally:
        sys.setswitchinterval(before)


@dataclass
class _Post:
    """A camera, what is under way for it: a frame being perceived, a look that it waits for."""

    camera: Camera
    perceiving: Future[list[Perception]] | None = None
    ready: deque[Perception] = field(default_factory=deque)
    glance: Glance | None = None
    look: Future[list[Detections]] | None = None
    place: int = 0
    """Which of the look's results is this camera's."""

    @property
    def busy(self) -> bool:
        return self.perceiving is not None or self.glance is not None or bool(self.ready)


def _rounds(
    posts: Sequence[_Post],
    detector: Detector,
    wake: Event,
    eyes: ThreadPoolExecutor,
    lookers: ThreadPoolExecutor,
    looks: int,
) -> Iterator[Sight | None]:
    heard = time.monotonic()
    while True:
        wake.clear()
        came = False
        for post in posts:
            if post.look is not None and post.look.done() and post.glance is not None:
                glance, found = post.glance, post.look.result()[post.place]
                post.glance = post.look = None
                came = True
                yield post.camera.settle(glance, found)
        asking = []
        for post in posts:
            _perceive(post, eyes, wake)
            while post.glance is None and post.ready:
                came = True
                post.glance = post.camera.glance(post.ready.popleft())
                if post.glance.wish.due:
                    asking.append(post)
                else:
                    glance, post.glance = post.glance, None
                    yield post.camera.settle(glance, None)
        granted = _granted(posts, asking, looks)
        for post in asking:
            if post not in granted and post.glance is not None:
                glance, post.glance = post.glance, None
                yield post.camera.settle(glance, None)
        live = [p for p in granted if p.camera.source.live]
        groups = [live[i : i + TOGETHER] for i in range(0, len(live), TOGETHER)]
        for group in groups + [[p] for p in granted if not p.camera.source.live]:
            job = lookers.submit(look, detector, [p.glance for p in group if p.glance is not None])
            for place, post in enumerate(group):
                post.look, post.place = job, place
            job.add_done_callback(lambda _: wake.set())
        if came:
            heard = time.monotonic()
        elif not any(p.busy for p in posts) and all(p.camera.source.state.over for p in posts):
            return
        elif not wake.wait(IDLE_S) and time.monotonic() - heard > IDLE_S:
            heard = time.monotonic()
            yield None


def _perceive(post: _Post, eyes: ThreadPoolExecutor, wake: Event) -> None:
    """Take what was perceived, and begin with what comes next: it is looked over while others wait for their looks."""
    camera = post.camera
    if post.perceiving is not None and post.perceiving.done():
        post.ready += post.perceiving.result()
        post.perceiving = None
    if post.perceiving is not None or len(post.ready) >= AHEAD or camera.source.state.over:
        return
    if camera.source.live:
        frame = camera.source.read(0.0) if not post.ready else None
        if frame is None:
            return
        post.perceiving = eyes.submit(_perceived, camera, frame)
    else:
        post.perceiving = eyes.submit(_next, camera)
    post.perceiving.add_done_callback(lambda _: wake.set())


def _perceived(camera: Camera, frame: Frame) -> list[Perception]:
    return [camera.perceive(frame)]


def _next(camera: Camera) -> list[Perception]:
    """The next frames of a recording, a few at a time: handing over has a price of its own."""
    frames = (camera.source.read(0.0) for _ in range(AHEAD))
    return [camera.perceive(frame) for frame in frames if frame is not None]


def _granted(posts: Sequence[_Post], asking: Sequence[_Post], looks: int) -> list[_Post]:
    """Whose wish is granted: in a recording everybody's that is due, else those most overdue while somebody is free."""
    if all(not p.camera.source.live for p in asking):
        return list(asking)
    under_way = len({id(p.look) for p in posts if p.look is not None})
    if under_way >= looks:
        return []
    worst = max(p.camera.overdue for p in posts)
    fair = [p for p in asking if p.camera.overdue >= FAIR * worst]
    fair.sort(key=lambda p: -p.camera.overdue)
    return fair[: TOGETHER * (looks - under_way)]
