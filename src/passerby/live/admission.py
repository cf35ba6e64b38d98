"""`Admission`: who connects proves to know the key, many side by side; who is silent or slow keeps nobody out."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from passerby.live.wire import NONCE, challenge, proof_of_junction

PROOF_S: Final = 2.0
MOST_UNPROVEN: Final = 64
"""When more are on their way in, whoever has taken longest has to come again."""


@dataclass(eq=False)
class _Stranger:
    """A connection, the random number it was sent, what it has said so far, until when it may say the rest."""

    sock: socket.socket
    nonce: bytes
    until: float
    said: bytearray = field(default_factory=bytearray)


class Admission:
    """run(over) takes connections of a listening socket until over() is true, and gives those that prove it to admit.

    What admit gets is non-blocking and has been sent the proof that this side knows the key. Close the listener, or
    connect to it once, to have over() asked.
    """

    def __init__(self, listener: socket.socket, key: bytes, admit: Callable[[socket.socket], None]) -> None:
        self._listener, self._key, self._admit = listener, key, admit
        self._strangers: dict[int, _Stranger] = {}
        self._selector = selectors.DefaultSelector()

    def run(self, over: Callable[[], bool]) -> None:
        """Admit until it is over."""
        self._listener.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        try:
            while not over():
                for key, _ in self._selector.select(self._patience()):
                    if key.fileobj is self._listener:
                        self._meet()
                    elif (stranger := self._strangers.get(key.fd)) is not None:
                        self._hear(stranger)
                now = time.monotonic()
                for stranger in [s for s in self._strangers.values() if s.until <= now]:
                    self._dismiss(stranger)
        finally:
            for stranger in list(self._strangers.values()):
                self._dismiss(stranger)
            self._selector.close()

    def _patience(self) -> float | None:
        """Until the next of those who are on their way in has to be done, s."""
        ends = [s.until for s in self._strangers.values()]
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _meet(self) -> None:
        try:
            sock, _ = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError:
            # as where the process has as many files open as it may
            if self._strangers:
                self._dismiss(next(iter(self._strangers.values())))
            else:
                threading.Event().wait(1.0)
            return
        first, nonce = challenge()
        stranger = _Stranger(sock, nonce, time.monotonic() + PROOF_S)
        self._strangers[sock.fileno()] = stranger
        try:
            sock.setblocking(False)
            # an empty buffer has room for so little
            sock.sendall(first)
            self._selector.register(sock, selectors.EVENT_READ)
        except OSError:
            self._dismiss(stranger)
            return
        if len(self._strangers) > MOST_UNPROVEN:
            self._dismiss(next(iter(self._strangers.values())))

    def _hear(self, stranger: _Stranger) -> None:
        try:
            part = stranger.sock.recv(2 * NONCE - len(stranger.said))
            if not part:
                raise ConnectionError
            stranger.said += part
            if len(stranger.said) < 2 * NONCE:
                return
            stranger.sock.sendall(proof_of_junction(self._key, stranger.nonce, bytes(stranger.said)))
        except BlockingIOError:
            return
        except OSError:
            self._dismiss(stranger)
            return
        self._forget(stranger)
        self._admit(stranger.sock)

    def _forget(self, stranger: _Stranger) -> None:
        self._strangers.pop(stranger.sock.fileno(), None)
        with suppress(KeyError, ValueError):
            self._selector.unregister(stranger.sock)

    def _dismiss(self, stranger: _Stranger) -> None:
        self._forget(stranger)
        stranger.sock.close()
