"""A recording played into a junction as if it happened now: scenes as they come, events into the store."""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass, replace
from threading import Event, Thread
from typing import Final

import numpy as np

from passerby.errors import PasserbyError
from passerby.live.run import LiveRun
from passerby.remarks import Remark, said
from passerby.serve.junction import Junction, Recording
from passerby.serve.recall import RATE_HZ
from passerby.serve.sight import Sight
from passerby.signals.history import STATES, SignalHistory
from passerby.store.tables import Store
from passerby.tracks.record import Tracks

SCENES_HZ: Final = 5
BETWEEN_S: Final = 15.0
"""Nothing moves between the end of the recording and its next beginning."""

_AHEAD: Final = 200


@dataclass(eq=False)
class Replay:
    """A feed: plays tracks and signals into a junction again and again, each time as if it were later that day.

    tracks: in any order; ids are given anew each time. store: open for writing. speed: seconds of the recording per
    second. first: how often it was played before.
    """

    junction: Junction
    tracks: Tracks
    signals: SignalHistory
    store: Store
    speed: float = 1.0
    first: int = 0

    def __post_init__(self) -> None:
        self._by_time = self.tracks.take(np.argsort(self.tracks.t, kind="stable"))
        self._t0, self._t1 = float(self._by_time.t[0]), float(self._by_time.t[-1])
        self.junction.recording = Recording(self.speed, self.first + 1)

    @property
    def period_s(self) -> float:
        """From one beginning to the next, in the junction's time."""
        return float(np.ceil(self._t1 - self._t0 + BETWEEN_S))

    def __call__(self, stop: Event) -> None:
        """Play until told to stop."""
        n = self.first
        try:
            while not stop.is_set():
                self.junction.recording = Recording(self.speed, n + 1)
                self._once(n, stop)
                n += 1
                # also where it ended early, as on a full disk: not again and again without a pause
                stop.wait(1.0)
        finally:
            self.junction.recording = None

    def _once(self, n: int, stop: Event) -> None:
        shift = n * self.period_s
        rows = replace(self._by_time, ids=tuple(f"{n}.{i}" for i in self.tracks.ids), t=self._by_time.t + shift)
        signals = self.signals.shifted(shift)
        ticks: queue.Queue[Tracks | None] = queue.Queue(_AHEAD)
        rules = Thread(target=self._decide, args=(ticks, signals, stop), daemon=True)
        rules.start()
        try:
            self._play(rows, signals, self._t0 + shift, ticks, rules, stop)
        finally:
            while rules.is_alive():
                try:
                    ticks.put(None, timeout=0.5)
                    break
                except queue.Full:
                    continue
            rules.join()

    def _play(
        self,
        rows: Tracks,
        signals: SignalHistory,
        t0: float,
        ticks: queue.Queue[Tracks | None],
        rules: Thread,
        stop: Event,
    ) -> None:
        sight, step = Sight(), 1 / RATE_HZ
        edges = np.searchsorted(rows.t, np.arange(t0, rows.t[-1] + step + BETWEEN_S, step), "right")
        began, shown = time.monotonic(), -1
        for k in range(1, len(edges)):
            t = t0 + k * step
            due = began + k * step / self.speed
            if stop.wait(max(0.0, due - time.monotonic())) or not rules.is_alive():
                return
            part = _part(rows, int(edges[k - 1]), int(edges[k]))
            sight.take(part)
            scene = sight.scene(t, lights_at(signals, t))
            self.junction.remember(scene)
            if int((due - began) * SCENES_HZ) > shown:
                shown = int((due - began) * SCENES_HZ)
                self.junction.publish_scene(scene)
                if shown % (2 * SCENES_HZ) == 0:
                    self._report(time.monotonic() - due)
            while not stop.is_set():
                try:
                    ticks.put(part, timeout=0.5)
                    break
                except queue.Full:
                    continue

    def _decide(self, ticks: queue.Queue[Tracks | None], signals: SignalHistory, stop: Event) -> None:
        # glances cost the same whatever the speed
        live = LiveRun(self.junction.site, signals, self.store, glance_s=0.5 * self.speed, step_s=max(1.0, self.speed))
        try:
            while (part := ticks.get()) is not None and not stop.is_set():
                live.take(part)
            if not stop.is_set():
                live.end()
        except PasserbyError as e:
            self.junction.health(
                "recording", {"state": "lost"} | said([Remark("recording_failed", str(e), {"why": str(e)})])
            )

    def _report(self, late_s: float) -> None:
        state = "ok" if late_s < 1.0 else "late"
        remark = Remark("recording", f"a recording, played at {self.speed:g} times its pace", {"speed": self.speed})
        numbers = {"state": state, "rate_fps": float(RATE_HZ), "delay_s": round(late_s, 2)}
        self.junction.health("recording", numbers | said([remark]))


def lights_at(signals: SignalHistory, t: float) -> dict[str, str]:
    """State of every signal at an instant (epoch s)."""
    return {signal: STATES[int(signals.at(signal, t)[0])] for signal in signals.signals}


def _part(rows: Tracks, a: int, b: int) -> Tracks:
    """Some rows, sorted by (track, t), with only their own ids."""
    used, track = np.unique(rows.track[a:b], return_inverse=True)
    part = rows.take(np.arange(a, b))
    part = replace(part, ids=tuple(rows.ids[i] for i in used), track=track.astype(np.int64))
    return part.take(np.lexsort((part.t, part.track)))
