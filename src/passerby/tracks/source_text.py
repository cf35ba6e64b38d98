"""Files as streams of bytes, unpacked on the way; damage ends in one sentence."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from passerby.errors import TracksError

GZIP: Final = b"\x1f\x8b"
BZIP2: Final = b"BZh"
BLOCK: Final = 1 << 20
LONGEST_LINE: Final = 1 << 24

Progress = Callable[[int], None]


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Turn what the operating system and the unpackers say into a TracksError."""
    try:
        yield
    except EOFError as e:
        raise TracksError(f"{path}: the compressed data end too early: the file is cut off, copy it again") from e
    except (gzip.BadGzipFile, zlib.error, lzma.LZMAError) as e:
        raise TracksError(f"{path}: the compressed data are damaged ({e}): copy the file again") from e
    except PermissionError as e:
        raise TracksError(f"{path}: may not be read; give yourself the right to read it") from e
    except OSError as e:
        if isinstance(e, TracksError):
            raise
        raise TracksError(f"{path}: cannot be read ({e.strerror or str(e).splitlines()[0]})") from e


def head(path: Path, size: int = 1 << 16) -> bytes:
    """The first bytes of a file, unpacked where it is gzip or bzip2."""
    with damage_told(path), open_unpacked(path) as (stream, _):
        out = b""
        while len(out) < size:
            try:
                block = stream.read(size - len(out))
            except EOFError:
                if not out:
                    raise
                break
            if not block:
                break
            out += block
        return out


@contextmanager
def open_unpacked(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """The file's bytes, unpacked, and a function that says how many packed bytes have been read."""
    with path.open("rb") as raw:
        magic = raw.read(3)
        raw.seek(0)
        if magic[:2] == GZIP:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked, raw.tell  # type: ignore[misc]
        elif magic == BZIP2:
            with bz2.BZ2File(raw) as unpacked_bz2:
                yield unpacked_bz2, raw.tell
        else:
            yield raw, raw.tell


def lines_of(path: Path, stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a text; TracksError where one is longer than any row can be, so that none fills the memory."""
    number = 0
    while line := stream.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise TracksError(f"{path}: line {number} is longer than {LONGEST_LINE >> 20} MB; is this a text of rows?")
        yield line


def line_of_row(path: Path, row: int, skip: int) -> int:
    """The number of the line (from 1) on which a CSV's data row (from 0) stands, blank lines counted."""
    with damage_told(path), open_unpacked(path) as (stream, _):
        seen = -1
        number = 0
        for number, line in enumerate(lines_of(path, stream), 1):
            if number > skip and line.strip():
                seen += 1
                if seen == row:
                    return number
    return number
