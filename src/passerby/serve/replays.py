"""What just happened, acted out by silhouettes: six seconds around an event, without names, ids or times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from passerby.serve.figures import NEAR_MISS
from passerby.serve.recall import RATE_HZ, Recall
from passerby.serve.scene import acted_users, public_lights

BEFORE_S: Final = 4.0
AFTER_S: Final = 2.0
RADIUS_M: Final = 35.0
PLACE_GRID_M: Final = 0.5


def worth_showing(row: Mapping[str, Any]) -> bool:
    """Whether an event is shown to everybody: any violation that is likelier than not, near misses that are serious."""
    if (row["confidence"] if row["confidence"] is not None else 1.0) < 0.5:
        return False
    return "class_a" not in row or row["severity"] == "serious"


def public_replay(row: Mapping[str, Any], recall: Recall, names: Mapping[str, str]) -> dict[str, Any] | None:
    """kind, classes, place, frames at 5 a second with their lights, severity; None where it was not seen.

    Frames hold [class, x, y, heading, speed, part of it (0 or 1)] in random order, for everyone around the place.
    """
    t = row["t"].timestamp()
    scenes = recall.window(t - BEFORE_S, t + AFTER_S)
    involved = frozenset(str(row[c]) for c in ("track", "track_a", "track_b") if row.get(c) is not None)
    seen = {track for scene in scenes for track in scene.tracks}
    if len(scenes) < RATE_HZ * 2 or not involved & seen:
        return None
    x, y = float(row["x"]), float(row["y"])
    classes = [row["class"]] if "class" in row else sorted((row["class_a"], row["class_b"]))
    replay: dict[str, Any] = {
        "kind": row["kind"] if "class" in row else NEAR_MISS,
        "classes": classes,
        "place": [_coarse(x), _coarse(y)],
        "frames": [acted_users(s, x, y, RADIUS_M, involved) for s in scenes],
        "lights": [public_lights(s.lights, names) for s in scenes],
    }
    if row.get("severity") is not None:
        replay["severity"] = row["severity"]
    return replay


def _coarse(value: float) -> float:
    return float(np.round(value / PLACE_GRID_M) * PLACE_GRID_M)
