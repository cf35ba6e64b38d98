"""Sheets to hand on: they say what was measured and where it comes from, nobody is in them, the audit log has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from passerby.errors import InputError
from passerby.screen.density import RAMP
from passerby.screen.language import speaking
from passerby.serve.queries.drawn import counts_sheet, incident_sheet, map_sheet, ranking_sheet
from passerby.serve.rows import rfc3339
from passerby.tables import COUNTS
from passerby.tracks.geojson import NOTE
from tests.serve.house import NOW, House, conflict, drive, house, minutes, table, violation

HERE = "/api/v1/junctions/somewhere"
BEGINS = {"pdf": b"%PDF-", "png": b"\x89PNG", "svg": b"<svg"}


@pytest.fixture(scope="module")
def h(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as made:
        made.store.upsert("violations", table([violation(1), violation(2, t=NOW - minutes(600))]))
        made.store.upsert("conflicts", table([conflict(3)]))
        rows = [
            {"t0": NOW + minutes(5 * k), "t1": NOW + minutes(5 * k + 5), "place": "north", "movement": m, "class": c}
            | {"n": 3 + k}
            for k in (0, 1, 6)
            for m in ("left", "through")
            for c in ("car", "cyclist")
        ]
        made.store.upsert("counts", pa.Table.from_pylist(rows, schema=COUNTS))
        drive(made.junction, "secret1", NOW + minutes(0.1), seconds=20)
        yield made


@pytest.mark.parametrize("format", list(BEGINS))
@pytest.mark.parametrize("path", ["/events/0000000000000001/sheet", "/sheets/map", "/sheets/ranking", "/sheets/counts"])
def test_a_sheet_in_every_format_is_in_the_audit_log(h: House, path: str, format: str) -> None:
    client = h.signed_in()
    answer = client.get(HERE + path, params={"format": format})
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(BEGINS[format])
    assert answer.headers["content-disposition"].endswith(f'.{format}"')
    entry = h.service.keep.audit.entries()[-1]
    assert (entry["event"], entry["details"]["format"]) == ("exported", format)
    assert client.get(HERE + path, params={"format": "gif"}).status_code == 422


def test_an_incident_is_shown_with_its_measures_and_without_a_track(h: House) -> None:
    sheet = incident_sheet(h.junction, "violations", violation(1, speed_mps=10.0), datetime(2026, 3, 5, tzinfo=UTC))
    assert ("Speed", "36\u00a0km/h") in sheet.facts
    assert ("Signal", "K1: red") in sheet.facts
    assert sheet.subtitle == "Somewhere, 04 March 2026, 13:00:00 (Europe/Berlin)"
    assert sheet.source[-1] == NOTE
    assert len(sheet.pictures) == 2
    assert "secret" not in repr(sheet)
    far = incident_sheet(h.junction, "violations", violation(2, t=NOW - minutes(600)), NOW)
    assert far.pictures == []


def test_counts_by_movement_and_class_and_what_was_not_observed(h: House) -> None:
    sheet = counts_sheet(h.junction.site, h.store.read("counts"), 5, None, None, NOW)
    (found,) = sheet.tables
    assert found.head == ["Approach", "Movement", "Cyclists", "Cars", "Total"]
    assert found.rows[-1] == ["All", "", "32", "32", "64"]
    assert [r[1] for r in found.rows[:-1]] == ["left", "through"]
    assert sheet.pictures[0].svg.count('fill="#efeee9"') == 1, "twenty minutes without a count are shaded"


def test_without_a_period_the_datas_own_is_printed(h: House) -> None:
    tables = {t: h.store.read(t) for t in ("violations", "conflicts", "counts")}
    site = h.junction.site
    first, last = NOW - minutes(600), NOW + minutes(35)
    for sheet in (
        map_sheet(site, tables, None, None, None, None, NOW),
        ranking_sheet(site, tables, "hour", None, None, NOW),
    ):
        assert f"period: {rfc3339(first)}/{rfc3339(last)};" in sheet.source[-2]
        assert sheet.subtitle == "Somewhere, from 04 March 2026, 03:00 to 04 March 2026, 13:35 (Europe/Berlin)"
    counted = counts_sheet(site, tables["counts"], 15, None, last, NOW)
    assert f"period: {rfc3339(NOW)}/{rfc3339(last)};" in counted.source[-2]
    event = incident_sheet(h.junction, "violations", violation(1), NOW)
    assert f"period: {rfc3339(NOW)}/{rfc3339(NOW)};" in event.source[-2]
    nothing = counts_sheet(site, COUNTS.empty_table(), 15, None, None, NOW)
    assert "period: nothing is kept;" in nothing.source[-2]
    assert nothing.subtitle == "Somewhere, nothing is kept"
    assert ".." not in "".join(line for s in (counted, event, nothing) for line in s.source[:-1])


def test_a_ranking_says_how_many_it_leaves_out(h: House) -> None:
    many = table([violation(i, kind="speeding", place=f"lane{i:02}") for i in range(30)])
    tables = {"violations": many, "conflicts": table([conflict(99)]).slice(0, 0), "counts": COUNTS.empty_table()}
    sheet = ranking_sheet(h.junction.site, tables, "place", None, None, NOW)
    assert len(sheet.tables[0].rows) == 24
    assert "6 more are not listed." in sheet.source
    few = ranking_sheet(h.junction.site, tables | {"violations": many.slice(0, 24)}, "place", None, None, NOW)
    assert not any("not listed" in line for line in few.source)


def test_an_incident_of_nought_seconds_is_explained(h: House) -> None:
    sheet = incident_sheet(h.junction, "conflicts", conflict(3, ttc_s=0.0, pet_s=0.0), NOW)
    assert any("not a collision that is proven" in line for line in sheet.source)
    assert not any("proven" in line for line in incident_sheet(h.junction, "conflicts", conflict(3), NOW).source)


def test_a_map_is_of_a_period_a_kind_a_severity_and_says_what_its_shades_mean(h: House) -> None:
    site = h.junction.site
    near = [conflict(10 + k, x=0.5, severity="slight" if k else "serious") for k in range(5)]
    tables = {"violations": table([violation(1)]), "conflicts": table([*near, conflict(20, x=3.5, kind="rear_end")])}
    events = {
        (kind, severity): dict(map_sheet(site, tables, kind, severity, None, None, NOW).facts)["Events"]
        for kind, severity in [(None, None), ("crossing", None), (None, "slight"), ("crossing", "serious")]
    }
    assert list(events.values()) == ["6", "5", "4", "1"]
    sheet = map_sheet(site, tables, None, "slight", None, None, NOW)
    assert "slight near misses" in sheet.title
    _, legend = sheet.pictures
    assert re.findall(r"<text[^>]*>([^<]*)</text>", legend.svg) == ["Events per m²", "4", "2–3", "1"]
    shades = re.findall(r'fill="(#[0-9a-f]{6})"', legend.svg)
    assert set(RAMP[-3:]) <= set(shades)
    nothing = {name: rows.slice(0, 0) for name, rows in tables.items()}
    assert len(map_sheet(site, nothing, None, None, None, None, NOW).pictures) == 1
    with pytest.raises(InputError, match="near misses have one"):
        map_sheet(site, tables, "red_light", "slight", None, None, NOW)


def test_the_heat_of_a_severity_alone(h: House) -> None:
    client = h.signed_in()
    cells = {s: client.get(HERE + "/heat", params={"severity": s}).json()["cells"] for s in ("serious", "slight")}
    assert (len(cells["serious"]), len(cells["slight"])) == (1, 0)
    assert client.get(HERE + "/heat", params={"kind": "red_light"}).json()["cells"]
    assert client.get(HERE + "/heat", params={"kind": "red_light", "severity": "slight"}).status_code == 422
    assert client.get(HERE + "/sheets/map", params={"severity": "grave"}).status_code == 422


@pytest.mark.parametrize("path", ["/events/0000000000000001/sheet", "/sheets/map", "/sheets/ranking", "/report"])
def test_sheets_and_reports_are_written_in_german_too_and_others_refused(h: House, path: str) -> None:
    client = h.signed_in()
    german = client.get(HERE + path, params={"format": "pdf", "language": "de"})
    assert (german.status_code, german.content[:5]) == (200, b"%PDF-")
    refused = client.get(HERE + path, params={"format": "pdf", "language": "zh"})
    assert refused.status_code == 422
    assert "written in English (en) and German (de) so far" in refused.json()["detail"]


def test_a_german_sheet_says_so(h: House) -> None:
    with speaking("de"):
        sheet = incident_sheet(h.junction, "violations", violation(1, speed_mps=10.0), datetime(2026, 3, 5, tzinfo=UTC))
    assert ("Geschwindigkeit", "36\u00a0km/h") in sheet.facts
    assert ("Signal", "K1: Rot") in sheet.facts
    assert sheet.subtitle == "Somewhere, 4. März 2026, 13:00:00 (Europe/Berlin)"
