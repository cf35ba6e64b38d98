"""Who sends slowly, endlessly, ambiguously or too much, over a socket: the server ends it and serves everybody else."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from passerby.serve import prompt
from passerby.serve.limits import Places, source
from tests.serve.house import House, house
from tests.serve.processes import LONG_S, until
from tests.serve.test_streams import STREAM, Reader, served

PLAN = "/api/v1/public/junctions/somewhere"
WALL = "/api/v1/junctions/somewhere/stream"


@pytest.fixture
def h(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def answer(port: int, data: bytes, seconds: float = LONG_S) -> bytes:
    """Everything that is answered until the other side hangs up or is silent for a second."""
    with socket.create_connection(("127.0.0.1", port), LONG_S) as sock:
        sock.sendall(data)
        return rest(sock, seconds)


def rest(sock: socket.socket, seconds: float) -> bytes:
    got, end = b"", time.monotonic() + seconds
    sock.settimeout(1.0)
    while time.monotonic() < end:
        try:
            part = sock.recv(65536)
        except TimeoutError:
            if got:
                return got
            continue
        except ConnectionError:
            return got
        if not part:
            return got
        got += part
    raise AssertionError(f"neither answered nor ended: {got[-200:]!r}")


def test_a_request_that_never_ends_is_ended(h: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(h) as port:
        stream = Reader(port, STREAM)
        stream.until(b"event: hello")
        monkeypatch.setattr(prompt, "HEAD_S", 0.5)
        monkeypatch.setattr(prompt, "BODY_S", 0.5)
        for begun in (
            b"",
            b"GET /login HTTP/1.1\r\nhost: x\r\nx-slow: ",
            b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-length: 90\r\n\r\n{",
        ):
            with socket.create_connection(("127.0.0.1", port), LONG_S) as sock:
                with suppress(ConnectionError):
                    sock.sendall(begun)
                assert rest(sock, LONG_S) == b""
        # a stream has been asked for, and goes on
        h.junction.hub.public_event("figures", {"still": "here"})
        stream.until(b'{"still":"here"}')


def test_an_endless_head_is_not_kept(h: House) -> None:
    with served(h) as port, socket.create_connection(("127.0.0.1", port), LONG_S) as sock:
        sock.sendall(b"GET /login HTTP/1.1\r\nhost: x\r\n")
        sent = 0
        with suppress(ConnectionError):
            while sent < 64 * prompt.MOST_HEAD:
                sock.sendall(b"x-more: " + b"a" * 4000 + b"\r\n")
                sent += 4010
        # what is on its way when the server hangs up lies in the system's buffers
        assert sent < 64 * prompt.MOST_HEAD


@pytest.mark.parametrize(
    "ambiguous",
    [
        b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello!",
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"transfer-encoding: identity, xchunked\r\n\r\nhello",
        b"content-length: +5\r\n\r\nhello",
        b"content-length : 5\r\n\r\nhello",
        b"host: y\r\n folded: 1\r\ncontent-length: 5\r\n\r\nhello",
    ],
)
def test_14_5_where_a_request_ends_is_never_in_doubt(h: House, ambiguous: bytes) -> None:
    with served(h) as port:
        smuggled = b"GET /screen?smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
        head = b"POST /api/v1/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        got = answer(port, head + ambiguous + smuggled)
        assert got.count(b"HTTP/1.1 ") == 1, got
        assert got.startswith((b"HTTP/1.1 400", b"HTTP/1.1 422")), got
        assert b"Passerby</title>" not in got


def test_there_are_no_websockets_and_no_other_protocols(h: House) -> None:
    with served(h) as port:
        upgrade = (
            b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n"
        )
        for path in (PLAN, STREAM):
            got = answer(port, b"GET " + path.encode() + b" HTTP/1.1\r\nhost: x\r\n" + upgrade + b"\r\n")
            assert not got.startswith(b"HTTP/1.1 101"), got
        got = answer(port, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        assert got == b"" or got.startswith(b"HTTP/1.1 4"), got


@pytest.mark.parametrize("path", ["/api/v1/junctions/", PLAN + "/", "/screen/", "/login/", "/assets"])
def test_no_answer_repeats_the_host_that_a_request_names(h: House, path: str) -> None:
    with served(h) as port:
        got = answer(
            port, f"GET {path} HTTP/1.1\r\nhost: evil.example\r\nx-forwarded-host: evil.example\r\n\r\n".encode()
        )
        assert b"evil.example" not in got
        assert got.startswith(b"HTTP/1.1 404"), got


def test_the_log_has_a_line_for_a_request_whatever_its_address_holds(
    h: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr("passerby.serve.public.public_plan", broken)
    monkeypatch.setattr(h.service, "junctions", {"a\nroot: signed in": h.junction})
    client = h.client()
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    with caplog.at_level(logging.ERROR, "passerby.serve"):
        assert client.get("/api/v1/public/junctions/a%0Aroot:%20signed%20in").status_code == 500
    said = [r.getMessage() for r in caplog.records if r.name == "passerby.serve"]
    assert said == ["GET /api/v1/public/junctions/a%0Aroot:%20signed%20in"]


def test_nobody_takes_every_place(h: House) -> None:
    h.service.limits.screens = Places(3)
    h.service.limits.walls = Places(2)
    _, secret = h.service.keep.tokens.make("wall", "operator", 1, "test")
    bearer = f"authorization: Bearer {secret}\r\n"
    with served(h) as port:
        screens = [Reader(port, STREAM) for _ in range(3)]
        walls = [Reader(port, WALL, bearer), Reader(port, "/api/v1/stream", bearer)]
        for reader in screens + walls:
            reader.until(b"event: hello")
        assert b"503" in Reader(port, STREAM).until(b"\r\n\r\n")[:20]
        for path in (WALL, "/api/v1/stream"):
            assert b"503" in Reader(port, path, bearer).until(b"\r\n\r\n")[:20]
        # a place that is given back is free
        screens[0].socket.close()

        def free() -> bool:
            h.junction.hub.public_event("figures", {})
            return h.service.limits.screens.free("127.0.0.1")

        until(free)
        Reader(port, STREAM).until(b"event: hello")


def test_3_5_2_a_stream_ends_with_the_token_it_was_opened_with(h: House) -> None:
    keep = h.service.keep
    token, secret = keep.tokens.make("wall", "operator", 1, "test")
    bearer = f"authorization: Bearer {secret}\r\n"
    with served(h) as port:
        readers = [Reader(port, path, bearer) for path in (WALL, "/api/v1/stream")]
        for reader in readers:
            reader.until(b"event: health")
        hub = h.junction.hub
        assert hub._loop is not None
        hub._loop.call_soon_threadsafe(hub.ping)
        for reader in readers:
            reader.until(b"event: ping")
        keep.tokens.revoke(token.id)
        hub._loop.call_soon_threadsafe(hub.ping)
        assert all(reader.ended() for reader in readers)


def test_who_stands_behind_an_address() -> None:
    assert source("192.0.2.7") == "192.0.2.7"
    assert source("::ffff:192.0.2.7") == "192.0.2.7"
    # one subscriber has as many addresses as there are in 64 bits
    assert source("2001:db8::1") == source("2001:db8::dead:beef%eth0") == "2001:db8::/64"
    assert source("2001:db8:0:1::1") != source("2001:db8::1")
    assert source("testclient") == "testclient"


def test_what_takes_long_leaves_room_for_everything_else(h: House) -> None:
    h.service.limits.heavy, h.service.limits.patience_s = Places(0), 0.1
    client = h.signed_in()
    for method, path in (
        ("POST", "site/check"),
        ("PUT", "site"),
        ("POST", "site/proposal"),
        ("GET", "site/paths"),
        ("GET", "sheets/map"),
        ("GET", "events/0000000000000001/sheet"),
        ("GET", "export?table=violations"),
    ):
        got = client.request(method, f"/api/v1/junctions/somewhere/{path}", json={"toml": ""})
        assert got.status_code == 503, (path, got.text)
        assert got.headers["retry-after"]
    # who is not signed in is not told how busy it is
    assert h.client().post("/api/v1/junctions/somewhere/site/check", json={"toml": ""}).status_code == 401
    assert client.get("/api/v1/junctions").status_code == 200
    assert h.client().get(PLAN).status_code == 200
    assert h.service.limits.heavy._taken == {}
