"""One event in detail: how everyone around it moved, and what the lights showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa

from passerby.serve.junction import Junction
from passerby.serve.motions import lights_of, tracks_of
from passerby.serve.queries.export import stored_tracks
from passerby.serve.recall import samples
from passerby.serve.rows import rfc3339
from passerby.serve.scene import Scene
from passerby.signals.history import SignalHistory
from passerby.tracks.classes import CLASSES
from passerby.tracks.record import Tracks

BEFORE_S: Final = 8.0
AFTER_S: Final = 4.0
RADIUS_M: Final = 60.0
Sample = list[float | None]
LONGEST_STATE_S: Final = 180.0
"""When a light came on is looked for so long before the window."""


def detail(junction: Junction, row: Mapping[str, Any]) -> dict[str, Any]:
    """window, tracks and signals around an event: from memory, else from the store's optional table of tracks.

    Tracks are numbered from 1, those who were part of it first; samples are [dt, x, y, heading, speed] with dt in
    seconds since the window began and a speed of None while it was not known. Signals are changes, as in `_changes`.
    """
    t = row["t"].timestamp()
    t0, t1 = t - BEFORE_S, t + AFTER_S + float(row.get("duration_s") or 0.0) % 60
    involved = [str(row[c]) for c in ("track", "track_a", "track_b") if row.get(c) is not None]
    scenes = junction.recall.window(t0, t1)
    if scenes:
        before = junction.recall.window(t0 - LONGEST_STATE_S, t0)
        tracks, signals = _from_scenes(scenes, t0, involved, row), _changes(before, scenes, t0)
    else:
        tracks, signals = _from_store(junction, t0, t1, involved, row), []
    return {
        "window": {"t0": rfc3339(t0), "t1": rfc3339(t1)},
        "tracks": [{"track": i} | track for i, track in enumerate(tracks, 1)],
        "signals": signals,
        "linked": list(row["linked"] or []),
    }


def surroundings(junction: Junction, row: Mapping[str, Any]) -> tuple[Tracks, SignalHistory | None] | None:
    """Everybody's rows around an event and what the lights showed, from memory or from the store; None where neither
    has them."""
    t = row["t"].timestamp()
    scenes = junction.recall.window(t - BEFORE_S, t + AFTER_S)
    if any(len(s) for s in scenes):
        return tracks_of(scenes), lights_of(junction.recall.window(t - LONGEST_STATE_S, t + AFTER_S))
    if junction.store is None:
        return None
    since, until = (datetime.fromtimestamp(s, UTC) for s in (t - BEFORE_S, t + AFTER_S))
    rows = junction.store.read("tracks", since=since, until=until)
    return (stored_tracks(rows), None) if len(rows) else None


def _from_scenes(scenes: list[Scene], t0: float, involved: list[str], row: Mapping[str, Any]) -> list[dict[str, Any]]:
    made = []
    found = samples(scenes, t0)
    for name in sorted(found, key=lambda n: (n not in involved, involved.index(n) if n in involved else 0)):
        points = found[name]
        _, i, j = points[-1]
        scene = scenes[i]
        path = _path(
            (dt, scenes[k].x[at], scenes[k].y[at], scenes[k].heading_deg[at], scenes[k].speed_mps[at])
            for dt, k, at in points
        )
        if name not in involved and not _near(path, row):
            continue
        size = {"length": round(float(scene.length[j]), 1), "width": round(float(scene.width[j]), 1)}
        made.append({"class": CLASSES[int(scene.cls[j])], "involved": name in involved} | size | {"samples": path})
    return made


def _from_store(
    junction: Junction, t0: float, t1: float, involved: list[str], row: Mapping[str, Any]
) -> list[dict[str, Any]]:
    if junction.store is None:
        return []
    since, until = datetime.fromtimestamp(t0, UTC), datetime.fromtimestamp(t1, UTC)
    table: pa.Table = junction.store.read("tracks", since=since, until=until)
    made: dict[str, dict[str, Any]] = {}
    for r in table.to_pylist():
        track = made.setdefault(
            r["track"],
            {"class": r["class"], "involved": r["track"] in involved, "length": r["length"], "width": r["width"]}
            | {"samples": []},
        )
        track["samples"].append((r["t"].timestamp() - t0, r["x"], r["y"], r["heading"], r["speed_mps"]))
    for track in made.values():
        track["samples"] = _path(track["samples"])
    kept = [t for t in made.values() if t["involved"] or _near(t["samples"], row)]
    return sorted(kept, key=lambda t: not t["involved"])


def _path(samples: Iterable[Sequence[float | None]]) -> list[Sample]:
    """Rounded samples; until somebody's heading is known they look the way that they go first."""
    rows = [[np.nan if v is None else float(v) for v in sample] for sample in samples]
    known = [row[3] for row in rows if np.isfinite(row[3])]
    facing = known[0] if known else 0.0
    out: list[Sample] = []
    for dt, x, y, heading, speed in rows:
        facing = heading if np.isfinite(heading) else facing
        out.append(
            [round(dt, 2), round(x, 2), round(y, 2), round(facing, 1), round(speed, 2) if np.isfinite(speed) else None]
        )
    return out


def _near(path: list[Sample], row: Mapping[str, Any]) -> bool:
    x, y = float(row["x"]), float(row["y"])
    return any((float(p[1] or 0.0) - x) ** 2 + (float(p[2] or 0.0) - y) ** 2 <= RADIUS_M**2 for p in path)


def _changes(before: list[Scene], scenes: list[Scene], t0: float) -> list[list[Any]]:
    """[dt, signal, state]: every state at the beginning, then each change.

    dt of a state at the beginning is negative, when it began, where that was seen, else 0.
    """
    shown: dict[str, str] = {}
    began: dict[str, float] = {}
    for i, scene in enumerate(before):
        for signal, state in scene.lights.items():
            if i > 0 and shown.get(signal) != state:
                began[signal] = min(round(scene.t - t0, 1), 0.0)
            shown[signal] = state
    first = scenes[0].lights
    out: list[list[Any]] = [[began.get(s, 0.0) if shown.get(s) == v else 0.0, s, v] for s, v in first.items()]
    shown = dict(first)
    for scene in scenes[1:]:
        for signal, state in scene.lights.items():
            if shown.get(signal) != state:
                shown[signal] = state
                out.append([round(scene.t - t0, 1), signal, state])
    return out
