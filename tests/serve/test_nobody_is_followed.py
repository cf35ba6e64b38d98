"""The attacker without a login who keeps every byte: nothing links two scenes, two replays or two connections, nothing
says when, and the past cannot be asked for."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from passerby.serve.scene import Scene
from tests.serve.house import NOW, House, conflict, followed, house, minutes, scene, table, violation
from tests.serve.processes import until
from tests.serve.test_hostile_clients import answer
from tests.serve.test_streams import STREAM, Reader, served

SAID = {
    "hello": {"v", "rate", "recorded"},
    "scene": {"users", "lights"},
    "replay": {"token", "kind", "classes", "place", "length", "frames", "lights", "severity"},
    "more": {"token", "frames", "lights"},
    "withdraw": {"token"},
    "live": {"on"},
    "figures": {"today", "last_week", "most_dangerous_hour", "until_min", "observed", "k"},
    "ping": set(),
}
TRACKS = ["7f3a9c21-aa", "7f3a9c21-bb", "0badc0de-cc"]
NAMES = [*TRACKS, "K1", "F1", "north-in", '"north"', '"west"', "0000000000000001", "0000000000000002", "secret"]
CLOCK = re.compile(rb"\d\d:\d\d|20\d\d-\d|1[67]\d{8}")
"""A time of day, a date, seconds since 1970."""


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def instant(k: int) -> Scene:
    """Two of a kind that stand side by side, and one that comes, leaves and comes back under its own name."""
    t = NOW.timestamp() + k / 5
    here = [(TRACKS[0], 2.0, 2.0), (TRACKS[1], 4.0, 2.0)]
    if k % 40 < 25:
        here.append((TRACKS[2], -1.5, 20.0 - k % 40))
    return scene(t, here)


def play(h: House, first: int, n: int) -> None:
    for k in range(first, first + n):
        h.junction.remember(instant(k))
        h.junction.publish_scene(instant(k))
        time.sleep(0.002)


def messages(text: bytes) -> list[tuple[str, str | None, Any]]:
    """(event, id, data) of a stream, whatever its chunks are."""
    body = text.split(b"\r\n\r\n", 1)[1]
    body = re.sub(rb"\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n", b"", body)
    found = []
    for block in body.split(b"\n\n"):
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if b": " in line)
        if b"event" in fields and b"data" in fields:
            name = fields.get(b"id")
            found.append((fields[b"event"].decode(), name and name.decode(), json.loads(fields[b"data"])))
    return found


@contextmanager
def street(h: House) -> Iterator[int]:
    """A server whose junction has seen 16 s and told of two events and of one it took back."""
    with served(h) as port:
        followed(h)
        yield port


def happen(h: House) -> None:
    play(h, 0, 60)
    t = NOW + minutes(0.1)
    events = [violation(1, track=TRACKS[0], t=t, x=2.0, y=2.0), violation(2, track=TRACKS[2], t=t + minutes(0.02))]
    h.store.upsert("violations", table(events))
    h.store.upsert("conflicts", table([conflict(3, track_a=TRACKS[0], track_b=TRACKS[1], t=t + minutes(0.01))]))
    play(h, 60, 20)
    acts = h.junction._acts
    until(lambda: {e for a in acts._acts if a.token for e in a.events} >= {e["event"] for e in events})
    h.store.withdraw("violations", {events[0]["event"]})
    play(h, 80, 80)
    # no more of any replay is on its way
    until(lambda: not [a for a in acts._acts if a.acting or events[0]["event"] in a.events])


def so_far(h: House, reader: Reader) -> bytes:
    """All that a reader was sent until now."""
    mark = secrets.randbelow(1 << 40)
    h.junction.hub.public_event("figures", {"k": mark}, remembered=False)
    return reader.until(b'{"k":%d}' % mark)


def test_every_byte_that_anybody_gets(h: House) -> None:
    with street(h) as port:
        one, two = Reader(port, STREAM), Reader(port, STREAM)
        for reader in (one, two):
            reader.until(b"event: figures")
        happen(h)
        for reader in (one, two):
            assert b"event: withdraw" in so_far(h, reader)
        got = [one.text, two.text]
        for path in ("", "/somewhere", "/somewhere/figures", "/somewhere/plates/c", "/nowhere"):
            asked = f"GET /api/v1/public/junctions{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            got.append(answer(port, asked.encode()))
    for text in got:
        # the server's own clock is in the header Date alone
        told = re.sub(rb"(?i)date: [^\r]*\r\n", b"", text)
        assert not [name for name in NAMES if name.encode() in told]
        assert not CLOCK.search(told), CLOCK.search(told)
        assert not re.search(rb"(?i)\r\n(etag|last-modified|set-cookie|age|x-request-id|server-timing):", text)
    heard = [messages(text) for text in (one.text, two.text)]
    for name, _, data in heard[0]:
        assert set(data) <= SAID[name], name
    kinds = {name for name, _, _ in heard[0]}
    assert {"hello", "scene", "replay", "withdraw", "figures"} <= kinds
    # nobody in any scene or frame is more than what they are, where, and how they move
    for name, _, data in heard[0]:
        for row in data.get("users", []):
            assert [type(v) for v in row] == [str, float, float, float, float]
        for frame in data.get("frames", []):
            assert {len(row) for row in frame} <= {6}, name
    # a replay's token is its own; that of the one taken back is heard no more
    replays = [data["token"] for name, _, data in heard[0] if name == "replay"]
    assert len(set(replays)) == len(replays) >= 2
    gone = [i for i, (name, _, _) in enumerate(heard[0]) if name == "withdraw"]
    token = heard[0][gone[0]][2]["token"]
    assert not [name for name, _, data in heard[0][gone[0] + 1 :] if data.get("token") == token]
    # ids of messages are random, those of scenes none at all
    names = [id for name, id, _ in heard[0] if id is not None]
    assert all(re.fullmatch("[0-9a-f]{8}", id) for id in names)
    assert len(set(names)) == len(names)
    assert {name for name, id, _ in heard[0] if id is not None} <= {"replay", "more", "withdraw"}


def test_order_tells_nothing_from_one_scene_to_the_next(h: House) -> None:
    with street(h) as port:
        reader = Reader(port, STREAM)
        reader.until(b"event: figures")
        for k in range(200):
            h.junction.publish_scene(instant(k))
            so_far(h, reader)
    first = [data["users"][0][1] for name, _, data in messages(reader.text) if name == "scene" and data["users"]]
    first = [x for x in first if x in (2.0, 4.0)]
    assert len(first) > 80
    same = sum(a == b for a, b in pairwise(first)) / (len(first) - 1)
    # 5 sigma of a fair coin
    assert abs(same - 0.5) < 5 * 0.5 / (len(first) - 1) ** 0.5


def test_who_comes_back_gets_what_was_said_meanwhile_and_no_more(h: House) -> None:
    with street(h) as port:
        reader = Reader(port, STREAM)
        reader.until(b"event: figures")
        happen(h)
        assert b"event: withdraw" in so_far(h, reader)
        said = [(id, name) for name, id, _ in messages(reader.text) if id is not None]

        def back(last: str) -> list[tuple[str, str | None, Any]]:
            again = Reader(port, STREAM, f"last-event-id: {last}\r\n")
            again.until(b"event: scene")
            return messages(so_far(h, again))

        for nothing in ("00000000", "1", "*", "", "' OR 1=1", said[-1][0]):
            found = back(nothing)
            assert [name for name, id, _ in found if id is not None] == []
            # of scenes the one that is shown now, whoever asks
            assert [name for name, _, _ in found if name == "scene"] == ["scene"]
        # and of what has been taken back that it was, not what it was
        found = [data["token"] for name, _, data in messages(reader.text) if name == "withdraw"]
        taken = {id for name, id, data in messages(reader.text) if name != "withdraw" and data.get("token") in found}
        missed = [(id, name) for name, id, _ in back(said[0][0]) if id is not None]
        assert missed == [(id, name) for id, name in said[1:] if id not in taken]
        assert taken


def test_the_past_cannot_be_asked_for(h: House) -> None:
    described = h.app.openapi()["paths"]
    public = {path: operations for path, operations in described.items() if path.startswith("/api/v1/public/")}
    asked = {p["name"].lower() for o in public.values() for p in o["get"].get("parameters", [])}
    assert asked == {"id", "camera", "sha256", "last-event-id"}
    assert all(set(operations) == {"get"} for operations in public.values())
    with h.client() as client:
        plain = client.get("/api/v1/public/junctions/somewhere/figures").json()
        for query in ("t=1772625600", "since=2026-03-04T12:00:00Z", "until=2026-03-04T12:00:00Z", "hours=12-12", "k=1"):
            assert client.get(f"/api/v1/public/junctions/somewhere/figures?{query}").json() == plain


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"])
def test_public_addresses_can_only_be_read(h: House, method: str) -> None:
    with h.client() as client:
        for path in ("junctions", "junctions/somewhere", "junctions/somewhere/figures", "junctions/somewhere/stream"):
            assert client.request(method, f"/api/v1/public/{path}").status_code == 405


def test_errors_repeat_what_was_asked_and_nothing_else(h: House) -> None:
    with h.client() as client:
        for path in ("junctions/nowhere", "junctions/somewhere/plates/camera-9", "junctions/nowhere/stream"):
            found = client.get(f"/api/v1/public/{path}")
            assert found.status_code == 404
            assert "somewhere" not in found.text
            assert str(h.service.keep.folder) not in found.text
            assert not CLOCK.search(found.content)
