"""Signing in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from passerby.serve.access import Who, address, cookie_name, session_of, signed_in, too_many
from passerby.serve.problems import documented
from passerby.serve.service import TheService
from passerby.serve.sessions import LONGEST_S

router = APIRouter(prefix="/api/v1/session", tags=["session"])
TheWho = Annotated[Who, Depends(signed_in)]


class Login(BaseModel):
    """A name and its password."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=32)
    password: str = Field(max_length=128)


class SignedIn(BaseModel):
    """Who is signed in. csrf: to be sent as X-CSRF-Token with every change; none for a token."""

    name: str
    role: Literal["operator", "administrator"]
    csrf: str | None
    must_change: bool = Field(False, description="The password was made up by Passerby; it ends after seven days.")


class NewPassword(BaseModel):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(extra="forbid")
    old: str = Field(max_length=128)
    new: str = Field(max_length=128)


@router.post("", responses=documented(401, 403, 413, 429))
def sign_in(login: Annotated[Login, Body()], request: Request, response: Response, service: TheService) -> SignedIn:
    """Sign in: sets a cookie that scripts cannot read. Any session this browser had ends."""
    keep, limits, where = service.keep, service.limits, address(request)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "another site's page cannot sign anybody in")
    wait = max(limits.logins.wait_s(where), limits.guesses.wait_s(login.name, where))
    if wait > 0:
        raise too_many(wait)
    # noted before the slow check, or guesses that come all at once would all be listened to
    limits.guesses.failed(login.name, where)
    user = keep.users.check(login.name, login.password)
    if user is None:
        known = keep.users.get(login.name) is not None
        keep.audit.append("login_failed", user=login.name if known else "?", address=where)
        raise HTTPException(401, "name or password is wrong, or the first password has ended")
    limits.guesses.succeeded(login.name)
    secret, session = keep.sessions.open(user, request.cookies.get(cookie_name(request)))
    keep.audit.append("login", user=user.name, address=where)
    response.set_cookie(
        cookie_name(request),
        secret,
        max_age=int(LONGEST_S),
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
    return SignedIn(name=user.name, role=user.role, csrf=session.csrf, must_change=user.initial)


@router.get("", responses=documented(401, 429))
def who(who: TheWho, service: TheService) -> SignedIn:
    """Who is signed in."""
    user = service.keep.users.get(who.name) if who.session is not None else None
    csrf = who.session.csrf if who.session is not None else None
    return SignedIn(name=who.name, role=who.role, csrf=csrf, must_change=user is not None and user.initial)


@router.put("/password", status_code=204, responses=documented(401, 403, 413, 429))
def change_password(wanted: NewPassword, who: TheWho, request: Request, service: TheService) -> None:
    """Set another password; all other sessions of this user end."""
    keep, guesses = service.keep, service.limits.guesses
    if who.session is None:
        raise HTTPException(403, "a token has no password")
    wait = guesses.wait_s(who.name, address(request))
    if wait > 0:
        raise too_many(wait)
    guesses.failed(who.name, address(request))
    if keep.users.check(who.name, wanted.old) is None:
        keep.audit.append("password_change_failed", user=who.name, address=address(request))
        raise HTTPException(403, "the old password is wrong")
    guesses.succeeded(who.name)
    keep.users.change(who.name, wanted.new)
    user = keep.users.get(who.name)
    keep.sessions.close_all(who.name, but=who.secret)
    if user is not None:
        who.session.set_at = user.set_at
    keep.audit.append("password_changed", user=who.name)


@router.delete("", status_code=204, responses=documented(401, 403, 429))
def sign_out(who: TheWho, request: Request, response: Response, service: TheService) -> None:
    """Sign out: the session ends here and in the browser."""
    if who.session is not None:
        service.keep.sessions.close(who.secret)
        service.keep.audit.append("logout", user=who.name)
    response.delete_cookie(
        cookie_name(request), path="/", secure=request.url.scheme == "https", httponly=True, samesite="strict"
    )
    response.headers["Clear-Site-Data"] = '"storage"'


def signed_in_page(request: Request, service: TheService) -> Who | None:
    """Who asks for a page, None for nobody."""
    return session_of(request, service)
