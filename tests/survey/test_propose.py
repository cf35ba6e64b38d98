"""What is learnt from a street that was drawn: lanes, their direction, stop lines, crosswalks, who obeys what."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest
import shapely

from passerby.errors import TracksError
from passerby.site.model import Site, unit
from passerby.site.toml import parse_site
from passerby.site.write import write_site
from passerby.survey import Proposal, propose
from passerby.tracks.record import Tracks, empty_tracks

from .street import CROSSING_M, LANE_M, STOP_M, signals, street

PLACE = {"name": "A street", "timezone": "UTC", "origin": (52.0, 10.0)}


@pytest.fixture(scope="module")
def found() -> Proposal:
    return propose(street(), signals(6), **PLACE)


def lane_places(site: Site) -> list[tuple[float, float]]:
    """(heading, metres right of the road's middle) of every traffic lane, sorted."""
    out = []
    for lane in site.lanes:
        if lane.kind != "traffic":
            continue
        a, b = np.array(lane.centreline[0]), np.array(lane.centreline[-1])
        u = (b - a) / np.hypot(*(b - a))
        heading = round(float(np.degrees(np.arctan2(u[0], u[1]))) / 90) * 90 % 360
        middle = (a + b) / 2
        out.append((float(heading), float(middle[0] * u[1] - middle[1] * u[0])))
    return sorted(out)


def test_every_lane_is_found_where_it_is_and_in_its_direction(found: Proposal) -> None:
    wanted = [(h, (k + 0.5) * LANE_M) for h in (0.0, 90.0, 180.0, 270.0) for k in (0, 1) for _ in ("in", "out")]
    got = lane_places(found.site)
    assert [h for h, _ in got] == [h for h, _ in sorted(wanted)]
    assert [d for _, d in got] == pytest.approx([d for _, d in sorted(wanted)], abs=0.3)
    assert found.site.drives_on == "right"


def test_stop_lines_lie_where_queues_begin(found: Proposal) -> None:
    assert len(found.site.stop_lines) == 4
    for line in found.site.stop_lines:
        ahead = unit(line.heading_deg)
        for point in line.points:
            assert float(np.array(point) @ ahead) == pytest.approx(-STOP_M, abs=0.7)
        assert shapely.LineString(line.points).length == pytest.approx(2 * LANE_M, abs=0.6)


def test_each_stop_line_obeys_its_own_light(found: Proposal) -> None:
    for line in found.site.stop_lines:
        wanted = "K-south" if line.heading_deg % 180 < 45 or line.heading_deg % 180 > 135 else "K-west"
        assert {m.signal for m in line.movements} == {wanted}


def test_crosswalks_lie_where_people_cross_and_obey_walk(found: Proposal) -> None:
    assert len(found.site.crosswalks) == 2
    middle = -sum(CROSSING_M) / 2
    for walk in found.site.crosswalks:
        x, y = shapely.Polygon(walk.polygon).centroid.coords[0]
        south = abs(x) < 2
        assert (x, y) == pytest.approx((0, middle) if south else (middle, 0), abs=0.8)
        assert walk.signal == ("F-south" if south else "F-west")
        assert walk.classes == {"pedestrian"}


def test_the_proposal_is_a_site_file_that_nothing_is_said_against(found: Proposal) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = parse_site(write_site(found.site))
    assert write_site(again) == write_site(found.site)
    assert {f.id for f in found.findings if f.kind == "lane"} == {lane.id for lane in again.lanes}
    assert all(0 <= f.confidence <= 1 and f.tracks > 0 for f in found.findings)
    assert {z.kind for z in again.zones} >= {"carriageway"}


def test_left_hand_traffic_is_told_from_the_tracks() -> None:
    site = propose(street(2, left_hand=True), **PLACE).site
    assert site.drives_on == "left"
    assert all(d < 0 for _, d in lane_places(site))


def test_without_a_log_there_are_stop_lines_and_no_signals() -> None:
    found = propose(street(3), **PLACE)
    assert not found.site.signals
    assert len(found.site.stop_lines) == 4
    assert any("no signal is proposed" in said for said in found.unclear)
    parse_site(write_site(found.site))


@pytest.mark.parametrize(("noise", "drop"), [(0.05, 0.0), (0.3, 0.3), (0.5, 0.1)])
def test_noise_and_lost_samples_change_no_lane(noise: float, drop: float) -> None:
    places = lane_places(propose(street(4, minutes=8, noise=noise, drop=drop), **PLACE).site)
    assert len(places) == 16
    assert [abs(d) for _, d in places] == pytest.approx(
        [LANE_M / 2, LANE_M / 2, 1.5 * LANE_M, 1.5 * LANE_M] * 4, abs=0.5
    )


def test_fragments_of_tracks_give_the_same_lanes() -> None:
    whole = street(5)
    piece = (whole.t // 4).astype(np.int64)
    names, track = np.unique(whole.track * 10_000 + piece % 10_000, return_inverse=True)
    cut = replace(whole, ids=tuple(f"p{n}" for n in names), track=track)
    site = propose(Tracks(**vars(cut)), **PLACE).site
    assert len(lane_places(site)) == 16


def turned(tracks: Tracks, degrees: float, dx: float, dy: float) -> Tracks:
    a = np.radians(degrees)
    x = tracks.x * np.cos(a) + tracks.y * np.sin(a) + dx
    return replace(tracks, x=x, y=tracks.y * np.cos(a) - tracks.x * np.sin(a) + dy)


@pytest.mark.parametrize("degrees", [17.0, 45.0, 123.0])
def test_where_north_is_does_not_matter(degrees: float) -> None:
    found = propose(turned(street(6), degrees, 300.0, -120.0), signals(6), **PLACE)
    assert len([lane for lane in found.site.lanes if lane.kind == "traffic"]) == 16
    assert len(found.site.stop_lines) == 4
    assert len(found.site.crosswalks) == 2
    assert len({lane.id for lane in found.site.lanes}) == len(found.site.lanes)


def test_a_few_who_drive_against_a_lane_make_none() -> None:
    tracks = street(7)
    back = tracks.take(np.isin(tracks.track, [3, 40, 70]))
    ids = tuple(f"wrong{k}" for k in range(len(tracks.ids)))
    reverse = replace(back, ids=ids, t=2 * float(back.t.max()) - back.t)
    order = np.lexsort((reverse.t, reverse.track))
    reverse = reverse.take(order)
    joined = Tracks(
        tracks.ids + ids,
        np.append(tracks.track, reverse.track + len(tracks.ids)),
        *(
            np.append(getattr(tracks, c), getattr(reverse, c))
            for c in ("cls", "t", "x", "y", "length", "width", "heading")
        ),
    )
    assert len(lane_places(propose(joined, **PLACE).site)) == 16


def test_too_few_tracks_end_in_a_sentence() -> None:
    with pytest.raises(TracksError, match="at least 10 road users"):
        propose(empty_tracks(), **PLACE)
    tracks = street(8)
    with pytest.raises(TracksError, match="got 3"):
        propose(tracks.take(tracks.track < 3), **PLACE)


def test_people_alone_give_a_site_without_lanes_of_traffic() -> None:
    tracks = street(9)
    found = propose(tracks.take(tracks.cls == 0), **PLACE)
    assert lane_places(found.site) == []
    assert not found.site.stop_lines
    parse_site(write_site(found.site))
