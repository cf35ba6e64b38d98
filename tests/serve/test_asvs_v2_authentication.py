"""OWASP ASVS 4.0.3, V2 Authentication, the items of levels 1 and 2 that apply to a local user file."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from passerby.errors import InputError
from passerby.serve import limits as limits_module
from passerby.serve import passwords
from passerby.serve.keep import Keep
from passerby.serve.limits import Guesses
from passerby.serve.users import FIRST, INITIAL_S, Users
from tests.serve.house import PASSWORD, House, house


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.mark.parametrize("poor", ["short", "a" * 129, "operatoroperator", "passwordpassword", "aaaaaaaaaaaaaaaa"])
def test_2_1_1_2_1_2_2_1_7_passwords_have_12_to_128_characters_and_are_not_the_first_anybody_tries(poor: str) -> None:
    with pytest.raises(InputError):
        passwords.require_good(poor, "operator")


def test_2_1_2_2_1_3_2_1_4_long_passwords_of_any_characters_count_to_their_last(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.json")
    users.add("ada", "operator")
    long = "ünïcode 街 " * 10 + "end"
    users.change("ada", long)
    assert users.check("ada", long) is not None
    assert users.check("ada", long[:-1]) is None
    assert users.check("ada", long + " ") is None


def test_2_1_5_2_1_6_a_password_is_changed_with_the_old_one(h: House) -> None:
    client, other = h.signed_in(), h.signed_in()
    new = "another five unrelated words"
    answer = client.put("/api/v1/session/password", json={"old": "wrong", "new": new})
    assert answer.status_code == 403
    assert client.put("/api/v1/session/password", json={"old": PASSWORD, "new": "short"}).status_code == 422
    assert client.put("/api/v1/session/password", json={"old": PASSWORD, "new": new}).status_code == 204
    # 3.3.3: all other sessions end
    assert client.get("/api/v1/session").status_code == 200
    assert other.get("/api/v1/session").status_code == 401
    assert h.client().post("/api/v1/session", json={"name": "operator", "password": PASSWORD}).status_code == 401


def test_2_2_1_guesses_are_slowed_down_by_name_and_by_address_and_nobody_is_locked_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [0.0]
    monkeypatch.setattr(limits_module.time, "monotonic", lambda: now[0])
    guesses, listened = Guesses(), 0
    for _ in range(3600):
        now[0] += 1
        if guesses.wait_s("ada", f"10.0.0.{now[0] % 250}") == 0:
            listened += 1
            guesses.failed("ada", f"10.0.0.{now[0] % 250}")
    # not more than 100 an hour
    assert listened < 60
    assert guesses.wait_s("ada", "10.9.9.9") <= 300
    assert guesses.wait_s("bob", "10.9.9.9") == 0
    now[0] += 1000
    assert guesses.wait_s("ada", "10.9.9.9") == 0
    for i in range(20):
        guesses.failed(f"name{i}", "10.1.1.1")
    assert guesses.wait_s("somebody-else", "10.1.1.1") > 0


def test_2_2_1_a_guesser_is_told_to_wait_even_with_the_right_password(
    h: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_module, "time", SimpleNamespace(monotonic=lambda: 1000.0))
    client = h.client()
    for _ in range(5):
        assert client.post("/api/v1/session", json={"name": "operator", "password": "guess"}).status_code == 401
    answer = client.post("/api/v1/session", json={"name": "operator", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_2_3_1_first_passwords_are_random_and_end(tmp_path: Path) -> None:
    assert len({passwords.generated() for _ in range(100)}) == 100
    users = Users(tmp_path / "users.json")
    password = users.first()
    assert password is not None
    assert len(password.replace("-", "")) == 20
    assert users.check(FIRST, password) is not None
    path = tmp_path / "users.json"
    kept = json.loads(path.read_text())
    kept["users"][0]["set_at"] -= INITIAL_S + 1
    path.write_text(json.dumps(kept))
    assert Users(path).check(FIRST, password) is None
    # nobody has a password of their own: the next start makes another first one
    fresh = Users(path).first()
    assert fresh not in (None, password)
    Users(path).change(FIRST, PASSWORD)
    assert Users(path).first() is None


def test_2_4_1_2_4_4_passwords_are_kept_as_scrypt_hashes_with_their_own_salt(tmp_path: Path) -> None:
    keep = Keep(tmp_path / "serve")
    first, second = keep.users.add("ada", "operator"), keep.users.add("bob", "administrator")
    keep.users.change("ada", PASSWORD)
    keep.users.change("bob", PASSWORD)
    path = tmp_path / "serve" / "users.json"
    text = path.read_text()
    assert PASSWORD not in text
    assert first not in text
    assert second not in text
    kept = [u["password"] for u in json.loads(text)["users"]]
    assert kept[0]["salt"] != kept[1]["salt"]
    assert kept[0]["hash"] != kept[1]["hash"]
    for one in kept:
        assert one["n"] * one["r"] * one["p"] >= 2**15 * 8 * 3
        assert len(bytes.fromhex(one["salt"])) >= 16
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "serve").stat().st_mode) == 0o700


def test_2_2_2_3_1_who_is_there_is_not_told_by_answer_or_time(h: House) -> None:
    client = h.client()
    answers, spent = [], []
    for name in ("operator", "nobody"):
        began = time.process_time()
        answer = client.post("/api/v1/session", json={"name": name, "password": "guess"})
        spent.append(time.process_time() - began)
        answers.append((answer.status_code, answer.json()))
    assert answers[0] == answers[1]
    # both take one scrypt
    assert min(spent) > 0.02


def test_2_10_4_tokens_are_kept_as_hashes_and_end(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = h.service.keep
    token, secret = keep.tokens.make("counting", "operator", 1, "ada")
    text = (keep.folder / "tokens.json").read_text()
    assert secret not in text
    assert stat.S_IMODE((keep.folder / "tokens.json").stat().st_mode) == 0o600
    assert Keep(keep.folder).tokens.find(secret) == token
    later = time.time() + 86401
    monkeypatch.setattr("passerby.serve.tokens.time.time", lambda: later)
    assert keep.tokens.find(secret) is None
    assert keep.tokens.all() == []
