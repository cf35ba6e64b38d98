"""How well a proposed junction agrees with a true one, counting only what anybody used in the recording."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import shapely

from passerby.signals.history import SignalHistory
from passerby.site.model import Crosswalk, Lane, Movement, Site, StopLine, unit
from passerby.survey.governs import SAME, Lights
from passerby.survey.paths import Paths, ways
from passerby.tracks.classes import CLASSES, CODE, MOTOR_VEHICLES
from passerby.tracks.motion import Motion

NEAR_M = 1.0
SHARE = 0.6
HEADING_DEG = 20.0
LEAST_USERS = 3
LEAST_SEEN_M = 15.0


@dataclass
class Tally:
    """Counts by what: (right, wanted) pairs under `hits` and `wanted`, false proposals, and a line for each miss.

    Under "... of all" also what nobody, or hardly anybody, used.
    """

    hits: Counter[str] = field(default_factory=Counter)
    wanted: Counter[str] = field(default_factory=Counter)
    false: Counter[str] = field(default_factory=Counter)
    stop_m: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, right: bool, note: str = "") -> None:
        """One thing that was wanted."""
        self.wanted[what] += 1
        self.hits[what] += right
        if not right and note:
            self.notes.append(f"{what} missed: {note}")

    def share(self, what: str) -> float:
        """Share of the wanted that are right."""
        return self.hits[what] / self.wanted[what] if self.wanted[what] else float("nan")


def judge(tally: Tally, who: str, truth: Site, found: Site, motion: Motion, signals: SignalHistory | None) -> None:
    """Add one junction to the tally."""
    motor = ways(motion, np.array([c in MOTOR_VEHICLES for c in CLASSES])[motion.cls], 8.0)
    on_foot = ways(motion, motion.cls == CODE["pedestrian"], 3.0)
    riding = ways(motion, motion.cls == CODE["cyclist"], 5.0)
    tally.add("side", truth.drives_on == found.drives_on, who)
    _lanes(tally, who, truth, found, motor)
    _crosswalks(tally, who, truth, found, {"pedestrian": on_foot, "cyclist": riding}, motion, signals)
    _stop_lines(tally, who, truth, found, motor, motion, signals)


def _even(lane: Lane, step: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    line = shapely.LineString(lane.centreline)
    at = np.arange(0, line.length, step)
    points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(at + 1, line.length)))
    back = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(at - 1, 0)))
    course = ahead - back
    return points, course / np.hypot(*course.T)[:, None]


def _near(points: np.ndarray, course: np.ndarray, lane: Lane, within_m: float, cosine: float) -> np.ndarray:
    """Which points of one line have the lane beside them, heading alike."""
    p, u = _even(lane, 0.5)
    apart = np.hypot(points[:, None, 0] - p[None, :, 0], points[:, None, 1] - p[None, :, 1])
    k = apart.argmin(1)
    return (apart.min(1) < within_m) & ((u[k] * course).sum(1) > cosine)


def seen_part(lane: Lane, motor: Paths) -> tuple[np.ndarray, np.ndarray]:
    """Points and courses of the lane where at least `LEAST_USERS` motor vehicles drove along it."""
    points, course = _even(lane)
    half = lane.width_m / 2
    near = shapely.contains_xy(shapely.LineString(lane.centreline).buffer(half + 1), motor.x, motor.y)
    some = motor.take(near)
    users = np.zeros(len(points), int)
    for track in np.unique(some.track):
        mine = some.track == track
        apart = np.hypot(points[:, None, 0] - some.x[mine], points[:, None, 1] - some.y[mine])
        k = apart.argmin(1)
        along = course[:, 0] * some.ux[mine][k] + course[:, 1] * some.uy[mine][k]
        users += (apart.min(1) < half) & (along > 0.85)
    used = users >= LEAST_USERS
    return points[used], course[used]


def _lanes(tally: Tally, who: str, truth: Site, found: Site, motor: Paths) -> None:
    proposed = [lane for lane in found.lanes if lane.kind in ("traffic", "bus")]
    true_lanes = [lane for lane in truth.lanes if lane.kind in ("traffic", "bus")]
    cosine = np.cos(np.radians(HEADING_DEG))
    for lane in true_lanes:
        points, course = seen_part(lane, motor)
        every, ways = _even(lane)
        tally.add(
            "lane of all", max((_near(every, ways, p, NEAR_M, cosine).mean() for p in proposed), default=0) >= SHARE
        )
        if len(points) < LEAST_SEEN_M:
            tally.wanted["lane unused"] += 1
            continue
        best = max((_near(points, course, p, NEAR_M, cosine).mean() for p in proposed), default=0.0)
        either = max((_near(points, course, p, NEAR_M, -2.0).mean() for p in proposed), default=0.0)
        tally.add("lane", bool(either >= SHARE), f"{who} {lane.id} ({either:.2f} of {len(points)} m)")
        tally.add("lane, right direction", bool(best >= SHARE))
    for p in proposed:
        points, course = _even(p)
        on = np.zeros(len(points), bool)
        for lane in true_lanes:
            on |= _near(points, course, lane, 1.5, cosine)
        inside = len(points) and on.mean() >= 0.5
        if not inside:
            tally.false["lane"] += 1
            tally.notes.append(f"lane false: {who} {p.id} ({on.mean():.2f} on true lanes, {len(points)} m)")


def _crossed(walk: Crosswalk, paths: Paths) -> int:
    """Road users who went over at least half of the crossing's length."""
    shape = shapely.Polygon(walk.polygon)
    on = shapely.contains_xy(shape.buffer(0.3), paths.x, paths.y)
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    sides = np.diff(box[:3], axis=0)
    longest = sides[int(np.argmax(np.hypot(*sides.T)))]
    length = float(np.hypot(*longest))
    along = (paths.x * longest[0] + paths.y * longest[1]) / length
    pieces = np.unique(paths.piece[on])
    return sum(float(np.ptp(along[on & (paths.piece == k)])) > 0.5 * length for k in pieces)


def _crosswalks(
    tally: Tally,
    who: str,
    truth: Site,
    found: Site,
    paths: dict[str, Paths],
    motion: Motion,
    signals: SignalHistory | None,
) -> None:
    lights = _lights(signals, motion)
    matched: set[str] = set()
    for walk in truth.crosswalks:
        shape = shapely.Polygon(walk.polygon)
        users = sum(_crossed(walk, paths[c]) for c in walk.classes if c in paths)
        best, overlap, off = None, 0.0, np.inf
        for p in found.crosswalks:
            if not p.classes & walk.classes:
                continue
            other = shapely.Polygon(p.polygon)
            iou = shape.intersection(other).area / shape.union(other).area
            distance = shape.centroid.distance(other.centroid)
            if (iou, -distance) > (overlap, -off):
                best, overlap, off = p, iou, distance
        hit = best is not None and (overlap >= 0.5 or off <= 2.0)
        if hit and best is not None:
            matched.add(best.id)
        tally.add("crosswalk of all", hit)
        if users == 0:
            tally.wanted["crosswalk unused"] += 1
            continue
        kind = "crosswalk" if users >= 2 else "crosswalk used once"
        tally.add(kind, hit, f"{who} {walk.id} (IoU {overlap:.2f}, {off:.1f} m off, {users} used it)")
        if hit and best is not None and lights is not None and walk.signal is not None:
            right = best.signal is not None and lights.alike(best.signal, walk.signal) >= SAME
            agree = lights.alike(best.signal, walk.signal) if best.signal else 0
            tally.add("crosswalk signal", right, f"{who} {walk.id} {walk.signal} as {best.signal} ({agree:.2f})")
    for p in found.crosswalks:
        if p.id not in matched:
            tally.false["crosswalk"] += 1
            tally.notes.append(f"crosswalk false: {who} {p.id} {shapely.Polygon(p.polygon).centroid}")


def _lights(signals: SignalHistory | None, motion: Motion) -> Lights | None:
    return None if signals is None else Lights(signals, float(motion.t.min()), float(motion.t.max()))


def _over(line: StopLine, motor: Paths) -> np.ndarray:
    """Pieces of motor vehicles' ways that lead over a stop line in its heading."""
    segment = shapely.LineString(line.points)
    same = motor.piece[1:] == motor.piece[:-1]
    along = motor.ux[1:] * unit(line.heading_deg)[0] + motor.uy[1:] * unit(line.heading_deg)[1] > 0.7
    near = np.flatnonzero(same & along & shapely.contains_xy(segment.buffer(6), motor.x[1:], motor.y[1:]))
    a = np.stack([motor.x[near], motor.y[near]], 1)
    b = np.stack([motor.x[near + 1], motor.y[near + 1]], 1)
    hit = shapely.intersects(shapely.linestrings(np.stack([a, b], 1)), segment) if len(near) else np.empty(0, bool)
    return np.unique(motor.track[near[hit]])


def _stop_lines(
    tally: Tally,
    who: str,
    truth: Site,
    found: Site,
    motor: Paths,
    motion: Motion,
    signals: SignalHistory | None,
) -> None:
    lights = _lights(signals, motion)
    matched: set[str] = set()
    for line in truth.stop_lines:
        users = _over(line, motor)
        best, off = _nearest(line, found.stop_lines)
        if best is not None and abs(off) < 12:
            matched.add(best.id)
        tally.add("stop line of all", best is not None and abs(off) <= 1.0)
        if len(users) < LEAST_USERS:
            tally.wanted["stop line unused"] += 1
            continue
        tally.add("stop line", best is not None and abs(off) <= 1.0, f"{who} {line.id} ({off:+.2f} m)")
        if best is not None and abs(off) < 12:
            tally.stop_m.append(off)
            if lights is not None:
                _movements(tally, who, line, best, users, motor, lights)
    for p in found.stop_lines:
        alike = [
            t for t in truth.stop_lines if unit(p.heading_deg) @ unit(t.heading_deg) > np.cos(np.radians(HEADING_DEG))
        ]
        middle = shapely.LineString(p.points).interpolate(0.5, normalized=True)
        if p.id not in matched and not any(shapely.LineString(t.points).distance(middle) < 3 for t in alike):
            tally.false["stop line"] += 1
            tally.notes.append(f"stop line false: {who} {p.id} {p.points[0]}")


def _nearest(line: StopLine, proposed: tuple[StopLine, ...]) -> tuple[StopLine | None, float]:
    """The proposed line that a ray from the true one's middle along its heading meets, and how far on (m)."""
    u = unit(line.heading_deg)
    middle = np.asarray(shapely.LineString(line.points).interpolate(0.5, normalized=True).coords[0])
    ray = shapely.LineString([middle - 15 * u, middle + 15 * u])
    best: tuple[StopLine | None, float] = (None, np.inf)
    for p in proposed:
        if unit(p.heading_deg) @ u < np.cos(np.radians(HEADING_DEG)):
            continue
        meets = ray.intersection(shapely.LineString(p.points).buffer(0.05, cap_style="square"))
        if meets.is_empty:
            continue
        off = float((np.asarray(meets.centroid.coords[0]) - middle) @ u)
        if abs(off) < abs(best[1]):
            best = (p, off)
    return best


def _turn(movement: Movement, heading: float) -> float:
    exit_deg = movement.exit_heading_deg
    return 0.0 if exit_deg is None else abs((exit_deg - heading + 180) % 360 - 180)


def _movements(
    tally: Tally, who: str, line: StopLine, found: StopLine, users: np.ndarray, motor: Paths, lights: Lights
) -> None:
    last = {}
    for track in users.tolist():
        rows = np.flatnonzero(motor.track == track)
        if len(rows) > 10:
            last[track] = float(np.degrees(np.arctan2(motor.ux[rows[-3]], motor.uy[rows[-3]])) % 360)
    taken = Counter(
        min(range(len(line.movements)), key=lambda k: _turn(line.movements[k], heading)) for heading in last.values()
    )
    for k, movement in enumerate(line.movements):
        if taken[k] < LEAST_USERS or movement.signal is None:
            continue
        headings = [h for h in last.values() if min(line.movements, key=lambda m: _turn(m, h)) is movement]
        heading = movement.exit_heading_deg if movement.exit_heading_deg is not None else float(np.median(headings))
        got = min(found.movements, key=lambda m: _turn(m, heading), default=None)
        right = got is not None and got.signal is not None and lights.alike(got.signal, movement.signal) >= SAME
        agree = lights.alike(got.signal, movement.signal) if got is not None and got.signal else 0
        tally.add(
            "movement signal",
            right,
            f"{who} {line.id} {movement.signal} as {got.signal if got else None} ({agree:.2f}, {taken[k]})",
        )


def table(tally: Tally) -> str:
    """The tally as a table of text."""
    order = ("lane", "lane, right direction", "crosswalk", "crosswalk used once", "stop line", "movement signal")
    lines = [f"{'':24} {'right':>6} {'wanted':>7} {'share':>7}"]
    every = ("lane of all", "crosswalk of all", "stop line of all")
    for what in (*order, "crosswalk signal", "side", *every):
        if tally.wanted[what]:
            lines.append(f"{what:24} {tally.hits[what]:6} {tally.wanted[what]:7} {tally.share(what):7.1%}")
    off = np.abs(tally.stop_m)
    if len(off):
        lines.append(f"stop lines off by {np.median(off):.2f} m (median), {np.quantile(off, 0.9):.2f} m (90 of 100)")
    unused = ", ".join(f"{tally.wanted[w]} {w.split()[0]}s" for w in sorted(tally.wanted) if w.endswith("unused"))
    lines.append(f"false proposals: {dict(tally.false) or 'none'}; nobody used: {unused or 'none'}")
    return "\n".join(lines)
