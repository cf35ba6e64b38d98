"""OWASP ASVS 4.0.3, V3 Session management and V4 Access control, the items of levels 1 and 2 that apply."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.serve import sessions
from tests.serve.house import PASSWORD, House, house


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def test_3_1_1_3_5_1_no_session_is_ever_in_an_address(h: House) -> None:
    client = h.signed_in()
    secret = client.cookies["passerby"]
    answer = h.client().get(f"/api/v1/session?passerby={secret}")
    assert answer.status_code == 401


def test_3_2_1_signing_in_makes_a_new_session_and_ends_the_old_one(h: House) -> None:
    client = h.signed_in()
    old = client.cookies["passerby"]
    client.post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    assert client.cookies["passerby"] != old
    assert h.client().get("/api/v1/session", headers={"cookie": f"passerby={old}"}).status_code == 401
    # one that somebody else has set is not taken over
    fixed = h.client()
    fixed.post("/api/v1/session", json={"name": "operator", "password": PASSWORD}, headers={"cookie": "passerby=mine"})
    assert fixed.cookies["passerby"] != "mine"


def test_3_2_2_3_2_3_cookies_hold_256_random_bits_and_are_not_kept_here(h: House) -> None:
    client = h.signed_in()
    secret = client.cookies["passerby"]
    assert len(secret) >= 43
    assert secret not in str(vars(h.service.keep.sessions))
    assert all(secret not in p.read_text() for p in h.service.keep.folder.iterdir())


def test_3_3_1_signing_out_ends_the_session(h: House) -> None:
    client = h.signed_in()
    secret = client.cookies["passerby"]
    assert client.delete("/api/v1/session").status_code == 204
    assert h.client().get("/api/v1/session", headers={"cookie": f"passerby={secret}"}).status_code == 401


def test_3_3_2_sessions_end_after_half_an_hour_idle_and_twelve_hours(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1e6]
    monkeypatch.setattr(sessions.time, "monotonic", lambda: now[0])
    client = h.signed_in()
    for _ in range(25):
        now[0] += 29 * 60
        status = client.get("/api/v1/session").status_code
    assert status == 401
    again = h.signed_in()
    now[0] += 29 * 60
    assert again.get("/api/v1/session").status_code == 200
    now[0] += 31 * 60
    assert again.get("/api/v1/session").status_code == 401


def test_3_3_4_4_1_3_removing_a_user_ends_their_sessions(h: House) -> None:
    client, boss = h.signed_in(), h.signed_in("administrator")
    assert boss.delete("/api/v1/users/operator").status_code == 204
    assert client.get("/api/v1/session").status_code == 401
    # 4.1.5: the last administrator stays
    assert boss.delete("/api/v1/users/administrator").status_code == 422


@pytest.mark.parametrize("https", [False, True])
def test_3_4_1_to_3_4_5_cookie_attributes(h: House, https: bool) -> None:
    answer = h.client(https).post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert ("Secure" in cookie) == https
    assert cookie.startswith("__Host-passerby=" if https else "passerby=")


def test_4_2_2_another_sites_page_can_neither_change_anything_nor_sign_anybody_in(h: House) -> None:
    client = h.signed_in("administrator")
    del client.headers["x-csrf-token"]
    assert client.post("/api/v1/users", json={"name": "eve", "role": "administrator"}).status_code == 403
    answer = h.client().post(
        "/api/v1/session",
        json={"name": "operator", "password": PASSWORD},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert answer.status_code == 403
    # a form cannot send what the API takes
    form = h.client().post("/api/v1/session", data={"name": "operator", "password": PASSWORD})
    assert form.status_code == 422


def test_4_1_2_4_2_1_roles_come_from_the_server_alone(h: House) -> None:
    client = h.signed_in()
    body = {"name": "operator", "password": PASSWORD, "role": "administrator"}
    assert client.post("/api/v1/session", json=body).status_code == 422
    assert client.get("/api/v1/users").status_code == 403


def test_4_3_2_no_listings_and_nothing_outside_the_pages(h: House) -> None:
    client = h.client()
    for path in ("/assets/", "/assets/../app.py", "/assets/%2e%2e/app.py", "/static/", "/.git/config", "/docs"):
        assert client.get(path).status_code == 404
    assert client.get("/api/v1/openapi.json").status_code == 401
