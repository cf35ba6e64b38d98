"""What a running junction tells those who look on, as bytes: messages, and how both sides prove that they know the key.

A message is its length (4 bytes, big endian), its kind (1 byte) and its content. Contents are JSON; that of rows ends
with the rows as records of fixed length. Nothing is pickled, and nothing that comes is believed before it has been
checked. The proof is that of ISO/IEC 9798-4: HMAC-SHA256 over both sides' random numbers and the prover's name.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from passerby.tracks.classes import CLASSES
from passerby.tracks.record import Tracks, empty_tracks

VERSION: Final = 1
LONGEST: Final = 32 << 20
NONCE: Final = 32
_HELLO: Final = b"passerby live 1\n"
STATES: Final = ("ok", "late", "lost", "unsure")
_MOST_IDS: Final = 100_000

ROW: Final = np.dtype(
    [
        *(("track", "<u4"), ("cls", "u1"), ("t", "<f8"), ("x", "<f8"), ("y", "<f8")),
        *(("length", "<f4"), ("width", "<f4"), ("heading", "<f4")),
    ]
)


class NotUnderstoodError(ConnectionError):
    """The other side says something that is no message, or does not know the key."""


@dataclass(frozen=True)
class Greeting:
    """The first message. run: random, another in every run. site_sha256: of the site.toml that it runs by."""

    run: str
    site_sha256: str
    version: int = VERSION


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows as they came. reached: up to where all have come (epoch s), as a camera knows. anew: time begins anew.

    lights: the state of each signal as far as it is known.
    """

    tracks: Tracks
    reached: float | None = None
    anew: bool = False
    lights: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """How every camera, or what stands for one, is doing, and the lights meanwhile; each second."""

    cameras: list[dict[str, Any]]
    lights: Mapping[str, str]


@dataclass(frozen=True)
class End:
    """The run ends. failure: the sentence it ends with, where something went wrong."""

    failure: str = ""


Message = Greeting | Rows | Report | End
_KINDS: Final[dict[bytes, type[Greeting] | type[Report] | type[End]]] = {b"G": Greeting, b"C": Report, b"E": End}
_NAMES: Final = {kind: name for name, kind in _KINDS.items()}


def encoded(message: Message) -> bytes:
    """A message as it is sent."""
    if isinstance(message, Rows):
        name, content = b"R", _rows_out(message)
    else:
        name, content = _NAMES[type(message)], json.dumps(asdict(message)).encode()
    return struct.pack(">I", len(content) + 1) + name + content


def decoded(data: bytes) -> Message:
    """A message from its kind and content. NotUnderstoodError where it is none."""
    name, content = data[:1], data[1:]
    try:
        if name == b"R":
            return _rows_in(content)
        message = _KINDS[name](**json.loads(content))
        if isinstance(message, Greeting) and message.version != VERSION:
            raise NotUnderstoodError(f"the running junction speaks version {message.version}, wanted {VERSION}")
        if isinstance(message, Report):
            _check_report(message)
        return message
    except (ValueError, TypeError, KeyError, IndexError, struct.error) as e:
        raise NotUnderstoodError(f"what the running junction says is no message: {e}") from e


def _rows_out(rows: Rows) -> bytes:
    tracks = rows.tracks
    used, number = np.unique(tracks.track, return_inverse=True)
    ids = [tracks.ids[i] for i in used.tolist()]
    records = np.empty(len(tracks), ROW)
    records["track"] = number
    for name in ("cls", "t", "x", "y", "length", "width", "heading"):
        records[name] = getattr(tracks, name)
    head = {"ids": ids, "reached": rows.reached, "anew": rows.anew, "lights": dict(rows.lights)}
    text = json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + records.tobytes()


def _rows_in(content: bytes) -> Rows:
    (length,) = struct.unpack_from(">I", content)
    head = json.loads(content[4 : 4 + length])
    records = np.frombuffer(content, ROW, offset=4 + length) if len(content) > 4 + length else np.empty(0, ROW)
    ids = tuple(str(i) for i in head["ids"])
    reached = None if head["reached"] is None else float(head["reached"])
    lights = {str(s): str(state) for s, state in head["lights"].items()}
    if not len(records):
        return Rows(empty_tracks(), reached, bool(head["anew"]), lights)
    finite = all(bool(np.isfinite(records[c]).all()) for c in ("t", "x", "y"))
    if not finite or len(ids) > _MOST_IDS or records["track"].max() >= len(ids) or records["cls"].max() >= len(CLASSES):
        raise ValueError("rows that are none")
    # a signalling NaN is a NaN
    with np.errstate(invalid="ignore"):
        real = [records[c].astype(np.float64) for c in ("t", "x", "y", "length", "width", "heading")]
    track, cls = (records[c].astype(np.int64) for c in ("track", "cls"))
    return Rows(Tracks(ids, track, cls, *real), reached, bool(head["anew"]), lights)


def _check_report(report: Report) -> None:
    for camera in report.cameras:
        if not isinstance(camera.get("camera"), str) or camera.get("state") not in STATES:
            raise ValueError("a camera without a name and a state")
    if not all(isinstance(v, str) for v in report.lights.values()):
        raise ValueError("lights without states")


def challenge() -> tuple[bytes, bytes]:
    """What a junction says first to who connects, and the random number in it."""
    nonce = secrets.token_bytes(NONCE)
    return _HELLO + nonce, nonce


def proof_of_junction(key: bytes, nonce: bytes, answer: bytes) -> bytes:
    """What answers an onlooker's random number and proof; NotUnderstoodError where it is no proof.

    nonce: that of the challenge. answer: 2 * NONCE bytes.
    """
    theirs, proof = answer[:NONCE], answer[NONCE:]
    if not hmac.compare_digest(proof, _proof(key, b"onlooker", nonce, theirs)):
        raise NotUnderstoodError("who wants to look on does not know the key")
    return _proof(key, b"junction", theirs, nonce)


def prove_to_junction(sock: socket.socket, key: bytes, timeout_s: float) -> None:
    """Prove to a junction that this side knows the key, and let it prove it too; the key itself is never sent.

    OSError where it does not, in time.
    """
    until = time.monotonic() + timeout_s
    sock.settimeout(timeout_s)
    hello = received(sock, len(_HELLO) + NONCE, until)
    if not hello.startswith(_HELLO):
        raise NotUnderstoodError("who answers is no running junction of this version")
    theirs, mine = hello[len(_HELLO) :], secrets.token_bytes(NONCE)
    sock.sendall(mine + _proof(key, b"onlooker", theirs, mine))
    proof = received(sock, NONCE, until)
    if not hmac.compare_digest(proof, _proof(key, b"junction", mine, theirs)):
        raise NotUnderstoodError("who answers does not know the key")


def received(sock: socket.socket, n: int, until: float) -> bytes:
    """Exactly n bytes by an instant of the monotonic clock; ConnectionError at the end of the stream."""
    data = b""
    while len(data) < n:
        sock.settimeout(max(until - time.monotonic(), 0.001))
        part = sock.recv(n - len(data))
        if not part:
            raise ConnectionError("the other side has hung up")
        data += part
    return data


def _proof(key: bytes, who: bytes, theirs: bytes, mine: bytes) -> bytes:
    return hmac.digest(key, who + b"\0" + theirs + mine, "sha256")
