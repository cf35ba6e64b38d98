"""Write a scene in format version 1: site.toml, signals.csv, tracks.csv.gz, truth.csv, borderline.csv."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .network import Lane, Network
from .truth import Truth

EPOCH_S = 1_780_000_000.0


def bearing_deg(vector: np.ndarray) -> float:
    """Degrees clockwise from north of a ground-plane vector."""
    return float(np.degrees(np.arctan2(vector[0], vector[1])) % 360)


def stop_line(lane: Lane) -> tuple[np.ndarray, float]:
    """The approach lane's end as a (2, 2) segment from its left to its right edge, and the lane's heading there."""
    along = lane.shape[-1] - lane.shape[-2]
    along = along / np.hypot(*along)
    right = np.array([along[1], -along[0]]) * lane.width_m / 2
    return np.array([lane.shape[-1] - right, lane.shape[-1] + right]), bearing_deg(along)


def _list(points: np.ndarray) -> str:
    return "[" + ", ".join(f"[{x:.3f}, {y:.3f}]" for x, y in points) + "]"


def site_toml(net: Network, name: str) -> str:
    """The junction as site.toml text, one signal per link and per crosswalk."""
    out = [
        "version = 1",
        "[site]",
        f'name = "{name}"',
        'timezone = "UTC"',
        "origin = [52.0, 10.0]",
        f'drives_on = "{net.drives_on}"',
        f"speed_limit_kmh = {net.speed_limit_kmh:.1f}",
        "",
    ]
    for i, kind in [
        *((k.index, "vehicle") for k in net.links),
        *((c.index, "pedestrian") for c in net.crossings),
    ]:
        out += ["[[signal]]", f'id = "s{i}"', f'kind = "{kind}"', ""]
    exit_heading = {lane.edge: bearing_deg(lane.shape[1] - lane.shape[0]) for lane in net.lanes if not lane.inbound}
    for lane in net.lanes:
        links = [k for k in net.links if k.from_lane == lane.id]
        if not links:
            continue
        points, heading = stop_line(lane)
        out += [
            "[[stop_line]]",
            f'id = "{lane.id}"',
            f"points = {_list(points)}",
            f"heading = {heading:.2f}",
            "",
        ]
        for edge in dict.fromkeys(k.to_edge for k in links):
            link = next(k for k in links if k.to_edge == edge)
            out += [
                "[[stop_line.movement]]",
                f'signal = "s{link.index}"',
                f"exit_heading = {exit_heading[edge]:.2f}",
                "",
            ]
    for c in net.crossings:
        out += [
            "[[crosswalk]]",
            f'id = "{c.id}"',
            f"polygon = {_list(c.polygon)}",
            f'signal = "s{c.index}"',
            "",
        ]
    for lane in net.lanes:
        if lane.kind == "traffic":
            out += [
                "[[lane]]",
                f'id = "{lane.id}"',
                f"centreline = {_list(lane.shape)}",
                f"width = {lane.width_m:.2f}",
                'kind = "traffic"',
                "",
            ]
    return "\n".join(out)


def write_tracks(
    path: Path,
    names: Sequence[str],
    classes: Sequence[str],
    size: np.ndarray,
    track: np.ndarray,
    t: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
) -> None:
    """Write rows ordered by time; `track` indexes names, classes and size, `t` is seconds from the start."""
    order = np.argsort(t, kind="stable")
    # SUMO's random route ids are names enough here: they are drawn anew with every seed.
    heads = [f"{n},{c}," for n, c in zip(names, classes, strict=True)]
    tails = [f",{a:.2f},{b:.2f}" for a, b in size]
    lines = [
        f"{heads[k]}{EPOCH_S + u:.3f},{a:.3f},{b:.3f}{tails[k]}"
        for k, u, a, b in zip(
            track[order].tolist(), t[order].tolist(), x[order].tolist(), y[order].tolist(), strict=True
        )
    ]
    text = "track,class,t,x,y,length,width\n" + "\n".join(lines) + "\n"
    path.write_bytes(gzip.compress(text.encode(), compresslevel=1, mtime=0))


def write_signals(path: Path, changes: list[tuple[float, int, str]]) -> None:
    """One row per change, the first states at the recording's start."""
    lines = ["t,signal,state", *(f"{EPOCH_S + t:.2f},s{i},{state}" for t, i, state in changes)]
    path.write_text("\n".join(lines) + "\n")


def write_truth(path: Path, truth: list[Truth]) -> None:
    """The example's columns, and `t_event`: when the violation itself began."""
    lines = ["kind,class,track,t,place,t_event"]
    lines += [
        f"{v.kind},{v.road_user},{v.track},{EPOCH_S + v.t:.2f},{v.place},{EPOCH_S + v.t_event:.2f}" for v in truth
    ]
    path.write_text("\n".join(lines) + "\n")
