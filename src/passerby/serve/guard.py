"""What every answer carries and every request must keep to, whichever route it is for; streams pass through."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.serve.limits import Limits, source
from passerby.serve.problems import problem

MOST_BODY: Final = 2 * 2**20
LONGEST_URL: Final = 8192
FOREVER: Final = "public, max-age=31536000, immutable"
"""What may be kept: addresses that hold the digest of what is there."""

WITH_MAPS: Final = frozenset({"/", "/site"})
"""Pages that may load tiles of a map from the one server that is configured; the public screen never."""

SANDBOX: Final = "sandbox allow-scripts"
"""How the policy of an answer begins that may have its own: a page in an own origin, which reaches nothing here."""

HEADERS: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_LOG: Final = logging.getLogger("passerby.serve")
HSTS: Final = "max-age=31536000; includeSubDomains"


def policy(tiles: str | None = None) -> str:
    """The content security policy: nothing inline, nothing from elsewhere but pictures from tiles (an origin)."""
    pictures = "'self' data: blob:" + (f" {tiles}" if tiles is not None else "")
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {pictures}; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class Guard:
    """Security headers on every answer, a rate per address for all, an end to bodies that are too long.

    tiles: the origin that operators' pages may load tiles of a map from.
    """

    def __init__(self, app: ASGIApp, limits: Limits, tiles: str | None = None) -> None:
        self.app, self.limits = app, limits
        self._policy, self._policy_with_maps = policy(), policy(tiles)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, guarded."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"
        path = scope["path"]
        private = path.startswith(("/api/", "/ngsi-ld/"))
        csp = self._policy_with_maps if path in WITH_MAPS else self._policy

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if headers.get("content-security-policy", "").startswith(f"{SANDBOX};"):
                    # browsers refuse pages that are in a sandbox and in a group with their opener's origin
                    del headers["cross-origin-opener-policy"]
                else:
                    headers["content-security-policy"] = csp
                if secure:
                    headers["strict-transport-security"] = HSTS
                if private and headers.get("cache-control") != FOREVER:
                    headers["cache-control"] = "no-store"
            await send(message)

        refusal = self._refused(scope)
        if refusal is not None:
            await problem(*refusal)(scope, receive, guarded)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BODY:
                raise HTTPException(413, f"a body may have {MOST_BODY} bytes")
            return message

        try:
            await self.app(scope, counted, guarded)
        except Exception:
            if begun:
                raise
            # as it came, percent-encoded: a line of the log is one request
            _LOG.exception("%s %s", scope["method"], (scope.get("raw_path") or b"?").decode("ascii", "replace"))
            await problem(500, "a defect in Passerby; the server's log says which")(scope, receive, guarded)

    def _refused(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        client = scope.get("client")
        wait = self.limits.public.wait_s(source(client[0]) if client else "?")
        if wait > 0:
            seconds = str(max(1, round(wait + 0.5)))
            return 429, f"too many requests; try again in {seconds} s", {"retry-after": seconds}
        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > MOST_BODY:
            return 413, f"a body may have {MOST_BODY} bytes", {"connection": "close"}
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return 413, f"an address may have {LONGEST_URL} bytes", {"connection": "close"}
        return None
