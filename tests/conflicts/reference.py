"""TTC and PET the slow way: every pair, scalar code, shapely polygons, small steps of time."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import affinity

from passerby.tracks.motion import STEP_S, Motion


def rectangle(m: Motion, track: int, x: float, y: float, hx: float, hy: float) -> shapely.Polygon:
    box = shapely.box(-m.length[track] / 2, -m.width[track] / 2, m.length[track] / 2, m.width[track] / 2)
    return affinity.translate(affinity.rotate(box, math.atan2(hy, hx), origin=(0, 0), use_radians=True), x, y)


def along(m: Motion, i: int, distance: float, steps_ahead: int = 30) -> tuple[float, float, float, float]:
    """Place and heading `distance` further along the path of sample i."""
    stop = m.starts[m.track[i] + 1]
    for j in range(i, min(i + steps_ahead, stop - 1)):
        if not m.joined[j + 1]:
            stop = j + 1
            break
        piece = math.hypot(m.x[j + 1] - m.x[j], m.y[j + 1] - m.y[j])
        if distance <= piece and piece > 0:
            f = distance / piece
            return m.x[j] + f * (m.x[j + 1] - m.x[j]), m.y[j] + f * (m.y[j + 1] - m.y[j]), m.hx[j], m.hy[j]
        distance -= piece
    e = min(i + steps_ahead, stop - 1)
    return m.x[e] + distance * m.hx[e], m.y[e] + distance * m.hy[e], m.hx[e], m.hy[e]


def ttc(m: Motion, horizon: float, every: int = 5, resolution: float = 0.01) -> dict[tuple[str, str, int], float]:
    """{(id, id, k): TTC to the resolution} at every fifth instant, of all pairs that do not overlap already."""
    out = {}
    at: dict[int, list[int]] = {}
    for i in np.flatnonzero(m.k % every == 0):
        at.setdefault(int(m.k[i]), []).append(i)
    for k, samples in at.items():
        for n, i in enumerate(samples):
            for j in samples[n + 1 :]:
                reach_now = sum(math.hypot(m.length[m.track[s]], m.width[m.track[s]]) for s in (i, j)) / 2
                reach = (m.speed[i] + m.speed[j]) * horizon + reach_now
                if math.hypot(m.x[i] - m.x[j], m.y[i] - m.y[j]) > reach:
                    continue
                for tau in np.arange(0, horizon + resolution / 2, resolution):
                    centres = [along(m, s, m.speed[s] * tau)[:2] for s in (i, j)]
                    if math.dist(*centres) > reach_now:
                        continue
                    shapes = [rectangle(m, m.track[s], *along(m, s, m.speed[s] * tau)) for s in (i, j)]
                    if shapes[0].intersects(shapes[1]):
                        if tau > 0:
                            a, b = sorted((m.ids[m.track[i]], m.ids[m.track[j]]))
                            out[a, b, k] = tau
                        break
    return out


class Shapes:
    """Footprints of every track at `fine` instants to the clock step, headings as interpolated."""

    def __init__(self, m: Motion, fine: int = 5) -> None:
        self.fine = fine
        self.times: list[np.ndarray] = []
        self.polygons: list[np.ndarray] = []
        for track in range(len(m.ids)):
            s = slice(m.starts[track], m.starts[track + 1])
            t = m.k[s] * STEP_S
            grid = np.linspace(t[0], t[-1], (len(t) - 1) * fine + 1)
            columns = (np.interp(grid, t, c[s]) for c in (m.x, m.y, m.hx, m.hy))
            self.times.append(grid)
            self.polygons.append(np.array([rectangle(m, track, *p) for p in zip(*columns, strict=True)]))

    def pet(self, a: int, b: int, most: float) -> tuple[float, bool, float, float]:
        """Least t_b - t_a >= 0 with overlapping footprints, whether they ever overlap at once, t_a and t_b."""
        j, i = shapely.STRtree(self.polygons[a]).query(self.polygons[b], predicate="intersects")
        gap = self.times[b][j] - self.times[a][i]
        once = bool((np.abs(gap) < 0.5 * STEP_S / self.fine).any())
        fits = np.flatnonzero((gap >= 0) & (gap <= most))
        if not len(fits):
            return math.inf, once, math.nan, math.nan
        best = fits[gap[fits].argmin()]
        return float(gap[best]), once, float(self.times[a][i[best]]), float(self.times[b][j[best]])

    def off_the_wake(self, a: int, t_a: float, b: int, t_then: float) -> float:
        """How far b's footprint at `t_then` was from the ground that a had passed over in the 8 s before t_a, m."""
        passed = (self.times[a] >= t_a - 8.0) & (self.times[a] <= t_a + 1e-6)
        then = self.polygons[b][int(np.abs(self.times[b] - t_then).argmin())]
        return float(shapely.distance(self.polygons[a][passed], then).min())
