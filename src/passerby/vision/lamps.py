"""`LampReader`: the signals' states from their lamps in a camera's picture, for junctions without a log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.errors import SiteError
from passerby.site.model import Camera, Signal
from passerby.vision.frame import Picture
from passerby.vision.lamp_history import LampHistory
from passerby.vision.lamp_view import Aspect, LampView, Look

Change = tuple[float, str, str]
"""t (epoch s), signal, state: a row of the signals' state table."""

LATE_S: Final = 3.5
"""How long after it a change may be told, which flashing and going dark need; steady lights need 0.1 to 0.3 s."""


class LampReader:
    """Reads the lamps that one camera, with pictures of width x height, sees.

    SiteError where a lamp lies outside the picture. A signal that has several heads in the picture shows what they
    agree on.
    """

    def __init__(self, camera: Camera, signals: Iterable[Signal], width: int, height: int) -> None:
        drawn = camera.calibration.size if camera.calibration is not None else None
        scale = (width / drawn[0], height / drawn[1]) if drawn is not None else (1.0, 1.0)
        self._views: dict[str, list[LampView]] = {}
        self._histories: dict[str, LampHistory] = {}
        for signal in signals:
            views = [LampView(lamps, width, height, scale) for lamps in signal.lamps if lamps.camera == camera.id]
            for view in views:
                if not view.inside():
                    raise SiteError(
                        f'signal "{signal.id}": lamp in camera "{camera.id}" lies outside its picture of {width} x '
                        f"{height} pixels; draw it anew, or write size = [width, height] of the picture it was drawn "
                        "in under [camera.calibration]"
                    )
            if views:
                self._views[signal.id] = views
                self._histories[signal.id] = LampHistory(signal.kind)

    @property
    def signals(self) -> tuple[str, ...]:
        """Ids of the signals that this camera sees."""
        return tuple(self._views)

    @property
    def states(self) -> dict[str, str]:
        """What each signal shows now."""
        return {signal: history.state for signal, history in self._histories.items()}

    @property
    def known_until(self) -> float:
        """The instant (epoch s) before which no change will be told any more; -inf before the first picture."""
        return min((h.known_until for h in self._histories.values()), default=float("inf"))

    def read(self, bgr: Picture, t: float) -> list[Change]:
        """Changes that a picture, uint8, shape (h, w, 3), taken at t makes certain; t must rise."""
        changes: list[Change] = []
        for signal, views in self._views.items():
            look = _agreed([view.look(bgr, t) for view in views])
            changes += [(at, signal, state) for at, state in self._histories[signal].add(t, look.aspect, look.whole)]
        return sorted(changes)

    def blind(self, t: float) -> list[Change]:
        """What follows when the camera sees nothing or has moved from t on: every state becomes unknown."""
        changes: list[Change] = []
        for signal, history in self._histories.items():
            changes += [(at, signal, state) for at, state in history.lost(t)]
        return changes


def _agreed(looks: list[Look]) -> Look:
    lit: set[Aspect] = {look.aspect for look in looks if look.aspect}
    if len(lit) == 1:
        return Look(lit.pop(), True)
    dark = [look for look in looks if look.aspect == ()]
    if not lit and dark:
        return Look((), any(look.whole for look in dark))
    return Look(None, False)
