"""Laws of the rules: what changes nothing on the street changes no event."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.signals.history import SignalHistory
from passerby.tracks.record import Tracks

from .street import Event, User, along, mirrored_site, run, signals, site, tracks_of, turned

NORTH = [(1.75, -120.0), (1.75, 120.0)]
LINE = 108.0
LIGHTS = signals(
    K1=[(-100.0, "green"), (10.0, "amber"), (13.0, "red"), (40.0, "green")],
    F=[(-100.0, "dont_walk"), (20.0, "walk"), (30.0, "clear"), (38.0, "dont_walk")],
)
few = settings(max_examples=15, deadline=None)


@st.composite
def users(draw: st.DrawFn) -> list[User]:
    """Two to four road users: over the line, up to it and on, over the crosswalk, across the road elsewhere."""
    made = []
    for i in range(draw(st.integers(2, 4))):
        t = draw(st.integers(8, 45)) + 0.5
        kind = draw(st.sampled_from(["drive", "wait", "walk", "kerb", "stray"]))
        name = f"{kind}{i}"
        if kind == "drive":
            v = draw(st.sampled_from([8.0, 12.0, 17.0]))
            cls = draw(st.sampled_from(["car", "cyclist", "truck"]))
            made.append(along(name, cls, NORTH, [(t - 6, LINE - 6 * v), (t, LINE), (t + 6, LINE + 6 * v)]))
        elif kind == "wait":
            knots = [(t - 10, LINE - 70), (t, LINE - 0.6), (t + 8, LINE - 0.6), (t + 11, LINE + 8), (t + 18, LINE + 70)]
            made.append(along(name, "car", NORTH, knots))
        elif kind == "stray":
            made.append(along(name, "pedestrian", [(-8, -50), (8, -50)], [(t, 0.3), (t + 12, 16)], front=False))
        else:
            stay = 6.0 if kind == "kerb" else 0.0
            knots = [(t - 8, 26.0), (t, 35.3), *([(t + stay, 35.3)] if stay else []), (t + stay + 10, 49.0)]
            made.append(along(name, "pedestrian", [(-40.0, -8.5), (40.0, -8.5)], knots, front=False))
    return made


def same(a: list[Event], b: list[Event], tolerance_s: float = 0.15) -> bool:
    """The same kinds, tracks and places, and times within a tolerance."""
    key = [sorted((e[1], e[0], e[2], e[3]) for e in es) for es in (a, b)]
    return len(a) == len(b) and all(
        p[:3] == q[:3] and abs(p[3] - q[3]) <= tolerance_s + 1e-6 for p, q in zip(*key, strict=True)
    )


@few
@given(users(), st.integers(0, 100))
def test_shuffled_rows(made: list[User], seed: int) -> None:
    tracks = tracks_of(made)
    order = np.random.default_rng(seed).permutation(len(tracks))
    assert run(site(), LIGHTS, tracks.take(order)) == run(site(), LIGHTS, tracks)


@few
@given(users(), st.floats(0.7, 30.0))
def test_cut_into_batches(made: list[User], step_s: float) -> None:
    tracks = tracks_of(made)
    assert run(site(), LIGHTS, tracks, step_s) == run(site(), LIGHTS, tracks)


@few
@given(users(), st.integers(-100_000, 100_000))
def test_shifted_by_whole_seconds(made: list[User], seconds: int) -> None:
    tracks = tracks_of(made)
    later = Tracks(*(getattr(tracks, c) for c in ("ids", "track", "cls")), tracks.t + seconds, *_from_x(tracks))
    moved = [(k, i, p, round(t - seconds, 1)) for k, i, p, t in run(site(), LIGHTS.shifted(seconds), later)]
    assert same(moved, run(site(), LIGHTS, tracks), 0.0)


@few
@given(users(), st.floats(0.0, 360.0))
def test_turned_street(made: list[User], degrees: float) -> None:
    tracks = tracks_of(made)
    assert same(run(turned(site(), degrees), LIGHTS, turned_tracks(tracks, degrees)), run(site(), LIGHTS, tracks))


@few
@given(users())
def test_mirrored_street(made: list[User]) -> None:
    tracks = tracks_of(made)
    other = Tracks(tracks.ids, tracks.track, tracks.cls, tracks.t, -tracks.x, *_from_x(tracks)[1:])
    assert same(run(mirrored_site(site()), LIGHTS, other), run(site(), LIGHTS, tracks))


@few
@given(users())
def test_doubled_rate(made: list[User]) -> None:
    double = [User(u.track, u.cls, _between(u.rows)) for u in made]
    lights: SignalHistory = LIGHTS
    assert same(run(site(), lights, tracks_of(double, 0.0)), run(site(), lights, tracks_of(made, 0.0)))


def _between(rows: np.ndarray) -> np.ndarray:
    t = np.linspace(rows[0, 0], rows[-1, 0], 2 * len(rows) - 1)
    return np.stack([t, *(np.interp(t, rows[:, 0], rows[:, c]) for c in (1, 2))], 1)


def _from_x(tracks: Tracks) -> list[np.ndarray]:
    return [getattr(tracks, c) for c in ("x", "y", "length", "width", "heading")]


def turned_tracks(tracks: Tracks, degrees: float) -> Tracks:
    a = np.radians(degrees)
    x, y = tracks.x * np.cos(a) + tracks.y * np.sin(a), -tracks.x * np.sin(a) + tracks.y * np.cos(a)
    return Tracks(tracks.ids, tracks.track, tracks.cls, tracks.t, x, y, *_from_x(tracks)[2:])


def test_the_scenes_hold_events() -> None:
    """A law about no events at all would prove nothing."""
    ride = along("a", "car", NORTH, [(14.5, LINE - 72), (20.5, LINE), (26.5, LINE + 72)])
    assert [e[0] for e in run(site(), LIGHTS, tracks_of([ride]))] == ["red_light"]
