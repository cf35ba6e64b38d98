"""Smoothed motion as rows of tracks again."""

from __future__ import annotations

import numpy as np

from passerby.tracks.motion import Motion
from passerby.tracks.record import Tracks


def rows_of(motion: Motion) -> Tracks:
    """The samples of a motion as rows: ten a second, heading and footprint included."""
    return Tracks(
        motion.ids,
        motion.track,
        motion.cls[motion.track],
        motion.t,
        motion.x,
        motion.y,
        motion.length[motion.track],
        motion.width[motion.track],
        np.arctan2(motion.hx, motion.hy),
    )
