"""The audit log: JSON lines, each carrying the SHA-256 of the one before, so that no line can be altered unseen.

A line is `{"n": 7, "t": "2026-01-05T08:00:00.000000Z", "event": "export", "details": {}, "prev": "..", "hash": ".."}`;
`hash` is SHA-256 over `prev` and the canonical JSON (sorted keys, no blanks, UTF-8) of `n`, `t`, `event`, `details`.
`audit.head` beside it holds the number of lines and the last hash, which makes a cut-off end visible. Whoever can
write both files can forge a new history: copy the head elsewhere now and then to rule that out, too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from passerby.errors import StoreError

FIRST: Final = "0" * 64
FIELDS: Final = {"n", "t", "event", "details", "prev", "hash"}


class AuditError(StoreError):
    """The audit log is not the one that was written."""


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one JSON spelling of a value that is hashed; ValueError for NaN and infinities."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def chained(prev: str, entry: Mapping[str, Any]) -> str:
    """SHA-256, in hex, over the previous hash and an entry's own fields."""
    own = {k: v for k, v in entry.items() if k not in ("prev", "hash")}
    return hashlib.sha256(prev.encode() + canonical(own)).hexdigest()


class AuditLog:
    """An append-only log in one file; any number of processes may append (flock), every entry is synced to disk."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.head = self.path.with_suffix(".head")

    def append(self, event: str, /, **details: Any) -> dict[str, Any]:
        """Write one entry and return it; details must be JSON values. StoreError if the disk does not take it.

        A torn last line, as a crash in mid-write leaves it, is moved to `audit.torn` and a `recovered` entry follows.
        """
        try:
            with self._locked() as fd:
                n, prev = self._resume(fd)
                return self._write(fd, n, prev, event, details)
        except OSError as e:
            raise StoreError(f"{self.path}: audit entry {event} cannot be written: {e.strerror or e}") from e

    def entries(self) -> list[dict[str, Any]]:
        """All whole entries, oldest first, unverified; empty where there is no log."""
        if not self.path.exists():
            return []
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [json.loads(line) for line in lines]

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX)
            yield fd
        finally:
            os.close(fd)

    def _resume(self, fd: int) -> tuple[int, str]:
        """Number of entries and last hash, after repairing what a crash can leave."""
        size = os.fstat(fd).st_size
        start, tail = _last_line(fd, size)
        if tail and not tail.endswith(b"\n"):
            with open(self.path.with_suffix(".torn"), "ab") as aside:
                aside.write(tail + b"\n")
                os.fsync(aside.fileno())
            os.ftruncate(fd, start)
            n, prev = self._after(fd, start)
            entry = self._write(fd, n, prev, "recovered", {"torn_bytes": len(tail)})
            return int(entry["n"]), str(entry["hash"])
        return self._after(fd, size)

    def _after(self, fd: int, size: int) -> tuple[int, str]:
        tail = _last_line(fd, size)[1]
        headed = _read_head(self.head)
        if not tail:
            if headed is not None and headed[0] > 0:
                raise AuditError(f"{self.path}: is empty, and {self.head.name} says {headed[0]} entries; restore it")
            return 0, FIRST
        try:
            last = json.loads(tail)
            n, last_hash = int(last["n"]), str(last["hash"])
        except (ValueError, KeyError, TypeError):
            raise AuditError(f"{self.path}: the last line is no audit entry; restore the log from a backup") from None
        if headed is not None and headed[0] > n:
            raise AuditError(f"{self.path}: ends at entry {n}, and {self.head.name} says {headed[0]}; restore it")
        return n, last_hash

    def _write(self, fd: int, n: int, prev: str, event: str, details: Mapping[str, Any]) -> dict[str, Any]:
        t = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        entry: dict[str, Any] = {"n": n + 1, "t": t, "event": event, "details": dict(details), "prev": prev}
        entry["hash"] = chained(prev, entry)
        line = canonical(entry) + b"\n"
        before = os.fstat(fd).st_size
        try:
            if os.write(fd, line) != len(line):
                raise OSError(28, "No space left on device")
            os.fsync(fd)
        except OSError:
            os.ftruncate(fd, before)
            raise
        _write_head(self.head, n + 1, str(entry["hash"]))
        return entry


def verify(path: Path | str) -> None:
    """Check the whole chain and its head; AuditError naming the first broken line, or what is missing at the end.

    A torn last line (a crash in mid-write) is no breach: the next entry sets it aside.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        headed = _read_head(path.with_suffix(".head"))
    except OSError as e:
        raise AuditError(f"{path}: cannot be read: {e.strerror}") from e
    hashes = [FIRST]
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        hashes.append(_checked(path, number, line, hashes[-1]))
    if headed is None:
        if len(hashes) > 2:
            raise AuditError(f"{path}: its head file is missing, so a cut-off end would go unseen; restore it")
        return
    count, last = headed
    if count >= len(hashes):
        raise AuditError(f"{path}: line {len(hashes)} is missing: the log ends there and its head says {count} entries")
    # The head is written after the line: a crash in between leaves it one entry behind, never more.
    if len(hashes) - 1 - count > 1 or hashes[count] != last:
        raise AuditError(f"{path}: line {max(count, 1)} is not the one its head was written for; restore both")


def _checked(path: Path, number: int, line: bytes, prev: str) -> str:
    try:
        entry = json.loads(line)
    except ValueError:
        raise AuditError(f"{path}: line {number} is not JSON; the log was altered") from None
    if not isinstance(entry, dict) or set(entry) != FIELDS:
        raise AuditError(f"{path}: line {number} is no audit entry; the log was altered")
    if entry["n"] != number:
        raise AuditError(f"{path}: line {number} carries entry {entry['n']}; lines were removed, added or moved")
    if entry["prev"] != prev:
        raise AuditError(f"{path}: line {number} does not follow line {number - 1}; the log was altered")
    if entry["hash"] != chained(prev, entry) or canonical(entry) != line:
        raise AuditError(f"{path}: line {number} does not match its hash; it was altered")
    return str(entry["hash"])


def _last_line(fd: int, size: int) -> tuple[int, bytes]:
    """Start and bytes of the last line of a file, its newline included where it has one."""
    step = 4096
    while True:
        at = max(0, size - step)
        block = os.pread(fd, size - at, at)
        cut = block.rfind(b"\n", 0, max(len(block) - 1, 0))
        if cut >= 0:
            return at + cut + 1, block[cut + 1 :]
        if at == 0:
            return 0, block
        step *= 4


def _read_head(path: Path) -> tuple[int, str] | None:
    try:
        head = json.loads(path.read_text(encoding="ascii"))
        return int(head["count"]), str(head["hash"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise AuditError(f"{path}: is no head of an audit log; restore it from a backup") from None


def _write_head(path: Path, count: int, last: str) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640), "wb") as f:
        f.write(canonical({"count": count, "hash": last}) + b"\n")
        f.flush()
        os.fsync(f.fileno())
    os.replace(temporary, path)
