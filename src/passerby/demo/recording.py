"""The recorded junction behind `passerby demo`: fetched once, checked by hash, read in memory.

The PyPI wheel `tasi` 0.15.4 carries 15 minutes of the DLR Urban Traffic dataset v1.2.0 (Braunschweig, 24 September
2023, 12:00-12:15 UTC). The package itself is never installed or imported; only the zip inside its wheel is read.

Ground plane: the dataset's UTM zone 32 coordinates (EPSG:25832), shifted to `ORIGIN_EASTING_M`/`ORIGIN_NORTHING_M`,
turned by the meridian convergence there so that `y` is true north, and divided by the UTM point scale so that a metre
is a metre on the ground. Within 150 m of the origin this equals a tangent plane at `ORIGIN_LAT_LON` to a millimetre.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from passerby.errors import DependencyError, InputError

REQUIREMENT = "tasi==0.15.4"
WHEEL_NAME = "tasi-0.15.4-py3-none-any.whl"
WHEEL_SHA256 = "5caa9a84ad212a635ce082514f3496a22e717dbecbb7b93c84aec10ce0422a51"

ORIGIN_EASTING_M = 604_770.0
ORIGIN_NORTHING_M = 5_792_790.0
ORIGIN_LAT_LON = (52.275486873, 10.535625050)
MERIDIAN_CONVERGENCE_DEG = 1.2147305065
POINT_SCALE = 0.9997347443

# Averaged over a track, the largest of these probabilities is its class. The dataset has no bus and no tram class:
# its buses are among the trucks (16 m long ones are articulated buses by their shape).
CLASS_OF_COLUMN = {
    "classifications_pedestrian": "pedestrian",
    "classifications_bicycle": "cyclist",
    "classifications_motorbike": "motorcycle",
    "classifications_car": "car",
    "classifications_van": "van",
    "classifications_truck": "truck",
}

# SAE J2735 MovementPhaseState numbers. 1, 3, 4, 5, 7 and 9 occur; docs/demo-junction.md shows how this was checked.
STATE_OF_CODE = {
    0: "unknown",
    1: "dark",
    2: "flashing_red",
    3: "red",
    4: "red_amber",
    5: "green",
    6: "green",
    7: "amber",
    8: "amber",
    9: "flashing_amber",
}
PEDESTRIAN_STATE_OF_CODE = STATE_OF_CODE | {3: "dont_walk", 5: "walk", 6: "walk"}

VEHICLE_SIGNALS = range(1, 10)
BICYCLE_SIGNALS = range(10, 14)
PEDESTRIAN_SIGNALS = range(14, 30)
WARNING_SIGNALS = range(30, 31)

# Each half of a crossing has two heads: one for who comes from the kerb, one for who comes from the island. A person
# enters it against the light only if both show red, so each pair is also given as one signal, walk while either does.
PAIRED_PEDESTRIAN_SIGNALS = {
    "F14+15": (14, 15),
    "F16+17": (16, 17),
    "F18+19": (18, 19),
    "F20+21": (20, 21),
    "F22+23": (22, 23),
    "F24+25": (24, 25),
    "F26+27": (26, 27),
    "F28+29": (28, 29),
}

_POSITION_COLUMNS = [
    "timestamp",
    "id",
    "center_easting",
    "center_northing",
    "yaw",
    "dimension_length",
    "dimension_width",
]


@dataclass(frozen=True)
class Recording:
    """The recorded quarter of an hour.

    `tracks`: `track` (string, `opaque`), `class` (string), `t` (float64, s of the Unix epoch), `x`, `y` (float64, m),
    `length`, `width` (float64, m, as detected), `heading` (float64, degrees clockwise from north), sorted by `t`.
    `signals`: `t` (float64, s), `signal` (string), `state` (string), one row per change, sorted by `t`.
    """

    tracks: pa.Table
    signals: pa.Table


def signal_name(number: int) -> str:
    """Name a signal of the dataset: K vehicles, R cyclists, F pedestrians, B the flashing warning light."""
    if number in VEHICLE_SIGNALS:
        return f"K{number}"
    if number in BICYCLE_SIGNALS:
        return f"R{number}"
    return f"F{number}" if number in PEDESTRIAN_SIGNALS else f"B{number}"


def default_cache() -> Path:
    """Folder the wheel is kept in: `$XDG_CACHE_HOME/passerby`, or `~/.cache/passerby`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "passerby"


def fetch_wheel(cache: Path | None = None) -> Path:
    """Return the path of the verified wheel, downloading it with pip if the cache has no good copy.

    Raises DependencyError when pip cannot get it or its SHA-256 is not the pinned one.
    """
    folder = cache if cache is not None else default_cache()
    wheel = folder / WHEEL_NAME
    if wheel.is_file() and _sha256(wheel) == WHEEL_SHA256:
        return wheel
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as scratch:
            fresh = _pip_download(Path(scratch))
            found = _sha256(fresh)
            if found != WHEEL_SHA256:
                raise DependencyError(
                    f"{WHEEL_NAME}: wanted SHA-256 {WHEEL_SHA256[:12]}..., got {found[:12]}...; "
                    "the package index served another file, so nothing of it was read"
                )
            os.replace(fresh, wheel)
    except OSError as error:
        raise DependencyError(
            f"cache folder {folder}: cannot be written ({error.strerror}); name another one"
        ) from error
    return wheel


def load_recording(cache: Path | None = None) -> Recording:
    """Fetch the wheel if need be and read the recording from it. Raises DependencyError or InputError."""
    return read_recording(fetch_wheel(cache))


def read_recording(wheel: Path) -> Recording:
    """Read tracks and signals out of the zip inside the wheel, in memory. Raises InputError when they are not there."""
    try:
        with zipfile.ZipFile(wheel) as outer:
            inner_bytes = outer.read(_only(outer, "DLR-Urban-Traffic-dataset", ".zip"))
        with zipfile.ZipFile(io.BytesIO(inner_bytes)) as inner:
            tracks = _read_tracks(inner, _only(inner, "/trajectories/", ".csv"))
            signals = _read_signals(inner, _only(inner, "/traffic_lights/", ".csv"))
    except (zipfile.BadZipFile, pa.ArrowInvalid, pa.ArrowKeyError, OSError) as error:
        first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{wheel.name}: cannot be read as the DLR Urban Traffic recording: {first_line}") from error
    return Recording(tracks, signals)


def to_ground(
    easting_m: NDArray[np.float64], northing_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Turn UTM 32 coordinates (m) into ground metres east and true north of the site's origin, same shape."""
    angle = np.deg2rad(MERIDIAN_CONVERGENCE_DEG)
    cos, sin = np.cos(angle) / POINT_SCALE, np.sin(angle) / POINT_SCALE
    de, dn = easting_m - ORIGIN_EASTING_M, northing_m - ORIGIN_NORTHING_M
    return de * cos + dn * sin, dn * cos - de * sin


def opaque(dataset_id: int) -> str:
    """The name of a track: the same in every run, and without the time that the dataset's own ids are made of."""
    return hashlib.blake2b(str(dataset_id).encode(), digest_size=5, person=b"passerby demo").hexdigest()


def _read_tracks(inner: zipfile.ZipFile, member: str) -> pa.Table:
    table = _read_csv(inner, member, [*_POSITION_COLUMNS, *CLASS_OF_COLUMN])
    x, y = to_ground(_floats(table, "center_easting"), _floats(table, "center_northing"))
    ids, index = np.unique(table["id"].to_numpy(), return_inverse=True)
    sums = np.stack([np.bincount(index, _floats(table, column), len(ids)) for column in CLASS_OF_COLUMN])
    names = pa.array(list(CLASS_OF_COLUMN.values()))
    index32 = pa.array(index.astype(np.int32))
    columns = {
        "track": pc.take(pa.array([opaque(int(i)) for i in ids], pa.string()), index32),
        "class": pc.take(pc.take(names, pa.array(sums.argmax(axis=0))), index32),
        "t": _epoch_s(table["timestamp"]),
        "x": x,
        "y": y,
        "length": table["dimension_length"],
        "width": table["dimension_width"],
        # yaw: degrees counter-clockwise from grid east; grid north lies east of true north here
        "heading": (90.0 - _floats(table, "yaw") + MERIDIAN_CONVERGENCE_DEG) % 360.0,
    }
    tracks = pa.table(columns)
    return tracks if _is_sorted(tracks["t"]) else tracks.sort_by("t")


def _read_signals(inner: zipfile.ZipFile, member: str) -> pa.Table:
    table = _read_csv(inner, member, ["timestamp", "id", "state"])
    t, number, code = _epoch_s(table["timestamp"]), table["id"].to_numpy(), table["state"].to_numpy()
    order = np.lexsort((t, number))
    t, number, code = t[order], number[order], code[order]
    pieces = []
    for one in np.unique(number):
        mine = number == one
        states = PEDESTRIAN_STATE_OF_CODE if one in PEDESTRIAN_SIGNALS else STATE_OF_CODE
        pieces.append(_changes(signal_name(int(one)), t[mine], code[mine], states))
    for name, (first, second) in PAIRED_PEDESTRIAN_SIGNALS.items():
        a, b = number == first, number == second
        if not np.array_equal(t[a], t[b]):
            raise pa.ArrowInvalid(f"signals {first} and {second} are not logged at the same times")
        # red is 3 and green is 5, so the larger code is green while either is
        pieces.append(_changes(name, t[a], np.maximum(code[a], code[b]), PEDESTRIAN_STATE_OF_CODE))
    return pa.concat_tables(pieces).sort_by([("t", "ascending"), ("signal", "ascending")])


def _changes(name: str, t: NDArray[np.float64], code: NDArray[np.int64], states: dict[int, str]) -> pa.Table:
    changed = np.r_[True, code[1:] != code[:-1]]
    state = [states.get(int(value), "unknown") for value in code[changed]]
    return pa.table({"t": t[changed], "signal": [name] * len(state), "state": pa.array(state, pa.string())})


def _read_csv(inner: zipfile.ZipFile, member: str, columns: list[str]) -> pa.Table:
    types = {"timestamp": pa.timestamp("us", "UTC"), "id": pa.int64()}
    with inner.open(member) as stream:
        return csv.read_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=csv.ReadOptions(use_threads=True, block_size=1 << 21),
            convert_options=csv.ConvertOptions(include_columns=columns, column_types=types),
        )


def _only(archive: zipfile.ZipFile, part: str, suffix: str) -> str:
    names = [name for name in archive.namelist() if part in name and name.endswith(suffix)]
    if len(names) != 1:
        raise zipfile.BadZipFile(f'wanted one "*{part}*{suffix}" inside, got {len(names)}')
    return names[0]


def _floats(table: pa.Table, column: str) -> NDArray[np.float64]:
    values: NDArray[np.float64] = table[column].to_numpy()
    return values


def _epoch_s(timestamps: pa.ChunkedArray) -> NDArray[np.float64]:
    micros: NDArray[np.int64] = timestamps.cast(pa.int64()).to_numpy()
    seconds: NDArray[np.float64] = micros / 1e6
    return seconds


def _is_sorted(t: pa.ChunkedArray) -> bool:
    values = t.to_numpy()
    return bool(np.all(values[1:] >= values[:-1]))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _pip_download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary", ":all:", "--dest", str(folder), REQUIREMENT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheel = folder / WHEEL_NAME
    if done.returncode == 0 and wheel.is_file():
        return wheel
    lines = [line.strip() for line in done.stderr.splitlines() if line.startswith("ERROR")] or ["pip said nothing"]
    raise DependencyError(
        f"the demo needs {REQUIREMENT} from the package index, which pip could not download "
        f"({lines[-1].removeprefix('ERROR: ')}); check the network and run the demo again"
    )
