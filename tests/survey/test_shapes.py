"""Junctions of other shapes: what is found of them, and what odd recordings of them end in."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from passerby.errors import TracksError
from passerby.site.toml import parse_site
from passerby.site.write import write_site
from passerby.survey import propose
from passerby.tracks.history import smooth
from passerby.tracks.record import Tracks

from .junctions import KINDS
from .score import Tally, judge, table
from .street import street
from .traffic import made

PLACE = {"name": "A street", "timezone": "UTC", "origin": (52.0, 10.0)}

needs_sumo = pytest.mark.skipif(
    not (Path(sys.executable).parent / "netconvert").exists() and shutil.which("netconvert") is None,
    reason="eclipse-sumo is not installed",
)


@needs_sumo
@pytest.mark.slow
def test_most_of_junctions_of_many_shapes_is_found() -> None:
    tally = Tally()
    seed = int(np.random.default_rng().integers(1, 100_000))
    for kind in KINDS:
        tracks, site, log = made(kind, seed, 6)
        motion = smooth(tracks)
        judge(tally, f"{kind} {seed}", site, propose(motion, log, **PLACE).site, motion, log)
    said = table(tally) + "\n" + "\n".join(tally.notes)
    assert tally.share("lane, right direction") >= 0.9, said
    assert tally.share("crosswalk") >= 0.9, said
    assert tally.share("stop line") >= 0.9, said


def taken(tracks: Tracks, how: str) -> Tracks:
    """A part of a street's traffic, or all of it in an odd guise."""
    if how == "one arm":
        return tracks.take((tracks.y < -5) & (np.abs(tracks.x) < 8))
    if how == "once a second":
        return tracks.take(np.abs(tracks.t - np.rint(tracks.t)) < 0.04)
    if how == "a handful":
        return tracks.take(tracks.track < 12)
    if how == "a crowd":
        return tracks.take(tracks.cls == 0)
    factor = {"centimetres": 100.0, "kilometres": 0.001}[how]
    return Tracks(**(vars(tracks) | {"x": tracks.x * factor, "y": tracks.y * factor}))


@pytest.mark.parametrize("how", ["one arm", "once a second", "a handful", "a crowd", "centimetres", "kilometres"])
def test_odd_recordings_end_in_a_site_or_in_a_sentence(how: str) -> None:
    try:
        found = propose(taken(street(10, minutes=2), how), **PLACE)
    except TracksError as error:
        said = str(error)
    else:
        said = ""
        parse_site(write_site(found.site))
    assert not said or said.startswith("tracks:")
