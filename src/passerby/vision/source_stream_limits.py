"""What may be asked for as a stream, and how long it may keep one waiting."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from passerby.errors import InputError
from passerby.vision.trouble import shown

SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})


@dataclass(frozen=True)
class StreamLimits:
    """How long a stream may keep one waiting, in seconds, and how it is asked again.

    open_s: to connect and find the video. read_s: without any picture before it is asked anew. stalled_s: without a
    picture before it is called stalled. The wait before asking anew starts at first_wait_s, doubles up to
    longest_wait_s with up to half taken off at random (cameras that failed together do not come back together), and
    starts over once pictures came for settled_s. transport: of RTSP, "tcp" or "udp".
    """

    open_s: float = 10.0
    read_s: float = 10.0
    stalled_s: float = 3.0
    first_wait_s: float = 0.5
    longest_wait_s: float = 30.0
    settled_s: float = 10.0
    transport: str = "tcp"

    def wait_s(self, failures: int, chance: float) -> float:
        """Seconds before asking anew after so many failures in a row; chance in 0..1."""
        whole = min(self.longest_wait_s, self.first_wait_s * 2.0 ** min(failures, 30))
        return whole * (0.5 + 0.5 * chance)


def checked(url: str) -> str:
    """The address to show; InputError if it cannot be a stream's."""
    try:
        parts = urlsplit(url)
        scheme, host, _ = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        raise InputError("the stream's address cannot be read; wanted is scheme://host:port/path") from None
    if scheme not in SCHEMES:
        raise InputError(f"{shown(url)}: {scheme} streams are not read; wanted are {', '.join(sorted(SCHEMES))}")
    if not host:
        raise InputError(f"{shown(url)}: the address names no host; wanted is {scheme}://host:port/path")
    return shown(url)
