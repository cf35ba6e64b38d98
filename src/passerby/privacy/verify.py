"""`verify`: read a whole data folder and name everything by which a person could be recognised."""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from passerby.errors import PasserbyError, PrivacyError
from passerby.privacy import columns, media
from passerby.privacy.contents import Piece, pieces
from passerby.privacy.finding import Finding
from passerby.privacy.plates import STILL, Plate, is_certificate, read_certificates
from passerby.privacy.published import K, check_published, noise, stated
from passerby.privacy.retention import check_delta, check_file, delta_properties
from passerby.privacy.tabular import json_values, records, tables, text_of
from passerby.privacy.track_ids import TrackIds
from passerby.store.audit import AuditError
from passerby.store.audit import verify as verify_audit
from passerby.store.ttl import EPSILON_PROPERTY, PUBLISHED_PROPERTY

LEFTOVER: Final = re.compile(
    r".*(\.tmp|\.temp|\.part|\.partial|\.swp|\.bak|~|\.crdownload)|.*\.(json|parquet)#\d+", re.I
)
PERSON: Final = "somebody could be recognised by it"
REMOVE: Final = "delete it, and find out what wrote it"


def verify(
    folder: Path | str, now: datetime | None = None, k: int = K, progress: Callable[[str], None] | None = None
) -> list[Finding]:
    """Everything wrong in a data folder, sorted by file; an empty list means that nothing was found.

    now: the time against which times to live are held. k: smallest group that may be published, at least 10.
    progress: called with the name of each file. What cannot be read is a finding, too: unread is unchecked.
    PrivacyError if there is no such folder.
    """
    root = Path(folder)
    if not root.is_dir():
        raise PrivacyError(f"{root}: is no folder; name the folder whose contents are to be checked")
    check = _Check(root, (now or datetime.now(UTC)).astimezone(UTC), max(k, K))
    for name, path in check.files.items():
        if progress is not None:
            progress(name)
        check.file(name, path)
    for table in check.delta:
        check.findings += check_delta(root / table, table, check.now)
    return sorted(set(check.findings + check.ids.findings()))


class _Check:
    def __init__(self, root: Path, now: datetime, k: int) -> None:
        self.root, self.now, self.k = root, now, k
        self.findings: list[Finding] = []
        self.files = dict(self._walk())
        self.delta = sorted(
            {n.rpartition("/_delta_log/")[0] or "." for n in self.files if f"/{n}".find("/_delta_log/") >= 0}
        )
        self.properties = {table: delta_properties(root / table) for table in self.delta}
        self.plates, wrong = read_certificates(self.files)
        self.findings += wrong
        self.ids = TrackIds()

    def add(self, name: str, what: str, why: str = PERSON, todo: str = REMOVE) -> None:
        self.findings.append(Finding(name, what, why, todo))

    def _walk(self) -> Iterator[tuple[str, Path]]:
        def unreadable(e: OSError) -> None:
            self.add(str(e.filename), "folder that cannot be read", "unread is unchecked", "run as one who may read it")

        for folder, subfolders, files in os.walk(self.root, onerror=unreadable):
            subfolders.sort()
            for file in sorted(files) + [s for s in subfolders if (Path(folder) / s).is_symlink()]:
                path = Path(folder) / file
                name = path.relative_to(self.root).as_posix()
                if path.is_symlink():
                    why = "what it points to is not checked"
                    self.findings.append(Finding(name, "symbolic link", why, "copy the target here", "advice"))
                elif path.is_file():
                    yield name, path
                else:
                    self.add(name, "neither file nor folder", "it cannot be checked", "remove it")

    def file(self, name: str, path: Path) -> None:
        """Everything about one file and what is inside it."""
        try:
            # a running store writes beside a file what is to take its place
            if LEFTOVER.fullmatch(path.name) and path.exists():
                self.add(name, "temporary file left behind", "it escapes every time to live", "delete it")
            if path.stat().st_mode & 0o004 and (path.name.startswith("tracks.") or name.startswith("tracks/day=")):
                todo = f"chmod o-r {name}, or close the folder above it"
                if self._reachable(path):
                    self.findings.append(
                        Finding(name, "tracks that any user may read", "the most personal table", todo, "advice")
                    )
            self.findings += check_file(path, name, self.now)
            if path.name == "audit.jsonl":
                self._audit(name, path)
            for piece in pieces(path, name):
                self._piece(piece, path)
        except FileNotFoundError:
            return  # a running store replaces its files
        except OSError as e:
            self.add(name, f"cannot be read ({e.strerror})", "unread is unchecked", "run as one who may read it")

    def _reachable(self, path: Path) -> bool:
        folders = [p for p in path.parents if p == self.root or self.root in p.parents]
        return all(p.stat().st_mode & 0o001 for p in folders)

    def _audit(self, name: str, path: Path) -> None:
        try:
            verify_audit(path)
        except AuditError as e:
            self.add(
                name, "broken audit log", str(e).removeprefix(f"{path}: "), "find out who changed it, and restore it"
            )

    def _piece(self, piece: Piece, path: Path) -> None:
        if piece.problem:
            self.add(piece.where, piece.problem, "unread is unchecked", "unpack it here, or remove it")
            return
        head = bytes(piece.data[:512])
        if kind := media.media_kind(head):
            self._media(piece.where, kind, piece.data[:])
            return
        if (head[:4] == b"\x7fELF" and head[16:18] in (b"\x04\x00", b"\x00\x04")) or head[:4] == b"MDMP":
            self.add(
                piece.where, "memory dump of a crashed process", "frames may be in it", "delete it; set ulimit -c 0"
            )
            return
        if head[:6] == b"\x93NUMPY":
            self._array(piece.where, bytes(piece.data[:]))
        if head[:5] == b"%PDF-" and media.pdf_images(piece.data):
            self.add(piece.where, "PDF with pictures in it")
        self._bytes(piece.where, piece.data)
        in_log = "/_delta_log/" in f"/{piece.where}"
        if in_log or is_certificate(path) or path.name in ("audit.jsonl", "audit.head"):
            return
        published = self._published(piece.where)
        try:
            for value in json_values(piece):
                self._json(piece.where, value, published)
            self._tables(piece, published)
        except (PasserbyError, pa.ArrowException, ValueError) as e:
            self.add(piece.where, f"cannot be read as a table ({e})", "unread is unchecked", "repair or remove it")

    def _bytes(self, where: str, data: Any) -> None:
        for at, kind in media.carved(data)[:3]:
            self.add(where, f"{kind} inside, from byte {at}")
        text = bytes(data[:]) if text_of(data) else data
        if isinstance(text, bytes) and b"\\" in text:
            text = text.replace(b"\\/", b"/").replace(b"\\n", b"\n")  # as JSON may write a slash and a line's end
        for what, raw in media.encoded(text):
            if not self._certified(raw):
                if raw.lstrip()[:5] in (b"<svg ", b"<?xml") and media.media_kind(raw) is None:
                    self._bytes(f"{where}!{what}", raw)
                else:
                    self.add(where, what)
        if text_of(data):
            for address in media.linked(text):
                if re.search(r"\.(jpe?g|png|webp|gif|mp4|webm|m3u8|mjpe?g|avi)\b|^rtsp|snapshot|stream", address, re.I):
                    self.add(where, f"picture or film loaded from {address[:80]}", PERSON, "draw it instead")

    def _media(self, where: str, kind: str, data: bytes) -> None:
        if kind in STILL and self._certified(data):
            return
        self.add(where, kind if "!" not in where else f"{kind} inside")

    def _certified(self, data: bytes) -> bool:
        plate: Plate | None = self.plates.get(hashlib.sha256(data).hexdigest())
        return plate is not None and media.media_kind(data[:512]) in STILL

    def _array(self, where: str, data: bytes) -> None:
        try:
            array = np.load(io.BytesIO(data), allow_pickle=False)
        except ValueError as e:
            self.add(where, f"array that cannot be read ({e})", "unread is unchecked", "remove it")
            return
        if array.dtype == np.uint8 and sum(side >= 8 for side in array.shape) >= 2:
            self.add(where, f"array of bytes of shape {array.shape}, such as pictures have")
        elif array.ndim == 2 and array.dtype.kind == "f" and array.shape[1] >= columns.EMBEDDING_DIMENSIONS:
            self.add(where, f"array of {array.shape[1]} reals per row, such as embeddings have")

    def _tables(self, piece: Piece, published: bool) -> None:
        noisy = self._noisy(piece.where)
        seen: set[str] = set()
        packed = not text_of(piece.data)
        for table in tables(piece):
            self._one(piece.where, table, seen, packed)
            if published and table.num_rows:
                self.findings += check_published(piece.where, table, self.k, noisy)
            self.ids.add(piece.where, table)

    def _one(self, where: str, table: pa.Table, seen: set[str], packed: bool) -> None:
        for name in columns.field_names(table.schema):
            if name not in seen and (word := columns.identifier(name, table=True)):
                seen.add(name)
                self.add(where, f'column "{name}" looks like an identifier ({word})', PERSON, "drop the column")
        for name in columns.embedding_columns(table):
            self.add(where, f'column "{name}" looks like an embedding', PERSON, "drop the column")
        for field in table.schema:
            if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type):
                for value in table[field.name].to_pylist():
                    if value and (kind := media.media_kind(value[:512])) and not self._certified(value):
                        self.add(where, f'{kind} in column "{field.name}"')
                        break
            elif pa.types.is_string(field.type) and field.name not in seen:
                distinct = table[field.name].unique().to_pylist()
                if what := columns.telling_values(distinct):
                    seen.add(field.name)
                    self.add(where, f'column "{field.name}" holds {what}', PERSON, "drop the column")
                for value in distinct if packed else ():
                    if value and len(value) > 80:
                        self._bytes(where, value.encode())

    def _json(self, where: str, value: Any, published: bool) -> None:
        todo = [value]
        named: set[str] = set()
        while todo:
            item = todo.pop()
            if isinstance(item, dict):
                named.update(item)
                todo += item.values()
            elif isinstance(item, list):
                if columns.looks_embedded(item):
                    self.add(where, f"list of {len(item)} reals that looks like an embedding")
                todo += [x for x in item if isinstance(x, dict | list)]
        for name in named:
            if word := columns.identifier(name, table=False):
                self.add(where, f'key "{name}" looks like an identifier ({word})', PERSON, "drop it")
        for table in records(value):
            self.ids.add(where, table)
            if published:
                self.findings += check_published(where, table, self.k, self._noisy(where))

    def _table_of(self, where: str) -> str | None:
        return next((t for t in self.delta if where.startswith(f"{t}/") or t == "."), None)

    def _published(self, where: str) -> bool:
        if where.rpartition("/")[2] == "published.json":
            return False
        table = self._table_of(where)
        marked = table is not None and self.properties[table].get(PUBLISHED_PROPERTY, "").lower() == "true"
        return marked or "published" in [*where.split("/")[:-1], self.root.name]

    def _noisy(self, where: str) -> bool:
        table = self._table_of(where)
        if table is not None and stated(self.properties[table].get(EPSILON_PROPERTY)):
            return True
        return noise((self.root / where.partition("!")[0]).parent)
