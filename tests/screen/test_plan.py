from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely

from passerby.screen.arrows import turn_of
from passerby.screen.density import density
from passerby.screen.ground import stripes, walking_heading
from passerby.screen.incident import incident_svg, involved
from passerby.screen.plan import frame_of, plan_svg
from passerby.screen.strip import distance_to_place, gap, strip_svg
from passerby.signals.history import from_changes

from .street import T0, conflict, crossing, passing, violation

SVG = "{http://www.w3.org/2000/svg}"


def test_the_plan_is_one_well_formed_picture_with_all_its_symbols():
    text = plan_svg(crossing(), tracks=passing(), violations=violation(), conflicts=conflict())
    root = ET.fromstring(text)
    kinds = [e.get("class") for e in root.iter(f"{SVG}g")]
    assert kinds.count("violation") == 1
    assert kinds.count("conflict") == 1
    tracks = next(e for e in root.iter(f"{SVG}g") if e.get("class") == "tracks")
    assert len(list(tracks.iter(f"{SVG}path"))) == 2


def test_a_symbol_lies_where_the_event_was():
    site = crossing()
    frame = frame_of(site, 1040)
    x, y = frame.px(1.6, -8.0)
    assert f"translate({x:.1f} {y:.1f})" in plan_svg(site, violations=violation())


def test_straight_tracks_cost_two_points():
    text = plan_svg(crossing(), tracks=passing())
    tracks = re.search(r'class="tracks".*?</g></g>', text, re.S)
    assert tracks is not None
    for d in re.findall(r' d="m([^"]+)"', tracks[0]):
        assert len(re.findall(r"-?\d+", d)) <= 6


def test_people_walk_square_to_the_traffic_and_bars_fill_half_the_crosswalk():
    site = crossing()
    walk = site.crosswalks[0]
    assert abs(walking_heading(walk, site)[0]) == pytest.approx(1.0)
    area = shapely.Polygon(walk.polygon).area
    assert stripes(walk, site).area == pytest.approx(area / 2, rel=0.15)


@pytest.mark.parametrize(
    ("angle", "name"), [(0, "through"), (-90, "left"), (270, "left"), (80, "right"), (180, "u_turn")]
)
def test_turns_are_named_by_the_change_of_heading(angle, name):
    assert turn_of(angle) == name


def test_each_road_user_counts_once_per_cell_however_long_it_stands_there():
    motion = passing()
    d = density(motion, (-20, -90, 20, 70), 2.0)
    assert d.n.max() <= 2
    cars = density(motion, (-20, -90, 20, 70), 2.0, classes=["car"])
    assert cars.n.max() == 1
    assert density(motion, (-20, -90, 20, 70), 2.0, least=3).n.sum() == 0


def test_an_event_shows_five_seconds_either_side():
    (p,) = involved(violation().to_pylist()[0], passing())
    assert p.s.min() == pytest.approx(-5.0, abs=0.11)
    assert p.s.max() == pytest.approx(5.0, abs=0.11)


def test_the_front_is_on_the_line_at_the_moment_of_crossing():
    motion = passing()
    (p,) = involved(violation().to_pylist()[0], motion)
    metres, what = distance_to_place(crossing(), motion, p.at, "in")
    assert what == "front to stop line"
    assert metres[np.argmin(np.abs(p.s))] == pytest.approx(0.0, abs=0.05)
    assert metres[0] > 0 > metres[-1]


def test_the_gap_is_between_footprints_not_centres():
    motion = passing()
    a, b = involved(conflict().to_pylist()[0], motion)
    s, metres, sigma = gap(motion, a, b)
    assert metres.min() == 0.0
    before = np.argmin(np.abs(s + 2.3))
    assert metres[before] < np.hypot(1.2 * 2.3, 10 * 2.3 + 5.75)
    assert (sigma > 0).all()


def test_an_incident_is_drawn_alone_and_says_the_signal():
    signals = from_changes({"K1": [(T0 - 60, "green"), (T0 - 3.2, "red")]})
    row = violation().to_pylist()[0]
    for text in (
        incident_svg(crossing(), passing(), row, signals=signals),
        strip_svg(crossing(), passing(), row, signals=signals),
    ):
        ET.fromstring(text)
    assert "K1: red for 3.2" in incident_svg(crossing(), passing(), row, signals=signals)
