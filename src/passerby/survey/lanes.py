"""Lanes of a carriageway: ridges of where vehicles keep to across it, followed along it.

In each cross-section every road user counts once, at the median of its own points there. Lanes are the peaks of their
kernel density (Chen and Krumm, "Probabilistic modeling of traffic lanes from GPS traces", 2010, fit a Gaussian mixture
to the same cross-sections; peaks need no count of lanes in advance and let pockets begin anywhere).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from passerby.survey.carriageways import Carriageway
from passerby.tracks.record import BoolArray, FloatArray, IntArray

SECTION_M: Final = 5.0
WINDOW_M: Final = 14.0


@dataclass(frozen=True)
class Habit:
    """How those who use a kind of lane keep to it, in metres; least: road users that make a lane."""

    bandwidth_m: float
    apart_m: float
    width_m: float
    least: int
    least_length_m: float


TRAFFIC: Final = Habit(0.5, 2.1, 3.25, 3, 14.0)
CYCLE: Final = Habit(0.4, 1.4, 1.6, 4, 14.0)
SIDEWALK: Final = Habit(0.9, 2.5, 2.0, 5, 12.0)

_GRID_M: Final = 0.1
_VALLEY: Final = 0.8
_SHARE: Final = 0.08
_LINK_M: Final = 1.0
_GAP_SECTIONS: Final = 4


@dataclass(frozen=True, eq=False)
class Ridge:
    """A lane in its carriageway: d (m to the right of the reference) at sections s (m along it), shape (k,) each.

    users: tracks that drove it; spread_m: standard deviation of their places across it; width_m.
    rows: mask of the carriageway's points that are this lane's.
    """

    s: FloatArray
    d: FloatArray
    users: IntArray
    spread_m: float
    width_m: float
    rows: BoolArray

    def across(self, s: FloatArray) -> FloatArray:
        """Where the lane is (m right of the reference) at s; its end values beyond its ends."""
        return np.interp(s, self.s, self.d)


def ridges(road: Carriageway, habit: Habit) -> list[Ridge]:
    """The lanes of a carriageway from left to right."""
    chains = _linked(_peaks(road, habit))
    return _described(road, _joined(chains), habit)


def _peaks(road: Carriageway, habit: Habit) -> list[list[tuple[float, float, float]]]:
    """Per cross-section: (s, d, how many road users) of every peak."""
    sections = np.arange(min(SECTION_M, road.reference.length_m / 2), road.reference.length_m, SECTION_M)
    found = []
    order = np.argsort(road.s, kind="stable")
    s_sorted = road.s[order]
    for s in sections:
        a, b = np.searchsorted(s_sorted, [s - WINDOW_M / 2, s + WINDOW_M / 2])
        rows = order[a:b]
        found.append([(float(s), d, n) for d, n in _modes(_per_track(road.paths.track[rows], road.d[rows]), habit)])
    return found


def _per_track(track: IntArray, d: FloatArray) -> FloatArray:
    """The median of each track's values."""
    if not len(track):
        return np.empty(0)
    order = np.lexsort((d, track))
    t, v = track[order], d[order]
    begin = np.flatnonzero(np.append(True, t[1:] != t[:-1]))
    n: IntArray = np.diff(np.append(begin, len(t)))
    middle: FloatArray = 0.5 * (v[begin + (n - 1) // 2] + v[begin + n // 2])
    return middle


def _modes(d: FloatArray, habit: Habit) -> list[tuple[float, float]]:
    """(place, road users nearby) of the density's peaks that are lanes of their own."""
    if len(d) < habit.least:
        return []
    grid = np.arange(d.min() - 2, d.max() + 2, _GRID_M)
    density = np.exp(-0.5 * ((grid[:, None] - d) / habit.bandwidth_m) ** 2).sum(1)
    top = np.flatnonzero((density[1:-1] > density[:-2]) & (density[1:-1] >= density[2:])) + 1
    top = top[np.argsort(-density[top])]
    kept: list[int] = []
    for k in top:
        if density[k] < max(habit.least * 0.55, _SHARE * density[top[0]]):
            break
        between = [density[min(int(k), o) : max(int(k), o) + 1].min() for o in kept]
        far = [abs(grid[k] - grid[o]) >= habit.apart_m for o in kept]
        if all(f and low < _VALLEY * density[k] for f, low in zip(far, between, strict=True)):
            kept.append(int(k))
    users = [float((np.abs(d - grid[k]) < habit.apart_m / 2).sum()) for k in kept]
    return sorted((float(grid[k]), n) for k, n in zip(kept, users, strict=True) if n >= habit.least)


Chain = list[tuple[float, float, float]]


def _linked(sections: list[list[tuple[float, float, float]]]) -> list[Chain]:
    """Peaks that go on from section to section."""
    open_chains: list[Chain] = []
    closed: list[Chain] = []
    for peaks in sections:
        if peaks:
            now = peaks[0][0]
            closed += [c for c in open_chains if now - c[-1][0] > _GAP_SECTIONS * SECTION_M]
            open_chains = [c for c in open_chains if now - c[-1][0] <= _GAP_SECTIONS * SECTION_M]
        pairs = sorted(
            (abs(_ahead(c, p[0]) - p[1]), i, j) for i, c in enumerate(open_chains) for j, p in enumerate(peaks)
        )
        used_c: set[int] = set()
        used_p: set[int] = set()
        for apart, i, j in pairs:
            if apart <= _LINK_M and i not in used_c and j not in used_p:
                open_chains[i].append(peaks[j])
                used_c.add(i)
                used_p.add(j)
        open_chains += [[p] for j, p in enumerate(peaks) if j not in used_p]
    return closed + open_chains


def _ahead(chain: Chain, s: float) -> float:
    """Where a chain is expected at s: the median of its last places."""
    del s
    return float(np.median([p[1] for p in chain[-4:]]))


def _joined(chains: list[Chain]) -> list[Chain]:
    """Chains that continue each other behind a stretch where the lane could not be told apart."""
    chains = sorted(chains, key=lambda c: c[0][0])
    out: list[Chain] = []
    for chain in chains:
        before = [
            c
            for c in out
            if 0 < chain[0][0] - c[-1][0] <= 40 and abs(_ahead(c, 0) - float(np.median([p[1] for p in chain[:4]]))) < 1
        ]
        if before and len(chain) + len(before[-1]) >= 3:
            best = min(before, key=lambda c: chain[0][0] - c[-1][0])
            best.extend(chain)
        else:
            out.append(list(chain))
    return out


def _described(road: Carriageway, chains: list[Chain], habit: Habit) -> list[Ridge]:
    chains = [c for c in chains if c[-1][0] - c[0][0] + SECTION_M >= habit.least_length_m]
    if not chains:
        return []
    s_of = [np.array([p[0] for p in c]) for c in chains]
    d_of = [np.array([p[1] for p in c]) for c in chains]
    reach = SECTION_M / 2 + 1
    off = np.full((len(chains), len(road.s)), np.inf)
    for k, (s, d) in enumerate(zip(s_of, d_of, strict=True)):
        on = (road.s >= s[0] - reach) & (road.s <= s[-1] + reach)
        off[k, on] = road.d[on] - np.interp(road.s[on], s, d)
    owner = np.abs(off).argmin(0)
    near = np.abs(off).min(0) < habit.apart_m * 0.7
    out = []
    for k in range(len(chains)):
        rows = near & (owner == k)
        if len(np.unique(road.paths.track[rows])) < habit.least:
            continue
        s, d = _centre(road.s[rows], road.d[rows], road.paths.track[rows], s_of[k], d_of[k])
        rest = road.d[rows] - np.interp(road.s[rows], s, d)
        out.append(Ridge(s, d, np.unique(road.paths.track[rows]), float(rest.std()), habit.width_m, rows))
    out = [r for r in out if len(r.s) >= 2]
    out.sort(key=lambda r: float(np.median(r.d)))
    return [_with_width(r, out, habit) for r in out]


def _centre(
    s: FloatArray, d: FloatArray, track: IntArray, s0: FloatArray, d0: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Local straight-line fit, robust to those who change lanes, at every section from end to end."""
    a, b = max(float(s.min()), s0[0] - SECTION_M), min(float(s.max()), s0[-1] + SECTION_M)
    at = np.append(np.arange(a, b - 1.0, SECTION_M), b)
    middle = []
    for centre in at:
        w = np.clip(1 - ((s - centre) / 12.0) ** 2, 0, None)
        rest = d - np.interp(s, s0, d0)
        w = w * (np.abs(rest) < 1.3)
        u = s - centre
        fit = np.interp(centre, s0, d0)
        for _ in range(3):
            sw, su, suu = w.sum(), (w * u).sum(), (w * u * u).sum()
            det = sw * suu - su * su + 1e-9 + 20.0 * sw
            if sw < 1e-6:
                break
            sd, sud = (w * d).sum(), (w * u * d).sum()
            slope = (sw * sud - su * sd) / det
            fit = (sd - slope * su) / sw
            w = np.clip(1 - (u / 12.0) ** 2, 0, None) * np.exp(-0.5 * ((d - fit - slope * u) / 0.6) ** 2)
        middle.append(float(fit))
    del track
    return at, np.array(middle)


def _with_width(ridge: Ridge, all_ridges: list[Ridge], habit: Habit) -> Ridge:
    """As wide as its neighbours are apart."""
    apart = []
    for other in all_ridges:
        a, b = max(ridge.s[0], other.s[0]), min(ridge.s[-1], other.s[-1])
        if other is ridge or b - a < SECTION_M:
            continue
        at = np.arange(a, b, 2.0)
        gap = float(np.median(np.abs(ridge.across(at) - other.across(at))))
        if habit.apart_m <= gap <= 1.5 * habit.width_m:
            apart.append(gap)
    width = float(np.clip(min(apart), habit.apart_m, 1.4 * habit.width_m)) if apart else habit.width_m
    return Ridge(ridge.s, ridge.d, ridge.users, ridge.spread_m, width, ridge.rows)
