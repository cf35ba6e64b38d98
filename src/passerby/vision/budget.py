"""How much looking a live camera room can afford: it gives way by looking less often, never by falling behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from passerby.vision.attention import Wish

SHARE: Final = 0.85
"""Of the time that passes, so much may be spent: the rest is for what comes unexpected."""

SAVED_S: Final = 0.15
OVERDUE: Final = 6.0
"""A look so many intervals late is taken whatever it costs: pictures are dropped then, nobody is forgotten."""

FORGET: Final = 0.1
FIRST_GUESS_S_PER_PX: Final = 8e-8


class Budget:
    """Seconds that may be spent on looking, saved up round by round, and what a look costs by what looks have cost."""

    def __init__(self) -> None:
        self._saved_s = SAVED_S
        self._s_per_px = FIRST_GUESS_S_PER_PX

    def choose(self, wishes: Sequence[Wish]) -> list[int]:
        """Which wishes to grant now, by their numbers: the most overdue first, as long as there is time left."""
        due = sorted((i for i, w in enumerate(wishes) if w.due), key=lambda i: -wishes[i].overdue)
        left = self._saved_s
        chosen = []
        for i in due:
            if left <= 0.0 and wishes[i].overdue < OVERDUE:
                break
            chosen.append(i)
            left -= self._s_per_px * pixels(wishes[i])
        return chosen

    def spent(self, wishes: Sequence[Wish], looking_s: float, round_s: float, other_s: float) -> None:
        """The round lasted round_s, of which looking at these wishes took looking_s and other work other_s."""
        seen = sum(pixels(w) for w in wishes)
        if seen:
            self._s_per_px += FORGET * (looking_s / seen - self._s_per_px)
        gained = SHARE * round_s - other_s - looking_s
        # a debt of more than a second would starve the cameras after one slow moment
        self._saved_s = min(max(self._saved_s + gained, -1.0), SAVED_S)


def pixels(wish: Wish) -> float:
    """How many pixels a wish asks to be looked at."""
    r = wish.regions
    return float(((r[:, 2] - r[:, 0]) * (r[:, 3] - r[:, 1])).sum())
