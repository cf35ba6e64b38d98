"""Turning movement counts as engineers tabulate them: approach by left, through, right, per interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from passerby.screen.arrows import turn_of
from passerby.screen.words import compass
from passerby.site.model import Site

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

MOVEMENTS: Final = ("left", "through", "right", "u_turn", "unknown")
QUARTER_S: Final = 900.0
SILENCE_S: Final = 3600.0
"""On a street where nobody was counted for so long, nothing says that anything looked."""

_WORDS: Final = {"straight": "through", "thru": "through", "uturn": "u_turn", "u-turn": "u_turn"}


@dataclass(frozen=True, eq=False)
class Turning:
    """n: road users, shape (intervals, approaches, len(MOVEMENTS)); t0, t1: the intervals in epoch seconds.

    seen_s: seconds of each interval that lie in no break of a quarter of an hour or more: where an hour is the busiest,
    nobody is silent so long.
    """

    t0: FloatArray
    t1: FloatArray
    seen_s: FloatArray
    approaches: tuple[str, ...]
    bearing_deg: tuple[float, ...]
    n: IntArray


def epoch_s(column: pa.ChunkedArray) -> FloatArray:
    """A timestamp column as seconds since the epoch."""
    return np.asarray(pc.cast(column, pa.int64()).to_numpy(zero_copy_only=False), np.float64) / 1e6


def interval_s(t0: FloatArray, t1: FloatArray) -> float:
    """15 minutes, or the longest interval counted if that is longer."""
    return float(max(QUARTER_S, np.max(t1 - t0))) if len(t0) else QUARTER_S


def quarters(t0: FloatArray, t1: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The whole quarters of an hour that intervals (epoch s) lie in."""
    return np.floor(t0 / QUARTER_S) * QUARTER_S, np.ceil(t1 / QUARTER_S) * QUARTER_S


def stretches(t0: FloatArray, t1: FloatArray, silence_s: float = SILENCE_S) -> FloatArray:
    """The time that intervals (epoch s) cover, as begins and ends, shape (n, 2), in order.

    A break shorter than silence_s is part of it. Counts are written where there is somebody to count, so they do not
    tell nobody coming from nobody looking; on a quiet street at night nobody comes for half an hour, and without such
    breaks what happens there would seem to happen the more often, the emptier it is.
    """
    if not len(t0):
        return np.empty((0, 2))
    order = np.argsort(t0, kind="stable")
    begin, reached = t0[order], np.maximum.accumulate(t1[order])
    new = np.append(True, begin[1:] - reached[:-1] >= silence_s)
    last = np.append(np.flatnonzero(new)[1:] - 1, len(begin) - 1)
    return np.column_stack([begin[new], reached[last]])


def seen_s(observed: FloatArray, t0: FloatArray, t1: FloatArray) -> FloatArray:
    """Seconds of each interval from t0 to t1 that lie in the stretches observed, shape of t0."""
    if not len(observed):
        return np.zeros(len(t0))
    edges = observed.reshape(-1)
    before = np.concatenate([[0.0], np.cumsum(observed[:, 1] - observed[:, 0])])
    known = np.repeat(before, 2)[1:-1]
    return np.asarray(np.interp(t1, edges, known) - np.interp(t0, edges, known))


def at_stop_lines(site: Site, counts: pa.Table) -> pa.Table:
    """The rows counted at stop lines."""
    return counts.filter(pc.is_in(counts["place"], pa.array([s.id for s in site.stop_lines], pa.string())))


def at_crosswalks(site: Site, counts: pa.Table) -> pa.Table:
    """The rows counted at crosswalks."""
    return counts.filter(pc.is_in(counts["place"], pa.array([c.id for c in site.crosswalks], pa.string())))


def approaches(site: Site) -> dict[str, tuple[str, float]]:
    """Stop line id -> the approach's name and the bearing (degrees) from which its traffic comes.

    Lines whose headings differ by less than 30 degrees and that meet are one approach; two approaches from the
    same compass point are told apart by a number.
    """
    groups: list[list[int]] = []
    lines = site.stop_lines
    for i, line in enumerate(lines):
        for group in groups:
            other = lines[group[0]]
            turn = abs((line.heading_deg - other.heading_deg + 180) % 360 - 180)
            apart = min(
                float(np.hypot(*np.subtract(p, q))) for j in group for p in lines[j].points for q in line.points
            )
            if turn < 30 and apart < 8:
                group.append(i)
                break
        else:
            groups.append([i])
    out: dict[str, tuple[str, float]] = {}
    used: dict[str, int] = {}
    for group in groups:
        bearing = (lines[group[0]].heading_deg + 180) % 360
        name = capital_compass(bearing)
        used[name] = used.get(name, 0) + 1
        if used[name] > 1:
            name = f"{name} {used[name]}"
        out.update({lines[i].id: (name, bearing) for i in group})
    return out


def capital_compass(bearing_deg: float) -> str:
    """The compass point with a capital letter."""
    return compass(bearing_deg).capitalize()


def movement_name(movement: str | None, heading_deg: float) -> str:
    """One of MOVEMENTS: the word itself, a word for it, or an exit heading in degrees."""
    word = (movement or "").strip().lower()
    word = _WORDS.get(word, word)
    if word in MOVEMENTS:
        return word
    try:
        return turn_of(float(word) - heading_deg)
    except ValueError:
        return "unknown"


def intervals(counts: pa.Table, observed: FloatArray | None = None) -> tuple[FloatArray, FloatArray]:
    """Starts and ends (epoch s) of the 15-minute intervals on the clock that the counts fall into.

    observed: `stretches`, those of the counts themselves if left out. One interval where everything observed lies
    within 15 minutes; the first and last cut to what was observed.
    """
    if not len(counts):
        return np.empty(0), np.empty(0)
    own = epoch_s(counts["t0"]), epoch_s(counts["t1"])
    observed = stretches(*own) if observed is None or not len(observed) else observed
    t0, t1 = quarters(*own)
    width = interval_s(t0, t1)
    low, high = max(float(t0.min()), float(observed[0, 0])), min(float(t1.max()), float(observed[-1, 1]))
    if high - low <= 1.02 * width:
        return np.array([low]), np.array([high])
    edges = np.arange(np.floor(low / width), np.ceil(high / width) + 1) * width
    return np.maximum(edges[:-1], low), np.minimum(edges[1:], high)


def place_in(start: FloatArray, t0: FloatArray) -> IntArray:
    """Index of the interval each row belongs to, the first one for rows that begin before it."""
    return np.maximum(np.searchsorted(start, t0 + 1e-6, side="right") - 1, 0).astype(np.int64)


def turning(site: Site, counts: pa.Table, observed: FloatArray | None = None) -> Turning:
    """The counts at stop lines summed into approach, movement and intervals, as in `intervals`."""
    rows = at_stop_lines(site, counts)
    names = approaches(site)
    order = sorted(set(names.values()), key=lambda a: a[1])
    index = {name: i for i, (name, _) in enumerate(order)}
    counted = stretches(epoch_s(counts["t0"]), epoch_s(counts["t1"]), QUARTER_S)
    begin, end = intervals(counts, observed)
    n = np.zeros((len(begin), len(order), len(MOVEMENTS)), np.int64)
    heading = {s.id: s.heading_deg for s in site.stop_lines}
    places, movements = rows["place"].to_pylist(), rows["movement"].to_pylist()
    a = np.array([index[names[p][0]] for p in places], np.int64)
    m = np.array([MOVEMENTS.index(movement_name(v, heading[p])) for v, p in zip(movements, places, strict=True)])
    if len(places):
        np.add.at(n, (place_in(begin, epoch_s(rows["t0"])), a, m), rows["n"].to_numpy())
    return Turning(begin, end, seen_s(counted, begin, end), tuple(a for a, _ in order), tuple(b for _, b in order), n)


def peak_hour(t: Turning) -> tuple[int, int, float] | None:
    """First interval of the busiest four in a row, its volume, and its peak hour factor.

    None where no four quarters of an hour in a row were observed from begin to end.

    PHF = V / (4 V15), Highway Capacity Manual, 7th ed., chapter 4.
    """
    whole = t.seen_s >= 899.0
    volume = t.n.sum(axis=(1, 2))
    if len(volume) < 4 or np.max(t.t1 - t.t0) > 901:
        return None
    best: tuple[int, int, float] | None = None
    for i in range(len(volume) - 3):
        four = volume[i : i + 4]
        if whole[i : i + 4].all() and four.max() > 0 and (best is None or four.sum() > best[1]):
            best = (i, int(four.sum()), float(four.sum() / (4 * four.max())))
    return best
