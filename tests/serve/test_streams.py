"""Streams: everybody gets every event, nobody holds up anybody, and a server that stops ends them."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from passerby.serve.channel import QUEUE, Channel
from passerby.serve.server import listen, server
from tests.serve.house import NOW, House, drive, followed, house, minutes, scene, table, violation
from tests.serve.processes import LONG_S, until


def whole(channel: Channel[bytes], last: str | None = None):
    return channel.subscribe(lambda s: s, last)


def test_a_slow_reader_misses_scenes_and_no_event() -> None:
    async def go() -> None:
        channel: Channel[bytes] = Channel()
        reader = whole(channel)
        for i in range(1000):
            channel.scene(b"scene %d\n\n" % i)
        for i in range(QUEUE):
            channel.event("replay", b"%d" % i)
        got = await reader.take()
        assert got is not None
        assert got.count(b"scene") == 1
        assert b"scene 999" in got
        assert got.count(b"event: replay") == QUEUE

    asyncio.run(go())


def test_a_reader_who_is_cut_off_comes_back_for_what_it_missed() -> None:
    async def go() -> None:
        channel: Channel[bytes] = Channel()
        reader = whole(channel)
        channel.event("replay", b"0")
        first = await reader.take()
        assert first is not None
        last = first.split(b"id: ")[1].split(b"\n")[0].decode()
        for i in range(1, QUEUE + 2):
            channel.event("replay", b"%d" % i)
        assert reader.closed
        ids = [data.split(b"id: ")[1].split(b"\n")[0] for _, _, data in channel._past]
        assert len(set(ids)) == QUEUE + 2
        assert await reader.take() is not None
        assert await reader.take() is None
        again = whole(channel, last)
        got = await again.take()
        assert got is not None
        assert got.count(b"event: replay") == QUEUE // 2
        assert b"data: %d\n" % (QUEUE + 1) in got
        # another server's id, or nonsense, brings nothing back
        for other in ("", "abc", "00000000", last + "0", "-" * 60, None):
            stranger = whole(channel, other)
            channel.subscribers.discard(stranger)
            assert not stranger._events

    asyncio.run(go())


def test_many_readers_are_told_the_same_bytes() -> None:
    async def go() -> None:
        channel: Channel[bytes] = Channel()
        readers = [whole(channel) for _ in range(200)]
        scene_bytes = b"event: scene\ndata: {}\n\n"
        channel.scene(scene_bytes)
        assert all([(await r.take()) is scene_bytes for r in readers])
        channel.close()
        assert [await r.take() for r in readers] == [None] * 200

    asyncio.run(go())


@contextmanager
def served(h: House) -> Iterator[int]:
    sock = listen("127.0.0.1", 0)
    port = sock.getsockname()[1]
    ready = threading.Event()
    made = server(h.app, ready=ready.set)
    thread = threading.Thread(target=made.run, args=([sock],), daemon=True)
    thread.start()
    assert ready.wait(LONG_S)
    try:
        yield port
    finally:
        made.should_exit = True
        thread.join(LONG_S)
        assert not thread.is_alive()


class Reader:
    """A plain connection that reads server-sent events."""

    def __init__(self, port: int, path: str, headers: str = "") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), LONG_S)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n".encode())
        self.text = b""

    def until(self, wanted: bytes, seconds: float = LONG_S) -> bytes:
        end = time.monotonic() + seconds
        self.socket.settimeout(0.2)
        while wanted not in self.text:
            assert time.monotonic() < end, self.text[-500:]
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                continue
            assert data, self.text[-500:]
            self.text += data
        return self.text

    def ended(self, seconds: float = LONG_S) -> bool:
        self.socket.settimeout(seconds)
        try:
            data = b"..."
            while data and not data.endswith(b"0\r\n\r\n"):
                data = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            pass
        return True


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


STREAM = "/api/v1/public/junctions/somewhere/stream"


def test_a_public_screen_from_hello_to_the_end_of_the_server(h: House) -> None:
    with served(h) as port:
        reader = Reader(port, STREAM)
        head = reader.until(b"event: figures")
        assert b"text/event-stream" in head
        assert b"retry: 2000" in head
        hello = json.loads(head.split(b"event: hello\ndata: ")[1].split(b"\n")[0])
        assert hello == {"v": h.service.version, "rate": 1.0, "recorded": False}
        h.junction.publish_scene(scene(NOW.timestamp(), [("secret1", 1.0, 2.0)]))
        reader.until(b'{"users":[["car",1.0,2.0,185.0,8.0]],"lights":{"s0":"red"}}')
        drive(h.junction, "secret1", NOW + minutes(0.05))
        followed(h)
        h.store.upsert("violations", table([violation(1)]))
        text = reader.until(b"event: replay")
        text = reader.until(b"\n\n")
        late = Reader(port, STREAM)
        assert b"event: scene" in late.until(b"event: scene")
    assert reader.ended()
    assert late.ended()
    assert b"secret" not in text
    assert not any(j.hub.public.subscribers for j in h.service.junctions.values())


def test_an_operators_stream_ends_with_the_session(h: House) -> None:
    client = h.signed_in()
    cookie = f"cookie: passerby={client.cookies['passerby']}\r\n"
    with served(h) as port:
        refused = Reader(port, "/api/v1/junctions/somewhere/stream")
        assert b"401" in refused.until(b"\r\n\r\n")[:20]
        reader = Reader(port, "/api/v1/junctions/somewhere/stream", cookie)
        reader.until(b"event: health")
        h.junction.publish_scene(scene(NOW.timestamp(), [("secret1", 1.0, 2.0)]))
        text = reader.until(b"event: scene\ndata: ") + reader.until(b'"users"')
        assert b"secret" not in text
        followed(h)
        h.store.upsert("violations", table([violation(1)]))
        assert b'"table":"violations"' in reader.until(b'"mark":null')
        hub = h.junction.hub
        assert hub._loop is not None
        hub._loop.call_soon_threadsafe(hub.ping)
        reader.until(b": ping")
        h.service.keep.sessions.close(client.cookies["passerby"])
        hub._loop.call_soon_threadsafe(hub.ping)
        assert reader.ended()


def test_a_reader_who_takes_nothing_holds_up_nobody(h: House) -> None:
    with served(h) as port:
        stuck, fine = Reader(port, STREAM), Reader(port, STREAM)
        fine.until(b"event: figures")
        big = [(f"t{i}", i / 10, 1.0) for i in range(400)]
        for i in range(300):
            h.junction.publish_scene(scene(NOW.timestamp() + i, big))
            time.sleep(0.002)
        h.junction.hub.public_event("figures", {"last": True})
        fine.until(b'{"last":true}')
        stuck.socket.close()

        def alone() -> bool:
            h.junction.publish_scene(scene(NOW.timestamp(), big))
            return len(h.junction.hub.public.subscribers) == 1

        until(alone)


def test_more_screens_than_the_server_carries_are_told_to_come_later(h: House) -> None:
    h.service.limits.most_streams = 1
    with served(h) as port:
        first = Reader(port, STREAM)
        first.until(b"event: hello")
        answer = Reader(port, STREAM).until(b"\r\n\r\n")
        assert b"503" in answer[:20]
        assert b"retry-after: 30" in answer.lower()
