"""Pictures, films and sound, recognised by their bytes (the formats' published signatures), never by a name."""

from __future__ import annotations

import base64
import binascii
import mmap
import re
from collections.abc import Iterator
from typing import Final

Bytes = bytes | mmap.mmap

_PREFIXES: Final = (
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (b"GIF87a", "GIF picture"),
    (b"GIF89a", "GIF picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"II+\x00", "TIFF picture"),
    (b"MM\x00+", "TIFF picture"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 picture"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL picture"),
    (b"8BPS", "Photoshop picture"),
    (b"qoif", "QOI picture"),
    (b"v/1\x01", "OpenEXR picture"),
    (b"\x1aE\xdf\xa3", "Matroska/WebM video"),
    (b"FLV\x01", "Flash video"),
    (b"YUV4MPEG2", "raw video"),
    (b"DKIF", "IVF video"),
    (b"0&\xb2u\x8ef\xcf\x11", "Windows Media video"),
    (b"\x00\x00\x01\xba", "MPEG video"),
    (b"\x00\x00\x01\xb3", "MPEG video"),
    (b"\x00\x00\x00\x01\x67", "H.264 video"),
    (b"\x00\x00\x00\x01\x27", "H.264 video"),
    (b"\x00\x00\x00\x01\x40\x01", "H.265 video"),
    (b"\x00\x00\x00\x01\x42\x01", "H.265 video"),
    (b"OggS", "Ogg sound or video"),
    (b"fLaC", "FLAC sound"),
    (b"ID3\x02", "MP3 sound"),
    (b"ID3\x03", "MP3 sound"),
    (b"ID3\x04", "MP3 sound"),
)
_RIFF: Final = {b"WEBP": "WebP picture", b"AVI ": "AVI video", b"WAVE": "WAVE sound"}
_STILL_BRANDS: Final = {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}

# Inside other bytes only signatures long enough that chance does not produce them are looked for.
_CARVED: Final = re.compile(
    rb"(?P<JPEG>\xff\xd8\xff\xe0..JFIF\x00|\xff\xd8\xff\xe1..Exif\x00|\xff\xd8\xff\xdb\x00[\x43\x84]\x00)"
    rb"|(?P<PNG>\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR)"
    rb"|(?P<GIF>GIF8[79]a.{4}[\x80-\xff]\x00\x00)"
    rb"|(?P<WebP>RIFF.{4}WEBPVP8[ LX])"
    rb"|(?P<AVI>RIFF.{4}AVI LIST)"
    rb"|(?P<MP4>ftyp(?:isom|iso[2-6]|mp4[12]|avc1|qt  |M4V |heic|heix|mif1|avif|3gp[45]))"
    rb"|(?P<Matroska>\x1aE\xdf\xa3.{0,40}(?:webm|matroska))",
    re.DOTALL,
)
_DATA_URI: Final = re.compile(rb"data:\s*((?:image|video|audio)/[\w.+-]+)[^,\"'<>\s]{0,80}?;\s*base64\s*,", re.I)
_BASE64_HEAD: Final = re.compile(
    rb"(?<![A-Za-z0-9+/])(?:/9j/|iVBORw0KGgo|R0lGOD[dl]h|UklGR|AAAA[A-Za-z0-9+/]{2}Z0eXA|GkXfo)[A-Za-z0-9+/]{64}"
)
_HEX_HEAD: Final = re.compile(rb"(?:ffd8ff(?:e0|e1|db)|89504e470d0a1a0a|474946383[79]61)[0-9a-f]{128}", re.I)
_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/\s]*={0,2}")
_LINKED: Final = re.compile(
    rb"(?:<(?:img|video|source|image|embed|iframe)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?|\burl\(\s*[\"']?)"
    rb"((?:https?|rtsps?|ftp):[^\"'\s>)]+)",
    re.I,
)
_PDF_IMAGE: Final = re.compile(rb"/Subtype\s*/Image\b")
_MAX_RUN: Final = 64 << 20


def media_kind(head: bytes) -> str | None:
    """What a file is whose first bytes (best 512) these are, if it is a picture, film or sound; else None."""
    for prefix, kind in _PREFIXES:
        if head.startswith(prefix):
            return kind
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return "HEIF/AVIF picture" if head[8:12] in _STILL_BRANDS else "MP4/QuickTime video"
    if head[:2] == b"BM" and len(head) >= 30 and head[6:10] == bytes(4) and head[14:18] in _BMP_HEADERS:
        return "BMP picture"
    if re.match(rb"P[1-6][\r\n]\s*(?:#[^\n]*\n\s*)*\d+\s+\d+\s", head):
        return "PNM picture"
    if re.match(rb"P7\nWIDTH ", head):
        return "PAM picture"
    if len(head) > 376 and head[0] == head[188] == head[376] == 0x47 and not _ascii_text(head):
        return "MPEG transport stream"
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"):
        return "MP3 sound"
    return None


def _ascii_text(head: bytes) -> bool:
    return head.isascii() and b"\0" not in head


_BMP_HEADERS: Final = {n.to_bytes(4, "little") for n in (12, 40, 52, 56, 64, 108, 124)}


def carved(data: Bytes) -> list[tuple[int, str]]:
    """Places in other bytes (from the second on) at which a picture or film begins, and of which kind."""
    return [(m.start(), str(m.lastgroup)) for m in _CARVED.finditer(data) if m.start() > 0]


def encoded(data: Bytes) -> Iterator[tuple[str, bytes]]:
    """Pictures, films and sound written as text (data URIs, bare base64, hexadecimal): what, and their bytes."""
    seen = set()
    for m in _DATA_URI.finditer(data):
        seen.add(m.end())
        raw = _decoded(data, m.end())
        yield f"data URI of {m[1].decode('ascii').lower()}", raw
    for m in _BASE64_HEAD.finditer(data):
        if m.start() not in seen:
            raw = _decoded(data, m.start())
            if kind := media_kind(raw[:512]):
                yield f"base64 text of a {kind}", raw
    for m in _HEX_HEAD.finditer(data):
        yield "hexadecimal text of a picture", bytes.fromhex(m[0].decode("ascii"))


def linked(data: Bytes) -> list[str]:
    """Addresses of pictures and films elsewhere that a page would load."""
    return [m[1].decode("utf-8", "replace") for m in _LINKED.finditer(data)]


def pdf_images(data: Bytes) -> int:
    """How many pictures a PDF holds (their dictionaries are never compressed: ISO 32000-1, 7.5.7)."""
    return sum(1 for _ in _PDF_IMAGE.finditer(data))


def _decoded(data: Bytes, start: int) -> bytes:
    run = _BASE64_RUN.match(data, start, start + _MAX_RUN)
    text = re.sub(rb"\s", b"", run[0]) if run else b""
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4))
    except binascii.Error:
        return base64.b64decode(text[: len(text) // 4 * 4])
