"""A small JSON file of the server's own: whole or not at all, readable by its owner alone."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from passerby.errors import StoreError


def read_private(path: Path, what: str) -> dict[str, Any] | None:
    """What the file holds, None where there is none. StoreError where it is not what was written."""
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as e:
        raise StoreError(f"{path}: cannot be read: {e.strerror or e}") from e
    except ValueError:
        raise StoreError(f"{path}: is no file of {what}; restore it from a backup") from None
    if not isinstance(found, dict) or found.get("version") != 1:
        raise StoreError(f"{path}: is no file of {what} of version 1; restore it from a backup")
    return found


def write_private(path: Path, value: dict[str, Any]) -> None:
    """Replace the file's content, on disk when this returns, mode 0600."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.unlink(missing_ok=True)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(json.dumps({"version": 1} | value, indent=1).encode())
            f.flush()
            os.fsync(f.fileno())
        os.replace(temporary, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as e:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StoreError(f"{path}: cannot be written: {e.strerror or e}") from e
