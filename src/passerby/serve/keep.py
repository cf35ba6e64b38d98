"""`Keep`: what the server itself remembers, in a folder of its own that only its owner can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from passerby.errors import StoreError
from passerby.serve.marks import Marks
from passerby.serve.private_file import read_private, write_private
from passerby.serve.sessions import Sessions
from passerby.serve.tokens import Tokens
from passerby.serve.users import Users
from passerby.store.audit import AuditLog


class Keep:
    """users.json, tokens.json, marks.jsonl and audit.jsonl in a folder; sessions in memory."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as e:
            raise StoreError(f"{folder}: cannot be made: {e.strerror or e}") from e
        self.folder = folder
        self.users = Users(folder / "users.json")
        self.tokens = Tokens(folder / "tokens.json")
        self.marks = Marks(folder / "marks.jsonl")
        self.audit = AuditLog(folder / "audit.jsonl")
        self.sessions = Sessions()
        self._settings = folder / "settings.json"

    def settings(self, junction: str) -> dict[str, Any]:
        """What an administrator has set for a junction: language, measures."""
        found = (read_private(self._settings, "settings") or {}).get("junctions", {}).get(junction, {})
        return dict(found)

    def set(self, junction: str, settings: dict[str, Any]) -> None:
        """Keep what an administrator has set."""
        every = (read_private(self._settings, "settings") or {}).get("junctions", {})
        write_private(self._settings, {"junctions": every | {junction: settings}})
