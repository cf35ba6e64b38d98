"""Bytes that stay: written rows are forced to disk, and what a killed or powerless writer left is cleared away.

Delta commits are atomic (a rename), but the rename may reach the disk before the bytes do; a commit counts as done
only when its files have been synced.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from deltalake import DeltaTable

from passerby.errors import StoreError


@contextmanager
def as_store_error(path: Path, what: str) -> Iterator[None]:
    """Turn whatever the table library or the disk raises into one StoreError sentence about `path`."""
    try:
        yield
    except StoreError:
        raise
    except Exception as e:
        got = " ".join(str(e).split())[:300] or type(e).__name__
        raise StoreError(f"{path}: {what}: {got}") from e


def sync_file(path: Path) -> None:
    """Force one file or folder to disk; one that has gone meanwhile needs none."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def commit_file(table: Path, version: int) -> Path:
    """The log file of one version of a Delta table."""
    return table / "_delta_log" / f"{version:020d}.json"


def sync_commits(table: Path, after: int, until: int) -> None:
    """Force the data files of the commits in (after, until] to disk, then the commits themselves."""
    folders = {table, table / "_delta_log"}
    logs = [commit_file(table, v) for v in range(after + 1, until + 1)]
    for log in logs:
        for path in _added(log):
            sync_file(table / path)
            folders.add((table / path).parent)
    for path in [*logs, *sorted(folders)]:
        sync_file(path)


def sync_checkpoint(table: Path) -> None:
    """Force the newest checkpoint of a table's log to disk."""
    log = table / "_delta_log"
    for path in [*sorted(log.glob("*.checkpoint*.parquet"))[-1:], log / "_last_checkpoint", log]:
        sync_file(path)


def recover(table: Path) -> int:
    """Undo what a crash left half done in a table that no one else writes; how many files were cleared away.

    Temporary files go. A last commit whose bytes never reached the disk was never acknowledged, so it goes too, and
    with it its data files; damage to anything older is a StoreError.
    """
    log = table / "_delta_log"
    if not log.is_dir():
        return 0
    gone = 0
    for path in [*log.iterdir(), *(p for d in table.glob("day=*") for p in d.iterdir())]:
        if path.is_file() and (path.name.endswith(".tmp") or "#" in path.name):
            path.unlink(missing_ok=True)
            gone += 1
    commits = sorted(log.glob("[0-9]*.json"))
    if commits and not _whole(commits[-1]):
        commits[-1].unlink()
        gone += 1
    if not any(log.glob("[0-9]*")):
        return gone
    dt = DeltaTable(str(table))
    newest = {str(table / p): table / p for p in _added(commit_file(table, dt.version()))}
    actions = dt.get_add_actions(flatten=True)
    torn = False
    for name, size in zip(
        actions.column("path").to_pylist(),
        actions.column("size_bytes").to_pylist(),
        strict=True,
    ):
        path = table / unquote(str(name))
        found = path.stat().st_size if path.exists() else -1
        if found == int(size):
            continue
        if str(path) not in newest:
            raise StoreError(f"{path}: should hold {size} bytes and holds {max(found, 0)}; restore it from a backup")
        path.unlink(missing_ok=True)
        torn = True
        gone += 1
    if torn:
        commit_file(table, dt.version()).unlink()
    return gone


def _added(log: Path) -> list[Path]:
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    actions = [json.loads(line) for line in lines if line.strip()]
    return [Path(unquote(a["add"]["path"])) for a in actions if "add" in a]


def _whole(log: Path) -> bool:
    try:
        lines = [line for line in log.read_text(encoding="utf-8").split("\n") if line]
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False
