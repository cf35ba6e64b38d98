"""`Acts`: what the public is told of events: a replay at once, the rest of it as it is seen, and that it was not so."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from passerby.serve.plan import Box
from passerby.serve.recall import RATE_HZ, Recall
from passerby.serve.replays import Acting, involved
from passerby.serve.scene import EVERYWHERE

PATIENCE_S: Final = 3.0
"""So long (wall time) who is part of an event may be unseen, or the next frames of its replay."""

UNSEEN_S: Final = 0.15
"""After so long without a sight of who is part of it, as where no motion comes with the events, it is said in words."""

JUST_NOW_S: Final = 30.0
"""What is older when it is told, and was not seen, is no news."""

MORE_FRAMES: Final = RATE_HZ
"""Frames that follow go out by so many, and the last of them."""

_SAME_S: Final = 8.0
_REMEMBERED_S: Final = 120.0


@dataclass
class _Act:
    """One happening: ids of the events that tell of it; what of it is still to be sent, None once all is."""

    kind: str
    who: frozenset[str]
    t: float
    events: set[str]
    acting: Acting | None
    waits_since: float
    token: str | None = None


class Acts:
    """Each happening is told once, whether it comes early, for good under another id, or as part of an incident.

    say(name, value) is how the public is told: `replay` with a token of its own, drawn at random for it alone, `more`
    with that token and the frames that follow, `withdraw` with it where the store has taken the event back.
    now() is the junction's time.
    """

    def __init__(self, recall: Recall, say: Callable[[str, dict[str, Any]], None], now: Callable[[], datetime]) -> None:
        self._recall, self._say, self._now = recall, say, now
        self._acts: list[_Act] = []

    def begin(self, row: Mapping[str, Any], names: Mapping[str, str], bounds: Box = EVERYWHERE) -> None:
        """Act an event out, at once where who is part of it has been seen; names: public ones of the lights.

        bounds: of the plan; nobody is shown beyond it.
        """
        who, t = involved(row), row["t"].timestamp()
        kind = "conflict" if "class_a" in row else str(row["kind"])
        self._acts = [a for a in self._acts if a.acting is not None or abs(a.t - t) < _REMEMBERED_S]
        for act in self._acts:
            if act.kind == kind and who & act.who and abs(act.t - t) <= _SAME_S:
                act.events.add(row["event"])
                return
        acting = Acting(dict(row), self._recall, names, bounds)
        act = _Act(kind, who, t, {row["event"]}, acting, time.monotonic())
        self._acts.append(act)
        self._go_on(act)

    def go_on(self) -> None:
        """Send what has been seen since the last call."""
        for act in self._acts:
            self._go_on(act)

    def take_back(self, event: str) -> None:
        """The store tells an event no more: nor is it acted out, unless another one tells of the same."""
        for act in self._acts:
            if event in act.events:
                act.events.discard(event)
                if not act.events:
                    self._acts.remove(act)
                    if act.token is not None:
                        self._say("withdraw", {"token": act.token})
                return

    def _go_on(self, act: _Act) -> None:
        acting, now = act.acting, time.monotonic()
        if acting is None:
            return
        if act.token is None:
            if (replay := acting.first()) is not None:
                act.token, act.waits_since = secrets.token_urlsafe(6), now
                self._say("replay", {"token": act.token} | replay)
            elif now - act.waits_since > UNSEEN_S and abs(self._now().timestamp() - act.t) <= JUST_NOW_S:
                act.token, act.acting = secrets.token_urlsafe(6), None
                self._say("replay", {"token": act.token} | acting.unseen())
                return
        elif (n := acting.seen()) and (n >= MORE_FRAMES or n == acting.left or now - act.waits_since > PATIENCE_S):
            act.waits_since = now
            self._say("more", {"token": act.token} | acting.more())
        if not acting.left or now - act.waits_since > PATIENCE_S:
            act.acting = None
