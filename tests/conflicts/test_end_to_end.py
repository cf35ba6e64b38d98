"""Textbook encounters from a tracks CSV, through `passerby analyse`, to conflicts.csv: textbook values."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from passerby.cli import app

from .textbook import SIZES, RoadUser, braking, drifting, even, left_turn, line, pet, ttc

T0 = 1_780_000_000.0
APART_S = 60.0
EAST, WEST, NORTH, SOUTH = (1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)

SITE = """version = 1
[site]
name = "Textbook"
timezone = "Europe/Berlin"
origin = [52.5, 13.4]
drives_on = "right"
speed_limit_kmh = 50.0
"""


@dataclass(frozen=True)
class Case:
    """Two road users, who is first, and what the textbook says (None: no event)."""

    name: str
    a: RoadUser
    b: RoadUser
    want: Mapping[str, Any] | None
    brakes: bool = False


def dv(a: float, b: float, angle_deg: float, share: float = 0.5) -> float:
    """Delta-V of two speeds at an angle; `share`: the heavier one's share of the mass."""
    return math.sqrt(a * a + b * b - 2 * a * b * math.cos(math.radians(angle_deg))) * share


def crossing(gap_s: float, va: float, vb: float, second: str = "car", seen_s: float = 6.0) -> Case:
    """b passes the point `gap_s` after a. PET = gap - half of each one's length and the other's width, driven."""
    (la, wa), (lb, wb) = SIZES["car"], SIZES[second]
    value = gap_s - (la + wb) / 2 / va - (lb + wa) / 2 / vb
    want = {
        "kind": "crossing",
        "ttc_s": None,
        "pet_s": value,
        "max_speed_mps": max(va, vb),
        "angle_deg": 90.0,
        "delta_v_mps": dv(va, vb, 90, {"car": 0.5, "pedestrian": 1500 / 1575, "cyclist": 1500 / 1590}[second]),
    }
    b = RoadUser(second, line(0, 0, NORTH, even(vb, gap_s)), (gap_s - seen_s, gap_s + seen_s / 2))
    return Case(
        f"crossing-{gap_s}s-{va}-{vb}-{second}-{seen_s}",
        RoadUser("car", line(0, 0, EAST, even(va)), (-seen_s, seen_s / 2)),
        b,
        want if value <= 5 else None,
    )


RISE_S = 0.4
"""How long brakes take to bite: 0.2 s for the pressure in a car's, more with a driver who is not frightened."""


def straight_values(a: RoadUser, b: RoadUser, opposing: bool = False) -> dict[str, Any]:
    """Least TTC and what belongs to it and greatest DRAC while TTC is at most 1.5 s, for two in one line."""
    times, values = ttc(a, b, 1.8)
    near = values <= 1.5
    va, vb = (np.hypot(*u.state(times)[2:4]) for u in (a, b))
    closing = vb + va if opposing else vb - va
    return {
        "ttc_s": float(values.min()),
        "pet_s": None,
        "drac_mps2": float((closing / (2 * values))[near].max()),
        "max_speed_mps": float(np.maximum(va, vb)[near].max()),
    }


def following(ttc_s: float, lead: float, follow: float, decel: float, cls: str = "car") -> Case:
    """The follower begins to brake, down to the leader's speed, when TTC is `ttc_s` (at t = 0)."""
    gap = ttc_s * (follow - lead)
    length = (SIZES[cls][0] + SIZES["car"][0]) / 2
    a = RoadUser(cls, line(gap + length, 0, EAST, even(lead)), (-5, 5))
    b = RoadUser("car", line(0, 0, EAST, braking(follow, 0.0, decel, lead, RISE_S)), (-4, 5))
    want = {"kind": "rear_end", "angle_deg": 0.0 if lead else None}
    return Case(f"following-{ttc_s}s-{lead}-{follow}-{cls}", a, b, want | straight_values(a, b), True)


def until_the_end(ttc_s: float, lead: float, follow: float) -> Case:
    """Speeds stay; the tracks end at that TTC."""
    gap = ttc_s * (follow - lead)
    return Case(
        f"until-{ttc_s}",
        RoadUser("car", line(gap + 4.5, 0, EAST, even(lead)), (-5, 0)),
        RoadUser("car", line(0, 0, EAST, even(follow)), (-5, 0)),
        {
            "kind": "rear_end",
            "ttc_s": ttc_s,
            "drac_mps2": (follow - lead) / (2 * ttc_s),
            "max_speed_mps": follow,
            "delta_v_mps": (follow - lead) / 2,
        },
    )


def oblique(angle_deg: float, gap_s: float) -> Case:
    h = math.radians(angle_deg)
    a = RoadUser("car", line(0, 0, EAST, even(10.0)), (-6, 4))
    b = RoadUser("car", line(0, 0, (math.cos(h), math.sin(h)), even(12.0, gap_s)), (gap_s - 6, gap_s + 4))
    return Case(
        f"oblique-{angle_deg}",
        a,
        b,
        {
            "kind": "lane_change" if angle_deg < 85 else "crossing",
            "ttc_s": None,
            "pet_s": pet(a, b)[0],
            "angle_deg": angle_deg,
            "max_speed_mps": 12.0,
            "delta_v_mps": dv(10, 12, angle_deg),
        },
    )


def head_on() -> Case:
    """b drifts into a's lane; both brake when TTC is 1.3 s."""
    gap = 1.3 * 24
    a = RoadUser("car", line(0, 0, EAST, braking(12.0, 0.0, 8.0, 0.0, RISE_S)), (-5, 3), EAST)
    way = drifting(gap + 4.5, 3.5, WEST, braking(12.0, 0.0, 8.0, 0.0, RISE_S), (-4.0, -1.5))
    b = RoadUser("car", way, (-5, 3), WEST)
    return Case("head-on", a, b, {"kind": "crossing", "angle_deg": 180.0} | straight_values(a, b, opposing=True), True)


def turning(name: str, turner_first: bool, other: RoadUser, radius: float, speed: float) -> Case:
    turner = RoadUser("car", left_turn(radius, speed, 0.0), (-6, 7))
    a, b = (turner, other) if turner_first else (other, turner)
    value = pet(a, b)[0]
    return Case(name, a, b, {"ttc_s": None, "pet_s": value})


def leader_brakes() -> Case:
    """The leader brakes to a stop, the follower a second later and harder."""
    a = RoadUser("car", line(16.0, 0, EAST, braking(14.0, 0.0, 6.0, 0.0, RISE_S)), (-4, 6))
    b = RoadUser("car", line(0, 0, EAST, braking(14.0, 0.9, 8.0, 0.0, RISE_S)), (-4, 6))
    return Case("leader-brakes", a, b, {"kind": "rear_end", "angle_deg": 0.0} | straight_values(a, b), True)


def yielding() -> Case:
    """On a right-angled collision course b brakes to a stop before a's way when TTC is 1.2 s."""
    # Unbraked, b's nose would be at a's right side as a passes the point: 2.25 + 0.9 m before it.
    a = RoadUser("car", line(-12.0 * 1.2, 0, EAST, even(12.0)), (-5, 4))
    b = RoadUser("car", line(0, -3.15 - 10.0 * 1.2, NORTH, braking(10.0, 0.0, 6.0, 0.0, RISE_S)), (-5, 4), NORTH)
    _, values = ttc(a, b, 1.6)
    return Case("yielding", a, b, {"kind": "crossing", "ttc_s": float(values.min()), "angle_deg": 90.0}, True)


def cases() -> list[Case]:
    out = [crossing(gap, va, vb) for gap in (0.8, 1.5, 2.5, 4.0) for va, vb in ((8.0, 8.0), (14.0, 10.0), (6.0, 15.0))]
    out += [crossing(0.5, 15.0, 15.0), crossing(5.9, 10.0, 10.0)]
    out += [crossing(g, 10.0, v, c) for g, v, c in ((1.0, 5.0, "cyclist"), (2.0, 1.4, "pedestrian"))]
    out += [crossing(1.5, 12.0, 12.0, seen_s=1.2), crossing(2.0, 9.0, 5.0, "cyclist", seen_s=1.6)]
    out += [following(s, 6.0, 14.0, 8.0) for s in (1.45, 1.3, 1.1, 0.8)]
    out += [following(1.1, 5.0, 12.0, 6.5, "cyclist"), following(1.2, 0.0, 13.0, 7.0)]
    out += [until_the_end(s, 8.0, 14.0) for s in (1.2, 0.7)]
    out += [oblique(angle, gap) for angle, gap in ((45.0, 1.5), (60.0, 2.0), (120.0, 1.2), (150.0, 2.0))]
    out += [head_on(), leader_brakes(), yielding()]
    oncoming = RoadUser("car", line(-3.5, 10.0, SOUTH, even(13.0, 4.0)), (-3, 7))
    out.append(turning("left-turn-before-oncoming", True, oncoming, 10.0, 6.0))
    before = RoadUser("car", line(-3.5, 10.0, SOUTH, even(13.0, -0.3)), (-6, 3))
    out.append(turning("left-turn-behind-oncoming", False, before, 10.0, 6.0))
    walker = RoadUser("pedestrian", line(-14.0, 8.0, NORTH, even(1.4, 5.6)), (-3, 8))
    out.append(turning("turning-car-before-pedestrian", True, walker, 8.0, 5.0))
    walked = RoadUser("pedestrian", line(-14.0, 8.0, NORTH, even(1.4, 1.2)), (-6, 5))
    out.append(turning("turning-car-behind-pedestrian", False, walked, 8.0, 5.0))
    bicycle = RoadUser("cyclist", line(0, 0, EAST, even(5.0)), (-6, 6))
    out.append(Case("overtaking", bicycle, RoadUser("car", line(0, 2.4, EAST, even(14.0)), (-6, 6)), None))
    lead = RoadUser("car", line(20.0, 0, EAST, even(12.0)), (-6, 6))
    out.append(Case("headway", lead, RoadUser("car", line(0, 0, EAST, even(12.0)), (-6, 6)), None))
    return out


CASES = cases()


def analysed(folder: Path, rate_hz: float, noise_m: float, sizes: bool) -> dict[str, list[dict[str, str]]]:
    """conflicts.csv by case; the cases follow one another at one place, each by its own tracks."""
    rng = np.random.default_rng(1)
    rows = []
    for n, case in enumerate(CASES):
        begin = T0 + APART_S * (n + 1)
        for who, user in (("a", case.a), ("b", case.b)):
            # The rows' times are no multiples of the common clock's.
            first, last = math.ceil((user.seen[0] + 0.013) * rate_hz), math.floor((user.seen[1] + 0.013) * rate_hz)
            t = np.arange(first, last + 1) / rate_hz - (0.013 if n % 2 and not case.name.startswith("until") else 0.0)
            x, y = user.way(t)
            x, y = x + noise_m * rng.normal(size=len(t)), y + noise_m * rng.normal(size=len(t))
            size = [f"{v}" for v in SIZES[user.cls]] if sizes else []
            rows += [
                [f"c{n}{who}", user.cls, f"{begin + s:.4f}", f"{p:.4f}", f"{q:.4f}", *size]
                for s, p, q in zip(t, x, y, strict=True)
            ]
    tracks, site = folder / "tracks.csv", folder / "site.toml"
    site.write_text(SITE, encoding="utf-8")
    with tracks.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["track", "class", "t", "x", "y", *(["length", "width"] if sizes else [])])
        out.writerows(sorted(rows, key=lambda r: (float(r[2]), r[0])))
    arguments = ["analyse", "--site", str(site), "--tracks", str(tracks), "--out", str(folder / "out"), "--no-report"]
    done = CliRunner().invoke(app, [*arguments, "--quiet"])
    assert done.exit_code == 0, done.output
    found: dict[str, list[dict[str, str]]] = {c.name: [] for c in CASES}
    with (folder / "out" / "conflicts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[CASES[int(row["track_a"][1:-1])].name].append(row)
    return found


def differences(case: Case, rows: list[dict[str, str]], seconds: float, share: float, degrees: float) -> list[str]:
    """What is not as the textbook has it."""
    if case.want is None:
        return [f"{case.name}: no event wanted, got {rows}"] if rows else []
    if len(rows) != 1:
        return [f"{case.name}: one event wanted ({dict(case.want)}), got {len(rows)}: {rows}"]
    row, out = rows[0], []
    if case.brakes:
        # Smoothing spreads the onset of braking over half a second: speeds are up to 0.5 m/s off meanwhile.
        seconds, share = max(seconds, 0.1), max(share, 0.15)
    tolerance = {"ttc_s": (seconds, 0.0), "pet_s": (seconds, 0.0), "angle_deg": (degrees, 0.0)}
    for name, want in case.want.items():
        got = row[name]
        if isinstance(want, str):
            good = got == want
        elif want is None:
            good = name not in ("ttc_s", "pet_s") or got == ""
        else:
            most, part = tolerance.get(name, (0.05, share))
            good = got != "" and abs(float(got) - want) <= most + part * abs(want)
        if not good:
            out.append(f"{case.name}: {name} {want} wanted, got {got or 'none'}")
    first = row["track_a"][-1]
    if first != "a" and case.name != "head-on":
        out.append(f"{case.name}: the second one came first")
    return out


@pytest.mark.parametrize(("rate_hz", "sizes"), [(10.0, True), (20.0, False), (25.0, True)])
def test_without_noise(tmp_path: Path, rate_hz: float, sizes: bool) -> None:
    found = analysed(tmp_path, rate_hz, 0.0, sizes)
    wrong = [d for case in CASES for d in differences(case, found[case.name], 0.05, 0.03, 1.0)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("rate_hz", [10.0, 25.0])
def test_with_a_decimetre_of_noise(tmp_path: Path, rate_hz: float) -> None:
    found = analysed(tmp_path, rate_hz, 0.1, True)
    wrong = [d for case in CASES for d in differences(case, found[case.name], 0.2, 0.3, 6.0)]
    assert not wrong, "\n".join(wrong)
