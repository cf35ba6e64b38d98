"""Which events operators have confirmed, and which they found to be none: JSON lines beside the server's files."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from passerby.errors import StoreError

Verdict = Literal["confirmed", "false"]


@dataclass(frozen=True)
class Mark:
    """A verdict on an event; the kind is kept with it, so that precision can be told when the event has expired."""

    junction: str
    event: str
    kind: str
    verdict: Verdict
    note: str
    by: str
    at: str

    def json(self) -> dict[str, Any]:
        """What operators see of it."""
        return {"verdict": self.verdict, "note": self.note}


class Marks:
    """The newest mark of each event; every change is a line on disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._marks: dict[tuple[str, str], Mark] = {}
        try:
            lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
            for line in lines:
                self._take(json.loads(line))
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise StoreError(f"{path}: cannot be read as marks: {e}") from None

    def of(self, junction: str) -> dict[str, Mark]:
        """The marks of a junction by event."""
        with self._lock:
            return {event: mark for (j, event), mark in self._marks.items() if j == junction}

    def set(self, junction: str, event: str, kind: str, verdict: Verdict | None, note: str, by: str) -> Mark | None:
        """Mark an event, or with no verdict take its mark back."""
        at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        line = {
            "junction": junction,
            "event": event,
            "kind": kind,
            "verdict": verdict,
            "note": note,
            "by": by,
            "at": at,
        }
        with self._lock:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
                try:
                    _end_line(fd)
                    _append(fd, json.dumps(line).encode() + b"\n")
                finally:
                    os.close(fd)
            except OSError as e:
                raise StoreError(f"{self._path}: a mark cannot be written: {e.strerror or e}") from e
            self._take(line)
            return self._marks.get((junction, event))

    def _take(self, line: dict[str, Any]) -> None:
        key = (line["junction"], line["event"])
        if line["verdict"] is None:
            self._marks.pop(key, None)
        else:
            self._marks[key] = Mark(**line)


def _append(fd: int, line: bytes) -> None:
    """Add a line, on disk when this returns; where there is no room for it nothing is left of it."""
    before = os.fstat(fd).st_size
    try:
        if os.write(fd, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    except OSError:
        os.ftruncate(fd, before)
        raise


def _end_line(fd: int) -> None:
    """Cut off a line that a crash left half written."""
    size = os.fstat(fd).st_size
    if size == 0 or os.pread(fd, 1, size - 1) == b"\n":
        return
    tail = os.pread(fd, min(size, 1 << 16), max(0, size - (1 << 16)))
    os.ftruncate(fd, size - len(tail) + tail.rfind(b"\n") + 1)
