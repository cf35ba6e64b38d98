"""`Onlooker`: what turns the rows of a running junction, from cameras or a pipe, into the scenes that it shows."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

import numpy as np

from passerby.live.jumps import AHEAD_S
from passerby.serve.junction import Junction
from passerby.serve.recall import RATE_HZ
from passerby.serve.scene import Scene
from passerby.serve.sight import Sight
from passerby.tracks.record import FloatArray, Tracks, empty_tracks

STEP_S: Final = 1 / RATE_HZ
TRAIL_S: Final = 10.0
"""Of rows that come together scenes are made from this long before the newest on: nobody hurries after what is past."""

BEHIND_S: Final = 5.0
AGAIN_S: Final = 3.0
"""Rows so far behind what was shown are too late, unless for so long none others come: then time has gone back."""

STILL_S: Final = 2.0
"""Nobody is shown any more when nothing has come for so long: they have left, or nobody knows where they are."""

QUIET_S: Final = 0.8
OVER_S: Final = 10.0
"""After so long without anything time is taken to go on by itself, so that memory ages."""


class Onlooker:
    """take(rows) as they come and tick() a few times a second, from one thread: at best five scenes a second.

    clock: monotonic seconds, of the moment.
    """

    def __init__(self, junction: Junction) -> None:
        self._junction = junction
        self._lights: Mapping[str, str] = {}
        self._sight = Sight()
        self._newest: float = -np.inf
        self._shown: float = -np.inf
        self._late_since: float | None = None
        self._heard = self._aged = 0.0
        self._empty = True

    def begin(self) -> None:
        """What comes now is of another run: nobody that was seen before is there any more."""
        self._sight, self._late_since = Sight(), None

    def anew(self) -> None:
        """What comes now is of another time."""
        self.begin()
        self._newest = self._shown = -np.inf

    def take(self, rows: Tracks, reached: float | None, lights: Mapping[str, str], clock: float) -> None:
        """Take rows as they come, none where nobody was seen; reached: up to where all have come (epoch s)."""
        self._lights = lights
        if not len(rows) and reached is None:
            return
        rows = self._in_time(rows, clock)
        if len(rows):
            newest = float(rows.t.max())
        elif reached is not None and not reached > self._newest + AHEAD_S > -np.inf:
            newest = reached
        else:
            return
        self._heard, self._newest = clock, max(self._newest, newest)
        for t in self._steps(rows):
            part = rows.t <= t + 1e-6
            self._sight.take(rows.take(part))
            rows = rows.take(~part)
            self._junction.remember(self._scene(t))
        self._sight.take(rows)
        if self._newest >= self._shown + STEP_S - 1e-6:
            self._shown = self._newest
            scene = self._scene(self._newest)
            self._junction.remember(scene)
            self._junction.publish_scene(scene)
            self._empty = not len(scene)

    def tick(self, clock: float) -> None:
        """Nothing may have come: then nobody is left standing, and what is remembered grows old all the same."""
        silent_s = clock - self._heard
        if not np.isfinite(self._newest) or silent_s < STILL_S:
            return
        if not self._empty:
            self._empty = True
            self._sight = Sight()
            self._junction.publish_scene(self._nobody(clock))
        if silent_s >= OVER_S and clock >= self._aged + 1.0:
            self._aged = clock
            self._shown = max(self._shown, self._newest + silent_s)
            self._junction.remember(self._nobody(clock))

    def quiet(self, lights: Mapping[str, str], clock: float) -> None:
        """The run is there and says that nothing moved: an empty street is shown, with its lights as they are now."""
        self._lights = lights
        if self._empty and clock - self._heard >= QUIET_S:
            self._junction.publish_scene(self._nobody(clock))

    def nobody(self, clock: float) -> None:
        """Nothing feeds the junction any more: the plan alone is shown, no light either."""
        self._lights, self._empty, self._sight = {}, True, Sight()
        self._junction.publish_scene(self._nobody(clock))

    def _in_time(self, rows: Tracks, clock: float) -> Tracks:
        """The rows that are not too late; all, where time has gone back."""
        late = rows.t < max(self._newest, self._shown) - BEHIND_S
        if not late.any():
            self._late_since = None if len(rows) else self._late_since
            return rows
        if not late.all():
            self._late_since = None
            return rows.take(~late)
        self._late_since = clock if self._late_since is None else self._late_since
        if clock - self._late_since < AGAIN_S:
            return empty_tracks()
        self.anew()
        return rows

    def _steps(self, rows: Tracks) -> FloatArray:
        """Instants of the scenes that are to be remembered before the newest one, where many rows come together."""
        if not len(rows):
            return np.empty(0)
        first = max(self._shown + STEP_S, float(rows.t.min()), self._newest - TRAIL_S)
        steps: FloatArray = np.arange(first, self._newest - STEP_S + 1e-6, STEP_S)
        return steps

    def _scene(self, t: float) -> Scene:
        return self._sight.scene(t, dict(self._lights))

    def _nobody(self, clock: float) -> Scene:
        """An empty scene of the junction's time, which goes on by itself; of this machine's where there is none yet."""
        t = max(self._newest + clock - self._heard, self._shown) if np.isfinite(self._newest) else time.time()
        return Sight().scene(t, dict(self._lights))
