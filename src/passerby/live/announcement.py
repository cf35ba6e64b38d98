"""Where a running junction is to be heard, announced in a file of its store that only its owner may read.

The file names a port of the loopback address and the key without which nobody is told anything. It is there while the
junction runs; one that a killed process has left behind names a port on which nobody proves to know its key.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "live.json"
KEY_BYTES: Final = 32
_LONGEST: Final = 4096
_CAREFULLY: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""Links are not followed, pipes not waited for."""


@dataclass(frozen=True)
class Announcement:
    """port of the loopback address; key: shared by who may read the file."""

    port: int
    key: bytes


def announce(folder: Path, announcement: Announcement) -> None:
    """Write the file, mode 0600, in place of one left behind; OSError where that cannot be done.

    Not by way of a temporary file: what is not whole yet is read as nothing, and a killed process leaves no other file.
    """
    path = folder / FILE
    path.unlink(missing_ok=True)
    text = json.dumps({"version": 1, "port": announcement.port, "key": announcement.key.hex(), "pid": os.getpid()})
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text.encode())


def withdraw(folder: Path, announcement: Announcement) -> None:
    """Remove the file, if it is still this announcement's."""
    try:
        if announced(folder) == announcement:
            (folder / FILE).unlink()
    except OSError:
        return


def announced(folder: Path) -> Announcement | None:
    """What a file in the folder announces; None where there is none, or none that is whole.

    Only a regular file of the same user's is believed that nobody else may write: whoever announces decides what
    screens show. PermissionError where it is another user's.
    """
    try:
        with open(os.open(folder / FILE, os.O_RDONLY | _CAREFULLY), "rb") as file:
            kind = os.fstat(file.fileno())
            if not stat.S_ISREG(kind.st_mode) or kind.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            if hasattr(os, "geteuid") and kind.st_uid != os.geteuid():
                raise PermissionError(errno.EPERM, "another user's", str(folder / FILE))
            found = json.loads(file.read(_LONGEST))
        port, key = int(found["port"]), bytes.fromhex(found["key"])
    except PermissionError:
        raise
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Announcement(port, key) if len(key) == KEY_BYTES and 0 < port < 65536 else None
