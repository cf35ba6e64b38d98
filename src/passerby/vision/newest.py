"""A place for one thing: whoever comes late gets the newest, and what was missed is counted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Holds the newest item between one thread that puts and one that takes."""

    def __init__(self, on_put: Callable[[], None] | None = None) -> None:
        self._ready = threading.Condition()
        self._item: T | None = None
        self._over = False
        self._on_put = on_put
        self.dropped = 0

    def put(self, item: T) -> None:
        """Replace what is there; what was not taken counts as dropped."""
        with self._ready:
            if self._over:
                return
            self.dropped += self._item is not None
            self._item = item
            self._ready.notify_all()
        if self._on_put is not None:
            self._on_put()

    def take(self, timeout_s: float) -> T | None:
        """The newest item, waiting up to timeout_s; None if nothing came or nothing will."""
        with self._ready:
            if self._item is None and not self._over and timeout_s > 0:
                self._ready.wait(timeout_s)
            item, self._item = self._item, None
            return item

    def finish(self) -> None:
        """Nothing more will be put; what is there can still be taken."""
        with self._ready:
            self._over = True
            self._ready.notify_all()
        if self._on_put is not None:
            self._on_put()

    def clear(self) -> None:
        """Forget what is there."""
        with self._ready:
            self._item = None

    @property
    def empty(self) -> bool:
        """Nothing is waiting to be taken."""
        with self._ready:
            return self._item is None
