"""What operators ask for: pages of events, one event in detail, marks, the drawing."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.serve.drawn import read_drawing
from passerby.serve.events import Wanted, page
from passerby.serve.follow import Follower, News
from passerby.serve.marks import Mark, Marks
from passerby.store.tables import open_store
from tests.serve.house import NOW, SITE, House, base, conflict, drive, house, minutes, scene, table, violation

HERE = "/api/v1/junctions/somewhere"


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from(["car", "cyclist"])), max_size=30),
    st.integers(1, 7),
    st.sampled_from([None, "car", "cyclist"]),
    st.sampled_from([None, "confirmed", "none"]),
)
def test_pages_put_together_are_all_that_was_wanted_newest_first(
    rows: list, limit: int, cls: str | None, mark: str | None
) -> None:
    violations = [violation(i, t=NOW + minutes(m), **{"class": c}) for i, (v, m, c) in enumerate(rows) if v]
    conflicts = [conflict(i, t=NOW + minutes(m), class_a=c) for i, (v, m, c) in enumerate(rows) if not v]
    tables = {
        "violations": table([violation(0), *violations]).slice(1),
        "conflicts": table([conflict(0), *conflicts]).slice(1),
    }
    marks = {f"{i:016x}": Mark("j", "", "", "confirmed", "", "", "") for i in range(0, 30, 3)}
    found, cursor, totals = [], None, set()
    for _ in range(100):
        part, cursor, total = page(tables, Wanted(cls=cls, mark=mark), marks, limit, cursor)
        assert len(part) <= limit
        totals.add(total)
        found += part
        if cursor is None:
            break
    wanted = [
        i
        for i, (v, _, c) in enumerate(rows)
        if (cls is None or cls == c or (not v and cls == "cyclist"))
        and (mark is None or (mark == "confirmed") == (i % 3 == 0))
    ]
    assert sorted(int(e["event"], 16) for e in found) == wanted
    assert totals == {len(wanted)}
    assert [(e["t"], e["event"]) for e in found] == sorted(((e["t"], e["event"]) for e in found), reverse=True)


def test_events_by_filter(h: House) -> None:
    h.store.upsert("violations", table([violation(i, t=NOW - minutes(i)) for i in range(5)]))
    h.store.upsert("conflicts", table([conflict(100), conflict(101, severity="slight", t=NOW - minutes(9))]))
    client = h.signed_in()

    def ask(**query: object) -> list[str]:
        answer = client.get(HERE + "/events", params=query)
        assert answer.status_code == 200, answer.text
        return [e["event"][-3:] for e in answer.json()["events"]]

    assert len(ask()) == 7
    assert ask(table="conflicts") == ["064", "065"]
    assert ask(severity="slight") == ["065"]
    assert ask(kind="near_miss") == ["064", "065"]
    assert ask(kind="red_light", limit=2) == ["000", "001"]
    assert ask(since="2026-03-04T11:58:00Z", table="violations") == ["000", "001", "002"]
    assert ask(until="2026-03-04T12:57:00+01:00", table="violations") == ["004"]
    assert ask(place="nowhere") == []
    assert ask(confidence=0.85) == ["000", "001", "002", "003", "004"]
    # 12:00 in UTC is 13:00 there
    assert ask(hours="13-14") == ["064", "000"]
    assert len(ask(hours="12-12")) == 5
    assert len(ask(hours="23-13")) == 7
    assert client.get(HERE + "/events", params={"hours": "7-24"}).status_code == 422
    assert client.get(HERE + "/events", params={"kind": "red_light", "limit": 2}).json()["total"] == 5
    for wrong in ({"since": "2026-03-04T11:58:00"}, {"since": "0001-01-01T00:00:00Z"}, {"limit": 0}, {"class": "x"}):
        assert client.get(HERE + "/events", params=wrong).status_code == 422
    backwards = {"since": "2026-03-04T11:58:00Z", "until": "2026-03-04T10:58:00Z"}
    assert client.get(HERE + "/events", params=backwards).status_code == 422
    cursor = base64.urlsafe_b64encode(b"9" * 50 + b".x").decode()
    assert client.get(HERE + "/events", params={"cursor": cursor}).status_code in (200, 422)


def test_an_event_in_detail_and_its_mark(h: House) -> None:
    h.store.upsert("violations", table([violation(1, linked=["00000000000000aa"])]))
    drive(h.junction, "secret1", NOW + minutes(0.1), seconds=20)
    client = h.signed_in()
    one = client.get(HERE + "/events/0000000000000001").json()
    assert one["linked"] == ["00000000000000aa"]
    assert one["window"] == {"t0": "2026-03-04T11:59:52.000Z", "t1": "2026-03-04T12:00:04.000Z"}
    assert [(t["track"], t["class"], t["involved"]) for t in one["tracks"]] == [(1, "car", True), (2, "car", False)]
    samples = one["tracks"][0]["samples"]
    assert len(samples) == 61
    assert samples[0][0] == 0.0
    assert one["signals"] == [[0.0, "K1", "red"]]
    assert (
        client.put(HERE + "/events/0000000000000001/mark", json={"verdict": "false", "note": "shadow"}).status_code
        == 200
    )
    assert client.get(HERE + "/events", params={"mark": "false"}).json()["events"][0]["mark"]["note"] == "shadow"
    assert client.get(HERE + "/events", params={"mark": "none"}).json()["events"] == []
    client.put(HERE + "/events/0000000000000001/mark", json={"verdict": None})
    assert client.get(HERE + "/events", params={"mark": "none"}).json()["events"][0]["mark"] is None
    assert client.get(HERE + "/events/00000000000000ff").status_code == 404


def test_a_speed_that_is_not_known_yet_is_a_gap(h: House) -> None:
    h.store.upsert("violations", table([violation(1)]))
    for k in range(20):
        seen = scene(NOW.timestamp() - 2 + k / 5, [("secret1", -1.5, 13.0 - k)])
        unknown = np.array([np.nan if k < 3 else 5.0])
        h.junction.remember(replace(seen, speed_mps=unknown, heading_deg=unknown * 36))
    samples = h.signed_in().get(HERE + "/events/0000000000000001").json()["tracks"][0]["samples"]
    assert [s[4] for s in samples] == [None] * 3 + [5.0] * 17
    assert {s[3] for s in samples} == {180.0}


def test_marks_outlive_a_restart_and_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "marks.jsonl"
    marks = Marks(path)
    marks.set("j", "a", "speeding", "confirmed", "", "ada")
    marks.set("j", "b", "speeding", "false", "", "ada")
    marks.set("j", "a", "speeding", None, "", "ada")
    with path.open("ab") as f:
        f.write(b'{"junction": "j", "ev')
    again = Marks(path)
    assert {e: m.verdict for e, m in again.of("j").items()} == {"b": "false"}
    again.set("j", "c", "speeding", "confirmed", "", "ada")
    assert set(Marks(path).of("j")) == {"b", "c"}


def test_a_follower_tells_each_event_once_whoever_writes(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.upsert("violations", table([violation(1)]))
        follower = Follower(open_store(tmp_path / "store", read_only=True))
        assert follower.poll() == News()
        assert follower.poll() == News()
        store.upsert("violations", table([violation(1, duration_s=3.0), violation(2)]))
        store.upsert("conflicts", table([conflict(3, t=NOW - minutes(1))]))
        assert [(t, r["event"][-1]) for t, r in follower.poll().came] == [("conflicts", "3"), ("violations", "2")]
        store.tidy()
        assert follower.poll() == News()
        # rows a little older than the newest are news, too
        store.upsert("violations", table([violation(4, t=NOW - minutes(5))]))
        assert [r["event"][-1] for _, r in follower.poll().came] == ["4"]


def test_a_drawing_is_checked_saved_and_shown(h: House) -> None:
    client = h.signed_in()
    assert client.get(HERE + "/site").json()["toml"] == SITE
    wrong = SITE.replace("[-6.0, -6.0], [-6.0, 6.0], [-9.0, 6.0]", "[-6.0, 6.0], [-6.0, -6.0], [-9.0, 6.0]")
    checked = client.post(HERE + "/site/check", json={"toml": wrong}).json()
    assert checked["plan"] is None
    (error,) = checked["errors"]
    assert error["who"] == 'crosswalk "west"'
    assert (error["x"], error["y"]) == (-7.5, 0.0)
    refused = client.put(HERE + "/site", json={"toml": wrong} | base(client))
    assert refused.status_code == 422
    assert refused.json()["errors"] == [error]
    assert client.get(HERE + "/site").json()["toml"] == SITE
    turned = SITE.replace("heading = 180.0", "heading = 0.0").replace("Somewhere", "Elsewhere")
    saved = client.put(HERE + "/site", json={"toml": turned} | base(client))
    assert saved.status_code == 200
    assert [d["who"] for d in saved.json()["doubts"]] == ['stop_line "north"']
    assert saved.json()["doubts"][0]["x"] == -1.5
    assert h.client().get("/api/v1/public/junctions").json()[0]["name"] == "Elsewhere"
    assert h.service.keep.audit.entries()[-1]["event"] == "site_changed"


@pytest.mark.parametrize("text", ["", "[", "version = 1", "version = 1\n[site]\nname = 3", "\x00", "[site]\n" * 3])
def test_any_text_is_a_drawing_or_says_what_is_wrong(text: str) -> None:
    drawing = read_drawing(text)
    assert drawing.site is None
    assert drawing.errors[0]["message"]


def test_settings_change_the_screen_and_are_kept(h: House) -> None:
    boss = h.signed_in("administrator")
    wanted = {"language": "ja", "measures": ["Tempo 30 from May"]}
    assert boss.put(HERE + "/settings", json=wanted).json() == wanted
    shown = h.client().get("/api/v1/public/junctions/somewhere").json()
    assert (shown["language"], shown["measures"]) == ("ja", ["Tempo 30 from May"])
    assert h.service.keep.settings("somewhere") == wanted
    assert boss.put(HERE + "/settings", json=wanted | {"language": "tlh"}).status_code == 422
