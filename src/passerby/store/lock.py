"""One writer at a time in a folder, and none left behind by a killed process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from passerby.errors import StoreError


class WriterLock:
    """An exclusive lock on a folder, held until `release`; StoreError naming the holder where another has it.

    The lock is the kernel's (flock), so it dies with its process however that ends; the process id in the file is
    for people only and never trusted, as ids are reused.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "writer.lock"
        try:
            self._fd: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as e:
            raise StoreError(f"{path}: cannot be opened for writing: {e.strerror}") from e
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as e:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            self._fd = None
            raise StoreError(
                f"{folder}: one writer at a time, and process {holder} is writing here; stop it or open read-only"
            ) from e
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            pass  # a disk too full for a number is said by whatever is written next

    def release(self) -> None:
        """Let the next writer in; a second call does nothing."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
