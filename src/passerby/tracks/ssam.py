"""SSAM trajectory files (.trj), versions 1.04 and 3.0, for FHWA's Surrogate Safety Assessment Model.

Binary records, each begun by a byte that says what it is: FORMAT 0, DIMENSIONS 1, then per instant TIMESTEP 2 and
one VEHICLE 3 for everybody (SSAM File Format v1.04, Siemens 2004; Open Source SSAM File Format v3.0, 2017, which
adds a byte to FORMAT and, where that is not 0, two elevations to VEHICLE).
"""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from passerby.errors import StoreError, TracksError
from passerby.tracks.classes import CLASSES, CODE
from passerby.tracks.motion import STEP_S, Motion
from passerby.tracks.record import FloatArray, IntArray
from passerby.tracks.write import whole_file

VERSIONS: Final = (1.04, 3.0)
_FORMAT, _DIMENSIONS, _TIMESTEP, _VEHICLE = 0, 1, 2, 3
_METRES: Final = 1
_STEP_BYTES: Final = 5
_FLOATS: Final = ("front_x", "front_y", "rear_x", "rear_y", "length", "width", "speed", "acceleration")
_ELEVATIONS: Final = ("front_z", "rear_z")


@dataclass(frozen=True, eq=False)
class Trajectories:
    """A .trj file. version; metric (else feet); bounds: min x, min y, max x, max y; t: s from the start, shape (n,).

    Per row, shape (n,): vehicle, link, lane (int64), and `values`, each of _FLOATS (m, m/s, m/s2 or feet), scaled.
    """

    version: float
    metric: bool
    bounds: tuple[int, int, int, int]
    t: FloatArray
    vehicle: IntArray
    link: IntArray
    lane: IntArray
    values: dict[str, FloatArray]


def write_trj(
    motion: Motion, path: Path, *, version: float = 3.0, classes: Collection[str] = CLASSES, start_k: int | None = None
) -> int:
    """Write smoothed tracks as SSAM trajectories, in metres; return how many samples were left out.

    Vehicle numbers count `motion.ids` from 1; link and lane are 0, as nothing says which link a track is on. Left out
    are samples whose heading was never seen, as SSAM needs a front and a rear. Time is seconds from `start_k`, the
    first sample where not given: a float32 keeps no absolute time.
    """
    if version not in VERSIONS:
        raise StoreError(f"{path}: SSAM files are written in version 1.04 or 3.0, got {version}")
    wanted = np.isin(motion.cls[motion.track], [CODE[c] for c in classes])
    known = wanted & np.isfinite(motion.hx)
    order = np.flatnonzero(known)[np.argsort(motion.k[known], kind="stable")]
    k, track = motion.k[order], motion.track[order]
    half = motion.length[track] / 2
    x, y, hx, hy = motion.x[order], motion.y[order], motion.hx[order], motion.hy[order]
    fx, fy, rx, ry = x + half * hx, y + half * hy, x - half * hx, y - half * hy
    speed = motion.speed[order]
    along = motion.ax[order] * hx + motion.ay[order] * hy
    records = np.zeros(len(order), _vehicle_record("<", version > 1.04))
    records["type"], records["vehicle"] = _VEHICLE, track + 1
    for name, column in zip(
        _FLOATS, (fx, fy, rx, ry, motion.length[track], motion.width[track], speed, along), strict=True
    ):
        records[name] = column
    first = int(k[0]) if start_k is None and len(k) else int(start_k or 0)
    low = [int(np.floor(min(a.min(), b.min()))) if len(k) else 0 for a, b in ((fx, rx), (fy, ry))]
    high = [int(np.ceil(max(a.max(), b.max()))) if len(k) else 1 for a, b in ((fx, rx), (fy, ry))]
    seconds = (k - first) * STEP_S
    begins = np.flatnonzero(np.diff(k, prepend=first - 1)) if len(k) else np.empty(0, np.int64)
    with whole_file(path) as temporary, temporary.open("wb") as out:
        out.write(struct.pack("<BBf", _FORMAT, ord("L"), version) + (b"\1" if version > 1.04 else b""))
        out.write(struct.pack("<BBf4i", _DIMENSIONS, _METRES, 1.0, *low, *high))
        for a, b in zip(begins, np.append(begins[1:], len(k)), strict=True):
            out.write(struct.pack("<Bf", _TIMESTEP, seconds[a]))
            out.write(records[a:b].tobytes())
    return int((wanted & ~known).sum())


def read_trj(path: Path) -> Trajectories:
    """Read a .trj file whole; TracksError where it is none or is cut off."""
    try:
        data = path.read_bytes()
    except OSError as e:
        raise TracksError(f"{path}: cannot be read ({e.strerror})") from e
    if len(data) < 6 or data[0] != _FORMAT or data[1:2] not in (b"L", b"B"):
        raise TracksError(f"{path}: wanted an SSAM .trj file, which begins with its FORMAT record")
    order = "<" if data[1:2] == b"L" else ">"
    version = round(struct.unpack_from(order + "f", data, 2)[0], 2)
    at = 6
    elevations = False
    if version > 1.04:
        elevations = data[6:7] not in (b"\0", b" ", b"")
        at = 7
    if len(data) < at + 22 or data[at] != _DIMENSIONS:
        raise TracksError(f"{path}: wanted a DIMENSIONS record at byte {at}")
    _, units, scale, *bounds = struct.unpack_from(order + "BBf4i", data, at)
    at += 22
    record = _vehicle_record(order, elevations)
    times, blocks = [], []
    while at < len(data):
        if data[at] != _TIMESTEP or at + _STEP_BYTES > len(data):
            raise TracksError(f"{path}: byte {at}: wanted a whole TIMESTEP or VEHICLE record; the file is damaged")
        (t,) = struct.unpack_from(order + "f", data, at + 1)
        at += _STEP_BYTES
        end = at
        while end < len(data) and data[end] == _VEHICLE:
            end += record.itemsize
        if end > len(data):
            raise TracksError(f"{path}: byte {end - record.itemsize}: the last VEHICLE record is cut off")
        blocks.append(np.frombuffer(data, record, (end - at) // record.itemsize, at))
        times.append(np.full(len(blocks[-1]), t))
        at = end
    rows = np.concatenate(blocks) if blocks else np.empty(0, record)
    values = {n: rows[n].astype(np.float64) * (scale if n.startswith(("front", "rear")) else 1.0) for n in _FLOATS}
    whole = {n: rows[n].astype(np.int64) for n in ("vehicle", "link", "lane")}
    t_s = np.concatenate(times) if times else np.empty(0)
    low_x, low_y, high_x, high_y = bounds
    return Trajectories(version, units == _METRES, (low_x, low_y, high_x, high_y), t_s, values=values, **whole)


def _vehicle_record(order: str, elevations: bool) -> np.dtype[np.void]:
    names = (*_FLOATS, *(_ELEVATIONS if elevations else ()))
    return np.dtype(
        [("type", "u1"), ("vehicle", order + "i4"), ("link", order + "i4"), ("lane", "u1")]
        + [(name, order + "f4") for name in names]
    )
