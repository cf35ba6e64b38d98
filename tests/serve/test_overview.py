"""All junctions at once: the day so far, and one stream in which every message says where it comes from."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from passerby.serve import gathered
from passerby.serve.channel import Channel, sse
from passerby.serve.gathered import Gathered, named
from passerby.tables import COUNTS
from tests.serve.house import NOW, House, conflict, house, minutes, table, violation
from tests.serve.processes import LONG_S


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def test_the_day_so_far(h: House) -> None:
    h.store.upsert("violations", table([violation(1), violation(2, t=NOW - minutes(24 * 60))]))
    h.store.upsert("conflicts", table([conflict(3), conflict(4, severity="slight", t=NOW + minutes(1))]))
    row = {"t0": NOW, "t1": NOW + minutes(5), "movement": "through", "class": "car", "n": 7}
    rows = [row | {"place": place} for place in ("north", "west", "a zone")]
    h.store.upsert("counts", pa.Table.from_pylist(rows, schema=COUNTS))
    h.junction.clock = lambda: NOW + minutes(10)
    client = h.signed_in()
    client.put("/api/v1/junctions/somewhere/events/0000000000000001/mark", json={"verdict": "confirmed"})
    (found,) = client.get("/api/v1/overview").json()
    assert found["today"] == {"violations": 1, "conflicts": 2, "serious": 1, "passings": 14, "unmarked": 2}
    assert found["last"]["event"] == f"{3:016x}"
    assert (found["id"], found["state"], found["timezone"]) == ("somewhere", "idle", "Europe/Berlin")


def test_a_stream_of_a_junction_that_is_not_there(h: House) -> None:
    answer = h.signed_in().get("/api/v1/stream", params={"junction": "nowhere"})
    assert answer.status_code == 404


def data(messages: bytes) -> list[Any]:
    return [json.loads(line[6:]) for line in messages.split(b"\n") if line.startswith(b"data: ")]


def test_every_message_says_where_it_comes_from() -> None:
    two = sse("event", b'{"a":"\\ndata: {"}', "1") + sse("health", b'{"cameras":[]}')
    assert data(named(two, 'x"y')) == [{"junction": 'x"y', "a": "\ndata: {"}, {"junction": 'x"y', "cameras": []}]


def test_of_each_junction_in_its_own_time_and_events_are_never_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(gathered, "time", SimpleNamespace(monotonic=lambda: now[0]))
    asyncio.run(_two_junctions(now))


async def _two_junctions(now: list[float]) -> None:
    channels: dict[str, Channel[int]] = {"a": Channel(), "b": Channel()}
    both = Gathered({id: c.subscribe(lambda n: sse("scene", b'{"n":%d}' % n)) for id, c in channels.items()}, 0.2)
    channels["a"].scene(1)
    assert data(await asyncio.wait_for(both.take(), LONG_S)) == [{"junction": "a", "n": 1}]
    for n in range(2, 9):
        channels["a"].scene(n)
        channels["a"].event("event", b'{"e":%d}' % n)
    channels["b"].scene(5)
    assert data(await asyncio.wait_for(both.take(), LONG_S)) == [{"junction": "b", "n": 5}]
    now[0] += 0.2
    later = data(await asyncio.wait_for(both.take(), LONG_S))
    assert [m["e"] for m in later if "e" in m] == list(range(2, 9))
    assert [m["n"] for m in later if "n" in m] == [8]
    for channel in channels.values():
        channel.close()
    assert await asyncio.wait_for(both.take(), LONG_S) is None
