"""What the report says of crosswalks and their signals, and of recordings in which nobody drives."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from passerby.screen.report import report_html
from passerby.signals.history import from_changes
from passerby.site.model import Crosswalk, Signal, Site
from passerby.tables import VIOLATIONS
from passerby.tracks.classes import CODE

from .street import T0, count_row, counts, motion_of, violation
from .test_report import page, words

SITE = Site(
    "Walk",
    signals=(Signal("F1", "pedestrian"),),
    crosswalks=(Crosswalk("west", ((-2.0, 0.0), (2.0, 0.0), (2.0, 10.0), (-2.0, 10.0)), "F1"),),
)
# red for 45 of 60 s, from 5 s before the first row
LIGHT = from_changes({"F1": [(T0 - 5 + 60 * i + d, s) for i in range(60) for d, s in ((0, "walk"), (15, "dont_walk"))]})
SEEN = {"counts": counts(count_row(T0, "west", "northbound", "pedestrian", 20))}


def walking(from_y: float, n: int = 20):
    t = np.tile(T0 + np.arange(100) * 0.1, n) + np.repeat(np.arange(n) * 30.0, 100)
    y = from_y + 1.3 * np.tile(np.arange(100) * 0.1, n)
    ids = tuple(f"w{i}" for i in range(n))
    return motion_of(ids, [CODE["pedestrian"]] * n, np.repeat(np.arange(n), 100), t, np.zeros(len(t)), y)


def on_red(*t: float) -> dict[str, pa.Table]:
    base = violation().to_pylist()[0]
    same = {"kind": "red_light", "class": "pedestrian", "place": "west", "signal": "F1", "state": "dont_walk"}
    rows = [base | same | {"event": f"e{i}", "track": f"w{i}", "t": int((T0 + s) * 1e6)} for i, s in enumerate(t)]
    table = pa.Table.from_pylist(
        rows, schema=pa.schema([f if f.name != "t" else pa.field("t", pa.int64()) for f in VIOLATIONS])
    )
    return SEEN | {"violations": table.cast(VIOLATIONS)}


def test_the_share_on_red_has_its_interval_and_stands_beside_the_share_of_red_time():
    text = words(report_html(SITE, on_red(30.0, 52.0, 112.0, 200.0), walking(-2.0), LIGHT))
    assert "Crosswalk west 20 " in text
    assert "4 20 % 8–42 % 2 0 75 % of time" in text


def test_who_was_first_seen_on_the_crosswalk_is_owned_up_to():
    assert "first seen on a crosswalk" not in words(report_html(SITE, on_red(30.0), walking(-2.0), LIGHT))
    assert "20 pedestrians were first seen on a crosswalk already" in words(
        report_html(SITE, on_red(30.0), walking(3.0), LIGHT)
    )


def test_more_on_red_than_were_counted_gives_no_share():
    few = on_red(30.0, 90.0) | {"counts": counts(count_row(T0, "west", "northbound", "pedestrian", 1))}
    assert "2 – – 0 0 75 % of time" in words(report_html(SITE, few, walking(-2.0), LIGHT))


def test_where_nobody_drives_nothing_is_said_about_near_misses():
    for public in (False, True):
        text = report_html(SITE, SEEN, walking(-2.0), LIGHT, public=public)
        page(text)
        assert "Only pedestrians were observed" in words(text)
        assert "ear miss was found" not in words(text)
        assert "– near misses only pedestrians were observed" in words(text)
