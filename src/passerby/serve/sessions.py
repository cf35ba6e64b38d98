"""Sessions of people who signed in: in memory alone, named by a cookie of which only the hash is known here."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from threading import Lock
from typing import Final

from passerby.serve.users import User

IDLE_S: Final = 30 * 60.0
LONGEST_S: Final = 12 * 3600.0
PER_USER: Final = 10


@dataclass
class Session:
    """A session. csrf: what a page must send along with every change. set_at: of the password it was opened with."""

    name: str
    csrf: str
    created: float
    seen: float
    set_at: float


class Sessions:
    """Open sessions by the hash of their cookie."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = Lock()

    def open(self, user: User, old: str | None = None) -> tuple[str, Session]:
        """A new session and the cookie for it, which is never one that was there before; an old one is ended."""
        secret, now = secrets.token_urlsafe(32), time.monotonic()
        session = Session(user.name, secrets.token_urlsafe(24), now, now, user.set_at)
        with self._lock:
            if old is not None:
                self._sessions.pop(_digest(old), None)
            self._sessions = {d: s for d, s in self._sessions.items() if _alive(s, now)}
            mine = sorted((s.seen, d) for d, s in self._sessions.items() if s.name == user.name)
            for _, digest in mine[: max(0, len(mine) - PER_USER + 1)]:
                del self._sessions[digest]
            self._sessions[_digest(secret)] = session
        return secret, session

    def find(self, secret: str | None) -> Session | None:
        """The session of a cookie, if it has not ended; being found is being used."""
        if not secret:
            return None
        now = time.monotonic()
        with self._lock:
            session = self._sessions.get(_digest(secret))
            if session is None:
                return None
            if not _alive(session, now):
                del self._sessions[_digest(secret)]
                return None
            session.seen = now
            return session

    def close(self, secret: str | None) -> None:
        """End one session."""
        with self._lock:
            self._sessions.pop(_digest(secret or ""), None)

    def close_all(self, name: str, but: str | None = None) -> None:
        """End all sessions of a user, one excepted."""
        kept = _digest(but or "")
        with self._lock:
            self._sessions = {d: s for d, s in self._sessions.items() if s.name != name or d == kept}


def same(a: str, b: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(a.encode(errors="replace"), b.encode())


def _alive(s: Session, now: float) -> bool:
    return now - s.seen < IDLE_S and now - s.created < LONGEST_S


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
