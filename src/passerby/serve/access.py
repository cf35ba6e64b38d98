"""Who is asking, and whether they may: sessions by cookie, machines by bearer token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from passerby.serve.limits import source
from passerby.serve.service import Service, TheService
from passerby.serve.sessions import Session, same
from passerby.serve.users import Role

COOKIE: Final = "passerby"
SECURE_COOKIE: Final = "__Host-passerby"
CSRF: Final = "x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_RANK: Final = {"operator": 1, "administrator": 2}

_COOKIE_SCHEME: Final = APIKeyCookie(name=COOKIE, auto_error=False, description="Set by POST /api/v1/session.")
_BEARER_SCHEME: Final = HTTPBearer(auto_error=False, description="A token made by an administrator.")


@dataclass(frozen=True)
class Who:
    """Who is asking. session: None for a token. secret: the cookie's value, "" for a token."""

    name: str
    role: Role
    session: Session | None = None
    secret: str = ""

    def may(self, role: Role) -> bool:
        """Whether what needs that role is allowed."""
        return _RANK[self.role] >= _RANK[role]


def cookie_name(request: Request) -> str:
    """The session cookie's name: over https one that no other host or path can set."""
    return SECURE_COOKIE if request.url.scheme == "https" else COOKIE


def address(request: Request) -> str:
    """Where a request comes from, as `limits.source` has it."""
    return source(request.client.host) if request.client is not None else "?"


def session_of(request: Request, service: Service) -> Who | None:
    """Who the cookie belongs to; None where there is none or it has ended."""
    secret = request.cookies.get(cookie_name(request))
    session = service.keep.sessions.find(secret)
    if session is None or secret is None:
        return None
    user = service.keep.users.get(session.name)
    if user is None or user.set_at != session.set_at:
        service.keep.sessions.close(secret)
        return None
    return Who(user.name, user.role, session, secret)


def still(request: Request, service: Service, who: Who) -> Callable[[], bool]:
    """Whether who began to read a stream may still read it: the session or the token has not ended, nor the role."""
    secret = request.headers.get("authorization", "").partition(" ")[2]

    def holds() -> bool:
        if who.session is not None:
            return session_of(request, service) is not None
        token = service.keep.tokens.find(secret.strip())
        return token is not None and token.role == who.role

    return holds


def _token_of(given: HTTPAuthorizationCredentials, service: Service) -> Who | None:
    token = service.keep.tokens.find(given.credentials)
    return Who(f"token {token.id} ({token.label})", token.role) if token is not None else None


def signed_in(
    request: Request,
    service: TheService,
    cookie: Annotated[str | None, Security(_COOKIE_SCHEME)] = None,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER_SCHEME)] = None,
) -> Who:
    """Who is asking; 401 where nobody known is, 403 where a change comes without the session's CSRF token."""
    who = _token_of(bearer, service) if bearer is not None else session_of(request, service)
    if who is None:
        raise HTTPException(401, "sign in first, or send a valid token", {"WWW-Authenticate": "Bearer"})
    wait = service.limits.signed_in.wait_s(who.name)
    if wait > 0:
        raise too_many(wait)
    changing = who.session is not None and request.method not in SAFE
    if changing and not same(request.headers.get(CSRF, ""), who.session.csrf if who.session else ""):
        raise HTTPException(403, "the header X-CSRF-Token is missing or not this session's")
    return who


def too_many(wait_s: float) -> HTTPException:
    """429, and when to come again."""
    seconds = max(1, round(wait_s + 0.5))
    return HTTPException(429, f"too many requests; try again in {seconds} s", {"Retry-After": str(seconds)})


def require(role: Role) -> Callable[[Who], Who]:
    """A dependency: 403 for who is signed in and has not that role."""

    def allowed(who: Annotated[Who, Depends(signed_in)]) -> Who:
        if not who.may(role):
            raise HTTPException(403, f"this is for the role {role}")
        return who

    return allowed


Operator = Annotated[Who, Depends(require("operator"))]
Administrator = Annotated[Who, Depends(require("administrator"))]
