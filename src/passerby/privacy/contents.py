"""Everything inside a file: itself, members of archives, what is compressed, down to a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mmap
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

MAX_DEPTH: Final = 4
MAX_BYTES: Final = 512 << 20

CLOSED: Final = ((b"7z\xbc\xaf'\x1c", "7-Zip archive"), (b"Rar!\x1a\x07", "RAR archive"), (b"MSCF", "cabinet archive"))


@dataclass
class Piece:
    """One file's bytes, or a part's: `where` is its name with `!member` for each container around it."""

    where: str
    data: bytes | mmap.mmap
    problem: str = ""


@dataclass
class _Budget:
    left: int


def pieces(path: Path, name: str) -> Iterator[Piece]:
    """A file and all that is packed in it, each with its bytes; a `problem` where it cannot be looked into."""
    with open(path, "rb") as f:
        if path.stat().st_size == 0:
            yield Piece(name, b"")
            return
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield from _unpacked(Piece(name, data), 0, _Budget(MAX_BYTES))


def _unpacked(piece: Piece, depth: int, budget: _Budget) -> Iterator[Piece]:
    yield piece
    members = _opener(piece.data)
    if members is None:
        return
    if depth == MAX_DEPTH:
        yield Piece(piece.where, b"", f"is packed more than {MAX_DEPTH} times")
        return
    try:
        for name, member in members(piece.data, budget):
            yield from _unpacked(Piece(f"{piece.where}!{name}", member), depth + 1, budget)
    except _TooBigError:
        yield Piece(piece.where, b"", f"unpacks to more than {MAX_BYTES >> 20} MiB")
    except RuntimeError:
        yield Piece(piece.where, b"", "is encrypted")
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError) as e:
        yield Piece(piece.where, b"", f"cannot be unpacked ({e})")
    except (NotImplementedError, pa.ArrowException) as e:
        yield Piece(piece.where, b"", f"cannot be unpacked ({e})")


class _TooBigError(Exception):
    pass


Members = Iterator[tuple[str, bytes]]


def _opener(data: bytes | mmap.mmap) -> Callable[[bytes | mmap.mmap, _Budget], Members] | None:
    head = data[:512]
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06") or (len(data) > 22 and zipfile.is_zipfile(io.BytesIO(data[-66000:]))):
        return _zip
    if head[:2] == b"\x1f\x8b":
        return lambda d, b: _stream(gzip.GzipFile(fileobj=io.BytesIO(d)), b)
    if head[:3] == b"BZh":
        return lambda d, b: _stream(bz2.BZ2File(io.BytesIO(d)), b)
    if head[:6] == b"\xfd7zXZ\x00":
        return lambda d, b: _stream(lzma.LZMAFile(io.BytesIO(d)), b)
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return lambda d, b: _stream(pa.CompressedInputStream(pa.BufferReader(d[:]), "zstd"), b)
    if head[257:262] == b"ustar":
        return _tar
    for magic, kind in CLOSED:
        if head.startswith(magic):
            return lambda d, b, kind=kind: _closed(kind)  # type: ignore[misc]
    return None


def _closed(kind: str) -> Members:
    raise ValueError(f"a {kind}")
    yield


def _zip(data: bytes | mmap.mmap, budget: _Budget) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                with archive.open(info) as member:
                    yield info.filename, _take(member, budget)


def _tar(data: bytes | mmap.mmap, budget: _Budget) -> Members:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        for info in archive:
            member = archive.extractfile(info) if info.isfile() else None
            if member is not None:
                yield info.name, _take(member, budget)


def _stream(stream: object, budget: _Budget) -> Members:
    yield "content", _take(stream, budget)


def _take(stream: object, budget: _Budget) -> bytes:
    parts = []
    while part := stream.read(1 << 20):  # type: ignore[attr-defined]
        budget.left -= len(part)
        if budget.left < 0:
            raise _TooBigError
        parts.append(part)
    return b"".join(parts)
