"""What operators ask of the tables: sums agree, exports say where they come from and can be read again."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.serve.junction import Recording
from passerby.serve.marks import Mark
from passerby.serve.queries.counts import binned
from passerby.serve.queries.precision import precision
from passerby.tables import COUNTS, TRACKS

from .house import NOW, House, conflict, house, minutes, table, violation

API = "/api/v1/junctions/somewhere"
WEEK = timedelta(days=7)


def counted(*rows: tuple[datetime, str, str, str, int], width: float = 15) -> pa.Table:
    names = ("t0", "place", "movement", "class", "n")
    made = [dict(zip(names, row, strict=True)) | {"t1": row[0] + minutes(width)} for row in rows]
    return pa.Table.from_pylist(made, schema=COUNTS)


@pytest.fixture(scope="module")
def h(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as made:
        early = NOW - WEEK
        red = [violation(i, t=early + minutes(i)) for i in range(40)]
        red += [violation(100 + i, t=NOW + minutes(i)) for i in range(9)]
        made.store.upsert("violations", table(red))
        near = [conflict(500, t=NOW), conflict(501, t=NOW + minutes(70), severity="slight", x=-1.4, y=14.5)]
        made.store.upsert("conflicts", table(near))
        rows = [(t + minutes(15 * k), "north", "through", "car", 100) for t in (early, NOW) for k in range(4)]
        made.store.upsert("counts", counted(*rows, (NOW, "west", "northbound", "pedestrian", 7)))
        track = [
            {"track": "secret7", "class": "car", "t": NOW + minutes(k / 60), "x": float(k), "y": 0.0} for k in range(3)
        ]
        made.store.upsert("tracks", pa.Table.from_pylist(track, schema=TRACKS))
        yield made


@pytest.fixture(scope="module")
def client(h: House) -> Iterator[TestClient]:
    with h.signed_in() as client:
        yield client


def got(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(API + path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


rows_of_counts = st.lists(
    st.tuples(
        st.integers(0, 400).map(lambda k: NOW + minutes(5 * k)),
        st.sampled_from(["north", "west"]),
        st.sampled_from(["left", "through"]),
        st.sampled_from(["car", "cyclist"]),
        st.integers(1, 9),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(rows_of_counts, st.sampled_from([5, 15, 60]), st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "UTC"]))
def test_bins_keep_every_sum_and_begin_on_the_sites_clock(rows: list[Any], wide: Any, name: str) -> None:
    zone = ZoneInfo(name)
    found = binned(counted(*rows, width=5), wide, zone).to_pylist()
    assert sum(r["n"] for r in found) == sum(r[-1] for r in rows)
    keys = [(r["t0"], r["place"], r["movement"], r["class"]) for r in found]
    assert keys == sorted(set(keys))
    for r in found:
        assert r["t1"] - r["t0"] == minutes(wide)
        assert r["t0"].astimezone(zone).minute % wide == 0


def test_what_was_counted_in_quarters_is_not_split_by_guessing() -> None:
    found = binned(counted((NOW, "north", "left", "car", 3)), 5).to_pylist()
    assert [(r["t0"], r["t1"], r["n"]) for r in found] == [(NOW, NOW + minutes(15), 3)]


def test_counts_by_the_hour_and_within_a_period(client: TestClient) -> None:
    rows = got(client, "/counts", bin=60, since=NOW.isoformat())["rows"]
    assert [(r["place"], r["n"]) for r in rows] == [("north", 400), ("west", 7)]
    assert len(got(client, "/counts", place="west")["rows"]) == 1
    assert client.get(API + "/counts", params={"bin": 7}).status_code == 422
    late, early = NOW.isoformat(), (NOW - WEEK).isoformat()
    assert client.get(API + "/counts", params={"since": late, "until": early}).status_code == 422


def test_heat_of_near_misses_and_of_a_rule(client: TestClient) -> None:
    assert got(client, "/heat", cell_m=2)["cells"] == [[-1.0, 15.0, 1.0, 1], [1.0, 1.0, 4.0, 1]]
    assert got(client, "/heat", kind="red_light")["cells"] == [[-1.5, 13.5, 49.0, 49]]
    spread = got(client, "/heat", kernel_m=2)["cells"]
    assert sum(c[2] for c in spread) == pytest.approx(5, abs=0.01)
    assert got(client, "/heat", until=(NOW - WEEK).isoformat())["cells"] == []


def test_severities_of_all_and_of_a_pair(client: TestClient) -> None:
    found = got(client, "/severities")
    assert found["n"] == 2
    assert (found["ttc"]["limit_s"], found["pet"]["limit_s"]) == (1.5, 5.0)
    for name in ("ttc", "pet"):
        assert sum(b[s] for b in found[name]["bins"] for s in ("slight", "moderate", "serious")) == found[name]["n"]
    pair = found["classes"][0]
    alone = got(client, "/severities", classes=",".join(pair["key"]))
    assert alone["n"] == sum(pair[s] for s in ("slight", "moderate", "serious"))
    assert alone["classes"] == found["classes"]
    assert got(client, "/severities", until=(NOW - WEEK).isoformat())["n"] == 0
    assert client.get(API + "/severities", params={"classes": "car"}).status_code == 422
    table = client.get(API + "/severities/export").text.splitlines()
    assert "measure,above_s,up_to_s,slight,moderate,serious,all" in table
    assert sum(int(line.split(",")[-1]) for line in table if line.startswith("ttc,")) == found["ttc"]["n"]


def test_ranking_by_place_and_hour(client: TestClient) -> None:
    rows = got(client, "/ranking", by="place")["rows"]
    assert [r["key"] for r in rows] == ["north", "elsewhere"]
    north = rows[0]
    assert (north["violations"], north["conflicts"], north["passings"]) == (49, 1, 800)
    assert north["low"] < north["rate"] < north["high"]
    approach = {"what": "approach", "id": "north", "kind": None, "bearing_deg": 0.0, "whom": None}
    assert [r["place"]["what"] for r in rows] == ["approach", "elsewhere"]
    assert north["place"] == approach
    week = got(client, "/ranking", by="weekday_hour")["rows"]
    assert week[0]["place"] is None
    assert week[0]["key"] == "2-13"
    assert week[0]["label"].startswith("Wednesday, 13:00")


def test_precision_is_of_what_was_judged(h: House, client: TestClient) -> None:
    for i, verdict in enumerate(["confirmed", "confirmed", "false"]):
        answer = client.put(f"{API}/events/{i:016x}/mark", json={"verdict": verdict})
        assert answer.status_code == 200, answer.text
    near, row = got(client, "/precision")["rows"]
    assert (row["kind"], row["confirmed"], row["false"]) == ("red_light", 2, 1)
    assert (row["stored"], row["unmarked"]) == (49, 46)
    assert near == {"kind": "near_miss", "confirmed": 0, "false": 0, "stored": 2, "unmarked": 2} | dict.fromkeys(
        ("precision", "low", "high")
    )
    # Wilson's interval of 2 in 3
    assert (row["low"], row["high"]) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))
    assert precision({}) == []
    mark = Mark("j", "e", "near_miss", "false", "", "o", "now")
    found = precision({"e": mark}, [("e", "near_miss"), ("f", "near_miss")])[0]
    assert (found.precision, found.stored, found.unmarked) == (0, 2, 1)


def span(t: datetime) -> str:
    return f"{t.isoformat()}/{(t + minutes(60)).isoformat()}".replace("+00:00", "Z")


def test_before_and_after(client: TestClient) -> None:
    found = got(client, "/before-after", before=span(NOW - WEEK), after=span(NOW))
    row = next(r for r in found["rows"] if r["kind"] == "violations")
    assert row["before"]["n"] == 40
    assert row["before"]["passings"] == 400
    assert row["after"]["passings"] == 407
    assert row["high"] < 1
    assert row["verdict"].startswith("Fell")
    for wrong in ({"before": "x", "after": span(NOW)}, {"before": span(NOW), "after": span(NOW)}):
        assert client.get(API + "/before-after", params=wrong).status_code == 422
    unknown = {"before": span(NOW - WEEK), "after": span(NOW), "comparison": "nowhere"}
    assert client.get(API + "/before-after", params=unknown).status_code == 404


def test_exports_say_where_they_come_from_and_can_be_read_again(h: House, client: TestClient) -> None:
    answer = client.get(API + "/export", params={"table": "violations", "since": NOW.isoformat()})
    lines = answer.text.splitlines()
    head = [line for line in lines if line.startswith("# ")]
    assert "# site: Somewhere" in head
    assert any("no evidence against anyone" in line for line in head)
    assert any(line.startswith(f"# period: {NOW:%Y-%m-%dT%H:%M}") for line in head)
    assert pacsv.read_csv(io.BytesIO("\n".join(lines[len(head) :]).encode())).num_rows == 9
    bare = client.get(API + "/export", params={"table": "violations", "header": False})
    assert bare.text.startswith("event,kind")
    assert answer.headers["content-disposition"] == 'attachment; filename="somewhere-violations.csv"'
    rows = pq.read_table(
        io.BytesIO(client.get(API + "/export", params={"table": "counts", "format": "parquet"}).content)
    )
    assert rows.num_rows == 9
    assert rows.schema.metadata[b"passerby.site"] == b"Somewhere"
    entry = h.service.keep.audit.entries()[-1]
    assert (entry["event"], entry["details"]["table"], entry["details"]["rows"]) == ("exported", "counts", 9)


@pytest.mark.parametrize(
    ("name", "kind", "n"), [("violations", "Point", 49), ("conflicts", "Point", 2), ("tracks", "LineString", 1)]
)
def test_geojson(client: TestClient, name: str, kind: str, n: int) -> None:
    ends = {"since": NOW.isoformat(), "until": (NOW + minutes(60)).isoformat()} if name == "tracks" else {}
    answer = client.get(API + "/export", params={"table": name, "format": "geojson"} | ends)
    found = json.loads(answer.content)
    assert found["provenance"]["site"] == "Somewhere"
    assert len(found["features"]) == n
    assert {f["geometry"]["type"] for f in found["features"]} == {kind}


def test_counts_lie_on_their_place_and_tracks_are_given_by_the_day(client: TestClient) -> None:
    found = client.get(API + "/export", params={"table": "counts", "format": "geojson"}).json()["features"]
    assert {(f["properties"]["place"], f["geometry"]["type"]) for f in found} == {
        ("north", "LineString"),
        ("west", "Polygon"),
    }
    assert client.get(API + "/export", params={"table": "tracks"}).status_code == 422


@pytest.mark.parametrize(("format", "begin"), [("html", b"<!doctype html>"), ("pdf", b"%PDF-")])
def test_the_report_with_a_comparison(h: House, client: TestClient, format: str, begin: bytes) -> None:
    h.junction.health("north", {"state": "ok", "rate_fps": 25.0})
    query = {"format": format, "before": span(NOW - WEEK), "after": span(NOW)}
    answer = client.get(API + "/report", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(begin)
    assert answer.headers["content-disposition"].startswith("inline" if format == "html" else "attachment")
    if format == "html":
        assert "Before and after" in answer.text
        assert "The cameras when this report was made" in answer.text
    assert client.get(API + "/report", params={"before": span(NOW)}).status_code == 422


def test_the_report_of_a_recording_says_first_that_it_is_one(h: House, client: TestClient) -> None:
    assert "recording" not in client.get(API + "/report").text.partition("Contents")[0]
    h.junction.recording = Recording(speed=4.0, times=7)
    try:
        for query in ({}, {"public": "true"}):
            first = client.get(API + "/report", params=query).text.partition("Contents")[0]
            assert "played 7 times over" in first
            assert "mean nothing" in first
        assert "7-mal abgespielt" in client.get(API + "/report", params={"language": "de"}).text
        assert client.get(API + "/report", params={"format": "pdf"}).content.startswith(b"%PDF")
    finally:
        h.junction.recording = None


def test_the_report_may_run_its_own_script_alone_and_in_a_sandbox(client: TestClient) -> None:
    answer = client.get(API + "/report")
    policy = dict(p.strip().partition(" ")[::2] for p in answer.headers["content-security-policy"].split(";"))
    script = re.search(r"<script>(.*)</script>", answer.text, re.DOTALL)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert policy == {
        "sandbox": "allow-scripts",
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "script-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    # who saves another file gets the policy of every other answer
    pdf = client.get(API + "/report", params={"format": "pdf"}).headers
    assert "script-src 'self';" in pdf["content-security-policy"]
    assert "sandbox" not in pdf["content-security-policy"]


def test_the_public_report_shows_no_event(client: TestClient) -> None:
    page = client.get(API + "/report", params={"public": True}).text
    assert "secret" not in page
    assert "Public version" in page
    assert NOW.astimezone(UTC).strftime("%H:%M:%S") not in page
