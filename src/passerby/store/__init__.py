"""What is kept, for how long, and the log of it."""

from __future__ import annotations

from passerby.store.audit import AuditError, AuditLog
from passerby.store.files import read_results, write_results
from passerby.store.tables import Store, Upsert, open_store
from passerby.store.ttl import DEFAULT_TTL, read_ttl

__all__ = [
    "DEFAULT_TTL",
    "AuditError",
    "AuditLog",
    "Store",
    "Upsert",
    "open_store",
    "read_results",
    "read_ttl",
    "write_results",
]
