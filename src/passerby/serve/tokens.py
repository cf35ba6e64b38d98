"""Bearer tokens for machines: shown once, kept as a hash, with a role and an end."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from passerby.errors import InputError
from passerby.serve.private_file import read_private, write_private
from passerby.serve.users import ROLES, Role

PREFIX: Final = "pby_"
LONGEST_DAYS: Final = 366
MOST: Final = 200


@dataclass(frozen=True)
class Token:
    """A token. id: names it in lists and in the audit log, and opens nothing. created, expires: epoch s."""

    id: str
    label: str
    role: Role
    digest: str
    created: float
    expires: float
    by: str


class Tokens:
    """The tokens in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        kept = read_private(path, "tokens") or {"tokens": []}
        self._tokens = {t["digest"]: Token(**t) for t in kept["tokens"]}

    def all(self) -> list[Token]:
        """All that have not ended."""
        now = time.time()
        return [t for t in self._tokens.values() if t.expires > now]

    def make(self, label: str, role: str, days: int, by: str) -> tuple[Token, str]:
        """A new token and its secret, which is kept nowhere."""
        if role not in ROLES or not 1 <= days <= LONGEST_DAYS:
            raise InputError(f"token: wanted a role of {', '.join(ROLES)} and 1 to {LONGEST_DAYS} days")
        if len(self.all()) >= MOST:
            raise InputError(f"token: there are {MOST} already; revoke some")
        secret, now = PREFIX + secrets.token_urlsafe(32), time.time()
        kind: Role = "administrator" if role == "administrator" else "operator"
        token = Token(secrets.token_hex(4), label, kind, _digest(secret), now, now + days * 86400.0, by)
        with self._lock:
            self._write(self._tokens | {token.digest: token})
        return token, secret

    def revoke(self, id: str) -> None:
        """End a token now."""
        with self._lock:
            if not any(t.id == id for t in self._tokens.values()):
                raise InputError(f'token "{id[:20]}": there is none of that id')
            self._write({d: t for d, t in self._tokens.items() if t.id != id})

    def find(self, secret: str) -> Token | None:
        """The token with that secret, if it has not ended."""
        token = self._tokens.get(_digest(secret))
        return token if token is not None and token.expires > time.time() else None

    def _write(self, tokens: dict[str, Token]) -> None:
        now = time.time()
        tokens = {d: t for d, t in tokens.items() if t.expires > now}
        write_private(self._path, {"tokens": [asdict(t) for t in tokens.values()]})
        self._tokens = tokens


def _digest(secret: str) -> str:
    # a secret of 256 random bits needs no slow hash
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
