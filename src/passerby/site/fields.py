"""`Fields`: one table of site.toml, read key by key; what is missing, mistyped or unknown is said in one sentence."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from passerby.errors import SiteError
from passerby.site.check import hint
from passerby.site.model import Points


class SiteWarning(UserWarning):
    """Something in site.toml that is allowed but probably not meant."""


def warn(sentence: str) -> None:
    """Issue a SiteWarning."""
    warnings.warn(sentence, SiteWarning, stacklevel=2)


class Fields:
    """One table: `who` names it in every sentence; `done` warns of keys nobody asked for."""

    def __init__(self, who: str, table: Mapping[str, Any]) -> None:
        self.who = who
        self._table = table
        self._asked: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        self._asked.append(key)
        return key in self._table

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required where there is no default."""
        value = self._get(key, default)
        if not isinstance(value, str):
            raise self._wrong(key, 'text in "quotes"', value)
        return value

    def optional_text(self, key: str) -> str | None:
        """A string or None where the key is absent."""
        return self.text(key) if self.has(key) else None

    def number(self, key: str) -> float:
        """A number, required."""
        return self._float(key, self._get(key, None))

    def optional_number(self, key: str) -> float | None:
        """A number or None where the key is absent."""
        return self.number(key) if self.has(key) else None

    def optional_whole(self, key: str) -> int | None:
        """A whole number or None where the key is absent."""
        if not self.has(key):
            return None
        value = self._table[key]
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._wrong(key, "a whole number", value)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false", value)
        return value

    def texts(self, key: str, default: Sequence[str]) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._wrong(key, 'a list of texts such as ["pedestrian"]', value)
        return tuple(value)

    def rows(self, key: str, width: int, what: str) -> tuple[tuple[float, ...], ...]:
        """A list of lists of `width` numbers each."""
        value = self._get(key, None)
        if not isinstance(value, list):
            raise self._wrong(key, what, value)
        rows = []
        for i, row in enumerate(value, 1):
            if not isinstance(row, list) or len(row) != width:
                raise self._wrong(f"{key}, entry {i},", f"{width} numbers", row)
            rows.append(tuple(self._float(f"{key}, entry {i},", v) for v in row))
        return tuple(rows)

    def points(self, key: str) -> Points:
        """A list of [x, y] pairs, required."""
        return tuple((row[0], row[1]) for row in self.rows(key, 2, "a list of [x, y] pairs"))

    def pair(self, key: str, default: tuple[float, float], what: str) -> tuple[float, float]:
        """Two numbers."""
        value = self._get(key, list(default))
        if not isinstance(value, list) or len(value) != 2:
            raise self._wrong(key, what, value)
        return self._float(key, value[0]), self._float(key, value[1])

    def whole_pair(self, key: str, what: str) -> tuple[int, int]:
        """Two whole numbers, required."""
        value = self._get(key, None)
        if not (isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)):
            raise self._wrong(key, what, value)
        return value[0], value[1]

    def box(self, key: str, what: str) -> tuple[float, float, float, float]:
        """Four numbers, required."""
        value = self._get(key, None)
        if not isinstance(value, list) or len(value) != 4:
            raise self._wrong(key, what, value)
        x, y, w, h = (self._float(key, v) for v in value)
        return x, y, w, h

    def table(self, key: str) -> Mapping[str, Any] | None:
        """A sub-table or None where the key is absent."""
        if not self.has(key):
            return None
        value = self._table[key]
        if not isinstance(value, dict):
            raise self._wrong(key, "a table", value)
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        """A list of sub-tables, empty where the key is absent."""
        if not self.has(key):
            return []
        value = self._table[key]
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            raise self._wrong(key, f"tables headed [[{self.who.split()[0]}.{key}]]", value)
        return value

    def done(self) -> None:
        """Warn of every key that the format does not know: most are typing errors."""
        for key in self._table:
            if key not in self._asked:
                warn(f'{self.who}: key "{key}" is not known and is ignored{hint(key, self._asked)}')

    def _get(self, key: str, default: Any) -> Any:
        if self.has(key):
            return self._table[key]
        if default is None:
            close = hint(key, set(self._table) - set(self._asked))
            close = close.replace("did you mean", "is it").replace("?", " misspelt?")
            raise SiteError(f"{self.who}: {key} is missing{close}")
        return default

    def _float(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(key, "a number", value)
        try:
            number = float(value)
        except OverflowError:
            number = float("inf")
        if number != number or number in (float("inf"), float("-inf")):
            raise self._wrong(key, "a finite number", value)
        return number

    def _wrong(self, key: str, wanted: str, got: Any) -> SiteError:
        shown = f'"{got}"' if isinstance(got, str) else str(got).lower() if isinstance(got, bool) else str(got)
        return SiteError(f"{self.who}: {key} must be {wanted}, got {shown[:60]}")
