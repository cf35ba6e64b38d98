"""`LampHistory`: from what is seen picture by picture to the state of a signal and the instant it began."""

from __future__ import annotations

from collections import deque
from typing import Final

from passerby.vision.lamp_view import Aspect

USUAL: Final[frozenset[tuple[Aspect | None, Aspect]]] = frozenset(
    {
        (("red",), ("red", "amber")),
        (("red",), ("green",)),
        (("red", "amber"), ("green",)),
        (("green",), ("amber",)),
        (("amber",), ("red",)),
        (("amber",), ("green",)),  # from flashing at the end of the night programme
    }
)
CHANGE_S: Final = 0.08
FOUND_S: Final = 0.3
UNUSUAL_S: Final = 1.0
"""A change that no signal plan has must last longer: it is more likely a lens that is covered or a bulb that fades."""

LOST_S: Final = 0.2
DARK_S: Final = 2.5
BLINK_S: Final = (0.19, 1.1)
"""How long a flashing lamp is lit or dark: 40 to 60 a minute (MUTCD 4D.28; RiLSA), to 120 for pedestrians."""

FLASH_S: Final = 0.45
EVEN_S: Final = 0.25
"""Flashes are alike; what comes and goes by chance (a branch, a lamp whose pulses beat with the shutter) is not."""

DUTY: Final = 2.2
"""Lit and dark halves of a flash are half to two thirds of it (MUTCD 4D.28), within a picture's time."""

HIDDEN_S: Final = 1.2

STEADY_S: Final = 1.5
GAP_S: Final = 1.5

VEHICLE: Final[dict[Aspect, str]] = {
    ("red",): "red",
    ("red", "amber"): "red_amber",
    ("amber",): "amber",
    ("green",): "green",
}
PEDESTRIAN: Final[dict[Aspect, str]] = {("red",): "dont_walk", ("green",): "walk"}
FLASHING: Final[dict[Aspect, str]] = {("amber",): "flashing_amber", ("red",): "flashing_red", ("green",): "green"}


class LampHistory:
    """kind: vehicle, bicycle or pedestrian. state: what holds now. known_until: before it nothing changes any more."""

    def __init__(self, kind: str) -> None:
        self._steady = PEDESTRIAN if kind == "pedestrian" else VEHICLE
        self._flashing = dict.fromkeys(PEDESTRIAN, "clear") if kind == "pedestrian" else FLASHING
        self.state = "unknown"
        self.known_until = float("-inf")
        self._since = float("-inf")
        self._aspect: Aspect | None = None
        self._run: Aspect | None = None
        self._start = float("-inf")
        self._frames = 0
        self._last = float("-inf")
        self._whole = True
        self._phases: deque[tuple[Aspect, float, float]] = deque(maxlen=6)

    def add(self, t: float, aspect: Aspect | None, whole: bool = True) -> list[tuple[float, str]]:
        """What one picture showed; the changes that are certain now, each with its instant. t rises."""
        out: list[tuple[float, str]] = []
        if t - self._last > GAP_S and self._frames:
            self._begin(None, self._last)
            self._phases.clear()
            out += self._change(self._last + 1e-3, "unknown", None)
        if aspect != self._run or not self._frames:
            if self._frames and self._run is not None:
                self._phases.append((self._run, self._start, t))
            self._begin(aspect, t)
        self._frames += 1
        self._whole &= whole
        self._last = t
        lasted = t - self._start
        if aspect is None:
            if lasted >= LOST_S and self._frames >= 2:
                self._phases.clear()
                out += self._change(self._start, "unknown", None)
        elif aspect == ():
            if self._whole and lasted >= DARK_S:
                out += self._change(self._start, "dark", None)
            elif not self._whole and lasted >= HIDDEN_S:
                out += self._change(self._start, "unknown", None)
        elif (began := self._flash(aspect)) is not None:
            out += self._change(began, self._flashing[aspect], aspect)
        elif not self._blinks(aspect, lasted) and self._certain(aspect, lasted):
            if lasted >= STEADY_S:
                self._phases.clear()
            out += self._change(self._start, self._steady[aspect], aspect)
        self.known_until = max(self.known_until, self._settled(t, lasted))
        return out

    def lost(self, t: float) -> list[tuple[float, str]]:
        """The picture has gone, or shows something else, from t on."""
        self._begin(None, t)
        self._phases.clear()
        return self._change(t, "unknown", None)

    def _settled(self, t: float, lasted: float) -> float:
        """The instant from which on a change may still be told, now that t has been seen."""
        flashing = self.state not in ("unknown", "dark") and self.state != self._steady.get(self._aspect or ())
        dark = [
            start
            for aspect, start, end in self._phases
            if aspect == () and end - start <= BLINK_S[1] and t - end < 2 * BLINK_S[1]
        ]
        if self._run == ():
            pending = self._start if lasted < DARK_S else t
        elif flashing:
            pending = self._start if lasted < STEADY_S else t
        else:
            pending = t if self._run == self._aspect else self._start
        return min([t, pending, *dark])

    def _begin(self, aspect: Aspect | None, t: float) -> None:
        self._run, self._start, self._frames, self._whole = aspect, t, 0, True

    def _certain(self, aspect: Aspect, lasted: float) -> bool:
        if aspect == self._aspect:
            return self.state == "unknown" or (self.state in self._flashing.values() and lasted >= STEADY_S)
        if aspect not in self._steady:
            return False
        if (self._aspect, aspect) in USUAL or (self._steady is PEDESTRIAN and self._aspect is not None):
            return lasted >= CHANGE_S and self._frames >= 2
        return lasted >= (FOUND_S if self._aspect is None else UNUSUAL_S) and self._frames >= 3

    def _blinks(self, aspect: Aspect, lasted: float) -> bool:
        """Whether this is the lit half of what has been flashing."""
        return (
            self.state == self._flashing.get(aspect) and self.state not in self._steady.values() and (lasted < STEADY_S)
        )

    def _flash(self, aspect: Aspect) -> float | None:
        """When this lamp began to flash: lit, dark, lit, dark and lit again, each for as long as flashing lamps are."""
        past = list(self._phases)[-4:]
        if len(past) < 4 or aspect not in self._flashing or self.state == self._flashing[aspect]:
            return None
        if [a for a, _, _ in past] != [aspect, (), aspect, ()]:
            return None
        (_, _, dark), *rest = past
        lengths = [end - start for _, start, end in rest]
        if (
            min(lengths) < BLINK_S[0]
            or lengths[0] + lengths[1] < FLASH_S
            or max(lengths) > BLINK_S[1]
            or abs(lengths[0] - lengths[2]) > EVEN_S
        ):
            return None
        if not 1 / DUTY <= 2 * lengths[1] / (lengths[0] + lengths[2]) <= DUTY:
            return None
        return dark if past[-1][2] == self._start else None

    def _change(self, t: float, state: str, aspect: Aspect | None) -> list[tuple[float, str]]:
        self._aspect = aspect
        if state == self.state:
            return []
        self.state = state
        self._since = max(t, self._since + 1e-3)
        return [(self._since, state)]
