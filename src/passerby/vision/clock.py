"""The time of every picture: epoch seconds that strictly increase, from media time and a real clock."""

from __future__ import annotations

from collections import deque
from typing import Literal

LEAST_STEP_S = 1e-3
"""Two pictures are never closer: no camera takes a thousand a second."""


class FileClock:
    """Times of a recording: its start plus the media time of each picture.

    Missing media times are filled with the nominal interval. A step backwards, or a step forwards of more than
    longest_gap_s, is a broken file: time goes on from the last picture.
    """

    def __init__(self, start: float, fps: float | None, longest_gap_s: float = 3600.0) -> None:
        self._start, self._interval, self._longest = start, 1.0 / (fps or 25.0), longest_gap_s
        self._shift: float | None = None
        self._last = -self._interval
        self.mended = 0

    def time_of(self, media_s: float | None) -> float:
        """Epoch s of the next picture, media_s being its presentation time in seconds on any origin."""
        if media_s is None:
            self.mended += 1
            since = self._last + self._interval
        else:
            if self._shift is None:
                self._shift = -media_s + self._last + self._interval
            since = media_s + self._shift
            if not 0.5 * LEAST_STEP_S < since - self._last <= self._longest:
                self.mended += 1
                since = self._last + self._interval
                self._shift = since - media_s
        self._last = since
        return self._start + since

    @property
    def since_start_s(self) -> float:
        """Seconds from the first picture to the last."""
        return max(0.0, self._last)


class StreamClock:
    """Times of a live stream, which no other clock may be trusted with.

    Media time (RTP, PTS) runs evenly but from any origin; the clock of this machine is right but jitters with the
    network. Their difference is what is looked for: the camera's own (RTCP sender reports, RFC 3550 section 6.4) if it
    agrees with this machine's within trust_s, else the least delay of the last window_s, since delay only ever adds.
    The difference in use follows by at most slew of the time that passes, so that speeds measured stay within it; by
    a step only forwards, where time has really been lost. Media time that jumps is tied anew to the clock. What a
    server had kept for a new connection comes faster than it was taken; it has no time (for settle_s at most), because
    its delay is not yet known.
    """

    def __init__(
        self,
        *,
        window_s: float = 30.0,
        slew: float = 0.05,
        step_s: float = 1.0,
        trust_s: float = 15.0,
        settle_s: float = 3.0,
    ) -> None:
        self._window, self._slew, self._step, self._trust, self._settle = window_s, slew, step_s, trust_s, settle_s
        self._began = 0.0
        self._least: deque[tuple[float, float]] = deque()
        self._offset: float | None = None
        self._media: float | None = None
        self._arrival = 0.0
        self._interval = 0.04
        self.last_t: float | None = None
        self.kind: Literal["camera", "arrival"] = "arrival"
        self.resyncs = 0
        self.camera_off_s: float | None = None

    def restart(self) -> None:
        """A new connection: media time begins anew; times go on increasing."""
        self._least.clear()
        self._offset = self._media = self.camera_off_s = None
        self.kind = "arrival"

    def time_of(
        self, media_s: float | None, arrival: float, camera_offset_s: float | None = None, *, timed: bool = True
    ) -> float | None:
        """Epoch s of the next picture; None for what comes before a new connection has settled.

        media_s: presentation time, None if this picture has none. timed: whether the stream's pictures have any.
        arrival: epoch s on this machine. camera_offset_s: epoch s less media time by the camera's clock, if known.
        """
        if media_s is None and timed:
            if self._media is None:
                return None
            media_s = self._media + self._interval
        if media_s is None:
            t = self._untimed(arrival)
        else:
            tied = self._timed(media_s, arrival, camera_offset_s)
            if tied is None:
                self._arrival = arrival
                return None
            t = tied
        if self.last_t is not None and t < self.last_t + LEAST_STEP_S:
            t = self.last_t + LEAST_STEP_S
        self.last_t, self._arrival = t, arrival
        return t

    @property
    def ahead_s(self) -> float:
        """How far the last time given is ahead of this machine's clock: above 0 only after clocks were set back."""
        return 0.0 if self.last_t is None else self.last_t - self._arrival

    def _untimed(self, arrival: float) -> float:
        """Arrival, with pictures that come in one burst kept half an interval apart."""
        if self.last_t is None:
            return arrival
        self._interval += 0.05 * (min(max(arrival - self._arrival, 0.0), 1.0) - self._interval)
        return max(arrival, self.last_t + 0.5 * self._interval)

    def _timed(self, media: float, arrival: float, camera: float | None) -> float | None:
        if self._media is None:
            self._note(arrival, arrival - media)
            self._media, self._began = media, arrival
            return None
        passed, real = media - self._media, arrival - self._arrival
        if self._offset is None:
            self._note(arrival, arrival - media)
            self._media = media
            if passed > 2.0 * real and arrival - self._began < self._settle:
                return None
            self._offset = self._target(camera)
            if self.last_t is not None:
                self._offset = max(self._offset, self.last_t + self._interval - media)
            return media + self._offset
        if passed < -0.5 or passed > max(real, 0.0) + 1.5:
            return self._tie_anew(media, arrival, real)
        if passed <= 0:
            assert self.last_t is not None
            return self.last_t + LEAST_STEP_S
        self._interval += 0.05 * (min(passed, 1.0) - self._interval)
        self._note(arrival, arrival - media)
        error = self._target(camera) - self._offset
        if error > self._step:
            self._offset += error
            self.resyncs += 1
        else:
            self._offset += max(-self._slew * passed, min(self._slew * passed, error))
        self._media = media
        return media + self._offset

    def _tie_anew(self, media: float, arrival: float, real: float) -> float:
        assert self.last_t is not None
        self.resyncs += 1
        self._least.clear()
        self._note(arrival, arrival - media)
        self.kind, self.camera_off_s = "arrival", None
        self._offset = self.last_t + max(real, self._interval) - media
        self._media = media
        return media + self._offset

    def _note(self, arrival: float, offset: float) -> None:
        """Keep the least offsets of the window, in order of time and size."""
        if self._least and arrival < self._least[-1][0]:
            self._least.clear()  # this machine's clock was set back
        while self._least and self._least[-1][1] >= offset:
            self._least.pop()
        self._least.append((arrival, offset))
        while self._least[0][0] < arrival - self._window:
            self._least.popleft()

    def _target(self, camera: float | None) -> float:
        by_arrival = self._least[0][1]
        if camera is not None:
            delay = by_arrival - camera
            self.camera_off_s = -delay
            if -1.0 <= delay <= self._trust:
                self.kind = "camera"
                return camera
        self.kind = "arrival"
        return by_arrival
