"""OWASP ASVS 4.0.3, V5 Validation, V7 Logging, V8 Data protection, V9 Communications, V11-V14, as far as they apply."""

from __future__ import annotations

import json
import re
import shutil
import ssl
import stat
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from passerby import privacy
from passerby.serve.guard import MOST_BODY
from passerby.serve.server import server
from passerby.store.audit import verify
from tests.serve.house import NOW, PASSWORD, House, base, drive, house, table, violation


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def audited(h: House) -> list[dict]:
    verify(h.service.keep.audit.path)
    return h.service.keep.audit.entries()


@pytest.mark.parametrize("hostile", ["' OR 1=1 --", '"; DROP TABLE', "../../etc/passwd", "%00", "💥" * 20])
def test_5_1_3_5_3_4_hostile_filters_find_nothing(h: House, hostile: str) -> None:
    h.store.upsert("violations", table([violation(1)]))
    client = h.signed_in()
    for name in ("kind", "place"):
        answer = client.get("/api/v1/junctions/somewhere/events", params={name: hostile})
        assert client.get(f"/api/v1/junctions/somewhere/events?{name}=%00").status_code in (200, 422)
        assert answer.status_code in (200, 422)
        assert answer.json().get("events", []) == []
    assert client.get("/api/v1/junctions/somewhere/events", params={"cursor": hostile}).status_code == 422
    assert client.get(f"/api/v1/junctions/somewhere/events/{hostile}").status_code in (404, 422)


def test_5_1_2_unknown_fields_are_refused(h: House) -> None:
    client = h.signed_in("administrator")
    body = {"name": "eve", "role": "operator", "initial": False, "password": "x"}
    assert client.post("/api/v1/users", json=body).status_code == 422


def test_7_1_1_7_1_2_7_2_1_7_2_2_logins_failures_views_and_changes_are_logged_without_secrets(h: House) -> None:
    h.store.upsert("violations", table([violation(1)]))
    drive(h.junction, "secret1", NOW)
    client, boss = h.signed_in(), h.signed_in("administrator")
    h.client().post("/api/v1/session", json={"name": "operator", "password": "wrong guess"})
    h.client().post("/api/v1/session", json={"name": "My Secret Typed In The Wrong Box", "password": "x"})
    event = "/api/v1/junctions/somewhere/events/0000000000000001"
    assert client.get(event).status_code == 200
    assert client.put(event + "/mark", json={"verdict": "false", "note": "shadow"}).status_code == 200
    made = boss.post("/api/v1/tokens", json={"label": "counting", "role": "operator", "days": 2}).json()
    user = boss.post("/api/v1/users", json={"name": "eve", "role": "operator"}).json()
    boss.put("/api/v1/junctions/somewhere/settings", json={"language": "de", "measures": ["Tempo 30"]})
    client.delete("/api/v1/session")
    said = [e["event"] for e in audited(h)]
    wanted = ["login", "login", "login_failed", "login_failed", "event_viewed", "event_marked", "token_made"]
    assert said == [*wanted, "user_added", "settings_changed", "logout"]
    text = h.service.keep.audit.path.read_text()
    for secret in (PASSWORD, "wrong guess", "My Secret", made["token"], user["password"]):
        assert secret not in text


def test_7_4_1_what_goes_wrong_inside_is_not_told_outside(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret inner life")

    monkeypatch.setattr("passerby.serve.operator.page", broken)
    client = h.signed_in()
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    answer = client.get("/api/v1/junctions/somewhere/events")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]


def test_8_2_1_8_3_1_private_answers_are_not_kept_by_browsers(h: House) -> None:
    client = h.signed_in()
    for path in ("/api/v1/junctions", "/api/v1/session", "/api/v1/junctions/somewhere/events"):
        assert client.get(path).headers["cache-control"] == "no-store"
    assert "storage" in client.delete("/api/v1/session").headers["clear-site-data"]


def test_9_1_1_hsts_over_https_alone(h: House) -> None:
    assert "strict-transport-security" not in h.client().get("/login").headers
    assert "max-age=31536000" in h.client(https=True).get("/login").headers["strict-transport-security"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_9_1_3_old_tls_is_refused(h: House, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    offered = server(h.app, certificate=certificate, key=key).config.ssl
    assert offered is not None
    assert offered.minimum_version == ssl.TLSVersion.TLSv1_2
    old = [c["name"] for c in offered.get_ciphers() if c["protocol"] != "TLSv1.3"]
    assert old
    assert all(name.startswith("ECDHE-") and ("GCM" in name or "CHACHA20" in name) for name in old)


def test_11_1_4_too_many_requests_are_refused_by_address(h: House) -> None:
    h.service.limits.public._burst = 3.0
    h.service.limits.public._per_s = 1e-4
    client = h.client()
    for _ in range(3):
        assert client.get("/api/v1/public/junctions").status_code == 200
    answer = client.get("/api/v1/public/junctions")
    assert answer.status_code == 429
    assert answer.headers["retry-after"]
    assert answer.headers["content-security-policy"]


def test_12_1_1_13_1_3_bodies_and_addresses_have_an_end(h: House) -> None:
    client = h.signed_in()
    check = "/api/v1/junctions/somewhere/site/check"
    assert client.post(check, content=b" " * (MOST_BODY + 1)).status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(MOST_BODY // 65536 + 2):
            yield b" " * 65536

    assert client.post(check, content=endless()).status_code == 413
    assert client.get("/api/v1/public/junctions?" + "x" * 9000).status_code == 413


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'{"toml": 3}', b'{"toml": "\\ud800"}', b"\xff\xfe", b"1e999"])
def test_13_2_2_bodies_that_do_not_fit_are_refused(h: House, body: bytes) -> None:
    client = h.signed_in()
    headers = {"content-type": "application/json"}
    for method, path in (("POST", "/site/check"), ("PUT", "/site")):
        answer = client.request(method, "/api/v1/junctions/somewhere" + path, content=body, headers=headers)
        assert answer.status_code in (400, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    wrong = client.post(
        "/api/v1/junctions/somewhere/site/check",
        content=json.dumps({"toml": ""}),
        headers={"content-type": "text/plain"},
    )
    assert wrong.status_code == 422


def test_13_2_1_methods_that_are_not_offered_are_refused(h: House) -> None:
    client = h.signed_in()
    for method in ("PUT", "DELETE", "PATCH", "TRACE"):
        assert client.request(method, "/api/v1/junctions").status_code == 405


def test_14_4_1_to_14_4_7_headers_of_every_answer(h: House) -> None:
    client = h.client()
    for path in ("/screen", "/login", "/", "/api/v1/public/junctions", "/api/v1/users", "/nowhere", "/assets/x.js"):
        headers = client.get(path, follow_redirects=False).headers
        csp = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in csp
        assert "default-src 'none'" in csp
        assert "script-src 'self';" in csp
        assert "unsafe-eval" not in csp
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


def test_14_3_3_versions_are_not_told_to_strangers(h: House) -> None:
    import fastapi
    import uvicorn

    with h.client() as client:
        said = str(client.get("/nowhere").headers) + client.get("/nowhere").text
    assert fastapi.__version__ not in said
    assert uvicorn.__version__ not in said


@pytest.mark.parametrize("id", ["=1+1", "+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "=HYPERLINK(1)"])
def test_5_2_8_no_id_is_a_formula_in_a_spreadsheet(h: House, id: str) -> None:
    client = h.signed_in()
    toml = f'version = 1\n[site]\nname = "x"\n[[lane]]\nid = "{id}"\nwidth = 3\ncentreline = [[0, 0], [0, 9]]\n'
    answer = client.put("/api/v1/junctions/somewhere/site", json={"toml": toml} | base(client))
    assert answer.status_code == 422
    assert "formula" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("path", ["sheets/map", "sheets/ranking", "sheets/counts", "events/0000000000000001/sheet"])
def test_5_3_3_names_in_sheets_are_text(h: House, path: str) -> None:
    hostile = '<script>alert(1)</script>"&<image href="x" onerror="alert(1)">]]>'
    h.store.upsert("violations", table([violation(1, place=hostile), violation(2, place=hostile)]))
    h.junction.redraw(replace(h.junction.site, name=hostile))
    answer = h.signed_in().get(f"/api/v1/junctions/somewhere/{path}?format=svg")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    pictures = [answer.content]
    for picture in pictures:
        for e in ElementTree.fromstring(picture).iter():
            assert e.tag.rpartition("}")[2] not in ("script", "foreignObject", "a", "iframe")
            assert not [a for a in e.attrib if a.lower().startswith("on")]
            # whatever is referred to is in the file itself
            for href in (v for a, v in e.items() if a.endswith("href")):
                assert href.startswith(("#", "data:image/png;base64,", "data:image/svg+xml;base64,"))
                if href.startswith("data:image/svg"):
                    pictures.append(b64decode(href.partition(",")[2]))


def test_5_5_3_answers_are_json_and_nothing_is_unpickled() -> None:
    source = Path(__file__).parents[2] / "src" / "passerby"
    read = [p for room in ("serve", "live", "store") for p in (source / room).rglob("*.py")]
    for path in read:
        text = path.read_text()
        assert not re.search(
            r"^\s*(import|from) (pickle|marshal|shelve|yaml|xml|subprocess)\b|\beval\(|\bexec\(", text, re.M
        )


def test_8_3_4_what_is_kept_is_private_to_the_server_and_clean(h: House) -> None:
    h.store.upsert("violations", table([violation(1)]))
    client = h.signed_in("administrator")
    client.put("/api/v1/junctions/somewhere/events/0000000000000001/mark", json={"verdict": "false", "note": "x"})
    client.post("/api/v1/tokens", json={"label": "counting", "role": "operator", "days": 2})
    client.put("/api/v1/junctions/somewhere/settings", json={"language": "de", "measures": ["Tempo 30"]})
    kept = [p for p in h.service.keep.folder.rglob("*") if p.is_file()]
    assert {"users.json", "tokens.json", "audit.jsonl"} <= {p.name for p in kept}
    assert [p.name for p in kept if stat.S_IMODE(p.stat().st_mode) & 0o007] == []
    assert stat.S_IMODE(h.service.keep.folder.stat().st_mode) == 0o700
    assert privacy.verify(h.service.keep.folder) == []
