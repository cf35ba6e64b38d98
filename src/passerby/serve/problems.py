"""What goes wrong, as RFC 9457 problem documents; every status a route can answer is in the OpenAPI document."""

from __future__ import annotations

import errno
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from passerby.errors import InputError, PasserbyError

TITLES: Final = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported media type",
    422: "Does not fit",
    429: "Too many requests",
    500: "Server error",
    503: "Not available",
    507: "Disk full",
}
FULL: Final = "the disk that the server writes on is full, so this was not saved; make room on it and try again"


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = Field(None, description="What is wrong where, if several things are.")


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, errors: list[dict[str, Any]] | None = None
) -> JSONResponse:
    """A problem as a response."""
    body = Problem(title=TITLES.get(status, "Error"), status=status, detail=detail, errors=errors)
    return JSONResponse(body.model_dump(exclude_none=True), status, headers, media_type="application/problem+json")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: these statuses answer with a problem."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {s: {"description": TITLES[s], "model": Problem, "content": content} for s in statuses}


def is_full(e: BaseException | None) -> bool:
    """Whether an error is, or comes from, a disk or quota that has no room left."""
    while e is not None:
        if isinstance(e, OSError) and e.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        e = e.__cause__
    return False


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""

    async def http(_: Request, e: Exception) -> JSONResponse:
        assert isinstance(e, HTTPException)
        return problem(e.status_code, str(e.detail), dict(e.headers or {}))

    async def invalid(_: Request, e: Exception) -> JSONResponse:
        assert isinstance(e, RequestValidationError)
        errors = [{"at": ".".join(str(p) for p in x["loc"]), "message": x["msg"]} for x in e.errors()]
        first = errors[0] if errors else {"at": "request", "message": "does not fit"}
        return problem(422, f"{first['at']}: {first['message']}", errors=errors)

    async def ours(_: Request, e: Exception) -> JSONResponse:
        if is_full(e):
            return problem(507, FULL)
        return problem(422 if isinstance(e, InputError) else 503, str(e))

    async def disk(_: Request, e: Exception) -> JSONResponse:
        if is_full(e):
            return problem(507, FULL)
        raise e

    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(PasserbyError, ours)
    app.add_exception_handler(OSError, disk)
