"""What every answer carries and every request must keep to, whichever route it is for; streams pass through."""

from __future__ import annotations

import logging
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from passerby.serve.limits import Limits
from passerby.serve.problems import problem

MOST_BODY: Final = 2 * 2**20
LONGEST_URL: Final = 8192

# Charts set style attributes; nothing else may be inline, and nothing comes from elsewhere.
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
_LOG: Final = logging.getLogger("passerby.serve")
HSTS: Final = "max-age=31536000; includeSubDomains"


class Guard:
    """Security headers on every answer, a rate per address for all, an end to bodies that are too long."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, guarded."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"
        private = scope["path"].startswith(("/api/", "/ngsi-ld/"))

        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if secure:
                    headers["strict-transport-security"] = HSTS
                if private:
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
            _LOG.exception("%s %s", scope["method"], scope["path"])
            await problem(500, "a defect in Passerby; the server's log says which")(scope, receive, guarded)

    def _refused(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        client = scope.get("client")
        wait = self.limits.public.wait_s(client[0] if client else "?")
        if wait > 0:
            seconds = str(max(1, round(wait + 0.5)))
            return 429, f"too many requests; try again in {seconds} s", {"retry-after": seconds}
        length = Headers(scope=scope).get("content-length", "0")
        if length.isascii() and length.isdigit() and int(length) > MOST_BODY:
            return 413, f"a body may have {MOST_BODY} bytes", {"connection": "close"}
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            return 413, f"an address may have {LONGEST_URL} bytes", {"connection": "close"}
        return None
