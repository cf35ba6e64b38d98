"""One approach of a junction and road users on it, drawn by hand, for tests of the rules.

        |  :  |                      north
--------+  :  +--------
west       :         east
--------+  :  +--------
        |=====|   crosswalk "zebra", y -10..-7, signal F
        |  :--|   stop line "south", y -12, through K1, left K2, right K3
        |  :^ |   lanes 3.5 m wide; northbound x 0..3.5
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator

from passerby.live.engine import Engine
from passerby.signals.history import SignalHistory, from_changes
from passerby.site.model import Crosswalk, Lane, Movement, Site, StopLine
from passerby.site.toml import parse_site
from passerby.tracks.classes import CODE, DEFAULT_FOOTPRINT_M
from passerby.tracks.record import Tracks

T0 = 1_780_000_000.0
RATE_HZ = 10

SITE = """
version = 1
[site]
name = "By hand"
timezone = "UTC"
origin = [52.0, 10.0]
speed_limit_kmh = 50.0
signal = []
[[stop_line]]
id = "south"
points = [[0.0, -12.0], [3.5, -12.0]]
heading = 0.0
[[stop_line.movement]]
signal = "K1"
exit_heading = 0.0
[[stop_line.movement]]
signal = "K2"
exit_heading = 270.0
[[stop_line.movement]]
signal = "K3"
exit_heading = 90.0
turn_on_red = TURN_ON_RED
[[crosswalk]]
id = "zebra"
polygon = [[-4.0, -10.0], [4.0, -10.0], [4.0, -7.0], [-4.0, -7.0]]
signal = "F"
""".replace("signal = []\n", "")
LANES = """
[[lane]]
id = "in"
centreline = [[1.75, -120.0], [1.75, -12.0]]
width = 3.5
[[lane]]
id = "out"
centreline = [[-1.75, -12.0], [-1.75, -120.0]]
width = 3.5
"""
ARMS = """
[[stop_line]]
id = "north"
points = [[0.0, 12.0], [-3.5, 12.0]]
heading = 180.0
[[stop_line]]
id = "east"
points = [[12.0, 0.0], [12.0, 3.5]]
heading = 270.0
[[stop_line]]
id = "west"
points = [[-12.0, 0.0], [-12.0, -3.5]]
heading = 90.0
"""
SIGNALS = "".join(
    f'[[signal]]\nid = "{s}"\nkind = "{"pedestrian" if s.startswith("F") else "vehicle"}"\n'
    for s in ("K1", "K2", "K3", "F", "F2")
)


def site(extra: str = "", lanes: str = LANES, turn_on_red: bool = False) -> Site:
    """The junction, with more of site.toml at its end."""
    text = SITE.replace("TURN_ON_RED", str(turn_on_red).lower()) + ARMS + SIGNALS + lanes + extra
    return parse_site(text)


def signals(**changes: Sequence[tuple[float, str]]) -> SignalHistory:
    """Changes by signal, in seconds from T0; who is not named is green (walk) all the time."""
    free = {"K1": "green", "K2": "green", "K3": "green", "F": "walk", "F2": "walk"}
    given = {s: [(-100.0, state)] for s, state in free.items()} | {s: list(c) for s, c in changes.items()}
    return from_changes({s: [(T0 + t, state) for t, state in c] for s, c in given.items()})


@dataclass(frozen=True)
class User:
    """A road user: rows of (t, x, y), t in seconds from T0."""

    track: str
    cls: str
    rows: np.ndarray


def along(
    track: str,
    cls: str,
    path: Sequence[tuple[float, float]],
    knots: Sequence[tuple[float, float]],
    front: bool = True,
) -> User:
    """Somebody on a path of straight pieces with rounded corners, at the given (t, metres along) in between smoothly.

    front: the metres are those of the front end, so that "at the line" means the bumper.
    """
    points = np.asarray(path, float)
    station = np.append(0.0, np.cumsum(np.hypot(*np.diff(points, axis=0).T)))
    fine = np.arange(0.0, station[-1] + 0.05, 0.1)
    x, y = (np.interp(fine, station, points[:, c]) for c in (0, 1))
    if len(points) > 2:
        kernel = np.ones(61) / 61
        x, y = (np.convolve(np.pad(v, 30, mode="reflect", reflect_type="odd"), kernel, "valid") for v in (x, y))
    t = np.arange(round(knots[0][0] * RATE_HZ), round(knots[-1][0] * RATE_HZ) + 1) / RATE_HZ
    s = PchipInterpolator(*np.asarray(knots, float).T)(t)
    s = s - (DEFAULT_FOOTPRINT_M[cls][0] / 2 if front else 0.0)
    return User(track, cls, np.stack([t, np.interp(s, fine, x), np.interp(s, fine, y)], 1))


def mirrored(user: User) -> User:
    """The same in the other hand's traffic: east and west exchanged."""
    return replace(user, rows=user.rows * np.array([1.0, -1.0, 1.0]))


def tracks_of(users: Sequence[User], noise_m: float = 0.02, seed: int = 0) -> Tracks:
    """The users' rows as tracks, with a little white noise."""
    rng = np.random.default_rng(seed)
    order = np.concatenate([np.full(len(u.rows), i) for i, u in enumerate(users)])
    rows = np.concatenate([u.rows for u in users])
    rows = rows + rng.normal(0.0, noise_m, rows.shape) * np.array([0.0, 1.0, 1.0])
    cls = np.array([CODE[u.cls] for u in users])[order]
    nan = np.full(len(rows), np.nan)
    ids = tuple(u.track for u in users)
    return Tracks(ids, order, cls, T0 + rows[:, 0], rows[:, 1], rows[:, 2], nan, nan, nan)


Event = tuple[str, str, str, float]


def run(where: Site, lights: SignalHistory, tracks: Tracks, step_s: float | None = None) -> list[Event]:
    """Violations (kind, track, place, seconds from T0) of the whole run, in one piece or cut into steps."""
    engine = Engine(where, lights)
    found: dict[str, Event] = {}

    def take(rows: list[dict[str, object]]) -> None:
        for r in rows:
            t = r["t"].timestamp() - T0  # type: ignore[attr-defined]
            found[str(r["event"])] = (str(r["kind"]), str(r["track"]), str(r["place"]), round(t, 1))

    if step_s is None:
        engine.push(tracks)
    else:
        begin = np.floor(tracks.t.min())
        for at in np.arange(begin, tracks.t.max() + step_s, step_s):
            engine.push(tracks.take((tracks.t >= at) & (tracks.t < at + step_s)))
            take(engine.advance(at + step_s - 1e-3).violations.to_pylist())
    take(engine.finish().violations.to_pylist())
    return sorted(found.values())


def violations(where: Site, lights: SignalHistory, *users: User) -> list[tuple[str, str]]:
    """(kind, track) of what happened; the same whole and in steps of two seconds, or the test fails."""
    tracks = tracks_of(users)
    whole = run(where, lights, tracks)
    assert run(where, lights, tracks, 2.0) == whole
    return [(kind, track) for kind, track, _, _ in whole]


Point = tuple[float, float]


def _rebuilt(where: Site, place: Callable[[Point], Point], heading: Callable[[float], float], drives_on: str) -> Site:
    """The site with every point and heading sent through a function."""

    def all_of(points: tuple[Point, ...]) -> tuple[Point, ...]:
        return tuple(place(p) for p in points)

    def moved(m: Movement) -> Movement:
        exit_deg = None if m.exit_heading_deg is None else heading(m.exit_heading_deg) % 360
        return Movement(m.signal, exit_deg, m.turn_on_red)

    return Site(
        where.name,
        drives_on=drives_on,
        speed_limit_kmh=where.speed_limit_kmh,
        signals=where.signals,
        stop_lines=tuple(
            StopLine(s.id, all_of(s.points), heading(s.heading_deg) % 360, tuple(map(moved, s.movements)))
            for s in where.stop_lines
        ),
        crosswalks=tuple(Crosswalk(c.id, all_of(c.polygon), c.signal, c.classes) for c in where.crosswalks),
        lanes=tuple(Lane(n.id, all_of(n.centreline), n.width_m, n.kind, n.speed_limit_kmh) for n in where.lanes),
    )


def turned(where: Site, degrees: float) -> Site:
    """The site turned clockwise about its origin."""
    a = np.radians(degrees)

    def place(p: Point) -> Point:
        return float(p[0] * np.cos(a) + p[1] * np.sin(a)), float(-p[0] * np.sin(a) + p[1] * np.cos(a))

    return _rebuilt(where, place, lambda h: h + degrees, "right")


def mirrored_site(where: Site) -> Site:
    """The site in the other hand's traffic: east and west exchanged."""
    return _rebuilt(where, lambda p: (-p[0], p[1]), lambda h: -h, "left")
