"""What administrators see and do: users, tokens, the audit log, settings of a junction."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from passerby.serve.access import Administrator, require
from passerby.serve.problems import documented
from passerby.serve.rows import rfc3339
from passerby.serve.service import Service, TheJunction, TheService
from passerby.serve.tokens import LONGEST_DAYS, Token
from passerby.site.check import LONGEST_NAME, unseen_in
from passerby.store.audit import AuditError, verify

router = APIRouter(
    prefix="/api/v1",
    tags=["administrator"],
    dependencies=[Depends(require("administrator"))],
    responses=documented(401, 403),
)


def readable(text: str) -> str:
    """The same text; ValueError where it holds what nobody sees."""
    if (odd := unseen_in(text)) is not None:
        raise ValueError(f"must hold no character that nobody sees, got U+{ord(odd):04X}; delete it")
    return text


Readable = Annotated[str, AfterValidator(readable)]
RoleName = Literal["operator", "administrator"]
UserName = Annotated[str, Path(max_length=32)]


class UserView(BaseModel):
    """A user. initial: has not set a password of their own yet."""

    name: str
    role: RoleName
    initial: bool


class NewUser(BaseModel):
    """A user to be added."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=32)
    role: RoleName


class FirstPassword(UserView):
    """A user and the password made up for them, shown this once; it ends after seven days."""

    password: str


class RoleOf(BaseModel):
    """A role to be given to a user."""

    model_config = ConfigDict(extra="forbid")
    role: RoleName


class TokenView(BaseModel):
    """A token, without its secret."""

    id: str
    label: str
    role: RoleName
    created: str
    expires: str
    by: str


class NewToken(BaseModel):
    """A token to be made."""

    model_config = ConfigDict(extra="forbid")
    label: Readable = Field(min_length=1, max_length=60)
    role: RoleName = "operator"
    days: int = Field(90, ge=1, le=LONGEST_DAYS)


class MadeToken(TokenView):
    """A token and its secret, shown this once."""

    token: str


class AuditEntry(BaseModel):
    """An entry of the audit log, chained to the one before by its hash."""

    n: int
    t: str
    event: str
    details: dict[str, Any]
    hash: str


class AuditPage(BaseModel):
    """Entries, newest first. next: ask for those before it; null at the end. events: all names that occur."""

    entries: list[AuditEntry]
    next: int | None
    events: list[str]


class AuditChain(BaseModel):
    """Whether each entry still carries the hash of the one before. said: what is wrong, null where nothing is."""

    holds: bool
    entries: int
    said: str | None


class Settings(BaseModel):
    """What the public screen says and in which language."""

    model_config = ConfigDict(extra="forbid")
    language: Literal["en", "zh", "ja", "de"]
    measures: list[Annotated[Readable, Field(max_length=LONGEST_NAME)]] = Field(max_length=20)


@router.get("/users")
def users(service: TheService) -> list[UserView]:
    """All users."""
    return [UserView(name=u.name, role=u.role, initial=u.initial) for u in service.keep.users.all()]


@router.post("/users", status_code=201)
def add_user(wanted: NewUser, service: TheService, who: Administrator) -> FirstPassword:
    """Add a user; the answer holds their first password."""
    password = service.keep.users.add(wanted.name, wanted.role)
    service.keep.audit.append("user_added", user=who.name, added=wanted.name, role=wanted.role)
    return FirstPassword(name=wanted.name, role=wanted.role, initial=True, password=password)


@router.put("/users/{name}", responses=documented(404))
def set_role(name: UserName, wanted: RoleOf, service: TheService, who: Administrator) -> UserView:
    """Give a user another role; it holds from their next request on."""
    _user(service, name)
    service.keep.users.give(name, wanted.role)
    service.keep.audit.append("role_given", user=who.name, to=name, role=wanted.role)
    return _user(service, name)


@router.post("/users/{name}/password", responses=documented(404))
def renew_password(name: UserName, service: TheService, who: Administrator) -> FirstPassword:
    """Make up a new first password for a user; their sessions end."""
    role = _user(service, name).role
    password = service.keep.users.renew(name)
    service.keep.sessions.close_all(name)
    service.keep.audit.append("password_renewed", user=who.name, of=name)
    return FirstPassword(name=name, role=role, initial=True, password=password)


@router.delete("/users/{name}", status_code=204, responses=documented(404))
def remove_user(name: UserName, service: TheService, who: Administrator) -> None:
    """Remove a user; their sessions end."""
    _user(service, name)
    service.keep.users.remove(name)
    service.keep.sessions.close_all(name)
    service.keep.audit.append("user_removed", user=who.name, removed=name)


@router.get("/tokens")
def tokens(service: TheService) -> list[TokenView]:
    """All tokens that have not ended."""
    return [TokenView(**_view(t)) for t in service.keep.tokens.all()]


@router.post("/tokens", status_code=201)
def make_token(wanted: NewToken, service: TheService, who: Administrator) -> MadeToken:
    """Make a token; the answer holds its secret, which is kept nowhere."""
    token, secret = service.keep.tokens.make(wanted.label, wanted.role, wanted.days, who.name)
    service.keep.audit.append("token_made", user=who.name, token=token.id, role=token.role, days=wanted.days)
    return MadeToken(**_view(token), token=secret)


@router.delete("/tokens/{token}", status_code=204, responses=documented(404))
def revoke(token: Annotated[str, Path(max_length=20)], service: TheService, who: Administrator) -> None:
    """End a token now."""
    if all(t.id != token for t in service.keep.tokens.all()):
        raise HTTPException(404, "there is no such token")
    service.keep.tokens.revoke(token)
    service.keep.audit.append("token_revoked", user=who.name, token=token)


@router.get("/audit")
def audit(
    service: TheService,
    before: Annotated[int | None, Query(ge=1, description="Only entries with a smaller number.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    event: Annotated[str | None, Query(max_length=60)] = None,
    user: Annotated[str | None, Query(max_length=120, description="Who did it: a user, or a part of the name.")] = None,
) -> AuditPage:
    """The audit log of this server, newest first."""
    every = service.keep.audit.entries()
    wanted = (e for e in reversed(every) if before is None or e["n"] < before)
    fit = (
        e for e in wanted if event in (None, e["event"]) and (user is None or user in str(e["details"].get("user", "")))
    )
    chosen = list(islice(fit, limit + 1))
    shown = [AuditEntry(**e) for e in chosen[:limit]]
    names = sorted({e["event"] for e in every})
    return AuditPage(entries=shown, next=shown[-1].n if len(chosen) > limit else None, events=names)


@router.get("/audit/chain")
def chain(service: TheService) -> AuditChain:
    """Whether the audit log is the one that was written: every hash from the first entry to the head."""
    log = service.keep.audit
    try:
        if log.path.exists():
            verify(log.path)
    except AuditError as e:
        # the file's path is of no use to who reads this in a browser
        return AuditChain(holds=False, entries=0, said=str(e).replace(str(log.path), log.path.name))
    return AuditChain(holds=True, entries=len(log.entries()), said=None)


@router.get("/junctions/{id}/settings", responses=documented(404))
def settings(junction: TheJunction) -> Settings:
    """The settings of a junction."""
    return Settings.model_validate({"language": junction.language, "measures": list(junction.measures)})


@router.put("/junctions/{id}/settings", responses=documented(404))
def set_settings(junction: TheJunction, wanted: Settings, service: TheService, who: Administrator) -> Settings:
    """Change the settings of a junction; screens follow when they load their plan again."""
    old = {"language": junction.language, "measures": list(junction.measures)}
    service.keep.audit.append("settings_changed", user=who.name, junction=junction.id, old=old, new=wanted.model_dump())
    service.keep.set(junction.id, wanted.model_dump())
    junction.language, junction.measures = wanted.language, tuple(wanted.measures)
    return wanted


def _user(service: Service, name: str) -> UserView:
    user = service.keep.users.get(name)
    if user is None:
        raise HTTPException(404, "there is no such user")
    return UserView(name=user.name, role=user.role, initial=user.initial)


def _view(t: Token) -> dict[str, Any]:
    times = {"created": rfc3339(datetime.fromtimestamp(t.created, UTC))}
    times["expires"] = rfc3339(datetime.fromtimestamp(t.expires, UTC))
    return {"id": t.id, "label": t.label, "role": t.role, "by": t.by} | times
