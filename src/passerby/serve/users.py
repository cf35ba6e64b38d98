"""Who may sign in: a local file of names, roles and scrypt hashes."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Final, Literal

from passerby.errors import InputError
from passerby.serve.passwords import NOBODY, Hashed, fits, generated, hashed, require_good
from passerby.serve.private_file import read_private, write_private

Role = Literal["operator", "administrator"]
ROLES: Final[tuple[Role, ...]] = ("operator", "administrator")
FIRST: Final = "administrator"
INITIAL_S: Final = 7 * 86400.0
"""A password that Passerby made up works so long, unless its owner has set another by then."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}", re.ASCII)


@dataclass(frozen=True)
class User:
    """A user. initial: the password was made up by Passerby and is to be changed."""

    name: str
    role: Role
    password: Hashed
    initial: bool
    set_at: float


class Users:
    """The users in a file; every change is on disk when it returns, and seen by other processes at their next look."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        self._stamp: tuple[int, int] | None = None
        self._users: dict[str, User] = {}

    def all(self) -> list[User]:
        """All users by name."""
        with self._lock:
            self._look()
            return sorted(self._users.values(), key=lambda u: u.name)

    def get(self, name: str) -> User | None:
        """The user of that name."""
        with self._lock:
            self._look()
            return self._users.get(name)

    def add(self, name: str, role: str) -> str:
        """Add a user; returns the password made up for them. InputError for a name that is taken or cannot be one."""
        if not _NAME.fullmatch(name):
            raise InputError(
                f'user: a name is 1 to 32 of a-z, 0-9, ".", "_", "-" and begins with a letter or digit, got "{name}"'
            )
        if role not in ROLES:
            raise InputError(f'user "{name}": role must be one of {", ".join(ROLES)}, got "{role}"')
        with self._lock:
            if self.get(name) is not None:
                raise InputError(f'user "{name}": is there already; remove it first or take another name')
            return self._renew(name, "administrator" if role == "administrator" else "operator")

    def renew(self, name: str) -> str:
        """A new password, made up, for a user who is there; returns it."""
        with self._lock:
            return self._renew(name, self._known(name).role)

    def give(self, name: str, role: Role) -> None:
        """Give a user a role. InputError for one who is not there, and for the last administrator."""
        with self._lock:
            user = self._spared(name) if role != "administrator" else self._known(name)
            self._write(self._users | {name: replace(user, role=role)})

    def remove(self, name: str) -> None:
        """Remove a user. InputError for one who is not there, and for the last administrator."""
        with self._lock:
            self._spared(name)
            self._write({n: u for n, u in self._users.items() if n != name})

    def change(self, name: str, password: str) -> None:
        """Set the password a user has chosen. InputError where it is a poor one."""
        require_good(password, name)
        with self._lock:
            user = self._known(name)
            kept = User(name, user.role, hashed(password), False, time.time())
            self._write(self._users | {name: kept})

    def check(self, name: str, password: str) -> User | None:
        """The user, where the password is theirs; None, after as long, where not."""
        user = self.get(name)
        right = fits(password, user.password if user is not None else NOBODY)
        if user is None or not right:
            return None
        return None if user.initial and time.time() > user.set_at + INITIAL_S else user

    def first(self) -> str | None:
        """A password for the administrator where nobody has a password of their own yet, else None."""
        with self._lock:
            users = self.all()
            if any(u.role == "administrator" and (u.name != FIRST or not u.initial) for u in users):
                return None
            return self._renew(FIRST, "administrator")

    def _renew(self, name: str, role: Role) -> str:
        password = generated()
        self._write(self._users | {name: User(name, role, hashed(password), True, time.time())})
        return password

    def _known(self, name: str) -> User:
        user = self.get(name)
        if user is None:
            raise InputError(f'user "{name[:40]}": there is none of that name')
        return user

    def _spared(self, name: str) -> User:
        """A user without whom there is an administrator still."""
        user = self._known(name)
        others = [u for u in self._users.values() if u.role == "administrator" and u.name != name]
        if user.role == "administrator" and not others:
            raise InputError(f'user "{name}": is the last administrator; add another one first')
        return user

    def _look(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
        except FileNotFoundError:
            self._users, self._stamp = {}, None
            return
        if stamp != self._stamp:
            kept = read_private(self._path, "users") or {"users": []}
            self._users, self._stamp = {u["name"]: User(**u) for u in kept["users"]}, stamp

    def _write(self, users: dict[str, User]) -> None:
        write_private(self._path, {"users": [asdict(u) for u in users.values()]})
        self._look()
