"""A disk without room: whatever is asked to be kept is refused with 507 in one sentence, and what was kept stays."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from passerby.errors import StoreError
from passerby.serve.marks import Marks
from passerby.store.audit import verify
from tests.serve.house import SITE, House, base, house, table, violation

ONE = "/api/v1/junctions/somewhere"
MARK = ONE + "/events/0000000000000001/mark"


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        made.store.upsert("violations", table([violation(1)]))
        yield made


def save(client: Any) -> Response:
    answer: Response = client.put(ONE + "/site", json={"toml": SITE.replace("Somewhere", "Else"), **base(client)})
    return answer


WRITES: dict[str, Callable[[Any], Response]] = {
    "drawing": save,
    "mark": lambda c: c.put(MARK, json={"verdict": "false", "note": ""}),  # type: ignore[no-any-return]
    "settings": lambda c: c.put(ONE + "/settings", json={"language": "de", "measures": []}),  # type: ignore[no-any-return]
    "user": lambda c: c.post("/api/v1/users", json={"name": "ada", "role": "operator"}),  # type: ignore[no-any-return]
    "token": lambda c: c.post("/api/v1/tokens", json={"label": "x"}),  # type: ignore[no-any-return]
    "view": lambda c: c.get(ONE + "/events/0000000000000001"),  # type: ignore[no-any-return]
}


def held(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (folder, *folder.glob("serve")) for p in p.iterdir() if p.is_file()}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("what", WRITES)
def test_what_has_no_room_is_refused_and_nothing_else_changes(
    h: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, number: int
) -> None:
    client = h.signed_in("administrator")
    before = held(tmp_path)

    def no_room(_: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", no_room)
        refused = WRITES[what](client)
    assert refused.status_code == 507, refused.text
    assert refused.headers["content-type"] == "application/problem+json"
    assert "full" in refused.json()["detail"]
    after = held(tmp_path)
    assert {name: after[name] for name in before if name not in ("marks.jsonl", "audit.head")} == {
        name: data for name, data in before.items() if name not in ("marks.jsonl", "audit.head")
    }
    assert not [name for name in after if name.endswith(".tmp") and name not in before and name != ".audit.head.tmp"]
    assert WRITES[what](client).status_code in (200, 201)
    verify(tmp_path / "serve" / "audit.jsonl")


def test_half_a_mark_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "marks.jsonl"
    marks = Marks(path)
    marks.set("j", "a", "speeding", "confirmed", "", "ada")
    whole, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[: len(data) // 2]))
    with pytest.raises(StoreError, match="No space"):
        marks.set("j", "b", "speeding", "false", "", "ada")
    assert path.read_bytes() == whole
    assert set(marks.of("j")) == {"a"}
