"""How often anyone may ask, and how often anyone may guess a password."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from typing import Final

MOST_KEYS: Final = 20_000
GUESSES: Final = 5
GUESSES_BY_ADDRESS: Final = 20
LONGEST_WAIT_S: Final = 300.0
FORGIVEN_S: Final = 900.0


def source(address: str) -> str:
    """Whom an address stands for: of IPv6 the network of 64 bits, which is what one subscriber has, else itself."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False))


class Places:
    """So many at once for each key: free(key), then take(key) and give_back(key)."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken: Counter[str] = Counter()

    def free(self, key: str) -> bool:
        """Whether there is one."""
        return self._taken.get(key, 0) < self.most

    def take(self, key: str) -> None:
        """Take one."""
        self._taken[key] += 1

    def give_back(self, key: str) -> None:
        """Give one back."""
        self._taken[key] -= 1
        if self._taken[key] <= 0:
            del self._taken[key]


class Buckets:
    """Token buckets by key: `burst` at once, `per_s` on and on. The longest unused is forgotten first."""

    def __init__(self, per_s: float, burst: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, key: str) -> float:
        """Take one; 0 where there was one, else how long until there is."""
        now = time.monotonic()
        with self._lock:
            left, at = self._left.pop(key, (self._burst, now))
            left = min(self._burst, left + (now - at) * self._per_s)
            wait = 0.0 if left >= 1 else (1 - left) / self._per_s
            self._left[key] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > MOST_KEYS:
                self._left.popitem(last=False)
            return wait


@dataclass
class _Failures:
    n: int
    at: float


class Guesses:
    """Failed logins by name and by address: some are free, then each doubles the wait, up to five minutes.

    A name is never locked for good, or anybody could keep its owner out.
    """

    def __init__(self) -> None:
        self._failed: OrderedDict[str, _Failures] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, name: str, address: str) -> float:
        """How long until the next guess is listened to."""
        with self._lock:
            return max(self._wait(f"name {name}", GUESSES), self._wait(f"at {address}", GUESSES_BY_ADDRESS))

    def failed(self, name: str, address: str) -> None:
        """Note a failed login."""
        now = time.monotonic()
        with self._lock:
            for key in (f"name {name}", f"at {address}"):
                old = self._failed.pop(key, None)
                n = old.n if old is not None and now - old.at < FORGIVEN_S else 0
                self._failed[key] = _Failures(n + 1, now)
            while len(self._failed) > MOST_KEYS:
                self._failed.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of a name."""
        with self._lock:
            self._failed.pop(f"name {name}", None)

    def _wait(self, key: str, free: int) -> float:
        found, now = self._failed.get(key), time.monotonic()
        if found is None or found.n < free or now - found.at >= FORGIVEN_S:
            return 0.0
        return max(0.0, found.at + min(LONGEST_WAIT_S, 2.0 ** (found.n - free + 1)) - now)


@dataclass
class Limits:
    """Rates per address. Screens behind one address all come back at once after a restart: the public burst is large.

    most_streams: open public streams per junction. screens: public streams of each address, of all junctions, so that
    nobody takes every place. walls: streams of each who is signed in. heavy: what
    takes seconds to work out, at once, of all who are signed in; the rest waits for
    patience_s.
    """

    public: Buckets = field(default_factory=lambda: Buckets(100.0, 4000.0))
    signed_in: Buckets = field(default_factory=lambda: Buckets(50.0, 300.0))
    logins: Buckets = field(default_factory=lambda: Buckets(0.5, 30.0))
    guesses: Guesses = field(default_factory=Guesses)
    most_streams: int = 4000
    screens: Places = field(default_factory=lambda: Places(2000))
    walls: Places = field(default_factory=lambda: Places(100))
    heavy: Places = field(default_factory=lambda: Places(2))
    patience_s: float = 10.0
