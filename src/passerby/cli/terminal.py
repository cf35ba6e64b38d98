"""What a person sees in the terminal: sentences, tables, progress. Scripts get `--json` on standard output instead."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from passerby.errors import StoreError
from passerby.offsets import offset_named

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def complain(sentence: str) -> None:
    """One sentence of what went wrong."""
    err.print(f"[bold red]passerby:[/] {plain(' '.join(sentence.split()))}", soft_wrap=True)


def warn(
    message: Warning | str,
    category: type[Warning] | None = None,
    filename: str | None = None,
    lineno: int | None = None,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """One sentence of what is doubtful; has the signature of `warnings.showwarning`."""
    if category is not None and not category.__module__.startswith("passerby"):
        return
    err.print(f"[yellow]warning:[/] {plain(str(message))}", soft_wrap=True)


def plain(text: object) -> str:
    """A text as it stands, none of it read as colours."""
    return escape(str(text))


def any_terminal() -> None:
    """Let a terminal that knows no Unicode show "?" for what it cannot show."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def writable(folder: Path) -> None:
    """StoreError, before any work is done, where results could not be written into a folder that may not exist yet."""
    there = folder.absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise StoreError(f"{there}: is a file, wanted a folder for the results")
    if not os.access(there, os.W_OK | os.X_OK):
        raise StoreError(f"{there}: cannot be written to; name another folder for the results")


def print_json(value: Mapping[str, Any]) -> None:
    """A value for a script, on standard output."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


@contextmanager
def reading(what: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar over bytes; nothing where output is not a terminal or unwanted."""
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), DownloadColumn())
    with Progress(*columns, TimeRemainingColumn(), console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def working(what: str, quiet: bool) -> Iterator[Callable[[float], None]]:
    """A progress bar over a share from 0 to 1."""
    if quiet or not err.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda share: bar.update(task, completed=share)


def clock_time(t: float, timezone: str) -> str:
    """An instant as a clock at the site shows it."""
    return _with_offset(datetime.fromtimestamp(t, ZoneInfo(timezone)), "%H:%M:%S")


def clock_period(begin: float, end: float, timezone: str) -> str:
    """From when to when (epoch s), as a clock at the site shows it."""
    first, last = (datetime.fromtimestamp(t, ZoneInfo(timezone)) for t in (begin, end))
    return f"{_with_offset(first, '%Y-%m-%d %H:%M', last)} to {_with_offset(last, '%H:%M:%S', first)}"


def _with_offset(when: datetime, pattern: str, *beside: datetime) -> str:
    return f"{when.strftime(pattern)} {offset_named(when, *beside)}".rstrip()
