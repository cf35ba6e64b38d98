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


def pet(m: Motion, a: int, b: int, most: float, fine: int = 5) -> tuple[float, bool]:
    """Least t_b - t_a >= 0 with overlapping footprints (tracks a, b), and whether they ever overlap at once."""
    shapes, times = [], []
    for track in (a, b):
        s = slice(m.starts[track], m.starts[track + 1])
        t = m.k[s] * STEP_S
        grid = np.linspace(t[0], t[-1], (len(t) - 1) * fine + 1)
        x, y = np.interp(grid, t, m.x[s]), np.interp(grid, t, m.y[s])
        hx, hy = np.interp(grid, t, m.hx[s]), np.interp(grid, t, m.hy[s])
        shapes.append([rectangle(m, track, *p) for p in zip(x, y, hx, hy, strict=True)])
        times.append(grid)
    tree = shapely.STRtree(shapes[0])
    j, i = tree.query(shapes[1], predicate="intersects")
    gap = times[1][j] - times[0][i]
    once = bool((np.abs(gap) < 0.5 * STEP_S / fine).any())
    gap = gap[(gap >= 0) & (gap <= most)]
    return (float(gap.min()) if len(gap) else math.inf), once
