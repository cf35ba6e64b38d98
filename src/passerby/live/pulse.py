"""`Pulse`: how a stream of rows is doing: how many come, how late, and by which clock."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from passerby.remarks import Remark, said
from passerby.tracks.record import FloatArray

NAME: Final = "tracks"
SPAN_S: Final = 5.0
"""Rates and delays are those of the last seconds."""

QUIET_S: Final = 10.0
LOST_S: Final = 60.0
"""So long no row may come before it is said, and before the source is taken for lost; a street may be empty."""

LATE_S: Final = 3.0
AHEAD_S: Final = 1.0
OTHER_TIME_S: Final = 3600.0
"""Rows so far from this machine's time are a recording's, or of a clock that was never set."""


class Pulse:
    """take(t, now, clock) as rows come, health(clock) for the API's `Camera`. clock: monotonic seconds."""

    def __init__(self) -> None:
        self._instants: deque[tuple[float, int]] = deque(maxlen=2000)
        self._delays: deque[tuple[float, float]] = deque(maxlen=1000)
        self._late: deque[tuple[float, int]] = deque(maxlen=1000)
        self._first: float = np.inf
        self._heard: float | None = None

    def take(self, t: FloatArray, now: float, clock: float) -> None:
        """Take the times of rows (epoch s, shape (n,)), none where none came, that are here at now (epoch s)."""
        self._heard = clock if self._heard is None or len(t) else self._heard
        if not len(t):
            return
        times, counts = np.unique(np.round(t, 3), return_counts=True)
        if self._instants and times[0] < self._instants[-1][0] - OTHER_TIME_S:
            self._instants.clear()
            self._first = np.inf
        self._first = min(self._first, float(times[0]))
        self._instants.extend(zip(times.tolist(), counts.tolist(), strict=True))
        self._delays.append((clock, now - float(times[-1])))

    def health(self, clock: float, late_rows: int = 0, bad_lines: int = 0) -> dict[str, Any]:
        """One entry for the API. late_rows, bad_lines: how many have been left out so far."""
        self._late.append((clock, late_rows))
        while self._late[0][0] < clock - LOST_S:
            self._late.popleft()
        silent_s = clock - self._heard if self._heard is not None else 0.0
        delays = [d for at, d in self._delays if at > clock - SPAN_S]
        state, remarks = "ok", list[Remark]()
        delay_s: float | None = None
        ahead_s: float | None = None
        if delays:
            state, remarks, delay_s, ahead_s = _timeliness(float(np.median(delays)), self._instants[-1][0])
        if silent_s >= LOST_S:
            state = "lost"
        elif silent_s >= QUIET_S or (state == "ok" and late_rows > self._late[0][1]):
            state = "late"
        if silent_s >= QUIET_S:
            sentence = f"no row for {silent_s:.0f} s: the street is empty, or the source has stopped"
            remarks.append(Remark("rows_silent", sentence, {"s": round(silent_s)}))
        if late_rows:
            sentence = f"{late_rows} rows came too late and were left out"
            remarks.append(Remark("rows_left_out", sentence, {"n": late_rows}))
        if bad_lines:
            sentence = f"{bad_lines} lines were no rows and were left out"
            remarks.append(Remark("lines_left_out", sentence, {"n": bad_lines}))
        instants, rows = self._rates(silent_s)
        return {
            "camera": NAME,
            "state": state,
            "rate_fps": round(instants, 1),
            "rows_per_s": round(rows, 1),
            "delay_s": None if delay_s is None else round(delay_s, 2),
            "clock_offset_s": None if ahead_s is None else round(ahead_s, 2),
            "late_rows": late_rows,
        } | said(remarks)

    def _rates(self, silent_s: float) -> tuple[float, float]:
        """Instants and rows a second, by the rows' own time, which no pipe holds back."""
        if not self._instants:
            return 0.0, 0.0
        newest = max(t for t, _ in self._instants)
        since = newest + silent_s - SPAN_S
        recent = [(t, n) for t, n in self._instants if t > since]
        span_s = min(SPAN_S, max(newest + silent_s - self._first, 1.0))
        return len({t for t, _ in recent}) / span_s, sum(n for _, n in recent) / span_s


def _timeliness(delay_s: float, newest: float) -> tuple[str, list[Remark], float | None, float | None]:
    """State, remarks, delay and how far the rows' clock is ahead, from how much later than their time rows come."""
    if abs(delay_s) > OTHER_TIME_S:
        sentence = f"the rows are of {_instant(newest)}: a recording, or a clock that is wrong"
        return "unsure", [Remark("rows_of_other_time", sentence, {"t": _rfc3339(newest)})], None, None
    if delay_s < -AHEAD_S:
        sentence = f"the rows' clock is {-delay_s:.1f} s ahead of this machine's"
        return "unsure", [Remark("rows_ahead", sentence, {"s": round(-delay_s, 1)})], None, -delay_s
    if delay_s > LATE_S:
        sentence = f"rows come {delay_s:.1f} s after their time"
        return "late", [Remark("rows_late", sentence, {"s": round(delay_s, 1)})], delay_s, None
    return "ok", [], max(delay_s, 0.0), None


def _instant(t: float, pattern: str = "%Y-%m-%d %H:%M UTC") -> str:
    try:
        return datetime.fromtimestamp(t, UTC).strftime(pattern)
    except (OverflowError, ValueError, OSError):
        return f"t = {t:.0f}"


def _rfc3339(t: float) -> str:
    return _instant(t, "%Y-%m-%dT%H:%M:%SZ")
