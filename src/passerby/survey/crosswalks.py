"""Crossings: where people on foot or on bicycles go over the carriageway in bundles, square to its traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy.sparse.csgraph import connected_components

from passerby.survey.paths import Paths
from passerby.survey.road import Road
from passerby.survey.runs import ALONG_RAD, Run, runs_over
from passerby.survey.standing import Rests
from passerby.tracks.record import BoolArray, FloatArray

LEAST: Final = 4
"""Road users that make a crossing wherever it is."""

_SAME_RAD: Final = np.radians(25.0)
_FEW_RUNS: Final = 8
_BUNDLE_M: Final = 1.5
_HALF_WIDTH_M: Final = 3.0
_BODY_M: Final = 0.3
_NARROWEST_M: Final = 2.4
_FEW_WIDTH_M: Final = 3.2
_RIDING_ALONG: Final = 0.2
_WALKING_ALONG: Final = 0.5
_DOUBLE: Final = 0.3
_ONE_PLACE: Final = 0.65
_AT_END_M: Final = 2.0
_UNDRIVEN_M: Final = 9.0
_FARTHER_M: Final = 5.0
"""Who walks so much farther over the road than most crosses another carriageway too."""


@dataclass(frozen=True, eq=False)
class Crossing:
    """A crossing found: corners (4, 2) in m; axis, the unit vector across the road; who used it; how they spread.

    ways: (track, rides, points) of each way over it. spread_m: standard deviation of their places along the road.
    """

    corners: FloatArray
    axis: FloatArray
    ways: tuple[tuple[int, bool, FloatArray], ...]
    spread_m: float

    @property
    def walkers(self) -> list[int]:
        """Tracks of those on foot."""
        return sorted({track for track, rides, _ in self.ways if not rides})

    @property
    def cyclists(self) -> list[int]:
        """Tracks of those on bicycles."""
        return sorted({track for track, rides, _ in self.ways if rides})

    @property
    def polygon(self) -> shapely.Polygon:
        """Its area."""
        return shapely.Polygon(self.corners)


def crossings(
    road: Road, walkers: Paths, cyclists: Paths, waiting: Rests, mouths: shapely.Geometry | None
) -> tuple[list[Crossing], int]:
    """The crossings that 3 or more used, or fewer at the junction's mouths; and how many crossed elsewhere.

    waiting: standstills of people, which tell where the kerb is. mouths: ground where a crossing is to be expected.
    """
    found: list[Crossing] = []
    strays = 0
    for rides, paths in ((False, walkers), (True, cyclists)):
        kept: list[Crossing] = []
        for bundle in _bundles(runs_over(road, paths, rides)):
            tracks = len({r.track for r in bundle})
            crossing = _drawn(bundle, waiting)
            if _along_share(road, crossing) > (_RIDING_ALONG if rides else _WALKING_ALONG):
                continue  # a way through the junction as the traffic goes
            if any(_shared(crossing, other) > _DOUBLE for other in kept):
                continue  # strays around a crossing that is there already
            expected = not rides and mouths is not None and mouths.intersects(crossing.polygon.centroid)
            if tracks >= LEAST or (expected and (tracks > 1 or bundle[0].whole)):
                kept.append(crossing)
            else:
                strays += tracks
        found += kept
    return _together(found), strays


def _together(found: list[Crossing]) -> list[Crossing]:
    """Crossings on foot and by bicycle that lie in one place made one."""
    out: list[Crossing] = []
    for crossing in found:
        same = next((k for k, o in enumerate(out) if _shared(crossing, o) > _ONE_PLACE), None)
        if same is None:
            out.append(crossing)
            continue
        larger = max(out[same], crossing, key=lambda c: c.polygon.area)
        out[same] = Crossing(larger.corners, larger.axis, (*out[same].ways, *crossing.ways), larger.spread_m)
    return out


def _shared(a: Crossing, b: Crossing) -> float:
    """Share of the smaller area that both cover."""
    return float(a.polygon.intersection(b.polygon).area / min(a.polygon.area, b.polygon.area))


def _along_share(road: Road, crossing: Crossing) -> float:
    """Share of the motor traffic on a crossing that drives along it rather than over it."""
    inside = shapely.contains_xy(crossing.polygon, road.tree.data[:, 0], road.tree.data[:, 1])
    if not inside.any():
        return 0.0
    apart = np.abs(np.sin(road.courses[inside] - np.arctan2(crossing.axis[0], crossing.axis[1])))
    return float((apart < np.sin(ALONG_RAD)).mean())


def _bundles(runs: list[Run]) -> list[list[Run]]:
    """Runs side by side: alike in direction, close across it, overlapping along it; the densest bundle first.

    Each is gathered around the run with most others beside it. Chains of neighbours would lead round a corner from one
    crossing to the next.
    """
    if not runs:
        return []
    middles = np.array([r.middle for r in runs])
    axes = np.array([r.axis for r in runs])
    lengths = np.array([np.hypot(*(r.points[-1] - r.points[0])) for r in runs])
    off = middles[None, :, :] - middles[:, None, :]
    across = np.abs(off[:, :, 0] * axes[:, None, 1] - off[:, :, 1] * axes[:, None, 0])
    along = np.abs((off * axes[:, None, :]).sum(2))
    overlap = (lengths[:, None] + lengths[None, :]) / 2 - along
    alike = np.abs(axes @ axes.T) > np.cos(_SAME_RAD)
    close = alike & (overlap > 0.5 * np.minimum(lengths[:, None], lengths)) & (across < _BUNDLE_M)
    _, part = connected_components(close, directed=False)
    few = np.bincount(part)[part] <= _FEW_RUNS
    # a handful of pieces may only be neighbours of neighbours
    bundles = [[runs[i] for i in np.flatnonzero(part == k)] for k in np.unique(part[few])]
    left = ~few
    while left.any():
        # the longer of two equally dense ones shows more of the crossing
        seed = int(np.argmax(np.where(left, (close & left).sum(1) + 1e-3 * lengths, -1.0)))
        chosen = _gathered(seed, left & alike[seed] & (across[seed] < _HALF_WIDTH_M), off[seed] @ axes[seed], lengths)
        bundles.append([runs[k] for k in np.flatnonzero(chosen)])
        left &= ~chosen
    return sorted(bundles, key=lambda g: -len(g))


def _gathered(seed: int, possible: BoolArray, along: FloatArray, lengths: FloatArray) -> BoolArray:
    """Those of the possible runs that overlap the seed along it, or one that does: pieces of ways make one crossing."""
    chosen = np.zeros(len(along), bool)
    chosen[seed] = True
    low, high = along - lengths / 2, along + lengths / 2
    while True:
        a, b = low[chosen].min(), high[chosen].max()
        more = possible & ~chosen & (np.minimum(high, b) - np.maximum(low, a) > 0.5 * np.minimum(lengths, b - a))
        if not more.any():
            return chosen
        chosen |= more


def _drawn(bundle: list[Run], waiting: Rests) -> Crossing:
    axis = np.array([r.axis for r in bundle])
    axis = axis * np.sign(axis @ axis[0])[:, None]
    lengths = np.array([np.hypot(*(r.points[-1] - r.points[0])) for r in bundle])
    u = (axis * lengths[:, None]).sum(0)
    u = u / np.hypot(*u)
    v = np.array([u[1], -u[0]])
    places = np.array([np.median(r.points @ v) for r in bundle])
    # the ends of a way bend to where people come from and go to
    every = np.concatenate([(r.points @ v)[_middle(r.points @ u)] for r in bundle])
    low, high = float(np.quantile(every, 0.02)) - _BODY_M, float(np.quantile(every, 0.98)) + _BODY_M
    least = _FEW_WIDTH_M if len(bundle) < 6 else _NARROWEST_M
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    a = np.array([(r.points @ u).min() for r in bundle])
    b = np.array([(r.points @ u).max() for r in bundle])
    whole = np.array([r.whole for r in bundle])
    used = whole if whole.sum() >= 3 else np.ones(len(bundle), bool)
    near, far = (
        (np.quantile(a, 0.1), np.quantile(b, 0.9)) if used.sum() < 3 else (np.median(a[used]), np.median(b[used]))
    )
    if near - a.min() > _FARTHER_M:
        near = a.min()
    if b.max() - far > _FARTHER_M:
        far = b.max()
    near, far = _kerbs(float(near), float(far), float(low), float(high), u, v, waiting)
    corners = np.array([near * u + low * v, far * u + low * v, far * u + high * v, near * u + high * v])
    return Crossing(corners, u, tuple((r.track, r.rides, r.points) for r in bundle), float(places.std()))


def _middle(along: FloatArray) -> BoolArray:
    a, b = along.min(), along.max()
    inner: BoolArray = (along >= a + 0.2 * (b - a)) & (along <= b - 0.2 * (b - a))
    return inner if inner.any() else np.ones(len(along), bool)


def _kerbs(
    near: float, far: float, low: float, high: float, u: FloatArray, v: FloatArray, waiting: Rests
) -> tuple[float, float]:
    """The ends moved to the foremost of those who wait there: nobody waits on the carriageway.

    Where none waits at an end they are looked for farther on in line with it (there are lanes that nobody drove) and
    before it (ways that go straight on at a corner).
    """
    at = np.stack([waiting.x, waiting.y], 1)
    along, across = at @ u, at @ v
    along = np.sort(along[(across > low - 0.5) & (across < high + 0.5)])
    middle = (near + far) / 2
    return -kerb(-near, -middle, -along[::-1]), kerb(far, middle, along)


def kerb(end: float, middle: float, along: FloatArray) -> float:
    """One end (m along a crossing, the greater one) moved to the foremost of the nearest three who wait together.

    middle: of the crossing, m. along: where people wait, m, sorted. As it was where no three do.
    """
    for reach in (along[np.abs(along - end) < _AT_END_M], along[(along > middle) & (along < end + _UNDRIVEN_M)]):
        together = [k for k in range(len(reach) - 2) if reach[k + 2] - reach[k] < 2 * _AT_END_M]
        if together:
            nearest = reach[min(together, key=lambda k: abs(reach[k + 1] - end)) + 1]
            return float(np.quantile(reach[np.abs(reach - nearest) < _AT_END_M], 0.15))
    return end
