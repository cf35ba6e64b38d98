"""What tracks say against a site that was drawn wrong, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passerby.signals.history import SignalHistory
from passerby.site.model import Crosswalk, Lane, Signal, Site, StopLine
from passerby.survey import misdrawn, propose, undrawn
from passerby.tracks.history import smooth
from passerby.tracks.motion import Motion

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
