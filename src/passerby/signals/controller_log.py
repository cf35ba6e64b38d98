"""High-resolution controller logs: one row per event, at 0.1 s, with the Indiana enumerations.

Codes: Sturdevant et al. 2012, doi:10.4231/K4RN35SH, and Li et al. 2019 (TPF-5(377)), doi:10.5703/1288284316998.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from passerby.errors import SignalsError
from passerby.signals.clock import occurs_twice, times, zoned
from passerby.signals.history import STATE_CODE, CodeArray, FloatArray, SignalHistory, compact
from passerby.signals.source import Head, SignalsWarning, batches
from passerby.site.model import Signal, Site

IntArray = npt.NDArray[np.int64]

# Code -> state, in the order in which events of one instant count: the last wins, since a head that both ends
# one interval and begins another shows the other. Green termination (7) says that green is over, not what follows.
PHASE: Final = (
    (7, "unknown"),
    (9, "red"),
    (10, "red"),
    (11, "red"),
    (12, "red"),
    (8, "amber"),
    (1, "green"),
)
# Overlap off (65) is "inactive with red indication"; dark (66) shows nothing, or a flashing arrow that is not logged.
OVERLAP: Final = ((65, "red"), (64, "red"), (66, "dark"), (63, "amber"), (62, "green"), (61, "green"))
PEDESTRIAN: Final = ((24, "dark"), (23, "dont_walk"), (22, "clear"), (21, "walk"))
PEDESTRIAN_OVERLAP: Final = ((70, "dark"), (69, "dont_walk"), (68, "clear"), (67, "walk"))

SILENCE_S: Final = 900.0
"""Without any event for this long the log has lost touch with the street, and no state is claimed."""

BACKWARD_S: Final = 60.0
"""Rows this far out of order are a clock that was set back, not a logger that writes in bursts."""

RESOLUTION_S: Final = 0.1
MOST_EVENTS: Final = 200_000_000

TIME: Final = ("timestamp", "time", "eventtime", "datetime", "eventtimestamp", "t")
CODE: Final = ("eventcode", "eventid", "eventcodeid", "eventtypeid", "code")
PARAM: Final = ("eventparam", "eventparameter", "parameter", "param", "eventvalue")
DEVICE: Final = ("signalid", "deviceid", "locationidentifier", "locationid", "intersectionid", "controllerid")


@dataclass(frozen=True, eq=False)
class ControllerLog:
    """Events in order of time, arrays of shape (n,): t in epoch seconds, Indiana code, its parameter."""

    t: FloatArray
    code: IntArray
    param: IntArray

    def times_of(self, code: int, param: int) -> FloatArray:
        """When one event happened, seconds, shape (k,)."""
        return np.asarray(self.t[(self.code == code) & (self.param == param)], np.float64)


def columns(names: tuple[str, ...]) -> dict[str, str] | None:
    """Which column is time, code, param and (where there is one) device; None where this is no controller log."""
    plain = {re.sub(r"[^a-z0-9]", "", n.lower()): n for n in reversed(names)}
    found = {}
    for role, spellings in (("time", TIME), ("code", CODE), ("param", PARAM), ("device", DEVICE)):
        name = next((plain[s] for s in spellings if s in plain), None)
        if name is not None:
            found[role] = name
    return found if {"time", "code", "param"} <= found.keys() else None


def headless_columns(first: tuple[str, ...]) -> dict[str, str] | None:
    """The columns of a log without header, told by its first row: [device,] time, code, parameter."""
    whole = [bool(re.fullmatch(r"\d+", c)) for c in first]
    if len(first) == 4 and all(whole[i] for i in (0, 2, 3)):
        return {"device": "f0", "time": "f1", "code": "f2", "param": "f3"}
    if len(first) == 3 and whole[1] and whole[2]:
        return {"time": "f0", "code": "f1", "param": "f2"}
    return None


def read_controller_log(
    path: Path, start: Head, roles: Mapping[str, str], timezone: str, device: str | None = None
) -> ControllerLog:
    """The events of one controller. Local clock times are read in `timezone`.

    Where clocks are set back, an hour occurs twice: the rows after the log's own step back are the second one.
    SignalsError for several controllers unless `device` chooses one, and for a clock that runs backwards.
    """
    wanted = tuple(roles[r] for r in ("time", "code", "param", "device") if r in roles)
    coded = pa.dictionary(pa.int32(), pa.string())
    types = {roles["time"]: coded, roles["code"]: pa.float64(), roles["param"]: pa.float64()}
    if "device" in roles:
        types[roles["device"]] = coded
    parts: list[tuple[FloatArray, npt.NDArray[np.bool_], IntArray, IntArray, IntArray]] = []
    devices: set[str] = set()
    rows = 0
    for row, full in batches(path, start, wanted, types):
        numbers = np.arange(row, row + full.num_rows)
        batch = full
        if "device" in roles:
            names = pc.cast(full.column(3), pa.string())
            devices |= {str(d) for d in pc.unique(names).to_pylist()}
            if device is not None:
                mask = pc.fill_null(pc.equal(names, device), False)
                batch, numbers = full.filter(mask), numbers[mask.to_numpy(zero_copy_only=False)]
        if device is None and len(devices) > 1:
            raise SignalsError(f"two sites in one file: controllers {_listed(devices)}; choose one with device")
        t, local = times(batch.column(0), row)
        code, param = _whole(batch.column(1), "event code", row), _whole(batch.column(2), "event parameter", row)
        parts.append((t, local, code, param, numbers))
        rows += len(t)
        if rows > MOST_EVENTS:
            raise SignalsError(f"has more than {MOST_EVENTS} events; split it, by day for example")
    if not rows:
        if device is not None and devices:
            raise SignalsError(f'controller "{device}" is not in the log, which is of {_listed(devices)}')
        raise SignalsError("has no events")
    t, local, code, param, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    parts.clear()
    t = _in_order(t, local, number, timezone)
    order = np.argsort(t, kind="stable")
    return ControllerLog(t[order], code[order], param[order])


def decode(log: ControllerLog, site: Site) -> SignalHistory:
    """What each signal of the site showed, by its phase, pedestrian phase or overlap. Several may share one.

    Where the log is silent for more than 15 min, states are unknown from the last event before the silence until
    the signal's next own event; after the log's end, from 15 min on.
    """
    t, code, param = log.t, log.code, log.param
    quiet = np.flatnonzero(np.diff(t) > SILENCE_S)
    lost = np.append(t[quiet] + RESOLUTION_S, t[-1] + SILENCE_S)
    changes = {}
    for signal in site.signals:
        source = _source(signal)
        if source is None:
            continue
        number, table = source
        codes = np.array([c for c, _ in table])
        mine = np.flatnonzero((param == number) & np.isin(code, codes))
        if not len(mine):
            continue
        rank = np.argmax(code[mine, None] == codes, axis=1)
        state = np.array([STATE_CODE[s] for _, s in table], np.int8)[rank]
        at = np.concatenate([t[mine], lost])
        state = np.concatenate([state, np.zeros(len(lost), np.int8)])
        rank = np.concatenate([rank, np.full(len(lost), -1)])
        order = np.lexsort((rank, at))
        changes[signal.id] = _from_first(*compact(at[order], state[order]))
    return SignalHistory(changes, clock_sigma_s=float(RESOLUTION_S / np.sqrt(12.0)))


def unused(log: ControllerLog, site: Site) -> list[str]:
    """The log's phases, overlaps and pedestrian phases that no signal of the site is tied to."""
    tied = {(number, table) for number, table in filter(None, map(_source, site.signals))}
    said = []
    for name, table in (
        ("phase", PHASE),
        ("overlap", OVERLAP),
        ("pedestrian_phase", PEDESTRIAN),
        ("pedestrian overlap", PEDESTRIAN_OVERLAP),
    ):
        seen = np.unique(log.param[np.isin(log.code, [c for c, _ in table])])
        said += [f"{name} {n}" for n in seen if (int(n), table) not in tied]
    return said


def _source(signal: Signal) -> tuple[int, tuple[tuple[int, str], ...]] | None:
    if signal.kind == "pedestrian":
        if signal.pedestrian_phase is not None:
            return signal.pedestrian_phase, PEDESTRIAN
        if signal.overlap is not None:
            return signal.overlap, PEDESTRIAN_OVERLAP
        return None if signal.phase is None else (signal.phase, PEDESTRIAN)
    if signal.overlap is not None:
        return signal.overlap, OVERLAP
    if signal.phase is not None:
        return signal.phase, PHASE
    return None if signal.pedestrian_phase is None else (signal.pedestrian_phase, PEDESTRIAN)


def _from_first(t: FloatArray, code: CodeArray) -> tuple[FloatArray, CodeArray]:
    known = np.flatnonzero(code)
    return (t[known[0] :], code[known[0] :]) if len(known) else (t[:0], code[:0])


def _in_order(t: FloatArray, local: npt.NDArray[np.bool_], number: IntArray, timezone: str) -> FloatArray:
    """Epoch seconds in the file's order, checked for clocks that run backwards."""
    if len(t) > 1 and np.all(np.diff(t) <= 0):  # newest first, as some exports are
        return _in_order(t[::-1], local[::-1], number[::-1], timezone)[::-1]
    if np.any(local):
        twice = occurs_twice(t, timezone) & local
        stepped = np.flatnonzero(np.append(False, np.diff(t) < -900.0) & twice)
        if np.any(twice) and not len(stepped) and t.max() > t[twice].max() + 900.0:
            day = str(np.datetime64(int(t[twice].min()), "s"))[:10]
            warnings.warn(
                f"the hour of {day} that occurs twice in {timezone} is read as the first pass alone, "
                "since the log's clock does not step back in it; export the log in UTC",
                SignalsWarning,
                stacklevel=2,
            )
        later = twice & (np.arange(len(t)) >= stepped[0]) if len(stepped) else np.zeros(len(t), np.bool_)
        t = np.where(local, zoned(t, timezone, later), t)
    behind = np.maximum.accumulate(t) - t
    if np.any(behind > BACKWARD_S):
        i = int(np.argmax(behind > BACKWARD_S))
        raise SignalsError(
            f"row {number[i]}: the clock goes back by {behind[i]:.0f} s; "
            "sort the log by time if its rows are only out of order, else cut it where the clock was set"
        )
    return t


def _whole(column: Any, name: str, row: int) -> IntArray:
    values = pc.cast(column, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    wrong = ~np.isfinite(values) | (values != np.floor(values)) | (np.abs(values) > 2**31)
    if np.any(wrong):
        i = int(np.argmax(wrong))
        got = column[i].as_py()
        raise SignalsError(f"row {row + i}: {name} must be a whole number, got {'nothing' if got is None else got}")
    return np.asarray(values, np.int64)


def _listed(devices: set[str]) -> str:
    return ", ".join(sorted(devices)[:5]) + (" ..." if len(devices) > 5 else "")
