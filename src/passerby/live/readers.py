"""`Readers`: processes of this machine that are told what a running junction says, none of which can hold it up."""

from __future__ import annotations

import secrets
import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from passerby.live.admission import Admission
from passerby.live.announcement import KEY_BYTES, Announcement, announce, withdraw

MOST: Final = 16
BACKLOG_BYTES: Final = 4 << 20
"""Whoever is farther behind, beyond what the system keeps for them, is cut off; they may come again."""

FAREWELL_S: Final = 0.5


class Readers:
    """open() announces, then tell(bytes) never waits for anybody; close() says a last word and takes all back.

    greeting: what each is told first. `any` is cheap to ask: what nobody hears need not be made.
    """

    def __init__(self, folder: Path, greeting: bytes) -> None:
        self._folder, self._greeting = folder, greeting
        self._readers: list[_Reader] = []
        self._lock = threading.Lock()
        self._closing = False
        self._listener: socket.socket | None = None
        self._announcement: Announcement | None = None
        self._thread: threading.Thread | None = None
        self.cut_off = 0

    def open(self) -> None:
        """Listen on the loopback address and announce it in the folder. OSError where that is not to be had."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self._announcement = Announcement(port, secrets.token_bytes(KEY_BYTES))
        try:
            announce(self._folder, self._announcement)
        except OSError:
            self._listener.close()
            self._listener = None
            raise
        door = Admission(self._listener, self._announcement.key, self._welcome)
        self._thread = threading.Thread(
            target=door.run, args=(lambda: self._closing,), name="passerby-readers", daemon=True
        )
        self._thread.start()

    @property
    def any(self) -> bool:
        """Whether somebody listens."""
        return bool(self._readers)

    def tell(self, data: bytes) -> None:
        """Send to all who listen what they take without waiting; who is too far behind is cut off."""
        with self._lock:
            gone = [r for r in self._readers if not r.offer(data)]
            if gone:
                self._readers = [r for r in self._readers if r not in gone]
                self.cut_off += len(gone)
        for reader in gone:
            reader.close()

    def close(self, last: bytes = b"") -> None:
        """Withdraw the announcement, say a last word, and let go of everybody."""
        if self._announcement is not None:
            withdraw(self._folder, self._announcement)
        with self._lock:
            self._closing = True
            readers, self._readers = self._readers, []
        if self._listener is not None:
            # a connection wakes the thread that waits for one, on every system
            with suppress(OSError):
                socket.create_connection(self._listener.getsockname(), 1.0).close()
            if self._thread is not None:
                self._thread.join(1.0)
            self._listener.close()
        for reader in readers:
            reader.farewell(last)

    def _welcome(self, sock: socket.socket) -> None:
        reader = _Reader(sock)
        with self._lock:
            told = reader.offer(self._greeting)
            if told and not self._closing and len(self._readers) < MOST:
                self._readers = [*self._readers, reader]
                return
        reader.close()


class _Reader:
    """A connection that is written to without waiting; what does not fit into it yet is kept, up to a limit."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = bytearray()
        sock.setblocking(False)
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def offer(self, data: bytes) -> bool:
        """Whether it is still a reader after being sent some more."""
        if len(self._rest) + len(data) > BACKLOG_BYTES:
            return False
        self._rest += data
        try:
            del self._rest[: self._sock.send(self._rest)]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return True

    def farewell(self, last: bytes) -> None:
        """Send what is left and a last word, if that takes no longer than a moment."""
        with suppress(OSError):
            self._sock.settimeout(FAREWELL_S)
            self._sock.sendall(bytes(self._rest) + last)
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._sock.close()
