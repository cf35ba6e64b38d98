"""`Apart`: pure work done in processes of their own, at low priority, so that scenes and events never wait for it."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from threading import BoundedSemaphore, Lock
from types import MappingProxyType
from typing import Any, Final, ParamSpec, TypeVar

from passerby.errors import PasserbyError

LIMIT_S: Final = 120.0
IDLE_S: Final = 600.0
NICENESS: Final = 5

P = ParamSpec("P")
T = TypeVar("T")


def _read_only(table: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(table)


# a site's settings are read-only mappings, which pickle does not know
ForkingPickler.register(MappingProxyType, lambda m: (_read_only, (dict(m),)))


class UnfinishedError(PasserbyError):
    """Work that took too long, or whose process was ended."""


class Apart:
    """run(work, ...) gives what work(...) gives or raises, worked out elsewhere; the calling thread waits for it.

    most: processes at once, one piece of work each; who comes when all are at work waits. They start when they are
    first needed and end after `IDLE_S` without work, when this process is gone, and with close(). limit_s: for one
    piece of work, its process' start included; the process of one that takes longer is killed.
    """

    def __init__(self, most: int = 2, limit_s: float = LIMIT_S) -> None:
        self._places = BoundedSemaphore(most)
        self._limit_s = limit_s
        self._lock = Lock()
        self._every: set[_Worker] = set()
        self._idle: list[_Worker] = []

    def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What work gives; work is importable by its name, and what goes in and comes out is copied (pickled).

        UnfinishedError where it took longer than limit_s or its process was ended.
        """
        with self._places:
            worker = self._worker()
            value: T
            try:
                value, error = worker.answer((work, args, named), self._limit_s)
            except BaseException:
                self._end(worker)
                raise
            with self._lock:
                # unless all were ended meanwhile
                if worker in self._every:
                    self._idle.append(worker)
        if error is not None:
            raise error
        return value

    def close(self) -> None:
        """End the processes, those at work too; what comes later starts others."""
        with self._lock:
            every = list(self._every)
            self._idle.clear()
        for worker in every:
            self._end(worker)

    def _worker(self) -> _Worker:
        """The one that worked last, so that those who are not needed end."""
        with self._lock:
            while self._idle:
                if (worker := self._idle.pop()).alive:
                    return worker
                self._every.discard(worker)
            worker = _Worker()
            self._every.add(worker)
            return worker

    def _end(self, worker: _Worker) -> None:
        with self._lock:
            self._every.discard(worker)
        worker.end()


class _Worker:
    """A process that answers one piece of work after another."""

    def __init__(self) -> None:
        # not a fork: the server has threads
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs,), name="passerby-apart", daemon=True)
        self._process.start()
        theirs.close()

    @property
    def alive(self) -> bool:
        return self._process.is_alive()

    def answer(self, wanted: object, limit_s: float) -> tuple[Any, Exception | None]:
        """What the work gave, or what it raised."""
        try:
            self._pipe.send(wanted)
            if not self._pipe.poll(limit_s):
                raise UnfinishedError(f"this took longer than {limit_s:g} s to work out and was given up; ask for less")
            return self._pipe.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError) as e:
            raise UnfinishedError("what worked this out was ended before it was done; try again") from e

    def end(self) -> None:
        self._process.kill()
        self._process.join()


def _work(pipe: Connection) -> None:
    """What a process does: answer, until nothing has been wanted for a while or nobody is there to want it."""
    # Ctrl-C in a terminal is for all of its processes; this one is ended by the server's end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    with suppress(EOFError, OSError):
        while pipe.poll(IDLE_S):
            pipe.send(_answer(*pipe.recv()))


def _answer(
    work: Callable[..., object], args: tuple[object, ...], named: dict[str, object]
) -> tuple[object, Exception | None]:
    try:
        return work(*args, **named), None
    except Exception as e:
        e.add_note(traceback.format_exc())
        return None, e
