"""Searches everything a program wrote for pictures of people who passed a camera, in any wrapping it knows of.

Kept apart from `passerby privacy verify` on purpose: it shares none of its code, and it knows how the people look.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from passerby.vision.frame import Picture

LEAST, MARGIN = 0.8, 0.04
"""A picture shows somebody from this correlation on, and this much more than anything innocent has."""
RUN = 24
DEEPEST = 5
SCALES = 2.0 ** (np.array([0, *range(-9, 0), 1, 2, 3]) / 3)
MOST_BYTES = 256 << 20

_VIDEO = (
    re.compile(rb"ftyp(?:isom|iso[2-6]|mp4[12]|avc1|qt  |M4V )"),
    re.compile(rb"\x1aE\xdf\xa3.{0,40}(?:webm|matroska)", re.DOTALL),
    re.compile(rb"RIFF.{4}AVI LIST", re.DOTALL),
    re.compile(rb"YUV4MPEG2 "),
    re.compile(rb"\x00\x00\x00\x01\x67[\x42\x4d\x58\x64\x6e]"),
    re.compile(rb"DKIF\x00\x00 \x00"),
)
_PICTURE = re.compile(
    rb"\xff\xd8\xff[\xc0-\xfe]|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBPVP8|BM.{4}\x00\x00\x00\x00.{4}[\x0c\x28\x6c\x7c]\x00"
    rb"|II\*\x00|MM\x00\*|\x00\x00\x00\x0cjP  |P[2356]\s\d+\s\d+\s\d+\s|ftypavif|ftyphei[cx]|v/1\x01",
    re.DOTALL,
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-\r\n]{80,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}){48,}")
_NUMBERS = re.compile(rb"(?:\d{1,3}[,;\s]+){23,}\d{1,3}")


@dataclass(frozen=True, eq=False)
class Passers:
    """What to look for: people cut out of frames (grey), how alike a picture must be to show each, runs of bytes."""

    cuts: list[Picture]
    limits: list[float]
    runs: frozenset[bytes]

    @cached_property
    def starts(self) -> np.ndarray:
        """(RUN / 2, 65536): whether two bytes stand at that place of any run."""
        table = np.zeros((RUN // 2, 1 << 16), bool)
        pairs = np.frombuffer(b"".join(self.runs), "<u2").reshape(-1, RUN // 2)
        table[np.arange(RUN // 2), pairs] = True
        return table

    def in_bytes(self, data: bytes) -> bool:
        """Whether any of the runs is in the bytes."""
        if len(data) < RUN or not self.runs:
            return False
        one = np.frombuffer(data, np.uint8)
        pairs = one[:-1].astype(np.uint16) | (one[1:].astype(np.uint16) << 8)
        at = np.flatnonzero(self.starts[0][pairs[: len(one) - RUN + 1]])
        for k in range(1, RUN // 2):
            at = at[self.starts[k][pairs[at + 2 * k]]]
        return any(data[i : i + RUN] in self.runs for i in at.tolist())


def passers_of(frames: Sequence[Picture], boxes: Sequence[np.ndarray], most: int = 12) -> Passers:
    """The people in frames (BGR, (h, w, 3)) at boxes (per frame (n, 4)); only those unlike the empty street there.

    How alike is alike is measured on what is innocent: the empty street and plain dark and light figures.
    """
    street = np.median(np.stack(frames[:: max(1, len(frames) // 25)]), axis=0).astype(np.uint8)
    empty = cv2.cvtColor(street, cv2.COLOR_BGR2GRAY)
    bare = _layers(street)
    cuts: list[Picture] = []
    runs: dict[bytes, None] = {}
    for frame, rows in zip(frames, boxes, strict=True):
        layers = None
        for x0, y0, x1, y1 in rows:
            dx, dy = 0.15 * (x1 - x0), 0.08 * (y1 - y0)
            a, b, c, d = (int(v) for v in (y0 + dy, y1 - dy, x0 + dx, x1 - dx))
            if a < 0 or c < 0 or b > empty.shape[0] or d > empty.shape[1] or d - c < 10 or b - a < 30:
                continue
            grey = cv2.cvtColor(frame[a:b, c:d], cv2.COLOR_BGR2GRAY)
            if grey.std() < 15 or abs(alike(grey, empty[a:b, c:d])) > 0.45:
                continue
            cuts.append(grey)
            layers = layers or _layers(frame)
            runs.update(dict.fromkeys(_runs(layers, bare, a, b, c, d)))
    cuts = cuts[:: max(1, len(cuts) // most)][:most]
    innocent = [empty, *_figures(empty.shape)]
    limits = [max(LEAST, *(_best(p, cut, 1.0) + MARGIN for p in innocent)) for cut in cuts]
    telling = [k for k, limit in enumerate(limits) if limit < 0.93]
    return Passers([cuts[k] for k in telling], [limits[k] for k in telling], frozenset(runs))


Layer = tuple[Picture, int, float]


def _layers(frame: Picture) -> list[Layer]:
    """A frame as rows of bytes: each order of colours, each channel, grey and luma as they are and shrunk."""
    layers: list[Layer] = [(frame.reshape(len(frame), -1), 3, 1.0)]
    layers += [(np.ascontiguousarray(frame[:, :, ::-1]).reshape(len(frame), -1), 3, 1.0)]
    layers += [(channel, 1, 1.0) for channel in cv2.split(frame)]
    for whole in (cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), _luma(frame)):
        layers.append((whole, 1, 1.0))
        for part in (2, 3, 4):
            size = (whole.shape[1] // part, whole.shape[0] // part)
            for how in (cv2.INTER_AREA, cv2.INTER_NEAREST):
                layers.append((cv2.resize(whole, size, interpolation=how), 1, 1 / part))
    return layers


def _runs(layers: list[Layer], bare: list[Layer], top: int, bottom: int, left: int, right: int) -> Iterator[bytes]:
    """Runs of RUN bytes out of somebody's rows, where they are unlike the empty street's."""
    for (rows, channels, scale), (without, _, _) in zip(layers, bare, strict=True):
        for share in (0.3, 0.6):
            y = int((top + share * (bottom - top)) * scale)
            start = max(0, int((left + right) / 2 * scale) * channels - RUN // 2)
            run = rows[y, start : start + RUN]
            if len(run) == RUN and run.std() >= 8 and difference(run, without[y, start : start + RUN]) > 12:
                yield run.tobytes()


def _figures(shape: tuple[int, ...]) -> Iterator[Picture]:
    """Plain figures of every size, dark on light and the reverse, such as silhouettes are."""
    for paper, ink in ((240, 60), (60, 200)):
        canvas = np.full(shape[:2], paper, np.uint8)
        x, height = 12, 24
        while x < shape[1] - height // 3 and height < shape[0] - 12:
            cv2.circle(canvas, (x + height // 6, 8 + height // 8), max(2, height // 9), ink, -1)
            cv2.rectangle(canvas, (x, 8 + height // 4), (x + height // 3, 8 + height), ink, -1)
            cv2.line(canvas, (x + height // 6, 8 + height * 2 // 3), (x + height // 6, 8 + height), paper, 2)
            x, height = x + height // 2 + 14, int(height * 1.2)
        yield canvas


def _luma(frame: Picture) -> Picture:
    height, width = (n // 2 * 2 for n in frame.shape[:2])
    return np.asarray(cv2.cvtColor(frame[:height, :width], cv2.COLOR_BGR2YUV_I420)[:height], np.uint8)


def alike(a: Picture, b: Picture) -> float:
    """Correlation of two pictures of one size."""
    x, y = (p.astype(float) - p.mean() for p in (a, b))
    power = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / power if power > 1e-9 else 0.0


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Mean difference of two runs."""
    return float(np.abs(a.astype(int) - b).mean())


def leaks_in(folder: Path, passers: Passers) -> list[str]:
    """Every place under a folder where somebody is to be seen, or a film lies: `file!member: what`."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        name = str(path.relative_to(folder))
        for where, data in _unwrapped(name, path.read_bytes(), DEEPEST):
            found += [f"{where}: {what}" for what in _in_bytes(data, passers)]
        found += [f"{name}: {what}" for what in _in_bytes(name.encode(), passers)]
    return found


def _in_bytes(data: bytes, passers: Passers) -> Iterator[str]:
    for pattern in _VIDEO:
        if pattern.search(data):
            yield "film"
    if passers.in_bytes(data):
        yield "pixels of somebody as bytes"
    for kind in (np.float32, np.float64, np.uint16, np.int32, np.int64):
        if any(passers.in_bytes(narrow) for narrow in _narrowed(data, kind)):
            yield f"pixels of somebody as {np.dtype(kind).name}"
    for text in _NUMBERS.findall(data[: 32 << 20]):
        values = np.array(re.split(rb"[,;\s]+", text)).astype(int)
        if values.max() < 256 and passers.in_bytes(values.astype(np.uint8).tobytes()):
            yield "pixels of somebody as written numbers"
            break
    for picture in _pictures(data):
        if shows(picture, passers):
            yield f"picture of somebody, {picture.shape[1]}x{picture.shape[0]}"


def _narrowed(data: bytes, kind: type) -> Iterator[bytes]:
    """The bytes as an array of wider numbers, 0 to 255 or 0 to 1, at every alignment, brought back to one byte each."""
    size = np.dtype(kind).itemsize
    if len(data) < RUN * size or len(data) > 64 << 20:
        return
    for start in range(size):
        values = np.frombuffer(data, kind, (len(data) - start) // size, start)
        with np.errstate(all="ignore"):
            near = np.nan_to_num(values.astype(float), nan=-1, posinf=-1, neginf=-1)
            usable = (near >= 0) & (near <= 255)
            if usable.mean() > 0.02:
                yield np.where(usable, np.round(near), 0).astype(np.uint8).tobytes()
            small = (near > 1e-3) & (near <= 1)
            if np.issubdtype(kind, np.floating) and small.mean() > 0.02:
                yield np.where(small, np.round(near * 255), 0).astype(np.uint8).tobytes()


def shows(picture: Picture, passers: Passers) -> bool:
    """Whether somebody is to be seen in a grey picture, at an eighth to twice the size, blurred, or as a negative."""
    shrink = min(1.0, 640 / max(picture.shape))
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else picture
    if min(small.shape) < 8 or small.std() < 2:
        return False
    return any(_best(small, cut, limit) >= limit for cut, limit in zip(passers.cuts, passers.limits, strict=True))


def _best(picture: Picture, cut: Picture, enough: float) -> float:
    """Greatest correlation of a cut, at any scale, with any place in a picture, negatives too."""
    best = 0.0
    for scale in SCALES:
        size = (round(cut.shape[1] * scale), round(cut.shape[0] * scale))
        if size[0] < 7 or size[1] < 16 or size[0] > picture.shape[1] or size[1] > picture.shape[0]:
            continue
        template = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        scores = cv2.matchTemplate(picture, template, cv2.TM_CCOEFF_NORMED)
        best = max(best, float(np.abs(scores[np.isfinite(scores)]).max(initial=0)))
        if best >= enough:
            break
    return best


def _pictures(data: bytes) -> Iterator[Picture]:
    """Everything in the bytes that decodes to a picture, grey."""
    for at in _PICTURE.finditer(data):
        start = at.start() - 4 if at[0].startswith(b"ftyp") else at.start()
        picture = cv2.imdecode(np.frombuffer(data, np.uint8, offset=max(0, start)), cv2.IMREAD_GRAYSCALE)
        if picture is not None:
            yield np.asarray(picture, np.uint8)
    if data[:6] == b"\x93NUMPY":
        yield from _planes(np.load(io.BytesIO(data), allow_pickle=False))


def _planes(array: np.ndarray) -> Iterator[Picture]:
    """An array of numbers as pictures: whatever two long axes it has."""
    if array.dtype.kind not in "uifb" or array.ndim < 2:
        return
    if array.shape[-1] in (1, 3, 4) and array.ndim >= 3:
        array = array[..., 0]
    if min(array.shape[-2:]) < 8:
        return
    for plane in array.reshape(-1, *array.shape[-2:])[:200]:
        values = np.nan_to_num(plane.astype(float))
        low, high = values.min(), values.max()
        if high > low:
            yield ((values - low) * (255 / (high - low))).astype(np.uint8)


def _unwrapped(name: str, data: bytes, depth: int) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if depth == 0 or len(data) > MOST_BYTES:
        return
    for part, inner in _parts(data):
        yield from _unwrapped(f"{name}!{part}", inner, depth - 1)


def _parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        yield from _members(data)
    except (OSError, EOFError, ValueError, RuntimeError, zlib.error, lzma.LZMAError, pa.ArrowException) as e:
        if data[:4] in (b"PK\x03\x04", b"PAR1") or data[:2] == b"\x1f\x8b":
            yield f"unread ({type(e).__name__})", b""
    if data[:6] == b"\x93NUMPY":
        return
    for k, m in enumerate(_BASE64.finditer(data)):
        text = re.sub(rb"[\r\n]", b"", m[0]).replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        for shift in range(4):
            body = text[shift:]
            body = body[:-1] if len(body) % 4 == 1 else body + b"=" * (-len(body) % 4)
            try:
                yield f"base64 {k}", base64.b64decode(body)
            except (binascii.Error, ValueError):
                continue
    for k, m in enumerate(_HEX.finditer(data)):
        yield f"hex {k}", bytes.fromhex(m[0].decode("ascii"))


def _members(data: bytes) -> Iterator[tuple[str, bytes]]:
    head = data[:8]
    if head[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for item in archive.namelist():
                yield item, archive.read(item)
    elif head[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(data)
    elif head[:3] == b"BZh":
        yield "bzip2", bz2.decompress(data)
    elif head[:6] == b"\xfd7zXZ\x00":
        yield "xz", lzma.decompress(data)
    elif head[:4] == b"\x28\xb5\x2f\xfd":
        yield "zstd", pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    elif head[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        yield "zlib", zlib.decompress(data)
    elif data[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for item in archive:
                member = archive.extractfile(item) if item.isfile() else None
                if member is not None:
                    yield item.name, member.read()
    elif head[:4] == b"PAR1":
        yield from _columns(pyarrow.parquet.read_table(pa.BufferReader(data)))
    elif head[:6] == b"ARROW1":
        yield from _columns(pyarrow.ipc.open_file(pa.BufferReader(data)).read_all())


def _columns(table: pa.Table) -> Iterator[tuple[str, bytes]]:
    for name in table.column_names:
        column = table[name].combine_chunks()
        for buffer in _buffers(column):
            yield name, buffer
        if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type) or pa.types.is_string(column.type):
            for k, value in enumerate(column.to_pylist()):
                if value and len(value) >= RUN:
                    yield f"{name}[{k}]", value if isinstance(value, bytes) else value.encode()


def _buffers(column: pa.Array | pa.ChunkedArray) -> Iterator[bytes]:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    for chunk in chunks:
        for buffer in chunk.buffers():
            if buffer is not None and buffer.size >= RUN:
                yield buffer.to_pybytes()
