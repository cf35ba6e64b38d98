"""What is done to one Delta table, each in one commit that is on disk when `commit` returns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pyarrow as pa
from deltalake import DeltaTable, PostCommitHookProperties, write_deltalake

from passerby.store.durable import sync_checkpoint, sync_commits
from passerby.store.rows import DAY, STORED, TIME_COLUMN
from passerby.tables import TABLES

# Checkpoints and log clean-up are done in `sweep`, after the sync, so that a commit costs the same every time.
NO_HOOKS: Final = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def create(path: Path, table: str, properties: Mapping[str, str]) -> DeltaTable:
    """A new, empty table of format version 1, partitioned by day; tracks are closed to other users."""
    path.mkdir(mode=0o700 if table == "tracks" else 0o755, exist_ok=True)
    settings = {
        **properties,
        # Statistics go into the log, which outlives the rows a while: times only, never ids or places.
        "delta.dataSkippingStatsColumns": f"{TIME_COLUMN[table]},{STORED.name}",
        # Long enough for a reader who has just listed the log.
        "delta.logRetentionDuration": "interval 10 minutes",
        "delta.deletedFileRetentionDuration": "interval 0 days",
    }
    dt = DeltaTable.create(
        str(path),
        pa.schema([*TABLES[table], DAY, STORED]),
        partition_by=[DAY.name],
        name=table,
        configuration=settings,
        raise_if_key_not_exists=False,
        post_commithook_properties=NO_HOOKS,
    )
    sync_commits(path, -1, dt.version())
    return dt


def commit(dt: DeltaTable, path: Path, change: Callable[[], object]) -> None:
    """Make a change to a table and force it to disk."""
    before = dt.version()
    change()
    dt.update_incremental()
    sync_commits(path, before, dt.version())


def append(dt: DeltaTable, rows: pa.Table) -> None:
    """Add rows."""
    write_deltalake(dt, rows, mode="append", post_commithook_properties=NO_HOOKS)


def overwrite(dt: DeltaTable, rows: pa.Table) -> None:
    """Put rows in the place of all others."""
    write_deltalake(dt, rows, mode="overwrite", post_commithook_properties=NO_HOOKS)


def merge(dt: DeltaTable, rows: pa.Table, predicate: str) -> None:
    """Replace the stored rows (t) that the predicate pairs with arriving ones (s), and add the other arriving ones."""
    merger = dt.merge(rows, predicate, source_alias="s", target_alias="t", post_commithook_properties=NO_HOOKS)
    merger.when_matched_update_all().when_not_matched_insert_all().execute()


def delete(dt: DeltaTable, predicate: str) -> None:
    """Delete the rows for which the SQL is true; their bytes stay until `sweep`."""
    dt.delete(predicate, post_commithook_properties=NO_HOOKS)


def compact(dt: DeltaTable) -> None:
    """Merge each day's small files."""
    dt.optimize.compact(post_commithook_properties=NO_HOOKS)


def configure(dt: DeltaTable, properties: dict[str, str]) -> None:
    """Set table properties."""
    dt.alter.set_table_properties(properties, raise_if_not_exists=False, post_commithook_properties=NO_HOOKS)


def sweep(dt: DeltaTable, path: Path) -> int:
    """Delete every data file that the table no longer names, then shorten the log; how many files went."""
    # Retention 0 is safe here: the lock keeps other writers out, and readers open the table anew when a file is gone.
    gone = dt.vacuum(
        retention_hours=0,
        dry_run=False,
        enforce_retention_duration=False,
        full=True,
        post_commithook_properties=NO_HOOKS,
    )
    dt.update_incremental()
    dt.create_checkpoint()
    sync_checkpoint(path)  # before the log it replaces is deleted
    dt.cleanup_metadata()
    return len(gone)
