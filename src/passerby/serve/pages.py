"""The pages themselves: static files that carry no data; what they show they fetch."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from passerby.serve.access import session_of
from passerby.serve.service import TheService

FOLDER: Final = Path(__file__).parent / "static"
PAGES: Final = {"/screen": "screen.html", "/": "wall.html", "/site": "site.html", "/login": "login.html"}
OPEN: Final = frozenset({"/screen", "/login"})

router = APIRouter(include_in_schema=False)


def version(folder: Path = FOLDER) -> str:
    """What changes whenever the pages do: open screens then load themselves anew."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Assets(StaticFiles):
    """Scripts and styles, whose names hold a hash of what is in them; none before the pages have been built."""

    async def check_config(self) -> None:
        """Let a folder that is not there hold nothing."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file that browsers keep for a year."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["cache-control"] = "public, max-age=31536000, immutable"
        return response


def _page(request: Request) -> Response:
    file = FOLDER / PAGES[request.url.path]
    if not file.is_file():
        return PlainTextResponse("The pages have not been built: run npm ci && npm run build in web/.", 503)
    return FileResponse(file, headers={"cache-control": "no-cache"})


@router.get("/screen")
@router.get("/login")
def open_page(request: Request) -> Response:
    """The public screen, and the page to sign in."""
    return _page(request)


@router.get("/")
@router.get("/site")
def closed_page(request: Request, service: TheService) -> Response:
    """The wall and the site editor; who is not signed in is sent to sign in first."""
    if session_of(request, service) is None:
        return RedirectResponse("/login?next=" + request.url.path, 303, headers={"cache-control": "no-store"})
    return _page(request)


@router.get("/favicon.ico")
def favicon() -> Response:
    """None."""
    return Response(status_code=204)
