"""Tiles of a map under operators' plans, if a server of tiles is configured; the public screen never asks for any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from passerby.errors import InputError

_HOST: Final = re.compile(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]")
_SAFE: Final = re.compile(r"[A-Za-z0-9\-._~:/?@!$&()*+,=%{}]+")


@dataclass(frozen=True)
class Tiles:
    """A server of map tiles (Web Mercator, 256 px): its address with {z}, {x} and {y}, and whom to name for them."""

    url: str
    attribution: str = ""

    def __post_init__(self) -> None:
        found = urlsplit(self.url)
        if found.scheme not in ("http", "https") or not _HOST.fullmatch(self._host):
            wanted = "https://tiles.example.org/{z}/{x}/{y}.png"
            raise InputError(f'tiles: wanted an address such as {wanted}, got "{self.url}"')
        if found.username is not None or not _SAFE.fullmatch(self.url):
            raise InputError(f'tiles: wanted an address without a password, blanks or quotes in it, got "{self.url}"')
        missing = [name for name in ("{z}", "{x}", "{y}") if name not in self.url.replace("{-y}", "{y}")]
        if missing:
            raise InputError(f'tiles: {", ".join(missing)} is missing in "{self.url}"')
        if not self.attribution.strip():
            raise InputError("tiles: attribution is missing; say whose map it is, as its licence asks")
        _ = self.origin

    @property
    def _host(self) -> str:
        host = urlsplit(self.url).hostname or ""
        return f"[{host}]" if ":" in host else host

    @property
    def origin(self) -> str:
        """Scheme, host and port: all that a page may load pictures from besides its own server."""
        found = urlsplit(self.url)
        try:
            port = f":{found.port}" if found.port is not None else ""
        except ValueError as e:
            raise InputError(f'tiles: the port of "{self.url}" is none') from e
        return f"{found.scheme}://{self._host}{port}"
