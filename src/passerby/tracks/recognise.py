"""Which format a tracks file is in: by what it holds, whatever it is called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from passerby.errors import TracksError
from passerby.tracks.source_text import damage_told, head

Format = Literal["csv", "parquet", "fcd", "ottrk", "mot"]

_NUMBER: Final = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"RIFF", b"\x1aE\xdf\xa3")


def recognise(path: Path) -> Format:
    """The format of a file; TracksError where there is none, it is empty, or none is recognised."""
    if not path.exists():
        raise TracksError(f"{path}: there is no such file")
    if path.is_dir():
        raise TracksError(f"{path}: is a folder; name the tracks files in it")
    if not path.is_file():
        raise TracksError(f"{path}: is no regular file; write the tracks into one first")
    with damage_told(path):
        if path.stat().st_size == 0:
            raise TracksError(f"{path}: no rows: the file is empty")
        with path.open("rb") as raw:
            magic = raw.read(16)
    if magic[:4] == b"PAR1":
        return "parquet"
    if path.suffix.lower() in (".parquet", ".pq"):
        raise TracksError(f"{path}: is called Parquet, but does not begin as one; write or copy it again")
    if magic[:4] == b"PK\x03\x04":
        raise TracksError(f"{path}: is a zip archive (or an Excel workbook); unpack it or save it as CSV")
    if magic.startswith(_PICTURES) or magic[4:8] == b"ftyp":
        raise TracksError(f"{path}: is a picture or a video, wanted a file of tracks")
    text = head(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        raise TracksError(f"{path}: no rows: the file is empty")
    if text[:1] == b"<":
        return "fcd"
    if text[:1] == b"{":
        return "ottrk"
    first = text.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    cells = [c for c in re.split(r"[,;\s]+", first) if c]
    if len(cells) >= 6 and all(_NUMBER.match(c) for c in cells):
        return "mot"
    if cells and all(_NUMBER.match(c) for c in cells):
        raise TracksError(f"{path}: line 1: wanted a header that names the columns (track,class,t,x,y), got numbers")
    return "csv"
