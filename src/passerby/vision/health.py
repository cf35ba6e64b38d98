"""`CameraWatch`: how a camera is doing: pictures, delay, calibration, clock, in the words of the API's `Camera`."""

from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from passerby.remarks import Code, Remark
from passerby.vision.camera import Camera, Sight
from passerby.vision.moved import CameraState
from passerby.vision.self_check import Scale
from passerby.vision.source_state import Rate, SourceState

SPAN_S: Final = 5.0
LATE_S: Final = 1.0
"""Rows that come later after their picture are not waited for where there are several cameras."""

SILENT_S: Final = 3.0
"""So long no picture may have been gone through before it is said."""

_SOURCE: Final[dict[str, Code]] = {
    "opening": "source_opening",
    "stalled": "source_stalled",
    "reconnecting": "source_reconnecting",
    "ended": "source_ended",
    "failed": "source_failed",
}
_VIEW: Final[dict[str, Code]] = {"covered": "view_covered", "dark": "view_dark", "frozen": "view_frozen"}

Calibration = Literal["ok", "untested", "doubtful", "moved", "none"]


@dataclass(frozen=True)
class Health:
    """state: as in the API. rate_fps: pictures gone through a second. delay_s: from the picture to its rows.

    calibration: "ok" where people and cars measure what they should, "doubtful" where they do not, "untested" while
    too few were seen, "moved" while the camera sees something else. clock_offset_s: how far the camera's own clock, if
    it tells one, is ahead of this machine's. dropped: pictures that gave way to newer ones so far.
    """

    camera: str
    state: Literal["ok", "late", "lost", "unsure"]
    rate_fps: float | None
    delay_s: float | None
    calibration: Calibration
    clock_offset_s: float | None
    dropped: int
    reconnects: int
    message: str | None
    remarks: tuple[Remark, ...] = ()


class CameraWatch:
    """saw(sight) for each of the camera's, health() at any time, both from the thread that goes through the sights."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera
        self._rate = Rate(SPAN_S)
        self._delays: deque[tuple[float, float]] = deque(maxlen=1000)
        self._seen: float | None = None
        self._state: CameraState | None = None

    def saw(self, sight: Sight) -> None:
        """Take what one picture brought, when its rows are there."""
        now = time.monotonic()
        self._rate.add(now)
        self._seen, self._state = now, sight.state
        age_s = self._camera.source.age_s(sight.t)
        if age_s is not None:
            self._delays.append((now, max(0.0, age_s)))

    def health(self) -> Health:
        """How the camera is doing now."""
        camera, source = self._camera, self._camera.source.state
        now = time.monotonic()
        silent_s = now - self._seen if self._seen is not None else np.inf
        delays = [d for at, d in self._delays if at > now - SPAN_S]
        delay_s = float(np.median(delays)) if delays else None
        rate = self._rate.value() if silent_s < SILENT_S else 0.0
        calibration = _calibration(camera, self._state)
        state, remark = _judged(source, self._state, camera.scale, delay_s, silent_s)
        offset = camera.source.clock_offset_s
        return Health(
            camera.name,
            state,
            None if rate is None else round(rate, 1),
            None if delay_s is None else round(delay_s, 2),
            calibration,
            None if offset is None else round(offset, 2),
            source.dropped,
            source.reconnects,
            remark.sentence if remark is not None else None,
            (remark,) if remark is not None else (),
        )


def _judged(
    source: SourceState, seen: CameraState | None, scale: Scale | None, delay_s: float | None, silent_s: float
) -> tuple[Literal["ok", "late", "lost", "unsure"], Remark | None]:
    """The gravest that can be said."""
    if source.status != "running":
        why = source.message or source.status
        return "lost", Remark(_SOURCE[source.status], why, {"why": why})
    if seen is None:
        return "late", Remark("pictures_none", "no picture has been gone through yet")
    if silent_s >= SILENT_S:
        sentence = f"pictures come, but none has been gone through for {silent_s:.0f} s"
        return "late", Remark("pictures_waiting", sentence, {"s": round(silent_s)})
    if not seen.usable:
        return "unsure", _view(seen)
    if scale is not None and scale.off:
        return "unsure", Remark("scale_off", scale.sentence, {"factor": round(scale.factor, 2), "n": scale.n})
    if delay_s is not None and delay_s > LATE_S:
        sentence = f"rows come {delay_s:.1f} s after their picture: the machine has too much to do"
        return "late", Remark("pictures_late", sentence, {"s": round(delay_s, 1)})
    return "ok", None


def _view(seen: CameraState) -> Remark:
    if seen.status != "moved":
        return Remark(_VIEW[seen.status], seen.sentence)
    if math.isnan(seen.displacement_px):
        return Remark("view_elsewhere", seen.sentence)
    return Remark("view_moved", seen.sentence, {"px": round(seen.displacement_px, 1)})


def _calibration(camera: Camera, seen: CameraState | None) -> Calibration:
    if camera.drawn.calibration is None:
        return "none"
    if seen is not None and seen.status == "moved":
        return "moved"
    scale = camera.scale
    if scale is None or np.isnan(scale.factor):
        return "untested"
    return "doubtful" if scale.off else "ok"
