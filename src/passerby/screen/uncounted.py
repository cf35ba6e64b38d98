"""Road users who were seen and passed no place at which anybody is counted."""

from __future__ import annotations

import numpy as np
import shapely

from passerby.site.model import Site, polygon
from passerby.tracks.motion import Motion


def uncounted(site: Site, motion: Motion) -> int:
    """How many tracks' paths touch no stop line and no crosswalk.

    Mostly those seen in part: come from where the camera does not see, or lost before the line and found beyond it.
    """
    places = [shapely.LineString(s.points) for s in site.stop_lines] + [polygon(c.polygon) for c in site.crosswalks]
    whole = shapely.union_all(places)
    shapely.prepare(whole)
    life = np.diff(motion.starts)
    track = np.repeat(np.arange(len(life)), life)
    long = np.flatnonzero(life > 1)
    row = np.isin(track, long)
    xy = np.column_stack([motion.x[row], motion.y[row]])
    paths = shapely.linestrings(xy, indices=np.searchsorted(long, track[row]))
    return len(life) - int(np.sum(shapely.intersects(whole, paths)))
