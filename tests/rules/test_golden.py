"""Small scenes as in the traffic code, each drawn and each with one verdict; whole and in steps of two seconds."""

from __future__ import annotations

import numpy as np
import pytest

from passerby.site.model import Site

from .street import LANES, Event, User, along, mirrored, mirrored_site, run, signals, site, tracks_of, violations

NORTH = [(1.75, -120.0), (1.75, 120.0)]
LINE = 108.0  # metres along NORTH at the stop line
RED = [(-100.0, "green"), (10.0, "amber"), (13.0, "red"), (40.0, "green")]
WALK = [(-100.0, "dont_walk"), (20.0, "walk"), (30.0, "clear"), (38.0, "dont_walk")]


def _line(*knots: tuple[float, float]) -> list[tuple[float, float]]:
    """(t, metres beyond the stop line) as (t, metres along)."""
    return [(t, LINE + s) for t, s in knots]


def crossing_at(t: float, mps: float = 12.0, track: str = "a", cls: str = "car") -> User:
    """Straight over the stop line at a moment, at a steady speed."""
    return along(track, cls, NORTH, [(t - 8, LINE - 8 * mps), (t, LINE), (t + 8, LINE + 8 * mps)])


def on_foot(*knots: tuple[float, float], track: str = "p", x: float = -7.0) -> User:
    """Eastward over the crosswalk: metres from its western edge at x -4."""
    return along(track, "pedestrian", [(-40.0, -8.5), (40.0, -8.5)], [(t, 36.0 + m) for t, m in knots], front=False)


def kinds(where: Site, lights: object, *users: User) -> list[str]:
    return [kind for kind, _ in violations(where, lights, *users)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("t", "expected"), [(9.0, []), (12.0, []), (12.8, []), (13.6, ["red_light"]), (39.0, ["red_light"]), (40.6, [])]
)
def test_amber_all_red_and_the_end_of_red(t: float, expected: list[str]) -> None:
    """
    green     amber   red              green
    ----|-----|-------|----------------|----      the front crosses at t
        9     10  12  13               40
    """
    assert kinds(site(), signals(K1=RED), crossing_at(t)) == expected


def test_front_before_red_and_centre_after() -> None:
    """
    [car ->]          red begins while the car is half over the line:
       ----|----      the front went on amber
    """
    assert kinds(site(), signals(K1=RED), crossing_at(12.8, mps=5.0)) == []


def test_entering_on_red_amber() -> None:
    """Setting off on red-amber and over the line before green: the light still forbids (StVO § 37)."""
    lights = signals(K1=[(-100.0, "red"), (20.0, "red_amber"), (22.0, "green")])
    early = along("a", "car", NORTH, _line((0, -60), (10, -0.5), (20, -0.5), (22, 3), (27, 40)))
    assert kinds(site(), lights, early) == ["red_light"]


def test_waiting_at_the_line_and_going_with_the_green() -> None:
    """
    [car ->]|      stands with the bumper at the line, goes with the green
    """
    go = along("a", "car", NORTH, _line((0, -60), (14, -0.1), (40.5, -0.1), (44, 6), (53, 60)))
    assert kinds(site(), signals(K1=RED), go) == []


def test_creeping_over_and_stopping_is_an_overrun() -> None:
    """
    |[car ->]  ||||     over the line on red, stops short of the crosswalk, waits for green
    """
    creep = along("a", "car", NORTH, _line((0, -90), (14, -2), (18, 1.2), (41, 1.2), (48, 60)))
    assert kinds(site(), signals(K1=RED), creep) == ["stop_line_overrun"]


def test_over_the_line_and_then_on_through_red() -> None:
    """
    |[car ->]  ||||  ----->     stops beyond the line, then drives on before green: that is the red light
    """
    run_on = along("a", "car", NORTH, _line((0, -90), (14, -2), (18, 1.2), (25, 1.2), (33, 60)))
    assert kinds(site(), signals(K1=RED), run_on) == ["red_light"]


@pytest.mark.parametrize(("allowed", "expected"), [(True, []), (False, ["red_light"])])
def test_turn_on_red(allowed: bool, expected: list[str]) -> None:
    """
              +---->
    [car ->]  |        right on red, with and without the plate that allows it
    """
    right = along(
        "a",
        "car",
        [(1.75, -120), (1.75, -1.75), (120, -1.75)],
        _line((10, -80), (20, 0), (23, 15), (31, 80)),
    )
    red = [(-100.0, "red")]
    assert kinds(site(turn_on_red=allowed), signals(K1=red, K3=red), right) == expected


@pytest.mark.parametrize(
    ("to", "expected"), [((1.75, 120.0), ["red_light"]), ((-120.0, 1.75), []), ((120.0, -1.75), [])]
)
def test_the_movement_decides_and_is_known_only_later(to: tuple[float, float], expected: list[str]) -> None:
    """
            ^  K1 red
    K2 <----+----> K3 green       one line, three lights; which counts shows on leaving
    """
    corner = (1.75, to[1]) if to[1] < 100 else (1.75, 0.0)
    turn = along("a", "car", [(1.75, -120), corner, to], _line((5, -80), (15, 0), (18, 15), (26, 80)))
    assert kinds(site(), signals(K1=[(-100.0, "red")]), turn) == expected


def test_queue_spilling_back() -> None:
    """
    |  [car]  [car] ...     over the line on green, held in the junction, leaves on red
    """
    held = along("a", "car", NORTH, _line((0, -60), (9, 7), (30, 7), (38, 60)))
    assert kinds(site(), signals(K1=RED), held) == ["stopped_on_crosswalk"]


def test_flicker_at_the_line() -> None:
    """
    [car ->]|?     half a minute at the line with a noise of 0.15 m: crosses once, on green
    """
    go = along("a", "car", NORTH, _line((0, -60), (14, 0), (40.5, 0), (43, 6), (48, 60)))
    for seed in range(8):
        assert run(site(), signals(K1=RED), tracks_of([go], noise_m=0.15, seed=seed)) == []


def test_track_split_at_the_line_counts_once() -> None:
    """
    --a--->  | --b-->     the id changes at the line, on red
    """
    whole = crossing_at(20.0)
    before, after = (whole.rows[whole.rows[:, 0] <= 19.8], whole.rows[whole.rows[:, 0] >= 20.5])
    parts = [User("a", "car", before), User("b", "car", after)]
    assert kinds(site(), signals(K1=RED), *parts) == ["red_light"]
    assert kinds(site(), signals(K1=[(-100.0, "green")]), *parts) == []


@pytest.mark.parametrize(("t", "expected"), [(13.6, ["red_light"]), (12.0, [])])
def test_left_hand_traffic(t: float, expected: list[str]) -> None:
    """The mirror image: drives on the left, same verdicts."""
    where = mirrored_site(site())
    assert kinds(where, signals(K1=RED), mirrored(crossing_at(t))) == expected


def test_prohibited_turn() -> None:
    """
    <--+    the line lists through and right only
       |
    """
    where = site()
    line = where.stop_lines[0]
    fewer = type(line)(line.id, line.points, 0.0, tuple(m for m in line.movements if m.exit_heading_deg != 270.0))
    where = type(where)(where.name, signals=where.signals, stop_lines=(fewer, *where.stop_lines[1:]))
    left = along(
        "a",
        "car",
        [(1.75, -120), (1.75, 1.75), (-120, 1.75)],
        _line((10, -80), (20, 0), (23, 15), (31, 80)),
    )
    assert kinds(where, signals(), left) == ["prohibited_turn"]
    assert kinds(where, signals(), crossing_at(20.0)) == []


@pytest.mark.parametrize(
    ("t", "expected"), [(10.0, ["red_light"]), (21.0, []), (28.0, []), (32.0, ["late_start"]), (39.0, ["red_light"])]
)
def test_pedestrian_steps_off(t: float, expected: list[str]) -> None:
    """
     dont_walk    walk      clear    dont_walk       walks onto the crosswalk at t
    -----------|----------|--------|-----------
               20         30       38
    """
    assert kinds(site(), signals(F=WALK), on_foot((t - 10, -13.0), (t, 0.0), (t + 10, 13.0))) == expected


@pytest.mark.parametrize("edge", [-0.6, -0.2, 0.0, 0.2])
def test_standing_on_the_kerb_edge(edge: float) -> None:
    """
    o|||||||     waits on the very edge of the crosswalk and goes with the walk light
    """
    wait = on_foot((0, -8.0), (8, edge), (20.6, edge), (28, 9.0), (33, 15))
    for seed in range(4):
        assert run(site(), signals(F=WALK), tracks_of([wait], noise_m=0.1, seed=seed)) == []


def test_setting_off_from_the_kerb_on_red() -> None:
    """
    o|||||||     waits, then goes five seconds before the walk light
    """
    go = on_foot((0, -8.0), (6, -0.3), (15, -0.3), (22, 9.0), (26, 14))
    assert kinds(site(), signals(F=WALK), go) == ["red_light"]


ISLAND = """
[[zone]]
id = "island"
kind = "waiting"
polygon = [[-0.8, -11.0], [0.8, -11.0], [0.8, -6.0], [-0.8, -6.0]]
"""


def test_refuge_island() -> None:
    """
    |||||[o]|||||     on with walk, waits on the island through red, goes on with the next walk: lawful;
                      and who leaves the island on red does not
    """
    lights = [(-100.0, "dont_walk"), (20.0, "walk"), (26.0, "dont_walk"), (60.0, "walk"), (70.0, "dont_walk")]
    wait = on_foot((14, -8), (20.5, -0.5), (24, 3.7), (26, 4.0), (61, 4.0), (68, 12))
    assert kinds(site(ISLAND), signals(F=lights), wait) == []
    go = on_foot((14, -8), (20.5, -0.5), (24, 3.7), (26, 4.0), (45, 4.0), (52, 12))
    assert kinds(site(ISLAND), signals(F=lights), go) == ["red_light"]
    straight = on_foot((14, -8), (20.5, 0.0), (31, 12.0))
    assert kinds(site(ISLAND), signals(F=lights), straight) == []


def test_two_stage_crossing() -> None:
    """
    ||F2||  [o]  ||F||      two crosswalks in a row, a light each
    """
    where = site(
        '[[crosswalk]]\nid = "far"\nsignal = "F2"\n'
        "polygon = [[-12.0, -10.0], [-6.5, -10.0], [-6.5, -7.0], [-12.0, -7.0]]\n",
        lanes="",
    )
    walk = on_foot((10, -14.0), (24, 4.0), (30, 11.0))
    first = violations(where, signals(F2=[(-100.0, "dont_walk")]), walk)
    assert first == [("red_light", "p")]
    assert violations(where, signals(F=[(-100.0, "dont_walk")]), walk) == [("red_light", "p")]
    assert violations(where, signals(), walk) == []


def test_a_crosswalk_for_cyclists_too() -> None:
    """A cyclist rides over the crosswalk on red: governed only where the crosswalk names cyclists."""
    ride = along("c", "cyclist", [(-40.0, -8.5), (40.0, -8.5)], [(0, 2.0), (8, 36.0), (14, 60.0)])
    lights = signals(F=[(-100.0, "dont_walk")])
    assert kinds(site(lanes=""), lights, ride) == []
    shared = site(lanes="")
    walk = shared.crosswalks[0]
    both = type(walk)(walk.id, walk.polygon, "F", frozenset({"pedestrian", "cyclist"}))
    where = type(shared)(shared.name, signals=shared.signals, crosswalks=(both,))
    assert kinds(where, lights, ride) == ["red_light"]


@pytest.mark.parametrize(("kmh", "expected"), [(54.0, []), (57.0, ["speeding"])])
def test_speeding_just_above_and_just_below(kmh: float, expected: list[str]) -> None:
    """50 km/h and a tolerance of 10 %: 55 is the threshold."""
    assert kinds(site(), signals(), crossing_at(8.0, mps=kmh / 3.6)) == expected


def test_wrong_way() -> None:
    """
    | v |       down the northbound lane
    """
    down = along("a", "car", [(1.75, -15.0), (1.75, -120.0)], [(0, 0), (10, 100)])
    assert kinds(site(), signals(), down) == ["wrong_way"]


def test_reversing_into_a_parking_space_is_not_wrong_way() -> None:
    """
    [car]            forwards past the space, stops, 8 m back
      ^ |
    """
    forth = along("a", "car", [(1.75, -120.0), (1.75, 0.0)], [(0, 10), (8, 60), (12, 60)])
    back = [(12 + i / 10, 1.75, -120 + 57.75 - 8 * i / 60) for i in range(1, 61)]
    rows = np.concatenate([forth.rows, np.array(back), np.array([(18 + i / 10, 1.75, -70.25) for i in range(1, 40)])])
    assert kinds(site(), signals(), User("a", "car", rows)) == []


def test_two_lanes_drawn_over_each_other_oppose_nobody() -> None:
    """A narrow street: both directions on the same strip."""
    both = LANES.replace("-1.75", "1.75")
    down = along("a", "car", [(1.75, -15.0), (1.75, -120.0)], [(0, 0), (10, 100)])
    assert kinds(site(lanes=both), signals(), down) == []


def test_outside_crosswalk() -> None:
    """
    o--------->     across the road 40 m from the crosswalk; and along its edge, which is no crossing
    """
    across = along("p", "pedestrian", [(-8.0, -50.0), (8.0, -50.0)], [(0, 0.3), (12, 16)], front=False)
    assert kinds(site(), signals(), across) == ["outside_crosswalk"]
    beside = along("p", "pedestrian", [(3.3, -60.0), (3.3, -40.0)], [(0, 0.3), (15, 19)], front=False)
    assert kinds(site(), signals(), beside) == []


def zone(kind: str, more: str = "") -> str:
    polygon = "[[0.0, -60.0], [3.5, -60.0], [3.5, -50.0], [0.0, -50.0]]"
    return f'[[zone]]\nid = "z"\nkind = "{kind}"\npolygon = {polygon}\n{more}'


@pytest.mark.parametrize(("stays", "expected"), [(8, []), (14, ["illegal_stop"])])
def test_illegal_stop(stays: int, expected: list[str]) -> None:
    """
    |[car]|  no stopping, 10 s allowed
    """
    stop = along("a", "car", NORTH, [(0, 20), (8, 67), (8 + stays, 67), (16 + stays, 120)])
    where = site(zone("no_stopping", "max_stop_s = 10.0\n"))
    assert kinds(where, signals(), stop) == expected


def test_blocked_box() -> None:
    """
    |XX[car]XX|   stands in the box
    """
    stop = along("a", "car", NORTH, [(0, 20), (8, 67), (18, 67), (26, 120)])
    assert kinds(site(zone("box")), signals(), stop) == ["blocked_box"]


@pytest.mark.parametrize(
    ("cls", "kind", "expected"),
    [
        ("car", "bus", ["lane_misuse"]),
        ("bus", "bus", []),
        ("car", "cycle", ["lane_misuse"]),
        ("cyclist", "cycle", []),
        ("cyclist", "sidewalk", ["lane_misuse"]),
        ("pedestrian", "sidewalk", []),
    ],
)
def test_lane_misuse(cls: str, kind: str, expected: list[str]) -> None:
    """
    |B|^      somebody along a lane that is not theirs
    """
    lane = f'[[lane]]\nid = "special"\ncentreline = [[8.0, -120.0], [8.0, -20.0]]\nwidth = 3.0\nkind = "{kind}"\n'
    user = along("a", cls, [(8.0, -120.0), (8.0, 0.0)], [(0, 14), (15, 90)])
    assert kinds(site(lane), signals(), user) == expected


@pytest.mark.parametrize(("arrives", "expected"), [(15.0, []), (19.0, ["failure_to_yield"]), (27.0, [])])
def test_failure_to_yield(arrives: float, expected: list[str]) -> None:
    """
       o-->          on the crosswalk at walk
    ||||||||||
        ^ car        long before, just before, long behind
    """
    walker = on_foot((10, -8.0), (16, -0.5), (17, 0.5), (24, 9.0), (27, 13.0))
    lights = signals(F=[(-100.0, "walk")])
    assert kinds(site(lanes=""), lights, walker, crossing_at(arrives - 0.5, mps=6.0)) == expected


def test_no_light_no_verdict() -> None:
    """Before a signal's first row its state is unknown, and nobody ran it."""
    assert kinds(site(), signals(K1=[(30.0, "red")]), crossing_at(20.0)) == []


def test_events_name_what_carries_them() -> None:
    """Kind, track, place and the moment of the front at the line."""
    event: Event = run(site(), signals(K1=RED), tracks_of([crossing_at(20.0)]))[0]
    assert event[:3] == ("red_light", "a", "south")
    assert event[3] == pytest.approx(20.0, abs=0.15)
