"""From measures to events: one per pair and encounter."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from scipy.special import ndtr

from passerby.conflicts.compaction import compact
from passerby.conflicts.flicker import lasting
from passerby.conflicts.measures import Measures
from passerby.conflicts.settings import ConflictSettings
from passerby.conflicts.severity import severity
from passerby.tables import CONFLICTS
from passerby.tracks.classes import CLASSES, PEDESTRIAN
from passerby.tracks.motion import STEP_S
from passerby.tracks.record import FloatArray, IntArray

_FAR: Final = 1e9
MOST_DRAC_MPS2: Final = 99.0


def encounters(
    measures: Measures, until_k: int, settings: ConflictSettings, closed: bool = False
) -> tuple[pa.Table, Measures]:
    """Rows of the encounters that are over, as tables.CONFLICTS, and the measures of those that may go on.

    `measures`: all that are still open and all new ones, TTC and PET, in any order. Every instant before `until_k` has
    been measured; `closed`: nothing comes any more. An encounter is over when its pair has been quiet for `quiet_s`.
    `event` is null and `linked` empty, to be filled in by whoever names events. Rows are sorted by t, track_a, track_b.
    """
    if not len(measures):
        return CONFLICTS.empty_table(), measures
    m = measures.take(_sorted(measures))
    low = np.where(m.a < m.b, m.a, m.b)
    high = np.where(m.a < m.b, m.b, m.a)
    new = np.ones(len(m), bool)
    quiet = round(settings.quiet_s / STEP_S)
    new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1]) | (m.k[1:] - m.until_k[:-1] > quiet)
    start = np.flatnonzero(new)
    stop = np.append(start[1:], len(m))
    over = closed | (m.until_k[stop - 1] + quiet < until_k)
    verdict = lasting(m, start, settings.ttc_max_s, until_k)
    group = np.cumsum(new) - 1
    goes_on = ~over[group]
    chances = _chances(m, settings)
    still = compact(
        m.take(goes_on),
        np.flatnonzero(new[goes_on]),
        (verdict[0][goes_on], verdict[1][goes_on], verdict[2][goes_on]),
        (chances[0][goes_on], chances[1][goes_on]),
    )
    ended = np.flatnonzero(over[group] & verdict[0])
    if not len(ended):
        return CONFLICTS.empty_table(), still
    first = np.flatnonzero(np.append(True, np.diff(group[ended]) > 0))
    return _rows(m.take(ended), first, (chances[0][ended], chances[1][ended]), settings), still


def _sorted(m: Measures) -> IntArray:
    low = np.where(m.a < m.b, m.a, m.b).astype(str)
    high = np.where(m.a < m.b, m.b, m.a).astype(str)
    return np.lexsort((m.a.astype(str), np.isnan(m.ttc_s), m.k, high, low))


def _first_least(values: FloatArray, start: IntArray) -> tuple[FloatArray, IntArray]:
    """Per group, the least value (NaN counts as none: _FAR) and the first row that has it, to the microsecond."""
    v = np.where(np.isnan(values), _FAR, np.round(values, 6))
    least = np.minimum.reduceat(v, start)
    group = np.repeat(np.arange(len(start)), np.diff(np.append(start, len(v))))
    row = np.where(v == least[group], np.arange(len(v)), len(v))
    return least, np.minimum.reduceat(row, start)


def _chances(m: Measures, settings: ConflictSettings) -> tuple[FloatArray, FloatArray]:
    """How likely each row's TTC, and its PET, is truly within the limit and the footprints truly meet."""
    sigma_m = np.hypot(m.sigma_m, np.sqrt(2) * settings.position_sigma_m)
    # The deepest of many noisy looks is about one standard error of the noise too deep.
    depth = np.where(m.ttc_s == 0.0, np.maximum(m.depth_m - m.sigma_m, 0.0), m.depth_m - m.sigma_m)
    meets = ndtr(np.where(sigma_m > 0, depth / np.where(sigma_m > 0, sigma_m, 1.0), _FAR))
    time = np.where(np.isnan(m.ttc_s), m.pet_s, m.ttc_s)
    spare = m.limit_s - time
    in_time = ndtr(
        np.where(m.sigma_s > 0, spare / np.where(m.sigma_s > 0, m.sigma_s, 1.0), np.where(spare < 0, -_FAR, _FAR))
    )
    chance = np.nan_to_num(in_time * meets)
    return np.where(np.isnan(m.ttc_s), 0.0, chance), np.where(np.isnan(m.pet_s), 0.0, chance)


def _rows(m: Measures, start: IntArray, chances: tuple[FloatArray, FloatArray], settings: ConflictSettings) -> pa.Table:
    # A pair that only grazed each other's paths all along has no PET.
    deepest = np.maximum.reduceat(np.where(np.isnan(m.pet_s), -np.inf, m.depth_m), start)
    graze = settings.graze_m + np.maximum.reduceat(m.sigma_m, start)
    at_least = np.minimum(graze, np.minimum.reduceat(m.reach_m, start) / 2)
    size = np.diff(np.append(start, len(m)))
    grazed = np.repeat(deepest < at_least, size)
    pet_rows = np.where(grazed, np.nan, m.pet_s)
    ttc, at_ttc = _first_least(m.ttc_s, start)
    pet, at_pet = _first_least(pet_rows, start)
    # They touched: SSAM's PET of a collision.
    pet = np.where(ttc == 0.0, 0.0, pet)
    by_ttc, by_pet = ttc <= settings.ttc_max_s, pet <= settings.pet_max_s
    main = np.where(by_ttc, at_ttc, at_pet)
    keep = by_ttc | by_pet
    # Who really came first is known from the encroachment; for followers and where there is none, from the projection.
    following = m.angle_deg[np.minimum(at_ttc, len(m) - 1)] < settings.rear_end_deg
    order = np.where(by_pet & (pet > 0) & ~(by_ttc & following), at_pet, main)
    by_pet_chance = np.maximum.reduceat(np.where(grazed, 0.0, chances[1]), start)
    sure = np.maximum(np.maximum.reduceat(chances[0], start), by_pet_chance) * np.minimum.reduceat(m.trust, start)
    fastest = np.maximum.reduceat(m.speed_mps, start)
    drac = np.maximum.reduceat(np.where(np.isnan(m.drac_mps2), -1.0, m.drac_mps2), start)
    # No braking avoids what touches already, nor what would need ten times the grip of a dry road.
    drac = np.where((drac < 0) | (drac > MOST_DRAC_MPS2) | (ttc == 0.0), np.nan, drac)
    main, order = main[keep], order[keep]
    ttc, pet = np.where(by_ttc, ttc, np.nan)[keep], np.where(by_pet, pet, np.nan)[keep]
    sure, fastest, drac = sure[keep], fastest[keep], drac[keep]
    angle = m.angle_deg[main]
    kind = np.where(angle < settings.rear_end_deg, "rear_end", "lane_change").astype(object)
    kind[~(angle <= settings.crossing_deg)] = "crossing"
    # A vehicle that was never seen to move stands along the other one's way, as `oriented` lays it.
    walks = (m.cls_a[main] == PEDESTRIAN) | (m.cls_b[main] == PEDESTRIAN)
    kind[np.isnan(angle) & ~walks] = "rear_end"
    names = np.asarray(CLASSES, dtype=object)
    t = np.round(m.t[main] * 1e6).astype(np.int64)
    place = np.lexsort((m.b[order].astype(str), m.a[order].astype(str), t))
    columns: dict[str, pa.Array] = {
        "event": pa.nulls(len(main), pa.string()),
        "kind": _text(kind),
        "class_a": _text(names[m.cls_a[order]]),
        "track_a": _text(m.a[order]),
        "class_b": _text(names[m.cls_b[order]]),
        "track_b": _text(m.b[order]),
        "t": pa.array(t).cast(pa.timestamp("us")).cast(CONFLICTS.field("t").type),
        "x": _number(m.x[main], 2),
        "y": _number(m.y[main], 2),
        "ttc_s": _number(ttc, 3),
        "pet_s": _number(pet, 3),
        "drac_mps2": _number(drac, 2),
        "max_speed_mps": _number(fastest, 2),
        "delta_v_mps": _number(m.delta_v_mps[main], 2),
        "severity": _text(severity(ttc, pet, m.delta_v_mps[main], sure)),
        "confidence": _number(np.clip(sure, 0.0, 1.0), 3),
        "linked": pa.array([[]] * len(main), pa.list_(pa.string())),
        "angle_deg": _number(angle, 1),
    }
    return pa.table([columns[name] for name in CONFLICTS.names], schema=CONFLICTS).take(pa.array(place))


def _text(values: npt.NDArray[np.object_]) -> pa.Array:
    return pa.array(values.tolist(), pa.string())


def _number(values: FloatArray, decimals: int) -> pa.Array:
    return pa.array(np.round(values, decimals) + 0.0, pa.float64(), from_pandas=True)
