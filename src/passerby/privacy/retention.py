"""Rows and files kept past their time to live: in Delta tables, in what their deletions left, in output files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake import DeltaTable

from passerby.privacy.finding import Finding
from passerby.store.files import RETENTION
from passerby.store.scan import rows_of
from passerby.store.ttl import CLOCK_PROPERTY, DEFAULT_TTL, TTL_PROPERTY, describe
from passerby.tables import TABLES, TIME

WHY: Final = "nothing is kept longer than it is needed"
TIME_NAMES: Final = ("t", "t0", "time", "timestamp")
# Expiry runs once an hour or so; what has been due for less than that is not a fault.
GRACE: Final = timedelta(hours=2)


def delta_properties(folder: Path) -> dict[str, str]:
    """The configuration of a Delta table; empty if it cannot be read."""
    try:
        return dict(DeltaTable(str(folder)).metadata().configuration)
    except Exception:
        return {}


def check_delta(folder: Path, name: str, now: datetime) -> list[Finding]:
    """Findings for one Delta table: no time to live, rows past it, deleted rows whose bytes are still there."""
    try:
        dt = DeltaTable(str(folder))
        properties = dict(dt.metadata().configuration)
        schema = pa.schema(dt.schema())
        active = {unquote(p) for p in map(str, dt.get_add_actions(flatten=True).column("path").to_pylist())}
    except Exception as e:
        got = " ".join(str(e).split())[:150]
        return [Finding(name, f"Delta table that cannot be read ({got})", "unread is unchecked", "repair or remove it")]
    if TTL_PROPERTY not in properties:
        todo = f"set the table property {TTL_PROPERTY}, or open it with passerby, which does"
        return [Finding(name, "table without a time to live", WHY, todo)]
    keep = timedelta(seconds=float(properties[TTL_PROPERTY]))
    cut = now - keep - GRACE
    columns = ["stored"] if properties.get(CLOCK_PROPERTY) == "stored" else [*TIME_NAMES, "stored"]
    ages = [c for c in columns if c in schema.names and pa.types.is_timestamp(schema.field(c).type)]
    if not ages:
        return [Finding(name, "table without a time column", "its rows' age cannot be told", "add a column t")]
    found = []
    rows = rows_of(dt, pa.schema([schema.field(c) for c in ages]))
    if n := _older(rows, ages, cut):
        found.append(
            Finding(name, f"{n} rows past their time to live of {describe(keep)}", WHY, "run passerby's expiry on it")
        )
    for path in sorted(folder.rglob("*.parquet")):
        relative = path.relative_to(folder).as_posix()
        if "_delta_log" in path.parts or relative in active:
            continue
        try:
            there = pq.ParquetFile(path)
            left = there.read([c for c in ages if c in there.schema_arrow.names])
        except FileNotFoundError:
            continue
        except (OSError, pa.ArrowException):
            left = None
        if left is None or _older(left, left.column_names, cut):
            what = f"bytes of deleted rows past their time to live of {describe(keep)}"
            found.append(Finding(f"{name}/{relative}", what, WHY, "run passerby's expiry, which sweeps the files"))
    return found


def check_file(path: Path, name: str, now: datetime) -> list[Finding]:
    """Findings for a result file: past the date in `retention.json` or, without it, older than the default."""
    match = re.fullmatch(r"(\w+)\.(csv|csv\.gz|parquet)", path.name)
    if match is None or match[1] not in TABLES:
        return []
    entry = _entries(path.parent).get(path.name)
    try:
        until = datetime.fromisoformat(str(entry["keep_until"])) if entry else None
    except (KeyError, ValueError):
        until = None
    keep = DEFAULT_TTL[match[1]]
    if until is None:
        until = datetime.fromtimestamp(path.stat().st_mtime, UTC) + keep
    if now <= until.astimezone(UTC) + GRACE:
        return []
    return [Finding(name, f"file past its time to live (kept until {until:%Y-%m-%d %H:%M} UTC)", WHY, "delete it")]


def _entries(folder: Path) -> Mapping[str, Mapping[str, object]]:
    try:
        files = json.loads((folder / RETENTION).read_text(encoding="utf-8"))["files"]
        return files if isinstance(files, dict) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _older(rows: pa.Table, columns: list[str], cut: datetime) -> int:
    if not columns or rows.num_rows == 0:
        return 0
    limit = pa.scalar(cut, TIME)
    old = pa.chunked_array([pa.array([False] * rows.num_rows)])
    for column in columns:
        old = pc.or_(old, pc.fill_null(pc.less(rows[column].cast(TIME), limit), False))
    return int(pc.sum(old).as_py() or 0)
