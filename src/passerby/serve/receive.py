"""`Receiver`: what the process that runs a junction says of it, taken from its store's announcement to the screens.

The running junction announces itself in its store (`passerby.live.broadcast`). A receiver looks for it for ever, and as
long as nothing feeds the junction says so: to operators since when and why, to the public that the view is not live.
"""

from __future__ import annotations

import logging
import socket
import struct
import time
from collections.abc import Iterator
from threading import Event
from typing import Final

from passerby.live.announcement import Announcement, announced
from passerby.live.wire import (
    LONGEST,
    End,
    Greeting,
    Message,
    NotUnderstoodError,
    Report,
    Rows,
    decoded,
    prove_to_junction,
)
from passerby.serve.junction import Junction
from passerby.serve.onlooker import Onlooker
from passerby.serve.standing import Standing

LOOK_S: Final = 0.25
"""The announcement is looked for so often, and silence noticed."""

FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 10.0
"""Who is announced and does not answer is asked again after so long; at once where the announcement changes."""

CONNECT_S: Final = 3.0
_PART: Final = 1 << 18
_LOG: Final = logging.getLogger("passerby.serve")


class Receiver:
    """A feed: brings a junction, which must have a store, what is announced there, until told to stop."""

    def __init__(self, junction: Junction) -> None:
        assert junction.store is not None
        self._junction, self._folder = junction, junction.store.folder
        self._onlooker = Onlooker(junction)
        self._standing = Standing(junction)
        self._run = ""
        self._tried: Announcement | None = None
        self._wait_s = FIRST_WAIT_S
        self._due = 0.0

    def __call__(self, stop: Event) -> None:
        """Look for the announcement, follow what it leads to, and begin again."""
        self._standing.idle()
        while not stop.wait(LOOK_S):
            self._onlooker.tick(time.monotonic())
            try:
                self._look(stop)
            except Exception as e:
                # screens are left alone for weeks: what goes wrong is said, and tried again
                _LOG.warning("junction %s: what its running process says cannot be shown: %s", self._junction.id, e)
                self._standing.lost("run_not_shown", f"what the running process says cannot be shown: {e}", why=str(e))

    def _look(self, stop: Event) -> None:
        try:
            found = announced(self._folder)
        except PermissionError:
            self._standing.lost("other_user", "another user's process runs this junction: let the same user serve it")
            return
        if found is None:
            self._standing.absent()
            return
        now = time.monotonic()
        if found == self._tried and now < self._due:
            return
        self._wait_s = FIRST_WAIT_S if found != self._tried else min(2 * self._wait_s, LONGEST_WAIT_S)
        self._tried, self._due = found, now + self._wait_s
        if self._follow(found, stop):
            # it was there: asked again at once
            self._tried = None

    def _follow(self, where: Announcement, stop: Event) -> bool:
        """Show what a running junction says until it ends; whether it said anything."""
        heard = False
        try:
            with socket.create_connection(("127.0.0.1", where.port), CONNECT_S) as sock:
                prove_to_junction(sock, where.key, CONNECT_S)
                for message in _messages(sock, stop):
                    now = time.monotonic()
                    self._onlooker.tick(now)
                    self._standing.tick(now)
                    if message is None:
                        continue
                    heard = True
                    if self._take(message, now):
                        break
        except NotUnderstoodError as e:
            again = "start passerby watch or passerby live again, in this version"
            self._standing.lost("other_version", f"{e}: {again}", why=str(e))
        except OSError:
            self._standing.lost(
                "run_vanished", "the process that ran this junction has ended without a word: start it again"
            )
        finally:
            if heard:
                self._onlooker.nobody(time.monotonic())
        return heard

    def _take(self, message: Message, now: float) -> bool:
        """Show one message; whether it was the last."""
        match message:
            case Greeting(run, drawing):
                if run != self._run:
                    self._run = run
                    self._onlooker.begin()
                self._standing.begun(drawing, now)
            case Rows(tracks, reached, anew, lights):
                self._standing.heard(now)
                if anew:
                    self._onlooker.anew()
                self._onlooker.take(tracks, reached, lights, now)
            case Report(cameras, lights):
                self._standing.report(cameras, now)
                if self._junction.live:
                    self._onlooker.quiet(lights, now)
            case End(failure):
                self._standing.ended(failure)
                return True
        return False


def _messages(sock: socket.socket, stop: Event) -> Iterator[Message | None]:
    """Messages as they come, None a few times a second where none does, until told to stop."""
    # not select: it knows no socket beyond the 1,024th file that is open
    sock.settimeout(LOOK_S)
    data = bytearray()
    while not stop.is_set():
        try:
            part = sock.recv(_PART)
        except TimeoutError:
            yield None
            continue
        if not part:
            raise ConnectionError
        data += part
        while len(data) >= 4:
            (length,) = struct.unpack_from(">I", data)
            if not 0 < length <= LONGEST:
                raise NotUnderstoodError("what the running junction says is no message")
            if len(data) < 4 + length:
                break
            message = decoded(bytes(data[4 : 4 + length]))
            del data[: 4 + length]
            yield message
