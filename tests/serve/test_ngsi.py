"""NGSI-LD: entities fit their data models, anyone sees coarse numbers only, errors are NGSI-LD's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from passerby.serve.queries.entities import CONTEXT, Observed, entity, named
from passerby.serve.queries.filters import clauses, span
from passerby.tables import COUNTS

from .house import NOW, House, house, minutes

URL = "/ngsi-ld/v1/entities"
HOUR = NOW - timedelta(hours=2)

# What smart-data-models/dataModel.Transportation demands of what is sent here, in simplified form.
COMMON: dict[str, Any] = {
    "id": {"type": "string", "pattern": r"^urn:ngsi-ld:[A-Za-z]+:[\w\-.%:]+$"},
    "dateObserved": {"type": "string", "pattern": r"^[\dT:Z-]+/[\dT:Z-]+$"},
    "dateObservedFrom": {"type": "string", "format": "date-time"},
    "dateObservedTo": {"type": "string", "format": "date-time"},
    "name": {"type": "string"},
    "description": {"type": "string"},
    "source": {"type": "string"},
    "location": {"type": "object", "required": ["type", "coordinates"]},
    "address": {"type": "object"},
    "@context": {"type": "array", "items": {"type": "string", "format": "uri"}},
}
REQUIRED = {
    "required": ["id", "type", "dateObserved"],
    "anyOf": [{"required": ["location"]}, {"required": ["address"]}],
}
SCHEMAS = {
    "TrafficFlowObserved": REQUIRED
    | {
        "properties": COMMON | {"type": {"const": "TrafficFlowObserved"}, "intensity": {"type": "number", "minimum": 0}}
    },
    "CrowdFlowObserved": REQUIRED
    | {
        "properties": COMMON
        | {"type": {"const": "CrowdFlowObserved"}, "peopleCount": {"type": "integer", "minimum": 0}}
    },
}


def row(t0: datetime, place: str, cls: str, n: int) -> dict[str, Any]:
    return {"t0": t0, "t1": t0 + minutes(15), "place": place, "movement": "through", "class": cls, "n": n}


@pytest.fixture(scope="module")
def h(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as made:
        rows = [row(HOUR + minutes(15 * k), "north", "car", 11) for k in range(4)]
        rows += [row(HOUR, "north", "cyclist", 3), row(HOUR, "west", "pedestrian", 4), row(NOW, "north", "car", 99)]
        rows += [row(NOW + minutes(15), "north", "car", 500)]
        rows += [row(HOUR - timedelta(days=3), "west", "pedestrian", 23)]
        made.store.upsert("counts", pa.Table.from_pylist(rows, schema=COUNTS))
        made.junction.clock = lambda: NOW + minutes(20)
        yield made


@pytest.fixture
def anyone(h: House) -> Iterator[TestClient]:
    with h.client() as client:
        yield client


@pytest.fixture
def operator(h: House) -> Iterator[TestClient]:
    with h.signed_in() as client:
        yield client


@pytest.mark.parametrize("type", list(SCHEMAS))
@pytest.mark.parametrize("who", ["anyone", "operator"])
def test_entities_fit_their_data_model(request: pytest.FixtureRequest, who: str, type: str) -> None:
    client: TestClient = request.getfixturevalue(who)
    answer = client.get(
        URL, params={"type": type, "options": "keyValues", "limit": 1000, "q": "dateObservedFrom>=2026-03-01"}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.json()
    check = jsonschema_rs.validator_for(SCHEMAS[type] | {"additionalProperties": False}, validate_formats=True)
    for found in answer.json():
        check.validate(found)


def test_normalized_form_and_the_entity_by_its_id(operator: TestClient) -> None:
    for sent in operator.get(URL, params={"type": "TrafficFlowObserved"}).json():
        assert sent["@context"] == list(CONTEXT)
        assert sent["intensity"]["type"] == "Property"
        assert sent["intensity"]["observedAt"] == sent["dateObservedTo"]["value"]["@value"]
        assert operator.get(f"{URL}/{quote(sent['id'], safe='')}").json() == sent
    newest = operator.get(URL, params={"type": "TrafficFlowObserved", "limit": 1}).json()[0]
    assert newest["intensity"]["value"] == 99


def numbers(client: TestClient, type: str, attribute: str, **query: Any) -> list[int]:
    entities = client.get(URL, params={"type": type, "options": "keyValues"} | query).json()
    return [e[attribute] for e in entities]


def test_anyone_sees_whole_hours_that_are_over_rounded_and_no_small_number(
    anyone: TestClient, operator: TestClient
) -> None:
    assert numbers(operator, "TrafficFlowObserved", "intensity") == [99, 11, 11, 11, 14]
    assert numbers(anyone, "TrafficFlowObserved", "intensity") == [45], "47 passed, and the hour that runs is not told"
    assert numbers(operator, "CrowdFlowObserved", "peopleCount") == [0, 0, 0, 0, 4]
    assert numbers(anyone, "CrowdFlowObserved", "peopleCount") == [], "4 walked: withheld"
    far = {"q": "dateObservedFrom>=2026-02-25T00:00:00Z"}
    assert numbers(anyone, "CrowdFlowObserved", "peopleCount", **far) == [25]


def test_an_interval_that_runs_is_told_to_nobody(anyone: TestClient, operator: TestClient) -> None:
    now = NOW + minutes(20)
    for client in (anyone, operator):
        for e in client.get(URL, params={"q": "dateObservedFrom>=2026-03-01", "limit": 1000}).json():
            (told,) = (e[a]["observedAt"] for a in ("intensity", "peopleCount") if a in e)
            assert datetime.fromisoformat(told) <= now
    running = operator.get(URL, params={"type": "TrafficFlowObserved"}).json()[0]["id"].replace("120000", "121500")
    assert "121500" in running
    assert operator.get(f"{URL}/{running}").status_code == 404


def test_what_is_withheld_cannot_be_asked_for_either(anyone: TestClient, operator: TestClient) -> None:
    quarter = operator.get(URL, params={"type": "CrowdFlowObserved"}).json()[-1]["id"]
    hour = quarter.replace("PT15M", "PT60M")
    for urn in (quarter, hour, "urn:ngsi-ld:CrowdFlowObserved:somewhere:west:x:PT60M", "nonsense"):
        answer = anyone.get(f"{URL}/{urn}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "https://uri.etsi.org/ngsi-ld/errors/ResourceNotFound"
        assert answer.headers["content-type"] == "application/json"
    for q in ("peopleCount<10", "peopleCount==4", "peopleCount>=1"):
        assert numbers(anyone, "CrowdFlowObserved", "peopleCount", q=q) == []


def test_pages_counts_types_and_queries(operator: TestClient) -> None:
    answer = operator.get(URL, params={"q": "intensity>=11;intensity<20", "count": True, "limit": 2, "offset": 1})
    assert answer.headers["ngsild-results-count"] == "4"
    assert len(answer.json()) == 2
    uri = "https://smartdatamodels.org/dataModel.Transportation/TrafficFlowObserved,Other"
    assert len(numbers(operator, uri, "intensity")) == 5
    assert operator.get(URL, params={"type": "Building"}).json() == []
    plain = operator.get(URL, params={"type": "TrafficFlowObserved"}, headers={"accept": "application/json"})
    assert plain.headers["content-type"] == "application/json"
    assert CONTEXT[0] in plain.headers["link"]
    assert "@context" not in plain.json()[0]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"type": "TrafficFlowObserved", "limit": "x"},
        {"type": "TrafficFlowObserved", "limit": 1001},
        {"type": "TrafficFlowObserved", "q": "speed>3"},
        {"type": "TrafficFlowObserved", "q": "intensity>many"},
        {"type": "TrafficFlowObserved", "q": "dateObservedFrom>=0001-01-01"},
    ],
)
def test_what_does_not_fit_is_bad_request_data(anyone: TestClient, query: dict[str, Any]) -> None:
    answer = anyone.get(URL, params=query)
    assert answer.status_code == 400
    found = answer.json()
    assert found["type"] == "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
    assert {"title", "detail"} <= set(found)


def test_a_year_at_once_is_too_much_and_a_wrong_token_is_no_guest(anyone: TestClient) -> None:
    long = anyone.get(URL, params={"q": "dateObservedFrom>=2025-01-01;dateObservedTo<=2026-01-01"})
    assert long.status_code == 403
    assert long.json()["type"].endswith("TooComplexQuery")
    assert anyone.get(URL, params={"q": "intensity>1"}, headers={"authorization": "Bearer x"}).status_code == 401


def test_queries_and_names_are_read_strictly() -> None:
    day = (NOW - timedelta(days=1), NOW)
    assert span(clauses("dateObservedTo<=2026-03-01T00:00:00Z"), day)[0].day == 28
    assert span(clauses(None), day) == day
    for wrong in (
        "urn:ngsi-ld:CrowdFlowObserved:a:b:20260101T000000Z",
        "urn:x",
        "",
        "urn:ngsi-ld:X:a:b:20260101T000000Z:PT15M",
    ):
        assert named(wrong) is None
    assert named("urn:ngsi-ld:CrowdFlowObserved:a:b%3Ac:20260101T000000Z:PT15M") == (
        "CrowdFlowObserved",
        "a",
        "b:c",
        datetime.fromisoformat("2026-01-01T00:00:00Z"),
    )


def test_a_site_that_knows_where_it_is_places_its_entities(h: House) -> None:
    somewhere = dataclasses.replace(h.junction.site, origin=(52.27, 10.54))
    line = entity(Observed("TrafficFlowObserved", "somewhere", "north", NOW, NOW + minutes(15), 3), somewhere, False)
    assert line["location"]["type"] == "GeoProperty"
    assert line["location"]["value"]["type"] == "LineString"
    assert line["location"]["value"]["coordinates"][0][1] == pytest.approx(52.27, abs=0.001)
    assert "address" not in line
