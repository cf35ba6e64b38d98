"""`Broadcast`: a running junction heard by the screens of another process; nothing of it is kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np

from passerby.live.readers import Readers
from passerby.live.wire import End, Greeting, Report, Rows, encoded
from passerby.tracks.record import Tracks

NOW_S: Final = 10.0
"""Of rows that come together, as where a recording is read at full speed, those of the last seconds are told."""

REPORT_S: Final = 1.0
LIGHTS_S: Final = 0.2
"""So often it is looked for what has been heard of the lights."""

LightsAt = Callable[[float], Mapping[str, str]]
"""The state of each signal at an instant (epoch s)."""


def drawing_of(site: Path) -> str:
    """SHA-256 of a site.toml as it is now, "" where it cannot be read."""
    try:
        return hashlib.sha256(site.read_bytes()).hexdigest()
    except OSError:
        return ""


class Broadcast:
    """Within its context the junction is announced in its store; rows(...) and report(...) reach whoever listens.

    Nobody who listens can make it wait, and while nobody does it costs nothing. Where it cannot be announced
    on_warning is told why, and the run goes on unheard. site_sha256: of the site.toml that it runs by.
    """

    def __init__(self, store: Path, site_sha256: str, on_warning: Callable[[str], None] | None = None) -> None:
        self._store, self._warn = store, on_warning or (lambda _: None)
        self._readers = Readers(store, encoded(Greeting(secrets.token_hex(8), site_sha256)))
        self._newest: float = -np.inf
        self._newest_at = 0.0
        self._lights_at: LightsAt = lambda _: {}
        self._report_due = 0.0

    def __enter__(self) -> Broadcast:
        try:
            self._readers.open()
        except OSError as e:
            self._warn(f"{self._store}: no screen of another process will show this run: {e.strerror or e}")
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        failure = (" ".join(str(e).split()) or type(e).__name__) if isinstance(e, Exception) else ""
        self._readers.close(encoded(End(failure)))

    def rows(self, tracks: Tracks, reached: float | None, anew: bool, lights_at: LightsAt) -> None:
        """Tell of rows as they come, none where nobody was seen; the arguments are those of `wire.Rows`."""
        self._lights_at = lights_at
        newest = max(float(tracks.t.max()) if len(tracks) else -np.inf, reached if reached is not None else -np.inf)
        if newest > self._newest or anew:
            self._newest, self._newest_at = newest, time.monotonic()
        if not self._readers.any:
            return
        if len(tracks):
            tracks = tracks.take(tracks.t > newest - NOW_S)
        self._readers.tell(encoded(Rows(tracks, reached, anew, self._lights_now())))

    @property
    def report_due(self) -> bool:
        """Whether somebody waits for a report."""
        return self._readers.any and time.monotonic() >= self._report_due

    def report(self, cameras: list[dict[str, Any]]) -> None:
        """Tell how each camera is doing: camera, state, and what else the API's `Camera` holds."""
        self._report_due = time.monotonic() + REPORT_S
        if self._readers.any:
            self._readers.tell(encoded(Report(cameras, self._lights_now())))

    def _lights_now(self) -> Mapping[str, str]:
        """The lights of the newest instant, or as much later as time has passed since."""
        now = time.monotonic()
        return self._lights_at(self._newest + now - self._newest_at) if np.isfinite(self._newest) else {}
