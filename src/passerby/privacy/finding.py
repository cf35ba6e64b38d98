"""`Finding`: one thing in a data folder that should not be there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, order=True)
class Finding:
    """What was found in which file, why it is wrong, and what to do; `advice` does not fail a check by itself.

    `file` is relative to the checked folder; things inside a container are written `archive.zip!member`.
    """

    file: str
    what: str
    why: str
    todo: str
    severity: Literal["error", "advice"] = "error"

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: {self.why}; {self.todo}"
