"""Ends a read that hangs inside FFmpeg, at once, from another thread.

PyAV gives FFmpeg a callback that it asks, some ten times a second while it waits for a network, whether the time
allowed has passed; it looks at `time.monotonic` for that. There is no other way in from outside: a container
must not be closed while a thread reads it, and a thread left hanging would call back into an interpreter that is
shutting down, which ends the process with a fault. So threads that were interrupted are told that the time is up.
"""

from __future__ import annotations

import math
import threading
import time

import av.container.core

_interrupted: set[int] = set()


class _Clock:
    """Stands for the module `time` inside PyAV's container; only its monotonic clock is used there."""

    @staticmethod
    def monotonic() -> float:
        if _interrupted and threading.get_ident() in _interrupted:
            return math.inf
        return time.monotonic()

    def __getattr__(self, name: str) -> object:
        return getattr(time, name)


def interrupt(thread: threading.Thread) -> None:
    """Let every read in this thread fail from now on; without PyAV's callback it ends when its own time is up."""
    if hasattr(av.container.core, "time") and not isinstance(av.container.core.time, _Clock):
        av.container.core.time = _Clock()
    if thread.ident is not None:
        _interrupted.add(thread.ident)


def forget() -> None:
    """To be called last by a thread that may have been interrupted: its identity is given to a later one."""
    _interrupted.discard(threading.get_ident())
