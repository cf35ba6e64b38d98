"""What a running junction tells other processes: whole, to who knows the key alone, and never waiting for anybody."""

from __future__ import annotations

import json
import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.live import admission, wire
from passerby.live.admission import MOST_UNPROVEN
from passerby.live.announcement import FILE, Announcement, announce, announced, withdraw
from passerby.live.broadcast import NOW_S, Broadcast, drawing_of
from passerby.live.readers import BACKLOG_BYTES, MOST
from passerby.live.run import LiveRun
from passerby.live.wire import End, Greeting, NotUnderstoodError, Report, Rows, decoded, encoded
from passerby.privacy import verify
from passerby.store import open_store
from passerby.tracks.record import Tracks, empty_tracks

from .street import T0, User, by_record, scene, signals, site

LONG_S = 240.0
"""Longer than anything takes, on a machine that is busy with other things too."""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever proves to know the key may take as long as a busy machine does."""
    monkeypatch.setattr(admission, "PROOF_S", 10 * LONG_S)


def rows_of(n: int, t: float = T0, ids: int = 3) -> Tracks:
    rng = np.random.default_rng(n)
    track = np.sort(rng.integers(0, ids, n))
    real = rng.normal(0, 30, (6, n))
    real[3:, ::2] = np.nan
    times = t + np.arange(n) / 10
    return Tracks(tuple(f"é{i}" for i in range(ids)), track, rng.integers(0, 9, n), times, *real[1:])


def heard(sock: socket.socket) -> Iterator[wire.Message]:
    """Messages of a socket, to its end."""
    sock.settimeout(LONG_S)
    with sock.makefile("rb") as stream:
        while head := stream.read(4):
            yield decoded(stream.read(struct.unpack(">I", head)[0]))


def listening(folder: Path) -> socket.socket:
    """A reader that has proved to know the key."""
    found = announced(folder)
    assert found is not None
    sock = socket.create_connection(("127.0.0.1", found.port), LONG_S)
    wire.prove_to_junction(sock, found.key, LONG_S)
    return sock


@contextmanager
def joined(broadcast: Broadcast, folder: Path) -> Iterator[Iterator[wire.Message]]:
    before = len(broadcast._readers._readers)
    with listening(folder) as sock:
        wait(lambda: len(broadcast._readers._readers) > before)
        yield heard(sock)


def wait(done: Any, seconds: float = LONG_S) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def same(a: Tracks, b: Tracks) -> None:
    assert [a.ids[i] for i in a.track] == [b.ids[i] for i in b.track]
    for name in ("cls", "t", "x", "y"):
        assert np.array_equal(getattr(a, name), getattr(b, name))
    for name in ("length", "width", "heading"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=1e-6)


@settings(deadline=None)
@given(
    st.integers(0, 40),
    st.one_of(st.none(), st.floats(0, 2e9)),
    st.booleans(),
    st.dictionaries(st.text(max_size=9), st.sampled_from(["red", "green"]), max_size=4),
)
def test_rows_arrive_as_they_were(n: int, reached: float | None, anew: bool, lights: dict[str, str]) -> None:
    data = encoded(Rows(rows_of(n), reached, anew, lights))
    assert struct.unpack(">I", data[:4])[0] == len(data) - 4
    found = decoded(data[4:])
    assert isinstance(found, Rows)
    assert (found.reached, found.anew, found.lights) == (reached, anew, lights)
    same(found.tracks, rows_of(n))


@pytest.mark.parametrize(
    "message",
    [
        Greeting("ab", "cd"),
        End(),
        End("disk full"),
        Report([{"camera": "n", "state": "ok", "delay_s": 1}], {"K": "red"}),
    ],
)
def test_other_messages_arrive_as_they_were(message: Any) -> None:
    assert decoded(encoded(message)[4:]) == message


@settings(deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
def test_nonsense_is_no_message(junk: bytes, at: int, byte: int) -> None:
    whole = bytearray(encoded(Rows(rows_of(5), 1.0, False, {"K1": "red"}))[4:])
    whole[at % len(whole)] = byte
    for data in (junk, b"R" + junk, b"C" + junk, b"G" + junk, bytes(whole)):
        try:
            found = decoded(data)
        except NotUnderstoodError:
            continue
        if isinstance(found, Rows) and len(found.tracks):
            assert found.tracks.track.max() < len(found.tracks.ids)
            assert np.isfinite(found.tracks.x).all()


def test_another_version_is_said() -> None:
    data = json.dumps({"run": "a", "site_sha256": "b", "version": 2}).encode()
    with pytest.raises(NotUnderstoodError, match="version 2, wanted 1"):
        decoded(b"G" + data)
    with pytest.raises(NotUnderstoodError):
        decoded(b"C" + json.dumps({"cameras": [{"camera": "n", "state": "great"}], "lights": {}}).encode())


def test_an_announcement_is_its_owners_alone_and_goes(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        with Broadcast(store.folder, "ab"):
            path = store.folder / FILE
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            assert verify(store.folder) == []
        assert not path.exists()
        assert verify(store.folder) == []
    assert sorted(p.name for p in tmp_path.rglob("*") if "live" in p.name) == []


def test_one_left_behind_is_replaced_and_another_is_left_alone(tmp_path: Path) -> None:
    for left in (
        b"",
        b"{",
        b'{"port": 1}',
        b'{"port": 99999, "key": "00"}',
        b"\xff\xfe",
        b"[]",
        b'{"port":1,"key":"zz"}',
    ):
        (tmp_path / FILE).write_bytes(left)
        assert announced(tmp_path) is None
    (tmp_path / FILE).chmod(0o644)
    mine, other = Announcement(1234, bytes(32)), Announcement(1235, bytes(32))
    announce(tmp_path, mine)
    assert announced(tmp_path) == mine
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    withdraw(tmp_path, other)
    assert announced(tmp_path) == mine
    withdraw(tmp_path, mine)
    assert announced(tmp_path) is None


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_where_it_cannot_be_announced_the_run_goes_on_unheard(tmp_path: Path) -> None:
    said: list[str] = []
    with Broadcast(tmp_path / "nowhere", "ab", said.append) as broadcast:
        broadcast.rows(rows_of(5), None, False, lambda t: {})
        assert not broadcast.report_due
    assert len(said) == 1
    assert "no screen of another process" in said[0]


def test_who_listens_is_greeted_and_told_everything_until_the_end(tmp_path: Path) -> None:
    asked: list[float] = []

    def lights(t: float) -> dict[str, str]:
        asked.append(t)
        return {"K1": "green"}

    with Broadcast(tmp_path, "ab") as broadcast:
        began = time.monotonic()
        broadcast.rows(rows_of(3), None, False, lights)
        assert asked == []
        with joined(broadcast, tmp_path) as messages:
            assert broadcast.report_due
            broadcast.rows(rows_of(5), T0 + 1, False, lights)
            broadcast.report([{"camera": "c", "state": "ok"}])
            assert not broadcast.report_due
            greeting, rows, report = (next(messages) for _ in range(3))
            broadcast.__exit__(ValueError, ValueError("disk\nfull"), None)
            end = list(messages)
    assert isinstance(greeting, Greeting)
    assert greeting.site_sha256 == "ab"
    assert isinstance(rows, Rows)
    same(rows.tracks, rows_of(5))
    assert rows.lights == {"K1": "green"}
    assert rows.reached == T0 + 1
    assert 0 <= asked[0] - (T0 + 1) <= time.monotonic() - began
    assert report == Report([{"camera": "c", "state": "ok"}], {"K1": "green"})
    assert end == [End("disk full")]


def test_of_rows_that_come_together_the_last_seconds_are_told(tmp_path: Path) -> None:
    with Broadcast(tmp_path, "") as broadcast, joined(broadcast, tmp_path) as messages:
        broadcast.rows(rows_of(1000), None, False, lambda t: {})
        assert isinstance(next(messages), Greeting)
        rows = next(messages)
    assert isinstance(rows, Rows)
    assert rows.tracks.t.min() > T0 + 99.9 - NOW_S
    assert len(rows.tracks) == 10 * NOW_S


@pytest.mark.parametrize("said", [b"", b"x" * 64, b"GET / HTTP/1.1\r\n\r\n" + b" " * 64])
def test_who_does_not_know_the_key_is_told_nothing(
    tmp_path: Path, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not said:
        monkeypatch.setattr(admission, "PROOF_S", 0.5)
    with Broadcast(tmp_path, "secret drawing") as broadcast:
        found = announced(tmp_path)
        assert found is not None
        with socket.create_connection(("127.0.0.1", found.port), LONG_S) as sock:
            sock.sendall(said)
            sock.settimeout(LONG_S)
            got = b""
            with suppress(ConnectionResetError):
                while part := sock.recv(4096):
                    got += part
            assert len(got) == len(wire._HELLO) + wire.NONCE
        monkeypatch.setattr(admission, "PROOF_S", 10 * LONG_S)
        with pytest.raises(ConnectionError), socket.create_connection(("127.0.0.1", found.port), LONG_S) as sock:
            wire.prove_to_junction(sock, bytes(32), LONG_S)
        assert not broadcast._readers.any
        # and who does is not kept waiting by them for long
        with joined(broadcast, tmp_path) as messages:
            assert isinstance(next(messages), Greeting)


def test_a_port_that_is_somebody_elses_now_is_not_believed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def pretend(first: bytes) -> None:
            sock, _ = listener.accept()
            with sock, suppress(ConnectionResetError):
                sock.sendall(first)
                sock.recv(64)
                sock.sendall(bytes(32))

        for first in (b"HTTP/1.1 400 Bad Request\r\n" + b" " * 64, wire._HELLO + bytes(32)):
            thread = threading.Thread(target=pretend, args=(first,))
            thread.start()
            with (
                socket.create_connection(listener.getsockname(), LONG_S) as sock,
                pytest.raises(NotUnderstoodError, match="who answers"),
            ):
                wire.prove_to_junction(sock, os.urandom(32), LONG_S)
            thread.join()


def test_who_takes_nothing_is_cut_off_and_the_run_comes_to_its_end(tmp_path: Path) -> None:
    people = [User(f"u{i}", "car", "east", 2.0 * i, 12.0, 0.5, 0.0, 10.0, 0.05, 0.0, 0.0, 0.0, i) for i in range(12)]
    rows = scene(people)
    with open_store(tmp_path / "store") as store, Broadcast(store.folder, "") as broadcast:
        stuck = [listening(store.folder) for _ in range(3)]
        wait(lambda: len(broadcast._readers._readers) == 3)
        live = LiveRun(site(), signals(), store, onlooker=broadcast)
        for i in range(0, len(rows), 20):
            live.take(by_record(rows[i : i + 20]))
        live.end()
        # the run is over though none of them has read a byte; with more to say they are let go
        big = rows_of(50_000, ids=50_000)
        big.t[:] = T0
        for _ in range(60):
            broadcast.rows(big, None, False, lambda t: {})
        assert not broadcast._readers.any
        assert broadcast._readers.cut_off == 3
        # nothing keeps another from coming
        with joined(broadcast, store.folder) as messages:
            assert isinstance(next(messages), Greeting)
        for sock in stuck:
            sock.close()
    assert len(open_store(tmp_path / "store", read_only=True).read("violations"))
    assert not (tmp_path / "store" / FILE).exists()
    assert 60 * len(big) * wire.ROW.itemsize > BACKLOG_BYTES


def test_more_readers_than_there_is_room_for_are_sent_away(tmp_path: Path) -> None:
    with Broadcast(tmp_path, "") as broadcast:
        socks = []
        for i in range(MOST):
            socks.append(listening(tmp_path))
            wait(lambda n=i: len(broadcast._readers._readers) == n + 1)
        with listening(tmp_path) as one_more:
            assert [type(m) for m in heard(one_more)] == [Greeting]
        socks.pop().close()
        wait(
            lambda: (
                broadcast.rows(empty_tracks(), T0, False, lambda t: {}),
                not broadcast._readers._readers[MOST - 1 :],
            )[1]
        )
        with joined(broadcast, tmp_path) as messages:
            assert isinstance(next(messages), Greeting)
        for sock in socks:
            sock.close()


def test_a_live_run_shows_what_comes_first_and_that_time_begins_anew(tmp_path: Path) -> None:
    shown: list[tuple[int, float | None, bool, dict[str, str]]] = []

    class Seen:
        def rows(self, tracks: Tracks, reached: float | None, anew: bool, lights_at: Any) -> None:
            shown.append((len(tracks), reached, anew, dict(lights_at(T0 + 13.5))))

    with open_store(tmp_path / "store") as store:
        live = LiveRun(site(), signals(), store, onlooker=Seen())
        rows = scene([User("u", "car", "north", 0.0, 10.0, 0.5, 0.0, 10.0, 0.0, 0.0, 0.0, 0.0, 1)])
        live.take(by_record(rows[:60]))
        live.take(empty_tracks(), T0 + 7.0)
        earlier = [r | {"t": r["t"] - 40_000, "track": "v"} for r in rows]
        live.take(by_record(earlier))
        live.end()
    lights = {"K1": "red", "K2": "green", "K3": "red", "F1": "walk"}
    assert shown == [(60, None, False, lights), (0, T0 + 7.0, False, lights), (len(rows), None, True, lights)]


def test_the_drawing_is_told_by_its_bytes(tmp_path: Path) -> None:
    assert drawing_of(tmp_path / "none") == ""
    path = tmp_path / "site.toml"
    path.write_text("a")
    before = drawing_of(path)
    path.write_text("b")
    assert len({before, drawing_of(path), ""}) == 3


def silent(port: int) -> socket.socket:
    """Who connects and says nothing, or little."""
    return socket.create_connection(("127.0.0.1", port), LONG_S)


def test_whoever_is_silent_keeps_nobody_out(tmp_path: Path) -> None:
    with Broadcast(tmp_path, "") as broadcast:
        found = announced(tmp_path)
        assert found is not None
        strangers = [silent(found.port) for _ in range(3 * MOST_UNPROVEN)]
        for sock in strangers[::2]:
            with suppress(OSError):
                sock.sendall(b"x" * 63)
        # one after another they would take 40 minutes each
        with joined(broadcast, tmp_path) as messages:
            assert isinstance(next(messages), Greeting)
            # and of who waits to prove it the first is dismissed as soon as there are too many
            strangers[0].settimeout(LONG_S)
            with suppress(ConnectionError):
                while strangers[0].recv(4096):
                    pass
            assert broadcast._readers._readers
        for sock in strangers:
            sock.close()


def test_whoever_stays_silent_is_dismissed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "PROOF_S", 0.5)
    with Broadcast(tmp_path, ""):
        found = announced(tmp_path)
        assert found is not None
        began = time.monotonic()
        with silent(found.port) as sock:
            sock.settimeout(LONG_S)
            with suppress(ConnectionError):
                while sock.recv(4096):
                    pass
        assert time.monotonic() - began >= 0.4


def test_a_proof_that_comes_byte_by_byte_is_one(tmp_path: Path) -> None:
    with Broadcast(tmp_path, "") as broadcast:
        found = announced(tmp_path)
        assert found is not None
        with silent(found.port) as sock:
            hello = wire.received(sock, len(wire._HELLO) + wire.NONCE, time.monotonic() + LONG_S)
            mine = os.urandom(wire.NONCE)
            answer = mine + wire._proof(found.key, b"onlooker", hello[len(wire._HELLO) :], mine)
            for i in range(len(answer)):
                sock.sendall(answer[i : i + 1])
            proof = wire.received(sock, wire.NONCE, time.monotonic() + LONG_S)
            assert proof == wire._proof(found.key, b"junction", mine, hello[len(wire._HELLO) :])
            wait(lambda: broadcast._readers.any)


def test_the_end_of_a_run_waits_for_nobody_who_is_silent(tmp_path: Path) -> None:
    with Broadcast(tmp_path, "") as broadcast:
        found = announced(tmp_path)
        assert found is not None
        strangers = [silent(found.port) for _ in range(10)]
    door = broadcast._readers._thread
    assert door is not None
    # it would stay 40 minutes for each of them
    wait(lambda: not door.is_alive())
    for sock in strangers:
        sock.close()
    with pytest.raises(ConnectionRefusedError):
        silent(found.port)


@pytest.mark.skipif(os.name != "posix", reason="POSIX files")
def test_an_announcement_is_ones_own_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Announcement(1234, bytes(32))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    announce(elsewhere, mine)
    text = (elsewhere / FILE).read_bytes()
    # a link is not followed, neither where it is read nor where it is written
    (tmp_path / FILE).symlink_to(elsewhere / FILE)
    assert announced(tmp_path) is None
    announce(tmp_path, Announcement(4321, bytes(32)))
    assert (elsewhere / FILE).read_bytes() == text
    assert not (tmp_path / FILE).is_symlink()
    # a pipe would be waited for, a device never ends
    (tmp_path / FILE).unlink()
    os.mkfifo(tmp_path / FILE)
    assert announced(tmp_path) is None
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).symlink_to("/dev/zero")
    assert announced(tmp_path) is None
    (tmp_path / FILE).unlink()
    # that others may write it: then others may have written it
    announce(tmp_path, mine)
    (tmp_path / FILE).chmod(0o666)
    assert announced(tmp_path) is None
    (tmp_path / FILE).chmod(0o600)
    assert announced(tmp_path) == mine
    uid = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: uid + 1)
    with pytest.raises(PermissionError):
        announced(tmp_path)
