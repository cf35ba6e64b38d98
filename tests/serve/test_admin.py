"""Users, tokens and the audit log, as administrators see and change them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serve.house import PASSWORD, House, house

USERS, AUDIT = "/api/v1/users", "/api/v1/audit"


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def test_a_role_holds_from_the_next_request_on(h: House) -> None:
    boss, other = h.signed_in("administrator"), h.signed_in("operator")
    assert other.get(USERS).status_code == 403
    assert boss.put(f"{USERS}/operator", json={"role": "administrator"}).json()["role"] == "administrator"
    assert other.get(USERS).status_code == 200
    assert boss.put(f"{USERS}/operator", json={"role": "operator"}).status_code == 200
    assert other.get(USERS).status_code == 403
    last = boss.put(f"{USERS}/administrator", json={"role": "operator"})
    assert last.status_code == 422
    assert "last administrator" in last.json()["detail"]
    assert boss.put(f"{USERS}/nobody", json={"role": "operator"}).status_code == 404
    assert boss.put(f"{USERS}/operator", json={"role": "king"}).status_code == 422


def test_a_renewed_password_ends_sessions_and_opens_once(h: House) -> None:
    boss, other = h.signed_in("administrator"), h.signed_in("operator")
    made = boss.post(f"{USERS}/operator/password").json()
    assert made["initial"]
    assert made["role"] == "operator"
    assert other.get("/api/v1/junctions").status_code == 401
    fresh = h.client()
    wrong = fresh.post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    assert wrong.status_code == 401
    answer = fresh.post("/api/v1/session", json={"name": "operator", "password": made["password"]})
    assert answer.json()["must_change"]
    assert boss.post(f"{USERS}/nobody/password").status_code == 404
    assert made["password"] not in str(h.service.keep.audit.entries())


def test_the_audit_log_by_event_and_user_a_page_at_a_time(h: House) -> None:
    boss = h.signed_in("administrator")
    for name in ("ada", "bob", "eve"):
        boss.post(USERS, json={"name": name, "role": "operator"})
    h.service.keep.audit.append("exported", user="ada", table="counts")
    page = boss.get(AUDIT, params={"event": "user_added", "limit": 2}).json()
    assert [e["details"]["added"] for e in page["entries"]] == ["eve", "bob"]
    rest = boss.get(AUDIT, params={"event": "user_added", "limit": 2, "before": page["next"]}).json()
    assert [e["details"]["added"] for e in rest["entries"]] == ["ada"]
    assert rest["next"] is None
    assert {"user_added", "exported"} <= set(page["events"])
    mine = boss.get(AUDIT, params={"user": "ada"}).json()["entries"]
    assert [e["event"] for e in mine] == ["exported"]


def test_a_log_that_was_altered_is_found_out(h: House) -> None:
    boss = h.signed_in("administrator")
    boss.post(USERS, json={"name": "ada", "role": "operator"})
    good = boss.get(AUDIT + "/chain").json()
    assert good == {"holds": True, "entries": len(h.service.keep.audit.entries()), "said": None}
    path = h.service.keep.audit.path
    path.write_bytes(path.read_bytes().replace(b'"ada"', b'"bob"'))
    bad = boss.get(AUDIT + "/chain").json()
    assert not bad["holds"]
    assert "altered" in bad["said"]
    assert str(path.parent) not in bad["said"]
