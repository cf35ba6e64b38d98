"""Who has gone: lost for too long where nothing hides it, out of the picture, or never there."""

from __future__ import annotations

import numpy as np

from passerby.tracks.record import BoolArray, FloatArray
from passerby.vision.association import covered
from passerby.vision.settings import Settings
from passerby.vision.state import Tracks
from passerby.vision.view import View


def miss(
    view: View, tracks: Tracks, boxes: FloatArray, watched: BoolArray, settings: Settings, t: float, dt: float
) -> None:
    """Counts the time of those not detected at t; boxes: where they should be, (n, 4); watched: whether looked at."""
    row = tracks.row
    missed = ~row["seen"]
    if not missed.any():
        return
    frame = np.array([[0.0, 0.0, view.width, view.height]])
    watched = missed & watched
    inside = covered(boxes, frame)[:, 0]
    # who stands lower in the picture stands in front
    front = covered(boxes, boxes) * (boxes[None, :, 3] > boxes[:, None, 3]) * row["confirmed"][None, :]
    np.fill_diagonal(front, 0.0)
    hidden = front.max(1) > 0.35
    share = np.where(hidden | row["carried"], settings.hidden_share, 1.0)
    row["lost_s"][missed] += (dt * share)[missed]
    row["hit_t"][missed] = t
    row["belief"][watched] -= np.where(hidden | row["carried"], 0.1, 1.0)[watched]
    leaving = missed & (inside < 0.6)
    row["lost_s"][leaving] += 2.0 * dt
    row["lost_s"][missed & (inside < 0.25)] = np.inf


def over(tracks: Tracks, settings: Settings) -> BoolArray:
    """Which tracks have ended, shape (n,); the shorter one was there, the shorter it is waited for."""
    row = tracks.row
    patience = np.where(row["confirmed"], np.minimum(settings.patience_s, 0.3 + row["hits"] * 0.2), 0.5)
    return np.asarray((row["lost_s"] > patience) | (~row["confirmed"] & (row["belief"] <= -1.0)))
