"""What is doubtful about a drawing is seen in the drawing alone, and where."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.site.doubts import Doubt, questions
from passerby.site.toml import parse_site

HEAD = 'version = 1\n[site]\nname = "Here"\n'
CROSS = """
[[crosswalk]]
id = "north"
polygon = [[-6.0, 9.0], [6.0, 9.0], [6.0, 12.0], [-6.0, 12.0]]
[[crosswalk]]
id = "south"
polygon = [[-6.0, -12.0], [6.0, -12.0], [6.0, -9.0], [-6.0, -9.0]]
"""


def line(heading: float, y: float = 14.0, id: str = "in") -> str:
    return f'[[stop_line]]\nid = "{id}"\npoints = [[-3.2, {y}], [0.0, {y}]]\nheading = {heading}\n'


def lane(id: str, x: float, south: bool, kind: str = "traffic") -> str:
    ys = (60.0, 20.0) if south else (20.0, 60.0)
    return f'[[lane]]\nid = "{id}"\ncentreline = [[{x}, {ys[0]}], [{x}, {ys[1]}]]\nwidth = 3.0\nkind = "{kind}"\n'


def asked(*parts: str) -> list[Doubt]:
    return questions(parse_site(HEAD + "".join(parts)))


def test_a_line_with_the_junction_in_its_back_is_asked_about() -> None:
    (doubt,) = asked(line(0.0), CROSS)
    assert (doubt.kind, doubt.id, doubt.at, doubt.fix) == ("stop_line", "in", (-1.6, 14.0), "turn_round")
    assert "leads away from the junction" in doubt.what
    assert asked(line(180.0), CROSS) == []
    # alone, or in the middle of it all, nobody can tell
    assert asked(line(0.0)) == []
    assert asked(line(0.0, y=1.0), CROSS) == []


def test_lanes_that_cross_a_line_say_more_than_what_lies_around_it() -> None:
    out = '[[lane]]\nid = "l"\ncentreline = [[-1.6, 8.0], [-1.6, 40.0]]\nwidth = 3.0\n'
    assert asked(line(0.0), CROSS, out) == []


@given(st.floats(0, 360), st.floats(5, 60))
def test_wherever_a_junction_lies_turning_a_line_round_settles_it(bearing_deg: float, far_m: float) -> None:
    a = math.radians(bearing_deg)
    e, n = math.sin(a), math.cos(a)
    ends = [[far_m * e - 2 * n, far_m * n + 2 * e], [far_m * e + 2 * n, far_m * n - 2 * e]]

    def drawn(heading: float) -> str:
        return f'[[stop_line]]\nid = "in"\npoints = {ends}\nheading = {heading % 360}\n'

    assert len(asked(drawn(bearing_deg), CROSS)) == 1
    assert asked(drawn(bearing_deg + 180), CROSS) == []


def test_oncoming_lanes_lie_on_the_other_side() -> None:
    assert asked(lane("in", -1.6, True), lane("out", 1.6, False)) == []
    both = asked(lane("in", -1.6, False), lane("out", 1.6, True))
    assert [(d.id, d.fix) for d in both] == [("in", "turn_round"), ("out", "turn_round")]
    assert both[0].at == (-1.6, 40.0)
    assert "traffic drives on the right" in both[0].what
    left = 'version = 1\n[site]\nname = "Here"\ndrives_on = "left"\n'
    assert questions(parse_site(left + lane("in", -1.6, False) + lane("out", 1.6, True))) == []
    assert asked(lane("in", -1.6, False, "cycle"), lane("out", 1.6, True)) == []
    assert asked(lane("in", -9.0, False), lane("out", 9.0, True)) == []


def test_a_lane_that_ends_at_its_stop_line_is_right_and_the_other_is_not() -> None:
    reached = lane("arrives", -1.6, True).replace("20.0]", "14.0]")
    found = asked(line(180.0), reached, lane("out", -4.8, False))
    assert [d.id for d in found] == ["out"]


def test_signals_nobody_uses() -> None:
    signals = '[[signal]]\nid = "K1"\n[[signal]]\nid = "K2"\n[[signal]]\nid = "F1"\nkind = "pedestrian"\n'
    governed = line(180.0).replace("heading", 'signal = "K1"\nheading')
    found = asked(signals, governed, CROSS.replace('id = "south"', 'id = "south"\nsignal = "F1"'))
    assert [(d.kind, d.id, d.at, d.fix) for d in found] == [("signal", "K2", None, "assign")]
    assert str(found[0]) == 'signal "K2": no stop line or crosswalk refers to it'


@pytest.mark.parametrize("corners", [[[0, 0], [4, 4], [4, 0], [0, 4]], [[0, 0], [4, 3], [4, 0], [0, 4], [-1, 2]]])
def test_a_crossed_outline_says_where_it_crosses(corners: list[list[float]]) -> None:
    from passerby.errors import SiteError

    with pytest.raises(SiteError, match=r"must not cross itself, but it does at|cross over at") as error:
        parse_site(HEAD + f'[[zone]]\nid = "z"\nkind = "box"\npolygon = {[[float(v) for v in c] for c in corners]}\n')
    assert error.value.fix == "uncross"
    assert error.value.at is not None
    x, y = error.value.at
    assert 0 < x < 4
    assert 0 < y < 4


@pytest.mark.parametrize("heading", [180.0, 185.0])
def test_a_line_a_little_behind_another_of_its_approach_is_asked_about(heading: float) -> None:
    (doubt,) = asked(line(180.0), line(heading, y=15.5, id="again"))
    assert (doubt.kind, doubt.id, doubt.fix) == ("stop_line", "again", None)
    assert 'before stop_line "in"' in doubt.what

    def twice(*parts: str) -> list[Doubt]:
        return [d for d in asked(*parts) if "same approach" in d.what]

    # the next junction, the other way, the lane beside it
    assert twice(line(180.0), line(180.0, y=40.0, id="next")) == []
    assert twice(line(180.0), line(0.0, y=15.5, id="out")) == []
    beside = line(180.0, y=15.5, id="left").replace("-3.2,", "0.0,").replace("[0.0, 15.5]]", "[3.2, 15.5]]")
    assert twice(line(180.0), beside) == []
