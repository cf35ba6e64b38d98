"""Signal phase and timing (SAE J2735 SPaT) as JSON lines, as roadside units and the US DOT's ODE write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeGuard

import numpy as np
import pyarrow as pa

from passerby.errors import SignalsError
from passerby.signals.clock import times
from passerby.signals.history import STATE_CODE, CodeArray, FloatArray, SignalHistory, compact
from passerby.signals.source import lines
from passerby.site.check import hint
from passerby.site.model import Site

# MovementPhaseState of SAE J2735 in the order of its numbers: (plain name, vehicle state, pedestrian state).
MOVEMENT_PHASE_STATES: Final = (
    ("unavailable", "unknown", "unknown"),
    ("dark", "dark", "dark"),
    ("stopthenproceed", "flashing_red", "unknown"),
    ("stopandremain", "red", "dont_walk"),
    ("premovement", "red_amber", "dont_walk"),
    ("permissivemovementallowed", "green", "walk"),
    ("protectedmovementallowed", "green", "walk"),
    ("permissiveclearance", "amber", "clear"),
    ("protectedclearance", "amber", "clear"),
    ("cautionconflictingtraffic", "flashing_amber", "unknown"),
)
NAMES: Final = {name: i for i, (name, _, _) in enumerate(MOVEMENT_PHASE_STATES)}

BACKWARD_S: Final = 60.0
SHORTEST_SILENCE_S: Final = 5.0
LONGEST_SILENCE_S: Final = 900.0
MESSAGES_MISSED: Final = 50
NO_MINUTE: Final = 527040
NO_SECOND: Final = 60_999

RECEIVED: Final = ("odeReceivedAt", "recordGeneratedAt", "receivedAt", "received", "utcTimeStamp", "timestamp", "t")


def read_spat(path: Path, site: Site, device: str | None = None) -> tuple[SignalHistory, list[int]]:
    """The history of the site's signals by their signal group, and the groups that no signal is tied to.

    The time of a message is its minute of the year and second, in the year of its reception; else its reception.
    Messages missing for longer than 50 of them usually take (5 s to 15 min) leave the states unknown.
    SignalsError for a line that is no JSON, an unknown event state, several intersections unless `device` names
    one, and a clock that goes back by more than a minute.
    """
    stamps: list[float] = []
    seen: dict[int, tuple[list[float], list[int]]] = {}
    intersections: set[str] = set()
    before = -np.inf
    for number, line in lines(path):
        where = f"line {number}"
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as e:
            raise SignalsError(f"{where}: is not JSON; wanted one SPaT message per line") from e
        for state in _intersections(message):
            name = _name(state)
            if device is not None and name != device:
                intersections.add(name)
                continue
            intersections.add(name)
            if device is None and len(intersections) > 1:
                listed = ", ".join(sorted(intersections))
                raise SignalsError(f"{where}: two sites in one file: intersections {listed}; choose one with device")
            t = _time(message, state, where)
            if t < before - BACKWARD_S:
                raise SignalsError(f"{where}: the clock goes back by {before - t:.0f} s; cut the file there")
            before = max(before, t)
            stamps.append(t)
            for group, phase in _movements(state, where):
                at, codes = seen.setdefault(group, ([], []))
                at.append(t)
                codes.append(phase)
    if not stamps:
        others = f"; it is of intersections {', '.join(sorted(intersections))}" if intersections else ""
        raise SignalsError(f"holds no SPaT message{others}")
    groups = {s.group for s in site.signals if s.group is not None}
    return _history(site, np.sort(np.array(stamps)), seen), sorted(seen.keys() - groups)


def _history(site: Site, stamps: FloatArray, seen: Mapping[int, tuple[list[float], list[int]]]) -> SignalHistory:
    usual = float(np.median(np.diff(stamps))) if len(stamps) > 1 else np.inf
    silence = float(np.clip(MESSAGES_MISSED * usual, SHORTEST_SILENCE_S, LONGEST_SILENCE_S))
    gaps = np.flatnonzero(np.diff(stamps) > silence)
    lost = np.append(stamps[gaps] + min(usual, silence), stamps[-1] + silence)
    changes: dict[str, tuple[FloatArray, CodeArray]] = {}
    for signal in site.signals:
        if signal.group is None or signal.group not in seen:
            continue
        column = 2 if signal.kind == "pedestrian" else 1
        table = np.array([STATE_CODE[row[column]] for row in MOVEMENT_PHASE_STATES], np.int8)
        at, codes = (np.array(v) for v in seen[signal.group])
        t = np.concatenate([lost, at])
        code = np.concatenate([np.zeros(len(lost), np.int8), table[codes]])
        order = np.argsort(t, kind="stable")
        changes[signal.id] = compact(t[order], code[order])
    sigma = usual / np.sqrt(12.0) if np.isfinite(usual) else 0.0
    return SignalHistory(changes, clock_sigma_s=float(min(sigma, 1.0)))


def _intersections(message: Any) -> Iterator[Mapping[str, Any]]:
    """Every object below that has states of movements, or one bare movement."""
    if isinstance(message, dict):
        keys = {_plain(k) for k in message}
        if "states" in keys or ({"signalgroup"} <= keys and "eventstate" in keys):
            yield message
            return
        for value in message.values():
            yield from _intersections(value)
    elif isinstance(message, list):
        for value in message:
            yield from _intersections(value)


def _movements(state: Mapping[str, Any], where: str) -> Iterator[tuple[int, int]]:
    dead = _get(state, "status")
    unavailable = isinstance(dead, dict) and any(
        v is True and _plain(k) in ("novalidspatisavailableatthistime", "off") for k, v in dead.items()
    )
    listed = _get(state, "states", [state])
    for movement in _items(listed):
        group = _get(movement, "signalgroup")
        if isinstance(group, bool) or not isinstance(group, int):
            raise SignalsError(f"{where}: signalGroup must be a whole number, got {group!r}")
        events = [movement] if _get(movement, "eventstate") is not None else _items(_get(movement, "statetimespeed"))
        first = next(iter(events), None)
        if first is None:
            raise SignalsError(f"{where}: signalGroup {group} has no eventState")
        yield group, 0 if unavailable else _phase(_get(first, "eventstate"), where)


def _items(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list, or of the list inside an object that holds nothing else."""
    if isinstance(value, list):
        return [v for v in value if isinstance(v, dict)]
    if isinstance(value, dict):
        inner = next((v for v in value.values() if isinstance(v, list | dict)), None)
        keys = {_plain(k) for k in value}
        if keys & {"signalgroup", "eventstate"} or inner is None:
            return [value]
        return _items(inner)
    return []


def _phase(value: Any, where: str) -> int:
    if isinstance(value, dict) and len(value) == 1:  # {"stop-And-Remain": null}, from XML encodings
        value = next(iter(value))
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value < len(MOVEMENT_PHASE_STATES):
            return value
    elif isinstance(value, str) and _plain(value) in NAMES:
        return NAMES[_plain(value)]
    close = hint(_plain(value), NAMES) if isinstance(value, str) else ""
    raise SignalsError(f"{where}: eventState must be a MovementPhaseState of SAE J2735, got {value!r}{close}")


def _name(state: Mapping[str, Any]) -> str:
    value = _get(state, "id", _get(state, "intersectionid"))
    if isinstance(value, dict):
        value = value.get("id")
    return str(value)


def _time(message: Any, state: Mapping[str, Any], where: str) -> float:
    received = _received(message)
    minute, milli = _get(state, "moy"), _get(state, "timestamp")
    if not (_is_number(minute) and _is_number(milli) and 0 <= minute < NO_MINUTE and 0 <= milli <= NO_SECOND):
        if received is None:
            raise SignalsError(f"{where}: has no time: neither moy and timeStamp nor odeReceivedAt")
        return received
    if received is None:
        raise SignalsError(f"{where}: has a minute of the year and no year; odeReceivedAt is missing")
    year = datetime.fromtimestamp(received, UTC).year
    into = float(minute) * 60.0 + float(milli) / 1000.0
    candidates = [datetime(y, 1, 1, tzinfo=UTC).timestamp() + into for y in (year - 1, year, year + 1)]
    return min(candidates, key=lambda t: abs(t - received))


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _received(message: Any) -> float | None:
    """The time of reception wherever it stands at the top or in the metadata, or None."""
    if not isinstance(message, dict):
        return None
    for table in (message.get("metadata"), message):
        if not isinstance(table, dict):
            continue
        for key in RECEIVED:
            value = table.get(key)
            try:
                if isinstance(value, str) and value:
                    seconds, local = times(pa.array([value]), 1)
                    if not local[0]:
                        return float(seconds[0])
                if _is_number(value) and value > 1e8:
                    return float(value) / 1000.0 if value > 1e11 else float(value)
            except SignalsError:
                continue
    return None


def _get(table: Mapping[str, Any], plain: str, default: Any = None) -> Any:
    return next((v for k, v in table.items() if _plain(k) == plain), default)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
