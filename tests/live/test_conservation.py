"""In minus out equals inside: a region's counts agree with where its road users began and ended."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passerby.flows.counts import zone_state
from passerby.live.engine import Engine
from passerby.site.model import polygon
from passerby.tracks.motion import Motion

from .street import User, by_record, run_steps, scene, signals, site, users


def ended(people: list[User]) -> list[Motion]:
    engine, motions = Engine(site(), signals()), []
    engine.on_ended = motions.append
    engine.push(by_record(scene(people)))
    engine.finish()
    return motions


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(users(), st.sampled_from([np.inf, 1.0]))
def test_in_minus_out_is_inside_at_the_end_minus_at_the_beginning(people: list[User], step_s: float) -> None:
    (zone,) = site().zones_of("region")
    area = polygon(zone.polygon)
    inside: dict[str, int] = {}
    for m in ended(people):
        state = zone_state(area, m.x, m.y)
        for i in range(len(m.ids)):
            clear = state[m.starts[i] : m.starts[i + 1]]
            clear = clear[clear != 0]
            if len(clear):
                cls = m.cls[i]
                inside[str(cls)] = inside.get(str(cls), 0) + (int(clear[-1] > 0) - int(clear[0] > 0))
    counted = {"in": 0, "out": 0}
    for row in run_steps(scene(people), step_s)["counts"]:
        if row["place"] == zone.id:
            counted[row["movement"]] += row["n"]
    assert counted["in"] - counted["out"] == sum(inside.values())


def to_and_fro(noise_m: float, seed: int) -> User:
    return User("u", "car", "east", 0.0, 5.0, 0.39, 30.0, 25.0, noise_m, 0.0, 0.0, 0.0, seed)


@given(st.integers(0, 1000))
@settings(max_examples=8, deadline=None)
def test_who_stands_on_a_regions_edge_is_counted_once(seed: int) -> None:
    # the way's share 0.39 is 0.4 m from the region's western edge
    found = [r for r in run_steps(scene([to_and_fro(0.3, seed)]), 1.0)["counts"] if r["place"] == "middle"]
    assert sorted((r["movement"], r["n"]) for r in found) == [("in", 1), ("out", 1)]
