"""`Onlooker`: what turns the rows of a running junction, from cameras or a pipe, into the scenes that it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from passerby.serve.junction import Junction
from passerby.serve.recall import RATE_HZ
from passerby.serve.sight import Sight
from passerby.tracks.record import Tracks


class Onlooker:
    """take(rows) beside `LiveRun.take`, from any one thread: shows and remembers a scene five times a second.

    lights: gives the state of each signal at an instant (epoch s), as `passerby.serve.feed.lights_at` does.
    """

    def __init__(self, junction: Junction, lights: Callable[[float], Mapping[str, str]]) -> None:
        self._junction, self._lights = junction, lights
        self._sight = Sight()
        self._newest = self._shown = -np.inf

    def take(self, rows: Tracks, watermark: float | None = None) -> None:
        """Take rows as they come, none where nobody was seen; watermark: how far the source has come (epoch s)."""
        self._sight.take(rows)
        reached = max(float(rows.t.max()) if len(rows) else -np.inf, watermark if watermark is not None else -np.inf)
        self._newest = max(self._newest, reached)
        if self._newest < self._shown + 1 / RATE_HZ - 1e-6 or not np.isfinite(self._newest):
            return
        self._shown = self._newest
        scene = self._sight.scene(self._newest, self._lights(self._newest))
        self._junction.remember(scene)
        self._junction.publish_scene(scene)
