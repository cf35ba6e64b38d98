"""Where the bytes of a live run come from: a pipe, a file that grows, a log that is appended to."""

from __future__ import annotations

import os
import select
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

_BLOCK: Final = 1 << 20
_LOOK_EVERY_S: Final = 0.2
_SILENT_S: Final = 1.0


def blocks_of(stream: BinaryIO, follow: bool = False, size: int = _BLOCK) -> Iterator[bytes]:
    """Whatever a pipe or file holds, as it comes, until its end; b"" each second while nothing comes.

    follow: a regular file's end is not the end: what is appended later comes too, until the process is stopped.
    """
    fd = stream.fileno()
    regular = stat.S_ISREG(os.fstat(fd).st_mode)
    while True:
        if not regular and not select.select([fd], [], [], _SILENT_S)[0]:
            yield b""
            continue
        data = os.read(fd, size)
        if data:
            yield data
        elif follow and regular:
            time.sleep(_LOOK_EVERY_S)
            yield b""
        else:
            return


def growing(path: Path) -> Callable[[], bytes]:
    """A function that returns, a block at a time, what was added to a file (nothing while it does not exist).

    A file that has become shorter was begun anew and is read from its start.
    """
    position = 0

    def read() -> bytes:
        nonlocal position
        try:
            with path.open("rb") as file:
                if os.fstat(file.fileno()).st_size < position:
                    position = 0
                file.seek(position)
                data = file.read(_BLOCK)
        except FileNotFoundError:
            return b""
        position += len(data)
        return data

    return read
