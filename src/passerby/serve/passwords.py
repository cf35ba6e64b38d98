"""Passwords: made, hashed with scrypt, checked. (OWASP Password Storage Cheat Sheet: N = 2^15, r = 8, p = 3.)"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from threading import Semaphore
from typing import Final, TypedDict

from passerby.errors import InputError

N: Final = 2**15
R: Final = 8
P: Final = 3
SHORTEST: Final = 12
LONGEST: Final = 128

# Each hash takes 32 MB and a tenth of a second: guesses that come all at once wait for each other.
_ONE_AT_A_TIME: Final = Semaphore(1)


class Hashed(TypedDict):
    """A password's hash and what it was made with."""

    salt: str
    hash: str
    n: int
    r: int
    p: int


def hashed(password: str) -> Hashed:
    """The hash that is kept of a password."""
    salt = secrets.token_bytes(16)
    return {"salt": salt.hex(), "hash": _scrypt(password, salt, N, R, P).hex(), "n": N, "r": R, "p": P}


def fits(password: str, kept: Hashed) -> bool:
    """Whether a password is the one of which the hash is kept; takes the same time whichever."""
    found = _scrypt(password, bytes.fromhex(kept["salt"]), kept["n"], kept["r"], kept["p"])
    return hmac.compare_digest(found, bytes.fromhex(kept["hash"]))


def generated() -> str:
    """A password nobody guesses, easy to type: five groups of four, 100 bits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def require_good(password: str, name: str) -> None:
    """InputError where a password is too short, too long, or what anybody would try first."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InputError(f"password: must have {SHORTEST} to {LONGEST} characters, got {len(password)}")
    plain = password.casefold()
    parts = [name.casefold(), "passerby", "password", "passwort", "12345678", "qwertz", "qwerty"]
    rest = plain
    for part in parts:
        rest = rest.replace(part, "")
    if len(set(plain)) < 5 or len(rest) < 6:
        raise InputError("password: is among the first that anybody would try; take several unrelated words")


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _ONE_AT_A_TIME:
        return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=192 * n * r, dklen=32)


NOBODY: Final[Hashed] = {"salt": "00" * 16, "hash": "00" * 32, "n": N, "r": R, "p": P}
"""What a password is held against where there is no such user, so that the answer takes as long."""
