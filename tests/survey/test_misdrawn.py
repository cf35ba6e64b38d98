"""What tracks say against a site that was drawn wrong, and where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from passerby.signals.history import SignalHistory
from passerby.site.model import Crosswalk, Lane, Signal, Site, StopLine
from passerby.survey import misdrawn, propose, undrawn
from passerby.tracks.classes import CODE
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion
from passerby.tracks.record import Tracks

from .street import signals, street


@pytest.fixture(scope="module")
def seen() -> Motion:
    return smooth(street(11))


@pytest.fixture(scope="module")
def log() -> SignalHistory:
    return signals(6)


@pytest.fixture(scope="module")
def right(seen: Motion, log: SignalHistory) -> Site:
    return propose(seen, log, name="A street", timezone="UTC", origin=(52.0, 10.0)).site


def test_nothing_is_said_against_what_was_learnt(right: Site, seen: Motion, log: SignalHistory) -> None:
    assert misdrawn(right, seen, log) == []


def only(site: Site, seen: Motion, log: SignalHistory | None = None) -> tuple[str, str, float | None, str]:
    found = misdrawn(site, seen, log)
    assert len(found) == 1, [str(m) for m in found]
    return found[0].kind, found[0].id, found[0].x, found[0].sentence


def test_a_stop_line_that_faces_the_wrong_way(right: Site, seen: Motion) -> None:
    line = right.stop_lines[0]
    wrong = replace(line, heading_deg=(line.heading_deg + 180) % 360)
    kind, id, x, sentence = only(replace(right, stop_lines=(wrong, *right.stop_lines[1:])), seen)
    assert (kind, id) == ("stop_line", line.id)
    assert x is not None
    assert abs(x) < 20
    assert "faces the wrong way" in sentence


def test_a_stop_line_that_nobody_crosses(right: Site, seen: Motion) -> None:
    away = StopLine("away", ((60.0, 60.0), (66.0, 60.0)), 0.0)
    kind, id, _, sentence = only(replace(right, stop_lines=(*right.stop_lines, away)), seen)
    assert (kind, id) == ("stop_line", "away")
    assert "crosses it" in sentence


@pytest.mark.parametrize(("metres", "words"), [(-5.0, "beyond"), (9.0, "before")])
def test_a_stop_line_away_from_where_queues_begin(right: Site, seen: Motion, metres: float, words: str) -> None:
    line = next(p for p in right.stop_lines if p.heading_deg > 350 or p.heading_deg < 10)
    moved = replace(line, points=tuple((x, y + metres) for x, y in line.points))
    lines = tuple(moved if p is line else p for p in right.stop_lines)
    kind, id, _, sentence = only(replace(right, stop_lines=lines), seen)
    assert (kind, id) == ("stop_line", line.id)
    assert words in sentence


def test_a_lane_against_its_traffic(right: Site, seen: Motion) -> None:
    lane = right.lanes[0]
    wrong = replace(lane, centreline=lane.centreline[::-1])
    kind, id, _, sentence = only(replace(right, lanes=(wrong, *right.lanes[1:])), seen)
    assert (kind, id) == ("lane", lane.id)
    assert "against its traffic" in sentence


def test_a_lane_beside_its_traffic_and_one_that_nobody_drives(right: Site, seen: Motion) -> None:
    beside = Lane("beside", ((9.0, -60.0), (9.0, -20.0)), 3.2)
    nobody = Lane("nobody", ((50.0, 30.0), (50.0, 60.0)), 3.2)
    assert "none of" in only(replace(right, lanes=(*right.lanes, nobody)), seen)[3]
    outer = replace(beside, centreline=((6.2, -60.0), (6.2, -20.0)))
    assert "to the left of it" in only(replace(right, lanes=(outer,)), seen)[3]


def test_a_lane_of_few_beside_one_of_many_is_right_where_it_is() -> None:
    """Lanes 3.1 m apart, one busy: the traffic of that one says nothing about those beside it, drawn right or wrong."""
    rng = np.random.default_rng()
    t = np.arange(0.0, 8.0, 0.2)
    n = {0.0: 8, 3.1: 40, 6.2: 8}
    places = [float(v) for x, k in n.items() for v in np.linspace(x - 0.15, x + 0.15, k)]
    starts = rng.permutation(len(places)) * 12.0
    tracks = Tracks(
        tuple(f"v{i}" for i in range(len(places))),
        np.repeat(np.arange(len(places)), len(t)),
        np.full(len(places) * len(t), CODE["car"]),
        np.concatenate([s + t for s in starts]),
        np.repeat(places, len(t)),
        np.tile(10.0 * t, len(places)),
        *(np.full(len(places) * len(t), v) for v in (4.5, 1.8, np.nan)),
    )
    site = Site("A road", lanes=tuple(Lane(f"{x:g}", ((x, 0.0), (x, 80.0)), 3.1) for x in n))
    assert misdrawn(site, smooth(tracks)) == []
    off = Lane("0", ((-1.4, 0.0), (-1.4, 80.0)), 3.1)
    (found,) = misdrawn(replace(site, lanes=(off, *site.lanes[1:])), smooth(tracks))
    assert found.id == "0"
    assert "to the right of it" in found.sentence
    # nor are all of them right because each lies beside another one's traffic
    moved = tuple(replace(e, centreline=tuple((x + 1.35, y) for x, y in e.centreline)) for e in site.lanes)
    assert {m.id for m in misdrawn(replace(site, lanes=moved), smooth(tracks))} == {"0", "3.1", "6.2"}


def test_a_crosswalk_that_nobody_uses(right: Site, seen: Motion) -> None:
    idle = Crosswalk("idle", ((-7.0, 20.0), (7.0, 20.0), (7.0, 24.0), (-7.0, 24.0)))
    kind, id, x, sentence = only(replace(right, crosswalks=(*right.crosswalks, idle)), seen)
    assert (kind, id, x) == ("crosswalk", "idle", pytest.approx(0.0))
    assert "uses it" in sentence


def test_signals_that_nobody_refers_to_or_the_log_does_not_hold(right: Site, seen: Motion, log: SignalHistory) -> None:
    spare = replace(right, signals=(*right.signals, Signal("K9")))
    assert only(spare, seen, log)[3] == "no stop line or crosswalk refers to it"
    short = SignalHistory({k: v for k, v in log.changes.items() if k != "K-west"})
    assert only(right, seen, short)[:2] == ("signal", "K-west")


def test_signals_that_the_drawing_lacks(right: Site, log: SignalHistory) -> None:
    assert undrawn(right, log) is None
    assert undrawn(right, None) is None
    bare = replace(right, signals=(), stop_lines=(), crosswalks=())
    said = undrawn(bare, log)
    assert said is not None
    assert all(f'"{s}"' in said for s in log.signals)


def test_without_traffic_nothing_is_said_of_places(right: Site, seen: Motion) -> None:
    few = smooth(street(12).take(street(12).track < 2))
    assert [m for m in misdrawn(right, few) if m.kind != "signal"] == []
