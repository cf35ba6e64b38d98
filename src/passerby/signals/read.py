"""A signal file of any known kind -> `SignalHistory`."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

from passerby.errors import SignalsError
from passerby.signals.controller_log import columns, decode, headless_columns, read_controller_log, unused
from passerby.signals.history import SignalHistory
from passerby.signals.source import Head, SignalsWarning, head
from passerby.signals.spat import read_spat
from passerby.signals.state_table import COLUMNS, read_state_table
from passerby.site.model import Site

KNOWN: Final = "the columns t, signal, state, or a controller log's time, event code and event parameter"


def read_signals(path: str | Path, site: Site, *, device: str | None = None) -> SignalHistory:
    """Who had which light when, for the signals of the site, from the file's content whatever its name.

    State table (CSV, CSV.gz, Parquet), high-resolution controller log (likewise), SPaT (JSON lines, may be gzipped).
    device: the controller or intersection to read where the file holds several.
    SignalsError in one sentence; SignalsWarning for signals on one side only.
    """
    path = Path(path)
    try:
        start = head(path)
        history, strangers = _read(path, start, site, device)
    except SignalsError as e:
        raise SignalsError(f"{path.name}: {e}") from e.__cause__
    ids = {s.id for s in site.signals}
    known = {name: change for name, change in history.changes.items() if name in ids}
    if not known:
        there = _listed(strangers) if strangers else "none at all"
        raise SignalsError(
            f"{path.name}: has none of the site's signals ({_listed(sorted(ids)) if ids else 'the site has none'}); "
            f"it has {there}"
        )
    if strangers:
        warnings.warn(
            f"{path.name}: the site does not know {_listed(strangers)} and they are left out",
            SignalsWarning,
            stacklevel=2,
        )
    missing = sorted(ids - known.keys())
    if missing:
        never = "signal {} never appears" if len(missing) == 1 else "signals {} never appear"
        said = f"{path.name}: the site's {never.format(_listed(missing))} in it and will stay unknown"
        warnings.warn(said, SignalsWarning, stacklevel=2)
    return SignalHistory(known, history.known_until, history.clock_sigma_s)


def _read(path: Path, start: Head, site: Site, device: str | None) -> tuple[SignalHistory, list[str]]:
    """The history and the names of what no signal of the site is tied to."""
    if start.kind == "json":
        history, groups = read_spat(path, site, device)
        return history, [f"signal group {g}" for g in groups]
    twice = sorted({n for n in start.names if start.names.count(n) > 1})
    if twice:
        raise SignalsError(f'column "{twice[0]}" is there twice')
    if set(COLUMNS) <= set(start.names):
        history = read_state_table(path, start)
        ids = {s.id for s in site.signals}
        return history, [s for s in history.signals if s not in ids]
    roles = columns(start.names) if start.names else headless_columns(start.first)
    if roles is None:
        got = ", ".join(start.names or start.first)[:100]
        raise SignalsError(f"needs {KNOWN}, got {got}")
    log = read_controller_log(path, start, roles, site.timezone, device)
    return decode(log, site), unused(log, site)


def _listed(names: list[str]) -> str:
    return ", ".join(f'"{n}"' if " " not in n else n for n in names[:8]) + (
        f" and {len(names) - 8} more" if len(names) > 8 else ""
    )
