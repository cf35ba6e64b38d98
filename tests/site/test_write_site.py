from __future__ import annotations

import dataclasses
import string
import warnings
from types import MappingProxyType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.site import (
    Calibration,
    Camera,
    Crosswalk,
    Lamps,
    Lane,
    Movement,
    Signal,
    Site,
    SiteWarning,
    StopLine,
    Zone,
    parse_site,
    unit,
    write_site,
)
from passerby.site.model import LANE_KINDS, ROAD_USERS, RULES, SIGNAL_KINDS, ZONE_KINDS

metres = st.floats(-500, 500)
heading = st.floats(0, 360)
points = st.tuples(metres, metres)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
names = st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), max_size=20).filter(str.strip)
ids = st.text(string.ascii_letters + string.digits + '-_:."\\äß路', min_size=1, max_size=8)
limit = st.none() | st.floats(1, 130)


@st.composite
def outline(draw: st.DrawFn) -> tuple[tuple[float, float], ...]:
    """A star-shaped polygon around somewhere."""
    x, y = draw(points)
    n = draw(st.integers(3, 8))
    radius = draw(st.lists(st.floats(1, 30), min_size=n, max_size=n))
    return tuple(
        (float(x + r * np.cos(a)), float(y + r * np.sin(a)))
        for r, a in zip(radius, 2 * np.pi * np.arange(n) / n, strict=True)
    )


@st.composite
def line(draw: st.DrawFn, signals: list[str], name: str) -> StopLine:
    a, h, half = draw(points), draw(heading), draw(st.floats(1, 6))
    across = unit((h + 90 + draw(st.floats(-60, 60))) % 360) * half
    movement = st.builds(Movement, st.none() | st.sampled_from(signals), st.none() | heading, st.booleans())
    ends = tuple((float(a[0] + s * across[0]), float(a[1] + s * across[1])) for s in (-1, 1))
    return StopLine(name, ends, h, tuple(draw(st.lists(movement, max_size=3))))


def unique(build, at_least: int = 0):
    return st.lists(ids, unique=True, min_size=at_least, max_size=3).flatmap(
        lambda names: st.tuples(*map(build, names))
    )


calibrations = st.builds(
    lambda dx, dy, extra, bent: Calibration(
        ((0.0, 0.0), (640.0, 0.0), (640.0, 480.0), (0.0, 480.0)) + ((320.0, 240.0),) * extra,
        ((dx, dy), (dx + 20, dy), (dx + 20, dy - 15), (dx, dy - 15)) + ((dx + 10, dy - 7.5),) * extra,
        None,
        (640, 480) if bent or extra else None,
        bent,
    ),
    metres,
    metres,
    st.integers(0, 1),
    st.sampled_from([0.0, -0.125, 0.015625]),
) | st.just(Calibration(matrix=((0.1, 0.0, -3.0), (0.0, -0.1, 4.0), (0.0, 0.001, 1.0))))
number = st.none() | st.integers(0, 255)


def lamps(cameras: tuple[Camera, ...]):
    return st.builds(
        lambda c, x, y, w, amber: Lamps(
            c.id, (x, y, w, w), (x, y + 4 * w, w, w), (x, y + 2 * w, w, w) if amber else None
        ),
        st.sampled_from(cameras),
        st.floats(0, 2000),
        st.floats(0, 2000),
        st.floats(3, 100),
        st.booleans(),
    )


@st.composite
def sites(draw: st.DrawFn) -> Site:
    cameras = draw(unique(lambda i: st.builds(Camera, st.just(i), st.none() | texts, st.none() | calibrations)))
    signals = draw(
        unique(
            lambda i: st.builds(
                Signal,
                st.just(i),
                st.sampled_from(SIGNAL_KINDS[:2]),
                *[number] * 4,
                st.lists(lamps(cameras), max_size=2).map(tuple) if cameras else st.just(()),
            ),
            1,
        )
    )
    known = [s.id for s in signals]
    setting = (
        st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | texts | st.lists(ids, max_size=2)
    )
    rule = st.dictionaries(ids, setting, max_size=3).map(
        lambda d: MappingProxyType({k: v for k, v in d.items() if k != "enabled"})
    )
    return Site(
        draw(names),
        draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai"])),
        (draw(st.floats(-90, 90)), draw(st.floats(-180, 180))),
        draw(st.sampled_from(["left", "right"])),
        draw(limit),
        cameras,
        signals,
        draw(unique(lambda i: line(known, i))),
        draw(
            unique(
                lambda i: st.builds(
                    Crosswalk,
                    st.just(i),
                    outline(),
                    st.none() | st.sampled_from(known),
                    st.frozensets(st.sampled_from(ROAD_USERS), min_size=1),
                )
            )
        ),
        draw(
            unique(
                lambda i: st.builds(
                    Lane,
                    st.just(i),
                    outline(),
                    st.floats(0.5, 20),
                    st.sampled_from(LANE_KINDS),
                    limit,
                )
            )
        ),
        draw(unique(lambda i: st.builds(Zone, st.just(i), st.sampled_from(ZONE_KINDS), outline(), limit))),
        MappingProxyType(draw(st.dictionaries(st.sampled_from(RULES), rule, max_size=2))),
    )


@settings(max_examples=100, deadline=None)
@given(site=sites())
def test_what_was_written_is_read_to_the_last_digit(site: Site) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SiteWarning)
        again = parse_site(write_site(site))
    for field in dataclasses.fields(Site):
        assert getattr(again, field.name) == getattr(site, field.name), field.name
