"""What went wrong with a source, in words that hold no address, user name or password."""

from __future__ import annotations

import errno
import re
from urllib.parse import urlsplit

import av
import av.error

SECRET = re.compile(r"(?i)\b(user\w*|login|pass\w*|pwd|token|key|auth\w*|secret|sig\w*)[=:_][^&/;?#]*")

_SENTENCES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (av.error.HTTPUnauthorizedError, "the user name or password was refused"),
    (av.error.HTTPForbiddenError, "access was refused"),
    (av.error.HTTPNotFoundError, "there is no such stream at this address"),
    (av.error.HTTPClientError, "the server refused the request"),
    (av.error.HTTPServerError, "the server reports a fault of its own"),
    (av.error.ConnectionRefusedError, "nobody answers at this address and port"),
    ((av.error.ExitError, av.error.TimeoutError), "nothing came within the time allowed"),
    ((av.error.ConnectionResetError, av.error.BrokenPipeError), "the other side broke the connection off"),
    (av.error.ConnectionAbortedError, "the connection was broken off"),
    (av.error.EOFError, "the stream ended"),
    (av.error.InvalidDataError, "what came is no video that can be read"),
    (av.error.DecoderNotFoundError, "its codec is unknown here"),
    (av.error.DemuxerNotFoundError, "its format is unknown here"),
    (av.error.ProtocolNotFoundError, "its protocol is unknown here"),
    (av.error.PermissionError, "reading it is not permitted"),
    (av.error.FileNotFoundError, "it is not there"),
    (MemoryError, "there is not enough memory"),
)


def trouble(error: BaseException) -> str:
    """A clause on what went wrong; FFmpeg's own text is left out where it may hold the address."""
    for kinds, clause in _SENTENCES:
        if isinstance(error, kinds):
            return clause
    if isinstance(error, OSError) and error.errno == errno.EIO:
        return "the connection broke off"
    if isinstance(error, TimeoutError) and not error.strerror:
        return "nothing came within the time allowed"
    if isinstance(error, (av.error.FFmpegError, OSError)) and error.strerror:
        return re.sub(r"\S*://\S*", "the address", error.strerror).rstrip(".").lower()
    return f"an unexpected {type(error).__name__}"


def shown(url: str) -> str:
    """The address as it may be shown: without user name, password, query, or anything that looks like a secret."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{SECRET.sub(lambda m: f'{m[1]}=***', parts.path)}{'?...' if parts.query else ''}"
