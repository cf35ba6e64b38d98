"""Rows read, and shown to whoever looks on, while the rules are still at work on the ones before."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Final

from passerby.tracks.record import Tracks
from passerby.tracks.stream import RowStream

AHEAD: Final = 16
"""So many blocks are read ahead at most: a pipe's writer waits, as ever, where the rules cannot follow."""

_CHECK_S: Final = 0.5


def taken_in(
    blocks: Iterator[bytes], stream: RowStream, show: Callable[[Tracks], None]
) -> Iterator[tuple[Tracks, int]]:
    """The rows of each block, none where it completes none, and how many lines have been left out by then.

    Reading goes on in a thread of its own, which calls show(rows) first: a slow disk, or a step that finds much, holds
    up no screen. What goes wrong there is raised here, after all that was read before.
    """
    taken: queue.Queue[tuple[Tracks, int] | BaseException | None] = queue.Queue(AHEAD)
    stop = Event()

    def put(item: tuple[Tracks, int] | BaseException | None) -> None:
        while not stop.is_set():
            try:
                taken.put(item, timeout=_CHECK_S)
                return
            except queue.Full:
                continue

    def read() -> None:
        try:
            for block in blocks:
                if stop.is_set():
                    return
                take(stream.feed(block))
            take(stream.feed(b"", final=True))
            put(None)
        except BaseException as e:
            put(e)

    def take(rows: Tracks) -> None:
        show(rows)
        put((rows, sum(stream.bad.values())))

    Thread(target=read, name="passerby-intake", daemon=True).start()
    try:
        while (item := taken.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
