"""What just happened, acted out by silhouettes: six seconds around an event, without names, ids or times.

A replay begins with the frames that are there; those that are still to be seen follow. Frames are cut on a clock of
their own, five a second, whatever the pace of the scenes, so that neither that pace nor an instant shows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Any, Final

import numpy as np

from passerby.serve.figures import NEAR_MISS
from passerby.serve.plan import Box
from passerby.serve.recall import RATE_HZ, Recall
from passerby.serve.scene import EVERYWHERE, Scene, acted_users, public_lights

BEFORE_S: Final = 4.0
AFTER_S: Final = 2.0
FRAMES: Final = round((BEFORE_S + AFTER_S) * RATE_HZ) + 1
LEAST_FRAMES: Final = 2 * RATE_HZ
RADIUS_M: Final = 35.0
PLACE_GRID_M: Final = 0.5
_GAP_S: Final = 1.0


def worth_showing(row: Mapping[str, Any]) -> bool:
    """Whether an event is shown to everybody: any violation that is likelier than not, near misses that are serious.

    Conflicts told early are at most as likely as not (`live.early.TRUST`): they are shown once they are final.
    """
    if (row["confidence"] if row["confidence"] is not None else 1.0) <= 0.5:
        return False
    return "class_a" not in row or row["severity"] == "serious"


def involved(row: Mapping[str, Any]) -> frozenset[str]:
    """Who was part of an event: one road user or two."""
    return frozenset(str(row[c]) for c in ("track", "track_a", "track_b") if row.get(c) is not None)


class Acting:
    """The frames of one event, each given once: take() gives those seen since the last call.

    Every frame is a list of [class, x, y, heading, speed, part of it (0 or 1)] in random order, of everyone around the
    place and within bounds, those of the plan, with the lights by their public names.
    """

    def __init__(
        self, row: Mapping[str, Any], recall: Recall, names: Mapping[str, str], bounds: Box = EVERYWHERE
    ) -> None:
        self._row, self._recall, self._names, self._bounds = row, recall, names, bounds
        self._involved = involved(row)
        self._t0: float = row["t"].timestamp() - BEFORE_S
        self._next = 0

    @property
    def left(self) -> int:
        """How many frames have not been given yet."""
        return FRAMES - self._next

    def first(self) -> dict[str, Any] | None:
        """kind, classes, place, length (frames in all), frames and lights so far; None before it can be made out."""
        scenes = self._recall.window(self._t0 - 1 / RATE_HZ, self._t0 + BEFORE_S + AFTER_S)
        if not self._involved & {track for scene in scenes for track in scene.tracks}:
            return None
        # what was not seen at the beginning is not shown
        skipped = max(0, ceil((scenes[0].t - self._t0) * RATE_HZ - 1e-6))
        self._next = skipped
        if self.seen() < LEAST_FRAMES:
            return None
        return self._words(FRAMES - skipped) | self.more()

    def unseen(self) -> dict[str, Any]:
        """As `first`, for what nobody was seen to do: what happened and where, and no frame, now or later."""
        return self._words(FRAMES) | {"frames": [], "lights": []}

    def _words(self, length: int) -> dict[str, Any]:
        row = self._row
        words = {
            "kind": row["kind"] if "class" in row else NEAR_MISS,
            "classes": [row["class"]] if "class" in row else sorted((row["class_a"], row["class_b"])),
            "place": [_coarse(float(row["x"])), _coarse(float(row["y"]))],
            "length": length,
        }
        if row.get("severity") is not None:
            words["severity"] = row["severity"]
        return words

    def seen(self) -> int:
        """How many frames could be taken now."""
        reached = min(max(self._recall.newest_t - self._t0, -1.0), BEFORE_S + AFTER_S)
        return max(0, floor(reached * RATE_HZ + 1e-6) + 1 - self._next)

    def more(self) -> dict[str, Any]:
        """frames and lights seen since the last call."""
        scenes = self._recall.window(self._t0 - _GAP_S, self._t0 + BEFORE_S + AFTER_S)
        x, y = float(self._row["x"]), float(self._row["y"])
        upto = self._next + self.seen()
        shown = [_at(scenes, self._t0 + k / RATE_HZ) for k in range(self._next, upto)]
        self._next = upto
        return {
            "frames": [acted_users(s, x, y, RADIUS_M, self._involved, self._bounds) for s in shown],
            "lights": [public_lights(s.lights, self._names) for s in shown],
        }


def _at(scenes: Sequence[Scene], t: float) -> Scene:
    """Everyone at an instant: as in the scene before it, gone on as they went; nobody where that is long ago."""
    i = bisect_right([s.t for s in scenes], t + 1e-6) - 1
    before = scenes[max(i, 0)]
    dt = t - before.t
    if i < 0 or dt < 1e-3:
        return before
    if dt > _GAP_S:
        none = np.zeros(len(before), bool)
        return _only(before, none)
    heading, speed = np.radians(np.nan_to_num(before.heading_deg)), np.nan_to_num(before.speed_mps)
    return replace(
        before,
        x=before.x + np.sin(heading) * speed * dt,
        y=before.y + np.cos(heading) * speed * dt,
    )


def _only(scene: Scene, keep: Any) -> Scene:
    columns = {c: getattr(scene, c)[keep] for c in ("cls", "x", "y", "heading_deg", "speed_mps", "length", "width")}
    return replace(scene, tracks=tuple(np.array(scene.tracks, object)[keep]), **columns)


def _coarse(value: float) -> float:
    return float(np.round(value / PLACE_GRID_M) * PLACE_GRID_M)
