"""A signal log read before there is a site: every signal in it, under a name of its own where it has none."""

from __future__ import annotations

from pathlib import Path

from passerby.errors import SignalsError
from passerby.signals.controller_log import columns, decode, headless_columns, read_controller_log, unused
from passerby.signals.history import SignalHistory
from passerby.signals.read import KNOWN
from passerby.signals.source import head
from passerby.signals.spat import read_spat
from passerby.signals.state_table import COLUMNS, read_state_table
from passerby.site.model import Signal, Site


def read_signal_log(
    path: str | Path, timezone: str, device: str | None = None
) -> tuple[SignalHistory, tuple[Signal, ...]]:
    """The history of every signal in a log, and the signals with the phase, overlap or group that ties them to it.

    State tables name their signals. Phases of a controller log become P1, P2, ..., overlaps O1, pedestrian phases W1;
    groups of SPaT become G1 as seen by vehicles and W1 as seen by pedestrians. SignalsError as of `read_signals`.
    """
    path = Path(path)
    try:
        start = head(path)
        if start.kind == "json":
            _, groups = read_spat(path, _with((), timezone), device)
            signals = [Signal(f"G{g}", "vehicle", group=g) for g in groups]
            signals += [Signal(f"W{g}", "pedestrian", group=g) for g in groups]
            history, _ = read_spat(path, _with(tuple(signals), timezone), device)
        elif set(COLUMNS) <= set(start.names):
            history = read_state_table(path, start)
            signals = [Signal(s) for s in history.signals]
        else:
            roles = columns(start.names) if start.names else headless_columns(start.first)
            if roles is None:
                raise SignalsError(f"needs {KNOWN}, got {', '.join(start.names or start.first)[:100]}")
            log = read_controller_log(path, start, roles, timezone, device)
            signals = [s for s in map(_phase, unused(log, _with((), timezone))) if s is not None]
            history = decode(log, _with(tuple(signals), timezone))
    except SignalsError as e:
        raise SignalsError(f"{path.name}: {e}") from e.__cause__
    return history, tuple(s for s in signals if s.id in history.changes)


def _with(signals: tuple[Signal, ...], timezone: str) -> Site:
    return Site("a log without a site", timezone=timezone, signals=signals)


def _phase(said: str) -> Signal | None:
    """The signal of a phase as `unused` names it."""
    name, _, number = said.rpartition(" ")
    n = int(number)
    if not 0 <= n <= 255:
        return None
    return {
        "phase": Signal(f"P{n}", "vehicle", phase=n),
        "overlap": Signal(f"O{n}", "vehicle", overlap=n),
        "pedestrian_phase": Signal(f"W{n}", "pedestrian", pedestrian_phase=n),
        "pedestrian overlap": Signal(f"WO{n}", "pedestrian", overlap=n),
    }[name]
