"""The signals of a live run: a finished history, the growing log of a controller, or lamps that a camera reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from passerby.signals.feed import SignalFeed
from passerby.signals.history import SignalHistory
from passerby.site.model import Site

Given = SignalHistory | Callable[[], bytes | SignalHistory]
"""A finished history, or a function that gives the bytes of a log since its last call (b"" for none), or all that is
known by now with `known_until`."""


class Lights:
    """until(t) gives the signals as far as verdicts up to t may rest on them, now() all that was heard of them.

    lateness_s: how long a change may take to be heard of; older instants count as known.
    """

    def __init__(
        self,
        site: Site,
        given: Given,
        lateness_s: float,
        clock_sigma_s: float = 0.0,
        on_warning: Callable[[str], None] | None = None,
    ) -> None:
        self._given, self._lateness_s = given, lateness_s
        self._wanted = sorted({s.id for s in site.signals})
        self._feed = SignalFeed("signals", on_warning, clock_sigma_s, self._wanted)
        self._history = given if isinstance(given, SignalHistory) else None

    def begin(self) -> SignalHistory:
        """What an engine begins with."""
        return self._given if isinstance(self._given, SignalHistory) else SignalHistory({}, -np.inf)

    def until(self, t: float, reached: float) -> SignalHistory:
        """The signals for verdicts up to t; reached: how far the tracks have come (epoch s)."""
        self._read()
        if isinstance(self._given, SignalHistory):
            return self._given
        latest = reached - self._lateness_s
        if self._history is not None:
            return replace(self._history, known_until=min(t, max(self._history.known_until, latest)))
        return self._feed.history(min(t, max(self._feed.progress, latest)))

    def now(self) -> SignalHistory:
        """All changes heard of, the last states taken to hold on."""
        self._read()
        known = self._feed.history(-np.inf) if self._history is None else self._history
        return replace(known, known_until=np.inf)

    def end(self) -> SignalHistory:
        """The signals once nothing comes any more."""
        self._read()
        if self._history is None:
            self._feed.feed(b"", final=True)
        return self.now()

    def unseen(self) -> list[str]:
        """Ids of the site's signals that nothing was heard of from a log."""
        if isinstance(self._given, SignalHistory):
            return []
        return sorted(set(self._wanted) - set(self._feed.seen if self._history is None else self._history.signals))

    def _read(self) -> None:
        if isinstance(self._given, SignalHistory):
            return
        while data := self._given():
            if isinstance(data, SignalHistory):
                self._history = data
                return
            self._feed.feed(data)
