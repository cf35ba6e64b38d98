"""Encounters that go on for long: bounded memory, the same events."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest

from passerby.conflicts.compaction import MANY
from passerby.conflicts.encounters import encounters
from passerby.conflicts.measures import NONE, Measures, join
from passerby.conflicts.settings import ConflictSettings

SETTINGS = ConflictSettings()
HOUR = 36_000


def measured(seed: int, ticks: int, pair: str, share: float) -> Measures:
    """Measures of a pair that stays close: slow and fast, flickering and lasting, TTC and PET, at `share` of ticks."""
    rng = np.random.default_rng(seed)
    k = np.flatnonzero(rng.random(ticks) < share * (1 + np.sin(np.arange(ticks) / 40)))
    n = len(k)
    is_ttc = rng.random(n) < 0.8
    phase = np.cumsum(rng.normal(0, 0.3, n))
    columns = {
        "a": np.full(n, pair + "1", object),
        "b": np.full(n, pair + "2", object),
        "cls_a": np.full(n, 3),
        "cls_b": np.full(n, 3),
        "k": k,
        "t": k / 10.0,
        "ttc_s": np.where(is_ttc, 0.75 + 0.7 * np.sin(phase), np.nan),
        "pet_s": np.where(is_ttc, np.nan, rng.uniform(0.2, 5.0, n)),
        "drac_mps2": np.where(is_ttc, rng.uniform(0, 9, n), np.nan),
        "speed_mps": rng.uniform(2, 9, n),
        "angle_deg": rng.uniform(0, 25, n),
        "depth_m": rng.uniform(0.1, 2.0, n),
        "reach_m": rng.uniform(1.7, 1.9, n),
        "sigma_s": rng.uniform(0.01, 0.3, n),
        "sigma_m": rng.uniform(0.0, 0.5, n),
        "limit_s": np.where(is_ttc, 1.5, 5.0),
        "trust": np.where(rng.random(n) < 0.001, 0.2, 1.0),
        "fast": rng.random(n) < 0.3,
        "until_k": k.copy(),
        "settled": np.zeros(n, bool),
    }
    rest = {f.name: rng.uniform(0, 5, n) for f in fields(Measures) if f.name not in columns}
    return Measures(**(columns | rest))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5])
def test_an_hour_side_by_side_is_held_in_few_rows_and_gives_the_same_event(share: float) -> None:
    every = join([measured(n, HOUR, f"p{n}", share) for n in range(3)])
    whole = encounters(every, HOUR, SETTINGS, closed=True)[0]
    rng = np.random.default_rng(9)
    still, tables, most, done = NONE, [], 0, 0
    while done < HOUR:
        until = min(done + int(rng.integers(3, 400)), HOUR)
        new = every.take((every.k >= done) & (every.k < until))
        rows, still = encounters(join([still, new]), until, SETTINGS)
        tables.append(rows)
        most, done = max(most, len(still)), until
    tables.append(encounters(still, HOUR, SETTINGS, closed=True)[0])
    order = [("t", "ascending"), ("track_a", "ascending"), ("track_b", "ascending")]
    assert pa.concat_tables(tables).sort_by(order).to_pylist() == whole.sort_by(order).to_pylist()
    assert len(whole)
    assert most <= 3 * (MANY + 40)
    assert len(every) > (5 if share > 0.1 else 1) * most


def test_what_is_dropped_is_a_queue_or_flicker() -> None:
    slow = measured(1, 100, "s", 0.5)
    nothing = Measures(**{f.name: getattr(slow, f.name) for f in fields(Measures)} | {"fast": np.isnan(slow.ttc_s)})
    row = encounters(nothing, 100, SETTINGS, closed=True)[0].to_pylist()
    assert all(r["ttc_s"] is None for r in row)
