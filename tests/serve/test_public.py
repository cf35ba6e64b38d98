"""What anyone can see lets nobody follow anybody and says no exact time."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.serve.figures import figures, public_number
from passerby.serve.junction import Junction
from passerby.serve.recall import Recall
from passerby.serve.replays import FRAMES, Acting
from passerby.serve.scene import MOST_NUMBERED, Numbers, Scene, acted_users, operator_users, public_users
from passerby.tables import COUNTS, VIOLATIONS
from tests.serve.house import NOW, House, conflict, drive, house, minutes, scene, table, violation

BOUNDS = (-50.0, -50.0, 50.0, 50.0)
users = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.floats(-60, 60),
        st.floats(-60, 60),
        st.one_of(st.just(float("nan")), st.floats(0, 360)),
        st.floats(0, 40),
    ),
    max_size=25,
)
ids = st.text(alphabet="0123456789abcdefXYZ-", min_size=6, max_size=12)


def made(rows: list[tuple[int, float, float, float, float]], names: list[str]) -> Scene:
    columns = [np.array(c, np.float64) for c in zip(*rows, strict=True)] or [np.empty(0)] * 5
    return Scene(
        1.7e9, tuple(names), columns[0].astype(np.int64), *columns[1:], columns[4] + 1, columns[4] + 1, {"K1": "red"}
    )


@given(users)
def test_scenes_hold_classes_and_rounded_numbers_and_nothing_else(rows: list) -> None:
    names = [f"0123456789abcdef-{i}" for i in range(len(rows))]
    shown = public_users(made(rows, names), BOUNDS)
    assert not re.search(r"[0-9a-f]{6,}|1700000000", json.dumps(shown))
    assert len(shown) == sum(-50 <= r[1] <= 50 and -50 <= r[2] <= 50 for r in rows)
    for cls, x, y, heading, speed in shown:
        assert isinstance(cls, str)
        assert abs(x * 10 - round(x * 10)) < 1e-6
        assert abs(y * 10 - round(y * 10)) < 1e-6
        assert heading % 5 == 0
        assert 0 <= heading < 360
        assert (speed * 2) % 1 == 0


@given(users.filter(lambda rows: len(rows) > 1), st.randoms())
def test_order_and_names_of_what_comes_in_leave_no_trace(rows: list, random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    a = public_users(made(rows, [f"a{i}" for i in range(len(rows))]), BOUNDS)
    b = public_users(made(mixed, [f"b{i}" for i in range(len(rows))]), BOUNDS)
    assert sorted(map(str, a)) == sorted(map(str, b))


def test_order_changes_from_frame_to_frame() -> None:
    one = scene(0.0, [(f"t{i}", float(i), 0.0) for i in range(20)])
    orders = {tuple(row[1] for row in public_users(one, BOUNDS)) for _ in range(20)}
    assert len(orders) == 20
    # everybody stands first about as often as anybody else
    first = [public_users(one, BOUNDS)[0][1] for _ in range(2000)]
    counts = np.bincount(np.array(first, int), minlength=20)
    assert counts.min() > 50
    assert counts.max() < 160


def test_numbers_that_operators_see_hold_for_one_connection_alone() -> None:
    one, two = scene(0.0, [("a", 0, 0), ("b", 1, 1)]), scene(0.2, [("b", 1, 1), ("c", 2, 2), ("a", 0, 0)])
    mine = Numbers()
    assert [u[0] for u in operator_users(one, mine)] == [1, 2]
    assert [u[0] for u in operator_users(two, mine)] == [2, 3, 1]
    assert [u[0] for u in operator_users(two, Numbers())] == [1, 2, 3]


def test_numbers_are_never_given_twice_and_do_not_pile_up() -> None:
    numbers, given_so_far = Numbers(), set()
    for i in range(0, 4 * MOST_NUMBERED, 10):
        fresh = numbers.of(("stays", *(f"t{i + j}" for j in range(10))))
        assert fresh[0] == 1
        assert not given_so_far & set(fresh[1:])
        given_so_far |= set(fresh[1:])
    assert len(numbers._given) <= MOST_NUMBERED + 11


@given(st.integers(0, 10_000), st.integers(2, 50))
def test_small_numbers_are_withheld_and_others_rounded(n: int, k: int) -> None:
    shown = public_number(n, k)
    if 0 < n < k:
        assert shown is None
    else:
        assert shown is not None
        assert shown % 5 == 0
        assert abs(shown - n) <= 2


def events(times: list[datetime]) -> pa.Table:
    return pa.table({"t": pa.array(times, pa.timestamp("us", "UTC")), "kind": ["red_light"] * len(times)})


def counted(*spans: tuple[datetime, datetime]) -> pa.Table:
    """Counts in bins of five minutes, the whole of each span."""
    bins = [a + k * minutes(5) for a, b in spans for k in range((b - a) // minutes(5))]
    rows = [{"t0": t, "t1": t + minutes(5), "place": "p", "movement": "in", "class": "car", "n": 3} for t in bins]
    return pa.Table.from_pylist(rows, schema=COUNTS)


WEEK = timedelta(days=7)
ONE = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)
"""13:30 in Berlin, on a Wednesday."""
MIDNIGHT = datetime(2026, 3, 3, 23, 0, tzinfo=UTC)


def day(n: int) -> tuple[datetime, datetime]:
    """A whole day so many days before."""
    return MIDNIGHT - timedelta(days=n), MIDNIGHT - timedelta(days=n - 1)


def found_of(times: list[datetime], seen: pa.Table, now: datetime = ONE) -> dict:
    return figures(events(times), events([]), seen, now, "Europe/Berlin")


@given(st.integers(1, 95), st.lists(st.integers(0, 24 * 60 - 1), max_size=200))
def test_two_days_that_were_the_same_compare_equal_at_every_quarter(quarter: int, at: list[int]) -> None:
    now = MIDNIGHT + quarter * minutes(15)
    today = [MIDNIGHT + minutes(m) for m in at if m < quarter * 15]
    week = [MIDNIGHT - WEEK + minutes(m) for m in at]
    found = found_of(today + week, counted((MIDNIGHT, now), day(7)), now)
    assert found["last_week"] == found["today"]
    assert found["until_min"] == quarter * 15


def test_figures_compare_today_with_the_same_weekday_up_to_the_same_time() -> None:
    today = [ONE - minutes(10 + i) for i in range(13)]
    week = [ONE - WEEK - minutes(1 + i) for i in range(21)]
    too_late = [ONE - WEEK + minutes(i) for i in range(9)]
    yesterday = [ONE - timedelta(days=1) for _ in range(30)]
    times = today + week + too_late + yesterday
    found = found_of(times, counted((MIDNIGHT, ONE), day(7)))
    assert found["today"] == {"red_light": 15}
    assert found["last_week"] == {"red_light": 20}
    assert found["until_min"] == 13 * 60 + 30
    assert found_of(today, counted((MIDNIGHT, ONE)))["last_week"] == {}
    assert found_of(today[:9], counted((MIDNIGHT, ONE)))["today"] == {"red_light": None}
    # a day of which half was seen is not compared with a whole one, in either direction
    late = ONE - minutes(300)
    assert found_of(times, counted((MIDNIGHT, ONE), (late - WEEK, ONE - WEEK)))["last_week"] == {}
    assert found_of(times, counted((late, ONE), day(7)))["last_week"] == {}
    assert found_of(times, counted((late, ONE), (late - WEEK, ONE - WEEK)))["last_week"] == {"red_light": 20}


def test_where_the_clock_was_changed_in_between_both_days_end_at_the_same_time() -> None:
    noon = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)  # 12:00 in summer, a week ago 11:00
    week = [noon - WEEK + minutes(60 - 1 - i) for i in range(20)]
    seen = counted((noon - minutes(720), noon), (noon - WEEK - minutes(660), noon - WEEK + minutes(60)))
    assert found_of(week, seen, noon)["last_week"] == {"red_light": 20}


def test_of_a_time_that_was_not_observed_nothing_is_said() -> None:
    assert found_of([], counted())["observed"] == "nothing"
    assert found_of([], counted(day(1), day(7)))["observed"] == "nothing"
    assert found_of([], counted((ONE - minutes(60), ONE)))["observed"] == "part"
    assert found_of([], counted((ONE - minutes(420), ONE)))["observed"] == "most"
    # before the first quarter of a day is over there is nothing of it
    begun = found_of([], counted(day(7), day(1)), MIDNIGHT)
    assert (begun["observed"], begun["until_min"], begun["today"], begun["last_week"]) == ("nothing", 0, {}, {})


def test_the_most_dangerous_hour_is_one_of_many_that_were_observed_for_long() -> None:
    # a minute of live, however much happened in it
    assert found_of([ONE - minutes(1)] * 40, counted((ONE - minutes(5), ONE)))["most_dangerous_hour"] is None
    # an hour on one day is an hour of one day
    assert found_of([ONE - minutes(40)] * 40, counted((MIDNIGHT, ONE)))["most_dangerous_hour"] is None
    # three days of the same three hours are no day
    hours = [(ONE - timedelta(days=d) - minutes(210), ONE - timedelta(days=d) - minutes(30)) for d in range(5)]
    assert (
        found_of([ONE - timedelta(days=d) - minutes(40) for d in range(5)] * 4, counted(*hours))["most_dangerous_hour"]
        is None
    )
    # 20 in one hour on each of two days against 30 in another, which was observed on ten
    whole = [day(d) for d in (1, 2, 3)]
    noons = [
        (MIDNIGHT - timedelta(days=d) + minutes(720), MIDNIGHT - timedelta(days=d) + minutes(780)) for d in range(4, 24)
    ]
    at_three = [MIDNIGHT - timedelta(days=1 + i % 2) + minutes(190) for i in range(20)]
    at_noon = [MIDNIGHT - timedelta(days=4 + i % 10) + minutes(730) for i in range(30)]
    assert found_of(at_three + at_noon, counted(*whole, *noons))["most_dangerous_hour"] == 3
    # the most dangerous one is not said where it has fewer than k, nor another in its place
    assert found_of(at_three[:9] + at_noon, counted(*whole, *noons))["most_dangerous_hour"] is None


def test_what_is_no_longer_in_the_store_is_no_longer_claimed(tmp_path: Path) -> None:
    for how in ("emptied", "deleted"):
        with listened(tmp_path / how) as (h, told):
            h.store.upsert("violations", table([violation(i, t=NOW - minutes(60 + i)) for i in range(20)]))
            h.junction.clock = lambda: NOW
            h.junction._figures_due = 0.0
            h.junction.poll()
            assert h.junction.figures["today"] == {"red_light": 20}
            assert h.junction.figures["observed"] == "part"
            told.clear()
            if how == "emptied":
                h.store.replace("violations", VIOLATIONS.empty_table())
            else:
                shutil.rmtree(h.store.folder)
            h.junction.poll()
            assert h.junction.figures["today"] == {}
            assert h.junction.figures["observed"] == "nothing"
            assert of(told, "figures") == ["figures"]


def test_figures_are_counted_again_also_where_the_time_of_the_junction_stands(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, _):
        h.junction.clock = lambda: NOW
        h.junction._figures_due = 0.0
        h.junction.poll()
        h.store.upsert("violations", table([violation(i, t=NOW - minutes(60 + i)) for i in range(20)]))
        h.junction.poll()
        assert h.junction.figures["today"] == {}
        h.junction._figures_stale = 0.0
        h.junction.poll()
        assert h.junction.figures["today"] == {"red_light": 20}


def test_a_junction_of_which_nothing_is_kept_claims_nothing(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        bare = Junction("bare", h.junction.site)
        bare.poll()
        assert (bare.figures["today"], bare.figures["observed"]) == ({}, "nothing")


def test_a_replay_shows_what_happened_and_not_who_or_when(tmp_path: Path) -> None:
    with house(tmp_path) as h:
        drive(h.junction, "secret1", NOW + minutes(0.05))
        replay = Acting(violation(1), h.junction.recall, h.junction.lights).first()
        assert replay is not None
        said = json.dumps(replay)
        assert "secret" not in said
        assert str(int(NOW.timestamp()))[:6] not in said
        assert "2026" not in said
        assert replay["length"] == len(replay["frames"]) == len(replay["lights"]) == FRAMES
        assert replay["lights"][0] == {"s0": "red"}
        assert {row[5] for frame in replay["frames"] for row in frame} == {0, 1}
        assert replay["kind"] == "red_light"
        assert replay["classes"] == ["car"]
        near = Acting(conflict(1), h.junction.recall, h.junction.lights).first()
        assert near is not None
        assert near["kind"] == "near_miss"
        assert near["classes"] == ["car", "cyclist"]
        assert Acting(violation(7), h.junction.recall, {}).first() is None


@settings(deadline=None)
@given(st.floats(2.1, 9.0), st.lists(st.floats(0.05, 0.9), min_size=1, max_size=20))
def test_a_replay_given_in_parts_is_the_replay_given_at_once(seen_s: float, steps: list[float]) -> None:
    t0 = NOW.timestamp() - 4.0
    every = [scene(t0 - 1 + k * 0.24, [("secret1", -1.5, 40 - 8 * k * 0.24)]) for k in range(40)]

    def upto(recall: Recall, a: float, b: float) -> None:
        for s in every:
            if a < s.t - t0 <= b:
                recall.add(s)

    later, once = Recall(), Recall()
    upto(once, -9, 9)
    whole = Acting(violation(1), once, {}).first()
    upto(later, -9, seen_s)
    acting = Acting(violation(1), later, {})
    parts = acting.first()
    assert whole is not None
    assert parts is not None
    frames, reached = parts["frames"], seen_s
    for step in [*steps, 9.0]:
        upto(later, reached, reached + step)
        reached += step
        assert acting.seen() <= acting.left
        frames += acting.more()["frames"]
    assert acting.left == 0
    assert frames == whole["frames"]
    ys = [frame[0][2] for frame in frames]
    # as fast as it drove, whatever the pace of the scenes was
    assert np.allclose(np.diff(ys), -1.6, atol=0.21)
    assert len(ys) == FRAMES


def test_a_replay_holds_who_is_near_and_the_whole_way_of_who_was_part_of_it() -> None:
    one = scene(0.0, [("part", 60.0, 0.0), ("far", 60.0, 1.0), ("near", 30.0, 0.0), ("gone", 80.0, 0.0)])
    shown = acted_users(one, 0.0, 0.0, 35.0, frozenset({"part", "gone"}))
    assert sorted((row[1], row[5]) for row in shown) == [(30.0, 0), (60.0, 1)]


def test_memory_of_scenes_is_bounded() -> None:
    recall = Recall(keep_s=10.0)
    for k in range(200):
        recall.add(scene(k / 5, [("a", 0, 0)]))
    assert len(recall.window(-1e9, 1e9)) == 51
    recall.add(scene(0.0, []))
    assert len(recall.window(-1e9, 1e9)) == 1


@contextmanager
def listened(tmp_path: Path) -> Iterator[tuple[House, list[tuple[str, dict]]]]:
    """A house whose store has been looked at once, and what the public is told from then on."""
    with house(tmp_path) as h:
        told: list[tuple[str, dict]] = []
        h.junction.hub.public_event = lambda name, value, remembered=True: told.append((name, value))  # type: ignore[method-assign]
        h.junction.poll()
        told.clear()
        yield h, told


def of(told: list[tuple[str, dict]], *names: str) -> list[str]:
    return [name for name, _ in told if name in (names or ("replay", "more", "withdraw"))]


def test_an_event_is_acted_out_once_it_is_in_the_store(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        drive(h.junction, "secret1", NOW + minutes(0.05))
        h.store.upsert("violations", table([violation(1)]))
        h.junction.poll()
        # told early, then for good under another id: once is enough
        h.store.upsert("violations", table([violation(2, track="secret1")]))
        h.junction.poll()
        h.store.withdraw("violations", {violation(1)["event"]})
        h.junction.poll()
        assert of(told) == ["replay"]
        h.store.upsert("violations", table([violation(3, track="secret1", confidence=0.2, t=NOW - minutes(3))]))
        h.junction.poll()
        assert of(told) == ["replay"]


def test_a_replay_begins_at_once_and_goes_on_as_more_is_seen(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        end = NOW + timedelta(seconds=0.3)
        drive(h.junction, "secret1", end)
        h.store.upsert("violations", table([violation(1)]))
        h.junction.poll()
        assert of(told) == ["replay"]
        replay = told[0][1] if told[0][0] == "replay" else told[1][1]
        assert len(replay["frames"]) < replay["length"] == FRAMES
        for k in range(12):
            h.junction.remember(scene(end.timestamp() + k / 5, [("secret1", -1.5, 0.0)]))
            h.junction.poll()
        assert of(told) == ["replay", "more", "more"]
        more = [value for name, value in told if name == "more"]
        assert {m["token"] for m in more} == {replay["token"]}
        assert sum(len(v["frames"]) for v in [replay, *more]) == FRAMES
        assert sum(len(v["lights"]) for v in [replay, *more]) == FRAMES
        assert "secret" not in json.dumps(told)


def test_a_replay_waits_for_who_is_part_of_it_and_not_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with listened(tmp_path) as (h, told):
        drive(h.junction, "somebody else", NOW)
        h.store.upsert("violations", table([violation(1)]))
        h.junction.poll()
        assert of(told) == []
        drive(h.junction, "secret1", NOW + timedelta(seconds=0.3))
        h.junction.poll()
        assert of(told) == ["replay"]
        h.store.upsert("violations", table([violation(2)]))
        h.junction.poll()
        monkeypatch.setattr("passerby.serve.acts.PATIENCE_S", -1.0)
        h.junction.poll()
        drive(h.junction, "secret2", NOW + minutes(0.05))
        h.junction.poll()
        assert of(told, "replay") == ["replay"]


def test_what_is_taken_back_is_no_longer_acted_out(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        drive(h.junction, "secret1", NOW + timedelta(seconds=0.3))
        h.store.upsert("violations", table([violation(1), violation(2)]))
        h.junction.poll()
        h.store.withdraw("violations", {violation(n)["event"] for n in (1, 2)})
        h.junction.poll()
        h.junction.poll()
        # nobody was told of the second one: its road user was not seen
        assert of(told) == ["replay", "withdraw"]
        first, last = (v for name, v in told if name in ("replay", "withdraw"))
        assert last == {"token": first["token"]}
        # nothing more comes of it
        h.junction.remember(scene(NOW.timestamp() + 5, [("secret1", 0.0, 0.0)]))
        h.junction.poll()
        assert of(told) == ["replay", "withdraw"]


def test_a_near_miss_is_shown_when_it_is_final(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        drive(h.junction, "secret1", NOW + minutes(0.05))
        # the rules were certain; told early, that is half as certain
        h.store.upsert("conflicts", table([conflict(1, confidence=0.5)]))
        h.junction.poll()
        assert of(told) == []
        h.store.upsert("conflicts", table([conflict(1, confidence=1.0)]))
        h.junction.poll()
        assert of(told) == ["replay"]


def test_tokens_say_nothing(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        for n in range(30):
            drive(h.junction, f"secret{n}", NOW + minutes(3 * n))
            h.store.upsert("violations", table([violation(n, t=NOW + minutes(3 * n - 0.05))]))
            h.junction.poll()
        tokens = [value["token"] for name, value in told if name == "replay"]
        assert len(set(tokens)) == len(tokens) == 30
        assert {len(token) for token in tokens} == {8}


def test_figures_are_those_of_the_day_also_where_nothing_happens(tmp_path: Path) -> None:
    with listened(tmp_path) as (h, told):
        evening = datetime(2026, 3, 4, 22, 59, tzinfo=UTC)  # a minute to midnight in Berlin
        h.store.upsert("violations", table([violation(i, t=evening - minutes(15 + i)) for i in range(20)]))
        h.junction.clock = lambda: evening
        h.junction._figures_due = 0.0
        h.junction.poll()
        assert h.junction.figures["today"] == {"red_light": 20}
        h.junction.clock = lambda: evening + minutes(2)
        h.junction._figures_due = 0.0
        h.junction.poll()
        assert h.junction.figures["today"] == {"red_light": 0}
        assert of(told, "figures") == ["figures"] * 2


def test_when_a_figure_changes_says_nothing_about_when_it_was(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 4, 11, 46, tzinfo=UTC)
    with listened(tmp_path) as (h, told):

        def look(t: datetime) -> dict:
            h.junction.clock = lambda: t
            h.junction._figures_due = 0.0
            h.junction.poll()
            return h.junction.figures["today"]

        h.store.upsert("violations", table([violation(i, t=noon - minutes(10 + i)) for i in range(12)]))
        assert look(noon) == {"red_light": 10}
        told.clear()
        # the one that makes it 15, at any time of the quarter: polled as often as one likes
        h.store.upsert("violations", table([violation(99, t=noon + minutes(1), x=1e4)]))
        for minute in range(2, 14):
            assert look(noon + minutes(minute)) == {"red_light": 10}
        assert of(told, "figures") == []
        assert look(noon + minutes(14)) == {"red_light": 15}
        assert of(told, "figures") == ["figures"]
        # begun again, the server says the same
        again = Junction("again", h.junction.site, h.junction.store)
        again.clock = lambda: noon + minutes(20)
        again.poll()
        assert again.figures == h.junction.figures


def test_nobody_is_shown_beyond_the_plan_and_zero_has_no_sign() -> None:
    one = scene(0.0, [("part", 20.0, 0.0), ("near", 4.0, 0.0), ("west", -0.04, -0.02), ("part2", 30.0, 0.0)])
    shown = acted_users(one, 0.0, 0.0, 35.0, frozenset({"part", "part2"}), (-10.0, -10.0, 25.0, 10.0))
    assert sorted((row[1], row[5]) for row in shown) == [(0.0, 0), (4.0, 0), (20.0, 1)]
    assert "-0" not in json.dumps(shown)


@pytest.mark.parametrize("path", ["junctions", "junctions/somewhere", "junctions/somewhere/figures"])
def test_public_answers_name_nobody_and_say_no_time(tmp_path: Path, path: str) -> None:
    with house(tmp_path) as h:
        h.store.upsert("violations", table([violation(i, t=NOW - minutes(i)) for i in range(40)]))
        drive(h.junction, "secret1", NOW)
        h.junction.poll()
        answer = h.client().get(f"/api/v1/public/{path}")
        assert answer.status_code == 200
        assert not re.search(r"secret|20\d\d-|\d\d:\d\d|[0-9a-f]{12,}|K1|north-in", answer.text)
        assert answer.headers["cache-control"] == "no-store"
